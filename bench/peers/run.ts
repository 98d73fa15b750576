import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSigned } from '../../test/certificate.ts';
import { FAULTS, ROWS, startServers } from './server.ts';

/**
 * What the simple faults do to others. By hand: installs them into a folder of its own (400 MB), takes ten
 * minutes, prints the table that stands in docs/faults.md.
 *
 * `node bench/peers/run.ts [folder [fault]]`: with a folder, the packages in it are used and kept.
 */

const PACKAGES = ['@microsoft/microsoft-graph-client@3.0.7', '@pnp/cli-microsoft365@11.11.0'];
const PEERS = ['graph-client', 'cli'] as const;
/** Long enough for every retry that either of them makes, but for those that never end. */
const PATIENCE_MS = 45_000;

const READER = fileURLToPath(new URL('./read.ts', import.meta.url));
const [given, only] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), 'landline-peers-'));
if (given === undefined)
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...PACKAGES], {
    // On Windows npm is a command file, which only a shell can start.
    shell: process.platform === 'win32',
  });
const ca = join(folder, 'cert.pem');
const pair = await selfSigned('localhost');
writeFileSync(ca, pair.cert);

console.log(
  '| Fault | microsoft-graph-client, fault once | fault every time | cli-microsoft365, fault once | fault every time |',
);
console.log('|---|---|---|---|---|');
for (const name of Object.keys(FAULTS).filter(each => only === undefined || each === only)) {
  const cells = await Promise.all(
    PEERS.flatMap(peer => [1, Number.POSITIVE_INFINITY].map(times => outcome(peer, name, times))),
  );
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
if (given === undefined) rmSync(folder, { recursive: true });

async function outcome(peer: string, name: string, times: number): Promise<string> {
  const fault = FAULTS[name];
  if (fault === undefined) throw new Error(`There is no fault ${name}`);
  const servers = await startServers(pair, fault, times);
  const said = await read(peer, servers.origin);
  await servers.stop();
  const { requests, foreign, tokens } = servers.seen;
  const abroad = foreign === 0 ? '' : `, **${foreign} to the other host${tokens === 0 ? '' : ' with the token'}**`;
  return `${said}; ${requests} requests${abroad}`;
}

function read(peer: string, origin: string): Promise<string> {
  const child = spawn(process.execPath, [READER, peer, folder, origin], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', chunk => {
    said += String(chunk);
  });
  return new Promise(resolve => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(`**still at it after ${PATIENCE_MS / 1_000} s**`);
    }, PATIENCE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve(worded(said));
    });
  });
}

function worded(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) return 'the process died';
  const { ids, error } = JSON.parse(line) as { ids?: string[]; error?: string };
  if (ids === undefined)
    return `error (${(error ?? '')
      .replace(/127\.0\.0\.1:\d+|localhost:\d+/g, 'host')
      .replaceAll('|', '/')
      .slice(0, 60)})`;
  const distinct = new Set(ids).size;
  if (ids.length === ROWS && distinct === ROWS) return 'all rows';
  return `**${ids.length} rows (${distinct} distinct) of ${ROWS}, no error**`;
}
