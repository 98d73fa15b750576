import type { Cell, ColumnKind } from '../table-model.ts';
import { GrowingBytes } from './growing-bytes.ts';

const TWO_TO_32 = 2 ** 32;

const NOTHING = new Uint32Array(0);

/** Bytes of a value in Parquet's PLAIN encoding; text has its own length. Flags take one here and a bit in the file. */
const WIDTHS: Readonly<Record<ColumnKind, number>> = { text: 0, int: 4, long: 8, money: 8, time: 8, date: 4, flag: 1 };

/**
 * The cells of one column of a row group: for each row a code, and the values by code in the encoding of the file. A
 * value that comes again may have the code it had before, which makes a dictionary; or each may be added as a new one.
 */
export class ColumnBuffer {
  readonly kind: ColumnKind;
  /** Bytes of a value; 0 for text, which has four bytes of length before it. */
  readonly width: number;
  rows = 0;
  /** By row: 0 for null, n for the n-th value. A column that is the same in all rows has none: see `codeAt`. */
  codes: Uint32Array = NOTHING;
  /** Rows that have a value. */
  present = 0;
  readonly values = new GrowingBytes(0);
  /** Values added. */
  count = 0;
  /** Where the n-th value of a column of text starts in `values`, its length included. */
  starts: Uint32Array = NOTHING;
  private readonly known = new Map<Cell, number>();
  /** Text that UTF-8 cannot hold as it is (half of a surrogate pair), by code. */
  private readonly odd = new Map<number, string>();
  /** Text that without its quotes would be another JSON value, by code. */
  private readonly quoted = new Set<number>();

  constructor(kind: ColumnKind) {
    this.kind = kind;
    this.width = WIDTHS[kind];
  }

  /** Forgets rows and values. */
  clear(): void {
    this.rows = 0;
    this.present = 0;
    this.count = 0;
    this.values.length = 0;
    this.known.clear();
    this.odd.clear();
    this.quoted.clear();
  }

  /** Makes room for so many more rows, and as many values. */
  reserveRows(count: number): void {
    this.codes = withRoom(this.codes, this.rows + count);
    if (this.width === 0) this.starts = withRoom(this.starts, this.count + count + 1);
  }

  /** Adds the next row; there must be room for it. @param code of a value, 0 for null */
  push(code: number): void {
    this.codes[this.rows++] = code;
    if (code !== 0) this.present += 1;
  }

  /** Adds so many rows to a column that has this value, or none, in all of them. */
  pushAll(cell: Cell, rows: number): void {
    const code = this.codeOf(cell);
    this.rows += rows;
    if (code !== 0) this.present += rows;
  }

  /** Adds so many rows with the same code; there must be room for them. */
  pushSame(code: number, rows: number): void {
    this.codes.fill(code, this.rows, this.rows + rows);
    this.rows += rows;
    if (code !== 0) this.present += rows;
  }

  /** Adds so many whole numbers, each one more than the one before, as rows of a column of 64 bits. */
  pushNumbers(first: number, rows: number): void {
    this.reserveRows(rows);
    this.values.reserve(8 * rows);
    const { codes, values, count } = this;
    const { view, length } = values;
    for (let i = 0; i < rows; i++) {
      codes[this.rows + i] = count + i + 1;
      view.setUint32(length + 8 * i, (first + i) % TWO_TO_32, true);
      view.setUint32(length + 8 * i + 4, (first + i) / TWO_TO_32, true);
    }
    values.length += 8 * rows;
    this.count += rows;
    this.rows += rows;
    this.present += rows;
  }

  /** The code of a row. */
  codeAt(row: number): number {
    return this.codes.length > 0 ? (this.codes[row] as number) : this.count;
  }

  /** Takes rows out again. @param removed from `first` on, 1 for each that goes; its length says how many rows there are */
  removeRows(first: number, removed: Uint8Array): void {
    const { codes } = this;
    if (codes.length === 0) {
      for (const each of removed) this.rows -= each;
      this.present = this.count === 0 ? 0 : this.rows;
      return;
    }
    this.rows = first;
    for (let i = 0; i < removed.length; i++) {
      const code = codes[first + i] as number;
      if (removed[i] === 0) codes[this.rows++] = code;
      else if (code !== 0) this.present -= 1;
    }
  }

