import { isNoChange } from '../commit/compare.ts';
import { FETCH_LIMITS } from '../fetch/attempt.ts';
import { FollowedLinks } from '../fetch/followed-links.ts';
import type { LendingPorts } from '../fetch/other-days.ts';
import { CURSOR_MS, Reading } from '../fetch/reading.ts';
import { isExpired, isSettled } from '../ledger/settling.ts';
import { oddRowsOf } from '../rows/place-in-day.ts';
import { windowOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Dataset, Day, Fingerprint } from '../words/model.ts';
import type { Lake, Ledger, Source } from '../words/ports.ts';
import type { Finding } from './finding.ts';

/** Whether the source still says of a day what is held: the day is read again, and nothing of it is landed. */

export interface CompareSourcePorts extends LendingPorts {
  readonly source: Source;
  readonly ledger: Ledger;
  readonly lake: Lake;
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
  let read: SourceRead;
  try {
    read = await readWithoutLanding(dataset, day, on, signal);
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    return { kind: 'source-unread', reason, ...about, message: `${dataset.name} ${day} was not compared: ${message}` };
  }
  // Read after the source: whoever landed other rows meanwhile has them in the ledger now, or is still at it.
  const entry = (await on.ledger.day(dataset.name, day))?.value;
  if (entry?.held === undefined || entry.held.fingerprint === read.fingerprint) return undefined;
  if (read.equals === entry.held.fingerprint) return undefined;
  const { held, work } = entry;
  // It has to differ: the source still has the rows of a person who was erased here.
  if (held.forgottenAt !== undefined) return undefined;
  const differs = `${dataset.name} ${day}: the source has ${read.rows} rows now, and ${held.rows} are held`;
  const busy = work.state === 'queued' || work.state === 'fetching';
  if (busy || !isSettled(dataset, entry, on.clock.now()))
    return {
      kind: 'source-news',
      ...about,
      message: `${differs}. The day is still re-read, so nobody has to do anything`,
    };
  const name = `${dataset.name} ${day}`;
  // A read that was refused is not accepted by asking again.
  const next =
    work.suspicion === undefined
      ? `Landline does not read a settled day again by itself; to read it again: \`landline retry ${name}\``
      : `The day is suspect (${work.suspicion.reason}), and what is held stays; if the source is right: \`landline accept ${name}\``;
  return { kind: 'source-differs', ...about, message: `${differs}. ${next}` };
}

interface SourceRead {
  readonly rows: number;
  readonly fingerprint: Fingerprint;
  /** Of the partition whose rows say the same, in whatever bytes. */
  readonly equals: Fingerprint | undefined;
}

async function readWithoutLanding(
  dataset: Dataset,
  day: Day,
  on: CompareSourcePorts,
  signal: AbortSignal,
): Promise<SourceRead> {
  const window = windowOf(day, dataset.overlap);
  const [entry, partition] = await Promise.all([on.ledger.day(dataset.name, day), on.lake.head(dataset.name, day)]);
  const held = entry?.value.held;
  const reading = new Reading({ dataset, window, held, partition, checkpoint: undefined }, on);
  const links = new FollowedLinks(dataset, reading, FETCH_LIMITS);
  while (!reading.ended) {
    const page = await on.source.read(dataset, reading.asked, reading.cursor, signal);
    links.refuseEndless(page);
    const odd = oddRowsOf(page.cut, dataset, window);
    await reading.lending.prepare(odd);
    const [rows, before] = [page.cut.count, reading.duplicates];
    reading.take(page, odd);
    links.refuseKnown(rows, reading.duplicates - before, page.next);
    reading.advance(page.next, on.clock.now());
    page.release();
  }
  const { rows, fingerprint } = reading.complete();
  const difference = fingerprint === partition?.receipt.fingerprint ? undefined : await reading.difference();
  const equal = difference !== undefined && isNoChange(difference);
  return { rows, fingerprint, equals: equal ? partition?.receipt.fingerprint : undefined };
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
