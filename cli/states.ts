import type { Coverage } from '../shared/coverage.ts';
import type { Dataset, DayEntry, DayState } from '../shared/model.ts';
import { isPartitionLost, isRepaired } from '../shared/page/next.ts';
import { SHOWN_STATES, type Shown } from '../shared/page/states.ts';

/** How states are shown in a terminal: the marks of the coverage page, so that they can be read without colour. */

export type Colour = 'green' | 'cyan' | 'yellow' | 'red' | 'gray';

export const COLOURS: Readonly<Record<Shown, Colour>> = {
  final: 'green',
  open: 'green',
  empty: 'green',
  queued: 'cyan',
  fetching: 'cyan',
  waiting: 'yellow',
  missing: 'gray',
  suspect: 'red',
  failed: 'red',
  expired: 'gray',
};

export function markOf(shown: Shown): string {
  return SHOWN_STATES.find(({ state }) => state === shown)?.mark ?? ' ';
}

export const LEGEND = SHOWN_STATES.map(({ state, mark }) => `${mark} ${state}`).join('  ');

/** States, from what needs a person most to what needs nobody. */
const BY_CONCERN: readonly DayState[] = [
  'failed',
  'suspect',
  'expired',
  'waiting',
  'missing',
  'fetching',
  'queued',
  'open',
  'final',
];

/** The state of a dataset is that of its days which need a person most. */
export function worstOf({ days }: Coverage): DayState {
  return BY_CONCERN.find(state => days[state] > 0) ?? 'missing';
}

/** Whether a person should act. Days on their way, and days that nobody can bring back, are not that. */
export function needsAttention({ days, expiring }: Coverage): boolean {
  return days.failed > 0 || days.suspect > 0 || expiring > 0;
}

/** The next step for a dataset whose days are in this state at worst, as short as a table needs it. */
export function nextCommand(dataset: Dataset, state: DayState, worst: readonly DayEntry[], now: number): string {
  const [first] = worst;
  switch (state) {
    case 'failed':
      return first === undefined ? '' : `landline show ${dataset.name} ${first.day}`;
    case 'suspect':
      return suspectStep(dataset, worst, now);
    case 'waiting':
      return 'none: it is tried again by itself';
    case 'missing':
    case 'queued':
    case 'fetching':
      return 'none: it is being landed';
    case 'expired':
      return 'none: the source no longer has these days';
    case 'open':
    case 'final':
      return 'none';
  }
}

/** About the first day that does not mend itself. */
function suspectStep(dataset: Dataset, days: readonly DayEntry[], now: number): string {
  const first = days.find(entry => !isPartitionLost(entry) || !isRepaired(dataset, entry, now));
  if (first === undefined) return 'none: it is landed anew';
  if (isPartitionLost(first)) return `landline show ${dataset.name} ${first.day}`;
  const { suspicion } = first.work;
  const shrink = suspicion?.reason === 'shrink.held' || suspicion?.reason === 'shrink.emptied';
  return `landline ${shrink ? 'accept' : 'retry'} ${dataset.name} ${first.day}`;
}
