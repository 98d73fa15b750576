import pRetry from 'p-retry';
import { DAY_MS, HOUR_MS, instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Instant } from '../words/model.ts';
import type { Clock } from '../words/ports.ts';
import { httpDate } from './http/dates.ts';

/**
 * Retries and waits inside one read of a page. It owns all retries between Landline and a source: nothing above or
 * below repeats a request.
 */

/** Attempts after the first for passing trouble. */
const RETRIES = 3;

/** First delay after passing trouble; doubled each time, and spread so that workers do not return in step. */
const RETRY_MS = 1_000;

/** A wait up to this long is slept through; for a longer one the worker lets go of the day. */
const PATIENCE_MS = 30_000;

/** Short waits slept through for one page. A source that keeps saying "soon" is asked again later. */
const WAITS = 5;

/**
 * The longest wait that is believed. The sources' limits are counted over seconds and minutes, so more is a mistake of
 * somebody's clock or unit, and would close all logs of the source; it is asked again then, and may say the same again.
 */
const WAIT_MAX_MS = HOUR_MS;

/** "At once", or a date that has passed by our clock, is not believed either: it would be asked without a pause. */
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
    // What the source asked for is not spread: it said when.
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
 * @param date the header `Date` of the same response: a date is as far away as the source's own clock says, unless that
 *   is off by more than a day
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
