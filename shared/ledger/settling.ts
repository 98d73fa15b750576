import { addDays, DAY_MS, dayOf, endOf, HOUR_MS, isFarAhead } from '../words/day.ts';
import type { DayEntry, Held } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';

/** From when a day may be read, when it settles, and when the source no longer has it. Pure: values in, values out. */

/** A day is asked for only this long after its end, so that a clock a little ahead never lands an unfinished day. */
export const DAY_OVER_MS = HOUR_MS;

/** The newest day that may be asked for. */
export function lastDay(now: number): Day {
  return addDays(dayOf(new Date(now - DAY_OVER_MS)), -1);
}

/** Whether the source has already forgotten the day. */
export function isExpired(dataset: Dataset, day: Day, now: number): boolean {
  return now >= endOf(day) + dataset.historyDays * DAY_MS;
}

/**
 * The earliest day that history may begin with. The source still has the day before, but forgets it at midnight, and a
 * first day that was lost would hold up the watermark for ever.
 */
export function horizonOf(dataset: Dataset, now: number): Day {
  return addDays(dayOf(new Date(now)), 1 - dataset.historyDays);
}

/** Whether the day is not read unless a person asks: somebody's rows were erased from it, and a read would bring them back. */
export function isFrozen(held: Pick<Held, 'forgottenAt'> | undefined): boolean {
  return held?.forgottenAt !== undefined;
}

/** Whether the day is not re-read: it settled, or it is held and can no longer be read. */
export function isSettled(dataset: Dataset, entry: DayEntry, now: number): boolean {
  if (entry.held === undefined) return false;
  return hasSettled(entry.held, now) || isExpired(dataset, entry.day, now);
}

/** Whether a read at `now` that changed nothing settles the day. */
export function maySettle(dataset: Dataset, day: Day, now: number): boolean {
  return now >= endOf(day) + dataset.settleDays * DAY_MS;
}

/** Whether reads of the day have ended. What a clock that was far ahead has dated, nobody knows. */
export function hasSettled({ settledAt }: Held, now: number): boolean {
  return settledAt !== undefined && !isFarAhead(msOf(settledAt), now);
}

/** When the day was last read. By a clock that was far ahead: nobody knows, so that it is read again. */
export function checkedMs({ checkedAt }: Held, now: number): number {
  return isFarAhead(msOf(checkedAt), now) ? 0 : msOf(checkedAt);
}

/** Instants in the ledger are text; an absent one is long ago. */
export function msOf(instant: string | undefined): number {
  return instant === undefined ? 0 : Date.parse(instant);
}
