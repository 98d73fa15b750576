import { windowOf } from '../../shared/words/day.ts';
import { failureOf, LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { Source } from '../../shared/words/ports.ts';
import type { On } from '../command.ts';
import { UsageError } from '../usage-error.ts';
import { alone, type Differences, type RowDifference } from './differences.ts';
import { keysOf, rowsOf } from './row-at.ts';

/** Which rows of a held day the source does not have now: those that an accepted smaller day takes away. */

/** A person is waiting. */
const READ_MS = 120_000;
const PAGES_MAX = 10_000;

/** @returns the rows, or why that cannot be known here */
export async function goingRows(on: On, dataset: Dataset, day: Day, max: number): Promise<Differences | string> {
  try {
    const there = await keysAtSource(dataset, day, (await on.sources())[dataset.source]);
    const held = await on.lake.read(dataset.name, day);
    if (held === undefined) return 'the partition is not there';
    const rows: RowDifference[] = [];
    const seen = new Set<string>();
    let removed = 0;
    for await (const row of rowsOf(dataset, held)) {
      if (there.has(row.key) || seen.has(row.key)) continue;
      seen.add(row.key);
      removed += 1;
      if (rows.length < max) rows.push(alone('removed', row));
    }
    return { added: 0, changed: 0, removed, rows };
  } catch (thrown) {
    if (thrown instanceof UsageError) return 'the source can be asked only with the app’s sign-in (--settings)';
    if (thrown instanceof LandlineError) return failureOf(thrown).message;
    throw thrown;
  }
}

async function keysAtSource(dataset: Dataset, day: Day, source: Source): Promise<Set<string>> {
  const [window, signal] = [windowOf(day, dataset.overlap), AbortSignal.timeout(READ_MS)];
  const keys = new Set<string>();
  const followed = new Set<string>();
  for (let cursor: string | undefined; followed.size < PAGES_MAX; ) {
    const page = await source.read(dataset, window, cursor, signal);
    for (const key of keysOf(dataset, page.cut)) keys.add(key);
    page.release();
    if (page.next === undefined) return keys;
    if (followed.has(page.next)) break;
    followed.add(page.next);
    cursor = page.next;
  }
  const message = `The pages of ${dataset.name} ${day} link to one another without an end, so the source cannot be asked which rows it has.`;
  throw new LandlineError({ reason: 'paging.loop', remedy: 'reject', message });
}
