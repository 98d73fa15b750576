import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createPlaces } from '../local/create-storage.ts';
import { storageClients } from '../shared/stores/clients.ts';
import { blobLake } from '../shared/stores/lake.ts';
import { programFile } from './programs.ts';
import type { Usage } from './usage.ts';
import type { WorkerOptions } from './worker.ts';

/** Several worker processes that land the same days together, and whether they did it right. */

const DATASET = 'teams-pstn-calls';
/** Longer than the slowest section takes on a busy machine. */
const PATIENCE_MS = 10 * 60_000;

export interface Fleet {
  readonly programs: string;
  readonly app: string;
  readonly connectionString: string;
  readonly graph: string;
  readonly workers: number;
  /** Days that each process fetches at once; the planner has as many in flight as all of them together. */
  readonly atOnce: number;
  readonly days: number;
}

export interface Landing {
  /** From the planner's start to the last day landed. */
  readonly seconds: number;
  readonly used: readonly Usage[];
}

interface Event {
  readonly event: string;
  readonly day?: string;
}

/** What happens when all goes well; anything else ends the run. */
const EXPECTED: ReadonlySet<string> = new Set([
  'day queued',
  'day claimed',
  'plan made',
  'coverage reported',
  'curation queued',
  'table curated',
]);

export async function landTogether(fleet: Fleet): Promise<Landing> {
  await createPlaces(storageClients(fleet));
  const landed = new Set<string>();
  const all = Promise.withResolvers<void>();
  const workers = Array.from({ length: fleet.workers }, () =>
    startWorker(fleet, ({ event, day = '' }) => {
      if (event !== 'day landed' && !EXPECTED.has(event)) all.reject(new Error(`A worker said "${event}" of ${day}`));
      if (event !== 'day landed') return;
      if (landed.has(day)) all.reject(new Error(`${day} was landed twice`));
      landed.add(day);
      if (landed.size === fleet.days) all.resolve();
    }),
  );
  const timer = setTimeout(() => all.reject(new Error(`${landed.size} of ${fleet.days} days landed`)), PATIENCE_MS);
  try {
    await Promise.race([Promise.all(workers.map(({ ready }) => ready)), all.promise]);
    const began = performance.now();
    workers[0]?.plan();
    await all.promise;
    const seconds = (performance.now() - began) / 1_000;
    return { seconds, used: await Promise.all(workers.map(worker => worker.stop())) };
  } finally {
    clearTimeout(timer);
    for (const worker of workers) worker.kill();
  }
}

function startWorker(fleet: Fleet, tell: (event: Event) => void) {
  const child = spawn(process.execPath, [programFile(fleet.programs, 'worker'), JSON.stringify(optionsOf(fleet))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Usage>();
  // Nobody may be waiting for it yet, or any more.
  for (const each of [ready, ended]) each.promise.catch(() => {});
  createInterface(child.stdout).on('line', line => {
    const told = JSON.parse(line);
    if (told.event === 'ready') ready.resolve();
    else if (told.event === 'ended') ended.resolve(told);
    else tell(told);
  });
  void once(child, 'exit').then(([code]) => {
    const died = new Error(`A worker process ended with code ${code}`);
    ready.reject(died);
    ended.reject(died);
  });
  return {
    ready: ready.promise,
    plan: () => child.stdin.write('plan\n'),
    stop: () => {
      child.stdin.end();
      return ended.promise;
    },
    kill: () => child.kill(),
  };
}

function optionsOf({ app, connectionString, graph, workers, atOnce, days }: Fleet): WorkerOptions {
  const settings = {
    PLAN_SCHEDULE: '0 0 0 1 1 *',
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: graph,
    LANDLINE_GRAPH_IN_FLIGHT: String(workers * atOnce),
    LANDLINE_DATASETS: DATASET,
    LANDLINE_HISTORY_DAYS: String(days),
  };
  return { app, connectionString, settings, atOnce };
}

/** Whether the lake has each day once, in its first revision, with all of its rows. */
export async function refuseWrong(connectionString: string, days: number, rowsPerDay: number): Promise<void> {
  const lake = blobLake(storageClients({ connectionString }).blobs);
  let count = 0;
  for await (const { day, partition } of lake.list(DATASET)) {
    const { rows = 0, revision = 0 } = partition?.receipt ?? {};
    count += 1;
    if (rows !== rowsPerDay || revision !== 1)
      throw new Error(`${day} is revision ${revision} with ${rows} of ${rowsPerDay} rows`);
  }
  if (count !== days) throw new Error(`The lake has ${count} of ${days} days`);
}
