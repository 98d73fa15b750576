/**
 * Preloaded into the process of each test file by run.ts: ends it when nothing in it begins or ends for too long.
 * Node's own limit fails a test that waits, but cannot end a loop that never gives way, nor a process in which
 * something was left open after its last test. A thread can.
 */
import { writeSync } from 'node:fs';
import { after, afterEach, before, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Milliseconds that a test may take, in the environment of a test file. */
export const LIMIT_VARIABLE = 'TEST_LIMIT_MS';

/**
 * Its address and not its path: what is preloaded is a module, and `C:\\…` is the name of none.
 */
export const PRELOAD: readonly string[] = ['--import', import.meta.url];

/** Node's own limit is reached first, where it can do anything. */
const GRACE_MS = 5_000;
/** For a process to end after its last test, with whatever its hooks have to stop. */
const END_MS = 120_000;

interface News {
  /** The tests that run. */
  readonly running: readonly string[];
  /** What ended last. */
  readonly ended: string | undefined;
  readonly isLast: boolean;
}

function watch(limitMs: number): void {
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: { limitMs }, execArgv: [] });
  thread.unref();
  const running = new Set<string>();
  let ended: string | undefined;
  const tell = (isLast = false): void => thread.postMessage({ running: [...running], ended, isLast } satisfies News);
  const nameOf = (context: object): string => ('fullName' in context ? String(context.fullName) : '');
  before(() => tell());
  beforeEach(context => {
    running.add(nameOf(context));
    tell();
  });
  afterEach(context => {
    ended = nameOf(context);
    running.delete(ended);
    tell();
  });
  after(() => tell(true));
}

function endLate(limitMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  parentPort?.on('message', ({ running, ended, isLast }: News) => {
    clearTimeout(timer);
    const ms = isLast ? Math.min(END_MS, limitMs) : limitMs + GRACE_MS;
    timer = setTimeout(() => {
      const names = running.map(name => `"${name}"`).join(', ');
      const last = ended === undefined ? 'before the first test' : `after the test "${ended}"`;
      const what = isLast
        ? `All tests have ended, and ${ms / 1_000} s later the process has not: one of them left something open`
        : names === ''
          ? `Nothing has ended for ${ms / 1_000} s ${last}: a hook, or the file itself, does not end`
          : `Not ended after ${limitMs / 1_000} s: ${names}`;
      writeSync(2, `${what}. The process is killed.\n`);
      process.kill(process.pid, 'SIGKILL');
    }, ms);
  });
}

if (!isMainThread) {
  if (workerData?.limitMs !== undefined) endLate(workerData.limitMs);
} else if (process.env[LIMIT_VARIABLE] !== undefined) watch(Number(process.env[LIMIT_VARIABLE]));
