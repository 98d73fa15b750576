import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtsOf, firstRowDay } from '../../shared/ledger/doubts.ts';
import { aroundOf, NO_SEAM, NO_SEAMS } from '../../shared/ledger/seams.ts';
import type { DayEntry, Held } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

const [D1, D2, D3] = [daysAgo(12), daysAgo(11), daysAgo(10)];

function doubted(day: Day, held: Partial<Held>, others: readonly DayEntry[] = [entryOf(D1), entryOf(D3)]) {
  const entries = [...others, entryOf(day, {}, heldOn(day, held))];
  const around = aroundOf(new Map(entries.map(entry => [entry.day, entry])), D1);
  return doubtsOf(DATASET, day, around, firstRowDay(entries), NOON).map(({ reason, message }) => [reason, message]);
}

test('a day like any other is in no doubt', () => {
  assert.deepEqual(doubted(D2, {}), []);
});

test('a count that says more than came, rows outside and an open seam are doubts that everybody sees', () => {
  assert.deepEqual(doubted(D2, { doubted: true }), [['page.count', 'the source stated more rows than it returned']]);
  assert.match(String(doubted(D2, { rowsOutside: 3 })), /^rows.outside,3 rows of this day have a time/);
  const lent = { at: heldOn(D2).landedAt, ...NO_SEAMS, after: { ...NO_SEAM, lent: 'aaaaaaaaaaa' } };
  assert.match(
    String(doubted(D2, { seams: lent })),
    new RegExp(`^seam.open,a row of this day or of ${D3} is in neither`),
  );
  assert.match(String(doubted(D2, {}, [entryOf(D1)])), new RegExp(`cannot settle before ${D3} has landed`));
});

test('a day whose read brought rows, and only those of other days, is in doubt', () => {
  const seams = { at: heldOn(D2).landedAt, ...NO_SEAMS, elsewhere: true } as const;
  const only = /^rows.outside,when the source was asked for this day, it returned only rows of other days/;
  assert.match(String(doubted(D2, { rows: 0, seams })), only);
  assert.deepEqual(doubted(D2, { rows: 1, seams }), []);
  const atBorder = { ...seams, before: { ...NO_SEAM, own: 'aaaaaaaaaaa' } };
  assert.match(String(doubted(D2, { rows: 1, seams: atBorder }, [])), only);
  assert.deepEqual(doubted(D2, { rows: 2, seams: atBorder }), []);
});

test('a neighbour that has not landed is no doubt while the day is young', () => {
  assert.deepEqual(doubted(daysAgo(1), {}, [entryOf(daysAgo(2))]), []);
});

test('empty days before the first row of a log are no proof, and a log of nothing but empty days says so', () => {
  const empty = { rows: 0 };
  assert.match(
    String(doubted(D1, empty, [entryOf(D2)])),
    new RegExp(`^log.empty,the day is before the first day with rows \\(${D2}\\)`),
  );
  assert.deepEqual(doubted(D2, empty), [], 'between days with rows');
  const all = [entryOf(D2, {}, heldOn(D2, empty))];
  assert.match(String(doubted(D1, empty, all)), /no day of this log has a row/);
});
