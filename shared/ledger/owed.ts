import { DAY_MS, endOf, HOUR_MS, hasCome, MINUTE_MS } from '../words/day.ts';
import type { DayEntry, Held } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import { isBroken } from './day-state.ts';
import { checkedMs, DAY_OVER_MS, hasSettled, isExpired, isFrozen, msOf } from './settling.ts';

/** Why a day is owed. Pure: values in, values out. */

/** A fetch without a heartbeat for this long is taken over. It beats every 20 s, so nine beats are missed by then. */
const SILENT_MS = 3 * MINUTE_MS;

/**
 * A queued day whose message was due this long ago and was not claimed is queued again: the message is lost, or hidden
 * with the worker that was lost while it held it. As long as `SILENT_MS`, so that all slots of a lost worker are free at
 * the same time. Where the message was only slow, it finds another ticket and is dropped.
 */
export const LOST_MS = SILENT_MS;

/** Two reads that agree on fewer rows must be this far apart to be believed. */
export const WITNESS_MS = HOUR_MS;

/** Why a day is fetched. */
export type Owed =
  | 'missing'
  | 'asked'
  | 'accepted'
  | 'takeover'
  | 'lost-message'
  | 'witness'
  | 'repair'
  | 'seam'
  | 'reread'
  | 'late-check'
  | 'failed';

/**
 * Why the day is owed at `now`; `undefined` when it is not, or when somebody is already at it. For its seams, which
 * depend on its neighbours, see seams.ts.
 *
 * @param entry the ledger's; `undefined` when nothing was ever done about the day
 */
export function owed(dataset: Dataset, day: Day, entry: DayEntry | undefined, now: number): Owed | undefined {
  const expired = () => isExpired(dataset, day, now);
  if (entry === undefined) return expired() ? undefined : 'missing';
  if (entry.unreadable) return undefined;
  const { held, work } = entry;
  switch (work.state) {
    case 'queued':
      return hasCome(Math.max(msOf(work.queuedAt), msOf(work.retryAt)) + LOST_MS, now) ? 'lost-message' : undefined;
    case 'fetching':
      return hasCome(msOf(work.heartbeat) + SILENT_MS, now) ? 'takeover' : undefined;
    case 'failed':
      if (work.askedAt !== undefined) return 'asked';
      if (isFrozen(held)) return undefined;
      return !expired() && hasCome(msOf(work.retryAt), now) ? 'failed' : undefined;
    case 'idle':
      break;
  }
  if (work.askedAt !== undefined) return 'asked';
  if (isFrozen(held)) return undefined;
  if (work.suspicion !== undefined && work.accepted === work.suspicion.fingerprint) return 'accepted';
  if (held !== undefined && hasSettled(held, now) && work.suspicion === undefined)
    return lateCheck(dataset, day, held, now);
  if (expired()) return undefined;
  if (held === undefined) return 'missing';
  if (isBroken(work)) return 'repair';
  if (work.suspicion?.reason === 'shrink.unconfirmed' && hasCome(msOf(work.suspicion.since) + WITNESS_MS, now))
    return 'witness';
  if (hasSettled(held, now)) return lateCheck(dataset, day, held, now);
  return now >= checkedMs(held, now) + dataset.rereadHours * HOUR_MS ? 'reread' : undefined;
}

/** Once more, long after: charges are corrected late. Nearly every day of a ledger is decided here. */
function lateCheck(dataset: Dataset, day: Day, held: Held, now: number): Owed | undefined {
  const lateCheckAt = endOf(day) + dataset.lateCheckDays * DAY_MS;
  // A source whose clock is a little behind dates the check before it was due, which must not make it due again.
  if (now < lateCheckAt + DAY_OVER_MS || checkedMs(held, now) >= lateCheckAt) return undefined;
  return isExpired(dataset, day, now) ? undefined : 'late-check';
}
