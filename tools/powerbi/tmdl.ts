import { hash } from 'node:crypto';
import type { Expression, Measure, Model, ModelColumn, ModelTable, Relationship } from './model.ts';

/** Writes the model in TMDL, the text form of a Power BI semantic model: one tab per level. */

/** The rolling window that a published model keeps, and the days of it that each refresh looks at. */
const KEPT_YEARS = 3;
/** More than the 35 days after which a day is read once more. */
const LOOKED_AT_DAYS = 40;

/** @returns the same UUID for the same thing on every run, so that a report stays bound to what it shows */
export function uuidOf(what: string): string {
  const digits = hash('sha256', `landline ${what}`);
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ];
  return parts.join('-');
}

/** A name that has more than letters, digits and underscores stands in quotes. */
function named(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

class Writer {
  private readonly lines: string[] = [];

  line(level: number, text: string): this {
    this.lines.push(`${'\t'.repeat(level)}${text}`);
    return this;
  }

  /** An expression of several lines stands below its property, two levels deeper. */
  expression(level: number, head: string, text: string): this {
    const parts = text.split('\n');
    if (parts.length === 1) return this.line(level, `${head} = ${text}`);
    this.line(level, `${head} =`);
    for (const part of parts) {
      const indent = /^(?: {4})*/.exec(part)?.[0].length ?? 0;
      const tabbed = '\t'.repeat(indent / 4) + part.slice(indent);
      this.lines.push(tabbed === '' ? '' : `${'\t'.repeat(level + 2)}${tabbed}`);
    }
    return this;
  }

  blank(): this {
    this.lines.push('');
    return this;
  }

  get text(): string {
    return `${this.lines.join('\n').trimEnd()}\n`;
  }
}

function columnOf(writer: Writer, table: ModelTable, column: ModelColumn): void {
  const { name, type, meaning, folder, hidden, format, isKey, sortBy } = column;
  writer
    .blank()
    .line(1, `/// ${meaning}`)
    .line(1, `column ${named(name)}`)
    .line(2, `dataType: ${type}`);
  if (hidden) writer.line(2, 'isHidden');
  if (isKey) writer.line(2, 'isKey');
  if (format !== undefined) writer.line(2, `formatString: ${format}`);
  if (folder !== undefined) writer.line(2, `displayFolder: ${folder}`);
  writer.line(2, `lineageTag: ${uuidOf(`${table.name}.${name}`)}`).line(2, 'summarizeBy: none');
  if ('dax' in table.source) writer.line(2, 'isNameInferred').line(2, `sourceColumn: [${name}]`);
  else writer.line(2, `sourceColumn: ${name}`);
  if (sortBy !== undefined) writer.line(2, `sortByColumn: ${named(sortBy)}`);
}

function measureOf(writer: Writer, { name, folder, meaning, format, dax }: Measure): void {
  writer
    .blank()
    .line(1, `/// ${meaning}`)
    .expression(1, `measure ${named(name)}`, dax);
  writer.line(2, `formatString: ${format}`).line(2, `displayFolder: ${folder}`);
  writer.line(2, `lineageTag: ${uuidOf(`measure ${name}`)}`);
}

/** @param measures those that stand in this table */
export function tableFile(table: ModelTable, measures: readonly Measure[]): string {
  const writer = new Writer();
  writer.line(0, `/// ${table.meaning}`).line(0, `table ${named(table.name)}`);
  writer.line(1, `lineageTag: ${uuidOf(table.name)}`);
  if (table.isDateTable) writer.line(1, 'dataCategory: Time');
  for (const measure of measures) measureOf(writer, measure);
  for (const column of table.columns) columnOf(writer, table, column);
  const { source, refresh } = table;
  if (refresh !== undefined && 'm' in source) {
    writer.blank().line(1, 'refreshPolicy').line(2, 'policyType: basic');
    writer.line(2, 'rollingWindowGranularity: year').line(2, `rollingWindowPeriods: ${KEPT_YEARS}`);
    writer.line(2, 'incrementalGranularity: day').line(2, `incrementalPeriods: ${LOOKED_AT_DAYS}`);
    writer.expression(2, 'pollingExpression', refresh.polling).expression(2, 'sourceExpression', source.m);
  }
  const kind = 'm' in source ? 'm' : 'calculated';
  writer
    .blank()
    .line(1, `partition ${named(table.name)} = ${kind}`)
    .line(2, 'mode: import');
  writer.expression(2, 'source', 'm' in source ? source.m : source.dax);
  return writer.text;
}

export function relationshipsFile(relationships: readonly Relationship[]): string {
  const writer = new Writer();
  for (const { from, to, active } of relationships) {
    writer.line(0, `relationship ${uuidOf(`${from.join('.')} ${to.join('.')}`)}`);
    if (!active) writer.line(1, 'isActive: false');
    writer
      .line(1, `fromColumn: ${from.map(named).join('.')}`)
      .line(1, `toColumn: ${to.map(named).join('.')}`)
      .blank();
  }
  return writer.text;
}

export function expressionsFile(expressions: readonly Expression[]): string {
  const writer = new Writer();
  for (const { name, meaning, m } of expressions) {
    writer.line(0, `/// ${meaning}`).expression(0, `expression ${named(name)}`, m);
    writer.line(1, `lineageTag: ${uuidOf(`expression ${name}`)}`).blank();
  }
  return writer.text;
}

export const DATABASE_FILE = 'database\n\tcompatibilityLevel: 1601\n';

export function modelFile({ tables, expressions }: Model): string {
  const writer = new Writer();
  writer.line(0, 'model Model').line(1, 'culture: en-US').line(1, 'defaultPowerBIDataSourceVersion: powerBI_V3');
  writer.line(1, 'discourageImplicitMeasures').line(1, 'sourceQueryCulture: en-US');
  writer.line(1, 'dataAccessOptions').line(2, 'legacyRedirects').line(2, 'returnErrorValuesAsNull').blank();
  writer.line(0, 'annotation __PBI_TimeIntelligenceEnabled = 0').blank();
  const order = [...expressions, ...tables.filter(({ source }) => 'm' in source)].map(({ name }) => name);
  writer.line(0, `annotation PBI_QueryOrder = ${JSON.stringify(order)}`).blank();
  for (const { name } of tables) writer.line(0, `ref table ${named(name)}`);
  return writer.text;
}
