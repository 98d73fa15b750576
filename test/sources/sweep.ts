import assert from 'node:assert/strict';
import type { Fault } from '../../local/simulator/faults/fault.ts';
import { type DatasetName, FAULTS, type FaultName, type FaultRule } from '../../local/simulator/index.ts';
import type { Send } from '../../shared/sources/http/send.ts';
import { addDays } from '../../shared/words/day.ts';
import type { Dataset, ReasonCode } from '../../shared/words/model.ts';
import { servedRows } from './naive.ts';
import { DAY, NOW, type SimulatedDay } from './simulated-day.ts';
import { plainSend, type TestPipeline, TOKEN_MARK } from './test-pipeline.ts';

/** One fault on one page of a day, and how the day ended. */

export const PLACES = ['first', 'middle', 'last'] as const;
export type Place = (typeof PLACES)[number];

/** Above what any ending takes: a window divided five times over, with two requests a part and those before. */
const REQUESTS_MAX = 100;

/**
 * `landed`   the partition is there and believed
 * `marked`   it is there, and the day is marked as contradicting itself
 * `refused`  the partition of an earlier read stays
 * `waiting`  nothing lands; it is tried again by itself
 * `failed`   nothing lands; a person is told
 */
export type End = 'landed' | 'marked' | 'refused' | 'waiting' | 'failed';

export interface Ending {
  readonly end: End;
  readonly reason: ReasonCode | undefined;
  readonly requests: number;
  /** Times the day was read again from its first page. */
  readonly restarts: number;
  /** Milliseconds slept meanwhile. */
  readonly slept: number;
  /** Milliseconds until it is tried again. */
  readonly again: number | undefined;
  /** Whether the partition has the true rows; if not, it has just those that were sent. */
  readonly rows: 'true' | 'as sent' | 'none';
}

/** Whether the fault applies to that page of the dataset's day, and one day alone can show it. */
export function applies(fault: FaultName, dataset: Dataset, place: Place): boolean {
  const { source, further, seam }: Fault = FAULTS[fault];
  if (seam === true) return false;
  return (source === undefined || source === dataset.source) && !(further === true && place === 'first');
}

export interface FaultyRead {
  readonly ending: Ending;
  readonly pipeline: TestPipeline;
}

/**
 * Reads the day with the fault on one page, until nothing is due any more.
 *
 * @param times how often it is injected; as long as the page is asked for when left out
 * @param landedBefore whether the day has landed, without faults, before
 */
export async function readWithFault(
  simulatedDay: SimulatedDay,
  fault: FaultName,
  place: Place,
  { times, landedBefore = false, send = plainSend }: { times?: number; landedBefore?: boolean; send?: Send } = {},
): Promise<FaultyRead> {
  const { dataset, simulator } = simulatedDay;
  // Counted where they are sent: one that is given up on may never be noticed at the other end.
  let sent = 0;
  const counted: Send = (request, signal) => {
    sent += 1;
    return send(request, signal);
  };
  const pipeline = simulatedDay.pipeline({ send: counted });
  if (landedBefore) await read(simulatedDay, pipeline, []);
  const noted = simulator.addedByFaults.length;
  const [before, outcomes, foreign] = [sent, pipeline.outcomes.length, simulator.foreignRequests.length];
  const name = dataset.name as DatasetName;
  const rule: FaultRule = { fault, dataset: name, day: DAY, page: place, ...(times !== undefined && { times }) };
  const started = pipeline.clock.now();
  await read(simulatedDay, pipeline, [rule]);
  const asked = sent - before;
  assert.ok(asked <= REQUESTS_MAX, `${asked} requests`);
  assert.equal(simulator.foreignRequests.length, foreign, 'somebody went to the foreign server');
  assert.ok(
    !simulator.requests.slice(-asked).some(({ path }) => path.startsWith('/moved/')),
    'a redirect was followed',
  );
  assert.doesNotMatch(pipeline.words(), new RegExp(`${TOKEN_MARK}|eyJ|PRIVATE KEY`), 'a secret was told');
  assert.equal(pipeline.lake.staged(dataset.name, DAY) > 0 && endOf(pipeline, dataset) === 'landed', false);
  const ended = pipeline.outcomes.slice(outcomes);
  const { work } = pipeline.entry(dataset, DAY);
  const end = ended.at(-1) === 'refused' ? 'refused' : endOf(pipeline, dataset);
  return {
    pipeline,
    ending: {
      end,
      reason: work.errorKind ?? work.suspicion?.reason,
      requests: asked,
      restarts: ended.filter(outcome => outcome === 'restarted').length,
      slept: pipeline.clock.now() - started,
      again: work.retryAt === undefined ? undefined : Date.parse(work.retryAt) - pipeline.clock.now(),
      rows: await rowsOf(simulatedDay, pipeline, rule, simulator.addedByFaults.slice(noted)),
    },
  };
}

