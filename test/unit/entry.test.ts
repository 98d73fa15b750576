import assert from 'node:assert/strict';
import { test } from 'node:test';
import { troubleOf } from '../../shared/ledger/entry.ts';

test('a message is noted as far as the ledger has room for it, and in whole characters', () => {
  const noted = (message: string) => troubleOf({ reason: 'worker.bug', remedy: 'retry', message }).errorMessage;
  assert.equal(noted('short'), 'short');
  assert.equal(noted('x'.repeat(100_000))?.length, 2_000);
  assert.ok(noted(`${'x'.repeat(1_999)}\u{1f600}`)?.isWellFormed());
});
