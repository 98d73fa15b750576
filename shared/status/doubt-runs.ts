import type { Doubt } from '../ledger/doubts.ts';
import { daysBetween } from '../words/day.ts';
import type { Day } from '../words/model.ts';
import type { DayFacts } from './dataset-facts.ts';

/** Neighbouring days with the same doubt: a month before the first row is one thing to know. */
export interface DoubtRun {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  /** Of its first day. */
  readonly doubt: Doubt;
}

/** Every doubt about these days, by its first day. Pure. @param days in order */
export function doubtRunsOf(days: readonly DayFacts[]): DoubtRun[] {
  const runs: DoubtRun[] = [];
  for (const { day, doubts = [] } of days)
    for (const doubt of doubts) {
      const at = runs.findLastIndex(run => run.doubt.reason === doubt.reason);
      const last = runs[at];
      if (last !== undefined && last.doubt.message === doubt.message && daysBetween(last.to, day) === 1)
        runs[at] = { ...last, to: day, days: last.days + 1 };
      else runs.push({ from: day, to: day, days: 1, doubt });
    }
  return runs;
}
