import type { ColumnBuffer } from '../cells/column-buffer.ts';
import { copyShort, type GrowingBytes } from '../cells/growing-bytes.ts';

/** The content of Parquet pages, as columns hold it: levels, values, and dictionaries with their indexes. */

const PAGE_BYTES_AT_FIRST = 64 * 1024;

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
  page.reserve(PAGE_BYTES_AT_FIRST);
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
  page.reserve(16 + Math.ceil(rows / 8));
  page.length += 4;
  if (present === 0 || present === rows) {
    addVarInt(page, 2 * rows);
    page.bytes[page.length++] = present === 0 ? 0 : 1;
  } else {
    addVarInt(page, 2 * Math.ceil(rows / 8) + 1);
    for (let row = 0; row < rows; row += 8) page.bytes[page.length++] = levelsOf(codes, row, Math.min(8, rows - row));
  }
  page.view.setUint32(start, page.length - start - 4, true);
}

function levelsOf(codes: Uint32Array, row: number, rows: number): number {
  let byte = 0;
  for (let i = 0; i < rows; i++) if (codes[row + i] !== 0) byte |= 1 << i;
  return byte;
}

/** Indexes into the dictionary, packed; a run when there is only one. */
function addIndexes(column: ColumnBuffer, page: GrowingBytes): void {
  const width = bitsFor(column.count - 1);
  const eights = Math.ceil(column.present / 8);
  page.reserve(16 + width * eights);
  page.bytes[page.length++] = width;
  if (width === 0) {
    addVarInt(page, 2 * column.present);
    return;
  }
  addVarInt(page, 2 * eights + 1);
  const indexes = indexesOf(column, 8 * eights);
  for (let i = 0; i < indexes.length; i += 8) {
    packEight(indexes, i, width, page.bytes, page.length);
    page.length += width;
  }
}

/** The index of each row that has a value; zeros behind them up to so many. */
function indexesOf({ codes, rows }: ColumnBuffer, length: number): Uint32Array {
  const indexes = new Uint32Array(length);
  let filled = 0;
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number;
    // Written over by the next one when it is null.
    if (filled < length) indexes[filled] = code - 1;
    if (code !== 0) filled += 1;
  }
  return indexes.fill(0, filled);
}

/** Eight indexes take as many bytes as each of them has bits. */
function packEight(indexes: Uint32Array, first: number, width: number, bytes: Buffer, to: number): void {
  let at = to;
  let held = 0;
  let waiting = 0;
  for (let i = first; i < first + 8; i++) {
    waiting |= (indexes[i] as number) << held;
    held += width;
    while (held >= 8) {
      bytes[at++] = waiting;
      waiting >>>= 8;
      held -= 8;
    }
  }
}

/** Booleans PLAIN, a bit each: older Spark cannot read them in run lengths. */
function addBits(column: ColumnBuffer, page: GrowingBytes): void {
  const eights = Math.ceil(column.present / 8);
  const flags = indexesOf(column, 8 * eights);
  page.reserve(eights);
  for (let i = 0; i < column.present; i++) flags[i] = column.values.bytes[flags[i] as number] as number;
  for (let i = 0; i < flags.length; i += 8) packEight(flags, i, 1, page.bytes, page.length++);
}

/** The value of each row again, although some were there already. */
function addValues(column: ColumnBuffer, page: GrowingBytes): void {
  for (let row = 0; row < column.rows; row++) {
    const code = column.codeAt(row);
    if (code !== 0) addValue(column, code, page);
  }
}

function addValue(column: ColumnBuffer, code: number, page: GrowingBytes): void {
  const start = column.startOf(code) - (column.width === 0 ? 4 : 0);
  const end = column.endOf(code);
  page.reserve(end - start);
  copyShort(column.values.view, start, end, page.view, page.length);
  page.length += end - start;
}

function addVarInt(page: GrowingBytes, value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) page.bytes[page.length++] = (rest & 0x7f) | 0x80;
  page.bytes[page.length++] = rest;
}
