import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { FaultName } from '../../local/simulator/index.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import { retryAfter } from '../../shared/sources/retries.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { DAY, NOW, type SimulatedDay, startSimulatedDay, withSimulator } from './simulated-day.ts';
import { placesOf, type TestPipeline, testPipeline, truthOf } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Waiting is not failing: what a source asks for is given to it, by all workers, and costs the day nothing. */

const simulatedDays = {
  graph: await startSimulatedDay(teamsPstnCalls, 2_015),
  voximplant: await startSimulatedDay({ ...voximplantSms, pageSize: 20 }, 45),
};
after(() => Promise.all(Object.values(simulatedDays).map(simulatedDay => simulatedDay.stop())));

async function pipelineWithFault(
  simulatedDay: SimulatedDay,
  fault: FaultName,
  times?: number,
  page: 'first' | 'middle' = 'middle',
): Promise<TestPipeline> {
  simulatedDay.simulator.setFaults([{ fault, page, ...(times !== undefined && { times }) }]);
  const pipeline = simulatedDay.pipeline();
  await pipeline.ask(simulatedDay.dataset, DAY);
  await pipeline.drive();
  return pipeline;
}

test('Retry-After is read as seconds, a fraction of seconds, or a date, and never beyond an hour', () => {
  const waitMs = (header: string | undefined, date?: string): number | undefined => {
    const until = retryAfter(header, NOW, date);
    return until === undefined ? undefined : Date.parse(until) - NOW;
  };
  assert.equal(waitMs('120'), 120_000);
  assert.equal(waitMs(' 2.128 '), 2_128);
  assert.equal(waitMs('0'), 1_000);
  assert.equal(waitMs(new Date(NOW + 90_000).toUTCString()), 90_000);
  // Our clock is ahead of the source's: without a floor it would be asked again and again without a pause.
  assert.equal(waitMs(new Date(NOW - 90_000).toUTCString()), 1_000);
  for (const long of ['3601', '31536000', '978307200', new Date(NOW + 30 * 365 * 24 * HOUR_MS).toUTCString()])
    assert.equal(waitMs(long), HOUR_MS, long);
  // Twice, from a gateway and from what is behind it.
  assert.equal(waitMs('5, 7'), 5_000);
  const utc = (ms: number) => new Date(NOW + ms).toUTCString();
  // As far away as the source's own clock says, unless that is no clock at all.
  assert.equal(waitMs(utc(10 * MINUTE_MS), utc(8 * MINUTE_MS)), 2 * MINUTE_MS);
  assert.equal(waitMs(utc(10 * MINUTE_MS), utc(-72 * HOUR_MS)), 10 * MINUTE_MS);
  for (const nothing of [undefined, '', 'soon', '-5', '1,5', '1e9x']) assert.equal(waitMs(nothing), undefined, nothing);
});

