import { fromReceipt, revisionAfter } from '../commit/commit.ts';
import { FETCH_LIMITS } from '../fetch/attempt.ts';
import { Claim, Superseded } from '../fetch/claim.ts';
import { blockMemory, type Stage, Staging } from '../fetch/staging.ts';
import { done, freshEntry, queued } from '../ledger/entry.ts';
import { instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Held } from '../words/ledger.ts';
import type { Dataset, Day, Instant, Receipt } from '../words/model.ts';
import type { Eraser, Ports } from '../words/ports.ts';
import type { PersonFinder } from './person.ts';
import { Remaining } from './remaining-lines.ts';

/**
 * Erasing a person's rows from one day. Its partition and its entry in the ledger both say that it was erased from: the
 * entry before anything is, so that nobody reads the day again whatever becomes of us; the receipt with the rows, so
 * that a ledger that is written anew knows it too.
 */

export type ErasePorts = Pick<Ports, 'ledger' | 'lake' | 'clock'> & { readonly eraser: Eraser };

/**
 * `damaged`: the rows are not those of the receipt, and nothing was changed. A receipt that is true of what is left
 * would hide for good that others are missing.
 */
export type Erased = 'erased' | 'damaged';

const CLAIM_TRIES = 5;

/** Writes the partition's next revision, without the rows; the one before does not go to `history`. */
export function erasePartition(finder: PersonFinder, dataset: Dataset, day: Day, on: ErasePorts): Promise<Erased> {
  return withClaim(dataset.name, day, on, async claim => {
    const was = claim.entry;
    const before = await on.lake.head(dataset.name, day);
    const chunks = await on.lake.read(dataset.name, day);
    if (before === undefined || chunks === undefined) throw contended(dataset.name, day);
    const at = instantOf(on.clock.now());
    const known = was.held ?? heldOnceErased(undefined, before.receipt, before.bytes, 0, at);
    await claim.save({ ...was, held: { ...known, forgottenAt: at } });

    const kept = new Remaining(dataset, day, finder);
    const stage: Stage = (number, content) => on.lake.stage(dataset.name, day, claim.ticket, number, content);
    // Its memory is for this day alone and goes with it: a person is erased now and then, not page by page.
    const staging = new Staging([], claim.ticket, stage, blockMemory());
    let bytes = 0;
    let beatAt = on.clock.now();
    for await (const lines of kept.linesOf(chunks)) {
      await staging.add(lines);
      bytes += lines.length;
      if (on.clock.now() < beatAt + FETCH_LIMITS.heartbeatMs) continue;
      beatAt = on.clock.now();
      await claim.beat(beatAt);
    }
    await staging.flush();
    if (kept.fingerprintBefore !== before.receipt.fingerprint) {
      await claim.save(done(was, was.held, was.work.suspicion));
      return 'damaged';
    }
    const revision = revisionAfter(before.receipt.revision, was.held?.revision ?? 0);
    const receipt = { ...kept.receiptAfter(before.receipt), revision, ticket: claim.ticket, forgottenAt: at };
    const outcome = await on.lake.commit(dataset.name, day, staging.segments, receipt, before.etag);
    if (outcome === 'superseded') throw contended(dataset.name, day);
    await claim.save(done(was, heldOnceErased(was.held, receipt, bytes, kept.removed, at), undefined));
    return 'erased';
  });
}

/** Notes in the ledger a revision written by an erasure that crashed before it updated the ledger. */
export function noteErased(dataset: string, day: Day, on: ErasePorts): Promise<void> {
  return withClaim(dataset, day, on, async claim => {
    const { held, work } = claim.entry;
    const partition = await on.lake.head(dataset, day);
    // Unless a later revision has replaced it since.
    if (partition?.receipt.forgottenAt === undefined) return claim.save(done(claim.entry, held, work.suspicion));
    const { receipt, bytes } = partition;
    return claim.save(
      done(claim.entry, heldOnceErased(held, receipt, bytes, 0, partition.receipt.forgottenAt), undefined),
    );
  });
}

/** Writes a revision in `history` again without the rows, under its own number. */
export async function eraseKept(
  finder: PersonFinder,
  dataset: Dataset,
  day: Day,
  revision: number,
  on: ErasePorts,
): Promise<Erased> {
  const before = await on.lake.head(dataset.name, day, revision);
  const once = await on.lake.read(dataset.name, day, revision);
  if (before === undefined || once === undefined) return 'erased';
  // The receipt is committed with the lines, so it has to be known before they are read for the last time.
  const counted = new Remaining(dataset, day, finder);
  for await (const _ of counted.linesOf(once));
  if (counted.fingerprintBefore !== before.receipt.fingerprint) return 'damaged';
  const again = await on.lake.read(dataset.name, day, revision);
  if (again === undefined) return 'erased';
  const lines = new Remaining(dataset, day, finder).linesOf(again);
  const receipt = counted.receiptAfter(before.receipt);
  if ((await on.eraser.rewrite(dataset.name, day, lines, receipt, before.etag)) === 'superseded')
    throw contended(dataset.name, day);
  return 'erased';
}

/** The day becomes ours as it becomes a fetch's: whoever worked on it is superseded by the ticket. */
async function withClaim<T>(
  dataset: string,
  day: Day,
  { ledger, clock }: ErasePorts,
  work: (claim: Claim) => Promise<T>,
): Promise<T> {
  for (let tries = 0; tries < CLAIM_TRIES; tries++) {
    const found = await ledger.day(dataset, day);
    const now = clock.now();
    const entry = queued(found?.value ?? freshEntry(dataset, day, now), now, undefined);
    if ((await ledger.putDay(entry, found?.etag)) === undefined) continue;
    const claim = await Claim.take(ledger, { dataset, day, ticket: entry.work.ticket }, now);
    if (claim === undefined) continue;
    try {
      return await work(claim);
    } catch (thrown) {
      throw thrown instanceof Superseded ? contended(dataset, day) : thrown;
    }
  }
  throw contended(dataset, day);
}

function contended(dataset: string, day: Day): LandlineError {
  const message = `Others keep writing ${dataset} ${day}. The erasure is not finished: run \`landline forget\` again.`;
  return new LandlineError({ reason: 'storage.failing', remedy: 'retry', message });
}

function heldOnceErased(known: Held | undefined, receipt: Receipt, bytes: number, removed: number, at: Instant): Held {
  return {
    ...fromReceipt(receipt, bytes),
    landedAt: at,
    checkedAt: known?.checkedAt ?? receipt.fetchedAt,
    settledAt: known?.settledAt ?? at,
    rowsAdded: 0,
    rowsChanged: 0,
    rowsRemoved: removed,
    curatedRevision: known?.curatedRevision ?? 0,
    ...(known?.tableStamp === undefined ? {} : { tableStamp: known.tableStamp }),
    forgottenAt: at,
  };
}
