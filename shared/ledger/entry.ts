import { instantOf } from '../words/day.ts';
import type { Failure } from '../words/errors.ts';
import type { Checkpoint, DayEntry, Held, Suspicion, Work } from '../words/ledger.ts';
import type { Day, Fingerprint, Instant } from '../words/model.ts';

/**
 * The ledger entry of a day after each thing that can happen to it. Pure; this is the whole of the state machine:
 *
 *   idle ──queued──► queued ──claimed──► fetching ──► idle (landed, checked, refused)
 *    ▲                 ▲                     ├─────► queued again (time is up, told to wait, read again)
 *    └──── failed ◄────┴─────────────────────┘
 *
 * The ticket rises on `queued` and on `claimed`, so that every message and every worker before it is void.
 */

/**
 * A day about which nothing was ever done, or about which the ledger has forgotten all. Tickets start from the clock
 * (seconds), so that they rise even over a ledger that was lost: blocks staged under a forgotten ticket are never
 * taken for ours.
 */
export function freshEntry(dataset: string, day: Day, now: number): DayEntry {
  return { dataset, day, work: { state: 'idle', ticket: Math.floor(now / 1_000), failures: 0, rereads: 0 } };
}

/** What is known of why the day is not where it should be; kept until a read succeeds. */
export type WorkError = Pick<Work, 'errorKind' | 'errorRemedy' | 'errorMessage' | 'requestId'>;

/** Characters of a message that are noted: far below the 64 KiB of a property in Table Storage, and enough to act on. */
const MESSAGE_MAX = 2_000;

export function workErrorOf(failure: Failure): WorkError {
  const { reason, remedy, message, requestId } = failure;
  const workError = {
    errorKind: reason,
    errorRemedy: remedy,
    errorMessage: message.slice(0, MESSAGE_MAX).toWellFormed(),
  };
  return requestId === undefined ? workError : { ...workError, requestId };
}

export interface Requeue extends WorkError {
  /** The message is due at this instant; absent when it is due at once. */
  readonly retryAt?: Instant;
  /** Complete reads in a row that contradicted themselves. */
  readonly rereads?: number;
  readonly contradicted?: Fingerprint;
  /** Workers in a row that fell silent. Whoever ends an attempt in its own words ends the row. */
  readonly takeovers?: number;
  /** Reads in a row that were for an open seam. */
  readonly seamReads?: number;
}

/**
 * A message for the day is about to be sent.
 *
 * @param checkpoint where the next worker goes on; `undefined` to start from the first page
 */
export function queued(
  entry: DayEntry,
  now: number,
  checkpoint: Checkpoint | undefined,
  requeue: Requeue = {},
): DayEntry {
  const { heartbeat: _h, retryAt: _r, checkpoint: _c, askedAt: _a, takeovers: _t, ...work } = entry.work;
  return {
    ...entry,
    work: {
      ...work,
      ...requeue,
      state: 'queued',
      ticket: work.ticket + 1,
      queuedAt: instantOf(now),
      ...(checkpoint && { checkpoint }),
    },
  };
}

/** A worker has taken the day. */
export function claimed(entry: DayEntry, now: number): DayEntry {
  const { retryAt: _r, queuedAt: _q, ...work } = entry.work;
  return { ...entry, work: { ...work, state: 'fetching', ticket: work.ticket + 1, heartbeat: instantOf(now) } };
}

/** The worker is alive, and has come this far. */
export function alive(entry: DayEntry, now: number, checkpoint: Checkpoint | undefined): DayEntry {
  const work = { ...entry.work, heartbeat: instantOf(now) };
  return { ...entry, work: checkpoint === undefined ? work : { ...work, checkpoint } };
}

/** The attempt failed; what was decided about the day before still holds. */
export function failed(
  entry: DayEntry,
  now: number,
  workError: WorkError,
  retryAt: Instant,
  checkpoint: Checkpoint | undefined,
): DayEntry {
  const { ticket, failures, failingSince, suspicion, accepted } = entry.work;
  const since = failures === 0 ? instantOf(now) : failingSince;
  const work: Work = {
    state: 'failed',
    ticket,
    failures: failures + 1,
    ...(since !== undefined && { failingSince: since }),
    rereads: 0,
    retryAt,
    ...workError,
    ...(checkpoint && { checkpoint }),
    ...(suspicion && { suspicion }),
    ...(accepted !== undefined && { accepted }),
  };
  return { ...entry, work };
}

/** The day was read to the end. With a suspicion it stays marked. */
export function done(entry: DayEntry, held: Held | undefined, suspicion: Suspicion | undefined): DayEntry {
  const { dataset, day } = entry;
  const { ticket, seamReads } = entry.work;
  const more = { ...(suspicion && { suspicion }), ...(seamReads !== undefined && { seamReads }) };
  const idle: Work = { state: 'idle', ticket, failures: 0, rereads: 0, ...more };
  return { dataset, day, work: idle, ...(held && { held }) };
}
