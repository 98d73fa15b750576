import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf, oddRowsOf } from '../../shared/rows/place-in-day.ts';
import { addDays, type Place, placeOf, windowOf } from '../../shared/words/day.ts';
import type { Day } from '../../shared/words/model.ts';
import { DATASET } from './days.ts';

const DAY: Day = '2026-03-01';

/** How the one row with this event time is seen from the window of the day. */
function seenFrom(day: Day, time: unknown) {
  const body = Buffer.from(JSON.stringify({ value: [{ id: '1', startDateTime: time }] }));
  const cut = cutRowsInPlace(body, cutSpecOf(DATASET));
  const [odd] = oddRowsOf(cut, DATASET, windowOf(day, 'second'));
  if (odd === undefined) return 'own';
  return odd.place === undefined ? 'unreadable' : placeSeen(odd.place, day);
}

function placeSeen({ day, seam }: Place, from: Day): string {
  return [day === from ? 'own' : day, seam].filter(Boolean).join(' ');
}

test('a row lands in the day of its instant, however the time is written', () => {
  for (const own of [
    '2026-03-01T00:00:00Z',
    '2026-03-01T23:59:59.9999999Z',
    '2026-03-01 10:00:00',
    '2026-03-01T10:00:00+00:00',
    '2026-03-02T00:30:00.5+01:00',
    '2026-02-28T23:30:00-01:00',
    '2026-03-01T10:00',
    '2026-03-01t10:00:00z',
    '2026-03-01T10:00:00,5+0100',
    '2026-03-01',
  ])
    assert.match(seenFrom(DAY, own), /^own/, own);
});

test('a row at midnight lands in one of two days, with an offset as with none', () => {
  for (const midnight of ['2026-03-02T00:00:00Z', '2026-03-02T00:00:00+00:00', '2026-03-02T05:30:00+05:30']) {
    assert.equal(seenFrom(DAY, midnight), '2026-03-02 after', midnight);
    assert.equal(seenFrom(addDays(DAY, 1), midnight), 'own before', midnight);
  }
});

test('a time that stands for none is taken for none: no log has rows of before the year 2000', () => {
  for (const time of [
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00+05:30',
    '0000-01-01T00:00:00Z',
    '1601-01-01T00:00:00Z',
    '1899-12-30T00:00:00',
    '1970-01-01T00:00:00Z',
    '1999-12-31T23:59:59.9999999Z',
  ])
    assert.equal(seenFrom(DAY, time), 'unreadable', time);
  assert.equal(seenFrom(DAY, '2000-01-01T00:00:00Z'), '2000-01-01');
  assert.equal(seenFrom(DAY, '9999-12-31T23:59:59Z'), '9999-12-31');
});

test('a time that nobody can read stays with its window and is counted', () => {
  for (const time of [
    '2026-03-01Tnonsense',
    '2026-03-01T10:00:00.Z',
    '2026-03-01T10:00:00 CET',
    '2026-03-01T24:00:00Z',
    '2026-03-01T99:99:99Z',
    '2026-03-01T23:59:60Z',
    '2026-03-01T10:00:00+99:99',
    '',
    null,
    20260301,
  ])
    assert.equal(seenFrom(DAY, time), 'unreadable', String(time));
});

test('the quick look and the slow one agree on any text', () => {
  const digits = fc.stringMatching(/^\d{0,9}$/);
  const near = fc
    .tuple(
      fc.constantFrom('2026-02-28', '2026-03-01', '2026-03-02', '2026-3-1'),
      fc.constantFrom('T', ' ', 't', ''),
      fc.constantFrom('00:00:00', '23:59:59', '10:11', '1a:00:00', '24:00:00', '23:60:00', '23:59:60', '39:00:00'),
      fc.oneof(
        fc.constant(''),
        digits.map(text => `.${text}`),
      ),
      fc.constantFrom('', 'Z', 'z', '+00:00', '-08:00', '+14:00', '+1:00', 'ZZ'),
    )
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), time => {
      const place = placeOf(time, windowOf(DAY, 'second'));
      assert.equal(seenFrom(DAY, time), place === undefined ? 'unreadable' : placeSeen(place, DAY));
    }),
    { numRuns: 2_000 },
  );
});
