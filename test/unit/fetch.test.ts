import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FETCH_LIMITS, type FetchPorts } from '../../shared/fetch/attempt.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import { blockMemory } from '../../shared/fetch/staging.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { HOUR_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { FetchMessage } from '../../shared/words/model.ts';
import type { Clock, Source } from '../../shared/words/ports.ts';
import type { Report } from '../../shared/words/telemetry.ts';
import type { Hooks } from '../doubles/hooks.ts';
import { memoryJobs, type QueuedMessage } from '../doubles/memory-jobs.ts';
import { lakeStore, memoryLake } from '../doubles/memory-lake.ts';
import { ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { waitFor } from '../wait.ts';
import { DATASET, daysAgo, NOON } from './days.ts';

const DAY = daysAgo(8);

/** One ledger, lake and queue, and workers over them that differ in what their source says and their lake does. */
function placeWith() {
  const [entities, blobs] = [ledgerStore(), lakeStore()];
  const messages: QueuedMessage[] = [];
  const events: string[] = [];
  const state = { now: NOON, deadline: new AbortController() };
  const clock: Clock = {
    now: () => state.now,
    // Nobody waits for it: it ends with whatever it runs beside.
    sleep: (_ms, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
    timeout: () => {
      state.deadline = new AbortController();
      return state.deadline.signal;
    },
  };
  const report: Report = event => events.push(event);
  const jobs = memoryJobs(clock, {}, messages);
  const worker = (ids: readonly number[], hooks: Hooks = {}): FetchPorts => {
    const source: Source = {
      read: async () => {
        const value = ids.map(id => ({ id: `${id}`, startDateTime: `${DAY}T10:00:00Z` }));
        const cut = cutRowsInPlace(Buffer.from(JSON.stringify({ value })), cutSpecOf(DATASET));
        return { cut, next: undefined, total: undefined, notice: undefined, servedAt: state.now, release() {} };
      },
    };
    return {
      ledger: memoryLedger({}, entities),
      lake: memoryLake(hooks, blobs),
      jobs,
      clock,
      report,
      limits: FETCH_LIMITS,
      drifted: new Set(),
      datasets: [DATASET],
      sources: { graph: source, voximplant: source },
      blocks: blockMemory(),
    };
  };
  const plain = worker([]);
  return {
    state,
    events,
    worker,
    plan: () =>
      runPlan({
        ...plain,
        datasets: [DATASET],
        settings: { historyDays: 9, inFlight: { graph: 16, voximplant: 1 } },
      }),
    message(): FetchMessage {
      const at = messages.findIndex(({ message }) => message.day === DAY);
      const [found] = messages.splice(at, 1);
      assert.ok(found !== undefined, 'a message for the day');
      return found.message;
    },
    entry: async () => (await plain.ledger.day(DATASET.name, DAY))?.value,
    held: () => plain.lake.head(DATASET.name, DAY),
  };
}

test('a worker that lost its day while it copied the old revision replaces nothing', async () => {
  const place = placeWith();
  await place.plan();
  assert.equal(await fetchDay(place.message(), place.worker([1, 2])), 'landed');
  place.state.now += 25 * HOUR_MS;
  await place.plan();
  const [frozen, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const before = async (operation: string): Promise<void> => {
    if (!operation.startsWith('lake.keep')) return;
    frozen.resolve();
    await woken.promise;
  };
  const slow = fetchDay(place.message(), place.worker([1, 2, 3], { before }));
  await waitFor('the old revision is being copied', frozen.promise);
  place.state.now += 5 * MINUTE_MS;
  await place.plan();
  assert.equal(await fetchDay(place.message(), place.worker([1, 2])), 'unchanged');
  woken.resolve();
  assert.equal(await slow, 'superseded');
  assert.equal((await place.held())?.receipt.revision, 1);
  assert.equal((await place.entry())?.held?.revision, 1, 'ledger and lake agree');
});

test('a store that fails when the time of the fetch is up as well is a failure, and is told', async () => {
  const place = placeWith();
  await place.plan();
  const before = async (operation: string): Promise<void> => {
    if (!operation.startsWith('lake.commit')) return;
    place.state.deadline.abort(new DOMException('The time is up', 'TimeoutError'));
    throw new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'Committing failed' });
  };
  assert.equal(await fetchDay(place.message(), place.worker([1], { before })), 'failed');
  const { state, errorKind, failures } = (await place.entry())?.work ?? {};
  assert.deepEqual({ state, errorKind, failures }, { state: 'failed', errorKind: 'storage.failing', failures: 1 });
  assert.ok(place.events.includes('day failed'));
});

test('a cursor is as old as the page that it came with, however long the sign of life beside it took', async () => {
  const place = placeWith();
  await place.plan();
  const ports = place.worker([1]);
  const [beating, came] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const read: Source['read'] = async (dataset, window, cursor, signal) => {
    if (cursor !== undefined)
      throw new LandlineError({ reason: 'source.failing', remedy: 'retry', message: 'No second page' });
    await beating.promise;
    setImmediate(came.resolve);
    return { ...(await ports.sources.graph.read(dataset, window, cursor, signal)), next: 'second' };
  };
  let slept = 0;
  const sleep: Clock['sleep'] = async (ms, signal) => (slept++ === 0 ? undefined : ports.clock.sleep(ms, signal));
  let puts = 0;
  const putDay: FetchPorts['ledger']['putDay'] = async (entry, etag) => {
    // The first claims the day.
    if (++puts === 2) {
      beating.resolve();
      await waitFor('the page came', came.promise);
      place.state.now += 10 * MINUTE_MS;
    }
    return ports.ledger.putDay(entry, etag);
  };
  const worker: FetchPorts = {
    ...ports,
    clock: { ...ports.clock, sleep },
    ledger: { ...ports.ledger, putDay },
    sources: { graph: { read }, voximplant: { read } },
  };
  assert.equal(await fetchDay(place.message(), worker), 'failed');
  const { cursor, cursorAt } = (await place.entry())?.work.checkpoint ?? {};
  assert.deepEqual({ cursor, cursorAt }, { cursor: 'second', cursorAt: instantOf(NOON) });
});

test('names of unknown fields are remembered up to a bound, since they come from outside and a process lives long', async () => {
  const place = placeWith();
  const ports = place.worker([1]);
  const page = Buffer.from(`{"value":[{"id":"1","startDateTime":"${DAY}T10:00:00Z","new1":1,"new2":2,"new3":3}]}`);
  const read: Source['read'] = async () => {
    const cut = cutRowsInPlace(Buffer.from(page), cutSpecOf(DATASET));
    return { cut, next: undefined, total: undefined, notice: undefined, servedAt: place.state.now, release() {} };
  };
  const drifted = new Set(Array.from({ length: 9_998 }, (_, at) => `calls.old${at}`));
  const worker: FetchPorts = { ...ports, drifted, sources: { graph: { read }, voximplant: { read } } };
  for (const told of [1, 1]) {
    await place.plan();
    assert.notEqual(await fetchDay(place.message(), worker), 'failed');
    assert.equal(place.events.filter(event => event === 'schema drifted').length, told);
    assert.equal(drifted.size, 10_000);
    place.state.now += 25 * HOUR_MS;
  }
});
