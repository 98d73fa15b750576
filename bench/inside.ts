import { DATASETS } from '../shared/datasets/index.ts';
import { lastDay } from '../shared/ledger/settling.ts';
import { addDays, eachDay, instantOf } from '../shared/words/day.ts';
import type { DatasetLedger, DayEntry } from '../shared/words/ledger.ts';

/** A ledger as it will be in ten years. */

const YEARS = 10;

/** A ledger of ten years in which nearly all has settled. */
export function largeLedgers(now: number): DatasetLedger[] {
  const last = lastDay(now);
  const first = addDays(last, 1 - 365 * YEARS);
  return DATASETS.map(dataset => {
    const entries: DayEntry[] = [];
    for (const day of eachDay(first, last)) {
      const landedAt = instantOf(now - 3_600_000);
      entries.push({
        dataset: dataset.name,
        day,
        work: { state: 'idle', ticket: 4, failures: 0, rereads: 0 },
        held: {
          revision: 1,
          rows: 1_000,
          bytes: 700_000,
          pages: 1,
          fingerprint: `1000-${'a'.repeat(32)}`,
          landedAt,
          checkedAt: landedAt,
          settledAt: landedAt,
          rowsAdded: 0,
          rowsChanged: 0,
          rowsRemoved: 0,
          rowsOutside: 0,
          rowsNeighbour: 0,
          curatedRevision: 1,
          // A row at each border, and one of each neighbour.
          seams: {
            at: landedAt,
            before: { own: 'aaaaaaaaaaa', lent: 'bbbbbbbbbbb', kept: '' },
            after: { own: 'bbbbbbbbbbb', lent: 'aaaaaaaaaaa', kept: '' },
            far: [],
          },
        },
      });
    }
    return { dataset: { ...dataset, historyDays: 365 * YEARS }, watermark: undefined, entries };
  });
}
