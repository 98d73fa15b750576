import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants, copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Azure Storage on this machine, as a process of its own, on three free ports of the loopback interface. */
export interface Azurite {
  /** With explicit http endpoints for blob, queue and table, and the published key of the emulator's account. */
  readonly connectionString: string;
  readonly pid: number;
  /** Resolves when the process is gone and its data saved. Throws when it had to be killed. May be called twice. */
  stop(): Promise<void>;
}

const ACCOUNT = 'devstoreaccount1';
/** Not a secret: the same on every machine, printed in Azurite's README. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** A start takes about a second, and several on a busy machine. */
const START_MS = 60_000;
/** A stop takes some 20 ms, more with much to save. */
const STOP_MS = 15_000;
/** How long the Azurite of a parent that was killed may take to notice and to save. */
const LEFTOVER_MS = 3_000;
/** Longer than it takes to find that a folder was left behind and to take it. */
const TAKE_OVER_MS = 300;

const SERVICES = ['Blob', 'Queue', 'Table'] as const;
type Ports = Record<(typeof SERVICES)[number], string>;

/**
 * Starts Azurite. It stops when told to, and by itself when this process ends in whatever way (azurite-child.ts).
 *
 * @param folder where data is kept from run to run; absent: in memory only
 * @throws Error when it is not installed, does not start, or the folder is in use
 */
export async function startAzurite(folder?: string): Promise<Azurite> {
  const args = [childFile(), azuriteFile(), ...flags(folder)];
  const held = folder === undefined ? undefined : await hold(folder);
  const child = spawn(process.execPath, args, {
    stdio: 'pipe',
    // Ctrl-C in a terminal reaches the whole process group; storage must outlive the work that is still ending.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  // Writing to a child that has just died is no news: its exit is.
  child.stdin.on('error', () => undefined);
  const ports = await portsOf(child).catch(async thrown => {
    await stop(child).catch(() => undefined);
    await held?.release();
    throw thrown;
  });
  if (child.pid === undefined) throw new Error('Azurite has no process id');
  await held?.handOn(child.pid, ports.Blob);
  return {
    connectionString: connectionStringOf(ports),
    pid: child.pid,
    async stop() {
      await stop(child);
      await held?.release();
    },
  };
}

function childFile(): string {
  return fileURLToPath(new URL('./azurite-child.ts', import.meta.url));
}

function azuriteFile(): string {
  try {
    return fileURLToPath(import.meta.resolve('azurite/dist/src/azurite.js'));
  } catch (cause) {
    throw new Error('The storage emulator Azurite is not installed: run `npm ci`.', { cause });
  }
}

function flags(folder: string | undefined): string[] {
  return [
    ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
    // The SDKs speak newer versions of the protocol than Azurite knows of.
    '--skipApiVersionCheck',
    '--disableTelemetry',
    // Quiet about requests only; the ports are still printed.
    '--silent',
    ...SERVICES.flatMap(service => [`--${service.toLowerCase()}Port`, '0']),
  ];
}

/** Reads the ports from the lines that say a service is listening. */
async function portsOf(child: ChildProcessWithoutNullStreams): Promise<Ports> {
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
    child.stderr.removeAllListeners('data').resume();
  }
}

function portIn(output: string, service: string): string | undefined {
  return new RegExp(`${service} service is successfully listening at http://[^:]+:(\\d+)`).exec(output)?.[1];
}

function connectionStringOf(ports: Ports): string {
  const endpoints = SERVICES.map(service => `${service}Endpoint=http://127.0.0.1:${ports[service]}/${ACCOUNT}`);
  return ['DefaultEndpointsProtocol=http', `AccountName=${ACCOUNT}`, `AccountKey=${KEY}`, ...endpoints].join(';');
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

function inUseFile(folder: string): string {
  return join(folder, 'azurite-in-use.json');
}

/** Says in a folder who has it, from before the emulator starts until it has saved. */
interface Hold {
  /** From now on the emulator itself has it. */
  handOn(pid: number, port: string): Promise<void>;
  /** Unless somebody else has it by now. */
  release(): Promise<void>;
}

/**
 * Two Azurites over one folder would overwrite each other's state. Whoever is first to make the file has it; what a
 * killed one left behind is taken over, and then looked at once more, since others may have done the same.
 */
async function hold(folder: string): Promise<Hold> {
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  let mine = JSON.stringify({ pid: process.pid, id });
  const isOurs = async (): Promise<boolean> => (await textIn(folder)) === mine;
  let tookOver = false;
  for (const end = Date.now() + LEFTOVER_MS; ; await sleep(100)) {
    if (await wrote(folder, mine, linkOrCopy)) {
      if (tookOver) await sleep(TAKE_OVER_MS);
      if (!tookOver || (await isOurs())) break;
    }
    const user = await userOf(folder);
    if (user === undefined) {
      await rm(inUseFile(folder), { force: true });
      tookOver = true;
    } else if (Date.now() > end)
      throw new Error(
        `Azurite (pid ${user}) already uses ${folder}: \`npm start\` or another landline command is at work there. Wait until it has ended, or name another folder with --data.`,
      );
  }
  return {
    async handOn(pid, port) {
      const next = JSON.stringify({ pid, port, id });
      await wrote(folder, next, rename);
      mine = next;
    },
    async release() {
      if (await isOurs()) await rm(inUseFile(folder), { force: true });
    },
  };
}

/** Puts the text in its place in one step, so that nobody sees half of it. @returns whether the place was free */
async function wrote(folder: string, text: string, put: (from: string, to: string) => Promise<void>): Promise<boolean> {
  const whole = `${inUseFile(folder)}.${randomUUID()}`;
  await writeFile(whole, text);
  try {
    await put(whole, inUseFile(folder));
    return true;
  } catch (thrown) {
    if (isThere(thrown)) return false;
    throw thrown;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Not every file system has links. A copy is not made in one step, but by one only. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(async thrown => {
    if (isThere(thrown)) throw thrown;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  });
}

function isThere(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
}

async function textIn(folder: string): Promise<string> {
  return readFile(inUseFile(folder), 'utf8').catch(() => '');
}

/**
 * The process that uses the folder, or is about to. Once there is a port it is asked, because the id alone may belong
 * to another program by now.
 */
async function userOf(folder: string): Promise<number | undefined> {
  const [, pid, port] = /"pid":(\d+)(?:,"port":"(\d+)")?/.exec(await textIn(folder)) ?? [];
  if (pid === undefined) return undefined;
  const uses =
    port === undefined ? await isStarting(folder, Number(pid)) : await isAzurite(`http://127.0.0.1:${port}/`);
  return uses ? Number(pid) : undefined;
}

async function isStarting(folder: string, pid: number): Promise<boolean> {
  const since = await stat(inUseFile(folder)).catch(() => undefined);
  if (since === undefined || Date.now() - since.mtimeMs > START_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // It is there, and somebody else's.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** Whether an emulator answers at the address. */
export async function isAzurite(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await answer.body?.cancel();
    return answer.headers.get('server')?.startsWith('Azurite') === true;
  } catch {
    return false;
  }
}
