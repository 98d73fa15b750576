import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyOut } from '../../local/start/copy.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import type { Lake } from '../../shared/words/ports.ts';
import { DATASET, daysAgo } from './days.ts';
import { chunksOf, landed, rowsText } from './lake-days.ts';

test('a blob that is none of ours is named and not copied, and the days after it are copied', async t => {
  const out = await mkdtemp(join(tmpdir(), 'landline-copy-'));
  t.after(() => rm(out, { recursive: true }));
  const on = landed();
  on.lake.plant(DATASET.name, daysAgo(2), Buffer.from('hello\n'));
  await on.land(daysAgo(1), rowsText(1, 2));
  assert.deepEqual(await copyOut(on.lake, [DATASET], out), [`${DATASET.name} ${daysAgo(2)}`]);
  const textOf = (age: number) => readFile(join(out, partitionPath(DATASET.name, daysAgo(age))), 'utf8');
  assert.equal(await textOf(1), rowsText(1, 2));
  await assert.rejects(textOf(2), { code: 'ENOENT' });
});

test('a partition that a person was erased from is copied again', async t => {
  const out = await mkdtemp(join(tmpdir(), 'landline-copy-'));
  t.after(() => rm(out, { recursive: true }));
  const on = landed();
  const fetchedAt = '2026-03-01T01:00:00.000Z';
  await on.land(daysAgo(1), rowsText(1, 2), { fetchedAt });
  await copyOut(on.lake, [DATASET], out);
  await on.land(daysAgo(1), rowsText(2), { fetchedAt, forgottenAt: '2026-03-09T12:00:00.000Z' });
  await copyOut(on.lake, [DATASET], out);
  assert.equal(await readFile(join(out, partitionPath(DATASET.name, daysAgo(1))), 'utf8'), rowsText(2));
});

test('a partition that is not what its receipt says is named, and leaves the copy of before as it was', async t => {
  const out = await mkdtemp(join(tmpdir(), 'landline-copy-'));
  t.after(() => rm(out, { recursive: true }));
  const on = landed();
  await on.land(daysAgo(1), rowsText(1, 2));
  assert.deepEqual(await copyOut(on.lake, [DATASET], out), []);
  await on.land(daysAgo(1), rowsText(1, 2, 3));
  const lake: Lake = { ...on.lake, read: async () => chunksOf(rowsText(1, 2)) };
  assert.deepEqual(await copyOut(lake, [DATASET], out), [`${DATASET.name} ${daysAgo(1)}`]);
  const file = join(out, partitionPath(DATASET.name, daysAgo(1)));
  assert.equal(await readFile(file, 'utf8'), rowsText(1, 2));
  assert.deepEqual(await copyOut(on.lake, [DATASET], out), []);
  assert.equal(await readFile(file, 'utf8'), rowsText(1, 2, 3));
});
