import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFetchMessage } from '../../shared/message.ts';

const GOOD = { dataset: 'teams-sms', day: '2026-02-28', ticket: 7 };

test('a message is read into a fresh object of known members', () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const hostile = JSON.parse(
    `{"dataset":"teams-sms","day":"2026-02-28","ticket":7,"traceparent":"${traceparent}","url":"http://evil.example","nextLink":"x","container":"raw","__proto__":{"ticket":9},"constructor":{}}`,
  );
  const message = parseFetchMessage(hostile);
  assert.deepEqual(message, { ...GOOD, traceparent });
  assert.equal(Object.getPrototypeOf(message), Object.prototype);
  assert.equal(({} as { ticket?: number }).ticket, undefined);
});

test('anything else is not a message', () => {
  const others: unknown[] = [
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
    { ...GOOD, dataset: 'x'.repeat(65) },
    { ...GOOD, day: '2024-13-01' },
    { ...GOOD, day: '2023-02-29' },
    { ...GOOD, day: '2026-02-28T00:00:00Z' },
    { ...GOOD, day: 20260228 },
    { ...GOOD, ticket: '7' },
    { ...GOOD, ticket: 0 },
    { ...GOOD, ticket: 1.5 },
    { ...GOOD, ticket: 2 ** 53 },
    { ...GOOD, padding: 'x'.repeat(64 * 1024) },
  ];
  for (const other of others) assert.equal(parseFetchMessage(other), undefined);
});

test('a trace that is not one is left out', () => {
  assert.deepEqual(parseFetchMessage({ ...GOOD, traceparent: 'x' }), GOOD);
});

test('no input makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), value => void parseFetchMessage(value)),
    { numRuns: 1_000 },
  );
});
