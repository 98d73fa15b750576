import { contentDigests } from '../rows/content-digest.ts';
import { linesOf } from '../rows/cut.ts';
import { KeyTable, keyDigests } from '../rows/keys.ts';
import { cutSpecOf } from '../rows/place-in-day.ts';
import { isDamaged } from '../words/errors.ts';
import type { Compared } from '../words/ledger.ts';
import type { Dataset, Day, Fingerprint } from '../words/model.ts';
import type { Lake } from '../words/ports.ts';

/** What a revision changed against the one before it, by row key. */
export interface Changes {
  readonly rowsAdded: number;
  readonly rowsChanged: number;
  readonly rowsRemoved: number;
}

/** What a complete read is against the partition that it may replace. */
export interface Difference extends Changes {
  /** Rows that did not come at all. Removed are these, and those that are left to another day now. */
  readonly vanished: number;
  /** Equal for equal sets of rows that did not come. */
  readonly vanishedSum: string;
}

/** A first revision changed nothing; nor can a change be counted against one that is gone, or cannot be read. */
const NO_CHANGES: Changes = { rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0 };

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Compares a read with a partition by key, whatever came in how many workers. Memory grows by 25 bytes for each row of
 * the partition, and by 17 more while it is read. A row counts as changed by 32 bits of what it says.
 */
export class Comparison {
  /** Whether the whole partition was read. */
  begun = false;
  private readonly dataset: Dataset;
  private readonly with: Fingerprint;
  private readonly from: Compared | undefined;
  /** Rows of the partition that this worker has not met. */
  private rest = new KeyTable({ tags: true });
  private oldRows = 0;
  private oldSum = new Sum();
  private metSum = new Sum();
  private met = 0;
  private changed = 0;
  private moved = 0;
  private added = 0;

  /** @param saved how far earlier workers of the same read got; ignored when the partition has been replaced since */
  constructor(dataset: Dataset, partition: Fingerprint, saved?: Compared) {
    this.dataset = dataset;
    this.with = partition;
    this.from = saved?.with === partition ? saved : undefined;
  }

  /**
   * Reads the partition. When that breaks off, nothing is begun, and it may be tried again: what half a partition says
   * would count the rows of the other half as new, and as gone.
   *
   * @param taken rows of the read so far that were not noted here, with the tags of `note`
   * @param lent those of them that do not land
   */
  async begin(partition: Chunks, taken: KeyTable, lent: KeyTable): Promise<void> {
    const distinct = new KeyTable();
    this.startOver();
    this.added += taken.size - lent.size;
    await eachRow(this.dataset, partition, (keys, row, tag) => {
      if (!distinct.add(keys, row)) return;
      this.oldRows += 1;
      this.oldSum.add(keys, row);
      const now = taken.tagOf(keys, row);
      if (now === undefined) this.rest.add(keys, row, tag);
      else {
        const left = lent.tagOf(keys, row) !== undefined;
        if (!left) this.added -= 1;
        this.meet(keys, row, now !== tag, left);
      }
    });
    this.begun = true;
  }

  /** Where earlier workers of the same read got. */
  private startOver(): void {
    const { from } = this;
    this.rest = new KeyTable({ tags: true });
    this.oldRows = 0;
    this.oldSum = new Sum();
    this.metSum = new Sum(from?.metSum);
    this.met = from?.met ?? 0;
    this.changed = from?.changed ?? 0;
    this.moved = from?.moved ?? 0;
    this.added = from?.added ?? 0;
  }

  /** A row of the read, once for each key. @param left to another day */
  note(keys: Int32Array, row: number, tag: number, left: boolean): void {
    const was = this.rest.take(keys, row);
    if (was !== undefined) this.meet(keys, row, was !== tag, left);
    else if (!left) this.added += 1;
  }

  private meet(keys: Int32Array, row: number, changed: boolean, left: boolean): void {
    this.met += 1;
    this.metSum.add(keys, row);
    if (left) this.moved += 1;
    else if (changed) this.changed += 1;
  }

  get state(): Compared {
    const { met, changed, moved, added } = this;
    return { with: this.with, met, metSum: this.metSum.text, changed, moved, added };
  }

  /** After the last row. */
  get difference(): Difference {
    const vanishedSum = this.oldSum.less(this.metSum);
    // A row that came to two workers can hide, in the number, one that did not come at all; not in the sum.
    const vanished = Math.max(this.oldRows - this.met, vanishedSum === NOTHING ? 0 : 1);
    const { added: rowsAdded, changed: rowsChanged, moved } = this;
    return { rowsAdded, rowsChanged, rowsRemoved: vanished + moved, vanished, vanishedSum };
  }
}

export function isNoChange({ rowsAdded, rowsChanged, rowsRemoved }: Changes): boolean {
  return rowsAdded + rowsChanged + rowsRemoved === 0;
}

const NOTHING = '0'.repeat(16);

/** A sum of digests: two words, each modulo 2^32. */
class Sum {
  private hi: number;
  private lo: number;

  constructor(text: string = NOTHING) {
    this.hi = Number.parseInt(text.slice(0, 8), 16) | 0;
    this.lo = Number.parseInt(text.slice(8), 16) | 0;
  }

  add(digests: Int32Array, row: number): void {
    this.hi = (this.hi + (digests[2 * row] as number)) | 0;
    this.lo = (this.lo + (digests[2 * row + 1] as number)) | 0;
  }

  less({ hi, lo }: Sum): string {
    return textOf(this.hi - hi) + textOf(this.lo - lo);
  }

  get text(): string {
    return textOf(this.hi) + textOf(this.lo);
  }
}

function textOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/**
 * Compares the partition with the revision in `history` that it replaced: for a ledger that does not know what changed,
 * because a worker died before it could say so.
 */
export async function compareRevisions(lake: Lake, dataset: Dataset, day: Day, revision: number): Promise<Changes> {
  if (revision <= 1) return NO_CHANGES;
  try {
    // Of a day that was damaged and landed anew with the same rows, only the damage differs.
    const [old, now] = await Promise.all([lake.head(dataset.name, day, revision - 1), lake.head(dataset.name, day)]);
    if (old !== undefined && old.receipt.fingerprint === now?.receipt.fingerprint) return NO_CHANGES;
    const before = await lake.read(dataset.name, day, revision - 1);
    if (before === undefined) return NO_CHANGES;
    const comparison = new Comparison(dataset, '');
    const met = new KeyTable();
    await comparison.begin(before, met, met);
    // Not before it is wanted: a connection that nobody reads from may break off unnoticed.
    const after = await lake.read(dataset.name, day);
    if (after === undefined) return NO_CHANGES;
    await eachRow(dataset, after, (keys, row, tag) => {
      if (met.add(keys, row)) comparison.note(keys, row, tag, false);
    });
    const { rowsAdded, rowsChanged, rowsRemoved } = comparison.difference;
    return { rowsAdded, rowsChanged, rowsRemoved };
  } catch (thrown) {
    // A day that was landed anew because it was damaged has the damaged revision in `history`. It must not stop it.
    if (isDamaged(thrown)) return NO_CHANGES;
    throw thrown;
  }
}

async function eachRow(
  dataset: Dataset,
  chunks: Chunks,
  visit: (keys: Int32Array, row: number, tag: number) => void,
): Promise<void> {
  for await (const cut of linesOf(chunks, cutSpecOf(dataset).fields)) {
    const keys = keyDigests(cut, dataset.key.length);
    const content = contentDigests(cut);
    for (let row = 0; row < cut.count; row++) visit(keys, row, content[2 * row + 1] as number);
  }
}
