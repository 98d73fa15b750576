/** The words of the Power BI model: what `tmdl.ts` writes and the report refers to. */

export type DataType = 'string' | 'int64' | 'decimal' | 'dateTime' | 'boolean';

export interface ModelColumn {
  readonly name: string;
  readonly type: DataType;
  readonly meaning: string;
  readonly folder?: string;
  readonly hidden?: boolean;
  readonly format?: string;
  readonly isKey?: boolean;
  readonly sortBy?: string;
  /** Where it stands for an amount of money: only measures that are bound to one currency may add it. */
  readonly isMoney?: boolean;
}

interface Refresh {
  /** M that yields one number for a range of days: another number means that the days have changed. */
  readonly polling: string;
}

export interface ModelTable {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly ModelColumn[];
  /** Where its rows come from: Power Query (`m`) or an expression over other tables (`dax`). */
  readonly source: { readonly m: string } | { readonly dax: string };
  readonly refresh?: Refresh;
  readonly isDateTable?: boolean;
}

export interface Relationship {
  /** `table.column` of the side with many rows. */
  readonly from: readonly [table: string, column: string];
  readonly to: readonly [table: string, column: string];
  /** One that is not active is for measures that name it. */
  readonly active: boolean;
}

export interface Measure {
  readonly name: string;
  readonly folder: string;
  readonly meaning: string;
  readonly format: string;
  readonly dax: string;
  /**
   * The same number in SQL, over the views of docs/bi/duckdb.sql as the filter of the report leaves them; for what looks
   * beyond the filter, `every_call` is `fact_call` without it and `period` its `first` and `last` day.
   */
  readonly sql: string;
}

/** A shared expression of Power Query: a parameter or a function. */
export interface Expression {
  readonly name: string;
  readonly meaning: string;
  readonly m: string;
}

export interface Model {
  readonly tables: readonly ModelTable[];
  readonly measures: readonly Measure[];
  readonly relationships: readonly Relationship[];
  readonly expressions: readonly Expression[];
}
