import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A Chromium for tests of the page: one that is on the PATH, else Debian's own package where we may install it.
 *
 * `node local/chromium.ts` prints its path.
 */

const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'] as const;

/** For a machine without a display, without a graphics card, and perhaps without the rights of a sandbox. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The environment that a browser is started with: without a library that a check preloads (libfaketime makes it spin). */
export function chromiumEnvironment(): Record<string, string> {
  const { LD_PRELOAD: _, DYLD_INSERT_LIBRARIES: __, ...env } = process.env;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export const NO_CHROMIUM =
  'There is no Chromium or Chrome on the PATH, and none can be installed here without being root on Debian. Install one (Debian and Ubuntu: sudo apt-get install chromium), or put yours on the PATH.';

/** @returns its path; `undefined` when there is none and none can be installed */
export function chromium(): string | undefined {
  return onPath() ?? (installed() ? onPath() : undefined);
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '');
  for (const name of NAMES) {
    const found = folders.map(folder => join(folder, name)).find(isExecutable);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian's package; the list of packages is fetched anew only when it does not know it. */
function installed(): boolean {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return false;
  console.error('Installing Chromium for the tests of the page (apt-get install chromium) …');
  const apt = (...args: string[]): boolean =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = (): boolean => apt('install', '--yes', '--no-install-recommends', 'chromium');
  return install() || (apt('update') && install());
}

if (import.meta.main) {
  const path = chromium();
  if (path === undefined) console.error(NO_CHROMIUM);
  else console.log(path);
  process.exitCode = path === undefined ? 1 : 0;
}
