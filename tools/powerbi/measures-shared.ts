/** Formats and phrases that measures share. */

export const COUNT = '#,0';
export const SHARE = '0.0 %';
export const AMOUNT = '#,0.00####';

export function rowsWhere(table: string, dax: string): string {
  return `COUNTROWS ( FILTER ( ${table}, ${dax} ) )`;
}

export function counted(table: string, sql?: string): string {
  return `SELECT count(*) FROM ${table}${sql === undefined ? '' : ` WHERE ${sql}`}`;
}
