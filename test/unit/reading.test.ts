import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { CURSOR_MS, Reading } from '../../shared/fetch/reading.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { windowOf } from '../../shared/words/day.ts';
import type { Checkpoint } from '../../shared/words/ledger.ts';
import type { Page, Partition } from '../../shared/words/ports.ts';
import { memoryLake } from '../doubles/memory-lake.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';

const WINDOW = windowOf('2026-01-02', voximplantSms.overlap);

const clock = { now: () => 0 };
const on = { clock, ledger: memoryLedger({}), lake: memoryLake({}) };

function readingOf(checkpoint: Checkpoint | undefined, now = 0, partition?: Partition) {
  const of = { dataset: voximplantSms, window: WINDOW, held: undefined, partition, checkpoint };
  return new Reading(of, { ...on, clock: { now: () => now } });
}

function page(id: number, total: number): Page {
  const body = Buffer.from(`{"result":[{"message_id":${id},"processed_date":"2026-01-02 10:00:00"}]}`);
  const cut = cutRowsInPlace(body, cutSpecOf(voximplantSms));
  return { cut, next: 'more', total, notice: undefined, servedAt: Number.NaN, release() {} };
}

test('a page that contradicts the ones before is counted by half, and nobody goes on from there', () => {
  const reading = readingOf(undefined);
  assert.ok(reading.whole);
  reading.take(page(1, 2), []);
  assert.ok(!reading.whole);
  reading.advance('more', 0);
  assert.ok(reading.whole);
  assert.throws(() => reading.take(page(2, 3), []), { reason: 'page.total' });
  assert.ok(!reading.whole);
});

test('a cursor is as old as the page that brought it', () => {
  const reading = readingOf(undefined);
  reading.take(page(1, 2), []);
  reading.advance('more', 1_000);
  const checkpoint = reading.checkpoint([{ ticket: 1, count: 1 }]);
  assert.equal(readingOf(checkpoint, 1_000 + CURSOR_MS).cursor, 'more');
  assert.equal(readingOf(checkpoint, 1_001 + CURSOR_MS).cursor, undefined);
});

test('a checkpoint with a damaged digest is not gone on from', () => {
  const reading = readingOf(undefined);
  reading.take(page(1, 2), []);
  reading.advance('more', 0);
  const checkpoint = reading.checkpoint([{ ticket: 1, count: 1 }]);
  const anew = readingOf({ ...checkpoint, digest: `${checkpoint.digest}0` });
  assert.deepEqual([anew.cursor, anew.pages, anew.rows], [undefined, 0, 0]);
});

test('progress of another day, or dated far ahead, is not gone on from', () => {
  const reading = readingOf(undefined);
  reading.take(page(1, 2), []);
  reading.advance('more', 0);
  const checkpoint = reading.checkpoint([{ ticket: 1, count: 1 }]);
  assert.equal(readingOf(checkpoint).cursor, 'more');
  const { from } = windowOf('2026-01-03', voximplantSms.overlap);
  for (const lie of [{ window: from }, { cursorAt: '9999-12-31T00:00:00.000Z' }])
    assert.deepEqual(
      [readingOf({ ...checkpoint, ...lie }).cursor, readingOf({ ...checkpoint, ...lie }).rows],
      [undefined, 0],
    );
});

/** Of a partition that is read: chunk after chunk, until one is an error. */
async function* chunksOf(chunks: readonly (string | Error)[]) {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield Buffer.from(chunk);
  }
}

test('a comparison whose partition broke off half-way begins anew', async () => {
  const line = (id: number) => `{"message_id":${id},"processed_date":"2026-01-02 10:00:00"}\n`;
  const downloads = [
    [line(1), new Error('broke off')],
    [line(1), line(2), line(3)],
  ];
  const lake = { read: async () => chunksOf(downloads.shift() ?? []) };
  const partition = { receipt: { fingerprint: 'f' }, etag: 'e', bytes: 0 } as Partition;
  const of = { dataset: voximplantSms, window: WINDOW, held: undefined, partition, checkpoint: undefined };
  const reading = new Reading(of, { ...on, lake });
  for (const id of [1, 2]) {
    reading.take(page(id, 4), []);
    reading.advance('more', 0);
  }
  await assert.rejects(reading.beginComparison(), /broke off/);
  assert.equal(reading.checkpoint([]).compared, undefined);
  // Two that ask for it at once wait for one download.
  await Promise.all([reading.beginComparison(), reading.beginComparison()]);
  reading.take(page(4, 4), []);
  const found = await reading.difference();
  assert.deepEqual([found?.rowsAdded, found?.rowsChanged, found?.rowsRemoved], [1, 0, 1]);
  assert.deepEqual(downloads, []);
});
