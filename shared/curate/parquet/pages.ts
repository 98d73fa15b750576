import type { ColumnBuffer } from '../cells/column-buffer.ts';
import type { GrowingBytes } from '../cells/growing-bytes.ts';

/** The content of Parquet pages, as columns hold it: levels, values, and dictionaries with their indexes. */

/** What of a column chunk goes into pages. */
export interface ChunkContent {
  /** Values in PLAIN encoding, each once; `undefined` for a column that hardly repeats any. */
  readonly dictionary: Buffer | undefined;
  /** The one data page: levels and values of it. */
  readonly data: Buffer;
}

/** @param column of a row group @param page where the data page is made; good until it is used again */
export function contentOf(column: ColumnBuffer, page: GrowingBytes): ChunkContent {
  page.length = 0;
  addLevels(column, page);
  if (column.kind === 'flag') addBits(column, page);
  else if (isDictionary(column)) {
    addIndexes(column, page);
    return { dictionary: column.values.taken(), data: page.taken() };
  } else if (column.count === column.present) page.append(column.values.bytes, 0, column.values.length);
  else addValues(column, page);
  return { dictionary: undefined, data: page.taken() };
}

/** Whether a dictionary and the indexes into it take less room than the values one after the other. */
function isDictionary({ values, count, present }: ColumnBuffer): boolean {
  if (count === 0 || count === present) return false;
  const indexes = (present * bitsFor(count - 1)) / 8;
  return values.length + indexes < (values.length / count) * present;
}

function bitsFor(max: number): number {
  return 32 - Math.clz32(max);
}

/** Definition levels, one bit a row, with their length before them: a run when all rows are alike. */
function addLevels({ codes, rows, present }: ColumnBuffer, page: GrowingBytes): void {
  const start = page.length;
  page.reserve(16 + rows / 8);
  page.length += 4;
  if (present === 0 || present === rows) {
    addVarInt(page, 2 * rows);
    page.bytes[page.length++] = present === 0 ? 0 : 1;
  } else {
    addVarInt(page, 2 * Math.ceil(rows / 8) + 1);
    for (let row = 0; row < rows; ) {
      let byte = 0;
      for (let bit = 0; bit < 8 && row < rows; bit++, row++) if (codes[row] !== 0) byte |= 1 << bit;
      page.bytes[page.length++] = byte;
    }
  }
  page.view.setUint32(start, page.length - start - 4, true);
}

/** Indexes into the dictionary, packed; a run when there is only one. */
function addIndexes({ codes, rows, present, count }: ColumnBuffer, page: GrowingBytes): void {
  const bits = bitsFor(count - 1);
  page.reserve(32 + (bits * (present + 8)) / 8);
  page.bytes[page.length++] = bits;
  if (bits === 0) {
    addVarInt(page, 2 * present);
    return;
  }
  addVarInt(page, 2 * Math.ceil(present / 8) + 1);
  const { bytes } = page;
  const end = page.length + bits * Math.ceil(present / 8);
  let at = page.length;
  let held = 0;
  let waiting = 0;
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number;
    if (code === 0) continue;
    waiting |= (code - 1) << held;
    held += bits;
    for (; held >= 8; held -= 8) {
      bytes[at++] = waiting;
      waiting >>>= 8;
    }
  }
  if (held > 0) bytes[at++] = waiting;
  page.bytes.fill(0, at, end);
  page.length = end;
}

/** Booleans PLAIN, a bit each: older Spark cannot read them in run lengths. */
function addBits({ codes, rows, present, values }: ColumnBuffer, page: GrowingBytes): void {
  page.reserve(1 + present / 8);
  let held = 0;
  let byte = 0;
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number;
    if (code === 0) continue;
    byte |= (values.bytes[code - 1] as number) << held;
    if (++held < 8) continue;
    page.bytes[page.length++] = byte;
    held = 0;
    byte = 0;
  }
  if (held > 0) page.bytes[page.length++] = byte;
}

/** The value of each row again, although some were there already. */
function addValues(column: ColumnBuffer, page: GrowingBytes): void {
  const prefix = column.width === 0 ? 4 : 0;
  for (let row = 0; row < column.rows; row++) {
    const code = column.codes[row] as number;
    if (code !== 0) page.append(column.values.bytes, column.startOf(code) - prefix, column.endOf(code));
  }
}

function addVarInt(page: GrowingBytes, value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) page.bytes[page.length++] = (rest & 0x7f) | 0x80;
  page.bytes[page.length++] = rest;
}
