import pRetry from 'p-retry';
import { DAY_MS, HOUR_MS, instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Instant } from '../words/model.ts';
import type { Clock } from '../words/ports.ts';
import { httpDate } from './http/dates.ts';

/**
 * Retries and waits inside one read of a page. All retries between Landline and a source are here: no code above or
 * below this repeats a request.
 */

/** Retries after the first attempt, for trouble that may pass. */
const RETRIES = 3;

/** Delay before the first retry; doubled each time, with jitter so that workers do not retry at the same instant. */
const RETRY_MS = 1_000;

/** The worker sleeps through a wait up to this long. For a longer wait it gives the day back. */
const PATIENCE_MS = 30_000;

/** How many short waits the worker sleeps through for one page. After that it gives the day back. */
const WAITS = 5;

/**
 * A longer wait is cut to this. The sources count their limits over seconds and minutes, so a longer wait is a mistake
 * in a clock or a unit, and would close all logs of the source. After an hour the source is asked again, and may name
 * the same wait again.
 */
const WAIT_MAX_MS = HOUR_MS;

/** A shorter wait, or a date that has passed by our clock, becomes this: else requests would follow without a pause. */
const WAIT_MIN_MS = 1_000;

export interface Patience {
  readonly clock: Clock;
  /** From 0 up to 1, to spread delays. */
  readonly random: () => number;
}

/** Runs `read` until it succeeds or fails for good; sleeps in between. Rejects with the signal's reason on abort. */
export function patiently<T>(read: () => Promise<T>, patience: Patience, signal: AbortSignal): Promise<T> {
  const { clock, random } = patience;
  let waits = 0;
  const delayAfter = (error: Error, tries: number): number | undefined => {
    if (!(error instanceof LandlineError)) return undefined;
    if (error.until === undefined && error.remedy !== 'retry' && error.remedy !== 'wait') return undefined;
    if (error.remedy === 'wait' && waits++ >= WAITS) return undefined;
    if (error.until === undefined) return RETRY_MS * 2 ** (error.remedy === 'wait' ? waits : tries) * (0.5 + random());
    // A wait that the source named gets no jitter: it said when to ask again.
    const wait = Date.parse(error.until) - clock.now();
    return wait <= PATIENCE_MS ? Math.max(0, wait) : undefined;
  };
  return pRetry(read, {
    retries: RETRIES,
    minTimeout: 0,
    signal,
    // Being told to wait is not a failed attempt.
    shouldConsumeRetry: ({ error }) => !(error instanceof LandlineError && error.remedy === 'wait'),
    shouldRetry: async ({ error, retriesConsumed }) => {
      const delay = delayAfter(error, retriesConsumed);
      if (delay === undefined) return false;
      await clock.sleep(delay, signal);
      return true;
    },
  });
}

/**
 * The instant a `Retry-After` header names: seconds, possibly fractional, or an HTTP date. Where it came more than once,
 * the first.
 *
 * @param date the header `Date` of the same response: when `Retry-After` is a date, the wait is counted from it,
 *   unless it is more than a day away from our clock
 * @returns `undefined` when the header is absent or unreadable; never less than a second or more than an hour ahead
 */
export function retryAfter(header: string | undefined, now: number, date?: string): Instant | undefined {
  const text = header?.trim() ?? '';
  const [, seconds] = /^(\d+(?:\.\d+)?)(?:, |$)/.exec(text) ?? [];
  const theirs = httpDate(date);
  const asked = Math.abs(theirs - now) <= DAY_MS ? theirs : now;
  const wait = seconds === undefined ? httpDate(text) - asked : Number(seconds) * 1_000;
  if (Number.isNaN(wait)) return undefined;
  return instantOf(Math.ceil(now + Math.min(Math.max(wait, WAIT_MIN_MS), WAIT_MAX_MS)));
}
