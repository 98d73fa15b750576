import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimed, done, failed, queued } from '../../shared/ledger/entry.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry, WorkState } from '../../shared/words/ledger.ts';
import type { Ledger } from '../../shared/words/ports.ts';
import type { EventName } from '../../shared/words/telemetry.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { type LedgerStore, ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

const DAY = daysAgo(1);

function portsOver(ledger: Ledger, historyDays = 1) {
  const clock = { now: () => NOON, sleep: async () => {}, timeout: () => new AbortController().signal };
  const settings = { historyDays, inFlight: { graph: 4, voximplant: 1 } };
  return { datasets: [DATASET], ledger, jobs: memoryJobs(clock), clock, report: () => undefined, settings };
}

async function planned(entry: DayEntry) {
  const ledger = memoryLedger();
  await ledger.putDay(entry, undefined);
  const on = portsOver(ledger);
  const { queued } = await runPlan(on);
  return { queued, messages: on.jobs.messages, entry: (await ledger.day(DATASET.name, DAY))?.value };
}

const silent = { state: 'fetching', heartbeat: instantOf(NOON - 4 * MINUTE_MS) } as const;
const forgotten = heldOn(DAY, { forgottenAt: instantOf(NOON - 5 * MINUTE_MS) });

test('where history begins is recorded before the first day of it is queued', async () => {
  const ledger = memoryLedger();
  const on = portsOver(ledger);
  const known: (string | undefined)[] = [];
  const send: typeof on.jobs.send = async () => {
    known.push((await ledger.watermark(DATASET.name))?.value.firstDay);
  };
  await runPlan({ ...on, jobs: { ...on.jobs, send } });
  assert.deepEqual(known, [DAY]);
});

test('a silent fetch is taken over', async () => {
  const { queued, messages, entry } = await planned(entryOf(DAY, silent));
  assert.deepEqual([queued, messages.length, entry?.work.state], [1, 1, 'queued']);
});

test('a day that two workers are lost with in a row is left alone for an hour, and that is told', async () => {
  const ledger = memoryLedger();
  await ledger.putDay(entryOf(DAY, silent), undefined);
  const told: EventName[] = [];
  const states: WorkState[] = [];
  for (let now = NOON; states.length < 2; now += 10 * MINUTE_MS) {
    const clock = { ...portsOver(ledger).clock, now: () => now };
    await runPlan({ ...portsOver(ledger), clock, report: event => void told.push(event) });
    const found = await ledger.day(DATASET.name, DAY);
    assert.ok(found);
    states.push(found.value.work.state);
    if (found.value.work.state === 'queued') await ledger.putDay(claimed(found.value, now), found.etag);
  }
  assert.deepEqual(states, ['queued', 'failed']);
  assert.equal(told.filter(event => event === 'message poisoned').length, 1);
  const { errorKind, retryAt, checkpoint } = (await ledger.day(DATASET.name, DAY))?.value.work ?? {};
  assert.deepEqual([errorKind, retryAt, checkpoint], ['worker.poisoned', instantOf(NOON + 70 * MINUTE_MS), undefined]);
});

test('a worker that ends its attempt itself, however, begins the count anew', () => {
  const counted = entryOf(DAY, { ...silent, takeovers: 1 });
  assert.equal(claimed(counted, NOON).work.takeovers, 1);
  const trouble = { errorKind: 'source.slow', errorRemedy: 'retry', errorMessage: '' } as const;
  for (const { work } of [
    queued(counted, NOON, undefined),
    done(counted, undefined, undefined),
    failed(counted, NOON, trouble, instantOf(NOON), undefined),
  ])
    assert.equal(work.takeovers, undefined);
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

test('a fetch that is alive is in flight, however long the ledger takes to be read', async () => {
  const ledger = memoryLedger();
  const alive = { ...silent, heartbeat: instantOf(NOON) };
  const etag = await ledger.putDay(entryOf(daysAgo(2), alive), undefined);
  let now = NOON;
  const days: Ledger['days'] = async dataset => {
    const found = await ledger.days(dataset);
    now += 10 * MINUTE_MS;
    await ledger.putDay(entryOf(daysAgo(2), { ...alive, heartbeat: instantOf(now) }), etag);
    return found;
  };
  const on = portsOver({ ...ledger, days }, 2);
  const settings = { ...on.settings, inFlight: { graph: 1, voximplant: 1 } };
  assert.equal((await runPlan({ ...on, settings, clock: { ...on.clock, now: () => now } })).queued, 0);
});

/** A ledger that calls `meanwhile` once, just before the first watermark is written through it. */
function overtaken(store: LedgerStore, meanwhile: () => Promise<unknown>): Ledger {
  let step: (() => Promise<unknown>) | undefined = meanwhile;
  const before = async (op: string) => {
    if (!op.startsWith('ledger.putWatermark')) return;
    const first = step;
    step = undefined;
    await first?.();
  };
  return memoryLedger({ before }, store);
}

test('of two planners the second adds its days to the watermark of the first, whose ledger was older', async () => {
  const store = ledgerStore();
  const ledger = memoryLedger({}, store);
  for (const age of [2, 1]) await ledger.putDay(entryOf(daysAgo(age)), undefined);
  const older = { ...ledger, days: async () => (await ledger.days(DATASET.name)).slice(0, 1) };
  const { ledgers } = await runPlan(
    portsOver(
      overtaken(store, () => runPlan(portsOver(older, 2))),
      2,
    ),
  );
  const recorded = (await ledger.watermark(DATASET.name))?.value;
  assert.equal(recorded?.landedThrough, daysAgo(1));
  assert.deepEqual(ledgers[0]?.watermark, recorded);
});

test('a planner whose history was begun earlier meanwhile counts from there, and pauses stay', async () => {
  const store = ledgerStore();
  const ledger = memoryLedger({}, store);
  const firstDay = daysAgo(3);
  await ledger.putDay(entryOf(daysAgo(2)), undefined);
  await ledger.putDay(entryOf(daysAgo(1)), undefined);
  const etag = await ledger.putWatermark({ dataset: DATASET.name, firstDay: daysAgo(2) }, undefined);
  const earlier = { dataset: DATASET.name, firstDay, pausedAt: instantOf(NOON) };
  await runPlan(portsOver(overtaken(store, () => ledger.putWatermark(earlier, etag))));
  assert.deepEqual((await ledger.watermark(DATASET.name))?.value, earlier);
});
