import { Chain } from '../fetch/chain.ts';
import { FETCH_LIMITS } from '../fetch/read-pages.ts';
import { CURSOR_MS, Reading } from '../fetch/reading.ts';
import { isExpired, isSettled } from '../ledger/owed.ts';
import { windowOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Clock, Ledger, Source } from '../words/ports.ts';
import type { Finding } from './verify-day.ts';

/** Whether the source still says of a day what is held: the day is read again, and nothing of it is landed. */

export interface CompareSourcePorts {
  readonly source: Source;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads that go on longer than a cursor may be trusted for are given up. */
const READ_MS = 3 * CURSOR_MS;

/** @returns `undefined` when the source agrees, or the day is not held any more */
export async function compareWithSource(
  dataset: Dataset,
  day: Day,
  on: CompareSourcePorts,
): Promise<Finding | undefined> {
  const about = { dataset: dataset.name, day };
  const signal = AbortSignal.timeout(READ_MS);
  let read: { readonly rows: number; readonly fingerprint: string };
  try {
    read = await readWithoutLanding(dataset, day, on.source, on.clock.now(), signal);
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    return { kind: 'source-unread', reason, ...about, message: `${dataset.name} ${day} was not compared: ${message}` };
  }
  // Read after the source: whoever landed other rows meanwhile has them in the ledger now, or is still at it.
  const entry = (await on.ledger.day(dataset.name, day))?.value;
  if (entry?.held === undefined || entry.held.fingerprint === read.fingerprint) return undefined;
  const { held, work } = entry;
  // It has to differ: the source still has the rows of a person who was erased here.
  if (held.forgottenAt !== undefined) return undefined;
  const differs = `${dataset.name} ${day}: the source has ${read.rows} rows now, and ${held.rows} are held`;
  const busy = work.state === 'queued' || work.state === 'fetching';
  if (busy || !isSettled(dataset, entry, on.clock.now()))
    return { kind: 'source-news', ...about, message: `${differs}. The day is still re-read: nothing is to be done` };
  return {
    kind: 'source-differs',
    ...about,
    message: `${differs}. A settled day is not read again by itself; to have it so: \`landline retry ${dataset.name} ${day}\``,
  };
}

async function readWithoutLanding(dataset: Dataset, day: Day, source: Source, now: number, signal: AbortSignal) {
  const window = windowOf(day, dataset.overlap);
  const reading = new Reading(dataset, undefined, now);
  const chain = new Chain(dataset, reading, FETCH_LIMITS);
  for (let cursor: string | undefined; ; ) {
    const page = await source.read(dataset, window, cursor, signal);
    chain.refuseEndless(page);
    const [rows, before] = [page.cut.count, reading.duplicates];
    reading.take(page, window);
    chain.refuseKnown(rows, reading.duplicates - before, page.next);
    reading.advance(page.next, now);
    page.release();
    if (page.next === undefined) return reading.complete();
    cursor = page.next;
  }
}

/** A held day, as it may be drawn for the comparison. */
export interface Drawable {
  readonly dataset: Dataset;
  readonly day: Day;
}

/**
 * Draws `count` days that the source still has, spread by chance, the same ones for the same seed.
 *
 * @param shuffle a number from a text, evenly spread
 */
export function drawDays(
  days: readonly Drawable[],
  count: number,
  shuffle: (text: string) => number,
  now: number,
): Drawable[] {
  return days
    .filter(({ dataset, day }) => !isExpired(dataset, day, now))
    .map(each => ({ each, place: shuffle(`${each.dataset.name} ${each.day}`) }))
    .sort((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ each }) => each);
}
