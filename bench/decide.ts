import { DATASETS } from '../shared/datasets/index.ts';
import { plan } from '../shared/plan/plan.ts';
import { factsOf } from '../shared/status/facts.ts';
import { pageOf } from '../shared/status/html/page.ts';
import { instantOf, MINUTE_MS } from '../shared/words/day.ts';
import { NOW, troubledLedger } from '../test/pages/tenant.ts';
import { largeLedgers } from './inside.ts';

/**
 * Pure decisions over a large ledger, in a process of their own: the first time, which a cold worker pays, and once
 * warm. Argument: `plan` or `page`. The ledger is read before, and is not measured here.
 */

const TEN_YEARS = 3_650;
const WARM_UPS = 5;
const REPEATS = 5;

/** Ten years of every dataset, nearly all of it settled, and no watermark recorded: the most there is to go through. */
function planning(): () => number {
  const ledgers = largeLedgers(NOW);
  const settings = { historyDays: TEN_YEARS, inFlight: { graph: 4, voximplant: 1 } };
  return () => plan(ledgers, new Map(), settings, NOW).queue.length;
}

/** A year of every dataset, with a day in each state, as the page of the status function. */
function drawing(): () => number {
  const plannedAt = instantOf(NOW - 2 * MINUTE_MS);
  const read = { now: NOW, ledgers: DATASETS.map(troubledLedger), unreadable: [], off: [], gates: [], plannedAt };
  return () => Buffer.byteLength(pageOf(factsOf({ ...read, depth: { fetch: 4, poison: 0 } })));
}

function cpuMsOf(work: () => number): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const work = process.argv[2] === 'plan' ? planning() : drawing();
const coldMs = cpuMsOf(work);
for (let i = 0; i < WARM_UPS; i++) work();
const warmMs = Array.from({ length: REPEATS }, () => cpuMsOf(work));
console.log(JSON.stringify({ coldMs, warmMs, size: work() }));
