import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadata } from 'hyparquet';
import { DIMENSIONS } from '../../shared/curate/dimensions.ts';
import { partitionStatus } from '../../shared/curate/partition-status.ts';
import type { ColumnKind } from '../../shared/curate/table-model.ts';
import { TABLES } from '../../shared/curate/tables.ts';
import { simulated } from '../curate/bi-queries.ts';
import { type Duck, duck } from '../curate/setup.ts';
import { buildArrowReader } from './arrow/build.ts';

/** Power BI reads Parquet with Arrow, so Arrow must read in every curated file what DuckDB reads. */

/** How DuckDB writes a value as the texts of test/infra/arrow/Program.cs. */
const AS_TEXT: Readonly<Record<ColumnKind, (column: string) => string>> = {
  text: column => column,
  int: column => `${column}::VARCHAR`,
  long: column => `${column}::VARCHAR`,
  money: column => `(${column} * 1000000)::BIGINT::VARCHAR`,
  time: column => `epoch_us(${column})::VARCHAR`,
  date: column => `date_diff('day', DATE '1970-01-01', ${column})::VARCHAR`,
  flag: column => `${column}::VARCHAR`,
};

const SHAPES = new Map(
  [...TABLES, partitionStatus, ...DIMENSIONS].map(({ name, columns }) => [name, columns] as const),
);

interface Read {
  readonly path: string;
  readonly columns: Readonly<Record<string, readonly (string | null)[]>>;
}

async function byDuckDb(db: Duck, path: string): Promise<Read['columns']> {
  const table = /[/\\]v1[/\\](\w+)/.exec(path)?.[1] ?? '';
  const columns = SHAPES.get(table);
  assert.ok(columns !== undefined, table);
  const values = columns.map(({ name, kind }) => `${AS_TEXT[kind](`"${name}"`)} AS "${name}"`);
  const rows = await db.rows(
    `SELECT ${values.join(', ')} FROM read_parquet('${path}', file_row_number = true, hive_partitioning = false)
     ORDER BY file_row_number`,
  );
  return Object.fromEntries(columns.map(({ name }) => [name, rows.map(row => row[name] as string | null)]));
}

test('Arrow reads in every curated file what DuckDB and hyparquet read', async context => {
  const reader = buildArrowReader();
  if ('tried' in reader) {
    context.diagnostic(`NOT RUN: ParquetSharp, ${reader.tried}`);
    return;
  }
  context.diagnostic(`RUN: Arrow, by ${reader.from}`);
  const folder = await simulated(context, { rows: 12, first: '2026-01-01', last: '2026-01-31', begins: {} });
  const files = globSync('curated/v1/**/*.parquet', { cwd: folder })
    .sort()
    .map(path => join(folder, path));
  assert.ok(files.length > 150, `${files.length} files`);
  const list = join(folder, 'files.txt');
  writeFileSync(list, files.join('\n'));
  const [dotnet, program] = reader.command;
  const limits = { timeout: 120_000, maxBuffer: 256 * 1024 * 1024 };
  const { status, stdout, stderr } = spawnSync(dotnet, [program, list], { encoding: 'utf8', ...limits });
  assert.equal(status, 0, stderr);
  const read: readonly Read[] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  assert.deepEqual(
    read.map(({ path }) => path),
    files,
  );
  const db = await duck(context);
  let values = 0;
  for (const { path, columns } of read) {
    assert.deepEqual(columns, await byDuckDb(db, path), path);
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    const { num_rows } = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength));
    for (const each of Object.values(columns)) {
      assert.equal(each.length, Number(num_rows), path);
      values += each.length;
    }
  }
  assert.ok(values > 20_000, `${values} values`);
  context.diagnostic(`${files.length} files, ${values} values`);
});
