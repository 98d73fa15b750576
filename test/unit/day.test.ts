import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addDays,
  dayOf,
  daysBetween,
  eachDay,
  endOf,
  isDay,
  placeOf,
  startOf,
  windowOf,
} from '../../shared/words/day.ts';

test('a day is that of UTC, from midnight to midnight', () => {
  assert.equal(startOf('2026-03-08'), Date.UTC(2026, 2, 8));
  assert.equal(endOf('2026-03-08'), Date.UTC(2026, 2, 9));
  assert.equal(dayOf(new Date(Date.UTC(2026, 2, 8))), '2026-03-08');
  assert.equal(dayOf(new Date(Date.UTC(2026, 2, 9) - 1)), '2026-03-08');
});

test('days follow one another over leap days, ends of years and changes of clocks', () => {
  assert.deepEqual([addDays('2024-02-28', 1), addDays('2024-02-29', 1)], ['2024-02-29', '2024-03-01']);
  assert.deepEqual([addDays('2025-12-31', 1), addDays('2026-01-01', -1)], ['2026-01-01', '2025-12-31']);
  assert.deepEqual([...eachDay('2026-03-07', '2026-03-10')], ['2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10']);
  assert.deepEqual([...eachDay('2026-03-10', '2026-03-09')], []);
  assert.equal([...eachDay('2026-01-01', '2026-12-31')].length, 365);
  assert.deepEqual([daysBetween('2026-10-20', '2026-11-03'), daysBetween('2026-03-01', '2026-02-01')], [14, -28]);
});

test('a day is ten characters that are in the calendar', () => {
  for (const day of ['2024-02-29', '2026-01-31', '1999-12-31']) assert.ok(isDay(day), day);
  for (const text of [
    '2024-02-30',
    '2025-02-29',
    '2024-13-01',
    '2026-1-31',
    '2026-01-31T00:00:00Z',
    ' 2026-01-31',
    20260131,
  ])
    assert.ok(!isDay(text), String(text));
});

test('a window reaches beyond its day as far as its source needs, and names instants of UTC', () => {
  const bounds = (overlap: Parameters<typeof windowOf>[1]) => {
    const { from, to } = windowOf('2026-03-08', overlap);
    return [from, to];
  };
  assert.deepEqual(bounds('second'), ['2026-03-07T23:59:59.0000000Z', '2026-03-09T00:00:01.0000000Z']);
  assert.deepEqual(bounds('none'), ['2026-03-08T00:00:00.0000000Z', '2026-03-08T23:59:59.9999999Z']);
});

test('a row belongs to the UTC day of its time, with an offset, a Z or neither, and may lie at a border of the window', () => {
  const window = windowOf('2026-03-08', 'second');
  for (const [time, day, seam] of [
    ['2026-03-08T00:00:00Z', '2026-03-08', 'before'],
    ['2026-03-08 00:00:01', '2026-03-08', 'before'],
    ['2026-03-08T00:00:01.0000001Z', '2026-03-08', undefined],
    ['2026-03-08T12:00:00Z', '2026-03-08', undefined],
    ['2026-03-07T22:00:00-02:00', '2026-03-08', 'before'],
    ['2026-03-08 23:59:58.9', '2026-03-08', undefined],
    ['2026-03-08T23:59:59.9999999Z', '2026-03-08', 'after'],
    ['2026-03-09T01:59:59+02:00', '2026-03-08', 'after'],
    ['2026-03-07 23:59:59', '2026-03-07', 'before'],
    ['2026-03-09T00:00:00Z', '2026-03-09', 'after'],
    ['2026-03-09 00:00:01', '2026-03-09', 'after'],
    ['2026-03-07 23:59:58', '2026-03-07', undefined],
    ['2026-03-09T00:00:01.0000001Z', '2026-03-09', undefined],
    ['2026-03-08T01:00:00+02:00', '2026-03-07', undefined],
  ] as const)
    assert.deepEqual(placeOf(time, window), { day, seam }, time);
  for (const time of ['soon', undefined]) assert.equal(placeOf(time, window), undefined);
});
