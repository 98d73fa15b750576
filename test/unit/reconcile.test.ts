import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedFor } from '../../local/start/take-up.ts';
import { instantOf, MINUTE_MS } from '../../shared/day.ts';
import type { DayEntry } from '../../shared/model.ts';
import { type ReconcilePorts, reconcile } from '../../shared/reconcile.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

const DAY = daysAgo(1);

async function planned(entry: DayEntry) {
  const ledger = memoryLedger();
  await ledger.putDay(entry, undefined);
  const clock = { now: () => NOON, sleep: async () => {}, timeout: () => new AbortController().signal };
  const jobs = memoryJobs(clock);
  const settings = { historyDays: 1, inFlight: { graph: 4, voximplant: 1 } };
  const on: ReconcilePorts = { datasets: [DATASET], ledger, jobs, clock, report: () => undefined, settings };
  const { queued } = await reconcile(on);
  return { queued, messages: jobs.messages, entry: (await ledger.day(DATASET.name, DAY))?.value };
}

const silent = { state: 'fetching', heartbeat: instantOf(NOON - 4 * MINUTE_MS) } as const;
const forgotten = heldOn(DAY, { forgottenAt: instantOf(NOON - 5 * MINUTE_MS) });

test('a silent fetch is taken over', async () => {
  const { queued, messages, entry } = await planned(entryOf(DAY, silent));
  assert.deepEqual([queued, messages.length, entry?.work.state], [1, 1, 'queued']);
});

test('an erasure that died leaves its day at rest: a read would bring the rows back', async () => {
  const lost = { state: 'queued', queuedAt: instantOf(NOON - 6 * MINUTE_MS) } as const;
  for (const work of [silent, lost]) {
    const { queued, messages, entry } = await planned(entryOf(DAY, { ...work, ticket: 9 }, forgotten));
    assert.deepEqual([queued, messages.length], [0, 0]);
    assert.deepEqual([entry?.work.state, entry?.work.ticket, entry?.held], ['idle', 9, forgotten]);
  }
});

test('an erasure that is alive is left alone', async () => {
  const alive = { ...silent, heartbeat: instantOf(NOON - MINUTE_MS) };
  const { queued, entry } = await planned(entryOf(DAY, alive, forgotten));
  assert.deepEqual([queued, entry?.work.state], [0, 'fetching']);
});

test('npm start reads no day that a person was erased from, whoever left it', () => {
  const asked = askedFor(entryOf(DAY, silent, forgotten), true, instantOf(NOON));
  assert.deepEqual([asked?.work.state, asked?.work.askedAt], ['idle', undefined]);
  assert.equal(askedFor(entryOf(DAY, {}, forgotten), true, instantOf(NOON)), undefined);
  assert.equal(askedFor(entryOf(DAY), true, instantOf(NOON))?.work.askedAt, instantOf(NOON));
});
