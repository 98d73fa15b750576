import { cellOf } from '../curate/values.ts';
import { placeOf, windowOf } from '../day.ts';
import { Digest, fingerprintOf } from '../fingerprint.ts';
import type { Dataset, Day, Fingerprint, Receipt } from '../model.ts';
import { type Cut, linesOf, lineUpInPlace } from '../rows.ts';
import type { PersonFinder } from './person.ts';

/** The lines of a partition that do not name a person, and what a receipt has to say of them. */
export class Remaining {
  removed = 0;
  private rows = 0;
  private outsideRemoved = 0;
  private readonly digest = new Digest();
  private readonly removedDigest = new Digest();
  private readonly dataset: Dataset;
  private readonly day: Day;
  private readonly finder: PersonFinder;

  constructor(dataset: Dataset, day: Day, finder: PersonFinder) {
    this.dataset = dataset;
    this.day = day;
    this.finder = finder;
  }

  async *linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const cut of linesOf(chunks, this.finder.fields)) {
      const named = [...this.finder.namedIn(cut)];
      for (let row = 0; row < cut.count; row++) this.note(cut, row, named[row] ?? false);
      const lines = lineUpInPlace(cut, row => !named[row]);
      if (lines.length > 0) yield lines;
    }
  }

  private note(cut: Cut, row: number, named: boolean): void {
    if (!named) {
      this.rows += 1;
      this.digest.add(cut.body.subarray(cut.starts[row], cut.ends[row]));
      return;
    }
    this.removed += 1;
    this.removedDigest.add(cut.body.subarray(cut.starts[row], cut.ends[row]));
    if (this.dataset.eventTime === undefined) return;
    // The event time is the one field the finder was asked for beside its own.
    const span = 2 * (row * cut.fields.length + cut.fields.length - 1);
    const time = cellOf('text', cut.body, cut.spans[span] ?? 0, cut.spans[span + 1] ?? 0);
    const window = windowOf(this.day, this.dataset.overlap);
    if (placeOf(typeof time === 'string' ? time : undefined, window) === 'outside') this.outsideRemoved += 1;
  }

  /** Of all lines, as they were before. */
  get fingerprintBefore(): Fingerprint {
    return fingerprintOf(this.rows + this.removed, sumOf(this.digest, this.removedDigest));
  }

  receiptAfter(before: Receipt): Receipt {
    return {
      ...before,
      rows: this.rows,
      fingerprint: fingerprintOf(this.rows, this.digest.text),
      rowsOutside: Math.max(0, before.rowsOutside - this.outsideRemoved),
    };
  }
}

/** The digest of the rows of both: digests are sums, docs/format.md. */
function sumOf(a: Digest, b: Digest): string {
  const sum = BigInt.asUintN(128, BigInt(`0x${a.text}`) + BigInt(`0x${b.text}`));
  return sum.toString(16).padStart(32, '0');
}
