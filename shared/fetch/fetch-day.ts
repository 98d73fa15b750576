import type { CompleteRead } from '../commit/commit.ts';
import { asErased, type Commit, commitRead, heldAfter, keepReplaced, type Noted } from '../commit/commit.ts';
import { done } from '../ledger/entry.ts';
import { refuseBeforeGate } from '../ledger/gate.ts';
import { DAY_OVER_MS } from '../ledger/owed.ts';
import type { BufferPool } from '../rows/buffer-pool.ts';
import { endOf, instantOf, windowOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Held, Suspicion } from '../words/ledger.ts';
import type { Dataset, FetchMessage, Instant, ReasonCode, Receipt, SourceName } from '../words/model.ts';
import type { Partition, Source } from '../words/ports.ts';
import { Claim, Superseded } from './claim.ts';
import { backOff, continueLater, type EndEarlyPorts } from './end-early.ts';
import { judge } from './guards.ts';
import { type Attempt, about, allStaged, type PagePorts, readPages, withHeartbeat } from './read-pages.ts';
import { Reading } from './reading.ts';
import { type Stage, Staging } from './staging.ts';

/**
 * Fetching a day: claim it, read its pages, stage their rows, judge the read, commit it, note it in the ledger.
 * Whatever goes wrong ends in the ledger with a reason and the instant of the next attempt.
 */

export interface FetchPorts extends Omit<PagePorts, 'source'>, EndEarlyPorts {
  /** Those that are switched on, by name. */
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly sources: Readonly<Record<SourceName, Source>>;
  /** One for the process. */
  readonly blocks: BufferPool;
}

export type FetchOutcome =
  | 'landed'
  | 'revised'
  | 'unchanged'
  | 'refused'
  | 'continued'
  | 'delayed'
  | 'restarted'
  | 'failed'
  | 'superseded'
  | 'dropped';

/**
 * Fetches the day of a message.
 *
 * Failures of the source end in the ledger. What is thrown is a failure of the ledger itself: the message comes back,
 * finds another ticket and is dropped, and the planner takes the silent day over.
 */
export async function fetchDay(message: FetchMessage, on: FetchPorts): Promise<FetchOutcome> {
  const { dataset: name, day, ticket, traceparent } = message;
  const dataset = on.datasets.get(name);
  const claim = dataset === undefined ? undefined : await Claim.take(on.ledger, message, on.clock.now());
  if (dataset === undefined || claim === undefined) {
    const why = dataset === undefined ? 'the dataset is unknown or switched off' : 'the ticket is old';
    on.report('message dropped', { dataset: name, day, ticket, why, traceparent });
    return 'dropped';
  }
  const reading = new Reading(dataset, claim.entry.work.checkpoint, on.clock.now());
  const stage: Stage = (number, content) => on.lake.stage(name, day, claim.ticket, number, content);
  const attempt: Attempt = {
    dataset,
    window: windowOf(day, dataset.overlap),
    claim,
    reading,
    pagesBefore: reading.pages,
    staging: new Staging(reading.segments, claim.ticket, stage, on.blocks),
    deadline: on.clock.timeout(on.limits.deadlineMs),
    traceparent,
  };
  on.report('day claimed', { ...about(attempt), pages: attempt.pagesBefore });
  try {
    return await fetchClaimed(attempt, on);
  } catch (thrown) {
    if (!(thrown instanceof Superseded)) throw thrown;
    on.report('worker superseded', about(attempt));
    return 'superseded';
  } finally {
    await attempt.staging.end();
  }
}

async function fetchClaimed(attempt: Attempt, on: FetchPorts): Promise<FetchOutcome> {
  const { dataset, window, deadline, reading, pagesBefore } = attempt;
  try {
    const [replaces] = await Promise.all([
      on.lake.head(dataset.name, window.day),
      refuseBeforeGate(dataset, on.ledger, on.clock),
    ]);
    if (replaces !== undefined) {
      const erasedAt = unknownErasure(replaces, attempt.claim.entry.held);
      if (erasedAt !== undefined) return await leaveErased(attempt, on, replaces, erasedAt);
    }
    await readPages(attempt, { ...on, source: on.sources[dataset.source] });
    return await conclude(attempt, on, replaces);
  } catch (thrown) {
    if (thrown instanceof Superseded) throw thrown;
    const timeUp = deadline.aborted && thrown === deadline.reason;
    if (timeUp && reading.pages > pagesBefore) return await continueLater(attempt, on);
    return await backOff(attempt, on, timeUp ? outOfTime(attempt) : thrown);
  }
}

/** When a person was erased from the partition, in a revision that the ledger has lost or never knew. */
function unknownErasure({ receipt }: Partition, held: Held | undefined): Instant | undefined {
  return (held?.revision ?? 0) < receipt.revision ? receipt.forgottenAt : undefined;
}

