import { dateOf, monthOf, weekdayOf } from '../../shared/status/text.ts';
import { addDays, daysBetween, eachDay } from '../../shared/words/day.ts';

/** The period of a report, cut into days, weeks or months. Days are `YYYY-MM-DD`, UTC, both ends included. Pure. */

export interface Period {
  readonly from: string;
  readonly to: string;
}

/** The period of as many days right before this one. */
export function before({ from, to }: Period): Period {
  const days = daysBetween(from, to) + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

export type Step = 'day' | 'week' | 'month';

/** More bars than these are hair lines. */
const DAYS_MOST = 60;
const WEEKS_MOST = 60;

export function stepOf({ from, to }: Period): Step {
  const days = daysBetween(from, to) + 1;
  if (days <= DAYS_MOST) return 'day';
  return days <= 7 * WEEKS_MOST ? 'week' : 'month';
}

export interface Bucket {
  /** As short as an axis needs it. */
  readonly label: string;
  /** Its first day, or month, as a table names it. */
  readonly name: string;
  readonly days: readonly string[];
  /** Whether the period has only a part of it: a week or a month at the border. */
  readonly isCut: boolean;
}

export function bucketsOf(period: Period, step: Step = stepOf(period)): Bucket[] {
  const parts = Map.groupBy(eachDay(period.from, period.to), day => startOf(day, step));
  return [...parts].map(([start, days]) => ({
    label: step === 'month' ? `${monthOf(start)} ’${start.slice(2, 4)}` : dateOf(start),
    name: step === 'month' ? start.slice(0, 7) : start,
    days,
    isCut: days.length < lengthOf(start, step),
  }));
}

function startOf(day: string, step: Step): string {
  if (step === 'month') return `${day.slice(0, 7)}-01`;
  return step === 'day' ? day : addDays(day, -weekdayOf(day));
}

function lengthOf(start: string, step: Step): number {
  if (step !== 'month') return step === 'day' ? 1 : 7;
  return new Date(Date.UTC(Number(start.slice(0, 4)), Number(start.slice(5, 7)), 0)).getUTCDate();
}
