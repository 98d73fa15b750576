import { daysBetween } from '../words/day.ts';
import type { Day } from '../words/model.ts';
import { type MarkedDay, markOfDay } from './states.ts';

/** Many days told as a few stretches. Pure. */

/** Neighbouring days that are owed and not held. */
export interface Gap {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
}

/** A year of days in outline. */
export interface YearFacts {
  readonly year: string;
  readonly from: Day;
  /** One mark a day, as in the legend. */
  readonly marks: string;
  readonly held: number;
}

interface OutlinedDay extends MarkedDay {
  readonly day: Day;
  readonly held: boolean;
}

/** @param days in order */
export function gapsIn(days: readonly Day[]): Gap[] {
  const gaps: Gap[] = [];
  for (const day of days) {
    const last = gaps.at(-1);
    if (last !== undefined && daysBetween(last.to, day) === 1)
      gaps[gaps.length - 1] = { from: last.from, to: day, days: last.days + 1 };
    else gaps.push({ from: day, to: day, days: 1 });
  }
  return gaps;
}

/** Days by year, newest year first. */
export function yearsOf(days: readonly OutlinedDay[]): YearFacts[] {
  const years = Map.groupBy(days, ({ day }) => day.slice(0, 4));
  return [...years].reverse().map(([year, of]) => ({
    year,
    from: of[0]?.day ?? '',
    marks: of.map(markOfDay).join(''),
    held: of.filter(({ held }) => held).length,
  }));
}
