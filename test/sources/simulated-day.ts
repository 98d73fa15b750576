import {
  type DatasetName,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../local/simulator/index.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { placesOf, type TestPipeline, type TestPipelineOptions, testPipeline, truthOf } from './test-pipeline.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** The day that is read: a Tuesday. */
export const DAY: Day = '2026-03-10';

/** When it is read: ten days later, so that no row is still to come or to change. */
export const NOW = Date.parse('2026-03-20T12:00:00.000Z');

/** A simulator with one dataset's day in it, read by one pipeline after another. Its clock is that of the latest. */
export interface SimulatedDay {
  readonly dataset: Dataset;
  readonly simulator: Simulator;
  /** The partition that DAY should be. */
  readonly truth: Buffer;
  /** A product that knows nothing yet, at NOW. */
  pipeline(options?: Partial<TestPipelineOptions>): TestPipeline;
  stop(): Promise<void>;
}

/** @param rows of DAY, exactly */
export async function startSimulatedDay(
  dataset: Dataset,
  rows: number,
  options: SimulatorOptions = {},
): Promise<SimulatedDay> {
  let clock: VirtualClock = virtualClock(NOW);
  const name = dataset.name as DatasetName;
  const mean = rows === 0 ? 0 : await meanFor(name, rows, options);
  const simulator = await startSimulator({
    rows: 0,
    changedShare: 0,
    ...options,
    volumes: { [name]: mean },
    now: () => clock.now(),
  });
  return {
    dataset,
    simulator,
    truth: Buffer.from(
      truthOf(simulator, dataset, DAY)
        .map(row => `${row}\n`)
        .join(''),
    ),
    pipeline(more = {}) {
      clock = more.clock ?? virtualClock(NOW);
      return testPipeline({ datasets: [dataset], ...placesOf(simulator), ...more, clock });
    },
    stop: () => simulator.stop(),
  };
}

/** The mean volume that gives DAY just so many rows. */
async function meanFor(name: DatasetName, rows: number, options: SimulatorOptions): Promise<number> {
  const countAt = async (mean: number): Promise<number> => {
    const probe = await startSimulator({ ...options, rows: 0, volumes: { [name]: mean }, now: () => NOW });
    const count = probe.countRows(name, DAY);
    await probe.stop();
    return count;
  };
  const perMean = (await countAt(10_000)) / 10_000;
  for (let step = 0; step < 10; step++) {
    const mean = (rows + step / 10) / perMean;
    if ((await countAt(mean)) === rows) return mean;
  }
  throw new Error(`No mean volume gives ${name} exactly ${rows} rows`);
}

/** Runs with a simulator on that clock, and stops it. */
export async function withSimulator<T>(
  clock: VirtualClock,
  options: SimulatorOptions,
  run: (simulator: Simulator) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ changedShare: 0, ...options, now: () => clock.now() });
  try {
    return await run(simulator);
  } finally {
    await simulator.stop();
  }
}
