import type { DatasetFacts } from './dataset-facts.ts';
import { counted, durationOf } from './text.ts';

/** How fast missing days land. */
export interface Filling {
  /** Days that are held, of those that are owed and can be had. */
  readonly landed: number;
  readonly owed: number;
  readonly daysPerHour: number;
  /** By that speed; absent when nothing has landed within the last hour. */
  readonly minutesLeft?: number;
}

/** How far history is filled; `undefined` when nothing is missing. Pure. */
export function fillingOf(datasets: readonly DatasetFacts[]): Filling | undefined {
  const total = (of: (each: DatasetFacts) => number) => datasets.reduce((sum, each) => sum + of(each), 0);
  const [landed, missing, daysPerHour] = [
    total(each => each.daysHeld),
    total(each => each.gapDays),
    total(each => each.landedLastHour),
  ];
  if (missing === 0) return undefined;
  const minutesLeft = daysPerHour === 0 ? undefined : Math.ceil((missing / daysPerHour) * 60);
  return { landed, owed: landed + missing, daysPerHour, ...(minutesLeft !== undefined && { minutesLeft }) };
}

/** How long the rest takes, for a person; `undefined` while there is nothing to go by. */
export function paceNote({ daysPerHour, minutesLeft }: Filling): string | undefined {
  if (minutesLeft === undefined) return undefined;
  return `${counted(daysPerHour, 'day')} landed within the last hour: about ${durationOf(minutesLeft)} left.`;
}
