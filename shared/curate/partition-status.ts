import { stateOf } from '../ledger/day-state.ts';
import { openSeam } from '../ledger/seams.ts';
import { isFrozen, lastDay } from '../ledger/settling.ts';
import { daysBetween, eachDay } from '../words/day.ts';
import type { DatasetLedger, DayEntry } from '../words/ledger.ts';
import type { Dataset, Day, Instant } from '../words/model.ts';
import { MISFIT, timeOf } from './cells/values.ts';
import type { Cell, DimensionTable } from './table-model.ts';

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
        'final, open, queued, fetching, waiting, missing, failed, suspect, or expired, as on the coverage page; but a day without rows, which the page calls empty, is final or open here',
    },
    { name: 'rows', kind: 'long', meaning: 'rows of the raw partition; null when nothing is held' },
    { name: 'revision', kind: 'int', meaning: 'revision of the raw partition' },
    {
      name: 'curated_revision',
      kind: 'int',
      meaning: 'revision of the raw partition that the curated file was made from; 0 when there is no curated file',
    },
    { name: 'landed_at', kind: 'time', meaning: 'when this revision landed, UTC' },
    { name: 'checked_at', kind: 'time', meaning: 'when the source was last read completely, UTC' },
    { name: 'settled_at', kind: 'time', meaning: 'when the day settled, UTC; null while Landline still re-reads it' },
    {
      name: 'rows_added',
      kind: 'long',
      meaning: 'rows that this revision has and the revision before it did not have; null in revision 1',
    },
    {
      name: 'rows_changed',
      kind: 'long',
      meaning: 'rows whose content differs from the revision before; null in revision 1',
    },
    { name: 'rows_removed', kind: 'long', meaning: 'rows that only the revision before has; null in revision 1' },
    {
      name: 'open_seam',
      kind: 'text',
      meaning:
        'why a row of this day or another may be in neither of the two or in both: not-landed (the other day has not landed), not-read (the other day has to be read once more), or differs (such a row was found); null when there is no open seam',
    },
    { name: 'open_seam_day', kind: 'date', meaning: 'the other day of the open seam' },
  ],
};

/** Every day of every dataset, in order. Pure. */
export function statusRows(ledgers: readonly DatasetLedger[], now: number): Cell[][] {
  return ledgers.flatMap(({ dataset, watermark, entries }) => {
    const byDay = new Map(entries.map(entry => [entry.day, entry]));
    const days = new Set<Day>(byDay.keys());
    if (watermark !== undefined) for (const day of eachDay(watermark.firstDay, lastDay(now))) days.add(day);
    const firstDay = watermark?.firstDay ?? '';
    return [...days].sort().map(day => rowOf(dataset, day, byDay, firstDay, now));
  });
}

function rowOf(dataset: Dataset, day: Day, entries: ReadonlyMap<Day, DayEntry>, firstDay: Day, now: number): Cell[] {
  const entry = entries.get(day);
  const held = entry?.held;
  const changes = held === undefined || held.revision < 2 ? undefined : held;
  const seam =
    held === undefined || isFrozen(held)
      ? undefined
      : openSeam(dataset, day, held, other => entries.get(other), firstDay, now);
  return [
    dataset.name,
    dateOf(day),
    stateOf(dataset, day, entry, now),
    countOf(held?.rows),
    held?.revision ?? null,
    held?.curatedRevision ?? null,
    microseconds(held?.landedAt),
    microseconds(held?.checkedAt),
    microseconds(held?.settledAt),
    countOf(changes?.rowsAdded),
    countOf(changes?.rowsChanged),
    countOf(changes?.rowsRemoved),
    seam?.why ?? null,
    seam === undefined ? null : dateOf(seam.day),
  ];
}

function dateOf(day: Day): Cell {
  return daysBetween('1970-01-01', day);
}

function countOf(rows: number | undefined): Cell {
  return rows === undefined ? null : BigInt(rows);
}

function microseconds(instant: Instant | undefined): Cell {
  const time = instant === undefined ? null : timeOf(instant);
  return time === MISFIT ? null : time;
}
