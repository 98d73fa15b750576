import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshEntry, queued } from '../../shared/ledger/entry.ts';
import { closeGate, openGate, refuseBeforeGate } from '../../shared/ledger/gate.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { DAY_MS, HOUR_MS } from '../../shared/words/day.ts';
import type { Gate } from '../../shared/words/ledger.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { CHECKPOINT } from '../stores/values.ts';
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

test('a person opens a gate, and the days that waited for it are owed at once, with their progress', async () => {
  const ledger = memoryLedger();
  await closeGate(ledger, until(HOUR_MS), NOON);
  const trouble = { errorKind: 'source.throttled', errorRemedy: 'wait', errorMessage: 'It asked.' } as const;
  const checkpoint = { ...CHECKPOINT, cursorAt: at(NOON) };
  const waiting = queued(freshEntry(DATASET.name, '2026-03-01', NOON), NOON, checkpoint, {
    ...trouble,
    retryAt: at(NOON + HOUR_MS),
  });
  const due = queued(freshEntry(DATASET.name, '2026-03-02', NOON), NOON, undefined);
  await ledger.putDay(waiting, undefined);
  await ledger.putDay(due, undefined);

  const opened = await openGate(ledger, 'graph', [DATASET], NOON);
  assert.deepEqual(opened, { outcome: 'opened', was: until(HOUR_MS), days: 1 });
  await refuseBeforeGate(DATASET, ledger, noon);
  const entry = (await ledger.day(DATASET.name, '2026-03-01'))?.value;
  assert.equal(owed(DATASET, '2026-03-01', entry, NOON), 'failed');
  assert.deepEqual([entry?.work.checkpoint, entry?.work.failures], [checkpoint, 0]);
  assert.deepEqual((await ledger.day(DATASET.name, '2026-03-02'))?.value, due);
  assert.deepEqual(await openGate(ledger, 'graph', [DATASET], NOON), { outcome: 'open', was: undefined, days: 0 });
  assert.equal((await openGate(ledger, 'voximplant', [DATASET], NOON)).outcome, 'open');
});
