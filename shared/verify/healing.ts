import { isMended } from '../ledger/day-state.ts';
import { isExpired } from '../ledger/settling.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';

/** What happens to a day that is damaged or gone, and what a person can do about it, in words. Pure. */

/** What the ledger says of a day: `unreadable` when its entity is damaged. */
export type KnownEntry = DayEntry | 'unreadable' | undefined;

/** What the advice depends on beside what was found. */
export interface Situation {
  readonly now: number;
  /** Whether a day that is damaged or gone is marked in the ledger. Only a marked day is landed anew. */
  readonly mark: boolean;
}

/** @param restore what brings back the partition that was landed */
export function healing(
  dataset: Dataset,
  day: Day,
  entry: KnownEntry,
  restore: string,
  { now, mark }: Situation,
): string {
  if (entry === undefined || entry === 'unreadable')
    return 'The ledger cannot tell what was landed: run `landline rebuild`, and verify again';
  if (isMended(dataset, entry, now))
    return mark
      ? 'The source still has the day: Landline lands it again by itself'
      : 'The day is not marked. Run verify without `--no-mark`, and Landline lands it again by itself';
  const { held } = entry;
  if (held?.forgottenAt === undefined) return `The source no longer has the day: ${restore}, and verify again`;
  const anew = isExpired(dataset, day, now) ? '' : `; or read all its rows again: ${retryOf(dataset, day)}`;
  return `A person was erased from the day, so it is not read again by itself: ${restore}, and verify again (a revision older than ${held.revision} still has that person's rows: after putting one back, run \`landline forget\` again)${anew}`;
}

/** The same for a day whose name a foreign blob has taken. Every attempt fails until that blob is moved. */
export function afterMoving(dataset: Dataset, day: Day, entry: KnownEntry, situation: Situation): string {
  const mended =
    !isExpired(dataset, day, situation.now) &&
    (entry === undefined || entry === 'unreadable' || isMended(dataset, entry, situation.now));
  return mended
    ? `The day is tried again within an hour; at once: ${retryOf(dataset, day)}`
    : healing(dataset, day, entry, 'put back the blob that was landed', situation);
}

function retryOf(dataset: Dataset, day: Day): string {
  return `\`landline retry ${dataset.name} ${day}\``;
}
