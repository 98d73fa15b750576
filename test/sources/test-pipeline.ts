import type { DatasetName, Simulator } from '../../local/simulator/index.ts';
import type { VoximplantKey } from '../../shared/config/voximplant-key.ts';
import { FETCH_LIMITS, type FetchPorts } from '../../shared/fetch/attempt.ts';
import { type FetchOutcome, fetchDay } from '../../shared/fetch/fetch-day.ts';
import { blockMemory } from '../../shared/fetch/staging.ts';
import { stateOf } from '../../shared/ledger/day-state.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { BufferPool } from '../../shared/rows/buffer-pool.ts';
import { graphSource } from '../../shared/sources/graph.ts';
import { type Send, sender } from '../../shared/sources/http/send.ts';
import { voximplantSource } from '../../shared/sources/voximplant.ts';
import { tokenMaker } from '../../shared/sources/voximplant-token.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day, DayState, SourceName } from '../../shared/words/model.ts';
import type { Source } from '../../shared/words/ports.ts';
import { type EventName, lineOf, type Report } from '../../shared/words/telemetry.ts';
import type { Hooks } from '../doubles/hooks.ts';
import { type MemoryJobs, memoryJobs } from '../doubles/memory-jobs.ts';
import { type MemoryLake, memoryLake } from '../doubles/memory-lake.ts';
import { type MemoryLedger, memoryLedger } from '../doubles/memory-ledger.ts';
import { NEVER_MS, type VirtualClock } from './virtual-clock.ts';

/**
 * The product without its host and storage: the real planner, stages and sources over real sockets, the doubles for
 * storage, and a clock that passes only when somebody sleeps.
 */

/** Stands in for the bearer token of Graph: nothing that is reported or stored may hold it. */
export const TOKEN_MARK = 'TOKEN-that-must-not-be-told';

/** A page is asked for at most this often in these tests; more is an endless loop. */
const STEPS_MAX = 60;

export interface TestPipelineOptions {
  readonly clock: VirtualClock;
  readonly datasets: readonly Dataset[];
  /** Where the sources are. */
  readonly origin?: string;
  readonly voximplantUrl?: string;
  readonly key?: VoximplantKey;
  readonly token?: (fresh: boolean) => Promise<string>;
  readonly send?: Send;
  /** Instead of the real sources. */
  readonly sources?: Partial<Record<SourceName, Source>>;
  /** Days the planner owes by itself; 0 leaves all to `ask`. */
  readonly historyDays?: number;
  readonly pagesMax?: number;
  readonly emptyPagesMax?: number;
  /** Of a block: 1 makes one of each page. */
  readonly blockBytes?: number;
  readonly checkpointMs?: number;
  readonly lakeHooks?: Hooks;
}

interface Told {
  readonly event: EventName;
  /** As it stands in the log. */
  readonly line: string;
}

export interface TestPipeline {
  readonly clock: VirtualClock;
  readonly ledger: MemoryLedger;
  readonly lake: MemoryLake;
  readonly jobs: MemoryJobs;
  readonly ports: FetchPorts;
  readonly told: Told[];
  /** What each delivered message came to. */
  readonly outcomes: FetchOutcome[];
  /** As `landline retry` does: the day is owed, whatever it holds. */
  ask(dataset: Dataset, day: Day): Promise<void>;
  plan(): Promise<void>;
  /** Delivers one message that is due; `false` when none is. */
  deliverOne(): Promise<boolean>;
  /** Plans, and delivers what is due, until nothing is due any more. Time passes only by sleeping. */
  drive(): Promise<void>;
  entry(dataset: Dataset, day: Day): DayEntry;
  state(dataset: Dataset, day: Day): DayState;
  /** The lines of a partition; `undefined` when there is none. */
  landed(dataset: Dataset, day: Day): string[] | undefined;
  /** Everything that was reported or stored, but for the partitions. */
  words(): string;
}

/** As the product sends, with the product's own deadlines. */
export const plainSend = sender();

