import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetName } from '../../local/simulator/datasets.ts';
import type { FaultName } from '../../local/simulator/index.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { doubtsOf, firstRowDay } from '../../shared/ledger/doubts.ts';
import { aroundOf } from '../../shared/ledger/seams.ts';
import { eachDay, HOUR_MS } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { withSimulator } from './simulated-day.ts';
import { placesOf, testPipeline, truthOf } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/**
 * Five days of a log under each of the simulator's faults that show only where days meet, or only in a second read, by
 * the real planner, stages and sources, until every day has settled.
 */

const NOW = Date.parse('2026-03-06T12:00:00.000Z');
const DAYS = [...eachDay('2026-03-01', '2026-03-05')];
const INNER = DAYS.slice(1, -1);

interface Settled {
  /** The lines of each day. */
  readonly held: ReadonlyMap<Day, readonly string[]>;
  /** The rows that each day should have. */
  readonly truth: ReadonlyMap<Day, readonly string[]>;
  readonly doubts: ReadonlyMap<Day, readonly string[]>;
  readonly revisions: readonly (number | undefined)[];
}

/** What is held when the five days have settled under the fault. */
async function settled(log: Dataset, fault: FaultName): Promise<Settled> {
  const dataset: Dataset = { ...log, settleDays: 2, rereadHours: 12, lateCheckDays: 30 };
  const clock = virtualClock(NOW);
  const name = dataset.name as DatasetName;
  const options = { rows: 0, volumes: { [name]: 30 }, rules: [{ fault, dataset: name }], oddShare: 0 };
  return withSimulator(clock, options, async simulator => {
    const pipeline = testPipeline({
      clock,
      datasets: [dataset],
      ...placesOf(simulator),
      historyDays: DAYS.length,
      pagesMax: 100,
    });
    const entries = () => new Map(pipeline.ledger.entries().map(entry => [entry.day, entry]));
    for (const end = NOW + 8 * 24 * HOUR_MS; clock.now() < end; clock.pass(4 * HOUR_MS)) await pipeline.drive();
    for (const day of DAYS) assert.ok(entries().get(day)?.held?.settledAt, `${day} has settled`);
    const around = aroundOf(entries(), DAYS[0] as Day);
    const first = firstRowDay(entries().values());
    const reasons = (day: Day) => doubtsOf(dataset, day, around, first, clock.now()).map(({ reason }) => reason);
    return {
      held: new Map([...entries().keys()].map(day => [day, pipeline.landed(dataset, day) ?? []])),
      truth: new Map(DAYS.map(day => [day, truthOf(simulator, dataset, day)])),
      doubts: new Map(DAYS.map(day => [day, reasons(day)])),
      revisions: DAYS.map(day => entries().get(day)?.held?.revision),
    };
  });
}

/** No row stands twice. */
function once({ held }: Settled): void {
  const lines = [...held.values()].flat();
  assert.equal(new Set(lines).size, lines.length);
}

for (const log of [teamsPstnCalls, voximplantSms]) {
  for (const fault of [
    'lower-bound-exclusive',
    'upper-bound-exclusive',
    'bounds-exclusive',
    'dates-only',
    'bounds-wide',
    'bounds-ignored',
  ] as const)
    test(`${log.name}, ${fault}: each row stands once, in its own day`, async () => {
      const found = await settled(log, fault);
      once(found);
      for (const day of INNER) {
        const held = new Set(found.held.get(day));
        for (const row of found.truth.get(day) ?? []) assert.ok(held.has(row), day);
      }
    });

  test(`${log.name}, account-zone: each row stands once`, async () => {
    const found = await settled(log, 'account-zone');
    once(found);
    const lines = new Set([...found.held.values()].flat());
    for (const day of INNER) for (const row of found.truth.get(day) ?? []) assert.ok(lines.has(row), day);
  });

  test(`${log.name}, rows-without-time: each row stands once, and those without a time in the first day`, async () => {
    const found = await settled(log, 'rows-without-time');
    once(found);
    for (const day of DAYS)
      assert.equal(found.held.get(day)?.length, (found.truth.get(day)?.length ?? 0) + (day === DAYS[0] ? 2 : 0), day);
    assert.deepEqual(found.doubts.get(DAYS[0] as Day), ['rows.outside']);
  });

  test(`${log.name}, keys-respelled: each row stands once, and no read makes another revision`, async () => {
    const { held, truth, doubts, revisions } = await settled(log, 'keys-respelled');
    const said = (rows: readonly string[] = []) => rows.map(row => JSON.stringify(JSON.parse(row))).toSorted();
    for (const day of DAYS) assert.deepEqual(said(held.get(day)), said(truth.get(day)), day);
    assert.deepEqual(new Set(revisions), new Set([1]));
    assert.deepEqual([...doubts.values()].flat(), []);
  });

  test(`${log.name}, another-day: each row stands once, and days that got the rows of another one are in doubt`, async () => {
    const found = await settled(log, 'another-day');
    once(found);
    const [first = '', ...others] = DAYS;
    assert.deepEqual(found.held.get(first)?.toSorted(), found.truth.get(first)?.toSorted());
    for (const day of others) assert.ok(found.doubts.get(day)?.includes('rows.outside'), day);
  });
}
