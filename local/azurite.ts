import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MINUTE_MS } from '../shared/words/day.ts';
import { damageIn, hold, START_MS } from './azurite/folder.ts';

/** Azure Storage on this machine, as a process of its own, on three free ports of the loopback interface. */
export interface Azurite {
  /** With explicit endpoints for blob, queue and table, and the published key of the emulator's account. */
  readonly connectionString: string;
  readonly pid: number;
  /** Resolves when the process is gone and its data saved. Throws when it had to be killed. May be called twice. */
  stop(): Promise<void>;
}

const ACCOUNT = 'devstoreaccount1';
/** Not a secret: the same on every machine, printed in Azurite's README. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** A stop takes some 20 ms, more with much to save, and seconds on a machine that has far more to do. */
const STOP_MS = MINUTE_MS;

const SERVICES = ['Blob', 'Queue', 'Table'] as const;
type Ports = Record<(typeof SERVICES)[number], string>;

/** Beside what every emulator has. */
export interface AzuriteOptions {
  /** Speak https with this certificate, and take tokens. Files in PEM. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Is told of every request, as a line of an access log. */
  readonly onAccess?: (line: string) => void;
}

/**
 * Starts Azurite. It stops when told to, and by itself when this process ends in whatever way (azurite/child.ts).
 *
 * @param folder where data is kept from run to run; absent: in memory only
 * @throws UsageError when the folder is in use, damaged or cannot be written to; Error when it is not installed or does not start
 */
export async function startAzurite(folder?: string, options: AzuriteOptions = {}): Promise<Azurite> {
  const args = [childFile(), azuriteFile(), ...flags(folder, options)];
  const held = folder === undefined ? undefined : await hold(folder);
  const child = spawn(process.execPath, args, {
    stdio: 'pipe',
    // Ctrl-C in a terminal reaches the whole process group, and on Windows every program of the console; storage must
    // outlive the work that is still ending. There it also keeps the system from ending it together with us, before it
    // has saved.
    detached: true,
    windowsHide: true,
  });
  // Writing to a child that has just died is no news: its exit is.
  child.stdin.on('error', () => undefined);
  const ports = await portsOf(child, options).catch(async thrown => {
    await stop(child).catch(() => undefined);
    await held?.release();
    throw folder === undefined ? thrown : ((await damageIn(folder)) ?? thrown);
  });
  if (child.pid === undefined) throw new Error('Azurite has no process id');
  await held?.handOn(child.pid, ports.Blob);
  return {
    connectionString: connectionStringOf(ports, options.tls === undefined ? 'http' : 'https'),
    pid: child.pid,
    async stop() {
      await stop(child);
      await held?.release();
    },
  };
}

function childFile(): string {
  return fileURLToPath(new URL('./azurite/child.ts', import.meta.url));
}

function azuriteFile(): string {
  try {
    return fileURLToPath(import.meta.resolve('azurite/dist/src/azurite.js'));
  } catch (cause) {
    throw new Error('The storage emulator Azurite is not installed: run `npm ci`.', { cause });
  }
}

function flags(folder: string | undefined, { tls, onAccess }: AzuriteOptions): string[] {
  return [
    ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
    // The SDKs speak newer versions of the protocol than Azurite knows of.
    '--skipApiVersionCheck',
    '--disableTelemetry',
    // Quiet about requests only; the ports are still printed.
    ...(onAccess === undefined ? ['--silent'] : []),
    ...(tls === undefined ? [] : ['--oauth', 'basic', '--cert', tls.certFile, '--key', tls.keyFile]),
    ...SERVICES.flatMap(service => [`--${service.toLowerCase()}Port`, '0']),
  ];
}

/** Reads the ports from the lines that say a service is listening. */
async function portsOf(child: ChildProcessWithoutNullStreams, { onAccess }: AzuriteOptions): Promise<Ports> {
  let said = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(new Error(`Azurite ended (${code ?? signal}) before it listened on its three ports. It said: ${said}`));
      });
      child.stderr.on('data', chunk => {
        said = (said + String(chunk)).slice(-4000);
      });
      child.stdout.on('data', chunk => {
        said = (said + String(chunk)).slice(-4000);
        const [Blob, Queue, Table] = SERVICES.map(service => portIn(said, service));
        if (Blob !== undefined && Queue !== undefined && Table !== undefined) resolve({ Blob, Queue, Table });
      });
    });
  } finally {
    clearTimeout(timer);
    // Its words do not matter from here on, but they must be read, or it would stop to wait for us.
    child.stdout.removeAllListeners('data').resume();
    if (onAccess !== undefined) createInterface(child.stdout).on('line', onAccess);
    child.stderr.removeAllListeners('data').resume();
  }
}

function portIn(output: string, service: string): string | undefined {
  return new RegExp(`${service} service is successfully listening at https?://[^:]+:(\\d+)`).exec(output)?.[1];
}

function connectionStringOf(ports: Ports, protocol: 'http' | 'https'): string {
  const endpoints = SERVICES.map(service => `${service}Endpoint=${protocol}://127.0.0.1:${ports[service]}/${ACCOUNT}`);
  return [`DefaultEndpointsProtocol=${protocol}`, `AccountName=${ACCOUNT}`, `AccountKey=${KEY}`, ...endpoints].join(
    ';',
  );
}

/** Ends the child's input, on which it stops in good order; no signal does that on every system. */
async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const [code, signal] = await gone;
  clearTimeout(timer);
  if (signal !== null) throw new Error(`Azurite (pid ${child.pid}) ended by ${signal}: its last changes may be lost.`);
  if (code !== 0) throw new Error(`Azurite (pid ${child.pid}) ended with code ${code}.`);
}
