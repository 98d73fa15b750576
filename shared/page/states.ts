import type { Dataset, Day, DayEntry, DayState } from '../model.ts';
import { stateOf } from '../owed.ts';

/** The one vocabulary of states, as a person meets it on the page, in the CLI and in docs/operations.md. */

/** What a person sees of a day: its state, and `empty` for a day that landed without rows. */
export type Shown = DayState | 'empty';

export interface ShownState {
  readonly state: Shown;
  /** Tells the states apart without colour. */
  readonly mark: string;
  readonly meaning: string;
}

/** From what is well to what is lost. */
export const SHOWN_STATES: readonly ShownState[] = [
  { state: 'final', mark: '#', meaning: 'held, and read no more' },
  { state: 'open', mark: '+', meaning: 'held, and read again until it stays the same' },
  { state: 'empty', mark: '0', meaning: 'held: the source had no rows that day' },
  { state: 'queued', mark: ':', meaning: 'about to be read' },
  { state: 'fetching', mark: '>', meaning: 'being read' },
  { state: 'waiting', mark: '~', meaning: 'waits for the source, or for the next try' },
  { state: 'missing', mark: '.', meaning: 'owed, and nothing is held' },
  { state: 'suspect', mark: '?', meaning: 'the source contradicted itself' },
  { state: 'failed', mark: '!', meaning: 'needs a person' },
  { state: 'expired', mark: 'x', meaning: 'the source no longer has it, and it never landed' },
];

export function shownOf(dataset: Dataset, day: Day, entry: DayEntry | undefined, now: number): Shown {
  const state = stateOf(dataset, day, entry, now);
  const landed = state === 'final' || state === 'open';
  return landed && entry?.held?.rows === 0 ? 'empty' : state;
}
