import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { microsOf, readInstant, utcText } from '../../shared/words/instants.ts';

/** The instant of a text in the one form that all others are compared in. */
function read(text: string): string | undefined {
  const instant = readInstant(text);
  return instant === undefined ? undefined : utcText(instant);
}

const NOON = '2026-03-08T12:00:00.0000000Z';

test('every spelling of one instant is that instant', () => {
  for (const text of [
    '2026-03-08T12:00:00Z',
    '2026-03-08t12:00:00z',
    '2026-03-08 12:00:00',
    '2026-03-08 12:00:00Z',
    '2026-03-08T12:00',
    '2026-03-08T12:00Z',
    '2026-03-08T12:00:00.0Z',
    '2026-03-08T12:00:00,000Z',
    '2026-03-08T12:00:00.000000000000Z',
    '2026-03-08T12:00:00+00:00',
    '2026-03-08T12:00:00-00:00',
    '2026-03-08T14:00:00+0200',
    '2026-03-08T14:00:00+02',
    '2026-03-08T14:00+02:00',
    '2026-03-08 14:00:00 +02:00',
    '2026-03-08T06:30:00\u221205:30',
    '2026-03-09T01:45:00+13:45',
    '20260308T120000Z',
    '20260308T1200Z',
    '20260308T140000+0200',
    ' 2026-03-08T12:00:00Z ',
    `/Date(${Date.UTC(2026, 2, 8, 12)})/`,
    `/Date(${Date.UTC(2026, 2, 8, 12)}+0060)/`,
  ])
    assert.equal(read(text), NOON, text);
});

test('seven digits of a fraction count, and finer ones are cut off', () => {
  assert.equal(read('2026-03-08T12:00:00.1Z'), '2026-03-08T12:00:00.1000000Z');
  assert.equal(read('2026-03-08T12:00:00,12345678999Z'), '2026-03-08T12:00:00.1234567Z');
  assert.equal(read('/Date(-1)/'), '1969-12-31T23:59:59.9990000Z');
});

test('a day without a time is the start of that day, and says so', () => {
  assert.equal(read('2026-03-08'), '2026-03-08T00:00:00.0000000Z');
  assert.equal(readInstant('2026-03-08')?.dateOnly, true);
  assert.equal(readInstant('2026-03-08T00:00Z')?.dateOnly, undefined);
});

test('a leap second belongs to the day that it ends, and is one only where a month ends', () => {
  assert.equal(read('2016-12-31T23:59:60Z'), '2016-12-31T23:59:59.9999999Z');
  assert.equal(read('1990-12-31T15:59:60-08:00'), '1990-12-31T23:59:59.9999999Z');
  for (const text of ['2026-03-08T23:59:60Z', '2026-03-08T10:00:60Z', '2016-12-31T23:59:60+01:00'])
    assert.equal(read(text), undefined, text);
});

test('what is no instant is none', () => {
  for (const text of [
    '',
    'soon',
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-03-08T24:00:00Z',
    '2026-03-08T99:99:99Z',
    '2026-03-08T12:60:00Z',
    '2026-03-08T12:00:61Z',
    '2026-03-08T12:00:00.Z',
    '2026-03-08T12:00:00+99:99',
    '2026-03-08T12:00:00+1:00',
    '2026-03-08T12:00:00 CET',
    '2026-03-08T12:00:00ZZ',
    '2026-3-8T12:00:00Z',
    '2026-03-08T1:00:00Z',
    '2026-03-08+01:00',
    '20260308',
    '1772971200',
    '/Date(x)/',
    '/Date(99999999999999999)/',
    `2026-03-08T12:00:00.${'0'.repeat(100)}Z`,
  ])
    assert.equal(read(text), undefined, text);
});

test('an instant outside four digits of a year is read and has no text', () => {
  for (const text of ['12026-03-08T12:00:00Z', '-0044-03-15T12:00:00Z']) {
    assert.notEqual(readInstant(text), undefined, text);
    assert.equal(read(text), undefined, text);
  }
  assert.equal(read('0001-01-01T00:00:00Z'), '0001-01-01T00:00:00.0000000Z');
});

test('microseconds are counted from 1970, before it too', () => {
  const micros = (text: string) => microsOf(readInstant(text) ?? assert.fail(text));
  assert.equal(micros('1970-01-01T00:00:00.0000019Z'), 1n);
  assert.equal(micros('1969-12-31T23:59:59.9999999Z'), -1n);
  assert.equal(micros('0001-01-01T00:00:00Z'), -62_135_596_800_000_000n);
});

test('texts compare as their instants do, and Date agrees to the millisecond', () => {
  const zone = fc.constantFrom('Z', 'z', '+05:30', '-0800', '+14');
  const date = fc.date({ min: new Date('1600-01-01T00:00:00Z'), max: new Date('2400-01-01T00:00:00Z') });
  const valid = date.filter(at => !Number.isNaN(at.getTime()));
  fc.assert(
    fc.property(valid, valid, zone, (one, other, suffix) => {
      const text = `${one.toISOString().slice(0, -1)}${suffix}`;
      const minutes = { Z: 0, z: 0, '+05:30': 330, '-0800': -480, '+14': 840 }[suffix] ?? Number.NaN;
      const shifted = new Date(one.getTime() - minutes * 60_000);
      assert.equal(read(text)?.slice(0, 23), shifted.toISOString().slice(0, 23));
      const [a, b] = [read(one.toISOString()) ?? '', read(other.toISOString()) ?? ''];
      assert.equal(Math.sign(one.getTime() - other.getTime()), a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
