import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { credentialOf, graphTokens } from './auth.ts';
import { systemClock } from './clock.ts';
import { type Access, type Config, readConfig } from './config.ts';
import { coverageOf } from './coverage.ts';
import { type CurateOutcome, curateMessage as curateDayOf } from './curate/curate-day.ts';
import { queueCuration } from './curate/owed-curation.ts';
import { curatedAs, type Veil, veilOf } from './curate/privacy.ts';
import { writeSmallTables } from './curate/small-tables.ts';
import { TABLE_VERSION } from './curate/tables.ts';
import { instantOf } from './day.ts';
import type { Patient } from './doctor.ts';
import { failureOf } from './errors.ts';
import { type FetchPorts, fetchDay } from './fetch.ts';
import { sender, servedAt } from './http.ts';
import { parseCurateMessage, parseFetchMessage } from './message.ts';
import type { SourceName } from './model.ts';
import { FETCH_LIMITS } from './pages.ts';
import { poisonDay } from './poison.ts';
import type { Backlog, CuratedStore, CurateJobs, Jobs, Lake, Ledger, Pulse, Source } from './ports.ts';
import { type Reconciled, type ReconcilePorts, reconcile } from './reconcile.ts';
import { graphSource } from './sources/graph.ts';
import { voximplantSource } from './sources/voximplant.ts';
import { voximplantKeyRoles } from './sources/voximplant-key.ts';
import { type StorageClients, storageClients } from './stores/clients.ts';
import { blobCurated } from './stores/curated.ts';
import { queueBacklog, queueCurateJobs, queueJobs } from './stores/jobs.ts';
import { blobLake } from './stores/lake.ts';
import { tableLedger } from './stores/ledger.ts';
import { tablePulse } from './stores/pulse.ts';
import { type Report, reporter } from './telemetry.ts';

/**
 * The wiring: the only place that reads the environment and builds clients. Built at the first invocation and kept for
 * the life of the process, so that loading the app can never fail.
 */

/** The names in host storage; those of the lake are in paths.ts. */
export const FETCH_QUEUE = 'landline-fetch';
export const POISON_QUEUE = `${FETCH_QUEUE}-poison`;
export const CURATE_QUEUE = 'landline-curate';
export const LEDGER_TABLE = 'landline';

