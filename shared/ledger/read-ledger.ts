import { dayOf } from '../words/day.ts';
import { failureOf, isUnreadable } from '../words/errors.ts';
import type { DatasetLedger, DayEntry, Watermark } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Ledger, Versioned } from '../words/ports.ts';
import { horizonOf } from './settling.ts';
import { advanced, laterDay, markThatLies, mayBeHeld } from './watermark.ts';

/** A dataset's part of the ledger, and the watermark with the version that it was read at. */
export interface ReadDataset extends DatasetLedger {
  /** Absent also where it cannot be believed. */
  readonly recorded: Versioned<Watermark> | undefined;
}

/** What is damaged hides nothing else: see `unreadable` of the ledger, of its entries and of its gates. */
export async function readDataset(ledger: Ledger, dataset: Dataset, now: number): Promise<ReadDataset> {
  // In this order: marks that were read later than the days could be ahead of them without a lie.
  const marks = await readMarks(ledger, dataset);
  const entries = (await ledger.days(dataset.name)).map(({ value }) => value);
  const { recorded } = marks;
  const lie = recorded && markThatLies(recorded.value, mayBeHeld(entries), now);
  const unreadable = lie === undefined ? marks.unreadable : toldOfLie(dataset, lie);
  if (unreadable === undefined) return { dataset, recorded, watermark: recorded?.value, entries };
  const { pausedAt, firstDay } = recorded?.value ?? {};
  const begins = lie === 'firstDay' ? undefined : firstDay;
  const watermark = { ...marksFromDays(dataset, begins, entries, now), ...(pausedAt !== undefined && { pausedAt }) };
  return { dataset, recorded: undefined, watermark, entries, unreadable };
}

/** What is damaged of it: its watermark, and how many of its days. `undefined` when it is whole. */
export function damageOf({ dataset, entries, unreadable }: DatasetLedger): string | undefined {
  const days = entries.filter(entry => entry.unreadable);
  const [first] = days;
  if (first === undefined) return unreadable;
  const others = days.length === 1 ? '' : ` So are ${days.length - 1} more of ${dataset.name}.`;
  return [unreadable, `${first.work.errorMessage}${others}`].filter(text => text !== undefined).join(' ');
}

async function readMarks(ledger: Ledger, { name }: Dataset): Promise<Pick<ReadDataset, 'recorded' | 'unreadable'>> {
  try {
    return { recorded: await ledger.watermark(name) };
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown;
    return { recorded: undefined, unreadable: failureOf(thrown).message };
  }
}

function toldOfLie({ name }: Dataset, lie: string): string {
  return `The watermark of ${name} is damaged (${lie} contradicts the days). Run \`landline rebuild\` to write it anew from the partitions.`;
}

/**
 * Marks as far on as the days allow. History begins with the first day that is known, or where it was recorded to begin
 * and the source still has the days: those that were lost with a ledger are landed again, and then the mark is true.
 *
 * @param begins as recorded; `undefined` where that cannot be believed
 */
function marksFromDays(
  dataset: Dataset,
  begins: Day | undefined,
  entries: readonly DayEntry[],
  now: number,
): Watermark {
  const days = entries.map(({ day }) => day).filter(day => day >= '2000-01-01');
  const horizon = horizonOf(dataset, now);
  const [firstDay = dayOf(new Date(now))] = [
    ...days,
    ...(begins === undefined ? [] : [laterDay(begins, horizon)]),
  ].sort();
  return advanced(dataset, { dataset: dataset.name, firstDay }, new Map(entries.map(each => [each.day, each])), now);
}
