import type { CompleteRead } from '../commit/commit.ts';
import { asErased, type Commit, commitRead, heldAfter, keepReplaced, type Noted } from '../commit/commit.ts';
import type { Changes, Difference } from '../commit/compare.ts';
import { done } from '../ledger/entry.ts';
import { DAY_OVER_MS, maySettle } from '../ledger/settling.ts';
import { endOf, instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Suspicion } from '../words/ledger.ts';
import type { Dataset, Instant, ReasonCode, Receipt } from '../words/model.ts';
import type { Partition } from '../words/ports.ts';
import type { Attempt, FetchPorts } from './attempt.ts';
import { contradictionOf, judge } from './guards.ts';
import { allStaged, withHeartbeat } from './read-pages.ts';

/** The end of a read: the read is checked, committed if it passes every guard, and noted in the ledger. */

export type Concluded = 'landed' | 'revised' | 'unchanged' | 'refused';

/**
 * Lands nothing, because a read would bring an erased person's rows back. Notes the erasure, so that a person can ask
 * again.
 */
export async function leaveErased(
  attempt: Attempt,
  on: FetchPorts,
  { receipt, bytes }: Partition,
  forgottenAt: Instant,
): Promise<Concluded> {
  const { dataset, window, claim } = attempt;
  const before = claim.entry.held;
  const noted: Noted = { dataset, day: window.day, receipt, before, bytes, sound: true };
  const held = asErased(await withHeartbeat(heldAfter(on.lake, noted, on.clock.now()), attempt, on), forgottenAt);
  await claim.save(done(claim.entry, held, undefined));
  attempt.report('day checked', { ...held, settled: true });
  return 'unchanged';
}

/** All pages are read: checks the read, and commits it if it passes every guard. */
export async function conclude(attempt: Attempt, on: FetchPorts, replaces: Partition | undefined): Promise<Concluded> {
  const { dataset, claim, reading } = attempt;
  const now = Math.min(on.clock.now(), reading.servedAt);
  refuseUnfinished(attempt, now);
  const read = reading.complete();
  const difference = await differenceOf(attempt, on, read, replaces);
  // A witness counts from its last page: comparing and staging since then may have taken long.
  const readAt = instantOf(Math.min(on.clock.now(), reading.cursorAt));
  const verdict = judge(read, replaces?.receipt, difference, claim.entry, readAt);
  const found = { read, suspicion: verdict.kind === 'again' ? undefined : verdict.suspicion, changes: difference, now };
  switch (verdict.kind) {
    case 'again':
      throw contradiction(dataset, verdict.reason);
    case 'refuse':
      return refuse(attempt, on, verdict.suspicion, replaces, now);
    case 'same':
      return note(attempt, on, replaces, found);
    case 'commit':
      return note(
        attempt,
        on,
        { receipt: await makeVisible(attempt, on, read, replaces), bytes: reading.bytes },
        found,
      );
  }
}

/** How the read differs from the partition. The partition is read for that only if the bytes of the rows differ. */
async function differenceOf(
  attempt: Attempt,
  on: FetchPorts,
  read: CompleteRead,
  replaces: Partition | undefined,
): Promise<Difference | undefined> {
  const { reading, claim } = attempt;
  const plain = replaces?.receipt.fingerprint === read.fingerprint || contradictionOf(read, claim.entry) !== undefined;
  if (replaces === undefined || plain) return undefined;
  const { difference } = await withHeartbeat(
    reading.difference().then(found => ({ difference: found })),
    attempt,
    on,
  );
  if (difference === undefined || difference.rowsRemoved === difference.vanished) return difference;
  // Rows that moved need a witness too where the day that they moved to is not one of the log's.
  return (await reading.lending.leavesRowsOut()) ? { ...difference, vanished: difference.rowsRemoved } : difference;
}

/** Replaces the partition by what was staged. @throws LandlineError when somebody else has replaced it since */
async function makeVisible(
  attempt: Attempt,
  on: FetchPorts,
  read: CompleteRead,
  replaces: Partition | undefined,
): Promise<Receipt> {
  const { dataset, window, claim, reading } = attempt;
  await allStaged(attempt, on);
  const commit: Commit = {
    dataset,
    window,
    read,
    segments: attempt.staging.segments,
    pages: reading.pages,
    ticket: claim.ticket,
    replaces,
    knownRevision: claim.entry.held?.revision ?? 0,
  };
  const revision = await withHeartbeat(keepReplaced(on.lake, commit), attempt, on);
  if (revision === 'superseded') throw contradiction(dataset, 'storage.failing');
  // The last sign of life: a worker that lost the day meanwhile must not commit it.
  await claim.beat(on.clock.now());
  const receipt = await withHeartbeat(commitRead(on.lake, commit, revision, on.clock.now()), attempt, on);
  if (receipt === 'superseded') throw contradiction(dataset, 'storage.failing');
  return receipt;
}

