import { HOUR_MS } from '../words/day.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import { counted, durationOf } from './text.ts';

/** How fast missing days land. */
export interface Filling {
  /** Days that are held, of those that are owed and can be had. */
  readonly landed: number;
  readonly owed: number;
  /** As fast as within the last hour, or since the first of these days landed. */
  readonly daysPerHour: number;
  /** By that speed; absent when nothing has landed within the last hour. */
  readonly minutesLeft?: number;
}

/** A few days that landed just now say nothing of the next hour. */
const MEASURED_MS_MIN = 10_000;

/** How far history is filled; `undefined` when nothing is missing. Pure. @param now milliseconds since the epoch */
export function fillingOf(datasets: readonly DatasetFacts[], now: number): Filling | undefined {
  const total = (of: (each: DatasetFacts) => number) => datasets.reduce((sum, each) => sum + of(each), 0);
  const [landed, missing, lately] = [
    total(each => each.daysHeld),
    total(each => each.gapDays),
    total(each => each.landedLastHour),
  ];
  if (missing === 0) return undefined;
  const since = Math.min(...datasets.map(({ landingSince }) => Date.parse(landingSince ?? '') || now));
  const daysPerHour = Math.round((lately * HOUR_MS) / Math.max(now - since, MEASURED_MS_MIN));
  const minutesLeft = daysPerHour === 0 ? undefined : Math.ceil((missing / daysPerHour) * 60);
  return { landed, owed: landed + missing, daysPerHour, ...(minutesLeft !== undefined && { minutesLeft }) };
}

/** How long the rest takes, for a person; `undefined` while there is nothing to go by. */
export function paceNote({ daysPerHour, minutesLeft }: Filling): string | undefined {
  if (minutesLeft === undefined) return undefined;
  return `About ${durationOf(minutesLeft)} left, at ${counted(daysPerHour, 'day')} an hour.`;
}
