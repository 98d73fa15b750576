import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SEAM, NO_SEAMS } from '../../shared/ledger/seams.ts';
import { openSeams } from '../../shared/verify/verify-seams.ts';
import { DAY_MS } from '../../shared/words/day.ts';
import type { Work } from '../../shared/words/ledger.ts';
import { at, DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

const [D1, D2] = [daysAgo(40), daysAgo(39)];

/** Two settled days. The first lent a row to the second, which was read before and does not have it. */
function kindsOf(work: Partial<Work>, now = NOON): string[] {
  const settled = { settledAt: at(NOON - DAY_MS), checkedAt: at(NOON - DAY_MS) };
  const lent = { at: at(NOON - DAY_MS), ...NO_SEAMS, after: { ...NO_SEAM, lent: 'aaaaaaaaaaa' } };
  const before = { at: at(NOON - 2 * DAY_MS), ...NO_SEAMS };
  const entries = [
    entryOf(D1, {}, heldOn(D1, { ...settled, seams: lent })),
    entryOf(D2, work, heldOn(D2, { ...settled, seams: before })),
  ];
  const log = { dataset: DATASET, entries: new Map(entries.map(entry => [entry.day, entry])), firstDay: D1, now };
  return openSeams(log, [D1, D2]).map(({ kind }) => kind);
}

test('a row that is in neither of two settled days is a note as long as one of them is read again by itself', () => {
  assert.deepEqual(kindsOf({}), ['settling', 'settling']);
  assert.deepEqual(kindsOf({ state: 'queued', queuedAt: at(NOON) }), ['settling', 'settling']);
  assert.deepEqual(kindsOf({ seamReads: 9 }), ['settling', 'settling'], 'however long it waits for the next read');
});

test('and a matter for a person once the source no longer has the days', () => {
  assert.deepEqual(kindsOf({}, NOON + DATASET.historyDays * DAY_MS), ['seam', 'seam']);
});
