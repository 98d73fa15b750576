import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, endOf, HOUR_MS, instantOf, SECOND_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Day } from '../../shared/words/model.ts';
import { instantIn, type Row, rowsOn, type SeamWorld, type World, worldOf } from './seam-world.ts';

/**
 * Worlds of three days whose source means something else by its bounds, as public reports describe it. Each row that the
 * source gives for some landed day has to stand in one day, and no row in two, once the days have settled.
 */

const [FIRST, MIDDLE, LAST] = ['2026-03-10', '2026-03-11', '2026-03-12'] as const;
const TIMES = ['00:00:00', '00:00:01', '02:30:00', '06:00:00', '12:00:00', '18:00:00', '23:59:59'];
const ROWS = rowsOn(FIRST, LAST, TIMES);
const own = (day: Day) => TIMES.map(time => `${day}T${time}`);

type Bounds = (at: number, from: number, to: number) => boolean;

/** @param between whether a row is in the range, by its instant and the bounds */
function world(between: Bounds, more: Partial<World> = {}, rows: readonly Row[] = ROWS): SeamWorld {
  const serve: World['serve'] = (from, to) => rows.filter(row => between(instantIn(row), from, to));
  return worldOf({ first: FIRST, last: LAST, serve, ...more });
}

/** Days pass until all three have settled. */
async function settled(on: SeamWorld): Promise<void> {
  await on.rest();
  await on.pass(24 * 8);
  for (const day of [FIRST, MIDDLE, LAST]) assert.ok(on.settled().includes(day), `${day} has settled`);
  for (const [id, days] of on.holders()) assert.equal(days.length, 1, `${id} is in ${days}`);
}

const INCLUSIVE: Bounds = (at, from, to) => at >= from && at <= to;

for (const [what, between] of Object.entries<Bounds>({
  'both bounds inclusive': INCLUSIVE,
  'the upper bound exclusive': (at, from, to) => at >= from && at < to,
  'the lower bound exclusive': (at, from, to) => at > from && at <= to,
  'both bounds exclusive': (at, from, to) => at > from && at < to,
  'bounds cut to the minute': (at, from, to) => at >= from - (from % 60_000) && at <= to - (to % 60_000),
  'a clock that is half a second ahead': (at, from, to) => at + 500 >= from && at + 500 <= to,
}))
  test(`each row lands once, in its own day, with ${what}`, async () => {
    const on = world(between);
    await on.rest();
    for (const day of [FIRST, MIDDLE, LAST]) assert.deepEqual(on.ids(day).sort(), own(day), day);
    assert.deepEqual([...on.reads.values()], [1, 1, 1], 'nothing is read twice for a seam that is closed');
    await settled(on);
  });

const dateOf = (at: number) => Math.floor(at / 86_400_000);

for (const [what, between] of Object.entries<Bounds>({
  'by date only, last day included': (at, from, to) => dateOf(at) >= dateOf(from) && dateOf(at) <= dateOf(to),
  'by date only, last day left out': (at, from, to) => dateOf(at) >= dateOf(from) && dateOf(at) < dateOf(to),
  'to the end of the last day': (at, from, to) => at >= from && at < to + 86_400_000,
  'by whole hours': (at, from, to) => at >= from - (from % HOUR_MS) && at <= to - (to % HOUR_MS) + HOUR_MS,
}))
  test(`a source that filters ${what} lands each row once, in its own day`, async () => {
    const on = world(between);
    await on.rest();
    for (const day of [MIDDLE, LAST]) assert.deepEqual(on.ids(day).sort(), own(day), day);
    for (const id of own(FIRST)) assert.ok(on.ids(FIRST).includes(id), id);
    await settled(on);
  });

for (const hours of [-12, -8, -5, -0.5, 1, 5.5, 9, 14])
  test(`bounds in a zone ${hours} hours from UTC: each row that is given lands once, and what strays is counted`, async () => {
    const shift = hours * HOUR_MS;
    const between: Bounds = (at, from, to) => INCLUSIVE(at - shift, from, to);
    const on = world(between);
    await settled(on);
    const given = ROWS.filter(row => {
      const [from, to] = [Date.parse(`${FIRST}T00:00:00Z`) - SECOND_MS, endOf(LAST) + SECOND_MS];
      const within = instantIn(row) >= from + SECOND_MS && instantIn(row) <= to - SECOND_MS;
      return within && between(instantIn(row), from, to);
    });
    const holders = on.holders();
    for (const { id } of given) assert.equal(holders.get(id)?.length, 1, id);
    assert.ok((on.entry(MIDDLE)?.held?.rowsOutside ?? 0) > 0, 'rows that stay outside their day are counted');
  });

