import type { CompleteRead } from '../commit/commit.ts';
import { type Difference, isNoChange } from '../commit/compare.ts';
import { WITNESS_MS } from '../ledger/owed.ts';
import type { DayEntry, Suspicion } from '../words/ledger.ts';
import type { Instant, ReasonCode, Receipt } from '../words/model.ts';

/**
 * Whether a complete read may become the partition. Pure. The read is not simply trusted, because sources have sent
 * rows twice, left rows out, and answered without rows where there were some.
 */

/**
 * How many reads in a row may contradict themselves. If the last one equals the one before, it is landed and marked. If
 * not, the day waits for its next attempt.
 */
export const READS_MAX = 3;

/** The ledger's side of a verdict. */
export type KnownDay = Pick<DayEntry, 'held' | 'work'>;

export type Judgement =
  /** The partition holds these rows already. With a suspicion the day stays marked. */
  | { readonly kind: 'same'; readonly suspicion: Suspicion | undefined }
  /** May become the partition. With a suspicion it lands and is marked. */
  | { readonly kind: 'commit'; readonly suspicion: Suspicion | undefined }
  /** Contradicts itself: read the day again from its first page. */
  | { readonly kind: 'again'; readonly reason: ReasonCode }
  /** Lacks rows of the partition: what is held stays. */
  | { readonly kind: 'refuse'; readonly suspicion: Suspicion };

/** Whether the partition was found damaged, so that it does not hold what its receipt says. */
export function isFoundDamaged({ suspicion }: KnownDay['work']): boolean {
  return suspicion?.reason === 'partition.damaged' || suspicion?.damaged === true;
}

/** Whether the read contradicts itself, and the day is to be read again. */
export function contradictionOf(read: CompleteRead, { work }: KnownDay): ReasonCode | undefined {
  // When the source states its total, every read must have so many rows, however often the day is read.
  const stated = read.total;
  if (stated !== undefined && stated !== read.rows + read.neighbours) return 'page.total';
  const agrees = work.rereads + 1 >= READS_MAX && work.contradicted === read.fingerprint;
  return read.duplicates > 0 && !agrees ? 'page.duplicates' : undefined;
}

/**
 * @param held the partition's receipt; `undefined` when the day has none
 * @param difference of the read and that partition; `undefined` when it has these very bytes, or cannot be compared with
 * @param entry what the ledger knows; a partition that was removed still counts against a smaller read
 * @param now when the read ended, by our clock
 */
export function judge(
  read: CompleteRead,
  held: Receipt | undefined,
  difference: Difference | undefined,
  entry: KnownDay,
  now: Instant,
): Judgement {
  const { work } = entry;
  const reason = contradictionOf(read, entry);
  if (reason !== undefined) return { kind: 'again', reason };
  const suspicion = read.duplicates > 0 ? suspicionOf(read, 'page.duplicates', work.suspicion, now) : undefined;
  const damaged = isFoundDamaged(work);
  const equal = difference !== undefined && read.duplicates === 0 && read.rows === held?.rows && isNoChange(difference);
  if (!damaged && (held?.fingerprint === read.fingerprint || equal)) return { kind: 'same', suspicion };
  const known = held ?? entry.held;
  // A row that came twice may stand in place of a missing one, so it is counted once. Not so when the held partition
  // has rows that came twice itself, or is just what was read.
  const alike = work.suspicion?.reason === 'page.duplicates' || known?.fingerprint === read.fingerprint;
  const rows = alike ? read.rows : Math.max(0, read.rows - read.duplicates);
  // Without a comparison (the partition is gone or damaged), only the numbers of rows are compared.
  const missing = difference === undefined ? rows < (known?.rows ?? 0) : difference.vanished > 0;
  if (missing && work.accepted !== read.fingerprint) {
    const kind = rows === 0 ? 'shrink.emptied' : 'shrink.unconfirmed';
    const shrink = { ...suspicionOf(read, kind, work.suspicion, now, difference), rows };
    const witnessed = Date.parse(now) >= Date.parse(shrink.since) + WITNESS_MS;
    if (shrink.reason === 'shrink.emptied' || !witnessed)
      return { kind: 'refuse', suspicion: { ...shrink, ...(damaged && { damaged }) } };
  }
  return { kind: 'commit', suspicion };
}

/** A suspicion counts from the first read that agrees with this one, if no clock that was ahead dated that. */
function suspicionOf(
  read: CompleteRead,
  reason: ReasonCode,
  before: Suspicion | undefined,
  now: Instant,
  difference?: Difference,
): Suspicion {
  // A witness lacks the same rows; others may have come since.
  const same =
    difference === undefined
      ? before?.fingerprint === read.fingerprint
      : before?.vanishedSum === difference.vanishedSum;
  const agrees = before !== undefined && same && before.reason === reason && before.since <= now;
  const since = agrees ? before.since : now;
  const { rows, fingerprint } = read;
  const found = difference && {
    vanished: difference.vanished,
    vanishedSum: difference.vanishedSum,
    added: difference.rowsAdded,
  };
  return { reason, rows, fingerprint, since, ...found };
}
