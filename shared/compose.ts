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
import { type DeferralPorts, setAside } from './deferral.ts';
import type { Patient } from './doctor.ts';
import { failureOf } from './errors.ts';
import { type FetchPorts, fetchDay } from './fetch.ts';
import { sender, servedAt } from './http.ts';
import type { Memory } from './memory.ts';
import { parseCurateMessage, parseFetchMessage } from './message.ts';
import type { SourceName } from './model.ts';
import { FETCH_LIMITS } from './pages.ts';
import { meaningOf } from './plain-secrets.ts';
import { poisonCuration, poisonDay, poisonUnread } from './poison.ts';
import type { Backlog, CuratedStore, CurateJobs, Jobs, Lake, Ledger, Pulse, PutBack, Source } from './ports.ts';
import { type Reconciled, type ReconcilePorts, reconcile } from './reconcile.ts';
import { graphSource } from './sources/graph.ts';
import { voximplantSource } from './sources/voximplant.ts';
import { voximplantKeyRoles } from './sources/voximplant-key.ts';
import { blockMemory } from './staging.ts';
import { type StorageClients, storageClients } from './stores/clients.ts';
import { blobCurated } from './stores/curated.ts';
import { queueBacklog, queueCurateJobs, queueJobs, queuePutBack } from './stores/jobs.ts';
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
export const CURATE_POISON_QUEUE = `${CURATE_QUEUE}-poison`;
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
  readonly blocks: Memory;
  /** Settings that were doubted: once in the life of the process is enough. */
  readonly doubted: Set<string>;
  readonly curated: CuratedStore;
  readonly curateJobs: CurateJobs;
  readonly putBack: { readonly fetch: PutBack; readonly curate: PutBack };
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
    lake: blobLake(clientsOf(storage.blob, credential).blobs, config),
    jobs: queueJobs(queues.queue(FETCH_QUEUE)),
    sources: {
      graph: graphSource({ ...around, origin: cloud.graph, token }),
      voximplant: voximplant === undefined ? off : voximplantSource({ ...around, ...voximplant }),
    },
    drifted: new Set(),
    blocks: blockMemory(),
    doubted: new Set(),
    curated: blobCurated(clientsOf(storage.blob, credential).blobs),
    curateJobs: queueCurateJobs(queues.queue(CURATE_QUEUE)),
    putBack: { fetch: queuePutBack(queues.queue(FETCH_QUEUE)), curate: queuePutBack(queues.queue(CURATE_QUEUE)) },
    veil: veilOf(config.privacy.profile, config.privacy.key),
    backlog: queueBacklog(queues.queue(FETCH_QUEUE), [queues.queue(POISON_QUEUE), queues.queue(CURATE_POISON_QUEUE)]),
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
    doubtSecrets(parts, report);
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

function doubtSecrets({ config, doubted }: App, report: Report): void {
  for (const secret of config.plainSecrets.filter(({ setting }) => !doubted.has(setting))) {
    doubted.add(secret.setting);
    report('config doubted', { setting: secret.setting, message: meaningOf(secret) });
  }
}

/** Queue: fetch one day, then plan its source again, so that the pipe stays full between ticks. */
export async function fetchMessage(entry: unknown, invocation: Invocation): Promise<void> {
  await guarded('fetch', invocation, async (parts, report) => {
    const parsed = parseFetchMessage(entry);
    if (parsed.kind !== 'ours') return setAside(parsed, 'a fetch message', deferralPorts(parts.putBack.fetch, report));
    const { message } = parsed;
    const { config } = parts;
    const datasets = new Map(config.datasets.map(dataset => [dataset.name, dataset]));
    const limits = { ...FETCH_LIMITS, deadlineMs: config.fetchMs };
    const ports: FetchPorts = { ...parts, clock: systemClock, report, limits, datasets };
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
    const parsed = parseCurateMessage(entry);
    if (parsed.kind !== 'ours')
      return setAside(parsed, 'a curate message', deferralPorts(parts.putBack.curate, report));
    const { message } = parsed;
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

/** Queue: note a fetch that the host gave up on. */
export async function poisonMessage(entry: unknown, invocation: Invocation): Promise<void> {
  await guardedForGood('poison', invocation, ({ ledger }, report) => {
    const parsed = parseFetchMessage(entry);
    if (parsed.kind !== 'ours') return poisonUnread(parsed, 'fetch message', report);
    return poisonDay(parsed.message, { ledger, clock: systemClock, report });
  });
}

/** Queue: tell of a curation that the host gave up on. */
export async function poisonCurateMessage(entry: unknown, invocation: Invocation): Promise<void> {
  await guardedForGood('poison-curate', invocation, (_, report) => {
    const parsed = parseCurateMessage(entry);
    if (parsed.kind !== 'ours') return poisonUnread(parsed, 'curate message', report);
    return poisonCuration(parsed.message, report);
  });
}

/** As `guarded`, and never throws: a poison message that fails would be lost from sight. */
async function guardedForGood(
  why: string,
  invocation: Invocation,
  work: (app: App, report: Report) => Promise<void> | void,
): Promise<void> {
  try {
    await guarded(why, invocation, async (parts, report) => work(parts, report));
  } catch {
    // `guarded` has reported it; the planner finds the day by its silence.
  }
}

function deferralPorts(putBack: PutBack, report: Report): DeferralPorts {
  return { putBack, clock: systemClock, report };
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
