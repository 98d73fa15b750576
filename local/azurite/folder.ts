import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../cli/usage-error.ts';
import { MINUTE_MS } from '../../shared/words/day.ts';
import { cannotBeWritten, codeOf, makeFolder } from '../folders.ts';

/** The folder that an emulator keeps its data in: one at a time uses it, and what is in it can be read. */

/** A start takes about a second, and several on a busy machine. */
export const START_MS = MINUTE_MS;
/** How long the Azurite of a parent that was killed may take to notice and to save. */
const LEFTOVER_MS = 3_000;
/** An answer comes within milliseconds, and within seconds on a machine that has far more to do. */
const ANSWER_MS = 10_000;
/** Longer than it takes to find that a folder was left behind and to take it. */
const TAKE_OVER_MS = 300;

function inUseFile(folder: string): string {
  return join(folder, 'azurite-in-use.json');
}

/** Says in a folder who has it, from before the emulator starts until it has saved. */
export interface Hold {
  /** From now on the emulator itself has it. */
  handOn(pid: number, port: string): Promise<void>;
  /** Unless somebody else has it by now. */
  release(): Promise<void>;
}

/**
 * Two Azurites over one folder would overwrite each other's state. Whoever is first to make the file has it; what a
 * killed one left behind is taken over, and then looked at once more, since others may have done the same.
 *
 * @throws UsageError when it is in use, or cannot be written to
 */
export async function hold(folder: string): Promise<Hold> {
  try {
    return await take(folder);
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    throw new UsageError(`${folder} ${cannotBeWritten(cause)}. Name another folder with --data.`, { cause });
  }
}

async function take(folder: string): Promise<Hold> {
  await makeFolder(folder);
  const id = randomUUID();
  let mine = JSON.stringify({ pid: process.pid, id, since: Date.now() });
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
      throw new UsageError(
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
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Not every file system has links. A copy is not made in one step, but by one only. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(async thrown => {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  });
}

async function textIn(folder: string): Promise<string> {
  return readFile(inUseFile(folder), 'utf8').catch(() => '');
}

/**
 * The process that uses the folder, or is about to. Once there is a port it is asked, because the id alone may belong
 * to another program by now.
 */
async function userOf(folder: string): Promise<number | undefined> {
  const text = await textIn(folder);
  const [, pid, port] = /"pid":(\d+)(?:,"port":"(\d+)")?/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  const since = Number(/"since":(\d+)/.exec(text)?.[1]);
  const uses = port === undefined ? isStarting(Number(pid), since) : await isAzurite(`http://127.0.0.1:${port}/`);
  return uses ? Number(pid) : undefined;
}

/** @param since by the clock that `Date` has, as the times of files may be those of another machine; NaN when not known */
function isStarting(pid: number, since: number): boolean {
  return !(Date.now() - since > START_MS) && isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // It is there, and somebody else's.
    return codeOf(thrown) === 'EPERM';
  }
}

/** Whether an emulator answers at the address. */
export async function isAzurite(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.body?.cancel();
    return answer.headers.get('server')?.startsWith('Azurite') === true;
  } catch {
    return false;
  }
}

/** Azurite says that some JSON is wrong, and not in which of its files. */
export async function damageIn(folder: string): Promise<UsageError | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^__azurite_db_\w+__\.json$/.test(name)) continue;
    const file = join(folder, name);
    try {
      // What it takes for an empty one.
      JSON.parse((await readFile(file, 'utf8')) || '{}');
    } catch (cause) {
      const next =
        'Restore the folder from a backup, or name another one with --data: what was landed here can be landed again.';
      return new UsageError(`${file} cannot be read: it is cut off or damaged. ${next}`, { cause });
    }
  }
  return undefined;
}
