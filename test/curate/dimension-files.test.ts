import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeDimensionFiles } from '../../shared/curate/dimension-files.ts';
import { partitionStatus, statusRows } from '../../shared/curate/partition-status.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { NO_SEAM, NO_SEAMS } from '../../shared/ledger/seams.ts';
import type { Held } from '../../shared/words/ledger.ts';
import { smallTablePath } from '../../shared/words/paths.ts';
import { memoryCurated } from '../doubles/memory-curated.ts';

const NOW = Date.parse('2026-02-01T12:00:00Z');

test('while a log cannot be read the status of the days stays as it was, and the dimensions are written', async () => {
  const curated = memoryCurated();
  const ledgers = DATASETS.map(dataset => ({
    dataset,
    watermark: { dataset: dataset.name, firstDay: '2026-01-30' },
    entries: [],
  }));
  assert.ok((await writeDimensionFiles(curated, undefined, NOW, () => {})).length > 0);
  assert.equal(await curated.head(smallTablePath('partition_status')), undefined);
  await writeDimensionFiles(curated, ledgers, NOW, () => {});
  const before = await curated.head(smallTablePath('partition_status'));
  assert.equal(before?.label.rows, 2 * DATASETS.length);
  await writeDimensionFiles(curated, undefined, NOW, () => {});
  assert.deepEqual(await curated.head(smallTablePath('partition_status')), before);
});

const HELD: Held = {
  revision: 1,
  rows: 7,
  bytes: 700,
  pages: 1,
  fingerprint: '7-0',
  landedAt: '2026-01-30T02:00:00.000Z',
  checkedAt: '2026-01-31T02:00:00.000Z',
  rowsAdded: 0,
  rowsChanged: 0,
  rowsRemoved: 0,
  rowsOutside: 0,
  rowsNeighbour: 0,
  curatedRevision: 1,
};

test('the status of a day says what changed in it and when, and which of its borders is open', () => {
  const dataset = DATASETS.find(({ name }) => name === 'teams-sms') ?? assert.fail();
  const seams = { ...NO_SEAMS, at: HELD.checkedAt };
  const lent = { ...seams, after: { ...NO_SEAM, lent: 'a'.repeat(11) } };
  const days: readonly (readonly [day: string, held: Held])[] = [
    ['2026-01-27', { ...HELD, seams }],
    ['2026-01-28', { ...HELD, revision: 3, rowsAdded: 2, rowsChanged: 1, rowsRemoved: 4, seams: lent }],
    ['2026-01-29', { ...HELD, seams }],
    ['2026-01-30', HELD],
  ];
  const entries = days.map(([day, held]) => ({ ...freshEntry(dataset.name, day, NOW), held }));
  const rows = statusRows([{ dataset, watermark: { dataset: dataset.name, firstDay: '2026-01-27' }, entries }], NOW);
  const place = (name: string): number => partitionStatus.columns.findIndex(column => column.name === name);
  const names = ['rows_added', 'rows_changed', 'rows_removed', 'open_seam', 'open_seam_day'];
  const day28 = Date.parse('2026-01-28') / 86_400_000;
  assert.deepEqual(
    rows.map(row => names.map(name => row[place(name)])),
    [
      [null, null, null, null, null],
      [2n, 1n, 4n, 'differs', day28 + 1],
      [null, null, null, 'differs', day28],
      [null, null, null, null, null],
      [null, null, null, null, null],
    ],
  );
  assert.equal(rows[1]?.[place('landed_at')], BigInt(Date.parse(HELD.landedAt)) * 1_000n);
  // The person who was erased is in none of the two days, and no read may look.
  const erased = days.map(([day, held]) => ({
    ...freshEntry(dataset.name, day, NOW),
    held: { ...held, forgottenAt: HELD.checkedAt },
  }));
  const after = statusRows([{ dataset, watermark: undefined, entries: erased }], NOW);
  assert.deepEqual(
    after.map(row => row[place('open_seam')]),
    [null, null, null, null],
  );
});
