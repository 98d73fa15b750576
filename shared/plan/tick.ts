import { eachDataset } from '../ledger/each-dataset.ts';
import { done, freshEntry, queued } from '../ledger/entry.ts';
import { type Owed, owed } from '../ledger/owed.ts';
import { damageOf, type ReadDataset, readDataset } from '../ledger/read-ledger.ts';
import { isFrozen } from '../ledger/settling.ts';
import { advanced, sameMarks } from '../ledger/watermark.ts';
import { eventFieldsOf, failureOf, isUnreadable } from '../words/errors.ts';
import type { DatasetLedger, DayEntry, Watermark } from '../words/ledger.ts';
import type { Dataset, SourceName } from '../words/model.ts';
import type { Ledger, Ports } from '../words/ports.ts';
import { poisonSilentDay, TAKEOVERS_MAX } from './give-up.ts';
import { type PlannedDay, type PlanSettings, plan } from './plan.ts';

/** The shell around plan.ts: reads the ledger, applies the plan. Two of them at once never queue a day twice. */

export type PlanPorts = Pick<Ports, 'datasets' | 'ledger' | 'jobs' | 'clock' | 'report'> & {
  readonly settings: PlanSettings;
};

export interface PlanRun {
  /** Days queued by this run. */
  readonly queued: number;
  /** Days owed now and left for later. */
  readonly owedLater: number;
  readonly ledgers: readonly DatasetLedger[];
}

/**
 * Queues what is owed and moves the watermarks.
 *
 * @param source only this one; all of them when absent
 */
export async function runPlan(on: PlanPorts, source?: SourceName): Promise<PlanRun> {
  const datasets = on.datasets.filter(dataset => source === undefined || dataset.source === source);
  // Before the ledger is read: by a later clock, a worker that gave signs of life meanwhile would seem lost, and its day
  // would not be counted among those in flight.
  const now = on.clock.now();
  const read = await readDatasets(on, datasets, now);
  const { queue, watermarks, owedLater } = plan(read, await gatesOf(on, datasets), on.settings, now);

  // First, as a worker has to know where history begins: rows of days before it stay in the day that brings them.
  const ledgers = await Promise.all(
    read.map(async (each, i) => {
      const moved = () => moveWatermark(on.ledger, each, watermarks[i], now);
      return { ...each, watermark: (await orDamaged(on, moved)) ?? each.watermark };
    }),
  );
  let count = 0;
  // One after the other: the order is the plan's, and a crash leaves the less urgent days for the next run.
  for (const planned of queue) if (await orDamaged(on, () => queueDay(on, planned))) count += 1;
  on.report('plan made', { queued: count, owedLater, source });
  return { queued: count, owedLater, ledgers };
}

/** A dataset whose entities cannot be read is reported and left out; the others go on. */
async function readDatasets(on: PlanPorts, datasets: readonly Dataset[], now: number): Promise<readonly ReadDataset[]> {
  const { read, unread } = await eachDataset(datasets, dataset => readDataset(on.ledger, dataset, now));
  for (const { thrown } of unread) on.report('work failed', { function: 'plan', ...eventFieldsOf(thrown) });
  for (const message of read.map(damageOf)) if (message !== undefined) tellDamage(on, message);
  return read;
}

function tellDamage({ report }: PlanPorts, message: string): void {
  report('work failed', { function: 'plan', reason: 'storage.failing', message });
}

async function gatesOf(on: PlanPorts, datasets: readonly Dataset[]): Promise<Map<SourceName, number>> {
  const gates = new Map<SourceName, number>();
  for (const source of new Set(datasets.map(dataset => dataset.source))) {
    const gate = (await on.ledger.gate(source))?.value;
    if (gate?.unreadable !== undefined) tellDamage(on, gate.unreadable);
    if (gate !== undefined) gates.set(source, Date.parse(gate.notBefore));
  }
  return gates;
}

/** What was damaged since it was listed is told, and stops nothing else. */
async function orDamaged<T>(on: PlanPorts, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown;
    tellDamage(on, failureOf(thrown).message);
    return undefined;
  }
}

/** Ledger first, then the message: a crash between them leaves a queued day without a message, which is owed again. */
async function queueDay(on: PlanPorts, planned: PlannedDay): Promise<boolean> {
  const { dataset, day } = planned;
  const found = await on.ledger.day(dataset.name, day);
  // Somebody may have come first since the ledger was listed: decide again on the entry that will be replaced.
  const now = on.clock.now();
  const rests = found?.value.work.state === 'idle' && !isFrozen(found.value.held);
  const why = owed(dataset, day, found?.value, now) ?? (rests && planned.why === 'seam' ? 'seam' : undefined);
  if (why === undefined) return false;
  if (found !== undefined && isLeftByErasure(found.value)) {
    await on.ledger.putDay(done(found.value, found.value.held, found.value.work.suspicion), found.etag);
    return false;
  }
  const takeovers = why === 'takeover' ? (found?.value.work.takeovers ?? 0) + 1 : 0;
  if (found !== undefined && takeovers >= TAKEOVERS_MAX) {
    await poisonSilentDay(found, on);
    return false;
  }
  const before = found?.value ?? freshEntry(dataset.name, day, now);
  const seamReads = seamReadsOf(before, why);
  const counts = { ...(takeovers > 0 && { takeovers }), ...(seamReads > 0 && { seamReads }) };
  const { seamReads: _, ...work } = before.work;
  const entry = queued({ ...before, work }, now, work.checkpoint, counts);
  if ((await on.ledger.putDay(entry, found?.etag)) === undefined) return false;
  const { ticket } = entry.work;
  await on.jobs.send({ dataset: dataset.name, day, ticket }, 0);
  on.report('day queued', { dataset: dataset.name, day, ticket, why });
  return true;
}

/** A read that is due anyway begins the count of those for a seam anew. */
function seamReadsOf({ work: { seamReads = 0 } }: DayEntry, why: Owed): number {
  if (why === 'seam') return seamReads + 1;
  return why === 'takeover' || why === 'lost-message' ? seamReads : 0;
}

/**
 * Whether an erasure that died has the day. Nobody else works on a day that a person was erased from, as asking for it
 * takes the mark away; and nobody may take it over, as a read would bring the rows back.
 */
function isLeftByErasure({ held, work }: DayEntry): boolean {
  return isFrozen(held) && (work.state === 'queued' || work.state === 'fetching');
}

/**
 * Compare-and-set. Whoever came first may have read an older ledger and be the last to run for a while, so the days
 * that were read here are added to what is recorded by now. That ends: each round, somebody has got further.
 *
 * @returns the watermark that is recorded now
 */
async function moveWatermark(
  ledger: Ledger,
  { dataset, recorded, entries, unreadable }: ReadDataset,
  planned: Watermark | undefined,
  now: number,
): Promise<Watermark | undefined> {
  if (unreadable !== undefined) return planned;
  let [before, watermark] = [recorded, planned];
  while (watermark !== undefined && !sameMarks(before?.value, watermark)) {
    if ((await ledger.putWatermark(watermark, before?.etag)) !== undefined) break;
    before = await ledger.watermark(dataset.name);
    watermark = before && advanced(dataset, before.value, new Map(entries.map(each => [each.day, each])), now);
  }
  return watermark;
}
