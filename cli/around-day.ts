import { type Doubt, doubtsOf, firstRowDay } from '../shared/ledger/doubts.ts';
import type { Owed } from '../shared/ledger/owed.ts';
import { aroundOf, owedAmong } from '../shared/ledger/seams.ts';
import { addDays } from '../shared/words/day.ts';
import { isUnreadable } from '../shared/words/errors.ts';
import type { DayEntry } from '../shared/words/ledger.ts';
import type { Dataset, Day } from '../shared/words/model.ts';
import type { Ledger } from '../shared/words/ports.ts';

/** What a day is by itself and by the days around it: whether it is owed for a border, and what is doubtful about it. */
export interface AmongOthers {
  readonly owed: Owed | undefined;
  readonly doubts: readonly Doubt[];
  /** The entry of another day cannot be read: what the whole log would have to tell is not known. */
  readonly cut: boolean;
}

type Days = Pick<Ledger, 'day' | 'days'>;

/** A damaged entry of another day hides nothing of this one but what only that one knows. @param firstDay of the log */
export async function lookAround(
  ledger: Days,
  dataset: Dataset,
  day: Day,
  firstDay: Day,
  now: number,
): Promise<AmongOthers> {
  const entries = await allEntries(ledger, dataset);
  const near = entries ?? (await Promise.all([-1, 0, 1].map(days => nearEntry(ledger, dataset, addDays(day, days)))));
  const known = near.filter(entry => entry !== undefined && entry !== 'damaged');
  const around = aroundOf(new Map(known.map(entry => [entry.day, entry])), firstDay);
  const doubts = doubtsOf(dataset, day, around, firstRowDay(known), now);
  return {
    owed: owedAmong(dataset, day, around, now),
    doubts: entries === undefined ? doubts.filter(doubt => isKnown(doubt, near)) : doubts,
    cut: entries === undefined,
  };
}

/** Where the log begins is not known by its neighbours, nor is the border with a neighbour that is damaged. */
function isKnown({ reason }: Doubt, near: readonly Near[]): boolean {
  return reason !== 'log.empty' && (reason !== 'seam.open' || !near.includes('damaged'));
}

type Near = DayEntry | 'damaged' | undefined;

async function allEntries(ledger: Days, { name }: Dataset): Promise<readonly DayEntry[] | undefined> {
  try {
    return (await ledger.days(name)).map(({ value }) => value);
  } catch (thrown) {
    if (isUnreadable(thrown)) return undefined;
    throw thrown;
  }
}

async function nearEntry(ledger: Days, { name }: Dataset, day: Day): Promise<Near> {
  try {
    return (await ledger.day(name, day))?.value;
  } catch (thrown) {
    if (isUnreadable(thrown)) return 'damaged';
    throw thrown;
  }
}
