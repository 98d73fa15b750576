import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DIMENSIONS } from '../shared/curate/dimensions.ts';
import { partitionStatus } from '../shared/curate/partition-status.ts';
import type { Column, ColumnKind, Privacy, Table } from '../shared/curate/table-model.ts';
import { TABLE_VERSION, TABLES } from '../shared/curate/tables.ts';
import { duckdbViews, fabricViews, synapseViews } from './sql-views.ts';

/**
 * Writes docs/bi/dictionary.md, the SQL views beside it and the field lists of docs/privacy.md from the definitions of the
 * curated tables: `node tools/dictionary.ts`.
 */

export const DICTIONARY_PAGE = fileURLToPath(new URL('../docs/bi/dictionary.md', import.meta.url));
export const DUCKDB_VIEWS = fileURLToPath(new URL('../docs/bi/duckdb.sql', import.meta.url));
export const SYNAPSE_VIEWS = fileURLToPath(new URL('../docs/bi/synapse.sql', import.meta.url));
export const FABRIC_VIEWS = fileURLToPath(new URL('../docs/bi/fabric.sql', import.meta.url));
export const PRIVACY_PAGE = fileURLToPath(new URL('../docs/privacy.md', import.meta.url));

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  int: 'int32',
  long: 'int64',
  money: 'decimal(18,6)',
  time: 'timestamp, UTC',
  date: 'date',
  flag: 'boolean',
};

const INTRODUCTION = `# Data dictionary of the curated tables

Written by \`node tools/dictionary.ts\` from \`shared/curate/\`, table version ${TABLE_VERSION}. Every column is nullable, and every file of
a table has every column in this order, a day without rows included. *Admin center* is the column of the Teams admin
center's PSTN usage report, or of its export, that says the same.

An empty text is null in every column, as is what the source leaves out. A whole number may be written \`60.0\` or \`6e1\`.
Amounts are exact. Never add amounts of two currencies; where \`currency\` is null, it is the account's own of a Voximplant
message, and not stated of any other row: two groups that are not added either. Numbers may be hidden in part, and equal
ones are then not one person: see *What to know* in README.md.
The path adds the columns \`dataset\` and \`date\` in readers that know \`key=value\` folders; \`source_dataset\` and \`day\` say
the same inside the file. One row per key: \`WHERE conflict_ordinal = 0\`.
`;

export function dictionaryPage(): string {
  const small = [partitionStatus, ...DIMENSIONS].map(table => {
    const head = `\n## \`${table.name}\`\n\nOne row: ${table.grain}. One file: \`curated/v1/${table.name}/part-0.parquet\`.\n\n`;
    const rows = table.columns.map(({ name, kind, meaning }) => row(code(name), TYPES[kind], meaning));
    return `${head}${row('Column', 'Type', 'Meaning')}|---|---|---|\n${rows.join('')}`;
  });
  return INTRODUCTION + TABLES.map(tableSection).join('') + small.join('');
}

function tableSection({ name, grain, datasets, columns }: Table): string {
  const head = `\n## \`${name}\`\n\nOne row: ${grain}.\n\n`;
  const titles = row('Column', 'Type', 'Meaning', ...datasets.map(code), 'Admin center');
  const rows = columns.map(column => {
    const from = datasets.map(dataset => fieldOf(column, dataset));
    return row(code(column.name), TYPES[column.kind], column.meaning, ...from, column.adminCenter ?? '');
  });
  return `${head}${titles}|---|---|---|${'---|'.repeat(datasets.length)}---|\n${rows.join('')}`;
}

function fieldOf({ origin }: Column, dataset: string): string {
  if ('derived' in origin) return '*derived*';
  const field = origin.fields[dataset];
  return field === undefined ? '' : code(field);
}

const NUMBER =
  "your organisation's as sent; an outsider's without the last 4 digits, with 7 digits at most; other text: `withheld`";
const UNKNOWN = 'only the names of the fields, as words, without their values';
const WORDS = 'only words, and up to four digits in all, with `…` in place of the rest';
const CALL_ID = 'without the address after `@`; `…` if it is not an identifier of a known form';

/** What each profile does with a column, in words; privacy.ts does it. */
export const TREATMENT: Readonly<Record<Privacy, readonly [full: string, masked: string, pseudonymous: string]>> = {
  open: ['as sent', 'as sent', 'as sent'],
  word: ['as sent', WORDS, WORDS],
  words: ['as sent', `JSON; ${WORDS}`, `JSON; ${WORDS}`],
  id: ['as sent', 'as sent where it looks like an identifier', 'as sent where it looks like an identifier'],
  instant: ['as sent', 'as sent where it is an instant', 'as sent where it is an instant'],
  user: ['as sent', 'as sent', 'keyed hash `u_…`'],
  name: ['as sent', 'as sent', 'dropped'],
  own: ['as sent', 'as sent', 'keyed hash `n_…`'],
  from: ['as sent', NUMBER, 'keyed hash `n_…`'],
  to: ['as sent', NUMBER, 'keyed hash `n_…`'],
  ip: ['as sent', 'dropped', 'dropped'],
  'call-id': ['as sent', CALL_ID, CALL_ID],
  message: ['as sent', 'dropped', 'dropped'],
  quote: ['as sent', WORDS, 'dropped'],
  unknown: ['as sent', UNKNOWN, UNKNOWN],
};

/** Kinds of columns that have no row of their own. */
const TOGETHER: Readonly<Partial<Record<Privacy, string>>> = {
  open: 'As sent, or derived, in every profile',
  word: `As sent in \`full\`; in the other profiles ${WORDS}`,
  id: 'As sent, but in `masked` and `pseudonymous` only where it looks like an identifier',
  instant: 'As sent, but in `masked` and `pseudonymous` only where it is an instant',
};

/** The lists between the marks of docs/privacy.md. Columns that tell nothing about anybody are named in one line. */
export function privacyLists(): string {
  return TABLES.map(({ name, columns }) => {
    const named = (wanted: Privacy): string =>
      columns.flatMap(({ name: column, privacy }) => (privacy === wanted ? code(column) : [])).join(', ');
    const rows = columns
      .filter(({ privacy }) => !(privacy in TOGETHER))
      .map(column => row(code(column.name), ...TREATMENT[column.privacy]));
    const titles = `${row('Column', '`full`', '`masked`', '`pseudonymous`')}|---|---|---|---|\n`;
    const others = Object.entries(TOGETHER).flatMap(([privacy, said]) => {
      const columns = named(privacy as Privacy);
      return columns === '' ? [] : [`\n${said}: ${columns}.\n`];
    });
    return `\n### \`${name}\`\n\n${titles}${rows.join('')}${others.join('')}`;
  }).join('');
}

const BEGIN = '<!-- fields: written by tools/dictionary.ts -->\n';
const END = '\n<!-- end of fields -->\n';

/** @param page docs/privacy.md as it is */
export function privacyPage(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/privacy.md has lost the marks of its field lists');
  return page.slice(0, from + BEGIN.length) + privacyLists() + page.slice(to);
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const { readFile } = await import('node:fs/promises');
  await writeFile(DICTIONARY_PAGE, dictionaryPage());
  await writeFile(DUCKDB_VIEWS, duckdbViews());
  await writeFile(SYNAPSE_VIEWS, synapseViews());
  await writeFile(FABRIC_VIEWS, fabricViews());
  await writeFile(PRIVACY_PAGE, privacyPage(await readFile(PRIVACY_PAGE, 'utf8')));
}
