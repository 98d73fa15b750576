import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, eachDay, endOf, instantOf, startOf } from '../../shared/words/day.ts';
import type { Day } from '../../shared/words/model.ts';
import { instantIn, type Row, rowsOn, type SeamWorld, type World, worldOf } from './seam-world.ts';

/** Rows that have no day of their own to go to, brought by the reads of several days: one day has to keep each. */

const [FIRST, LAST] = ['2026-03-10', '2026-03-14'] as const;
const DAYS = [...eachDay(FIRST, LAST)];
const TIMES = ['00:00:00', '06:00:00', '12:00:00', '23:59:59'];
const ROWS = rowsOn(FIRST, LAST, TIMES);

/** @param unplaced what the read of a day brings besides its own rows */
function world(unplaced: (day: Day, read: number) => readonly Row[], more: Partial<World> = {}): SeamWorld {
  const serve: World['serve'] = (from, to, day, read) => [
    ...ROWS.filter(row => instantIn(row) >= from && instantIn(row) <= to),
    ...unplaced(day, read),
  ];
  return worldOf({ first: FIRST, last: LAST, serve, ...more });
}

async function settled(on: SeamWorld): Promise<void> {
  await on.rest();
  await on.pass(24 * 8);
  for (const day of DAYS) assert.ok(on.settled().includes(day), `${day} has settled`);
}

function heldBy(on: SeamWorld, ids: readonly string[]): (readonly Day[] | undefined)[] {
  const holders = on.holders();
  return ids.map(id => holders.get(id));
}

const undated = (ids: readonly string[], time: string | null = null): Row[] => ids.map(id => ({ id, time }));

for (const [what, time] of Object.entries({
  'no time': null,
  'an empty time': '',
  'hour 24': '2026-03-11T24:00:00Z',
  'second 60': '2026-03-11T23:59:60Z',
  garbage: 'yesterday',
  'a default date': '0001-01-01T00:00:00Z',
}))
  test(`a row with ${what} that the reads of all days bring stands in the first of them`, async () => {
    const on = world(() => undated(['x', 'y'], time));
    await settled(on);
    assert.deepEqual(heldBy(on, ['x', 'y']), [[FIRST], [FIRST]]);
  });

test('a row without a time that two neighbouring days bring stands in the first of them, whichever landed first', async () => {
  let late = true;
  const on = world(day => (day === '2026-03-12' || day === '2026-03-13' ? undated(['x']) : []), {
    fails: day => (late && day === '2026-03-12' ? new Error('not yet') : undefined),
  });
  await on.rest();
  late = false;
  await settled(on);
  assert.deepEqual(heldBy(on, ['x']), [['2026-03-12']]);
});

test('a row without a time that the first of two days brings no longer stands in the other one', async () => {
  const on = world((day, read) => ((day === '2026-03-12' && read === 1) || day === '2026-03-13' ? undated(['x']) : []));
  await settled(on);
  assert.deepEqual(heldBy(on, ['x']), [['2026-03-13']]);
});

test('more rows without a time than a list of keys holds stand in one day each', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `x${i}`);
  const on = world(() => undated(ids));
  await settled(on);
  for (const days of heldBy(on, ids)) assert.deepEqual(days, [FIRST]);
});

test('windows that are two days wider on either side bring rows of before the first day, and each stands in one day', async () => {
  const all = rowsOn(addDays(FIRST, -3), LAST, TIMES);
  const wide = 2 * 86_400_000;
  const on = worldOf({
    first: FIRST,
    last: LAST,
    serve: (from, to) => all.filter(row => instantIn(row) >= from - wide && instantIn(row) <= to + wide),
  });
  await settled(on);
  for (const [id, days] of on.holders()) assert.equal(days.length, 1, `${id} is in ${days}`);
  for (const { id } of all.filter(row => instantIn(row) >= startOf(FIRST) && instantIn(row) < endOf(LAST)))
    assert.deepEqual(heldBy(on, [id]), [[id.slice(0, 10)]]);
});

test('a source that ignores the bounds of the window lands each row in its own day', async () => {
  const [first, last] = ['2026-01-01', '2026-02-10'];
  const all = [...eachDay(first, last)].flatMap(day =>
    TIMES.map(time => ({ id: `${day}T${time}`, time: `${day}T${time}Z` })),
  );
  const on = worldOf({ first, last, serve: () => all });
  await on.rest();
  await on.pass(24 * 8);
  for (const { id } of all) assert.deepEqual(heldBy(on, [id]), [[id.slice(0, 10)]], id);
  for (const day of eachDay(first, last)) assert.ok(on.settled().includes(day), `${day} has settled`);
});

test('a row that two days bring and its own day does not stands in the first of the two', async () => {
  const far = { id: 'x', time: '2026-03-11T12:00:00Z' };
  const on = world(day => (day === '2026-03-12' || day === '2026-03-13' ? [far] : []));
  await settled(on);
  assert.deepEqual(heldBy(on, ['x']), [['2026-03-12']]);
});

test('a row that has two times, one on each side of a border, opens the seam until both reads agree', async () => {
  let agreed = false;
  const on = world(day => {
    if (day === '2026-03-12') return [{ id: 'x', time: agreed ? '2026-03-13T00:00:00Z' : '2026-03-12T23:59:59Z' }];
    return day === '2026-03-13' ? [{ id: 'x', time: '2026-03-13T00:00:00Z' }] : [];
  });
  await on.rest();
  await on.pass(24 * 3);
  assert.ok(!on.settled().includes('2026-03-12'));
  assert.ok(!on.settled().includes('2026-03-13'));
  agreed = true;
  await settled(on);
  assert.deepEqual(heldBy(on, ['x']), [['2026-03-13']]);
});

test('a row without a time that was erased from the first day does not come back by way of the next one', async () => {
  const on = world(() => undated(['x']));
  await on.rest();
  const found = await on.ledger.day(on.dataset.name, FIRST);
  assert.ok(found?.value.held);
  const { seams: _, ...held } = found.value.held;
  const at = instantOf(on.state.now);
  const erased = { ...held, rowsOutside: 0, forgottenAt: at, settledAt: at };
  assert.ok(await on.ledger.putDay({ ...found.value, held: erased }, found.etag));
  await on.pass(24 * 6);
  for (const day of DAYS.slice(1)) assert.ok(!on.ids(day).includes('x'), day);
});

test('a row of the first day that moves to the second before it is dropped only when two reads agree', async () => {
  let moved = false;
  const time = () => (moved ? `${addDays(FIRST, -1)}T23:59:59.5Z` : `${FIRST}T03:00:00Z`);
  const on = world(day => (day === FIRST ? [{ id: 'x', time: time() }] : []));
  await on.rest();
  moved = true;
  on.state.now += 21 * 3_600_000;
  await on.rest();
  assert.ok(on.ids(FIRST).includes('x'));
  assert.equal(on.entry(FIRST)?.work.suspicion?.reason, 'shrink.unconfirmed');
  await settled(on);
  assert.ok(!on.ids(FIRST).includes('x'));
});
