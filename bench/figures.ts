/** Figures as numbers, and how they are written down. */

/** One or several measurements of the same thing. */
interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Measured extends Spread {
  /** Digits after the point, in the table only. */
  readonly digits: number;
  /** Stands after the number in the table. */
  readonly unit: string;
}

/** A number, or words where there is none. */
export type Figure = Measured | string;

export interface Row {
  readonly what: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface Table {
  readonly title: string;
  /** What has to be known to read it. */
  readonly note?: string;
  readonly rows: readonly Row[];
}

export function figure(values: number | readonly number[], digits = 0, unit = ''): Measured {
  return { ...spreadOf(typeof values === 'number' ? [values] : values), digits, unit };
}

export function times(values: number | readonly number[]): Measured {
  return figure(values, 2, ' ×');
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const last = sorted.length - 1;
  return { median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2, min: at(0), max: at(last) };
}

function textOf(value: Figure): string {
  if (typeof value === 'string') return value;
  const { median, min, max, digits, unit } = value;
  const text = (number: number) => number.toFixed(digits);
  const range = text(min) === text(max) ? '' : ` (${text(min)}–${text(max)})`;
  return `${text(median)}${unit}${range}`;
}

/** A Markdown table, padded so that it can be read as it is. */
export function markdownOf({ title, note, rows }: Table): string {
  const heads = [...new Set(rows.flatMap(row => Object.keys(row.figures)))];
  const cells = [['', ...heads], ...rows.map(row => [row.what, ...heads.map(head => textOf(row.figures[head] ?? ''))])];
  const widths = ['', ...heads].map((_, i) => Math.max(...cells.map(row => (row[i] ?? '').length)));
  const lines = cells.map(row => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`);
  return [`\n## ${title}`, ...(note === undefined ? [] : [note]), lines.join('\n')].join('\n\n');
}

/** A table as it is kept: the numbers without their dress. */
export function plainOf({ title, rows }: Table): object {
  const plain = (value: Figure) =>
    typeof value === 'string' ? value : { median: value.median, min: value.min, max: value.max };
  return {
    title,
    rows: rows.map(({ what, figures }) => ({
      what,
      ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, plain(value)])),
    })),
  };
}
