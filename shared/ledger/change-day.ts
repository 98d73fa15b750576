import type { DayEntry } from '../words/ledger.ts';
import type { Day } from '../words/model.ts';
import type { Ledger } from '../words/ports.ts';

/** Somebody else may write an entry meanwhile; then it is read again, this often. */
export const TRIES = 5;

/**
 * One compare-and-set on the entry of a day: read, decide, write, and again when somebody else wrote first.
 *
 * @param decide the new entry, or why there is none; asked again for each version that was read
 * @returns `done`, what `decide` said instead of an entry, or `contended` when others kept writing
 */
export async function changeDay<Refusal extends string>(
  ledger: Pick<Ledger, 'day' | 'putDay'>,
  dataset: string,
  day: Day,
  decide: (entry: DayEntry | undefined) => DayEntry | Refusal,
): Promise<Refusal | 'done' | 'contended'> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ledger.day(dataset, day);
    const next = decide(found?.value);
    if (typeof next === 'string') return next;
    if ((await ledger.putDay(next, found?.etag)) !== undefined) return 'done';
  }
  return 'contended';
}
