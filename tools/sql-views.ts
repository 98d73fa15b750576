import { DIMENSIONS } from '../shared/curate/dimensions.ts';
import { partitionStatus } from '../shared/curate/partition-status.ts';
import type { Column, ColumnKind } from '../shared/curate/table-model.ts';
import { TABLES } from '../shared/curate/tables.ts';

/** The SQL views of docs/bi with every column spelled out: what is inferred differs from reader to reader. */

/** No text has a width: one that is longer than it fails the whole query, and sources promise none. */
const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'varchar(max)',
  int: 'int',
  long: 'bigint',
  money: 'decimal(18,6)',
  time: 'datetime2(6)',
  date: 'date',
  flag: 'bit',
};

type Shape = Pick<Column, 'name' | 'kind'>;

function columnsOf(columns: readonly Shape[], collation: string): string {
  return columns
    .map(({ name, kind }) => {
      return `    [${name}] ${TYPES[kind]}${kind === 'text' ? collation : ''}`;
    })
    .join(',\n');
}

interface Dialect {
  /** What stands before the views: the statements that point them at an account. */
  readonly head: string;
  readonly collation: string;
  bulk(path: string): string;
}

const SYNAPSE: Dialect = {
  head: `-- Synapse serverless views over the curated tables, written by \`node tools/dictionary.ts\`. In a database of your own, once:
CREATE MASTER KEY;
CREATE DATABASE SCOPED CREDENTIAL landline WITH IDENTITY = 'Managed Identity';
CREATE EXTERNAL DATA SOURCE landline WITH (
  LOCATION = 'https://<data account>.blob.core.windows.net/curated', CREDENTIAL = landline
);
-- The workspace's identity needs Storage Blob Data Reader on the container \`curated\`.
-- Leave out the view of a table that has no folder there: none of your logs fills it yet.
GO
`,
  collation: ' COLLATE Latin1_General_100_BIN2_UTF8',
  bulk: path => `BULK '${path}', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'`,
};

const FABRIC: Dialect = {
  head: `-- Fabric warehouse views over the curated tables, written by \`node tools/dictionary.ts\`. Once:
--   1. In a lakehouse: Files, New shortcut, Azure Data Lake Storage Gen2 (or Azure Blob Storage).
--   2. Address https://<data account>.dfs.core.windows.net, path /curated, name: curated (paths are case-sensitive).
--   3. The shortcut's identity needs Storage Blob Data Reader on the container \`curated\`.
--   4. Replace <workspace> and <lakehouse> below by their ids or names.
--   5. Leave out the view of a table that has no folder in the shortcut: none of your logs fills it yet.
--   6. Run this in a warehouse of the same workspace.
GO
`,
  collation: '',
  bulk: path =>
    `BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/${path}', FORMAT = 'PARQUET'`,
};

function viewsOf({ head, collation, bulk }: Dialect): string {
  const facts = TABLES.map(({ name, columns }) =>
    view(name, `v1/${name}/dataset=*/date=*/part-0.parquet`, columns, [
      // Filtering on this reads only the folders of those days.
      'CAST(files.filepath(2) AS date) AS [date]',
    ]),
  );
  const small = [partitionStatus, ...DIMENSIONS].map(({ name, columns }) =>
    view(name, `v1/${name}/part-0.parquet`, columns, []),
  );
  return head + [...facts, ...small].join('');

  function view(name: string, path: string, columns: readonly Shape[], more: readonly string[]): string {
    const select = ['files.*', ...more].join(', ');
    const where = columns.some(column => column.name === 'conflict_ordinal') ? '\nWHERE conflict_ordinal = 0' : '';
    return `CREATE OR ALTER VIEW ${name} AS
SELECT ${select}
FROM OPENROWSET(
  ${bulk(path)}
  ) WITH (
${columnsOf(columns, collation)}
  ) AS files${where};
GO
`;
  }
}

