import { stateOf } from '../shared/ledger/day-state.ts';
import { gapsIn } from '../shared/status/gaps.ts';
import { counted } from '../shared/status/text.ts';
import { eachDay } from '../shared/words/day.ts';
import { isUnreadable } from '../shared/words/errors.ts';
import type { DayEntry } from '../shared/words/ledger.ts';
import type { Dataset, Day } from '../shared/words/model.ts';
import type { On } from './command.ts';
import { closed, type Range } from './ranges.ts';

/** Days that are over and not held: a part must not pass for the whole. */
export interface Absent {
  readonly dataset: string;
  readonly days: readonly Day[];
  /** Where history begins; absent when the log was never planned. Nothing before it is owed. */
  readonly firstDay?: Day;
}

/** Stretches of days that are named one by one; JSON has all of them. */
const STRETCHES_TOLD = 5;

/**
 * Of a range, every day that is not held, of the logs that were named or else of those that are planned or hold any day.
 * Without a range, days that are owed: from where history begins, and not those that the source has forgotten.
 *
 * @param named whether the datasets were named
 */
export async function absentIn(
  on: On,
  which: readonly Dataset[],
  range: Range,
  named: boolean,
): Promise<readonly Absent[]> {
  const found: Absent[] = [];
  const ranged = (range.from ?? range.to) !== undefined;
  for (const dataset of which) {
    const known = await knownOf(on, dataset);
    // A log whose part of the ledger cannot be read is a finding of its own.
    if (known === undefined) continue;
    const { firstDay, entries } = known;
    const held = [...entries.values()].filter(entry => entry.held !== undefined);
    const first = firstDay ?? held[0]?.day;
    if (first === undefined && !(named && ranged)) continue;
    const { from, to } = closed(range, first ?? range.to ?? '', on.now);
    const days = [...eachDay(from, to)].filter(day => {
      const entry = entries.get(day);
      if (entry?.held !== undefined) return false;
      return ranged || stateOf(dataset, day, entry, on.now) !== 'expired';
    });
    if (days.length > 0) found.push({ dataset: dataset.name, days, ...(firstDay !== undefined && { firstDay }) });
  }
  return found;
}

async function knownOf({ ledger }: On, { name }: Dataset) {
  try {
    const firstDay = (await ledger.watermark(name))?.value.firstDay;
    const entries = new Map<Day, DayEntry>((await ledger.days(name)).map(({ value }) => [value.day, value]));
    return { firstDay, entries };
  } catch (thrown) {
    if (isUnreadable(thrown)) return undefined;
    throw thrown;
  }
}

export function tellAbsent({ out, self }: Pick<On, 'out' | 'self'>, absent: readonly Absent[]): void {
  for (const { dataset, days, firstDay } of absent) {
    const gaps = gapsIn(days);
    const told = gaps.slice(0, STRETCHES_TOLD).map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
    const more =
      gaps.length > told.length ? ` and ${counted(gaps.length - told.length, 'stretch', 'stretches')} more` : '';
    const early = firstDay !== undefined && days.some(day => day < firstDay);
    const before = early ? ` (history begins on ${firstDay})` : '';
    const text = `${out.paint('yellow', 'not held')}  ${dataset}: ${counted(days.length, 'day')}, ${told.join(', ')}${more}${before}`;
    out.line(text);
  }
  const [first, second] = absent.filter(({ days, firstDay = '' }) => days.some(day => day >= firstDay));
  if (first !== undefined) out.line(`Why: ${self} status${second === undefined ? ` ${first.dataset}` : ''}`);
}
