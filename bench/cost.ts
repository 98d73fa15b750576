import { systemClock } from '../shared/app/clock.ts';
import { teamsPstnCalls } from '../shared/datasets/teams-pstn-calls.ts';
import { FETCH_LIMITS } from '../shared/fetch/attempt.ts';
import { fetchDay } from '../shared/fetch/fetch-day.ts';
import { blockMemory } from '../shared/fetch/staging.ts';
import { lastDay } from '../shared/ledger/settling.ts';
import { runPlan } from '../shared/plan/tick.ts';
import { cutRowsInPlace } from '../shared/rows/cut.ts';
import { cutSpecOf } from '../shared/rows/place-in-day.ts';
import type { FetchMessage } from '../shared/words/model.ts';
import type { Source } from '../shared/words/ports.ts';
import { memoryJobs } from '../test/doubles/memory-jobs.ts';
import { lakeStore, memoryLake } from '../test/doubles/memory-lake.ts';
import { ledgerStore, memoryLedger } from '../test/doubles/memory-ledger.ts';

/**
 * What a day costs in storage operations, counted on the real plan, fetch and commit, and what that is in money.
 * Prices are inputs: put in those of your region. Reads and lists of a table count as one operation per 1,000 entities.
 */

/** Per 10,000 operations, in the currency of the price page; list prices of a general-purpose account, for orientation. */
export const PRICES = { table: 0.000_36, queue: 0.004, blobWrite: 0.065, blobRead: 0.005 } as const;

export interface Operations {
  table: number;
  queue: number;
  blobWrite: number;
  blobRead: number;
}

const KINDS: readonly (readonly [RegExp, keyof Operations])[] = [
  [/^ledger\./, 'table'],
  [/^jobs\./, 'queue'],
  [/^lake\.(stage|commit|keep|list|lastKept)/, 'blobWrite'],
  [/^lake\./, 'blobRead'],
];

function counting(counts: Operations): (op: string) => void {
  return op => {
    const kind = KINDS.find(([pattern]) => pattern.test(op))?.[1];
    if (kind !== undefined) counts[kind] += 1;
  };
}

export function priceOf(counts: Operations): number {
  return (Object.keys(PRICES) as (keyof Operations)[]).reduce(
    (sum, kind) => sum + (counts[kind] * PRICES[kind]) / 10_000,
    0,
  );
}

/** Makes a row as long as that of a call, because blocks are as many as their bytes need. */
const FILLING = 'x'.repeat(620);

/** Pages of rows with ids that never repeat. */
function pagesOf(pages: number, day: string): Source {
  const spec = cutSpecOf(teamsPstnCalls);
  return {
    async read(_dataset, _window, cursor) {
      const page = Number(cursor ?? 0);
      const rows = Array.from(
        { length: pages === 0 ? 0 : 1_000 },
        (_, i) => `{"id":"${page}-${i}","startDateTime":"${day}T00:00:01Z","userDisplayName":"${FILLING}"}`,
      );
      const cut = cutRowsInPlace(Buffer.from(`{"value":[${rows.join(',')}]}`), spec);
      const next = page + 1 < pages ? String(page + 1) : undefined;
      return { cut, next, total: undefined, notice: undefined, servedAt: Number.NaN, release: () => {} };
    },
  };
}

/** Operations of landing one day of `pages` pages: queued, fetched, committed, planned again. The host's own included. */
export async function operationsOfDay(pages: number): Promise<Operations> {
  const counts: Operations = { table: 0, queue: 0, blobWrite: 0, blobRead: 0 };
  const hooks = { before: async (op: string) => counting(counts)(op) };
  const day = lastDay(Date.now());
  const ledger = memoryLedger(hooks, ledgerStore());
  const lake = memoryLake(hooks, lakeStore());
  const jobs = memoryJobs(systemClock, hooks);
  const source = pagesOf(pages, day);
  const settings = { historyDays: 1, inFlight: { graph: 1, voximplant: 1 } };
  const ports = { ledger, lake, jobs, clock: systemClock, report: () => {} };
  await runPlan({ ...ports, datasets: [teamsPstnCalls], settings });
  const message = jobs.messages[0]?.message as FetchMessage;
  await fetchDay(message, {
    ...ports,
    datasets: [teamsPstnCalls],
    sources: { graph: source, voximplant: source },
    limits: FETCH_LIMITS,
    blocks: blockMemory(),
    drifted: new Set(),
  });
  await runPlan({ ...ports, datasets: [teamsPstnCalls], settings });
  // The host receives a message and deletes it.
  counts.queue += 2;
  return counts;
}

/** Operations of a day in which the planner finds nothing to do: `ticks` runs over `days` days of `datasets` logs. */
export function operationsOfIdleDay(ticks: number, datasets: number, days: number): Operations {
  const perTick = datasets * (Math.ceil(days / 1_000) + 1) + 2;
  return { table: ticks * perTick, queue: 0, blobWrite: 0, blobRead: 0 };
}
