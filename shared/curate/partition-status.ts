import { lastDay, stateOf } from '../ledger/owed.ts';
import { daysBetween, eachDay } from '../words/day.ts';
import type { DatasetLedger, DayEntry } from '../words/ledger.ts';
import type { Dataset, Day, Instant } from '../words/model.ts';
import { MISFIT, timeOf } from './cells/values.ts';
import type { Cell, DimensionTable } from './model.ts';

/** What the ledger knows of every day, for those who read the facts: which days are whole, and which are missing. */

export const partitionStatus: DimensionTable = {
  name: 'partition_status',
  grain: 'one dataset and day that should be held',
  columns: [
    { name: 'source_dataset', kind: 'text', meaning: 'the dataset' },
    { name: 'day', kind: 'date', meaning: 'the UTC day' },
    {
      name: 'state',
      kind: 'text',
      meaning:
        'final, open, queued, fetching, waiting, missing, failed, suspect, or expired: the words of the status page, where a day without rows is empty; here it is final or open',
    },
    { name: 'rows', kind: 'long', meaning: 'rows of the raw partition; null when nothing is held' },
    { name: 'revision', kind: 'int', meaning: 'revision of the raw partition' },
    { name: 'curated_revision', kind: 'int', meaning: 'revision that the facts were made from; 0 when none' },
    { name: 'landed_at', kind: 'time', meaning: 'when the revision was landed, UTC' },
    { name: 'checked_at', kind: 'time', meaning: 'when the source was last read and agreed, UTC' },
    { name: 'settled_at', kind: 'time', meaning: 'when the day was settled, UTC; null while it is still read again' },
  ],
};

/** Every day of every dataset, in order. Pure. */
export function statusRows(ledgers: readonly DatasetLedger[], now: number): Cell[][] {
  return ledgers.flatMap(({ dataset, watermark, entries }) => {
    const byDay = new Map(entries.map(entry => [entry.day, entry]));
    const days = new Set<Day>(byDay.keys());
    if (watermark !== undefined) for (const day of eachDay(watermark.firstDay, lastDay(now))) days.add(day);
    return [...days].sort().map(day => rowOf(dataset, day, byDay.get(day), now));
  });
}

function rowOf(dataset: Dataset, day: Day, entry: DayEntry | undefined, now: number): Cell[] {
  const held = entry?.held;
  return [
    dataset.name,
    daysBetween('1970-01-01', day),
    stateOf(dataset, day, entry, now),
    held === undefined ? null : BigInt(held.rows),
    held?.revision ?? null,
    held?.curatedRevision ?? null,
    microseconds(held?.landedAt),
    microseconds(held?.checkedAt),
    microseconds(held?.settledAt),
  ];
}

function microseconds(instant: Instant | undefined): Cell {
  const time = instant === undefined ? null : timeOf(instant);
  return time === MISFIT ? null : time;
}
