import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../words/ports.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      throw signal?.reason ?? thrown;
    }
  },
  timeout: ms => AbortSignal.timeout(ms),
};