for (const [source, simulatedDay] of Object.entries(simulatedDays)) {
  const { dataset, simulator, truth } = simulatedDay;
  const lands = (pipeline: TestPipeline): boolean =>
    pipeline.lake.partition(dataset.name, DAY)?.bytes.equals(truth) === true;

  test(`${source}: a wait of up to 30 s is slept through, just as long as it was asked for`, async () => {
    const waits: Record<string, number[]> = {};
    for (const [seconds, fault] of [
      [5, 'throttled'],
      [30, 'throttled'],
      [2, 'throttled-fraction'],
      [7, 'throttled-date'],
      [9, 'unavailable-retry-after'],
    ] as const) {
      simulator.switches.retryAfterSeconds = seconds;
      const pipeline = await pipelineWithFault(simulatedDay, fault, 1);
      assert.deepEqual(pipeline.outcomes, ['landed']);
      assert.ok(lands(pipeline));
      waits[`${fault} ${seconds}`] = [...pipeline.clock.waits];
    }
    assert.deepEqual(waits, {
      'throttled 5': [5_000],
      'throttled 30': [30_000],
      'throttled-fraction 2': [2_128],
      'throttled-date 7': [7_000],
      'unavailable-retry-after 9': [9_000],
    });
  });

  test(`${source}: without a wait that can be read, each one is twice as long as the one before`, async () => {
    for (const fault of ['throttled-without-header', 'throttled-nonsense'] as const) {
      const pipeline = await pipelineWithFault(simulatedDay, fault, 4);
      assert.deepEqual([pipeline.outcomes, pipeline.clock.waits], [['landed'], [2_000, 4_000, 8_000, 16_000]]);
    }
  });

  test(`${source}: for a longer wait the day lets go: checkpoint, gate, and a message that is due then`, async () => {
    simulator.switches.retryAfterSeconds = 31;
    const before = simulator.counters.requests;
    const pipeline = await pipelineWithFault(simulatedDay, 'throttled', 1);
    const until = new Date(NOW + 31_000).toISOString();
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([pipeline.outcomes, pipeline.clock.waits], [['delayed'], []]);
    assert.deepEqual(
      [work.state, work.retryAt, work.failures, work.errorKind],
      ['queued', until, 0, 'source.throttled'],
    );
    assert.equal(work.checkpoint?.pages, 1);
    assert.deepEqual((await pipeline.ledger.gate(dataset.source))?.value, {
      source: dataset.source,
      notBefore: until,
      reason: 'source.throttled',
    });
    assert.deepEqual(
      pipeline.jobs.messages.map(({ visibleAt }) => visibleAt),
      [NOW + 31_000],
    );
    pipeline.clock.pass(31_000);
    await pipeline.drive();
    assert.ok(lands(pipeline));
    // Two pages, the second refused once, and the other two from the cursor on.
    assert.equal(simulator.counters.requests - before, 4);
  });

  test(`${source}: what could not be staged when the day let go is told, and read again`, async () => {
    simulator.switches.retryAfterSeconds = 31;
    simulator.setFaults([{ fault: 'throttled', page: 'middle', times: 1 }]);
    let refuses = true;
    const before = async (op: string) => {
      if (refuses && op.startsWith('lake.stage')) throw new Error('The store is full');
    };
    const pipeline = simulatedDay.pipeline({ lakeHooks: { before } });
    await pipeline.ask(dataset, DAY);
    await pipeline.drive();
    const lost = pipeline.told.filter(({ event }) => event === 'progress lost');
    assert.equal(lost.length, 1);
    assert.match(lost[0]?.line ?? '', new RegExp(`"dataset":"${dataset.name}","day":"${DAY}","ticket":\\d+,"reason"`));
    assert.deepEqual([pipeline.outcomes, pipeline.entry(dataset, DAY).work.checkpoint], [['delayed'], undefined]);
    refuses = false;
    pipeline.clock.pass(31_000);
    await pipeline.drive();
    assert.ok(lands(pipeline));
  });

  test(`${source}: an attempt that came further than the one before begins the count of failures anew`, async () => {
    simulator.setFaults([{ fault: 'connection-reset', page: 'middle' }]);
    const pipeline = simulatedDay.pipeline();
    await pipeline.ask(dataset, DAY);
    const asked = await pipeline.ledger.day(dataset.name, DAY);
    assert.ok(asked);
    await pipeline.ledger.putDay({ ...asked.value, work: { ...asked.value.work, failures: 8 } }, asked.etag);
    await pipeline.drive();
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([pipeline.outcomes, work.failures, work.checkpoint?.pages], [['failed'], 1, 1]);
    assert.equal(Date.parse(work.retryAt ?? '') - pipeline.clock.now(), 15_000);
    pipeline.clock.pass(15_000);
    await pipeline.drive();
    assert.equal(pipeline.entry(dataset, DAY).work.failures, 2);
    simulator.setFaults([]);
    pipeline.clock.pass(30_000);
    await pipeline.drive();
    assert.ok(lands(pipeline));
  });

  test(`${source}: a day that is read to its end and cannot be committed waits longer each time`, async () => {
    simulator.setFaults([]);
    const before = async (op: string) => {
      if (op.startsWith('lake.commit'))
        throw new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'Full.' });
    };
    const pipeline = simulatedDay.pipeline({ lakeHooks: { before } });
    await pipeline.ask(dataset, DAY);
    const waits: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await pipeline.drive();
      const { work } = pipeline.entry(dataset, DAY);
      waits.push(Date.parse(work.retryAt ?? '') - pipeline.clock.now());
      pipeline.clock.pass(waits.at(-1) ?? 0);
    }
    assert.deepEqual(waits, [15_000, 30_000, 60_000, 120_000]);
  });

  test(`${source}: however often a day is told to wait, it has never failed`, async () => {
    simulator.switches.retryAfterSeconds = 31;
    const pipeline = await pipelineWithFault(simulatedDay, 'throttled', 40, 'first');
    for (let turn = 0; turn < 40; turn++) {
      assert.equal(pipeline.entry(dataset, DAY).work.failures, 0);
      pipeline.clock.pass(31_000);
      await pipeline.drive();
    }
    assert.equal(pipeline.outcomes.filter(outcome => outcome === 'delayed').length, 40);
    assert.ok(!pipeline.outcomes.includes('failed'));
    assert.ok(lands(pipeline));
  });
}

