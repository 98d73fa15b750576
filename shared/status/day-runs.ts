import { daysBetween } from '../words/day.ts';
import type { Instant } from '../words/model.ts';
import type { DayFacts } from './dataset-facts.ts';
import { minuteOf } from './text.ts';

/** Neighbouring days with the same trouble: a week without a permission is one thing to do. Pure. */
export function runsOf(days: readonly DayFacts[]): DayFacts[][] {
  const runs: DayFacts[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const same =
      last !== undefined &&
      daysBetween(last.day, day.day) === 1 &&
      last.state === day.state &&
      last.reason === day.reason &&
      last.message === day.message &&
      last.held === day.held &&
      last.command?.replace(last.day, '') === day.command?.replace(day.day, '');
    if (same) run?.push(day);
    else runs.push([day]);
  }
  return runs;
}

/** ` since 2026-01-31 14:05 UTC`, the earliest of those that are known; empty when none is. */
export function sinceText(instants: readonly (Instant | undefined)[]): string {
  const [since] = instants.filter(instant => instant !== undefined).sort();
  return since === undefined ? '' : ` since ${minuteOf(since)} UTC`;
}