test('bounds in local time across a change of clocks: each row lands once', async () => {
  // The clocks go forward within the middle day: its window is an hour further on from then.
  const change = Date.parse(`${MIDDLE}T07:00:00Z`);
  const local = (at: number) => at - (at < change ? 5 : 4) * HOUR_MS;
  const on = world((at, from, to) => INCLUSIVE(local(at), from, to));
  await settled(on);
  for (const time of TIMES) assert.equal(on.holders().get(`${MIDDLE}T${time}`)?.length, 1, time);
});

for (const time of ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59.9999999Z'])
  test(`a row of ${time} lands in the day that brought it, and is counted`, async () => {
    const strange = { id: 'strange', time };
    const on = world(INCLUSIVE, {
      serve: (from, to, day) => {
        const rows = ROWS.filter(row => INCLUSIVE(instantIn(row), from, to));
        return day === MIDDLE ? [...rows, strange] : rows;
      },
    });
    await settled(on);
    assert.deepEqual(on.holders().get(strange.id), [MIDDLE]);
    assert.equal(on.entry(MIDDLE)?.held?.rowsOutside, 1);
  });

test('when every day is answered with the rows of the first, the days after it know that only such rows came', async () => {
  const first = ROWS.filter(({ id }) => id.startsWith(FIRST));
  const on = world(INCLUSIVE, { serve: () => first });
  await settled(on);
  for (const day of [MIDDLE, LAST]) assert.equal(on.entry(day)?.held?.seams?.elsewhere, true, day);
  assert.equal(on.entry(FIRST)?.held?.seams?.elsewhere, undefined);
});

test('times written with an offset decide by their instant', async () => {
  const rows = ROWS.map(row => ({ ...row, time: `${instantOf(instantIn(row) + 2 * HOUR_MS).slice(0, 19)}+02:00` }));
  const on = world(INCLUSIVE, {}, rows);
  await on.rest();
  for (const day of [FIRST, MIDDLE, LAST]) assert.deepEqual(on.ids(day).sort(), own(day), day);
});

test('rows a tick around midnight land once each', async () => {
  const rows = ['23:59:59.9999999', '00:00:00.0000000', '00:00:00.0000001', '00:00:01.0000000', '00:00:01.0000001'];
  const many = rowsOn(FIRST, LAST, rows).map(row => ({ ...row, id: row.id, time: `${row.id}Z` }));
  const between: Bounds = (at, from, to) => at > from && at < to;
  const on = worldOf({
    first: FIRST,
    last: LAST,
    serve: (from, to) => many.filter(row => between(Date.parse(`${row.id.slice(0, 23)}Z`), from, to)),
  });
  await settled(on);
  assert.deepEqual(on.ids(MIDDLE).sort(), rows.map(time => `${MIDDLE}T${time}`).sort());
});

test('more rows at a border than the ledger has room for are looked for in the partitions', async () => {
  const crowd = Array.from({ length: 150 }, (_, i) => ({ id: `${LAST}-${i}`, time: `${LAST}T00:00:00Z` }));
  const serve: World['serve'] = (from, to) => {
    const border = Date.parse(`${LAST}T00:00:00Z`);
    return border >= from && border <= to ? crowd : [];
  };
  const on = worldOf({ first: FIRST, last: LAST, serve });
  await settled(on);
  assert.deepEqual([on.ids(MIDDLE).length, on.ids(LAST).length], [0, 150]);
  assert.equal(on.entry(LAST)?.held?.seams?.before.own, '*');
});

test('a row that only the neighbour brings stays there, and goes home when its own day brings it', async () => {
  const row = { id: 'x', time: `${LAST}T00:00:00Z` };
  let home = false;
  const serve: World['serve'] = (_from, _to, day) => (day === MIDDLE || (home && day === LAST) ? [row] : []);
  const on = worldOf({ first: FIRST, last: LAST, serve });
  await on.rest();
  assert.deepEqual([on.ids(MIDDLE), on.ids(LAST)], [['x'], []]);
  assert.equal(on.entry(MIDDLE)?.held?.rowsOutside, 1);
  home = true;
  await settled(on);
  assert.deepEqual([on.ids(MIDDLE), on.ids(LAST)], [[], ['x']]);
});

test('a loan is left to a day that has not landed, and the lender does not settle before', async () => {
  let down = true;
  const failure = new LandlineError({ reason: 'source.failing', remedy: 'retry', message: 'It fails.' });
  const on = world((at, from, to) => INCLUSIVE(at, from, to), {
    fails: day => (down && day === LAST ? failure : undefined),
  });
  await on.rest();
  await on.pass(24 * 5);
  assert.deepEqual(on.ids(MIDDLE).sort(), own(MIDDLE));
  assert.deepEqual([on.settled().includes(FIRST), on.settled().includes(MIDDLE)], [true, false]);
  assert.deepEqual(await on.openSeamOf(MIDDLE), { day: LAST, why: 'not-landed' });
  down = false;
  await settled(on);
});

test('a loan to a day that nobody can land any more stays where it came', async () => {
  const gone = new LandlineError({ reason: 'source.failing', remedy: 'retry', message: 'It fails.' });
  const row = { id: 'x', time: `${FIRST}T23:59:59Z` };
  const on = worldOf({
    first: FIRST,
    last: LAST,
    serve: (_from, _to, day) => (day === MIDDLE ? [row] : []),
    fails: day => (day === FIRST ? gone : undefined),
    dataset: { historyDays: 8, settleDays: 2 },
  });
  await on.rest();
  assert.deepEqual(on.ids(MIDDLE), []);
  await on.pass(24 * 8);
  assert.deepEqual(on.ids(MIDDLE), ['x']);
});

test('a row of the overlap before the first day is left out, and backfilling brings it once', async () => {
  const on = world(INCLUSIVE);
  await settled(on);
  const before = addDays(FIRST, -1);
  assert.equal(on.holders().get(`${before}T23:59:59`), undefined);
  const found = await on.ledger.watermark(on.dataset.name);
  assert.ok(found && (await on.ledger.putWatermark({ dataset: on.dataset.name, firstDay: before }, found.etag)));
  await on.pass(48);
  assert.deepEqual(on.ids(before).sort(), own(before));
  for (const [id, days] of on.holders()) assert.equal(days.length, 1, id);
});

test('a row far from the window and before the first day stays, and leaves when that day is backfilled', async () => {
  const before = addDays(FIRST, -1);
  const stray = { id: 'stray', time: `${before}T12:00:00Z` };
  const serve: World['serve'] = (_from, _to, day) => (day === FIRST || day === before ? [stray] : []);
  const on = worldOf({ first: FIRST, last: LAST, serve });
  await settled(on);
  assert.deepEqual(on.ids(FIRST), ['stray']);
  const found = await on.ledger.watermark(on.dataset.name);
  assert.ok(found && (await on.ledger.putWatermark({ dataset: on.dataset.name, firstDay: before }, found.etag)));
  await on.pass(24);
  assert.deepEqual([on.ids(before), on.ids(FIRST)], [['stray'], []]);
});

test('a row far from the window stays also where its day is held and before the first day', async () => {
  const before = addDays(FIRST, -1);
  const strays: Row[] = [];
  const serve: World['serve'] = (_from, _to, day) => (day === FIRST ? strays : []);
  const on = worldOf({ first: before, last: LAST, serve });
  await on.rest();
  const found = await on.ledger.watermark(on.dataset.name);
  assert.ok(found && (await on.ledger.putWatermark({ dataset: on.dataset.name, firstDay: FIRST }, found.etag)));
  strays.push({ id: 'stray', time: `${before}T12:00:00Z` });
  await settled(on);
  assert.deepEqual([on.ids(before), on.ids(FIRST)], [[], ['stray']]);
});

test('a row far from the window goes home when its day brings it while the other day is read', async () => {
  const stray = { id: 'stray', time: `${LAST}T12:00:00Z` };
  const at = (day: Day) => [1, 2, 3, 4].map(hour => ({ id: `${day} ${hour}`, time: `${day}T0${hour}:00:00Z` }));
  let gives = false;
  const on = worldOf({
    first: FIRST,
    last: LAST,
    serve: (_from, _to, day) => {
      if (day === FIRST) return [];
      if (day === MIDDLE) return [stray, ...at(day), { id: 'end', time: `${day}T05:00:00Z` }];
      return gives ? [...at(day), stray] : at(day);
    },
    pageRows: 1,
    // Attempts at the two days take turns, and the stray is looked for by the first of the one that lands last.
    deadlinePages: 2,
  });
  await on.rest();
  assert.deepEqual(on.holders().get('stray'), [MIDDLE]);
  gives = true;
  on.state.now += 21 * HOUR_MS;
  await on.rest();
  assert.deepEqual(on.holders().get('stray'), [LAST]);
});

test('rows without a time, with one that nobody can read, and of another age stay where they came', async () => {
  const odd = [
    { id: 'none', time: null },
    { id: 'text', time: 'soon' },
    { id: 'old', time: '2019-11-01T00:00:08Z' },
    { id: 'far', time: '2099-01-01T00:00:00Z' },
  ];
  const on = worldOf({ first: FIRST, last: LAST, serve: (_from, _to, day) => (day === MIDDLE ? odd : []) });
  await settled(on);
  assert.deepEqual(on.ids(MIDDLE), ['none', 'text', 'old', 'far']);
  assert.equal(on.entry(MIDDLE)?.held?.rowsOutside, 4);
});

test('a row that moves to another day on a later read is in one day at the end', async () => {
  const serve: World['serve'] = (_from, _to, day, read) => {
    const time = read === 1 && day === MIDDLE ? `${MIDDLE}T10:00:00Z` : `${LAST}T10:00:00Z`;
    const moved = { id: 'x', time };
    const [steady, other] = [
      { id: `s${day}`, time: `${day}T01:00:00Z` },
      { id: `o${day}`, time: `${day}T02:00:00Z` },
    ];
    const here = (day === MIDDLE && read === 1) || (day === LAST && read > 1);
    return here ? [steady, other, moved] : [steady, other];
  };
  const on = worldOf({ first: FIRST, last: LAST, serve });
  await settled(on);
  assert.deepEqual(on.holders().get('x'), [LAST]);
});

test('an erased day is not read for a seam, and its rows do not come back by way of a neighbour', async () => {
  const on = world(INCLUSIVE);
  await on.rest();
  const found = await on.ledger.day(on.dataset.name, MIDDLE);
  assert.ok(found?.value.held);
  const { seams: _, ...held } = found.value.held;
  const erased = { ...held, forgottenAt: instantOf(on.state.now), settledAt: instantOf(on.state.now) };
  assert.ok(await on.ledger.putDay({ ...found.value, held: erased }, found.etag));
  const reads = on.reads.get(MIDDLE);
  await on.pass(24 * 6);
  assert.equal(on.reads.get(MIDDLE), reads);
  assert.deepEqual([on.ids(FIRST).sort(), on.ids(LAST).sort()], [own(FIRST), own(LAST)]);
  assert.ok(on.settled().includes(FIRST) && on.settled().includes(LAST));
});

test('days that land in any order close their seams', async () => {
  for (const order of [
    [FIRST, MIDDLE, LAST],
    [LAST, FIRST, MIDDLE],
    [MIDDLE, LAST, FIRST],
    [LAST, MIDDLE, FIRST],
  ]) {
    let turn = 0;
    const wait = new LandlineError({ reason: 'source.failing', remedy: 'retry', message: 'Not yet.' });
    const fails = (day: Day) => ((order as readonly Day[]).indexOf(day) > turn ? wait : undefined);
    const shift = 3 * HOUR_MS;
    const on = world((at, from, to) => INCLUSIVE(at - shift, from, to), { fails });
    for (; turn < 3; turn++) await on.pass(3);
    await settled(on);
    for (const id of own(MIDDLE)) assert.equal(on.holders().get(id)?.length, 1, `${order}: ${id}`);
  }
});

test('a source that gives other rows on every read is not read without end, and does not settle', async () => {
  let count = 0;
  const serve: World['serve'] = (_from, _to, day) => {
    count += 1;
    const other = day === MIDDLE ? LAST : MIDDLE;
    return [{ id: `n${count}`, time: `${other}T${other > day ? '00:00:00' : '23:59:59'}Z` }];
  };
  const on = worldOf({ first: MIDDLE, last: LAST, serve });
  await on.pass(24);
  assert.ok(count < 30, `${count} reads in a day`);
});

test('a log that an older version landed is read again once, and ends with its seams closed and each row once', async () => {
  const dates: Bounds = (at, from, to) => dateOf(at) >= dateOf(from) && dateOf(at) <= dateOf(to);
  const on = world(dates);
  await settled(on);
  for (const { value, etag } of await on.ledger.days(on.dataset.name)) {
    if (value.held === undefined) continue;
    const { seams: _, ...held } = value.held;
    assert.ok(await on.ledger.putDay({ ...value, held }, etag));
  }
  const before = new Map(on.reads);
  await on.rest();
  for (const day of [FIRST, MIDDLE, LAST]) {
    assert.equal(await on.openSeamOf(day), undefined, day);
    assert.ok((on.reads.get(day) ?? 0) > (before.get(day) ?? 0), `${day} was read again`);
    assert.ok(on.settled().includes(day), `${day} is still settled`);
  }
});

test('reads that follow one another within a second of the source’s clock are told apart', async () => {
  const shift = 5 * HOUR_MS;
  // As a `Date` header has it: whole seconds, and one that is kept for a while.
  const servedAt = (now: number) => now - (now % 1_000) - 1_000;
  const on = world((at, from, to) => INCLUSIVE(at - shift, from, to), { servedAt });
  await on.rest();
  for (const day of [MIDDLE, LAST]) for (const id of own(day)) assert.equal(on.holders().get(id)?.length, 1, id);
  assert.ok([...on.reads.values()].every(reads => reads <= 4));
});
