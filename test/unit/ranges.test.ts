import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOfText, daysOfText, dayText, isIn, neededRangeOf, oneDayText, rangeOf } from '../../cli/ranges.ts';
import { UsageError } from '../../cli/usage-error.ts';

const NOW = Date.parse('2026-03-11T12:00:00.000Z');

test('days are read as people write them', () => {
  for (const [text, first, last] of [
    ['2026-01-31', '2026-01-31', '2026-01-31'],
    ['yesterday', '2026-03-10', '2026-03-10'],
    ['-7d', '2026-03-04', '2026-03-04'],
    ['7d', '2026-03-04', '2026-03-04'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026-12', '2026-12-01', '2026-12-31'],
  ] as const)
    assert.deepEqual([dayOfText(dayText(text), 'first', NOW), dayOfText(text, 'last', NOW)], [first, last], text);
  assert.equal(daysOfText('2026-02', NOW).length, 28);
  for (const text of ['2026-13', '2026-01-00', '2026-13-01', '1w', '--7d', ''])
    assert.throws(() => dayText(text), /Expected a day such as/, text);
  assert.throws(() => dayText('2026-11-31'), /^\w+: 2026-11-31 is not a day: November 2026 has 30\.$/);
  assert.throws(() => dayText('2026-02-30'), /February 2026 has 28/);
  for (const text of ['today', 'tomorrow'])
    assert.throws(() => dayText(text), /is not over yet: the newest day is yest/);
});

test('where one day is meant, a month is none', () => {
  for (const text of ['2026-01-31', 'yesterday', '-7d', '7d']) assert.equal(oneDayText(text), text);
  assert.throws(() => oneDayText('2026-11'), /2026-11 is a month: name one of its days, such as 2026-11-30\.$/);
  assert.throws(() => oneDayText('1w'), /Expected a day such as 2026-01-31, yesterday or -7d; days/);
});

test('a range is a month, or from a day to a day, and has a day that is over', () => {
  assert.deepEqual(rangeOf({ month: '2026-02' }, NOW), { from: '2026-02-01', to: '2026-02-28' });
  assert.deepEqual(rangeOf({ from: '2026-01', to: '2026-02' }, NOW), { from: '2026-01-01', to: '2026-02-28' });
  assert.deepEqual(rangeOf({ from: '-3d', to: 'yesterday' }, NOW), { from: '2026-03-08', to: '2026-03-10' });
  assert.deepEqual(rangeOf({}, NOW), {});
  for (const [options, message] of [
    [{ month: '2026-02', from: '2026-02-03' }, /--month is a range of its own/],
    [{ from: 'yesterday', to: '-3d' }, /ends \(2026-03-08\) before it begins \(2026-03-10\)/],
    [{ from: '2026-03-11' }, /2026-03-11 is not over yet. The newest day that there can be is 2026-03-10/],
    [{ month: '2026-04' }, /is not over yet/],
  ] as const)
    assert.throws(() => rangeOf(options, NOW), { name: UsageError.name, message });
  assert.throws(() => neededRangeOf({ to: '2026-02' }, NOW), /Name the days: --from/);
  assert.deepEqual(
    ['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01'].map(day => isIn(day, rangeOf({ month: '2026-02' }, NOW))),
    [false, true, true, false],
  );
});
