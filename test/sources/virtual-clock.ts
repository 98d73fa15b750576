import type { Clock } from '../../shared/words/ports.ts';

/** A sleep this long never ends by itself: how a test turns off heartbeats. */
export const NEVER_MS = 1e12;

/** Time that passes only when somebody sleeps, at once, or when the test says so. */
export interface VirtualClock extends Clock {
  /** Every sleep that was asked for, in milliseconds. */
  readonly waits: number[];
  /** Ends the attempts in progress as their deadline would. */
  timeUp(): void;
  pass(ms: number): void;
}

export function virtualClock(start: number): VirtualClock {
  let now = start;
  let deadline = new AbortController();
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      if (ms >= NEVER_MS) return aborted(signal);
      waits.push(ms);
      now += ms;
    },
    timeout: () => deadline.signal,
    timeUp() {
      deadline.abort(new DOMException('The deadline of the test', 'TimeoutError'));
      deadline = new AbortController();
    },
    pass(ms) {
      now += ms;
    },
  };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
