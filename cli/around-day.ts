import { type Doubt, doubtsOf, firstRowDay } from '../shared/ledger/doubts.ts';
import type { Owed } from '../shared/ledger/owed.ts';
import { aroundOf, owedAmong } from '../shared/ledger/seams.ts';
import { blockerOf } from '../shared/status/dataset-facts.ts';
import type { Holdup } from '../shared/status/next-step.ts';
import { daysBetween } from '../shared/words/day.ts';
import type { Dataset, Day } from '../shared/words/model.ts';
import type { Ledger } from '../shared/words/ports.ts';

/** What a day is by itself and by the days around it: whether it is owed for a border, and what is doubtful about it. */
export interface AmongOthers {
  readonly owed: Owed | undefined;
  readonly doubts: readonly Doubt[];
  /** A day that a person has to mend before this one is read. */
  readonly blocker: Holdup['blocker'];
  /** The entry of another day cannot be read: what the whole log would have to tell is not known. */
  readonly cut: boolean;
}

/** @param firstDay of the log */
export async function lookAround(
  ledger: Pick<Ledger, 'days'>,
  dataset: Dataset,
  day: Day,
  firstDay: Day,
  now: number,
): Promise<AmongOthers> {
  const entries = (await ledger.days(dataset.name)).map(({ value }) => value);
  const damaged = entries.filter(entry => entry.unreadable && entry.day !== day).map(entry => entry.day);
  const around = aroundOf(new Map(entries.map(entry => [entry.day, entry])), firstDay);
  const doubts = doubtsOf(dataset, day, around, firstRowDay(entries), now);
  return {
    owed: owedAmong(dataset, day, around, now),
    doubts: doubts.filter(doubt => isKnown(doubt, day, damaged)),
    blocker: blockerOf(dataset, entries, now),
    cut: damaged.length > 0,
  };
}

/** A damaged entry does not tell whether its day has rows, nor which rows are at its borders. */
function isKnown({ reason }: Doubt, day: Day, damaged: readonly Day[]): boolean {
  if (reason === 'log.empty') return damaged.length === 0;
  return reason !== 'seam.open' || !damaged.some(other => Math.abs(daysBetween(day, other)) === 1);
}
