import type { Dataset, Day, DayEntry } from '../model.ts';
import { isExpired } from '../owed.ts';
import type { Shown } from './states.ts';

/** What to do about a day, in one sentence; `undefined` when there is nothing to do. Pure. */
export function nextStep(
  of: Dataset,
  day: Day,
  state: Shown,
  entry: DayEntry | undefined,
  paused: boolean,
  now: number,
): string | undefined {
  const { name: dataset } = of;
  const { work } = entry ?? {};
  const resume = `${dataset} is paused; to go on: landline resume ${dataset}`;
  switch (state) {
    case 'final':
    case 'open':
    case 'empty':
    case 'queued':
    case 'fetching':
      return undefined;
    case 'missing':
      return paused ? resume : 'nothing: the planner queues it when its turn comes.';
    case 'waiting':
      return work?.retryAt === undefined
        ? 'nothing: it is tried again by itself.'
        : `nothing: it goes on by itself at ${minuteOf(work.retryAt)} UTC.`;
    case 'failed':
      return `do what the message says, then: landline retry ${dataset} ${day}`;
    case 'suspect':
      if (entry === undefined || !isPartitionLost(entry)) return suspectStep(dataset, day, work?.suspicion?.reason);
      return paused && isRepaired(of, entry, now) ? resume : lostStep(of, entry, now);
    case 'expired':
      return 'nothing: the source no longer has this day.';
  }
}

function suspectStep(dataset: string, day: Day, reason: string | undefined): string {
  if (reason === 'shrink.held')
    return `it is replaced when a second read agrees an hour later; or, if it is right: landline accept ${dataset} ${day}`;
  if (reason === 'shrink.emptied')
    return `the source says that the day is empty now; if it is right: landline accept ${dataset} ${day}`;
  return `the day is held, but its reads contradicted each other; to read it once more: landline retry ${dataset} ${day}`;
}

/** Whether `verify` found that the partition is gone or is not what was landed. */
export function isPartitionLost({ work: { suspicion } }: DayEntry): boolean {
  return suspicion?.reason === 'partition.damaged' || suspicion?.reason === 'partition.missing';
}

/** Whether such a day is landed anew without anybody: not from a source that forgot it, nor where a person was erased. */
export function isRepaired(dataset: Dataset, { day, held, work }: DayEntry, now: number): boolean {
  if (isExpired(dataset, day, now)) return false;
  return held?.forgottenAt === undefined || work.askedAt !== undefined;
}

function lostStep(dataset: Dataset, entry: DayEntry, now: number): string {
  if (isRepaired(dataset, entry, now)) return 'nothing: it is landed anew by itself.';
  const restore = `restore its blob, or an earlier version of it, then: landline verify --dataset ${dataset.name}`;
  return isExpired(dataset, entry.day, now)
    ? `the source no longer has this day; ${restore}`
    : `a person was erased from this day; ${restore}; or read all its rows again: landline retry ${dataset.name} ${entry.day}`;
}

/** `2026-01-31 14:05`: UTC, as precise as a person needs it. */
export function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