export function testPipeline(options: TestPipelineOptions): TestPipeline {
  const { clock, datasets } = options;
  const ledger = memoryLedger();
  const lake = memoryLake(options.lakeHooks);
  const jobs = memoryJobs(clock);
  const told: Told[] = [];
  const outcomes: FetchOutcome[] = [];
  const report: Report = (event, fields) => void told.push({ event, line: lineOf(event, fields) });
  const ports: FetchPorts = {
    datasets,
    sources: { ...realSources(options), ...options.sources },
    ledger,
    lake,
    jobs,
    clock,
    report,
    limits: {
      ...FETCH_LIMITS,
      heartbeatMs: NEVER_MS,
      checkpointMs: options.checkpointMs ?? FETCH_LIMITS.checkpointMs,
      pagesMax: options.pagesMax ?? 12,
      emptyPagesMax: options.emptyPagesMax ?? 8,
    },
    drifted: new Set(),
    blocks: options.blockBytes === undefined ? blockMemory() : new BufferPool(options.blockBytes, 2),
  };
  const settings = { historyDays: options.historyDays ?? 0, inFlight: { graph: 4, voximplant: 1 } };

  async function plan(): Promise<void> {
    await runPlan({ datasets, ledger, jobs, clock, report, settings });
  }

  async function deliverOne(): Promise<boolean> {
    const at = jobs.messages.findIndex(({ visibleAt }) => visibleAt <= clock.now());
    const [due] = at < 0 ? [] : jobs.messages.splice(at, 1);
    if (due === undefined) return false;
    outcomes.push(await fetchDay(due.message, ports));
    return true;
  }

  function entry(dataset: Dataset, day: Day): DayEntry {
    const found = ledger.entries().find(each => each.dataset === dataset.name && each.day === day);
    if (found === undefined) throw new Error(`The ledger knows nothing of ${dataset.name} ${day}`);
    return found;
  }

  return {
    clock,
    ledger,
    lake,
    jobs,
    ports,
    told,
    outcomes,
    entry,
    plan,
    deliverOne,
    async ask(dataset, day) {
      const found = await ledger.day(dataset.name, day);
      const before = found?.value ?? freshEntry(dataset.name, day, clock.now());
      const askedAt = new Date(clock.now()).toISOString();
      await ledger.putDay({ ...before, work: { ...before.work, askedAt } }, found?.etag);
    },
    async drive() {
      for (let step = 0; step < STEPS_MAX; step++) {
        await plan();
        if (!(await deliverOne())) return;
      }
      throw new Error(`Not quiet after ${STEPS_MAX} messages: ${outcomes.slice(-5).join(', ')}`);
    },
    state: (dataset, day) => stateOf(dataset, day, entry(dataset, day), clock.now()),
    landed(dataset, day) {
      const bytes = lake.partition(dataset.name, day)?.bytes;
      return bytes === undefined ? undefined : linesOf(bytes);
    },
    words: () =>
      [...told.map(({ line }) => line), JSON.stringify(ledger.entries()), JSON.stringify(jobs.messages)].join('\n'),
  };
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString().split('\n');
  if (lines.pop() !== '') throw new Error('The last line of a partition does not end');
  return lines;
}

function realSources(options: TestPipelineOptions): Record<SourceName, Source> {
  const { clock, origin = 'http://127.0.0.1:9', send = plainSend, key } = options;
  const around = { clock, send, random: () => 0.5 };
  return {
    graph: graphSource({ ...around, origin, token: options.token ?? markedToken }),
    voximplant: voximplantSource({
      ...around,
      url: options.voximplantUrl ?? `${origin}/platform_api`,
      token: tokenMaker(key ?? { accountId: '', keyId: '', privateKey: '' }, clock),
    }),
  };
}

async function markedToken(fresh: boolean): Promise<string> {
  return `${TOKEN_MARK}.${fresh ? 'fresh' : 'cached'}`;
}

/** Where a simulator is, and the key of its service account. */
export function placesOf(simulator: Simulator): Pick<TestPipelineOptions, 'origin' | 'voximplantUrl' | 'key'> {
  const file: unknown = JSON.parse(simulator.account.keyFile);
  if (typeof file !== 'object' || file === null || !('private_key' in file)) throw new Error('No key file');
  return {
    origin: simulator.graphUrl,
    voximplantUrl: simulator.voximplantUrl,
    key: {
      accountId: String(simulator.account.accountId),
      keyId: simulator.account.keyId,
      privateKey: String(file.private_key),
    },
  };
}

/** The true rows of a day, as the simulator has them in the API version that is read. */
export function truthOf(simulator: Simulator, dataset: Dataset, day: Day): string[] {
  const api = dataset.api === 'beta' || dataset.api === 'v1.0' ? dataset.api : 'platform_api';
  return simulator.truth(dataset.name as DatasetName, day, api);
}