/** A read would bring the person's rows back. Who wants them asks once more, now that the ledger knows. */
async function leaveErased(
  attempt: Attempt,
  on: FetchPorts,
  { receipt, bytes }: Partition,
  forgottenAt: Instant,
): Promise<FetchOutcome> {
  const { dataset, window, claim } = attempt;
  const before = claim.entry.held;
  const noted: Noted = { dataset, day: window.day, receipt, before, bytes, suspect: false };
  const held = asErased(await withHeartbeat(heldAfter(on.lake, noted, on.clock.now()), attempt, on), forgottenAt);
  await claim.save(done(claim.entry, held, undefined));
  on.report('day checked', { ...about(attempt), ...held, settled: true });
  return 'unchanged';
}

function outOfTime({ dataset, window }: Attempt): LandlineError {
  const message = `Not one page of ${dataset.name} ${window.day} came before the time of its fetch was up. It is tried again; if it stays so, raise LANDLINE_FETCH_SECONDS.`;
  return new LandlineError({ reason: 'source.slow', remedy: 'retry', message });
}

/** All pages are read: judge the read, and commit it if it may be believed. */
async function conclude(attempt: Attempt, on: FetchPorts, replaces: Partition | undefined): Promise<FetchOutcome> {
  const { dataset, claim, reading } = attempt;
  const now = Math.min(on.clock.now(), reading.servedAt);
  refuseUnfinished(attempt, now);
  const read = reading.complete();
  const verdict = judge(read, replaces?.receipt, claim.entry, instantOf(on.clock.now()));
  switch (verdict.kind) {
    case 'again':
      throw contradiction(dataset, verdict.reason);
    case 'refuse':
      return refuse(attempt, on, verdict.suspicion, replaces, now);
    case 'same':
      return note(attempt, on, replaces?.receipt, verdict.suspicion, now);
    case 'commit':
      return note(attempt, on, await makeVisible(attempt, on, read, replaces), verdict.suspicion, now);
  }
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
    message: `The day ${window.day} is not over by the slower of two clocks, ours and the source's. Check the clock of this machine.`,
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

/** The partition is as it should be: the ledger says so, and nothing is owed for now. */
async function note(
  attempt: Attempt,
  on: FetchPorts,
  receipt: Receipt | undefined,
  suspicion: Suspicion | undefined,
  now: number,
): Promise<FetchOutcome> {
  const { dataset, window, claim, reading } = attempt;
  if (receipt === undefined) throw new Error('A read cannot equal a partition that is not there');
  const before = claim.entry.held;
  const { bytes } = reading;
  const noted: Noted = { dataset, day: window.day, receipt, before, bytes, suspect: suspicion !== undefined };
  const held = await withHeartbeat(heldAfter(on.lake, noted, now), attempt, on);
  await claim.save(done(claim.entry, held, suspicion));
  const told = { ...about(attempt), ...held };
  if (before?.revision === held.revision) {
    on.report('day checked', { ...told, settled: held.settledAt !== undefined });
    return 'unchanged';
  }
  const first = held.revision === 1;
  on.report(first ? 'day landed' : 'day revised', told);
  return first ? 'landed' : 'revised';
}

/** The read would shrink the partition. What is held stays until another read agrees, or a person decides. */
async function refuse(
  attempt: Attempt,
  on: FetchPorts,
  suspicion: Suspicion,
  replaces: Partition | undefined,
  now: number,
): Promise<FetchOutcome> {
  const { rows, reason } = suspicion;
  const { dataset, window, claim } = attempt;
  const before = claim.entry.held;
  let held = before;
  if (replaces !== undefined && replaces.receipt.revision !== before?.revision) {
    // A ledger that does not know the partition yet learns of it here: a day that it takes for missing would be read
    // again at once, and refused again, without end.
    const { receipt, bytes } = replaces;
    const noted: Noted = { dataset, day: window.day, receipt, before, bytes, suspect: true };
    held = await withHeartbeat(heldAfter(on.lake, noted, now), attempt, on);
  }
  await claim.save(done(claim.entry, held && { ...held, checkedAt: instantOf(now) }, suspicion));
  const next =
    reason === 'shrink.emptied'
      ? 'An emptied day is never replaced by itself: if it is right, accept it (landline accept)'
      : 'It is replaced when another read, an hour or more later, agrees; or accept it (landline accept)';
  const message = `The source has ${rows} rows where the partition holds ${replaces?.receipt.rows ?? before?.rows ?? 0}. The partition stays. ${next}.`;
  on.report('shrink refused', { ...about(attempt), reason, rows, message });
  return 'refused';
}
