import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revisionAfter } from '../../shared/commit/commit.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Day } from '../../shared/words/model.ts';
import { instantIn, type Row, rowsOn, worldOf } from './seam-world.ts';

/** What a later read of a day does to what is held, by the real planner and fetcher: rows that go, come, and say the same. */

const DAY: Day = '2026-03-10';
const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({
    id: `${from + i}`,
    time: `${DAY}T12:00:00Z`,
    more: '"text":"é/x","n":[1,{"a":0.00,"b":2}]',
  }));

for (const deadlinePages of [undefined, 2])
  test(`rows that are gone are waited for however many others came${deadlinePages ? ', also over several workers' : ''}`, async () => {
    let turn = 0;
    const on = worldOf({
      first: DAY,
      last: DAY,
      serve: (_from, _to, day) => (day !== DAY ? [] : turn === 0 ? rows(0, 20) : rows(4, 25)),
      pageRows: 3,
      ...(deadlinePages && { deadlinePages }),
    });
    await on.rest();
    assert.equal(on.ids(DAY).length, 20);
    turn = 1;
    on.state.now += 20 * HOUR_MS;
    await on.rest();
    const entry = on.entry(DAY);
    assert.deepEqual([on.ids(DAY).length, entry?.held?.revision], [20, 1], 'the partition stays');
    const { reason, vanished, added } = entry?.work.suspicion ?? {};
    assert.deepEqual([reason, vanished, added], ['shrink.unconfirmed', 4, 5]);
    on.state.now += 59 * MINUTE_MS;
    await on.rest();
    assert.equal(on.entry(DAY)?.held?.revision, 1, 'not within an hour');
    on.state.now += 2 * MINUTE_MS;
    await on.rest();
    const { revision, rowsAdded, rowsChanged, rowsRemoved } = on.entry(DAY)?.held ?? {};
    assert.deepEqual([revision, rowsAdded, rowsChanged, rowsRemoved], [2, 5, 0, 4]);
    assert.equal(on.entry(DAY)?.work.suspicion, undefined);
    if (deadlinePages !== undefined) assert.ok(on.outcomes.filter(outcome => outcome === 'continued').length > 6);
  });

test('two walks that give different rows in equal number replace nothing while they contradict each other', async () => {
  const on = worldOf({
    first: DAY,
    last: DAY,
    serve: (_from, _to, day, read) => (day === DAY ? rows(read, read + 20) : []),
  });
  await on.rest();
  const first = on.linesOf(DAY);
  for (let hours = 0; hours < 24; hours++) {
    on.state.now += HOUR_MS;
    await on.rest();
  }
  assert.deepEqual(on.linesOf(DAY), first);
  assert.equal(on.entry(DAY)?.work.suspicion?.reason, 'shrink.unconfirmed');
});

for (const deadlinePages of [undefined, 2])
  test(`members in another order, other white space and other escapes are no revision${deadlinePages ? ', over several workers' : ''}`, async () => {
    const spelled = ['"text":"é/x","n":[1,{"a":0.00,"b":2}]', '"n" : [ 1 ,{"b":2, "a":0.00}],"text":"\\u00e9\\/x"'];
    const on = worldOf({
      first: DAY,
      last: DAY,
      serve: (_from, _to, day, read) =>
        day === DAY ? rows(0, 10).map(row => ({ ...row, more: spelled[read % 2] ?? '' })) : [],
      pageRows: 4,
      ...(deadlinePages && { deadlinePages }),
    });
    await on.rest();
    const first = on.linesOf(DAY);
    await on.pass(24 * 5);
    assert.ok((on.reads.get(DAY) ?? 0) > 2);
    assert.deepEqual([on.entry(DAY)?.held?.revision, on.linesOf(DAY)], [1, first]);
    assert.ok(on.settled().includes(DAY), 'and the day settles');
  });

test('a changed value is a revision, and only the rows that changed are counted', async () => {
  const on = worldOf({
    first: DAY,
    last: DAY,
    serve: (_from, _to, day, read) =>
      day === DAY ? rows(0, 5).map((row, i) => ({ ...row, more: i < 2 ? `"n":0.${'0'.repeat(read)}` : '"n":1' })) : [],
  });
  await on.rest();
  on.state.now += 20 * HOUR_MS;
  await on.rest();
  const { revision, rowsAdded, rowsChanged, rowsRemoved } = on.entry(DAY)?.held ?? {};
  assert.deepEqual([revision, rowsAdded, rowsChanged, rowsRemoved], [2, 0, 2, 0]);
});

