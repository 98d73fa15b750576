import type { SchemaElement } from 'hyparquet-writer';
import { MONEY_SCALE } from '../cells/values.ts';
import type { Column, ColumnKind } from '../table-model.ts';

export type Shape = Pick<Column, 'name' | 'kind'>;

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

export function elementOf({ name, kind }: Shape): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...ELEMENTS[kind] };
}

export function schemaOf(columns: readonly Shape[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)];
}
