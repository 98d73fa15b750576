import { Claim } from './claim.ts';
import { type CuratePorts, curateDay } from './curate/curate-day.ts';
import { tableOf } from './curate/tables.ts';
import { instantOf } from './day.ts';
import { done, freshEntry, queued } from './entry.ts';
import { LandlineError } from './errors.ts';
import type { Dataset, Day, Held, Instant, Receipt } from './model.ts';
import { curatedPath } from './paths.ts';
import { countNamed, type Person, PersonFinder, type SearchedDay } from './person.ts';
import type { Clock, Eraser, Partition } from './ports.ts';
import { Remaining } from './remaining.ts';

/**
 * Erasing a person's rows: first from the partitions, whose next revision lacks them and whose last one never goes to
 * `history`; then from the revisions in `history`; then the curated files are made again. All other rows stay byte for
 * byte. A day that was touched is not read again, because the source would bring the rows back. docs/privacy.md.
 */

export interface ForgetPorts extends CuratePorts {
  readonly clock: Clock;
  readonly eraser: Eraser;
}

export interface Forgotten {
  readonly at: Instant;
  readonly kind: Person['kind'];
  readonly datasets: readonly string[];
  /** Days that had rows, and what was removed from each. */
  readonly days: readonly SearchedDay[];
  /** Rows found by looking again afterwards: 0, or the work is not done. */
  readonly left: number;
}

/** Where a person's rows are. Changes nothing. */
export async function search(person: Person, on: ForgetPorts): Promise<SearchedDay[]> {
  const found: SearchedDay[] = [];
  for (const { name } of on.datasets.values()) {
    const finder = new PersonFinder(name, person);
    for (const day of await daysOf(name, on)) {
      const raw = await count(finder, name, day, on);
      const history = await inHistory(finder, name, day, on);
      if (raw > 0 || history.length > 0) found.push({ dataset: name, day, raw, history });
    }
  }
  return found;
}

/** Listed first: days are rewritten while they are gone through. */
async function daysOf(dataset: string, on: ForgetPorts): Promise<Day[]> {
  const days: Day[] = [];
  for await (const { day } of on.lake.list(dataset)) days.push(day);
  return days;
}

async function count(
  finder: PersonFinder,
  dataset: string,
  day: Day,
  on: ForgetPorts,
  revision?: number,
): Promise<number> {
  const chunks = await on.lake.read(dataset, day, revision);
  return chunks === undefined ? 0 : countNamed(finder, chunks);
}

async function inHistory(
  finder: PersonFinder,
  dataset: string,
  day: Day,
  on: ForgetPorts,
): Promise<SearchedDay['history']> {
  const last = await on.lake.lastKept(dataset, day);
  const history: { revision: number; rows: number }[] = [];
  for (let revision = 1; revision <= last; revision++) {
    const rows = await count(finder, dataset, day, on, revision);
    if (rows > 0) history.push({ revision, rows });
  }
  return history;
}

/** Erases the person's rows everywhere, then looks again. May be repeated at any time. @throws LandlineError */
export async function forget(person: Person, on: ForgetPorts): Promise<Forgotten> {
  const days = await search(person, on);
  for (const { dataset: name, day, raw } of days) {
    const dataset = on.datasets.get(name);
    if (dataset === undefined) continue;
    const finder = new PersonFinder(name, person, dataset.eventTime === undefined ? [] : [dataset.eventTime]);
    if (raw > 0) await rewritePartition(finder, dataset, day, on);
    // Again, and not from the search: a fetch may have kept a revision in between.
    for (const { revision } of await inHistory(finder, name, day, on))
      await rewriteKept(finder, dataset, day, revision, on);
  }
  for (const name of on.datasets.keys()) await renewCurated(name, days, on);
  const left = (await search(person, on)).reduce((sum, { raw, history }) => sum + raw + history.length, 0);
  const at = instantOf(on.clock.now());
  return { at, kind: person.kind, datasets: [...on.datasets.keys()], days, left };
}

/** A curated file that is behind its partition may show what the partition no longer has, so all of those are renewed. */
async function renewCurated(dataset: string, touched: readonly SearchedDay[], on: ForgetPorts): Promise<void> {
  for (const day of await daysOf(dataset, on)) {
    const file = await on.curated.head(curatedPath(tableOf(dataset).name, dataset, day));
    const wasTouched = touched.some(each => each.dataset === dataset && each.day === day);
    const partition = file === undefined ? undefined : await on.lake.head(dataset, day);
    if (file === undefined || (!wasTouched && file.label.revision === partition?.receipt.revision)) continue;
    if ((await curateDay(dataset, day, on)) === 'superseded') await curateDay(dataset, day, on);
  }
}

