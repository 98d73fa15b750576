import { GrowingBytes } from '../cells/growing-bytes.ts';

/** Types of fields in Thrift's compact protocol. */
const [TRUE, FALSE, INT, LONG, BINARY, LIST] = [1, 2, 5, 6, 8, 9];
export const STRUCT = 12;
export const ENUM = INT;
export const TEXT = BINARY;

/** Of a list that has its length beside its type. */
const SHORT_MAX = 14;

/** Bytes of the largest number that a double holds exactly. */
const COUNT_MAX = 8;

/**
 * Structs in Thrift's compact protocol, as far as the metadata of Parquet needs it. The fields of a struct are written
 * in ascending order of their numbers; nothing checks that.
 */
export class Thrift {
  readonly out: GrowingBytes;
  /** The field before, of the struct that is being written. */
  private before = 0;

  constructor(out: GrowingBytes = new GrowingBytes(0)) {
    this.out = out;
  }

  /** A whole number of 32 bits, or a name of an enumeration. */
  int(field: number, value: number): void {
    this.head(field, INT);
    this.number(value);
  }

  /** A whole number of 64 bits that is not negative and that a double holds exactly. */
  long(field: number, value: number): void {
    this.head(field, LONG);
    this.count(2 * value);
  }

  flag(field: number, value: boolean): void {
    this.head(field, value ? TRUE : FALSE);
  }

  text(field: number, text: string): void {
    this.head(field, BINARY);
    this.textItem(text);
  }

  bytes(field: number, from: Buffer, start: number, end: number): void {
    this.head(field, BINARY);
    this.count(end - start);
    this.out.append(from, start, end);
  }

  struct(field: number, write: () => void): void {
    this.head(field, STRUCT);
    this.structItem(write);
  }

  /** Begins a list; so many items of the type have to follow. */
  list(field: number, type: number, length: number): void {
    this.head(field, LIST);
    this.byte((Math.min(length, SHORT_MAX + 1) << 4) | type);
    if (length > SHORT_MAX) this.count(length);
  }

  /** A struct as an item of a list, or by itself. */
  structItem(write: () => void): void {
    const { before } = this;
    this.before = 0;
    write();
    this.byte(0);
    this.before = before;
  }

  textItem(text: string): void {
    const { out } = this;
    this.count(Buffer.byteLength(text));
    out.reserve(3 * text.length);
    out.length += out.bytes.write(text, out.length);
  }

  /** A whole number of 32 bits as an item of a list. */
  number(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  private head(field: number, type: number): void {
    this.byte(((field - this.before) << 4) | type);
    this.before = field;
  }

  private byte(value: number): void {
    const { out } = this;
    out.reserve(1);
    out.bytes[out.length++] = value;
  }

  /** Seven bits a byte, the lowest first. */
  private count(value: number): void {
    const { out } = this;
    out.reserve(COUNT_MAX);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) out.bytes[out.length++] = (rest % 0x80) | 0x80;
    out.bytes[out.length++] = rest;
  }
}
