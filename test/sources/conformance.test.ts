import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetName, SimulatorOptions } from '../../local/simulator/index.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { CURSOR_MS } from '../../shared/fetch/reading.ts';
import { Digest, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import type { Send } from '../../shared/sources/http/send.ts';
import { addDays, HOUR_MS, MINUTE_MS, windowOf } from '../../shared/words/day.ts';
import type { Dataset, Receipt } from '../../shared/words/model.ts';
import { DAY, NOW, type SimulatedDay, startSimulatedDay } from './simulated-day.ts';
import { readWithFault } from './sweep.ts';
import { placesOf, plainSend, type TestPipeline, testPipeline, truthOf } from './test-pipeline.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** What is true of every dataset in the list: written once, inherited by being listed. Faults: faults.test.ts. */

type Run = (simulatedDay: SimulatedDay) => Promise<void>;

function withRows(dataset: Dataset, rows: number, title: string, run: Run, options: SimulatorOptions = {}): void {
  test(`${dataset.name}: ${title}`, async () => {
    const simulatedDay = await startSimulatedDay(dataset, rows, options);
    try {
      await run(simulatedDay);
    } finally {
      await simulatedDay.stop();
    }
  });
}

async function landOnce({ dataset }: SimulatedDay, pipeline: TestPipeline): Promise<void> {
  await pipeline.ask(dataset, DAY);
  await pipeline.drive();
}

/** Lets the time of the fetch be up when so many pages have come. */
function stopping(clock: VirtualClock, after: number): Send {
  let answers = 0;
  return async (request, signal) => {
    const answer = await plainSend(request, signal);
    answers += 1;
    // Not before the page is taken: what waits for the answer runs first.
    if (answers === after) setImmediate(() => clock.timeUp());
    return answer;
  };
}

/** The partition is the truth, byte by byte, and its receipt recounts. */
function assertTrue({ dataset, truth }: SimulatedDay, pipeline: TestPipeline): Receipt {
  const partition = pipeline.lake.partition(dataset.name, DAY);
  assert.ok(partition !== undefined);
  const { receipt, bytes } = partition;
  assert.ok(bytes.equals(truth), 'the partition is not the truth');
  const digest = new Digest();
  const lines = bytes.toString().split('\n').slice(0, -1);
  for (const line of lines) digest.add(Buffer.from(line));
  assert.equal(receipt.rows, lines.length);
  assert.equal(receipt.fingerprint, fingerprintOf(lines.length, digest.text));
  const { from, to } = windowOf(DAY, dataset.overlap);
  assert.deepEqual([receipt.windowFrom, receipt.windowTo], [from, to]);
  assert.equal(receipt.apiVersion, dataset.api);
  return receipt;
}

for (const dataset of DATASETS) {
  withRows(dataset, 1_420, 'two reads agree, and the second changes nothing', async simulatedDay => {
    const pipeline = simulatedDay.pipeline();
    await landOnce(simulatedDay, pipeline);
    const first = assertTrue(simulatedDay, pipeline);
    pipeline.clock.pass(HOUR_MS);
    await landOnce(simulatedDay, pipeline);
    assert.deepEqual(pipeline.outcomes, ['landed', 'unchanged']);
    assert.deepEqual(assertTrue(simulatedDay, pipeline), first);
  });

  withRows(dataset, 3_300, 'a read that was stopped goes on from each of its cursors', async simulatedDay => {
    for (const stopAfter of [1, 2, 3]) {
      const clock = virtualClock(NOW);
      const { counters } = simulatedDay.simulator;
      const before = counters.requests;
      const pipeline = simulatedDay.pipeline({ clock, send: stopping(clock, stopAfter), blockBytes: 50_000 });
      await landOnce(simulatedDay, pipeline);
      assert.deepEqual(pipeline.outcomes, ['continued', 'landed']);
      const { pages } = assertTrue(simulatedDay, pipeline);
      assert.equal(pages, 4);
      // The page that was already asked for when time was up is the only one that is read twice.
      assert.ok(counters.requests - before <= 5, `${counters.requests - before} requests`);
      assert.equal(pipeline.lake.staged(dataset.name, DAY), 0);
    }
  });

  withRows(
    dataset,
    2_100,
    'a cursor that is too old is not trusted: the day is read from its first page',
    async simulatedDay => {
      const clock = virtualClock(NOW);
      const pipeline = simulatedDay.pipeline({ clock, send: stopping(clock, 1) });
      await pipeline.ask(dataset, DAY);
      await pipeline.plan();
      await pipeline.deliverOne();
      assert.deepEqual(pipeline.outcomes, ['continued']);
      clock.pass(CURSOR_MS + MINUTE_MS);
      const before = simulatedDay.simulator.counters.requests;
      await pipeline.drive();
      assertTrue(simulatedDay, pipeline);
      assert.equal(simulatedDay.simulator.counters.requests - before, 3);
    },
  );

  withRows(dataset, 0, 'an account without rows has empty days, and they are landed', async simulatedDay => {
    const pipeline = simulatedDay.pipeline();
    await landOnce(simulatedDay, pipeline);
    assert.deepEqual(pipeline.landed(dataset, DAY), []);
    assert.deepEqual([pipeline.outcomes, pipeline.state(dataset, DAY)], [['landed'], 'open']);
  });

  for (const rows of [1_000, 12_345]) {
    withRows(dataset, rows, `a day of exactly ${rows} rows lands whole`, async simulatedDay => {
      const pipeline = simulatedDay.pipeline({ pagesMax: 20 });
      await landOnce(simulatedDay, pipeline);
      const { rows: landed, rowsNeighbour } = assertTrue(simulatedDay, pipeline);
      assert.equal(landed, rows);
      assert.ok(rowsNeighbour <= { none: 0, instant: 1, second: 2 }[dataset.overlap]);
    });
  }

  withRows(
    dataset,
    400,
    'unknown fields, values and missing ones land as they came, and drift is told once',
    async simulatedDay => {
      const pipeline = simulatedDay.pipeline();
      await landOnce(simulatedDay, pipeline);
      const { rowsOutside } = assertTrue(simulatedDay, pipeline);
      const drift = pipeline.told.filter(({ event }) => event === 'schema drifted');
      assert.equal(drift.length, 1);
      assert.match(drift[0]?.line ?? '', /"fields":"(\w+,?)+"/);
      await landOnce(simulatedDay, pipeline);
      assert.equal(pipeline.told.filter(({ event }) => event === 'schema drifted').length, 1);
      assert.equal(pipeline.entry(dataset, DAY).held?.rowsOutside, rowsOutside);
    },
    { oddShare: 0.3 },
  );

  test(`${dataset.name}: a row at midnight is in one partition only, and every row is in one`, async () => {
    await withNeighbours(dataset, async (pipeline, days, truth) => {
      for (const day of days) assert.deepEqual(pipeline.landed(dataset, day), truth(day), day);
      const rows = days.flatMap(day => pipeline.landed(dataset, day) ?? []);
      const midnights = rows.filter(row => row.includes(`${DAY}T00:00:00`) || row.includes(`${DAY} 00:00:00`));
      if (dataset.eventTime !== undefined) {
        assert.equal(new Set(rows).size, rows.length);
        assert.equal(midnights.length, 1);
      }
    });
  });

  withRows(dataset, 300, 'late rows make a new revision, and the one before is kept', async simulatedDay => {
    const { pipeline, ending } = await readWithFault(simulatedDay, 'late-rows', 'first');
    assert.deepEqual([ending.end, ending.rows], ['landed', 'as sent']);
    const before = pipeline.lake.partition(dataset.name, DAY);
    simulatedDay.simulator.setFaults([]);
    await landOnce(simulatedDay, pipeline);
    const { revision, rows } = assertTrue(simulatedDay, pipeline);
    assert.deepEqual([pipeline.outcomes.at(-1), revision, rows], ['revised', 2, 300]);
    const { rowsAdded, rowsChanged, rowsRemoved } = pipeline.entry(dataset, DAY).held ?? {};
    assert.deepEqual([rowsAdded, rowsChanged, rowsRemoved], [300 - (before?.receipt.rows ?? 0), 0, 0]);
    assert.deepEqual(pipeline.lake.history(dataset.name, DAY), [before]);
  });

  for (const fault of ['late-rows', 'fewer-rows'] as const) {
    withRows(dataset, 600, `${fault} at a later read are held, and the truth returns`, async simulatedDay => {
      const { pipeline, ending } = await readWithFault(simulatedDay, fault, 'first', { landedBefore: true });
      assert.deepEqual([ending.end, ending.reason, ending.rows], ['refused', 'shrink.unconfirmed', 'true']);
      simulatedDay.simulator.setFaults([]);
      await landOnce(simulatedDay, pipeline);
      assert.deepEqual([pipeline.outcomes.at(-1), pipeline.state(dataset, DAY)], ['unchanged', 'final']);
    });
  }

  withRows(dataset, 600, 'an emptied day is never believed without a person', async simulatedDay => {
    const { pipeline, ending } = await readWithFault(simulatedDay, 'all-rows-gone', 'first', { landedBefore: true });
    assert.deepEqual([ending.end, ending.reason, ending.rows], ['refused', 'shrink.emptied', 'true']);
    pipeline.clock.pass(2 * HOUR_MS);
    await landOnce(simulatedDay, pipeline);
    assert.equal(pipeline.outcomes.at(-1), 'refused');
    assertTrue(simulatedDay, pipeline);
  });
}

/** Three days around DAY, planned by the planner itself on the morning after, under the widest of bounds. */
async function withNeighbours(
  dataset: Dataset,
  run: (pipeline: TestPipeline, days: readonly string[], truth: (day: string) => string[]) => Promise<void>,
): Promise<void> {
  const clock = virtualClock(Date.parse(`${addDays(DAY, 2)}T02:00:00.000Z`));
  const name = dataset.name as DatasetName;
  const bounds = { [name]: { from: 'inclusive', to: 'inclusive' } } as const;
  const simulator = await startSimulator({ rows: 40, changedShare: 0, now: () => clock.now(), switches: { bounds } });
  try {
    const days = [addDays(DAY, -1), DAY, addDays(DAY, 1)];
    const pipeline = testPipeline({ clock, datasets: [dataset], historyDays: 3, ...placesOf(simulator) });
    await pipeline.drive();
    await run(pipeline, days, day => truthOf(simulator, dataset, day));
  } finally {
    await simulator.stop();
  }
}
