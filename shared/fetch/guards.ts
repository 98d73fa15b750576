import type { CompleteRead } from '../commit/commit.ts';
import { WITNESS_MS } from '../ledger/owed.ts';
import type { DayEntry, Suspicion } from '../words/ledger.ts';
import type { Instant, ReasonCode, Receipt } from '../words/model.ts';

/**
 * Whether a complete read may become the partition. Pure. The source is not believed: it has sent rows twice, left
 * rows out, and answered nothing where there was something.
 */

/** Reads in a row that contradict themselves, before the last of them is landed and marked, or the day is left for a while. */
export const READS_MAX = 3;

/** The ledger's side of a verdict. */
export type Known = Pick<DayEntry, 'held' | 'work'>;

export type Verdict =
  /** The partition holds these rows already. With a suspicion the day stays marked. */
  | { readonly kind: 'same'; readonly suspicion: Suspicion | undefined }
  /** May become the partition. With a suspicion it lands and is marked. */
  | { readonly kind: 'commit'; readonly suspicion: Suspicion | undefined }
  /** Contradicts itself: read the day again from its first page. */
  | { readonly kind: 'again'; readonly reason: ReasonCode }
  /** Would shrink the partition: what is held stays. */
  | { readonly kind: 'refuse'; readonly suspicion: Suspicion };

/**
 * @param held the partition's receipt; `undefined` when the day has none
 * @param entry what the ledger knows; a partition that was removed still counts against a smaller read
 * @param now an ISO instant
 */
export function judge(read: CompleteRead, held: Receipt | undefined, entry: Known, now: Instant): Verdict {
  const { work } = entry;
  // A source that states its total is held to it, however often it is read.
  if (read.total !== undefined && (read.total !== read.rows + read.neighbours || read.duplicates > 0))
    return { kind: 'again', reason: 'page.total' };
  if (read.duplicates > 0 && work.rereads + 1 < READS_MAX) return { kind: 'again', reason: 'page.duplicates' };
  const suspicion = read.duplicates > 0 ? suspicionOf(read, 'page.duplicates', work.suspicion, now) : undefined;
  // A partition that was found damaged does not hold what its receipt says.
  const damaged = work.suspicion?.reason === 'partition.damaged' || work.suspicion?.damaged === true;
  if (!damaged && held?.fingerprint === read.fingerprint) return { kind: 'same', suspicion };
  const known = held ?? entry.held;
  // Rows that came twice stand where others are missing; unless what is held has its own, or is just what was read.
  const alike = work.suspicion?.reason === 'page.duplicates' || known?.fingerprint === read.fingerprint;
  const rows = alike ? read.rows : read.rows - read.duplicates;
  if (rows < (known?.rows ?? 0) && work.accepted !== read.fingerprint) {
    const shrink = {
      ...suspicionOf(read, rows === 0 ? 'shrink.emptied' : 'shrink.unconfirmed', work.suspicion, now),
      rows,
    };
    const witnessed = Date.parse(now) >= Date.parse(shrink.since) + WITNESS_MS;
    if (shrink.reason === 'shrink.emptied' || !witnessed)
      return { kind: 'refuse', suspicion: { ...shrink, ...(damaged && { damaged }) } };
  }
  return { kind: 'commit', suspicion };
}

/** A suspicion is as old as the first read that agrees with this one; not what a clock that was ahead dated. */
function suspicionOf(read: CompleteRead, reason: ReasonCode, before: Suspicion | undefined, now: Instant): Suspicion {
  const agrees = before?.fingerprint === read.fingerprint && before.reason === reason && before.since <= now;
  const since = agrees ? before.since : now;
  return { reason, rows: read.rows, fingerprint: read.fingerprint, since };
}
