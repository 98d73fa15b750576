import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompleteRead } from '../../shared/commit/commit.ts';
import type { Difference } from '../../shared/commit/compare.ts';
import { judge } from '../../shared/fetch/guards.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { Work } from '../../shared/words/ledger.ts';
import type { Receipt } from '../../shared/words/model.ts';
import { at, heldOn, IDLE, NOON } from './days.ts';

const READ: CompleteRead = { rows: 10, fingerprint: 'new', duplicates: 0, neighbours: 1, outside: 0, total: undefined };
const HELD: Receipt = {
  format: 1,
  revision: 1,
  rows: 10,
  pages: 1,
  fingerprint: 'old',
  windowFrom: '',
  windowTo: '',
  apiVersion: 'v1.0',
  fetchedAt: at(0),
  ticket: 2,
  rowsOutside: 0,
  rowsNeighbour: 0,
};
const verdict = (
  read: Partial<CompleteRead>,
  held?: Partial<Receipt>,
  work: Partial<Work> = {},
  now = NOON,
  difference?: Difference,
) =>
  judge(
    { ...READ, ...read },
    held === undefined ? undefined : { ...HELD, ...held },
    difference,
    { work: { ...IDLE, ...work } },
    at(now),
  );

/** Two reads with rows twice came before, the second just as the next one. */
const AGREED: Partial<Work> = { rereads: 2, contradicted: 'new' };

test('a first read lands, an equal one changes nothing, a larger one replaces', () => {
  assert.deepEqual(verdict({}), { kind: 'commit', suspicion: undefined });
  assert.deepEqual(verdict({ fingerprint: 'old' }, {}), { kind: 'same', suspicion: undefined });
  assert.deepEqual(verdict({ rows: 11 }, {}), { kind: 'commit', suspicion: undefined });
  assert.deepEqual(verdict({ rows: 0, fingerprint: 'none' }), { kind: 'commit', suspicion: undefined });
});

test('a smaller read is held until another one, an hour later, agrees', () => {
  const suspicion = { reason: 'shrink.unconfirmed', rows: 9, fingerprint: 'new', since: at(NOON) } as const;
  assert.deepEqual(verdict({ rows: 9 }, {}), { kind: 'refuse', suspicion });
  assert.deepEqual(verdict({ rows: 9 }, {}, { suspicion }, NOON + HOUR_MS - 1), { kind: 'refuse', suspicion });
  assert.equal(verdict({ rows: 9 }, {}, { suspicion }, NOON + HOUR_MS).kind, 'commit');
  const dated = { ...suspicion, since: at(NOON + 2 * HOUR_MS) };
  assert.deepEqual(verdict({ rows: 9 }, {}, { suspicion: dated }), { kind: 'refuse', suspicion }, 'by a clock ahead');
  const other = verdict({ rows: 9, fingerprint: 'other' }, {}, { suspicion }, NOON + HOUR_MS);
  assert.deepEqual(other, {
    kind: 'refuse',
    suspicion: { ...suspicion, fingerprint: 'other', since: at(NOON + HOUR_MS) },
  });
});

test('an emptied day is never replaced without a person', () => {
  const empty = { rows: 0, fingerprint: 'none' };
  const suspicion = { reason: 'shrink.emptied', rows: 0, fingerprint: 'none', since: at(NOON) } as const;
  assert.deepEqual(verdict(empty, {}), { kind: 'refuse', suspicion });
  assert.equal(verdict(empty, {}, { suspicion }, NOON + 100 * HOUR_MS).kind, 'refuse');
  assert.equal(verdict(empty, {}, { suspicion, accepted: 'none' }).kind, 'commit');
  assert.equal(verdict(empty, {}, { suspicion, accepted: 'another read' }).kind, 'refuse');
  assert.equal(verdict(empty, { rows: 0, fingerprint: 'none' }).kind, 'same');
});

test('rows that come twice are read again, and land marked at the third time', () => {
  const twice = { duplicates: 2 };
  assert.deepEqual(verdict(twice), { kind: 'again', reason: 'page.duplicates' });
  assert.deepEqual(verdict(twice, undefined, { rereads: 1 }), { kind: 'again', reason: 'page.duplicates' });
  const suspicion = { reason: 'page.duplicates', rows: 10, fingerprint: 'new', since: at(NOON) };
  assert.deepEqual(verdict(twice, undefined, AGREED), { kind: 'commit', suspicion });
  assert.deepEqual(verdict({ ...twice, fingerprint: 'old' }, {}, { ...AGREED, contradicted: 'old' }).kind, 'same');
});

test('rows that come twice in reads that do not agree never land', () => {
  for (const contradicted of [{ contradicted: 'another read' }, {}])
    assert.deepEqual(verdict({ duplicates: 2 }, undefined, { rereads: 2, ...contradicted }).kind, 'again');
  assert.deepEqual(verdict({ duplicates: 2 }, undefined, { rereads: 1, contradicted: 'new' }).kind, 'again');
});

test('rows that come twice do not stand for rows that are missing', () => {
  const half = { rows: 10, duplicates: 5 };
  const suspicion = { reason: 'shrink.unconfirmed', rows: 5, fingerprint: 'new', since: at(NOON) } as const;
  assert.deepEqual(verdict(half, { rows: 10 }, AGREED), { kind: 'refuse', suspicion });
  assert.equal(verdict(half, { rows: 10 }, { ...AGREED, suspicion }, NOON + HOUR_MS).kind, 'commit');
});

