import { MONEY_SCALE } from '../cells/values.ts';
import type { Column, ColumnKind } from '../model.ts';
import { STRUCT, type Thrift } from './thrift.ts';

export type Shape = Pick<Column, 'name' | 'kind'>;

/** Digits of DECIMAL(18,6). */
const MONEY_PRECISION = 18;

interface Element {
  readonly type: number;
  /** What older readers go by. */
  readonly converted?: number;
  readonly logical?: (thrift: Thrift) => void;
}

const nothing = (): void => undefined;

/** Numbers of Parquet's types. */
const [BOOLEAN, INT32, INT64, BYTE_ARRAY] = [0, 1, 2, 6];
const [UTF8, DECIMAL, DATE, TIMESTAMP_MICROS] = [0, 5, 6, 10];
const OPTIONAL = 1;

const ELEMENTS: Readonly<Record<ColumnKind, Element>> = {
  text: { type: BYTE_ARRAY, converted: UTF8, logical: thrift => thrift.struct(1, nothing) },
  int: { type: INT32 },
  long: { type: INT64 },
  money: {
    type: INT64,
    converted: DECIMAL,
    logical: thrift =>
      thrift.struct(5, () => {
        thrift.int(1, MONEY_SCALE);
        thrift.int(2, MONEY_PRECISION);
      }),
  },
  // Microseconds and not nanoseconds: Spark, Synapse and Power Query do not read the latter, and DuckDB cuts them.
  time: {
    type: INT64,
    converted: TIMESTAMP_MICROS,
    logical: thrift =>
      thrift.struct(8, () => {
        thrift.flag(1, true);
        thrift.struct(2, () => thrift.struct(2, nothing));
      }),
  },
  date: { type: INT32, converted: DATE, logical: thrift => thrift.struct(6, nothing) },
  flag: { type: BOOLEAN },
};

/** The number of the type that the values of a column have in the file. */
export function typeOf({ kind }: Shape): number {
  return ELEMENTS[kind].type;
}

/** Every column is nullable, so that each file of a table has the same schema, whatever its rows have. */
export function writeSchema(thrift: Thrift, field: number, columns: readonly Shape[]): void {
  thrift.list(field, STRUCT, columns.length + 1);
  thrift.structItem(() => {
    thrift.text(4, 'root');
    thrift.int(5, columns.length);
  });
  for (const { name, kind } of columns) {
    const { type, converted, logical } = ELEMENTS[kind];
    thrift.structItem(() => {
      thrift.int(1, type);
      thrift.int(3, OPTIONAL);
      thrift.text(4, name);
      if (converted !== undefined) thrift.int(6, converted);
      if (kind === 'money') {
        thrift.int(7, MONEY_SCALE);
        thrift.int(8, MONEY_PRECISION);
      }
      if (logical !== undefined) thrift.struct(10, () => logical(thrift));
    });
  }
}
