import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * Waiting, in every test that loops or listens: with a limit, after which the wait fails and says what it waited for
 * and what it saw. The limits are for a machine that has far more to do than this; nobody waits that long otherwise.
 */

export const WAIT_MS = 240_000;
/** For a process or a thread that does all of its work before it ends. */
export const PROCESS_MS = 600_000;
/** Between two looks. */
const LOOK_MS = 20;

export interface Waiting {
  /** What there is to see when the limit is reached. */
  readonly saw?: () => unknown;
  readonly limitMs?: number;
  /** Between two looks, where a look is dear. */
  readonly everyMs?: number;
}

/**
 * @param wait a promise; or a look, which is taken again and again until it gives something else than `false` or
 * `undefined`
 * @returns what came
 * @throws when nothing came within the limit; and what the promise or the look throws
 */
export async function waitFor<T>(
  what: string,
  wait: Promise<T> | (() => T | Promise<T>),
  { saw, limitMs = WAIT_MS, everyMs = LOOK_MS }: Waiting = {},
): Promise<T> {
  const over = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: over.signal }).then(() => {
    const seen = saw?.();
    const told = seen === undefined ? '' : ` Seen: ${typeof seen === 'string' ? seen : inspect(seen, { depth: 5 })}`;
    throw new Error(`Waited ${limitMs / 1_000} s for: ${what}.${told}`);
  });
  try {
    if (typeof wait !== 'function') return await Promise.race([wait, limit]);
    for (;;) {
      const found = await Promise.race([wait(), limit]);
      if (found !== false && found !== undefined) return found;
      await Promise.race([sleep(everyMs), limit]);
    }
  } finally {
    limit.catch(() => undefined);
    over.abort();
  }
}

/** @returns the free port on which it listens from now on */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await waitFor(`a server listens on ${host}`, once(server.listen(0, host), 'listening'));
  return (server.address() as AddressInfo).port;
}

/** Closes it, with the connections of an HTTP server. */
export async function close(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  server.closeAllConnections?.();
  await waitFor('a server closes', once(server.close(), 'close'));
}

export interface Process {
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  readonly said: { stdout: string; stderr: string };
  /** Waits until it has ended and its output is whole. It is killed when it does not end. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Listens to a process that was just started, under a name to tell it by. */
export function processOf(name: string, child: ChildProcess): Process {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', chunk => {
      said[stream] += String(chunk);
    });
  const closed = once(child, 'close');
  // Whoever waits hears of it.
  closed.catch(() => undefined);
  return {
    child,
    said,
    async ended() {
      try {
        const [code, signal] = await waitFor(`${name} ends`, closed, { saw: () => said, limitMs: PROCESS_MS });
        return { code, signal };
      } finally {
        child.kill('SIGKILL');
      }
    },
  };
}