  /** The code of a value that may have come before. */
  codeOf(cell: Cell): number {
    if (cell === null) return 0;
    const known = this.known.get(cell);
    if (known !== undefined) return known;
    const code = this.add(cell);
    this.known.set(cell, code);
    return code;
  }

  /** Adds a value as a new one. @returns its code */
  add(cell: Cell): number {
    if (cell === null) return 0;
    if (typeof cell === 'string') return this.addText(cell);
    const { values } = this;
    values.reserve(this.width);
    if (typeof cell === 'bigint') values.view.setBigInt64(values.length, cell, true);
    else if (typeof cell === 'number') values.view.setInt32(values.length, cell, true);
    else values.bytes[values.length] = cell ? 1 : 0;
    return this.end(this.width);
  }

  /** Adds text as a new value, and remembers that it is no number, flag, object or list. @returns its code */
  addQuoted(text: string): number {
    const code = this.addText(text);
    this.quoted.add(code);
    return code;
  }

  /** Adds a whole number to a column of 64 bits. @param value that a double holds exactly */
  addWhole(value: number): number {
    const { values } = this;
    values.reserve(8);
    const high = Math.floor(value / TWO_TO_32);
    values.view.setUint32(values.length, value - high * TWO_TO_32, true);
    values.view.setInt32(values.length + 4, high, true);
    return this.end(8);
  }

  /** Counts the value that was written behind `values.length`. @returns its code */
  end(bytes: number): number {
    if (this.width === 0) this.starts[this.count] = this.values.length;
    this.values.length += bytes;
    this.count += 1;
    return this.count;
  }

  private addText(text: string): number {
    const { values } = this;
    values.reserve(4 + 3 * text.length);
    const bytes = values.bytes.write(text, values.length + 4);
    values.view.setUint32(values.length, bytes, true);
    this.starts = withRoom(this.starts, this.count + 2);
    const code = this.end(4 + bytes);
    if (!text.isWellFormed()) this.odd.set(code, text);
    return code;
  }

  /** The bytes of the n-th value, from 1, as a range of `values`; of text without its length. */
  startOf(code: number): number {
    return this.width === 0 ? (this.starts[code - 1] as number) + 4 : this.width * (code - 1);
  }

  endOf(code: number): number {
    if (this.width > 0) return this.width * code;
    return code === this.count ? this.values.length : (this.starts[code] as number);
  }

  /** Whether another value may have the same bytes: UTF-8 cannot hold the text as it is, or only its quotes make it one. */
  isOdd(code: number): boolean {
    return this.odd.has(code) || this.quoted.has(code);
  }

  /** What stands in a row, as text: of money and instants the whole number that they are. `null` for null. */
  textAt(row: number): string | null {
    return this.textOf(this.codeAt(row));
  }

  /** As `textAt`, and no two values are the same: `"1"` keeps its quotes beside `1`. */
  identityAt(row: number): string | null {
    const text = this.textAt(row);
    return this.quoted.has(this.codeAt(row)) ? JSON.stringify(text) : text;
  }

  textOf(code: number): string | null {
    if (code === 0) return null;
    const { values, kind } = this;
    const start = this.startOf(code);
    switch (kind) {
      case 'text':
        return this.odd.get(code) ?? values.bytes.toString('utf8', start, this.endOf(code));
      case 'int':
      case 'date':
        return String(values.view.getInt32(start, true));
      case 'flag':
        return String(values.bytes[start] === 1);
      default:
        return String(values.view.getBigInt64(start, true));
    }
  }
}

function withRoom(array: Uint32Array, length: number): Uint32Array {
  if (array.length >= length) return array;
  const grown = new Uint32Array(Math.max(length, 2 * array.length));
  grown.set(array);
  return grown;
}
