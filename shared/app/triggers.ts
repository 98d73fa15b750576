import { meaningOf } from '../config/plain-secrets.ts';
import { curateMessage } from '../curate/curate-day.ts';
import { writeDimensionFiles } from '../curate/dimension-files.ts';
import { queueCuration } from '../curate/owed-curation.ts';
import { tableStamp } from '../curate/privacy.ts';
import { type FetchPorts, fetchDay } from '../fetch/fetch-day.ts';
import { FETCH_LIMITS } from '../fetch/read-pages.ts';
import { coverageOf } from '../ledger/coverage.ts';
import { poisonDay } from '../plan/give-up.ts';
import { type PlanPorts, type PlanRun, runPlan } from '../plan/tick.ts';
import { instantOf } from '../words/day.ts';
import type { Report } from '../words/telemetry.ts';
import { VERSION } from '../words/version.ts';
import { systemClock } from './clock.ts';
import type { App } from './compose.ts';
import { type Invocation, runSwallowing } from './invocation.ts';
import { type Parsed, parseCurateMessage, parseFetchMessage } from './message.ts';

/**
 * What the timer and the queues set off: each invocation from its trigger to its last port. answers.ts is for HTTP. What
 * has been reported is not thrown to the host as well: it would log two exceptions of 23 kB, and give a message back that
 * by then has another ticket. The ledger owes the work again. Only a worker that dies leaves its message to the host.
 */

/** Timer: queue what is owed, move the watermarks, report the coverage. */
export async function onPlan(invocation: Invocation): Promise<void> {
  await runSwallowing('plan', invocation, async (app, report) => {
    doubtSecrets(app, report);
    const traceparent = invocation.traceContext?.traceParent || undefined;
    const { ledgers } = await runPlan(planPorts(app, report), undefined, traceparent);
    await app.pulse.beat(instantOf(systemClock.now()));
    // Without the depth the heartbeat is still worth having.
    const depth = await app.backlog.depth().catch(() => undefined);
    for (const { dataset, watermark, entries } of ledgers) {
      if (watermark === undefined) continue;
      const { days, ...rest } = coverageOf(dataset, watermark, entries, systemClock.now());
      const paused = watermark.pausedAt !== undefined;
      const queues = { queueDepth: depth?.fetch, poison: depth?.poison };
      report('coverage reported', { ...rest, ...days, paused, ...queues, appVersion: VERSION });
    }
    await owedCuration(app, report, ledgers, traceparent);
    const whole = ledgers.length === app.config.datasets.length ? ledgers : undefined;
    await writeDimensionFiles(app.curated, whole, systemClock.now(), report);
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
  await runSwallowing('fetch', invocation, async (app, report) => {
    const parsed = parseFetchMessage(received);
    if (parsed.kind === 'refused') return refuse(parsed, report);
    const { message } = parsed;
    const { config } = app;
    const datasets = new Map(config.datasets.map(dataset => [dataset.name, dataset]));
    const limits = { ...FETCH_LIMITS, deadlineMs: config.fetchMs };
    const ports: FetchPorts = { ...app, clock: systemClock, report, limits, datasets };
    const outcome = await fetchDay(message, ports);
    const source = datasets.get(message.dataset)?.source;
    if (outcome === 'dropped' || source === undefined) return;
    const { ledgers } = await runPlan(planPorts(app, report), source, message.traceparent);
    await owedCuration(app, report, ledgers, message.traceparent);
  });
}

/** One after the other in a process: they are all processor and memory, so side by side would only take more of both. */
let curating: Promise<unknown> = Promise.resolve();

/** Queue: make the curated file of one day. A failure is reported and owed again; it never comes back as a message. */
export async function onCurate(received: unknown, invocation: Invocation): Promise<void> {
  await runSwallowing('curate', invocation, async (app, report) => {
    const parsed = parseCurateMessage(received);
    if (parsed.kind === 'refused') return refuse(parsed, report);
    const { message } = parsed;
    const datasets = new Map(app.config.datasets.map(dataset => [dataset.name, dataset]));
    const mine = curating.then(() => curateMessage(message, { ...app, datasets, report }));
    curating = mine.catch(() => undefined);
    await mine;
  });
}

/** Queues the days whose curated files are behind. Never throws. */
async function owedCuration(
  { ledger, curateJobs, profile }: App,
  report: Report,
  ledgers: PlanRun['ledgers'],
  traceparent: string | undefined,
): Promise<void> {
  const on = { ledger, curateJobs, clock: systemClock, report, stamp: tableStamp(profile) };
  for (const { dataset, entries } of ledgers) await queueCuration(dataset.name, entries, on, traceparent);
}

/** Queue: note a fetch that the host gave up on. */
export async function onPoison(received: unknown, invocation: Invocation): Promise<void> {
  await runSwallowing('poison', invocation, ({ ledger }, report) => {
    const parsed = parseFetchMessage(received);
    if (parsed.kind === 'refused') return refuse(parsed, report);
    return poisonDay(parsed.message, { ledger, clock: systemClock, report });
  });
}

/** Queue: tell of a curation that the host gave up on. */
export async function onPoisonCurate(received: unknown, invocation: Invocation): Promise<void> {
  await runSwallowing('poison-curate', invocation, (_, report) => {
    const parsed = parseCurateMessage(received);
    if (parsed.kind === 'refused') return refuse(parsed, report);
    const { dataset, day, revision } = parsed.message;
    report('message poisoned', { dataset, day, revision, message: CURATION_GIVEN_UP });
  });
}

/** What is no message of ours is removed and reported; the planner queues what is owed, whatever was in the queue. */
function refuse({ why, digest }: Extract<Parsed<never>, { kind: 'refused' }>, report: Report): void {
  report('message rejected', { why: `${why}; it was removed, and nothing was changed`, digest });
}

/** The ledger needs no note: it owes the table until it is there, and waits longer after every try. */
const CURATION_GIVEN_UP =
  'The host gave up on the curated table of this day after several tries. Its own log says why; while the table is behind, the planner queues the day again by itself, after a wait that doubles with every try, up to a day.';

function planPorts(app: App, report: Report): PlanPorts {
  const { config, ledger, jobs } = app;
  return { datasets: config.datasets, ledger, jobs, clock: systemClock, report, settings: config.plan };
}
