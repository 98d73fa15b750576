import { KeyTable, keyDigests } from '../rows/keys.ts';
import type { Cut } from '../rows.ts';

const NO_SPANS = new Uint32Array(0);

/**
 * Which lines and keys of a partition were met before. By 64-bit digests, so a million rows take 17 MB for their lines
 * and 25 MB for their keys; a day of a million rows loses one of them to an equal digest about once in 37 million days.
 */
export class Repeats {
  private readonly lines = new KeyTable();
  /** Tagged with the contents that were met under the key. */
  private readonly keys = new KeyTable({ tags: true });

  /** Whether no line before was the same. @param digests of `digestsOf` */
  isNewLine(digests: Int32Array, row: number): boolean {
    return this.lines.add(digests, row);
  }

  /** How many rows before had the key; only of lines that are new. */
  ordinalOf(digests: Int32Array, row: number): number {
    if (this.keys.add(digests, row, 1)) return 0;
    const before = this.keys.take(digests, row) ?? 0;
    this.keys.add(digests, row, before + 1);
    return before;
  }
}

/** The digest of each of some ranges of bytes. */
export function digestsOf(body: Buffer, starts: Uint32Array, ends: Uint32Array, count: number): Int32Array {
  const whole: Cut = { body, count, starts, ends, fields: [], spans: NO_SPANS, envelope: new Map(), members: [] };
  return keyDigests(whole, 0);
}