const DUCKDB = `-- DuckDB views over the curated tables, written by \`node tools/dictionary.ts\`. DuckDB 1.1 or later, in every session anew.
-- For a storage account, put its name into the third of the next four statements. For a folder, replace all four by one:
--   SET VARIABLE lake = './curated';      -- after: npx landline export --curated --out ./curated
INSTALL azure;
LOAD azure;
CREATE OR REPLACE SECRET landline (TYPE azure, PROVIDER credential_chain, ACCOUNT_NAME '<data account>');
SET VARIABLE lake = 'az://curated';

-- The rest is the same for both.
SET TimeZone = 'UTC';
SET VARIABLE filled = (
  SELECT list(DISTINCT regexp_extract(file, '[/\\\\](\\w+)[/\\\\]dataset=', 1))
  FROM glob(getvariable('lake') || '/v1/*/*/*/*.parquet')
);

`;

/** What DuckDB calls the kinds of columns. */
export const DUCKDB_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'VARCHAR',
  int: 'INTEGER',
  long: 'BIGINT',
  money: 'DECIMAL(18,6)',
  time: 'TIMESTAMPTZ',
  date: 'DATE',
  flag: 'BOOLEAN',
};

/** DuckDB refuses a view over no files, and few tenants have every log. */
export function duckdbViews(): string {
  const small = [partitionStatus, ...DIMENSIONS].map(
    ({ name }) => `CREATE OR REPLACE VIEW ${name} AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/${name}/*.parquet');
`,
  );
  const facts = TABLES.map(
    ({ name, columns }) => `CREATE OR REPLACE VIEW ${name} AS
  SELECT * FROM query(if(list_contains(getvariable('filled'), '${name}'),
    $$ SELECT * FROM read_parquet(getvariable('lake') || '/v1/${name}/*/*/*.parquet') $$,
    $$ ${noRows([...columns, ...IN_PATH], '    ')} $$
  )) WHERE conflict_ordinal = 0;
`,
  );
  const about = `
-- One row per call, message, aggregate and action: conflicting versions of a row stay in the files and out of the views.
-- A table that none of your logs has filled is a view without rows, until this is run again.
`;
  return DUCKDB + small.join('') + about + facts.join('');
}

/** What readers that know `key=value` folders add to a fact. */
const IN_PATH: readonly Shape[] = [
  { name: 'dataset', kind: 'text' },
  { name: 'date', kind: 'date' },
];

function noRows(columns: readonly Shape[], indent: string): string {
  const types = columns.map(({ name, kind }) => `${name} ${DUCKDB_TYPES[kind]}`);
  return `SELECT unnest(NULL::STRUCT(\n${indent}  ${wrapped(types, `${indent}  `)}\n${indent})) WHERE false`;
}

/** Every curated table, in the order people see them. */
export const CURATED_TABLES: readonly { readonly name: string; readonly columns: readonly Shape[] }[] = [
  ...TABLES,
  partitionStatus,
  ...DIMENSIONS,
];

/**
 * Views over a folder that holds curated tables. No variable is in them, so that a database can keep them.
 *
 * @param lake the folder, with `/` on every system
 * @param filled names of the tables that have files there
 */
export function folderViews(lake: string, filled: ReadonlySet<string>): string {
  // Brackets and stars of a folder's name are no pattern.
  const place = lake.replace(/[[*?]/g, '[$&]').replaceAll("'", "''");
  const views = CURATED_TABLES.map(({ name, columns }) => {
    const isFact = TABLES.some(table => table.name === name);
    const files = `read_parquet('${place}/v1/${name}/${isFact ? '*/*/' : ''}*.parquet')`;
    const from = filled.has(name)
      ? `SELECT * FROM ${files}`
      : noRows(isFact ? [...columns, ...IN_PATH] : columns, '  ');
    const onePerKey = isFact && filled.has(name) ? ' WHERE conflict_ordinal = 0' : '';
    return `CREATE OR REPLACE VIEW ${name} AS\n  ${from}${onePerKey};\n`;
  });
  return `-- DuckDB views over the curated tables of one folder, written by \`landline export --curated\`:
--   duckdb -init landline.sql
-- They name the folder, so export again, or replace its name, when it has moved. docs/bi of Landline has questions for them.
SET TimeZone = 'UTC';

${views.join('')}`;
}

const LINE_MAX = 112;

function wrapped(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= LINE_MAX) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines.join(`,\n${indent}`);
}

export function synapseViews(): string {
  return viewsOf(SYNAPSE);
}

export function fabricViews(): string {
  return viewsOf(FABRIC);
}
