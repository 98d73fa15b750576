import { HOUR_MS, instantOf } from '../words/day.ts';
import type { Failure } from '../words/errors.ts';
import type { Work } from '../words/ledger.ts';
import type { Instant } from '../words/model.ts';
import { READS_MAX } from './guards.ts';

/** What happens to a day after a failure. Pure. The remedy decides what, the counts in the ledger how long to wait. */

/** How long Landline waits when the source asked for a wait and did not say how long. */
const REST_MS = 60_000;

/** First delay after a failed attempt; doubled for each further one. */
const BACKOFF_MS = 15_000;
const BACKOFF_MAX_MS = HOUR_MS;

/** A day that needs a person is tried again this often all the same: somebody may have fixed the cause. */
const NEEDS_PERSON_MS = HOUR_MS;

export type Backoff =
  /** Nothing failed. The day continues from its checkpoint at `until`, and so do all other days of the source. */
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
      // After this many reads that could not be completed, the day waits for its next attempt, as after any failure.
      if (work.rereads + 1 < READS_MAX) return { kind: 'restart', rereads: work.rereads + 1 };
      return { kind: 'fail', retryAt: instantOf(now + backoff) };
    case 'retry':
      return { kind: 'fail', retryAt: instantOf(Math.max(now + backoff, Date.parse(failure.until ?? '') || 0)) };
    case 'reject':
    case 'fix-config':
      return { kind: 'fail', retryAt: instantOf(now + NEEDS_PERSON_MS) };
  }
}
