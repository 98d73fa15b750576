import { hasCome } from '../words/day.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { Dataset, Day, DayState } from '../words/model.ts';
import { isExpired, isFrozen, isSettled, lastDay, msOf } from './settling.ts';

/** What a person sees of a day, and what its suspicion or failure asks for. Pure: values in, values out. */

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
    if (failed || (work.state === 'queued' && !hasCome(msOf(work.retryAt), now))) return 'waiting';
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
