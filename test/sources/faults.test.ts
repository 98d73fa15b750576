import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { FAULT_NAMES, FAULTS, type FaultName } from '../../local/simulator/index.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { HOUR_MS } from '../../shared/day.ts';
import { type Send, sender } from '../../shared/http.ts';
import type { Dataset } from '../../shared/model.ts';
import { courseOf } from './endings.ts';
import { FAULTS_PAGE, type Found, faultsPage } from './faults-table.ts';
import { DAY, type Lane, openLane } from './lane.ts';
import { type Ending, PLACES, type Place, type Struck, SWEEP_ROWS, strike, strikes } from './sweep.ts';

/** Every fault of the simulator on the first, a middle and the last page of every dataset's day. */

/** Faults that are over only when our own deadlines are: for the page they strike, these are short. */
const SLOW: ReadonlySet<FaultName> = new Set<FaultName>(['no-answer', 'slow-body']);
const patient = sender();
const hasty = sender({ headersMs: 150, exchangeMs: 150 });

/** Hasty with the requests that are struck, and patient with all others however busy this machine is. */
function hastyWith(place: Place, { pageSize }: Dataset, times: number): Send {
  let struck = 0;
  return (request, signal) => {
    const skip = /skip=(\d+)/.exec(request.url.search)?.[1] ?? /offset=(\d+)/.exec(request.body ?? '')?.[1] ?? '0';
    const here = Number(skip) === PLACES.indexOf(place) * pageSize;
    if (here) struck += 1;
    return (here && struck <= times ? hasty : patient)(request, signal);
  };
}

/** Endings that should be others; each is a bug of the product that is told, not hidden. */
const OPEN_BUGS: Readonly<Record<string, string>> = {
  'voximplant duplicate-row':
    'shared/reading.ts looks for no duplicates among the rows of the overlap: one that comes twice hides one that is missing',
};

const found: Found[] = [];
const lanes = new Map<Dataset, Lane>();
after(() => Promise.all([...lanes.values()].map(lane => lane.stop())));

async function laneOf(listed: Dataset): Promise<Lane> {
  const known = lanes.get(listed);
  if (known !== undefined) return known;
  // Voximplant sends pages as small as they are asked for, and a fault is the same on a small one.
  const small = listed.source === 'voximplant';
  const dataset = small ? { ...listed, pageSize: 20 } : listed;
  const lane = await openLane(dataset, small ? 45 : SWEEP_ROWS, {
    switches: { slowByteMs: 50, hugeBytes: 40_000_000 },
  });
  lanes.set(listed, lane);
  return lane;
}

for (const dataset of DATASETS) {
  test(`${dataset.name}: every fault on every page ends as it should`, async t => {
    const lane = await laneOf(dataset);
    for (const fault of FAULT_NAMES.filter(name => !SLOW.has(name) && strikes(name, dataset, 'last'))) {
      const todo = OPEN_BUGS[`${dataset.source} ${fault}`];
      await t.test(`${fault}: ${FAULTS[fault].meaning}`, todo === undefined ? {} : { todo }, async () => {
        for (const place of PLACES) if (strikes(fault, dataset, place)) await held(lane, fault, place);
      });
    }
  });
}

test('an answer that does not come, or not in time, ends as it should', async t => {
  for (const fault of SLOW) {
    await t.test(`${fault}: ${FAULTS[fault].meaning}`, async () => {
      // The datasets wait side by side.
      const strikeAll = async (lane: Lane): Promise<void> => {
        for (const place of PLACES) await held(lane, fault, place);
      };
      await Promise.all(DATASETS.map(async dataset => strikeAll(await laneOf(dataset))));
    });
  }
});

/** Strikes the page for as long as it is asked for, then once, and holds both endings to what they should be. */
async function held(lane: Lane, fault: FaultName, place: Place): Promise<void> {
  const { dataset, simulator } = lane;
  const where = `${dataset.name}, ${place} page`;
  const course = courseOf(fault, dataset.name, dataset.source, place);
  const sendFor = (times: number) => (SLOW.has(fault) ? { send: hastyWith(place, dataset, times) } : {});
  const before = simulator.counters.faults[fault] ?? 0;
  const lasting = await strike(lane, fault, place, sendFor(Number.POSITIVE_INFINITY));
  assertTold(lasting);
  const struckOnce = (simulator.counters.faults[fault] ?? 0) - before <= 1;
  // The hasty sender would take the good page for a struck one.
  if (place === 'middle' && lasting.ending.rows === 'none' && !SLOW.has(fault)) await assertRecovers(lane, lasting);
  // Asked for only once: that it lasts has made no difference.
  const once = struckOnce ? lasting : await strike(lane, fault, place, { ...sendFor(1), times: 1 });
  found.push({ fault, dataset, place, once: once.ending, lasting: lasting.ending });
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

/** Nothing ends in silence: the log and the ledger name the reason, and the text has a next step or a second sentence. */
function assertTold({ ending, rig }: Struck): void {
  const { end, reason } = ending;
  if (end === 'landed') assert.ok(rig.told.some(({ event }) => event === 'day landed'));
  if (end !== 'waiting' && end !== 'failed') return;
  assert.ok(rig.told.some(({ line }) => line.includes(`"reason":"${reason}"`)));
  const [entry] = rig.ledger.entries();
  assert.ok((entry?.work.errorMessage ?? '').length > 20);
  assert.ok((ending.again ?? -1) >= 0, 'nobody will try again');
}

/** Once the fault is over, the day lands whole and without a person within two hours. */
async function assertRecovers({ dataset, simulator, truth }: Lane, { rig }: Struck): Promise<void> {
  simulator.setFaults([]);
  for (let waited = 0; waited <= 2 * HOUR_MS && rig.landed(dataset, DAY) === undefined; waited += HOUR_MS / 2) {
    rig.clock.pass(HOUR_MS / 2);
    await rig.drive();
  }
  assert.ok(rig.lake.partition(dataset.name, DAY)?.bytes.equals(truth), 'the day does not recover');
}

test('docs/faults.md says what happened here', () => {
  const committed = readFileSync(FAULTS_PAGE, 'utf8');
  const current = faultsPage(found, committed);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FAULTS_PAGE, current);
  else assert.equal(committed, current, 'run: UPDATE_DOCS=1 node --test test/sources/faults.test.ts');
});
