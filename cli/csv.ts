/** CSV as RFC 4180 has it: records end in CRLF, and what holds a comma, a quote or a line break stands in quotes. */

export const CSV_END = '\r\n';

/** What a spreadsheet would take for a formula, or for a command of an older one. */
const FORMULA = /^[=+\-@\t\r]/;

/** A telephone number, perhaps with hidden digits: a spreadsheet takes it for a number, and runs nothing. */
const NUMBER = /^\+[\d*]+$/;

/**
 * A text that begins like a formula gets a `'` before it, which spreadsheets take for "this is text". Other readers see
 * the `'`: for exact values there are Parquet and DuckDB.
 */
export function harmless(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** @param texts for each cell, whether it is text and not a number, date or flag. Null is an empty field */
export function csvLine(cells: readonly (string | null)[], texts: readonly boolean[]): string {
  const fields = cells.map((cell, i) => {
    if (cell === null) return '';
    const text = texts[i] ? harmless(cell) : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}${CSV_END}`;
}
