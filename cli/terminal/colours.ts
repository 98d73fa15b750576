import type { Coverage } from '../../shared/ledger/coverage.ts';
import { nextStep } from '../../shared/status/next-step.ts';
import { SHOWN_STATES, type Shown } from '../../shared/status/states.ts';
import type { DayOutline } from '../../shared/words/ledger.ts';
import type { Dataset, DayState } from '../../shared/words/model.ts';

/** How states are shown in a terminal: the words and marks of the coverage page, so that they are read without colour. */

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

/** Whether a person should act. Days on their way, and days that nobody can bring back, are not that. */
export function needsAttention({ days, expiring, uncurated }: Coverage): boolean {
  return days.failed > 0 || days.suspect > 0 || expiring > 0 || uncurated > 0;
}

/**
 * The next step for a dataset whose days are in this state at worst, as short as a table needs it: a command about the
 * first day that does not mend itself.
 *
 * @param worst those days, as far as the ledger has them
 */
export function nextCommand(dataset: Dataset, state: DayState, worst: readonly DayOutline[], now: number): string {
  let first: string | undefined;
  for (const entry of worst) {
    const step = nextStep(dataset, entry.day, state, entry, false, now);
    if (step?.command !== undefined) return step.command;
    first ??= step?.text;
  }
  return first ?? nextStep(dataset, '', state, undefined, false, now)?.text ?? 'none';
}
