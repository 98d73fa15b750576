import { globSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../local/folders.ts';
import { CURATED_TABLES, folderViews } from '../tools/sql-views.ts';
import { CSV_END, csvLine } from './csv.ts';
import { withDevelopmentPackages } from './packages.ts';
import { UsageError } from './usage-error.ts';

/** What an export of the curated tables leaves beside them: views for DuckDB, a database that has them, and CSV. */

/** Views of what lies in the folder now, from this export or an earlier one. */
function viewsOf(folder: string): string {
  const filled = CURATED_TABLES.filter(({ name }) => globSync(`v1/${name}/**/*.parquet`, { cwd: folder }).length > 0);
  return folderViews(resolve(folder).replaceAll('\\', '/'), new Set(filled.map(({ name }) => name)));
}

/** @returns the file: `landline.sql` in the folder */
export async function writeViews(folder: string): Promise<string> {
  const file = join(folder, 'landline.sql');
  await writeFile(file, viewsOf(folder));
  return file;
}

type Duck = Awaited<ReturnType<typeof import('@duckdb/node-api')['DuckDBInstance']['create']>>;

async function withDuckDB<T>(option: string, file: string, use: (duck: Duck) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await withDevelopmentPackages(option, () => import('@duckdb/node-api'));
  let duck: Duck;
  try {
    duck = await DuckDBInstance.create(file);
  } catch (cause) {
    // It names the file and what is wrong with it: no database, open elsewhere, or not to be written.
    const [why] = String(cause instanceof Error ? cause.message : cause).split('\n');
    throw new UsageError(`${file} cannot be used as a DuckDB database: ${why} Name another file.`, { cause });
  }
  try {
    return await use(duck);
  } finally {
    duck.closeSync();
  }
}

/** Puts the views into a database, a new one or one that is there; its other tables stay. */
export async function writeDatabase(folder: string, file: string): Promise<void> {
  await withDuckDB('`--duckdb`', file, async duck => {
    const connection = await duck.connect();
    try {
      await connection.run(viewsOf(folder));
    } finally {
      connection.closeSync();
    }
  });
}

/** Writes a file `csv/<table>.csv` for each table, row by row. @returns the files, with their rows */
export async function writeCsv(folder: string): Promise<{ file: string; rows: number }[]> {
  await makeFolder(join(folder, 'csv'));
  return withDuckDB('`--csv`', ':memory:', async duck => {
    const connection = await duck.connect();
    const written: { file: string; rows: number }[] = [];
    try {
      await connection.run(viewsOf(folder));
      for (const { name, columns } of CURATED_TABLES) {
        const cells = columns.map(column =>
          column.kind === 'time'
            ? `strftime(${column.name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${column.name}`
            : `${column.name}::VARCHAR AS ${column.name}`,
        );
        const isFact = columns.some(column => column.name === 'row_ordinal');
        const order = isFact ? ' ORDER BY day, source_dataset, row_ordinal' : '';
        const result = await connection.stream(`SELECT ${cells.join(', ')} FROM ${name}${order}`);
        const file = join(folder, 'csv', `${name}.csv`);
        const texts = columns.map(({ kind }) => kind === 'text');
        let rows = 0;
        async function* lines(): AsyncGenerator<string> {
          yield `${columns.map(column => column.name).join(',')}${CSV_END}`;
          for await (const chunk of result) {
            const found = chunk.getRows();
            rows += found.length;
            yield found.map(row => csvLine(row as (string | null)[], texts)).join('');
          }
        }
        // Whole or not at all.
        await writeFile(`${file}.part`, lines());
        await rename(`${file}.part`, file);
        written.push({ file, rows });
      }
    } finally {
      connection.closeSync();
    }
    return written;
  });
}