async function read(simulatedDay: SimulatedDay, pipeline: TestPipeline, rules: readonly FaultRule[]): Promise<void> {
  simulatedDay.simulator.setFaults(rules);
  await pipeline.ask(simulatedDay.dataset, DAY);
  await pipeline.drive();
}

function endOf(pipeline: TestPipeline, dataset: Dataset): End {
  switch (pipeline.state(dataset, DAY)) {
    case 'open':
    case 'final':
      return 'landed';
    case 'suspect':
      return 'marked';
    case 'waiting':
      return 'waiting';
    case 'failed':
      return 'failed';
    default:
      throw new Error(`A day that is quiet is ${pipeline.state(dataset, DAY)}`);
  }
}

/** What is in the partition is the truth, or else exactly what the source sent under the fault. */
async function rowsOf(
  simulatedDay: SimulatedDay,
  pipeline: TestPipeline,
  rule: FaultRule,
  noted: readonly string[],
): Promise<Ending['rows']> {
  const partition = pipeline.lake.partition(simulatedDay.dataset.name, DAY);
  if (partition === undefined) return 'none';
  assertReceipt(partition.bytes, partition.receipt.rows);
  if (partition.bytes.equals(simulatedDay.truth)) return 'true';
  const landed = partition.bytes.toString().split('\n').slice(0, -1);
  if (rule.fault === 'rows-outside-window') {
    // Made anew for every request: the last two are those that landed.
    assert.deepEqual(landed, [...linesOf(simulatedDay.truth), ...noted.slice(-2)]);
    return 'as sent';
  }
  if ((FAULTS[rule.fault] as Fault).varies === true) {
    // Sent in another way each time: then each row is one of the true ones, by what it says.
    const truth = new Set(linesOf(simulatedDay.truth).map(saying));
    for (const row of landed) assert.ok(truth.has(saying(row)), 'a row is none of the true ones');
    return 'as sent';
  }
  simulatedDay.simulator.setFaults([rule]);
  const { eventTime = '' } = simulatedDay.dataset;
  // What lies in the second beyond the day is left to its neighbours.
  const isOfNeighbour = (row: string) =>
    row.includes(`"${eventTime}":"${addDays(DAY, 1)}`) || row.includes(`"${eventTime}":"${addDays(DAY, -1)}`);
  const served = await servedRows(simulatedDay.simulator, simulatedDay.dataset, DAY, NOW);
  const sent = served.filter(row => !isOfNeighbour(row));
  assert.deepEqual(
    landed,
    sent.map(row => row.replace(/[\r\n]/g, ' ')),
    'the partition is neither the truth nor what was sent',
  );
  return 'as sent';
}

/** What a row says, in whatever order its members stand. */
function saying(row: string): string {
  return JSON.stringify(Object.entries(JSON.parse(row)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function assertReceipt(bytes: Buffer, rows: number): void {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  assert.equal(lines, rows);
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString().split('\n').slice(0, -1);
}