const CLAIM_TRIES = 5;
const BLOCK_BYTES = 4 * 1024 * 1024;
const BEAT_MS = 20_000;

/** The day becomes ours as it becomes a fetch's: whoever worked on it is superseded by the ticket. */
async function claimDay(dataset: string, day: Day, on: ForgetPorts): Promise<Claim> {
  for (let tries = 0; tries < CLAIM_TRIES; tries++) {
    const found = await on.ledger.day(dataset, day);
    const now = on.clock.now();
    const entry = queued(found?.value ?? freshEntry(dataset, day, now), now, undefined);
    if ((await on.ledger.putDay(entry, found?.etag)) === undefined) continue;
    const claim = await Claim.take(on.ledger, { dataset, day, ticket: entry.work.ticket }, now);
    if (claim !== undefined) return claim;
  }
  throw contended(dataset, day);
}

function contended(dataset: string, day: Day): LandlineError {
  const message = `Others keep writing ${dataset} ${day}. Nothing was removed from it: run \`landline forget\` again.`;
  return new LandlineError({ reason: 'storage.failing', remedy: 'retry', message });
}

async function rewritePartition(finder: PersonFinder, dataset: Dataset, day: Day, on: ForgetPorts): Promise<void> {
  const claim = await claimDay(dataset.name, day, on);
  const before = await on.lake.head(dataset.name, day);
  const chunks = await on.lake.read(dataset.name, day);
  if (before === undefined || chunks === undefined) throw contended(dataset.name, day);
  const kept = new Remaining(dataset, day, finder);
  let blocks = 0;
  let bytes = 0;
  let beatAt = on.clock.now();
  for await (const block of inBlocks(kept.linesOf(chunks))) {
    await on.lake.stage(dataset.name, day, claim.ticket, blocks++, block);
    bytes += block.length;
    if (on.clock.now() < beatAt + BEAT_MS) continue;
    beatAt = on.clock.now();
    await claim.beat(beatAt);
  }
  const last = Math.max(before.receipt.revision, claim.entry.held?.revision ?? 0);
  const receipt = { ...kept.receiptAfter(before.receipt), revision: last + 1, ticket: claim.ticket };
  const segments = [{ ticket: claim.ticket, count: blocks }];
  const outcome = await on.lake.commit(dataset.name, day, segments, receipt, before.etag);
  if (outcome === 'superseded') throw contended(dataset.name, day);
  const held = heldAfter(claim.entry.held, before, receipt, bytes, kept.removed, on.clock.now());
  await claim.save(done(claim.entry, held, undefined));
}

function heldAfter(
  known: Held | undefined,
  { receipt: before }: Partition,
  receipt: Receipt,
  bytes: number,
  removed: number,
  now: number,
): Held {
  return {
    revision: receipt.revision,
    rows: receipt.rows,
    bytes,
    pages: receipt.pages,
    fingerprint: receipt.fingerprint,
    landedAt: instantOf(now),
    checkedAt: known?.checkedAt ?? before.fetchedAt,
    settledAt: known?.settledAt ?? instantOf(now),
    rowsAdded: 0,
    rowsChanged: 0,
    rowsRemoved: removed,
    rowsOutside: receipt.rowsOutside,
    rowsNeighbour: receipt.rowsNeighbour,
    curatedRevision: known?.curatedRevision ?? 0,
    ...(known?.curatedAs === undefined ? {} : { curatedAs: known.curatedAs }),
    forgottenAt: instantOf(now),
  };
}

async function rewriteKept(
  finder: PersonFinder,
  dataset: Dataset,
  day: Day,
  revision: number,
  on: ForgetPorts,
): Promise<void> {
  const before = await on.eraser.kept(dataset.name, day, revision);
  const once = await on.lake.read(dataset.name, day, revision);
  if (before === undefined || once === undefined) return;
  // The receipt is committed with the lines, so it has to be known before they are read for the last time.
  const counted = new Remaining(dataset, day, finder);
  for await (const _ of counted.linesOf(once));
  const again = await on.lake.read(dataset.name, day, revision);
  if (again === undefined) return;
  const lines = new Remaining(dataset, day, finder).linesOf(again);
  const receipt = counted.receiptAfter(before.receipt);
  if ((await on.eraser.rewrite(dataset.name, day, lines, receipt, before.etag)) === 'superseded')
    throw contended(dataset.name, day);
}

async function* inBlocks(stretches: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const stretch of stretches) {
    held.push(stretch);
    length += stretch.length;
    if (length < BLOCK_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(held);
}
