import { HOUR_MS, hasCome, instantOf, MINUTE_MS } from '../words/day.ts';
import { eventFieldsOf } from '../words/errors.ts';
import type { DayEntry, Held } from '../words/ledger.ts';
import type { Day } from '../words/model.ts';
import type { Ports } from '../words/ports.ts';

/**
 * Which days are owed a curated file, and the shell that queues them. Like a fetch: the ledger differs from what is
 * owed, and nothing else is a reason. A failed or lost curation is a day that is still owed when its turn comes again.
 */

/** A day that was queued is left alone for so long; twice as long after every try that changed nothing. */
const PATIENCE_MS = 10 * MINUTE_MS;
const PATIENCE_MAX_MS = 24 * HOUR_MS;

/** Days of a dataset that are queued at once: a new table is built over some hours, and landing goes on beside it. */
const IN_FLIGHT = 64;

/** @param stamp what files are made with now: version of the tables and privacy profile */
export function isCurated(held: Held, stamp: string): boolean {
  return held.curatedRevision === held.revision && held.tableStamp === stamp;
}

/** Whether a queued day may still be on its way. */
function isWaiting(held: Held, now: number): boolean {
  if (held.curateQueuedAt === undefined) return false;
  const patience = Math.min(PATIENCE_MS * 2 ** ((held.curateTries ?? 1) - 1), PATIENCE_MAX_MS);
  return !hasCome(Date.parse(held.curateQueuedAt) + patience, now);
}

/** Whether a day is to be queued for curation now. A day that somebody works on is left to the next plan. */
export function owesCuration({ held, work }: DayEntry, stamp: string, now: number): boolean {
  if (held === undefined || isCurated(held, stamp) || isWaiting(held, now)) return false;
  return work.state === 'idle' || work.state === 'failed';
}

/** Days to queue, newest first. Pure. */
export function planCuration(entries: readonly DayEntry[], stamp: string, now: number): Day[] {
  const waiting = entries.filter(({ held }) => held !== undefined && !isCurated(held, stamp) && isWaiting(held, now));
  const owed = entries.filter(entry => owesCuration(entry, stamp, now)).map(({ day }) => day);
  return owed.sort((a, b) => (a < b ? 1 : -1)).slice(0, Math.max(0, IN_FLIGHT - waiting.length));
}

export type CurationPorts = Pick<Ports, 'ledger' | 'curateJobs' | 'clock' | 'report'> & { readonly stamp: string };

/** Queues what is owed of one dataset. Never throws: the planner's own work is done by now and must count. */
export async function queueCuration(dataset: string, entries: readonly DayEntry[], on: CurationPorts): Promise<number> {
  let count = 0;
  try {
    for (const day of planCuration(entries, on.stamp, on.clock.now())) {
      if (await queueDay(dataset, day, on)) count += 1;
    }
  } catch (thrown) {
    on.report('curation failed', { dataset, ...eventFieldsOf(thrown) });
  }
  return count;
}

/** Ledger first, then the message: a crash between them leaves a day that is owed again after its patience. */
async function queueDay(dataset: string, day: Day, on: CurationPorts): Promise<boolean> {
  const found = await on.ledger.day(dataset, day);
  const now = on.clock.now();
  // Somebody may have come first since the ledger was listed: decide again on the entry that will be replaced.
  if (found?.value.held === undefined || !owesCuration(found.value, on.stamp, now)) return false;
  const { held } = found.value;
  const marked = { ...held, curateQueuedAt: instantOf(now), curateTries: (held.curateTries ?? 0) + 1 };
  if ((await on.ledger.putDay({ ...found.value, held: marked }, found.etag)) === undefined) return false;
  const { revision } = held;
  await on.curateJobs.send({ dataset, day, revision });
  on.report('curation queued', { dataset, day, revision });
  return true;
}
