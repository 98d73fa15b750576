import { HOUR_MS, instantOf } from '../words/day.ts';
import type { Failure } from '../words/errors.ts';
import type { Work } from '../words/ledger.ts';
import type { Instant } from '../words/model.ts';
import { READS_MAX } from './guards.ts';

/** What happens to a day after a failure. Pure: the remedy decides, the ledger's counts say how patiently. */

/** How long a source is left alone that asked to wait without saying how long. */
const REST_MS = 60_000;

/** First delay after a failed attempt; doubled for each further one. */
const BACKOFF_MS = 15_000;
const BACKOFF_MAX_MS = HOUR_MS;

/** What needs a person is tried again all the same, this often: somebody may have mended it. */
const NEEDS_PERSON_MS = HOUR_MS;

export type Backoff =
  /** Nothing failed. The day goes on from its checkpoint at `until`, and so does all else of the source. */
  | { readonly kind: 'delay'; readonly until: Instant }
  /** The day is read again from its first page, at once. */
  | { readonly kind: 'restart'; readonly rereads: number }
  /** The attempt failed. The planner queues the day again at `retryAt`, or when a person asks. */
  | { readonly kind: 'fail'; readonly retryAt: Instant };

/** @param now milliseconds since the epoch */
export function backoffOf(failure: Failure, work: Work, now: number): Backoff {
  const backoff = Math.min(BACKOFF_MS * 2 ** Math.min(work.failures, 20), BACKOFF_MAX_MS);
  switch (failure.remedy) {
    case 'wait':
      return { kind: 'delay', until: failure.until ?? instantOf(now + REST_MS) };
    case 'restart':
      // A day that cannot be read in one piece a few times over is left for a while, like any other failure.
      if (work.rereads + 1 < READS_MAX) return { kind: 'restart', rereads: work.rereads + 1 };
      return { kind: 'fail', retryAt: instantOf(now + backoff) };
    case 'retry':
      return { kind: 'fail', retryAt: instantOf(Math.max(now + backoff, Date.parse(failure.until ?? '') || 0)) };
    case 'reject':
    case 'fix-config':
      return { kind: 'fail', retryAt: instantOf(now + NEEDS_PERSON_MS) };
  }
}
