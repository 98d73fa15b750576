import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeDimensionFiles } from '../../shared/curate/dimension-files.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
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
