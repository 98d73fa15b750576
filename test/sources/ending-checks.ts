import assert from 'node:assert/strict';
import { FAULT_NAMES, type FaultName } from '../../local/simulator/index.ts';
import { type Send, sender } from '../../shared/sources/http/send.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { courseOf } from './endings.ts';
import { DAY, type SimulatedDay, startSimulatedDay } from './simulated-day.ts';
import { applies, type Ending, type FaultyRead, PLACES, type Place, readWithFault } from './sweep.ts';

/** Checks that a dataset's day ends under every fault as it should (endings.ts). */

/** What was seen of one fault on one page. */
export interface Found {
  readonly fault: FaultName;
  readonly dataset: string;
  readonly place: Place;
  readonly once: Ending;
  readonly lasting: Ending;
}

/** What was seen of one fault, and what was wrong about it. */
export interface FaultCheck {
  readonly fault: FaultName;
  readonly found: readonly Found[];
  readonly wrong: string | undefined;
}

/** Of a full page. */
const PAGE_ROWS = 20;

/** Faults that are over only when our own deadlines are: for the page they are injected into, these are short. */
const SLOW: ReadonlySet<FaultName> = new Set<FaultName>(['no-answer', 'slow-body']);
const patient = sender();
const hasty = sender({ headersMs: 150, exchangeMs: 150 });

/**
 * Hasty with the requests that meet the fault, and patient with all others however busy this machine is. It ends the
 * fault itself after so many: a request that was given up on may reach the simulator later, or never.
 */
function hastyWith({ dataset, simulator }: SimulatedDay, place: Place, times: number): Send {
  let faulted = 0;
  return async (request, signal) => {
    const skip = /skip=(\d+)/.exec(request.url.search)?.[1] ?? /offset=(\d+)/.exec(request.body ?? '')?.[1] ?? '0';
    const here = Number(skip) === PLACES.indexOf(place) * dataset.pageSize;
    if (here) faulted += 1;
    if (!here || faulted > times) return patient(request, signal);
    try {
      return await hasty(request, signal);
    } finally {
      if (faulted === times) simulator.setFaults([]);
    }
  };
}

/** Every fault that applies to the dataset, on each of its pages. Those that wait do so beside the others. */
export async function checkEndings(dataset: Dataset, tell: (check: FaultCheck) => void): Promise<void> {
  const known = FAULT_NAMES.filter(fault => applies(fault, dataset, 'last'));
  const checkEach = async (faults: readonly FaultName[]): Promise<void> => {
    const simulatedDay = await threePagesOf(dataset);
    for (const fault of faults) tell(await checkFault(simulatedDay, fault));
    await simulatedDay.stop();
  };
  await Promise.all([
    checkEach(known.filter(fault => SLOW.has(fault))),
    checkEach(known.filter(fault => !SLOW.has(fault))),
  ]);
}

/** Three pages: two full ones, and one with room. A fault is the same on a small page, and takes a tenth of the time. */
async function threePagesOf(listed: Dataset): Promise<SimulatedDay> {
  const switches = { slowByteMs: 50, hugeBytes: 40_000_000, graphPageRows: PAGE_ROWS };
  return startSimulatedDay({ ...listed, pageSize: PAGE_ROWS }, listed.source === 'graph' ? 42 : 45, { switches });
}

async function checkFault(simulatedDay: SimulatedDay, fault: FaultName): Promise<FaultCheck> {
  const found: Found[] = [];
  try {
    for (const place of PLACES)
      if (applies(fault, simulatedDay.dataset, place)) await checkPage(simulatedDay, fault, place, found);
    return { fault, found, wrong: undefined };
  } catch (thrown) {
    return { fault, found, wrong: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

/** Injects the fault for as long as the page is asked for, then once. */
async function checkPage(simulatedDay: SimulatedDay, fault: FaultName, place: Place, found: Found[]): Promise<void> {
  const { dataset, simulator } = simulatedDay;
  const where = `${dataset.name}, ${fault}, ${place} page`;
  const course = courseOf(fault, dataset.name, dataset.source, place);
  const slow = SLOW.has(fault);
  const readFor = (times?: number): Promise<FaultyRead> =>
    slow
      ? readWithFault(simulatedDay, fault, place, {
          send: hastyWith(simulatedDay, place, times ?? Number.POSITIVE_INFINITY),
        })
      : readWithFault(simulatedDay, fault, place, times === undefined ? {} : { times });
  const before = simulator.counters.faults[fault] ?? 0;
  const lasting = await readFor();
  assertTold(lasting);
  const injectedOnce = !slow && (simulator.counters.faults[fault] ?? 0) - before <= 1;
  // The hasty sender would take the good page for a faulty one.
  if (place === 'middle' && lasting.ending.rows === 'none' && !slow) await assertRecovers(simulatedDay, lasting);
  // Asked for only once: that it lasts has made no difference.
  const once = injectedOnce ? lasting : await readFor(1);
  found.push({ fault, dataset: dataset.name, place, once: once.ending, lasting: lasting.ending });
  assert.deepEqual(
    { once: once.ending.end, lasting: lasting.ending.end, reason: lasting.ending.reason },
    { once: course.once, lasting: course.lasting, reason: course.reason },
    where,
  );
  assertRows(once.ending, course.asSent === 'always', `${where}, once`);
  assertRows(lasting.ending, course.asSent !== undefined, `${where}, lasting`);
}

function assertRows({ end, rows }: Ending, mayBeAsSent: boolean, where: string): void {
  if (end === 'waiting' || end === 'failed') assert.equal(rows, 'none', where);
  else if (!mayBeAsSent) assert.equal(rows, 'true', where);
}

/** Nothing ends in silence: the log and the ledger name the reason, and the day is tried again at a known time. */
function assertTold({ ending, pipeline }: FaultyRead): void {
  const { end, reason } = ending;
  if (end === 'landed') assert.ok(pipeline.told.some(({ event }) => event === 'day landed'));
  if (end !== 'waiting' && end !== 'failed') return;
  assert.ok(pipeline.told.some(({ line }) => line.includes(`"reason":"${reason}"`)));
  const [entry] = pipeline.ledger.entries();
  assert.ok((entry?.work.errorMessage ?? '').length > 20);
  assert.ok((ending.again ?? -1) >= 0, 'nobody will try again');
}

/** Once the fault is over, the day lands whole and without a person within two hours. */
async function assertRecovers({ dataset, simulator, truth }: SimulatedDay, { pipeline }: FaultyRead): Promise<void> {
  simulator.setFaults([]);
  for (let waited = 0; waited <= 2 * HOUR_MS && pipeline.landed(dataset, DAY) === undefined; waited += HOUR_MS / 2) {
    pipeline.clock.pass(HOUR_MS / 2);
    await pipeline.drive();
  }
  assert.ok(pipeline.lake.partition(dataset.name, DAY)?.bytes.equals(truth), 'the day does not recover');
}
