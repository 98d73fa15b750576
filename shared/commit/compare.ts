import { linesOf } from '../rows/cut.ts';
import { Digest } from '../rows/fingerprint.ts';
import { KeyTable, keyDigests } from '../rows/keys.ts';
import { cutSpecOf } from '../rows/sift.ts';
import { isDamaged } from '../words/errors.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Lake } from '../words/ports.ts';

/** What a revision changed against the one before it, by row key. */
export interface Changes {
  readonly rowsAdded: number;
  readonly rowsChanged: number;
  readonly rowsRemoved: number;
}

/** A first revision changed nothing; nor can a change be counted against one that is gone, or cannot be read. */
const NO_CHANGES: Changes = { rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0 };

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Compares the partition with the revision in `history` that it replaced.
 *
 * Both are read as they are stored, one after the other, so that the counts are the same whoever takes them, and
 * whenever. Rows that came twice count once. Memory grows by 25 bytes for each row of the earlier revision.
 */
export async function compareRevisions(lake: Lake, dataset: Dataset, day: Day, revision: number): Promise<Changes> {
  if (revision <= 1) return NO_CHANGES;
  const before = await lake.read(dataset.name, day, revision - 1);
  if (before === undefined) return NO_CHANGES;
  try {
    const known = new KeyTable({ tags: true });
    await eachRow(dataset, before, (keys, row, tag) => known.add(keys, row, tag));
    // Not before it is wanted: a connection that nobody reads from may break off unnoticed.
    const after = await lake.read(dataset.name, day);
    return after === undefined ? NO_CHANGES : await changesIn(dataset, after, known);
  } catch (thrown) {
    // A day that was landed anew because it was damaged has the damaged revision in `history`. It must not stop it.
    if (isDamaged(thrown)) return NO_CHANGES;
    throw thrown;
  }
}

/** @param known the rows before; those that are met are taken out */
async function changesIn(dataset: Dataset, after: Chunks, known: KeyTable): Promise<Changes> {
  const met = new KeyTable();
  let rowsAdded = 0;
  let rowsChanged = 0;
  await eachRow(dataset, after, (keys, row, tag) => {
    if (!met.add(keys, row)) return;
    const was = known.take(keys, row);
    if (was === undefined) rowsAdded += 1;
    else if (was !== tag) rowsChanged += 1;
  });
  return { rowsAdded, rowsChanged, rowsRemoved: known.size };
}

async function eachRow(
  dataset: Dataset,
  chunks: Chunks,
  visit: (keys: Int32Array, row: number, tag: number) => void,
): Promise<void> {
  const digest = new Digest();
  for await (const cut of linesOf(chunks, cutSpecOf(dataset).fields)) {
    const keys = keyDigests(cut, dataset.key.length);
    for (let row = 0; row < cut.count; row++)
      visit(keys, row, digest.add(cut.body.subarray(cut.starts[row], cut.ends[row])));
  }
}
