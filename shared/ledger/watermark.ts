import { addDays, eachDay } from '../words/day.ts';
import type { DayEntry, Watermark } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import { horizonOf, isSettled, lastDay } from './settling.ts';

/** How far a dataset is complete: the unbroken run of days, counted from its first day. Pure. */

type Entries = ReadonlyMap<Day, DayEntry>;

/**
 * The watermark of a dataset that was never planned.
 *
 * @param historyDays as set; history begins no earlier than the source can still give it
 */
export function firstWatermark(dataset: Dataset, historyDays: number, now: number): Watermark {
  const firstDay = addDays(lastDay(now), 1 - historyDays);
  return { dataset: dataset.name, firstDay: laterDay(firstDay, horizonOf(dataset, now)) };
}

/**
 * The watermark to plan with. Until a day is held, history begins no earlier than the source can still give it: weeks
 * may go by before somebody consents. From then on its first day stays, whatever a clock says.
 */
export function beginning(
  dataset: Dataset,
  recorded: Watermark | undefined,
  entries: readonly DayEntry[],
  historyDays: number,
  now: number,
): Watermark {
  const first = firstWatermark(dataset, historyDays, now);
  if (recorded === undefined) return first;
  if (recorded.landedThrough !== undefined || entries.some(({ held }) => held !== undefined)) return recorded;
  const earlier = recorded.firstDay < first.firstDay ? recorded.firstDay : first.firstDay;
  return { ...recorded, firstDay: laterDay(earlier, horizonOf(dataset, now)) };
}

export function laterDay(a: Day, b: Day): Day {
  return a < b ? b : a;
}

/**
 * The watermark with its marks as far on as the entries allow, and never back. Its first day stays: by a clock that is
 * behind, it would move back to days that the source no longer has, and the marks could never pass those.
 */
export function advanced(dataset: Dataset, watermark: Watermark, entries: Entries, now: number): Watermark {
  const runOf = (before: Day | undefined, passes: (entry: DayEntry) => boolean): Day | undefined => {
    let through = before;
    const next = before === undefined ? watermark.firstDay : addDays(before, 1);
    for (const day of eachDay(next, lastDay(now))) {
      const entry = entries.get(day);
      if (entry === undefined || !passes(entry)) break;
      through = day;
    }
    return through;
  };
  const landedThrough = runOf(watermark.landedThrough, entry => entry.held !== undefined);
  const settledThrough = runOf(watermark.settledThrough, entry => isSettled(dataset, entry, now));
  return {
    ...watermark,
    ...(landedThrough === undefined ? {} : { landedThrough }),
    ...(settledThrough === undefined ? {} : { settledThrough }),
  };
}

/**
 * The watermark of a dataset whose history begins on `firstDay`. A run that begins elsewhere is counted anew.
 *
 * @param firstDay not later than the recorded one
 */
export function watermarkFrom(
  dataset: Dataset,
  firstDay: Day,
  recorded: Watermark | undefined,
  entries: Entries,
  now: number,
): Watermark {
  const paused = recorded?.pausedAt === undefined ? {} : { pausedAt: recorded.pausedAt };
  const watermark = recorded?.firstDay === firstDay ? recorded : { dataset: dataset.name, firstDay, ...paused };
  return advanced(dataset, watermark, entries, now);
}

/** The days that a mark may cover: what is held, and what nobody can tell of. */
export function mayBeHeld(entries: readonly DayEntry[]): Set<Day> {
  return new Set(entries.filter(each => each.held !== undefined || each.unreadable).map(({ day }) => day));
}

/** Days that a clock may be ahead by, as far as instants are believed. */
const AHEAD_DAYS = 4;

/**
 * The mark that says more than the days do, by its name: one in the future, or one that was set by nobody who has seen
 * the days. `undefined` when all may be true.
 *
 * @param held of `mayBeHeld`, and what else is known to have landed
 */
export function markThatLies(
  { firstDay, landedThrough, settledThrough }: Watermark,
  held: ReadonlySet<Day>,
  now: number,
): keyof Watermark | undefined {
  const latest = addDays(lastDay(now), AHEAD_DAYS);
  // A day that is held before it is no lie: where the ledger was lost, history begins anew by the settings.
  if (firstDay > latest) return 'firstDay';
  const lies = (mark: Day | undefined): boolean => {
    if (mark === undefined) return false;
    return mark > latest || mark < firstDay || [...eachDay(firstDay, mark)].some(day => !held.has(day));
  };
  if (lies(landedThrough)) return 'landedThrough';
  return lies(settledThrough) ? 'settledThrough' : undefined;
}

/** Whether both say the same of days. */
export function sameMarks(a: Watermark | undefined, b: Watermark): boolean {
  return a?.firstDay === b.firstDay && a.landedThrough === b.landedThrough && a.settledThrough === b.settledThrough;
}
