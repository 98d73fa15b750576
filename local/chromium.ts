import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { posix, win32 } from 'node:path';

/**
 * A Chromium for tests of the page: one that is installed, else Debian's own package where we may install it.
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
  'There is no Chromium, Chrome or Edge here, and none can be installed without being root on Debian. Install one (Debian and Ubuntu: sudo apt-get install chromium), or put yours on the PATH.';

/** @returns its path; `undefined` when there is none and none can be installed */
export function chromium(): string | undefined {
  return found() ?? (installed() ? found() : undefined);
}

function found(): string | undefined {
  return chromiumPlaces(process.platform, process.env).find(isExecutable);
}

const APPLICATIONS = ['Chromium', 'Google Chrome', 'Microsoft Edge'] as const;
const PROGRAMS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
] as const;

/** Where it may be, the best place first: on the PATH, and on a Mac and on Windows where its installer puts it. */
export function chromiumPlaces(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  const suffix = platform === 'win32' ? '.exe' : '';
  const folders = (env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '');
  const onPath = NAMES.flatMap(name => folders.map(folder => join(folder, `${name}${suffix}`)));
  if (platform === 'darwin')
    return [...onPath, ...APPLICATIONS.map(name => join('/Applications', `${name}.app`, 'Contents', 'MacOS', name))];
  if (platform !== 'win32') return onPath;
  const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(name => env[name] ?? []);
  return [...onPath, ...PROGRAMS.flatMap(parts => roots.map(root => join(root, ...parts)))];
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
