import type { ColumnBuffer } from '../cells/column-buffer.ts';
import type { GrowingBytes } from '../cells/growing-bytes.ts';
import { type Shape, typeOf, writeSchema } from './schema.ts';
import { boundsOf } from './statistics.ts';
import { ENUM, STRUCT, TEXT, Thrift } from './thrift.ts';

/** What stands at the end of a Parquet file: its columns, and where each row group has them. */

/** Numbers of Parquet's encodings, and of its compression. */
export const [PLAIN, RLE, RLE_DICTIONARY] = [0, 3, 8];
const SNAPPY = 1;

const nothing = (): void => undefined;

/** Where the pages of a column are in the file, and their bytes with headers. */
export interface Pages {
  readonly start: number;
  /** Of the data page; the dictionary stands before it when this is not `start`. */
  readonly dataStart: number;
  readonly unpacked: number;
  readonly packed: number;
}

/** Keeps what is known of the row groups so far, as the bytes that they will be. */
export class Footer {
  private readonly columns: readonly Shape[];
  private readonly notes: Readonly<Record<string, string>>;
  private readonly groups = new Thrift();
  private count = 0;
  private rows = 0;

  constructor(columns: readonly Shape[], notes: Readonly<Record<string, string>>) {
    this.columns = columns;
    this.notes = notes;
  }

  /** @param pages of the columns in order */
  addGroup(buffers: readonly ColumnBuffer[], pages: readonly Pages[]): void {
    const { groups, columns } = this;
    const rows = buffers[0]?.rows ?? 0;
    this.count += 1;
    this.rows += rows;
    groups.structItem(() => {
      groups.list(1, STRUCT, columns.length);
      for (const [i, shape] of columns.entries()) this.addChunk(shape, buffers[i] as ColumnBuffer, pages[i] as Pages);
      groups.long(
        2,
        pages.reduce((sum, { unpacked }) => sum + unpacked, 0),
      );
      groups.long(3, rows);
      groups.long(
        6,
        pages.reduce((sum, { packed }) => sum + packed, 0),
      );
    });
  }

  private addChunk(shape: Shape, column: ColumnBuffer, { start, dataStart, unpacked, packed }: Pages): void {
    const { groups } = this;
    const encodings = dataStart === start ? [PLAIN, RLE] : [PLAIN, RLE, RLE_DICTIONARY];
    groups.structItem(() => {
      groups.long(2, start);
      groups.struct(3, () => {
        groups.int(1, typeOf(shape));
        groups.list(2, ENUM, encodings.length);
        for (const encoding of encodings) groups.number(encoding);
        groups.list(3, TEXT, 1);
        groups.textItem(shape.name);
        groups.int(4, SNAPPY);
        groups.long(5, column.rows);
        groups.long(6, unpacked);
        groups.long(7, packed);
        groups.long(9, dataStart);
        if (dataStart !== start) groups.long(11, start);
        groups.struct(12, () => this.addStatistics(column));
      });
    });
  }

  private addStatistics(column: ColumnBuffer): void {
    const { groups } = this;
    const { values, width, rows, present } = column;
    groups.long(3, rows - present);
    const bounds = boundsOf(column);
    if (bounds === undefined) return;
    groups.bytes(5, values.bytes, bounds.most, bounds.most + width);
    groups.bytes(6, values.bytes, bounds.least, bounds.least + width);
  }

  /** Puts the footer behind the row groups; its length does not belong to it. */
  write(out: GrowingBytes): void {
    const thrift = new Thrift(out);
    const { columns, groups } = this;
    const notes = Object.entries(this.notes);
    thrift.structItem(() => {
      thrift.int(1, 1);
      writeSchema(thrift, 2, columns);
      thrift.long(3, this.rows);
      thrift.list(4, STRUCT, this.count);
      out.append(groups.out.bytes, 0, groups.out.length);
      thrift.list(5, STRUCT, notes.length);
      for (const [key, value] of notes)
        thrift.structItem(() => {
          thrift.text(1, key);
          thrift.text(2, value);
        });
      thrift.text(6, 'Landline');
      // Bounds are in the order of the column's type.
      thrift.list(7, STRUCT, columns.length);
      for (const _ of columns) thrift.structItem(() => thrift.struct(1, nothing));
    });
  }
}