test('links that go in a circle are not gone on from, and waited for longer each time', async () => {
  const { dataset, simulator } = simulatedDays.graph;
  simulator.setFaults([{ fault: 'link-to-first-page', page: 'middle' }]);
  const pipeline = simulatedDays.graph.pipeline();
  await pipeline.ask(dataset, DAY);
  for (const wait of [15_000, 30_000, 60_000]) {
    await pipeline.drive();
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([work.errorKind, work.checkpoint], ['paging.loop', undefined]);
    assert.equal(Date.parse(work.retryAt ?? '') - pipeline.clock.now(), wait);
    pipeline.clock.pass(wait);
  }
  simulator.setFaults([]);
  await pipeline.drive();
  assert.ok(pipeline.lake.partition(dataset.name, DAY)?.bytes.equals(simulatedDays.graph.truth));
});

test('a closed gate keeps every worker of the source away, and nobody else', async () => {
  const clock = virtualClock(NOW);
  const datasets = [teamsPstnCalls, teamsSms, voximplantSms];
  await withSimulator(clock, { rows: 20 }, async simulator => {
    const pipeline = testPipeline({ clock, datasets, ...placesOf(simulator) });
    const graphRequests = () => simulator.requests.filter(({ kind }) => kind === 'graph').length;
    const states = () => datasets.map(dataset => pipeline.state(dataset, DAY));
    simulator.setFaults([{ fault: 'throttled-long', dataset: 'teams-pstn-calls' }]);
    for (const dataset of datasets) await pipeline.ask(dataset, DAY);
    // All three are queued before the first is told to wait.
    await pipeline.drive();
    assert.deepEqual([states(), graphRequests()], [['waiting', 'waiting', 'open'], 1]);
    simulator.setFaults([]);
    clock.pass(29 * MINUTE_MS);
    await pipeline.drive();
    assert.equal(graphRequests(), 1);
    clock.pass(MINUTE_MS);
    await pipeline.drive();
    assert.deepEqual([states(), graphRequests()], [['open', 'open', 'open'], 3]);
  });
});

test('a source that is down for good neither slows nor stops the others', async () => {
  const clock = virtualClock(NOW);
  await withSimulator(clock, { rows: 30 }, async simulator => {
    const pipeline = testPipeline({ clock, datasets: DATASETS, historyDays: 3, ...placesOf(simulator) });
    const down = ['voximplant-sms', 'voximplant-a2p-sms'] as const;
    simulator.setFaults(down.map(dataset => ({ fault: 'connection-reset', dataset })));
    await pipeline.drive();
    for (const dataset of DATASETS.filter(({ source }) => source === 'graph'))
      for (const day of ['2026-03-17', '2026-03-18', '2026-03-19'])
        assert.deepEqual(pipeline.landed(dataset, day), truthOf(simulator, dataset, day), `${dataset.name} ${day}`);
    // Not one request more than without the trouble, and no wait that they had to share.
    assert.equal(simulator.requests.filter(({ kind }) => kind === 'graph').length, 15);
    assert.equal(await pipeline.ledger.gate('graph'), undefined);
    const told = pipeline.told.filter(({ event }) => event === 'day failed').map(({ line }) => line);
    assert.ok(told.length > 0);
    for (const line of told) assert.match(line, /"dataset":"voximplant-.*source\.unreachable/);
  });
});

test('a source that never answers holds up no other', async () => {
  const clock = virtualClock(NOW);
  const datasets = [voximplantSms, teamsSms];
  const silent = { read: () => new Promise<never>(() => {}) };
  await withSimulator(clock, { rows: 30 }, async simulator => {
    const pipeline = testPipeline({ clock, datasets, ...placesOf(simulator), sources: { voximplant: silent } });
    for (const dataset of datasets) await pipeline.ask(dataset, DAY);
    await pipeline.plan();
    const at = pipeline.jobs.messages.findIndex(({ message }) => message.dataset === 'voximplant-sms');
    const [taken] = pipeline.jobs.messages.splice(at, 1);
    assert.ok(taken !== undefined);
    void fetchDay(taken.message, pipeline.ports);
    await pipeline.drive();
    assert.deepEqual(
      [pipeline.state(voximplantSms, DAY), pipeline.landed(teamsSms, DAY)],
      ['fetching', truthOf(simulator, teamsSms, DAY)],
    );
  });
});
