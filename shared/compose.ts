import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { credentialOf, graphTokens } from './auth.ts';
import { systemClock } from './clock.ts';
import { type Access, type Config, readConfig } from './config.ts';
import { coverageOf } from './coverage.ts';
import { failureOf } from './errors.ts';
import { type FetchPorts, fetchDay } from './fetch.ts';
import { sender } from './http.ts';
import { parseFetchMessage } from './message.ts';
import type { SourceName } from './model.ts';
import { FETCH_LIMITS } from './pages.ts';
import { poisonDay } from './poison.ts';
import type { Jobs, Lake, Ledger, Source } from './ports.ts';
import { type ReconcilePorts, reconcile } from './reconcile.ts';
import { graphSource } from './sources/graph.ts';
import { voximplantSource } from './sources/voximplant.ts';
import { type StorageClients, storageClients } from './stores/clients.ts';
import { queueJobs } from './stores/jobs.ts';
import { blobLake } from './stores/lake.ts';
import { tableLedger } from './stores/ledger.ts';
import { type Report, reporter } from './telemetry.ts';

/**
 * The wiring: the only place that reads the environment and builds clients. Built at the first invocation and kept for
 * the life of the process, so that loading the app can never fail.
 */

/** The names in host storage; those of the lake are in paths.ts. */
export const FETCH_QUEUE = 'landline-fetch';
export const POISON_QUEUE = `${FETCH_QUEUE}-poison`;
export const LEDGER_TABLE = 'landline';

/** What a function's invocation offers us. */
export interface Invocation {
  readonly traceContext?: { readonly traceParent?: string | null | undefined } | undefined;
  log(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The parts that live as long as the process. */
interface App {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly sources: Readonly<Record<SourceName, Source>>;
  readonly drifted: Set<string>;
}

let app: App | undefined;

/** @throws LandlineError `config.invalid`; asked again, it reads the settings again */
function composed(): App {
  app ??= compose(readConfig(process.env));
  return app;
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
  return {
    config,
    ledger: tableLedger(clientsOf(storage.table, credential).table(LEDGER_TABLE), randomUUID),
    lake: blobLake(clientsOf(storage.blob, credential).blobs),
    jobs: queueJobs(clientsOf(storage.queue, credential).queue(FETCH_QUEUE)),
    sources: {
      graph: graphSource({ ...around, origin: cloud.graph, token }),
      voximplant: voximplant === undefined ? off : voximplantSource({ ...around, ...voximplant }),
    },
    drifted: new Set(),
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
    for (const { dataset, watermark, entries } of ledgers) {
      if (watermark === undefined) continue;
      const { days, ...rest } = coverageOf(dataset, watermark, entries, systemClock.now());
      report('coverage reported', { ...rest, ...days });
    }
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
    if (outcome !== 'dropped' && source !== undefined) await reconcile(planPorts(parts, report), source);
  });
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
async function guarded(
  why: string,
  invocation: Invocation,
  work: (app: App, report: Report) => Promise<void>,
): Promise<void> {
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
    await work(parts, report);
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    report('work failed', { why, reason, message });
    throw thrown;
  }
}