/** What a function's invocation offers us. */
export interface Invocation {
  readonly traceContext?: { readonly traceParent?: string | null | undefined } | undefined;
  log(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The parts that live as long as the process. */
export interface App {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly sources: Readonly<Record<SourceName, Source>>;
  readonly drifted: Set<string>;
  readonly curated: CuratedStore;
  readonly curateJobs: CurateJobs;
  readonly veil: Veil;
  readonly backlog: Backlog;
  readonly pulse: Pulse;
  readonly graphToken: Patient['graphToken'];
  readonly servedAt: Patient['servedAt'];
  readonly keyRoles: Patient['keyRoles'];
}

let app: App | undefined;

/** @throws LandlineError `config.invalid`; asked again, it reads the settings again */
export function composed(): App {
  app ??= compose(readConfig(process.env));
  return app;
}

/** Name of the Function App, for commands that a person is told to run. */
export function siteName(): string {
  return process.env['WEBSITE_SITE_NAME'] ?? '<app>';
}

export function compose(config: Config): App {
  const { signIn, cloud, storage, voximplant } = config;
  const makeCredential = (): TokenCredential | undefined =>
    signIn.kind === 'simulator' ? undefined : credentialOf(signIn, cloud);
  const credential = makeCredential();
  const send = sender();
  const token =
    signIn.kind === 'simulator' ? async () => 'simulated' : graphTokens(() => credentialOf(signIn, cloud), cloud.scope);
  const around = { send, random: Math.random, clock: systemClock };
  const off: Source = { read: () => Promise.reject(new Error('This source is not configured')) };
  const table = clientsOf(storage.table, credential).table(LEDGER_TABLE);
  const queues = clientsOf(storage.queue, credential);
  return {
    config,
    ledger: tableLedger(table, randomUUID),
    lake: blobLake(clientsOf(storage.blob, credential).blobs),
    jobs: queueJobs(queues.queue(FETCH_QUEUE)),
    sources: {
      graph: graphSource({ ...around, origin: cloud.graph, token }),
      voximplant: voximplant === undefined ? off : voximplantSource({ ...around, ...voximplant }),
    },
    drifted: new Set(),
    curated: blobCurated(clientsOf(storage.blob, credential).blobs),
    curateJobs: queueCurateJobs(queues.queue(CURATE_QUEUE)),
    veil: veilOf(config.privacy.profile, config.privacy.key),
    backlog: queueBacklog(queues.queue(FETCH_QUEUE), queues.queue(POISON_QUEUE)),
    pulse: tablePulse(table),
    graphToken: token,
    servedAt: url => servedAt(send, url),
    keyRoles: voximplant && voximplantKeyRoles({ ...around, ...voximplant }),
  };
}

function clientsOf(access: Access, credential: TokenCredential | undefined): StorageClients {
  if ('connectionString' in access) return storageClients(access);
  if (credential === undefined) throw new Error('An address needs a credential');
  const { url } = access;
  return storageClients({ blobUrl: url, queueUrl: url, tableUrl: url, credential });
}

/** Timer: queue what is owed, move the watermarks, report the coverage. */
export async function planDays(invocation: Invocation): Promise<void> {
  await guarded('plan', invocation, async (parts, report) => {
    const traceparent = invocation.traceContext?.traceParent ?? undefined;
    const { ledgers } = await reconcile(planPorts(parts, report), undefined, traceparent);
    await parts.pulse.beat(instantOf(systemClock.now()));
    // Without the depth the heartbeat is still worth having.
    const depth = await parts.backlog.depth().catch(() => undefined);
    for (const { dataset, watermark, entries } of ledgers) {
      if (watermark === undefined) continue;
      const { days, ...rest } = coverageOf(dataset, watermark, entries, systemClock.now());
      const paused = watermark.pausedAt !== undefined;
      report('coverage reported', { ...rest, ...days, paused, queueDepth: depth?.fetch, poison: depth?.poison });
    }
    await owedCuration(parts, report, ledgers, traceparent);
    await writeSmallTables(parts.curated, ledgers, systemClock.now(), report);
  });
}

/** Queue: fetch one day, then plan its source again, so that the pipe stays full between ticks. */
export async function fetchMessage(entry: unknown, invocation: Invocation): Promise<void> {
  await guarded('fetch', invocation, async (parts, report) => {
    const message = parseFetchMessage(entry);
    if (message === undefined) {
      report('message rejected', { why: 'it is not a fetch message; it was removed, and nothing was changed' });
      return;
    }
    const { config, drifted } = parts;
    const datasets = new Map(config.datasets.map(dataset => [dataset.name, dataset]));
    const limits = { ...FETCH_LIMITS, deadlineMs: config.fetchMs };
    const ports: FetchPorts = { ...parts, clock: systemClock, report, limits, datasets, drifted };
    const outcome = await fetchDay(message, ports);
    const source = datasets.get(message.dataset)?.source;
    if (outcome === 'dropped' || source === undefined) return;
    const { ledgers } = await reconcile(planPorts(parts, report), source, message.traceparent);
    await owedCuration(parts, report, ledgers, message.traceparent);
  });
}

/** One after the other in a process: they are all processor and memory, so side by side would only take more of both. */
let curating: Promise<unknown> = Promise.resolve();

/** Queue: make the curated file of one day. A failure is reported and owed again; it never comes back as a message. */
export async function curateMessage(entry: unknown, invocation: Invocation): Promise<CurateOutcome | undefined> {
  let outcome: CurateOutcome | undefined;
  await guarded('curate', invocation, async (parts, report) => {
    const message = parseCurateMessage(entry);
    if (message === undefined) {
      report('message rejected', { why: 'it is not a curate message; it was removed, and nothing was changed' });
      return;
    }
    const datasets = new Map(parts.config.datasets.map(dataset => [dataset.name, dataset]));
    const before = curating;
    const mine = before.then(() => curateDayOf(message, { ...parts, datasets, report }));
    curating = mine;
    outcome = await mine;
  });
  return outcome;
}

/** Queues the days whose curated files are behind. Never throws. */
async function owedCuration(
  { ledger, curateJobs, veil }: App,
  report: Report,
  ledgers: Reconciled['ledgers'],
  traceparent: string | undefined,
): Promise<void> {
  const on = { ledger, curateJobs, clock: systemClock, report, as: curatedAs(TABLE_VERSION, veil) };
  for (const { dataset, entries } of ledgers) await queueCuration(dataset.name, entries, on, traceparent);
}

/** Queue: note what the host gave up on. Never throws: a poison message that fails would be lost from sight. */
export async function poisonMessage(entry: unknown, invocation: Invocation): Promise<void> {
  try {
    await guarded('poison', invocation, async ({ ledger }, report) => {
      const message = parseFetchMessage(entry);
      if (message === undefined)
        report('message rejected', { why: 'the host gave up on it, and it is not a fetch message' });
      else await poisonDay(message, { ledger, clock: systemClock, report });
    });
  } catch {
    // `guarded` has reported it; the planner finds the day by its silence.
  }
}

function planPorts(parts: App, report: Report): ReconcilePorts {
  const { config, ledger, jobs } = parts;
  return { datasets: config.datasets, ledger, jobs, clock: systemClock, report, settings: config.plan };
}

/** Runs `work` with the app; what goes wrong is reported in our own words, then thrown for the host to see. */
export async function guarded<T>(
  why: string,
  invocation: Invocation,
  work: (app: App, report: Report) => Promise<T>,
): Promise<T> {
  const report = reporter({
    info: line => invocation.log(line),
    warn: line => invocation.warn(line),
    error: line => invocation.error(line),
  });
  let parts: App;
  try {
    parts = composed();
  } catch (thrown) {
    report('config rejected', { message: failureOf(thrown).message });
    throw thrown;
  }
  try {
    return await work(parts, report);
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    report('work failed', { why, reason, message });
    throw thrown;
  }
}