for (const [what, hours] of [
  ['three hours', 3],
  ['ten minutes', 1 / 6],
] as const)
  test(`a day of which one query gives no more than ${what} is read in parts, each row once`, async () => {
    const all = rowsOn(DAY, DAY, [
      '00:00:00',
      '00:00:01',
      '03:00:00',
      '06:00:00',
      '06:00:01',
      '11:59:59',
      '12:00:00',
      '23:59:59',
    ]);
    const refused = new LandlineError({ reason: 'limits.query', remedy: 'reject', message: 'The result is cut.' });
    const on = worldOf({
      first: DAY,
      last: DAY,
      serve: (from, to) => all.filter(row => instantIn(row) >= from && instantIn(row) <= to),
      fails: (_day, _now, { from, to }) => (Date.parse(to) - Date.parse(from) > hours * HOUR_MS ? refused : undefined),
      pageRows: 1,
      deadlinePages: hours < 1 ? 80 : 5,
    });
    await on.rest();
    assert.deepEqual(
      on.ids(DAY),
      all.map(({ id }) => id).filter(id => id.startsWith(DAY)),
    );
    assert.ok(on.outcomes.includes('restarted') && on.outcomes.includes('continued'));
    await on.pass(24 * 4);
    assert.equal(on.entry(DAY)?.held?.revision, 1);
  });

for (const [what, times, lateTime, pagesBefore] of [
  ['a row', ['01:00:00', '02:00:00', '03:00:00', '04:00:00', '05:00:00', '06:00:00', '18:00:00'], '00:30:00', 2],
  ['a row of two parts', ['01:00:00', '11:59:59', '12:00:00', '18:00:00'], '11:59:59', 4],
] as const)
  test(`${what} that comes again in one part, but to another worker, has the day read again`, async () => {
    const refused = new LandlineError({ reason: 'limits.query', remedy: 'reject', message: 'The result is cut.' });
    const all = rowsOn(DAY, DAY, times);
    const late = { id: 'late', time: `${DAY}T${lateTime}Z` };
    let pages = 0;
    const on = worldOf({
      first: DAY,
      last: DAY,
      serve: (from, to) => {
        pages += 1;
        // It comes between two pages, and moves the rows behind it by one.
        const rows = pages > pagesBefore ? [late, ...all] : all;
        return rows.filter(({ time }) => Date.parse(time ?? '') >= from && Date.parse(time ?? '') <= to);
      },
      fails: (_day, _now, { from, to }) => (Date.parse(to) - Date.parse(from) > 13 * HOUR_MS ? refused : undefined),
      pageRows: 2,
      deadlinePages: pagesBefore,
    });
    await on.rest();
    assert.ok(on.outcomes.includes('continued'));
    const ids = all.map(({ id }) => id).filter(id => id.startsWith(DAY));
    assert.deepEqual(on.ids(DAY)?.sort(), [...ids, 'late']);
  });

test('a window that is refused down to a minute fails with the source’s own reason', async () => {
  const refused = new LandlineError({ reason: 'limits.query', remedy: 'reject', message: 'The result is cut.' });
  const on = worldOf({ first: DAY, last: DAY, serve: () => [], fails: () => refused });
  await on.rest();
  const { state, errorKind, errorRemedy } = on.entry(DAY)?.work ?? {};
  assert.deepEqual([state, errorKind, errorRemedy], ['failed', 'limits.query', 'reject']);
  assert.ok(on.outcomes.filter(outcome => outcome === 'restarted').length <= 11);
});

test('a ledger that is far ahead of the lake does not say what the next revision is', () => {
  assert.deepEqual([revisionAfter(3, 3), revisionAfter(3, 0), revisionAfter(2, 5)], [4, 4, 6]);
  for (const known of [999_999_999, Number.MAX_SAFE_INTEGER]) assert.ok(revisionAfter(3, known) < 2_000);
});