/** A day that is not over by the more careful of two clocks is not landed. */
function refuseUnfinished({ window }: Attempt, now: number): void {
  if (now >= endOf(window.day) + DAY_OVER_MS) return;
  throw new LandlineError({
    reason: 'clock.skew',
    remedy: 'retry',
    message: `The day ${window.day} is not over yet by the slower of two clocks, this machine's and the source's. Check the clock of this machine.`,
  });
}

const CONTRADICTIONS: Partial<Record<ReasonCode, string>> = {
  'page.duplicates': 'Rows came twice, so others may have been missed while pages shifted',
  'page.total': 'The number of rows is not the number the source stated',
  'storage.failing': 'The partition was replaced by another worker while it was read',
};

function contradiction(dataset: Dataset, reason: ReasonCode): LandlineError {
  const message = `${CONTRADICTIONS[reason]} (${dataset.name}). The day is read again from its first page.`;
  return new LandlineError({ reason, remedy: 'restart', message });
}

interface Found {
  readonly read: CompleteRead;
  readonly suspicion: Suspicion | undefined;
  readonly changes: Changes | undefined;
  /** By the more careful of two clocks. */
  readonly now: number;
}

/** The partition is as it should be: the ledger says so, and nothing is owed for now. */
async function note(
  attempt: Attempt,
  on: FetchPorts,
  landed: Pick<Partition, 'receipt' | 'bytes'> | undefined,
  { read, suspicion, changes, now }: Found,
): Promise<Concluded> {
  const { dataset, window, claim, reading, report } = attempt;
  if (landed === undefined) throw new Error('A read cannot equal a partition that is not there');
  const { receipt, bytes } = landed;
  const before = claim.entry.held;
  const settles = before?.revision === receipt.revision && maySettle(dataset, window.day, now);
  const seam = settles || before?.settledAt !== undefined ? await reading.lending.openSeam() : undefined;
  // The neighbour of a day that settled before Landline had seams may have settled so too; it is read in its own turn.
  const closed = seam === undefined || (seam.why === 'not-read' && before?.settledAt !== undefined);
  const sound = suspicion === undefined && closed;
  const noted: Noted = { dataset, day: window.day, receipt, before, bytes, sound, changes, read };
  const held = await withHeartbeat(heldAfter(on.lake, noted, now), attempt, on);
  await claim.save(done(claim.entry, held, suspicion));
  if (before?.revision === held.revision) {
    report('day checked', { ...held, settled: held.settledAt !== undefined });
    return 'unchanged';
  }
  const first = held.revision === 1;
  report(first ? 'day landed' : 'day revised', held);
  return first ? 'landed' : 'revised';
}

/** The read would shrink the partition. What is held stays until another read agrees, or a person decides. */
async function refuse(
  attempt: Attempt,
  on: FetchPorts,
  suspicion: Suspicion,
  replaces: Partition | undefined,
  now: number,
): Promise<Concluded> {
  const { rows, reason, vanished, added } = suspicion;
  const { dataset, window, claim, report } = attempt;
  const before = claim.entry.held;
  let held = before;
  if (replaces !== undefined && replaces.receipt.revision !== before?.revision) {
    // The ledger does not know this partition yet, so it is noted here. Otherwise the day would count as missing, and
    // be read again at once, and refused again, without end.
    const { receipt, bytes } = replaces;
    const noted: Noted = { dataset, day: window.day, receipt, before, bytes, sound: false };
    held = await withHeartbeat(heldAfter(on.lake, noted, now), attempt, on);
  }
  await claim.save(done(claim.entry, held && { ...held, checkedAt: instantOf(now) }, suspicion));
  const next =
    reason === 'shrink.emptied'
      ? 'Landline never replaces a day by an empty one without a person: if the day is rightly empty, accept it (landline accept)'
      : 'Landline replaces it when another read, an hour or more later, lacks the same rows; to replace it at once, accept this read (landline accept)';
  const lacks = vanished === undefined ? '' : ` (−${vanished} +${added})`;
  const holds = replaces?.receipt.rows ?? before?.rows ?? 0;
  const message = `The source has ${rows} rows where the partition holds ${holds}${lacks}. The partition stays. ${next}.`;
  report('shrink refused', { reason, rows, message });
  return 'refused';
}
