import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DatasetName, startSimulator } from '../../local/simulator/index.ts';
import { writeDimensionFiles } from '../../shared/curate/dimension-files.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { DAY_MS, eachDay, HOUR_MS, instantOf, startOf } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import { curated, type Duck, duck, folderFor, layOut, memoryPorts, type Rows } from './setup.ts';

/** The queries of docs/bi, run: its views over a simulated quarter, its questions, and the page with their answers. */

const BI_DOCS = new URL('../../docs/bi/', import.meta.url);
export const ANSWERS_PAGE = fileURLToPath(new URL('questions.md', BI_DOCS));
const FIRST = '2026-01-01';
const LAST = '2026-03-31';
const NOW = Date.parse('2026-04-01T06:00:00Z');

/** Direct Routing was set up later, one day was never landed, and one had late rows. */
const BEGINS: Readonly<Record<string, string>> = { 'teams-direct-routing-calls': '2026-02-10' };
const MISSING = { dataset: 'teams-sms', day: '2026-02-17' } as const;
const REVISED = { dataset: 'teams-pstn-calls', day: '2026-03-05' } as const;

/** Rows of a day, about: enough for every question to have an answer. */
export const ROWS = 25;

type Ends = { after(act: () => unknown): void };

/** Writes a quarter of curated tables below a folder. @returns the folder */
export function quarter(context: Ends, rows: number, hugeCharges = false): Promise<string> {
  return simulated(context, { rows, hugeCharges, first: FIRST, last: LAST, begins: BEGINS });
}

export interface Simulated {
  readonly rows: number;
  readonly hugeCharges?: boolean;
  /** Days after the end at which the source is asked: later ones have more late rows, and reach back less far. */
  readonly askedAfter?: number;
  readonly first: string;
  readonly last: string;
  /** The first day of logs that begin later, by dataset. */
  readonly begins: Readonly<Record<string, string>>;
}

/** Writes curated tables of a simulated period below a folder. @returns the folder */
export async function simulated(context: Ends, period: Simulated): Promise<string> {
  const { rows, hugeCharges = false, askedAfter = 60, first, last, begins } = period;
  const now = (): number => NOW + askedAfter * DAY_MS;
  const simulator = await startSimulator({ seed: 2026, rows, oddShare: 0.01, hugeCharges, now });
  const on = memoryPorts('masked');
  const ledgers = [];
  for (const dataset of DATASETS) {
    const entries: DayEntry[] = [];
    const firstDay = begins[dataset.name] ?? first;
    for (const day of eachDay(firstDay, last)) {
      if (dataset.name === MISSING.dataset && day === MISSING.day) continue;
      const truth = simulator.truth(dataset.name as DatasetName, day);
      await curated(on, dataset.name, day, truth);
      entries.push(entryOf(dataset.name, day, truth.length));
    }
    const watermark = { dataset: dataset.name, firstDay };
    ledgers.push({ dataset, entries, watermark });
  }
  await writeDimensionFiles(on.curated, ledgers, NOW, on.report);
  await simulator.stop();
  const folder = folderFor(context);
  await layOut(on, new Map(), folder);
  return folder;
}

function entryOf(dataset: string, day: string, rows: number): DayEntry {
  const landedAt = instantOf(startOf(day) + 26 * HOUR_MS);
  const settled = day < '2026-03-26' ? { settledAt: instantOf(startOf(day) + 150 * HOUR_MS) } : {};
  const isRevised = dataset === REVISED.dataset && day === REVISED.day;
  const counts = {
    rows,
    bytes: 0,
    pages: 1,
    rowsAdded: isRevised ? 3 : 0,
    rowsChanged: 0,
    rowsRemoved: 0,
    rowsOutside: 0,
    rowsNeighbour: 0,
  };
  const held = {
    ...counts,
    revision: isRevised ? 2 : 1,
    fingerprint: '-',
    landedAt,
    checkedAt: landedAt,
    curatedRevision: 1,
    ...settled,
  };
  return { ...freshEntry(dataset, day, NOW), held };
}

/** The statements of the views that reach for an account, and that a folder needs one for instead. */
const OF_AN_ACCOUNT = /^(INSTALL|LOAD|CREATE OR REPLACE SECRET|SET VARIABLE lake)\b/;

/** DuckDB with the views of docs/bi over a folder. */
export async function viewsOver(context: Ends, folder: string): Promise<Duck> {
  const db = await duck(context);
  await db.run(`SET VARIABLE lake = '${folder}/curated'`);
  const sql = readFileSync(new URL('duckdb.sql', BI_DOCS), 'utf8').replace(/^--.*$/gm, '');
  const statements = sql.split(';').map(each => each.trim());
  assert.equal(statements.filter(each => OF_AN_ACCOUNT.test(each)).length, 4, 'the page says how many to replace');
  for (const statement of statements) if (statement !== '' && !OF_AN_ACCOUNT.test(statement)) await db.run(statement);
  return db;
}

export interface Question {
  readonly title: string;
  readonly sql: string;
}

export function questions(): Question[] {
  const sql = readFileSync(new URL('questions.sql', BI_DOCS), 'utf8');
  return [...sql.matchAll(/^-- (\d+\. .*)\n([^;]*;)/gm)].map(([, title = '', body = '']) => ({ title, sql: body }));
}

/** The queries that stand in a page. @param page in docs/bi */
export function queriesOf(page: string): string[] {
  const text = readFileSync(new URL(page, BI_DOCS), 'utf8');
  return [...text.matchAll(/^ *```sql\n([^`]*)```$/gm)].map(([, sql = '']) => sql);
}

const INTRODUCTION = `# Twenty questions, with answers

This page has the queries of \`questions.sql\` and the answers of DuckDB for a simulated quarter.
\`test/curate/bi-queries.ts\` simulates the quarter and writes this page; a test compares the page with the answers of
DuckDB. The numbers are invented. Amounts are per currency and never added across currencies. In this quarter, Direct
Routing begins in February, one day of Teams messages never landed, and one day of calls got late rows.

Two questions cannot be answered, because no log contains the data: which **departments and sites** users belong to, and
which **licences nobody uses**. For both you need a table of your own users, such as an export of Entra ID: join it on
\`user_id\` (README.md, *Your own users*).
`;

export async function answersPage(db: Duck): Promise<string> {
  const sections: string[] = [];
  for (const { title, sql } of questions()) {
    sections.push(`\n## ${title}\n\n\`\`\`sql\n${sql}\n\`\`\`\n\n${tableOf(await db.rows(sql))}`);
  }
  return INTRODUCTION + sections.join('');
}

function tableOf(rows: Rows): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly unknown[]): string => `| ${cells.map(cellOf).join(' | ')} |\n`;
  return line(names) + line(names.map(() => '---')) + rows.map(row => line(names.map(name => row[name]))).join('');
}

function cellOf(value: unknown): string {
  return String(value ?? '').replace(/[<&|]/g, '\\$&');
}

if (import.meta.main) {
  const ends: (() => unknown)[] = [];
  const context = { after: (act: () => unknown) => void ends.push(act) };
  const db = await viewsOver(context, await quarter(context, ROWS));
  await writeFile(ANSWERS_PAGE, await answersPage(db));
  for (const end of ends.reverse()) await end();
}
