import type { Day, DayEntry } from '../model.ts';
import type { Shown } from './states.ts';

/** What to do about a day, in one sentence; `undefined` when there is nothing to do. Pure. */
export function nextStep(
  dataset: string,
  day: Day,
  state: Shown,
  entry: DayEntry | undefined,
  paused: boolean,
): string | undefined {
  const { work } = entry ?? {};
  switch (state) {
    case 'final':
    case 'open':
    case 'empty':
    case 'queued':
    case 'fetching':
      return undefined;
    case 'missing':
      return paused
        ? `${dataset} is paused; to go on: landline resume ${dataset}`
        : 'nothing: the planner queues it when its turn comes.';
    case 'waiting':
      return work?.retryAt === undefined
        ? 'nothing: it is tried again by itself.'
        : `nothing: it goes on by itself at ${minuteOf(work.retryAt)} UTC.`;
    case 'failed':
      return `do what the message says, then: landline retry ${dataset} ${day}`;
    case 'suspect':
      return suspectStep(dataset, day, work?.suspicion?.reason);
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

/** `2026-01-31 14:05`: UTC, as precise as a person needs it. */
export function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
