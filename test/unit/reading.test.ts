import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { CURSOR_MS, Reading } from '../../shared/fetch/reading.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/sift.ts';
import { windowOf } from '../../shared/words/day.ts';
import type { Page } from '../../shared/words/ports.ts';

const WINDOW = windowOf('2026-01-02', voximplantSms.overlap);

function page(id: number, total: number): Page {
  const body = Buffer.from(`{"result":[{"message_id":${id},"processed_date":"2026-01-02 10:00:00"}]}`);
  const cut = cutRowsInPlace(body, cutSpecOf(voximplantSms));
  return { cut, next: 'more', total, notice: undefined, servedAt: Number.NaN, release() {} };
}

test('a page that contradicts the ones before is counted by half, and nobody goes on from there', () => {
  const reading = new Reading(voximplantSms, undefined, 0);
  assert.ok(reading.whole);
  reading.take(page(1, 2), WINDOW);
  assert.ok(!reading.whole);
  reading.advance('more', 0);
  assert.ok(reading.whole);
  assert.throws(() => reading.take(page(2, 3), WINDOW), { reason: 'page.total' });
  assert.ok(!reading.whole);
});

test('a cursor is as old as the page that brought it', () => {
  const reading = new Reading(voximplantSms, undefined, 0);
  reading.take(page(1, 2), WINDOW);
  reading.advance('more', 1_000);
  const checkpoint = reading.checkpoint([{ ticket: 1, count: 1 }]);
  assert.equal(new Reading(voximplantSms, checkpoint, 1_000 + CURSOR_MS).cursor, 'more');
  assert.equal(new Reading(voximplantSms, checkpoint, 1_001 + CURSOR_MS).cursor, undefined);
});

test('a checkpoint with a damaged digest is not gone on from', () => {
  const reading = new Reading(voximplantSms, undefined, 0);
  reading.take(page(1, 2), WINDOW);
  reading.advance('more', 0);
  const checkpoint = reading.checkpoint([{ ticket: 1, count: 1 }]);
  const anew = new Reading(voximplantSms, { ...checkpoint, digest: `${checkpoint.digest}0` }, 0);
  assert.deepEqual([anew.cursor, anew.pages, anew.rows], [undefined, 0, 0]);
});
