import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Cell, Column, ColumnKind } from './model.ts';
import { MONEY_SCALE } from './values.ts';

/** Rows to a Parquet file, a row group at a time. docs/decisions/parquet.md says why this library. */

type Shape = Pick<Column, 'name' | 'kind'>;

/** Every column is nullable, so that each file of a table has the same schema, whatever its rows have. */
const ELEMENTS: Readonly<Record<ColumnKind, Omit<SchemaElement, 'name' | 'repetition_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  money: {
    type: 'INT64',
    converted_type: 'DECIMAL',
    precision: 18,
    scale: MONEY_SCALE,
    logical_type: { type: 'DECIMAL', precision: 18, scale: MONEY_SCALE },
  },
  // Microseconds and not nanoseconds: Spark, Synapse and Power Query do not read the latter, and DuckDB cuts them.
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  flag: { type: 'BOOLEAN' },
};

export function schemaOf(columns: readonly Shape[]): SchemaElement[] {
  const elements = columns.map(
    ({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...ELEMENTS[kind] }),
  );
  return [{ name: 'root', num_children: columns.length }, ...elements];
}

/** Collects rows; gives the bytes of the file in stretches. Nothing of a stretch is held once it was taken. */
export class ParquetFile {
  private readonly columns: readonly Shape[];
  private readonly bytes = new ByteWriter(64 * 1024);
  private readonly writer: ParquetWriter;
  private cells: Cell[][];
  /** Rows that are not in a row group yet. */
  pending = 0;

  /** @param notes key-value metadata of the file */
  constructor(columns: readonly Shape[], notes: Readonly<Record<string, string>>) {
    this.columns = columns;
    this.cells = columns.map(() => []);
    const kvMetadata = Object.entries(notes).map(([key, value]) => ({ key, value }));
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: schemaOf(columns),
      kvMetadata,
      createdBy: 'Landline',
    });
  }

  /** @param row one cell for each column, in order */
  add(row: readonly Cell[]): void {
    for (let i = 0; i < row.length; i++) this.cells[i]?.push(row[i] ?? null);
    this.pending += 1;
  }

  /** Ends the row group. @returns bytes to put behind those given before */
  endGroup(): Uint8Array {
    if (this.pending > 0) {
      const columnData = this.columns.map(({ name, kind }, i): ColumnSource => {
        const data = this.cells[i] ?? [];
        // Older Spark cannot read booleans in run lengths, the library's choice for long columns.
        return kind === 'flag' ? { name, data, encoding: 'PLAIN' } : { name, data };
      });
      this.cells = this.columns.map(() => []);
      const rows = this.pending;
      this.pending = 0;
      this.writer.write({ columnData, rowGroupSize: rows });
    }
    return this.taken();
  }

  /** The last row group and the footer. */
  end(): Uint8Array {
    const last = this.endGroup();
    this.writer.finish();
    return Buffer.concat([last, this.taken()]);
  }

  private taken(): Uint8Array {
    const bytes = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    return bytes;
  }
}
