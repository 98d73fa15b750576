import { readInstant, utcText } from './instants.ts';
import type { Day, Instant, Overlap, Window } from './model.ts';

/** The UTC calendar. No local time anywhere: a day has 24 hours, and days sort as text. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The UTC day that holds `at`. */
export function dayOf(at: Date): Day {
  return at.toISOString().slice(0, 10);
}

/** Midnight at which `day` starts, in milliseconds since the epoch. */
export function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** Midnight at which `day` ends (exclusive), in milliseconds since the epoch. */
export function endOf(day: Day): number {
  return startOf(day) + DAY_MS;
}

/** `count` days after `day`; before it when negative. */
export function addDays(day: Day, count: number): Day {
  return dayOf(new Date(startOf(day) + count * DAY_MS));
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return (startOf(to) - startOf(from)) / DAY_MS;
}

/** Every day from `first` to `last`, both included; none when `last` is earlier. */
export function* eachDay(first: Day, last: Day): Generator<Day> {
  const end = startOf(last);
  for (let at = startOf(first); at <= end; at += DAY_MS) yield dayOf(new Date(at));
}

/** Whether `text` is a real UTC day such as `2024-02-29`. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at) && dayOf(new Date(at)) === text;
}

export function instantOf(ms: number): Instant {
  return new Date(ms).toISOString();
}

/** Nobody waits for longer than a day; a day more for each of two clocks, one of them ahead and the other behind. */
const AHEAD_MAX_MS = 3 * DAY_MS;

/** Whether an instant is further ahead than anybody waits, in milliseconds: a clock that was ahead has dated it. */
export function isFarAhead(at: number, now: number): boolean {
  return at > now + AHEAD_MAX_MS;
}

/** Whether an instant that something waits for has come. An instant that is too far ahead to be true is ignored: it counts as past. */
export function hasCome(at: number, now: number): boolean {
  return at <= now || isFarAhead(at, now);
}

/** What each overlap asks for around the day. Seven fractional digits: 100 ns is the finest unit of any source. */
export function windowOf(day: Day, overlap: Overlap): Window {
  switch (overlap) {
    case 'second':
      return { day, from: `${addDays(day, -1)}T23:59:59.0000000Z`, to: `${addDays(day, 1)}T00:00:01.0000000Z` };
    case 'none':
      return { day, from: `${day}T00:00:00.0000000Z`, to: `${day}T23:59:59.9999999Z` };
  }
}

/** Where a row belongs by its event time, seen from the window it came in. */
export interface Place {
  readonly day: Day;
  /** The border of the window's day that it lies within a second of, so that the windows of two days bring it. */
  readonly seam: 'before' | 'after' | undefined;
}

/** No log has rows of an earlier day: such a time stands for none, as 0001-01-01 and 1970-01-01 do in many programs. */
export const FIRST_DAY: Day = '2000-01-01';

/**
 * @param time the event time as the source wrote it, in any form of instants.ts
 * @returns `undefined` for no time, an unreadable one, or one that stands for none
 */
export function placeOf(time: string | undefined, { day: mine, from, to }: Window): Place | undefined {
  const instant = time === undefined ? undefined : readInstant(time);
  const at = instant === undefined ? undefined : utcText(instant);
  if (at === undefined || at < FIRST_DAY) return undefined;
  const day = at.slice(0, 10);
  // Texts of equal shape compare as instants do.
  if (at >= from && at <= `${mine}T00:00:01.0000000Z`) return { day, seam: 'before' };
  if (at >= `${mine}T23:59:59` && at <= to) return { day, seam: 'after' };
  return { day, seam: undefined };
}
