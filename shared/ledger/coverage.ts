import { DAY_MS, eachDay } from '../words/day.ts';
import type { DayEntry, Watermark } from '../words/ledger.ts';
import type { Dataset, Day, DayState } from '../words/model.ts';
import { stateOf } from './day-state.ts';
import { isExpired, lastDay } from './settling.ts';

/** How much of a dataset is held, in one value. Pure. */

/** Days that are not held and that the source will forget within this many days are worth an alarm. */
export const EXPIRING_DAYS = 14;

/** By then a typed table has been owed for two hours and a half. */
const TRIES_STUCK = 4;

/** What is owed is queued again every day at least. What was not for two days is no longer owed: settings changed. */
const STUCK_MS = 2 * DAY_MS;

export interface Coverage {
  readonly dataset: string;
  readonly firstDay: Day;
  readonly lastDay: Day;
  readonly landedThrough: Day | undefined;
  readonly settledThrough: Day | undefined;
  /** The newest day of which a partition is there. */
  readonly newestHeld: Day | undefined;
  /** Days that are over since the newest held day, as far as the source still has them; 0 when the newest is held. */
  readonly lagDays: number;
  /** Days that are owed and not held, and that the source still has. */
  readonly gapDays: number;
  readonly days: Readonly<Record<DayState, number>>;
  readonly rows: number;
  /** Days of which a partition is there, whatever else is being done about them. */
  readonly held: number;
  /** Days not held that the source forgets soon. */
  readonly expiring: number;
  /** Days whose typed table stays behind although it was queued again and again. */
  readonly uncurated: number;
}

export function coverageOf(
  dataset: Dataset,
  watermark: Watermark,
  entries: readonly DayEntry[],
  now: number,
): Coverage {
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const last = lastDay(now);
  const days: Record<DayState, number> = {
    final: 0,
    open: 0,
    queued: 0,
    fetching: 0,
    waiting: 0,
    missing: 0,
    failed: 0,
    suspect: 0,
    expired: 0,
  };
  let rows = 0;
  let held = 0;
  let expiring = 0;
  let uncurated = 0;
  let gapDays = 0;
  let newestHeld: Day | undefined;
  let lagDays = 0;
  for (const day of eachDay(watermark.firstDay, last)) {
    const entry = byDay.get(day);
    days[stateOf(dataset, day, entry, now)] += 1;
    rows += entry?.held?.rows ?? 0;
    if (entry?.held !== undefined && isUncurated(entry.held, now)) uncurated += 1;
    if (entry?.held !== undefined) {
      held += 1;
      newestHeld = day;
      lagDays = 0;
    } else if (!isExpired(dataset, day, now)) {
      gapDays += 1;
      lagDays += 1;
      if (isExpiring(dataset, day, now)) expiring += 1;
    }
  }
  return {
    dataset: dataset.name,
    firstDay: watermark.firstDay,
    lastDay: last,
    landedThrough: watermark.landedThrough,
    settledThrough: watermark.settledThrough,
    newestHeld,
    lagDays,
    gapDays,
    days,
    rows,
    held,
    expiring,
    uncurated,
  };
}

/** Whether the source still has the day, and forgets it soon. */
export function isExpiring(dataset: Dataset, day: Day, now: number): boolean {
  return isExpired(dataset, day, now + EXPIRING_DAYS * DAY_MS) && !isExpired(dataset, day, now);
}

function isUncurated({ curateTries = 0, curateQueuedAt }: NonNullable<DayEntry['held']>, now: number): boolean {
  return curateTries >= TRIES_STUCK && curateQueuedAt !== undefined && now < Date.parse(curateQueuedAt) + STUCK_MS;
}
