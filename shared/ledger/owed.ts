import { addDays, DAY_MS, dayOf, endOf, HOUR_MS, hasCome, isFarAhead, MINUTE_MS } from '../words/day.ts';
import type { DayEntry, Held } from '../words/ledger.ts';
import type { Dataset, Day, DayState } from '../words/model.ts';

/** What is owed of a day, and what a person sees of it. Pure: values in, values out. */

/** A day is asked for only this long after its end, so that a clock a little ahead never lands an unfinished day. */
export const DAY_OVER_MS = HOUR_MS;

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

/** The newest day that may be asked for. */
export function lastDay(now: number): Day {
  return addDays(dayOf(new Date(now - DAY_OVER_MS)), -1);
}

/** Whether the source has already forgotten the day. */
export function isExpired(dataset: Dataset, day: Day, now: number): boolean {
  return now >= endOf(day) + dataset.historyDays * DAY_MS;
}

/**
 * The earliest day that history may begin with. The source still has the day before, but forgets it at midnight, and a
 * first day that was lost would hold up the watermark for ever.
 */
export function horizonOf(dataset: Dataset, now: number): Day {
  return addDays(dayOf(new Date(now)), 1 - dataset.historyDays);
}

/** Whether the day is not read unless a person asks: somebody's rows were erased from it, and a read would bring them back. */
export function isFrozen(held: Pick<Held, 'forgottenAt'> | undefined): boolean {
  return held?.forgottenAt !== undefined;
}

/** Whether the day is read no more: it settled, or it is held and can no longer be read. */
export function isSettled(dataset: Dataset, entry: DayEntry, now: number): boolean {
  if (entry.held === undefined) return false;
  return hasSettled(entry.held, now) || isExpired(dataset, entry.day, now);
}

/** Whether a read at `now` that changed nothing settles the day. */
export function maySettle(dataset: Dataset, day: Day, now: number): boolean {
  return now >= endOf(day) + dataset.settleDays * DAY_MS;
}

/** Instants in the ledger are text; an absent one is long ago. */
function ms(instant: string | undefined): number {
  return instant === undefined ? 0 : Date.parse(instant);
}

/** Whether reads of the day have ended. What a clock that was far ahead has dated, nobody knows. */
function hasSettled({ settledAt }: Held, now: number): boolean {
  return settledAt !== undefined && !isFarAhead(ms(settledAt), now);
}

/** When the day was last read. By a clock that was far ahead: nobody knows, so that it is read again. */
function checkedMs({ checkedAt }: Held, now: number): number {
  return isFarAhead(ms(checkedAt), now) ? 0 : ms(checkedAt);
}

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
      return hasCome(Math.max(ms(work.queuedAt), ms(work.retryAt)) + LOST_MS, now) ? 'lost-message' : undefined;
    case 'fetching':
      return hasCome(ms(work.heartbeat) + SILENT_MS, now) ? 'takeover' : undefined;
    case 'failed':
      if (work.askedAt !== undefined) return 'asked';
      if (isFrozen(held)) return undefined;
      return !expired() && hasCome(ms(work.retryAt), now) ? 'failed' : undefined;
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
  if (work.suspicion?.reason === 'shrink.unconfirmed' && hasCome(ms(work.suspicion.since) + WITNESS_MS, now))
    return 'witness';
  if (hasSettled(held, now)) return lateCheck(dataset, day, held, now);
  return now >= checkedMs(held, now) + dataset.rereadHours * HOUR_MS ? 'reread' : undefined;
}

/** Whether the last read lacked rows and was refused, so that the partition is not what the source said last. */
export function isRefused({ suspicion }: DayEntry['work']): boolean {
  return suspicion?.reason === 'shrink.unconfirmed' || suspicion?.reason === 'shrink.emptied';
}

/** Whether `verify` found that the partition is gone, or is not what was landed. */
export function isBroken({ suspicion }: DayEntry['work']): boolean {
  return suspicion?.reason === 'partition.damaged' || suspicion?.reason === 'partition.missing';
}

/** Whether such a day is landed anew without anybody: not from a source that forgot it, nor where a person was erased. */
export function isMended(dataset: Dataset, { day, held, work }: DayEntry, now: number): boolean {
  if (isExpired(dataset, day, now)) return false;
  return !isFrozen(held) || work.askedAt !== undefined;
}

/** Once more, long after: charges are corrected late. Nearly every day of a ledger is decided here. */
function lateCheck(dataset: Dataset, day: Day, held: Held, now: number): Owed | undefined {
  const lateCheckAt = endOf(day) + dataset.lateCheckDays * DAY_MS;
  // A source whose clock is a little behind dates the check before it was due, which must not make it due again.
  if (now < lateCheckAt + DAY_OVER_MS || checkedMs(held, now) >= lateCheckAt) return undefined;
  return isExpired(dataset, day, now) ? undefined : 'late-check';
}

/** Whether a failed day stays failed until a person has acted, although it is tried now and then. */
export function needsPerson(work: DayEntry['work']): boolean {
  return work.errorRemedy === 'reject' || work.errorRemedy === 'fix-config';
}

/** What a person sees of a day that should be held. `empty` is `rows: 0` on `final` or `open`. */
export function stateOf(dataset: Dataset, day: Day, entry: DayEntry | undefined, now: number): DayState {
  if (entry?.unreadable) return 'failed';
  if (entry !== undefined) {
    const { work } = entry;
    // A failed day that the source has forgotten is tried no more, and nobody can mend it.
    const failed = work.state === 'failed' && (work.askedAt !== undefined || !isExpired(dataset, day, now));
    if (work.state === 'fetching') return 'fetching';
    if (failed && needsPerson(work)) return 'failed';
    if (work.suspicion !== undefined) return 'suspect';
    if (failed || (work.state === 'queued' && !hasCome(ms(work.retryAt), now))) return 'waiting';
    if (work.state === 'queued') return 'queued';
    if (entry.held !== undefined) return isSettled(dataset, entry, now) ? 'final' : 'open';
  }
  return isExpired(dataset, day, now) ? 'expired' : 'missing';
}

/**
 * A dataset is blocked while a day of it waits for a person to mend permission, key, clock or setting. One that is not
 * tried again, because the source has forgotten it or a clock that was ahead had it queued before it was over, could
 * never tell that all is mended.
 */
export function isBlocking(dataset: Dataset, { day, work }: DayEntry, now: number): boolean {
  const waits = work.state === 'failed' && work.errorRemedy === 'fix-config';
  return waits && day <= lastDay(now) && !isExpired(dataset, day, now);
}
