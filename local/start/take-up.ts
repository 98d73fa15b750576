import { extendHistory } from '../../shared/ledger/asking.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Work } from '../../shared/words/ledger.ts';
import type { Dataset, Instant } from '../../shared/words/model.ts';
import type { Ledger } from '../../shared/words/ports.ts';

/**
 * Taking up what an earlier run left behind. A start is a person asking, so it asks for days the way a person does: by
 * `askedAt` in the ledger.
 *
 * A day that is `queued` or `fetching` was left so by a run that was killed or cut short. In Azure another worker may
 * still be at it, so the planner waits minutes for a sign of life. Here there is none: the emulator refuses a folder
 * that another one uses, its data is reached through that emulator only, and our own host has not started. So the day
 * is free, and whatever message of it is still in the queue has an old ticket by the time it is read.
 */

/** @param now milliseconds since the epoch */
export async function takeUp(
  ledger: Ledger,
  datasets: readonly Dataset[],
  rereadAll: boolean,
  now: number,
): Promise<void> {
  for (const { name } of datasets) {
    for (const { value } of await ledger.days(name)) {
      if (value.unreadable || askedFor(value, rereadAll, instantOf(now)) === undefined) continue;
      // The list lacks the checkpoint, so the entry that is written back is read by itself.
      const found = await ledger.day(name, value.day);
      const entry = found && askedFor(found.value, rereadAll, instantOf(now));
      if (entry === undefined) continue;
      if ((await ledger.putDay(entry, found?.etag)) === undefined) {
        throw new Error(`Somebody else writes to the ledger of this data folder (${name} ${value.day})`);
      }
    }
  }
}

/**
 * Goes further back in history when `--days` names more days than there are. Nothing is done about a dataset that was
 * never planned: its first plan goes by the flag.
 *
 * @param now milliseconds since the epoch
 */
export async function goBack(ledger: Ledger, datasets: readonly Dataset[], days: number, now: number): Promise<void> {
  for (const dataset of datasets) await extendHistory(ledger, dataset, addDays(lastDay(now), 1 - days), now);
}

/** The entry with the person's request; `undefined` when it needs none. */
export function askedFor(entry: DayEntry, rereadAll: boolean, askedAt: Instant): DayEntry | undefined {
  const { state } = entry.work;
  const { held } = entry;
  if (state === 'idle' && !(rereadAll && held !== undefined && held.forgottenAt === undefined)) return undefined;
  // A day that failed is tried at once as well: what it failed by may have been put right.
  if (state === 'idle' || state === 'failed') return { ...entry, work: { ...entry.work, askedAt } };
  const { heartbeat: _heartbeat, queuedAt: _queuedAt, retryAt: _retryAt, ...kept } = entry.work;
  // An erasure had the day: a read would bring the rows back.
  const asked = held?.forgottenAt === undefined ? { askedAt } : {};
  const work: Work = { ...kept, state: 'idle', ...asked };
  return { ...entry, work };
}
