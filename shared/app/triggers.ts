import { meaningOf } from '../config/plain-secrets.ts';
import { curateMessage } from '../curate/curate-day.ts';
import { writeDimensionFiles } from '../curate/dimension-files.ts';
import { queueCuration } from '../curate/owed-curation.ts';
import { tableStamp } from '../curate/privacy.ts';
import { FETCH_LIMITS } from '../fetch/attempt.ts';
import { fetchDay } from '../fetch/fetch-day.ts';
import { coverageOf } from '../ledger/coverage.ts';
import { poisonDay } from '../plan/give-up.ts';
import { type PlanRun, runPlan } from '../plan/tick.ts';
import { instantOf } from '../words/day.ts';
import type { CurateMessage, FetchMessage } from '../words/model.ts';
import type { CurateJobs, Jobs } from '../words/ports.ts';
import { about, type Report } from '../words/telemetry.ts';
import { VERSION } from '../words/version.ts';
import type { App } from './compose.ts';
import { type Invocation, runSwallowing } from './invocation.ts';
import { type Parsed, parseCurateMessage, parseFetchMessage } from './message.ts';

/**
 * What the timer and the queues set off: each invocation from its trigger to its last port. http.ts is for HTTP. What
 * has been reported is not thrown to the host as well: it would log two exceptions of 23 kB, and give a message back that
 * by then has another ticket. The ledger owes the work again. Only a worker that dies leaves its message to the host.
 */

/** Timer: queue what is owed, move the watermarks, report the coverage. */
export async function onPlan(invocation: Invocation): Promise<void> {
  await runSwallowing('plan', invocation, async (untracedApp, untraced) => {
    const { app, report } = traced(untracedApp, untraced, invocation.traceContext?.traceParent || undefined);
    doubtSecrets(app, report);
    const { ledgers } = await runPlan({ ...app, report, settings: app.config.plan });
    await app.pulse.beat(instantOf(app.clock.now()));
    // Without the depth the heartbeat is still worth having.
    const depth = await app.backlog.depth().catch(() => undefined);
    for (const { dataset, watermark, entries } of ledgers) {
      if (watermark === undefined) continue;
      const { days, ...rest } = coverageOf(dataset, watermark, entries, app.clock.now());
      const paused = watermark.pausedAt !== undefined;
      const queues = { queueDepth: depth?.fetch, poison: depth?.poison };
      report('coverage reported', { ...rest, ...days, paused, ...queues, appVersion: VERSION });
    }
    await owedCuration(app, report, ledgers);
    const whole = ledgers.length === app.datasets.length ? ledgers : undefined;
    await writeDimensionFiles(app.curated, whole, app.clock.now(), report);
  });
}

/** What is reported and sent on behalf of a planner's run carries its trace. @param traceparent absent without Application Insights */
function traced(app: App, report: Report, traceparent: string | undefined): { app: App; report: Report } {
  const jobs: Jobs = { send: (message, delayMs) => app.jobs.send({ ...message, traceparent }, delayMs) };
  const curateJobs: CurateJobs = { send: message => app.curateJobs.send({ ...message, traceparent }) };
  return { app: { ...app, jobs, curateJobs }, report: about(report, { traceparent }) };
}

function doubtSecrets({ config, doubted }: App, report: Report): void {
  for (const secret of config.plainSecrets.filter(({ setting }) => !doubted.has(setting))) {
    doubted.add(secret.setting);
    report('config doubted', { setting: secret.setting, message: meaningOf(secret) });
  }
}

/** What a queue's trigger calls. A message that is not of ours is removed and reported: the planner queues what is owed anyway. */
function onMessage<M extends FetchMessage | CurateMessage>(
  name: string,
  parse: (received: unknown) => Parsed<M>,
  work: (message: M, app: App, report: Report) => Promise<void>,
): (received: unknown, invocation: Invocation) => Promise<void> {
  return (received, invocation) =>
    runSwallowing(name, invocation, async (untracedApp, untraced) => {
      const parsed = parse(received);
      if (parsed.kind === 'refused') {
        const { why, digest } = parsed;
        return untraced('message rejected', { why: `${why}; it was removed, and nothing was changed`, digest });
      }
      const { app, report } = traced(untracedApp, untraced, parsed.message.traceparent);
      await work(parsed.message, app, report);
    });
}

/** Queue: fetch one day, then plan its source again, so that the pipe stays full between ticks. */
export const onFetch = onMessage('fetch', parseFetchMessage, async (message, app, report) => {
  const limits = { ...FETCH_LIMITS, deadlineMs: app.config.fetchMs };
  const outcome = await fetchDay(message, { ...app, report, limits });
  const source = app.datasets.find(({ name }) => name === message.dataset)?.source;
  if (outcome === 'dropped' || source === undefined) return;
  const { ledgers } = await runPlan({ ...app, report, settings: app.config.plan }, source);
  await owedCuration(app, report, ledgers);
});

/** One after the other in a process: they are all processor and memory, so side by side would only take more of both. */
let curating: Promise<unknown> = Promise.resolve();

/** Queue: make the curated file of one day. A failure is reported and owed again; it never comes back as a message. */
export const onCurate = onMessage('curate', parseCurateMessage, async (message, app, report) => {
  const mine = curating.then(() => curateMessage(message, { ...app, report }));
  curating = mine.catch(() => undefined);
  await mine;
});

/** Queues the days whose curated files are behind. Never throws. */
async function owedCuration(app: App, report: Report, ledgers: PlanRun['ledgers']): Promise<void> {
  const on = { ...app, report, stamp: tableStamp(app.profile) };
  for (const { dataset, entries } of ledgers) await queueCuration(dataset.name, entries, on);
}

/** Queue: note a fetch that the host gave up on. */
export const onPoison = onMessage('poison', parseFetchMessage, (message, app, report) =>
  poisonDay(message, { ...app, report }),
);

/** Queue: tell of a curation that the host gave up on. */
export const onPoisonCurate = onMessage('poison-curate', parseCurateMessage, async (message, _, report) => {
  const { dataset, day, revision } = message;
  report('message poisoned', { dataset, day, revision, message: CURATION_GIVEN_UP });
});

/** The ledger needs no note: it owes the table until it is there, and waits longer after every try. */
const CURATION_GIVEN_UP =
  'The host gave up on the curated table of this day after several tries. The log of the host says why; while the table is out of date, the planner queues the day again by itself, after a wait that doubles with every try, up to a day.';
