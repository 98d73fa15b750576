import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeGate, refuseBeforeGate } from '../../shared/ledger/gate.ts';
import { DAY_MS, HOUR_MS } from '../../shared/words/day.ts';
import type { Gate } from '../../shared/words/ledger.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { at, DATASET, NOON } from './days.ts';

const until = (ms: number): Gate => ({ source: 'graph', notBefore: at(NOON + ms), reason: 'source.throttled' });
const noon = {
  now: () => NOON,
  sleep: async () => {},
  timeout: () => new AbortController().signal,
};

test('the longer of two waits counts, whoever is told of it first', async () => {
  const ledger = memoryLedger();
  await closeGate(ledger, until(HOUR_MS), NOON);
  await closeGate(ledger, until(1_000), NOON);
  assert.deepEqual((await ledger.gate('graph'))?.value, until(HOUR_MS));
  await closeGate(ledger, until(2 * HOUR_MS), NOON);
  assert.deepEqual((await ledger.gate('graph'))?.value, until(2 * HOUR_MS));
  await assert.rejects(refuseBeforeGate(DATASET, ledger, noon), { remedy: 'wait', until: at(NOON + 2 * HOUR_MS) });
});

test('a gate that a clock days ahead closed holds nobody back, and gives way to a real wait', async () => {
  const ledger = memoryLedger();
  await closeGate(ledger, until(30 * DAY_MS), NOON + 30 * DAY_MS);
  await refuseBeforeGate(DATASET, ledger, noon);
  await closeGate(ledger, until(1_000), NOON);
  assert.deepEqual((await ledger.gate('graph'))?.value, until(1_000));
});
