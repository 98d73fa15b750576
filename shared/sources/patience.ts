import pRetry from 'p-retry';
import { instantOf } from '../words/day.ts';
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
export const PATIENCE_MS = 30_000;

/** Short waits slept through for one page. A source that keeps saying "soon" is asked again later. */
const WAITS = 5;

/** Waits beyond a day are not believed; the day is asked for again then. */
const WAIT_MAX_MS = 24 * 60 * 60_000;

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
    if (error.remedy === 'retry') return RETRY_MS * 2 ** tries * (0.5 + random());
    if (error.remedy !== 'wait' || waits >= WAITS) return undefined;
    waits += 1;
    if (error.until === undefined) return RETRY_MS * 2 ** waits * (0.5 + random());
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
 * The instant a `Retry-After` header names: seconds, possibly fractional, or an HTTP date.
 *
 * @returns `undefined` when the header is absent or unreadable; never less than a second or more than a day ahead
 */
export function retryAfter(header: string | undefined, now: number): Instant | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const at = /^\d+(\.\d+)?$/.test(text) ? now + Number(text) * 1_000 : httpDate(text);
  if (Number.isNaN(at)) return undefined;
  return instantOf(Math.ceil(Math.min(Math.max(at, now + WAIT_MIN_MS), now + WAIT_MAX_MS)));
}
