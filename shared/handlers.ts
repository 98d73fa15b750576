import { systemClock } from './clock.ts';
import type { App } from './compose.ts';
import { meaningOf } from './config/plain-secrets.ts';
import { curateMessage } from './curate/curate-day.ts';
import { writeDimensionFiles } from './curate/dimension-files.ts';
import { queueCuration } from './curate/owed-curation.ts';
import { tableStamp } from './curate/privacy.ts';
import { instantOf } from './day.ts';
import { FETCH_LIMITS } from './fetch/pages.ts';
import { type FetchPorts, fetchDay } from './fetch.ts';
import { type DeferralPorts, setAside } from './handlers/deferral.ts';
import { guarded, guardedForGood, type Invocation } from './handlers/invocation.ts';
import { parseCurateMessage, parseFetchMessage } from './message.ts';
import { coverageOf } from './plan/coverage.ts';
import { poisonCuration, poisonDay, poisonUnread } from './poison.ts';
import type { PutBack } from './ports.ts';
import { type Reconciled, type ReconcilePorts, reconcile } from './reconcile.ts';
import type { Report } from './telemetry.ts';
import { VERSION } from './version.ts';

/** What the timer and the queues set off: each invocation from its trigger to its last port. answers.ts is for HTTP. */

/** Timer: queue what is owed, move the watermarks, report the coverage. */
export async function onPlan(invocation: Invocation): Promise<void> {
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
      const queues = { queueDepth: depth?.fetch, poison: depth?.poison };
      report('coverage reported', { ...rest, ...days, paused, ...queues, appVersion: VERSION });
    }
    await owedCuration(parts, report, ledgers, traceparent);
    const whole = ledgers.length === parts.config.datasets.length ? ledgers : undefined;
    await writeDimensionFiles(parts.curated, whole, systemClock.now(), report);
  });
}

function doubtSecrets({ config, doubted }: App, report: Report): void {
  for (const secret of config.plainSecrets.filter(({ setting }) => !doubted.has(setting))) {
    doubted.add(secret.setting);
    report('config doubted', { setting: secret.setting, message: meaningOf(secret) });
  }
}

/** Queue: fetch one day, then plan its source again, so that the pipe stays full between ticks. */
export async function onFetch(received: unknown, invocation: Invocation): Promise<void> {
  await guarded('fetch', invocation, async (parts, report) => {
    const parsed = parseFetchMessage(received);
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
export async function onCurate(received: unknown, invocation: Invocation): Promise<void> {
  await guarded('curate', invocation, async (parts, report) => {
    const parsed = parseCurateMessage(received);
    if (parsed.kind !== 'ours')
      return setAside(parsed, 'a curate message', deferralPorts(parts.putBack.curate, report));
    const { message } = parsed;
    const datasets = new Map(parts.config.datasets.map(dataset => [dataset.name, dataset]));
    const mine = curating.then(() => curateMessage(message, { ...parts, datasets, report }));
    curating = mine.catch(() => undefined);
    await mine;
  });
}

/** Queues the days whose curated files are behind. Never throws. */
async function owedCuration(
  { ledger, curateJobs, profile }: App,
  report: Report,
  ledgers: Reconciled['ledgers'],
  traceparent: string | undefined,
): Promise<void> {
  const on = { ledger, curateJobs, clock: systemClock, report, stamp: tableStamp(profile) };
  for (const { dataset, entries } of ledgers) await queueCuration(dataset.name, entries, on, traceparent);
}

/** Queue: note a fetch that the host gave up on. */
export async function onPoison(received: unknown, invocation: Invocation): Promise<void> {
  await guardedForGood('poison', invocation, ({ ledger }, report) => {
    const parsed = parseFetchMessage(received);
    if (parsed.kind !== 'ours') return poisonUnread(parsed, 'fetch message', report);
    return poisonDay(parsed.message, { ledger, clock: systemClock, report });
  });
}

/** Queue: tell of a curation that the host gave up on. */
export async function onPoisonCurate(received: unknown, invocation: Invocation): Promise<void> {
  await guardedForGood('poison-curate', invocation, (_, report) => {
    const parsed = parseCurateMessage(received);
    if (parsed.kind !== 'ours') return poisonUnread(parsed, 'curate message', report);
    return poisonCuration(parsed.message, report);
  });
}

function deferralPorts(putBack: PutBack, report: Report): DeferralPorts {
  return { putBack, clock: systemClock, report };
}

function planPorts(parts: App, report: Report): ReconcilePorts {
  const { config, ledger, jobs } = parts;
  return { datasets: config.datasets, ledger, jobs, clock: systemClock, report, settings: config.plan };
}
