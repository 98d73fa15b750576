import { stateOf } from '../ledger/day-state.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { Dataset, Day, DayState } from '../words/model.ts';

/** The one vocabulary of states, as a person meets it on the page, in the CLI and in docs/operations.md. */

/** What a person sees of a day: its state, and `empty` for a day that landed without rows. */
export type Shown = DayState | 'empty';

export interface ShownState {
  readonly state: Shown;
  /** Tells the states apart without colour. */
  readonly mark: string;
  readonly meaning: string;
  /** Why nobody has to do anything about such a day, in states where a person might think so; else see next-step.ts. */
  readonly byItself?: string;
}

/** From what is well to what needs a person most. */
export const SHOWN_STATES: readonly ShownState[] = [
  { state: 'final', mark: '#', meaning: 'held and settled: not re-read, except for one check after 35 days' },
  { state: 'open', mark: '+', meaning: 'held, and re-read until it stays the same' },
  { state: 'empty', mark: '0', meaning: 'held: the source had no rows that day' },
  { state: 'queued', mark: ':', meaning: 'about to be read' },
  { state: 'fetching', mark: '>', meaning: 'being read' },
  // It comes before the states that something can be done about, because nothing can be done about it.
  {
    state: 'expired',
    mark: 'x',
    meaning: 'the source no longer has it, and it never landed',
    byItself: 'the source no longer has this day',
  },
  {
    state: 'missing',
    mark: '.',
    meaning: 'owed and not held',
    byItself: 'the planner queues it when its turn comes',
  },
  {
    state: 'waiting',
    mark: '~',
    meaning: 'waits for the source, or for the next try',
    byItself: 'Landline tries it again by itself',
  },
  {
    state: 'suspect',
    mark: '?',
    meaning: 'the source contradicted itself, or the partition is damaged or gone',
  },
  { state: 'failed', mark: '!', meaning: 'needs a person' },
];

/**
 * The mark of a day that is held, but with a doubt (ledger/doubts.ts). A doubt is less than `suspect`: the day keeps
 * its state.
 */
export const DOUBTED = {
  name: 'doubted',
  mark: '*',
  meaning: 'held, with a smaller problem: the reason is below',
} as const;

const HELD: ReadonlySet<Shown> = new Set<Shown>(['final', 'open', 'empty']);

export interface MarkedDay {
  readonly state: Shown;
  readonly doubts?: readonly unknown[];
}

/** Whether the day is shown as doubted. A state of work, or a worse state, is shown instead. */
export function isDoubted({ state, doubts = [] }: MarkedDay): boolean {
  return doubts.length > 0 && HELD.has(state);
}

/** The sign of a day. */
export function markOfDay(day: MarkedDay): string {
  return isDoubted(day) ? DOUBTED.mark : markOf(day.state);
}

/** The sign that tells a state without colour. */
export function markOf(shown: Shown): string {
  return SHOWN_STATES.find(({ state }) => state === shown)?.mark ?? ' ';
}

export function shownOf(dataset: Dataset, day: Day, entry: DayEntry | undefined, now: number): Shown {
  const state = stateOf(dataset, day, entry, now);
  const landed = state === 'final' || state === 'open';
  return landed && entry?.held?.rows === 0 ? 'empty' : state;
}
