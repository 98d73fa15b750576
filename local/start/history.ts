import { askDay } from '../../shared/ledger/asking.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { Ledger } from '../../shared/words/ports.ts';
import type { FaultRule } from '../simulator/index.ts';
import type { Holds } from './folder.ts';

/**
 * Gives a simulated tenant a history: rows of its older days that come late do so after the first run, and those days
 * are read again, as they would have been in the days since. So some of them have a second revision, and are final. And
 * one day fails at first, so that there is a gap that has closed.
 */

/** Days that are read again: enough to look at, and few beside a long history. */
const DAYS_MAX = 30;

/** As often as its worker asks before it gives a day up. Among the first that are read, so that no run waits for it. */
const GAP = { dataset: 'teams-pstn-calls', fault: 'unavailable', daysBack: 2, times: 4 } as const;
/** Shorter histories are for trying something out. */
const GAP_DAYS_MIN = 10;

/** The day that fails at first: in the first run over a folder alone. @param now milliseconds since the epoch */
export function gapOf({ days, late, arrived }: Extract<Holds, { from: 'simulator' }>, now: number): FaultRule[] {
  const { daysBack, ...rule } = GAP;
  if (days < GAP_DAYS_MIN || late || arrived !== undefined) return [];
  return [{ ...rule, day: addDays(lastDay(now), -daysBack) }];
}

/**
 * Asks for the days up to `arrived` that are held and not settled.
 *
 * @param now milliseconds since the epoch
 * @returns how many
 */
export async function askOlderDays(
  ledger: Ledger,
  datasets: readonly Dataset[],
  arrived: Day,
  now: number,
): Promise<number> {
  const first = addDays(arrived, 1 - DAYS_MAX);
  let asked = 0;
  for (const dataset of datasets)
    for (const { value } of await ledger.days(dataset.name)) {
      const { day, held } = value;
      if (held === undefined || held.settledAt !== undefined || day > arrived || day < first) continue;
      if ((await askDay(ledger, dataset, day, now)) === 'asked') asked += 1;
    }
  return asked;
}
