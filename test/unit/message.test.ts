import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCurateMessage, parseFetchMessage } from '../../shared/app/message.ts';

const GOOD = { dataset: 'teams-sms', day: '2026-02-28', ticket: 7 };
const { ticket: _, ...REST } = GOOD;
const CURATE = { ...REST, revision: 3 };

test('a message is read into a fresh object of known members', () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const hostile = JSON.parse(
    `{"dataset":"teams-sms","day":"2026-02-28","ticket":7,"traceparent":"${traceparent}","url":"http://evil.example","nextLink":"x","container":"raw","__proto__":{"ticket":9},"constructor":{}}`,
  );
  const parsed = parseFetchMessage(hostile);
  assert.deepEqual(parsed, { kind: 'ours', message: { ...GOOD, traceparent } });
  assert.equal(parsed.kind === 'ours' && Object.getPrototypeOf(parsed.message), Object.prototype);
  assert.equal(({} as { ticket?: number }).ticket, undefined);
});

test('a message says its version, and one that says none is of the first', () => {
  for (const version of [{}, { v: 1 }]) {
    assert.deepEqual(parseFetchMessage({ ...GOOD, ...version }), { kind: 'ours', message: GOOD });
    assert.deepEqual(parseCurateMessage({ ...CURATE, ...version }), { kind: 'ours', message: CURATE });
  }
});

const OTHERS: readonly unknown[] = [
  undefined,
  null,
  '',
  'text',
  7,
  true,
  [],
  [GOOD],
  {},
  { ...GOOD, dataset: '' },
  { ...GOOD, dataset: 'teams-faxes' },
  { ...GOOD, dataset: '+12025550142' },
  { ...GOOD, dataset: '__proto__' },
  { ...GOOD, day: '2024-13-01' },
  { ...GOOD, day: '2023-02-29' },
  { ...GOOD, day: '2026-02-28T00:00:00Z' },
  { ...GOOD, day: '2026-02-28Z' },
  { ...GOOD, day: 20260228 },
  { ...GOOD, ticket: '7' },
  { ...GOOD, ticket: 0 },
  { ...GOOD, ticket: 1.5 },
  { ...GOOD, ticket: 2 ** 53 },
  { ...GOOD, v: 0 },
  { ...GOOD, v: 2 },
  { ...GOOD, v: '2' },
  { ...GOOD, v: 1.5 },
  { ...GOOD, v: null },
  { ...GOOD, padding: 'x'.repeat(64 * 1024) },
  { ...GOOD, v: 2, padding: 'x'.repeat(64 * 1024) },
  [{ ...GOOD, v: 2 }],
];

test('anything else is not a message', () => {
  for (const other of OTHERS) assert.equal(parseFetchMessage(other).kind, 'refused', JSON.stringify(other));
  for (const other of [...OTHERS, GOOD]) assert.equal(parseCurateMessage(other).kind, 'refused');
});

test('4 KB is the most a message may be', () => {
  const padded = (chars: number): unknown => {
    const bare = JSON.stringify({ ...GOOD, padding: '' }).length;
    return { ...GOOD, padding: 'x'.repeat(chars - bare) };
  };
  assert.equal(parseFetchMessage(padded(4_096)).kind, 'ours');
  assert.equal(parseFetchMessage(padded(4_097)).kind, 'refused');
});

test('what is not a message is told by the digest of its text: equal for equal ones, another for any other', () => {
  const digestOf = (entry: unknown): string => {
    const parsed = parseFetchMessage(entry);
    assert.ok(parsed.kind === 'refused');
    return parsed.digest;
  };
  const expected = createHash('sha256').update('{not json').digest('hex').slice(0, 12);
  assert.equal(digestOf('{not json'), expected);
  assert.equal(digestOf({ ...GOOD, ticket: 0 }), digestOf({ ...GOOD, ticket: 0 }));
  assert.equal(new Set(OTHERS.slice(1).map(digestOf)).size, OTHERS.length - 1);
});

test('a trace that is not one is left out', () => {
  assert.deepEqual(parseFetchMessage({ ...GOOD, traceparent: 'x' }), { kind: 'ours', message: GOOD });
});

test('no input makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), value => void parseFetchMessage(value)),
    { numRuns: 1_000 },
  );
});
