import { linesOf, lineUpInPlace } from '../rows/cut.ts';
import { Digest, fingerprintOf } from '../rows/fingerprint.ts';
import { oddRowsOf } from '../rows/place-in-day.ts';
import { windowOf } from '../words/day.ts';
import type { Dataset, Day, Fingerprint, Receipt, Window } from '../words/model.ts';
import type { PersonFinder } from './person.ts';

/** The lines of a partition that do not name a person, and what a receipt has to say of them. */
export class Remaining {
  removed = 0;
  private rows = 0;
  private outside = 0;
  private readonly digest = new Digest();
  private readonly removedDigest = new Digest();
  private readonly dataset: Dataset;
  private readonly window: Window;
  private readonly finder: PersonFinder;

  constructor(dataset: Dataset, day: Day, finder: PersonFinder) {
    this.dataset = dataset;
    this.window = windowOf(day, dataset.overlap);
    this.finder = finder;
  }

  async *linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { eventTime } = this.dataset;
    const fields = new Set([...this.finder.open, ...(eventTime === undefined ? [] : [eventTime])]);
    for await (const cut of linesOf(chunks, [...fields])) {
      const named = Array.from({ length: cut.count }, (_, row) => this.finder.names(cut, row));
      named.forEach((isNamed, row) => {
        this.note(cut.body.subarray(cut.starts[row], cut.ends[row]), isNamed);
      });
      // Counted as a fetch counts them, so that a receipt says the same whoever wrote it.
      this.outside += oddRowsOf(cut, this.dataset, this.window).filter(
        ({ row, place }) => !named[row] && place?.day !== this.window.day,
      ).length;
      const lines = lineUpInPlace(cut, row => !named[row]);
      if (lines.length > 0) yield lines;
    }
  }

  private note(line: Uint8Array, isNamed: boolean): void {
    if (isNamed) this.removed += 1;
    else this.rows += 1;
    (isNamed ? this.removedDigest : this.digest).add(line);
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
      rowsOutside: this.outside,
    };
  }
}

/** The digest of the rows of both: digests are sums, docs/format.md. */
function sumOf(a: Digest, b: Digest): string {
  const sum = BigInt.asUintN(128, BigInt(`0x${a.text}`) + BigInt(`0x${b.text}`));
  return sum.toString(16).padStart(32, '0');
}