test('repetitions that are held already hide nothing and raise no alarm', () => {
  const marked = { reason: 'page.duplicates', rows: 10, fingerprint: 'old', since: at(0) } as const;
  const corrected = { rows: 10, duplicates: 1 };
  assert.equal(verdict(corrected, { rows: 10 }, { ...AGREED, suspicion: marked }).kind, 'commit');
  const damaged = { ...marked, reason: 'partition.damaged' } as const;
  const same = { rows: 10, duplicates: 1, fingerprint: 'old' };
  assert.equal(verdict(same, { rows: 10 }, { rereads: 2, contradicted: 'old', suspicion: damaged }).kind, 'commit');
  const gone = {
    held: heldOn('2026-03-01', { rows: 10, fingerprint: 'old' }),
    work: { ...IDLE, rereads: 2, contradicted: 'old' },
  };
  assert.equal(judge({ ...READ, ...same }, undefined, undefined, gone, at(NOON)).kind, 'commit');
});

test('a total that the rows do not add up to never lands', () => {
  assert.equal(verdict({ total: 11 }).kind, 'commit');
  for (const read of [{ total: 10 }, { total: 12 }, { total: 10, duplicates: 1 }]) {
    assert.deepEqual(verdict(read, undefined, { rereads: 9 }), { kind: 'again', reason: 'page.total' });
  }
});

test('equal keys in a total that is right land after three reads, and the day is marked', () => {
  const twice = { total: 11, duplicates: 1 };
  for (const rereads of [0, 1])
    assert.deepEqual(verdict(twice, undefined, { rereads }), { kind: 'again', reason: 'page.duplicates' });
  const third = verdict(twice, undefined, AGREED);
  assert.deepEqual([third.kind, 'suspicion' in third && third.suspicion?.reason], ['commit', 'page.duplicates']);
});

test('a partition that was removed still counts against a smaller read', () => {
  const known = { held: heldOn('2026-03-01', { rows: 5_000 }), work: IDLE };
  assert.equal(judge({ ...READ, rows: 0 }, undefined, undefined, known, at(NOON)).kind, 'refuse');
  assert.equal(judge({ ...READ, rows: 4_999 }, undefined, undefined, known, at(NOON)).kind, 'refuse');
  assert.equal(judge({ ...READ, rows: 5_000 }, undefined, undefined, known, at(NOON)).kind, 'commit');
});

test('a damaged partition stays to be written again while a smaller read is held', () => {
  const damaged = { reason: 'partition.damaged', rows: 10, fingerprint: 'old', since: at(0) } as const;
  const held = verdict({ rows: 9 }, {}, { suspicion: damaged });
  assert.ok(held.kind === 'refuse' && held.suspicion.damaged === true);
  assert.equal(verdict({ fingerprint: 'old' }, {}, { suspicion: held.suspicion }).kind, 'commit');
});

test('a partition that was found damaged is written again although its receipt agrees', () => {
  const suspicion = { reason: 'partition.damaged', rows: 10, fingerprint: 'x', since: at(0) } as const;
  assert.equal(verdict({ fingerprint: 'old' }, {}, { suspicion }).kind, 'commit');
});

const GONE = { rowsAdded: 5, rowsChanged: 0, rowsRemoved: 4, vanished: 4, vanishedSum: 'four' };

test('rows that are gone are waited for although more came, until another read an hour later lacks the same ones', () => {
  const found = { vanished: 4, vanishedSum: 'four', added: 5 };
  const suspicion = { reason: 'shrink.unconfirmed', rows: 11, fingerprint: 'new', since: at(NOON), ...found } as const;
  assert.deepEqual(verdict({ rows: 11 }, {}, {}, NOON, GONE), { kind: 'refuse', suspicion });
  const later = (ms: number, difference: Difference, read = {}) =>
    verdict({ rows: 11, ...read }, {}, { suspicion }, NOON + ms, difference).kind;
  assert.equal(later(HOUR_MS - 1, GONE), 'refuse');
  assert.equal(later(HOUR_MS, GONE), 'commit');
  assert.equal(
    later(HOUR_MS, { ...GONE, rowsAdded: 6 }, { rows: 12, fingerprint: 'newer' }),
    'commit',
    'more came since',
  );
  assert.equal(later(HOUR_MS, { ...GONE, vanishedSum: 'others' }), 'refuse', 'other rows are gone now');
});

test('rows that moved to another day, or came for the first time, are waited for by nobody', () => {
  const moved = { ...GONE, vanished: 0, vanishedSum: '0' };
  assert.equal(verdict({ rows: 6 }, {}, {}, NOON, moved).kind, 'commit');
});

test('rows that say the same in other bytes are no revision', () => {
  const equal = { rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0, vanished: 0, vanishedSum: '0' };
  assert.deepEqual(verdict({}, {}, {}, NOON, equal), { kind: 'same', suspicion: undefined });
  assert.equal(verdict({}, {}, {}, NOON, { ...equal, rowsChanged: 1 }).kind, 'commit');
  const damaged = { reason: 'partition.damaged', rows: 10, fingerprint: 'old', since: at(0) } as const;
  assert.equal(verdict({}, {}, { suspicion: damaged }, NOON, equal).kind, 'commit', 'it does not hold what it says');
});

test('a day that only repeated rows of other days came for is emptied, and needs a person', () => {
  const read = { rows: 0, duplicates: 2, neighbours: 9, fingerprint: 'none' };
  const since = {
    reason: 'shrink.unconfirmed',
    rows: 3,
    fingerprint: 'x',
    since: at(NOON),
    vanishedSum: 'four',
  } as const;
  const found = verdict(read, {}, { rereads: 2, contradicted: 'none', suspicion: since }, NOON + HOUR_MS, GONE);
  assert.ok(found.kind === 'refuse' && found.suspicion.reason === 'shrink.emptied');
});
