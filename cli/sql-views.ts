import { DIMENSIONS } from '../shared/curate/dimensions.ts';
import type { Column, ColumnKind } from '../shared/curate/model.ts';
import { partitionStatus } from '../shared/curate/partition-status.ts';
import { TABLES } from '../shared/curate/tables.ts';

/** The SQL views of the BI kit with every column spelled out: what is inferred differs from reader to reader. */

const LONG_TEXT = /_json$|^message_text$|^error_message$/;

const TYPES: Readonly<Record<Exclude<ColumnKind, 'text'>, string>> = {
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
      const type = kind === 'text' ? `varchar(${LONG_TEXT.test(name) ? 8000 : 400})${collation}` : TYPES[kind];
      return `    [${name}] ${type}`;
    })
    .join(',\n');
}

interface Dialect {
  /** What stands before the views: the five lines that point them at an account. */
  readonly head: string;
  readonly collation: string;
  bulk(path: string): string;
}

const SYNAPSE: Dialect = {
  head: `-- Synapse serverless views over the curated tables, written by \`node cli/dictionary.ts\`. In a database of your own, once:
CREATE MASTER KEY;
CREATE DATABASE SCOPED CREDENTIAL landline WITH IDENTITY = 'Managed Identity';
CREATE EXTERNAL DATA SOURCE landline WITH (
  LOCATION = 'https://<data account>.blob.core.windows.net/curated', CREDENTIAL = landline
);
-- The workspace's identity needs Storage Blob Data Reader on the container \`curated\`.
GO
`,
  collation: ' COLLATE Latin1_General_100_BIN2_UTF8',
  bulk: path => `BULK '${path}', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'`,
};

const FABRIC: Dialect = {
  head: `-- Fabric warehouse views over the curated tables, written by \`node cli/dictionary.ts\`. Once:
--   1. In a lakehouse: Files, New shortcut, Azure Data Lake Storage Gen2 (or Azure Blob Storage).
--   2. Address https://<data account>.dfs.core.windows.net, path /curated, name: curated (paths are case-sensitive).
--   3. The shortcut's identity needs Storage Blob Data Reader on the container \`curated\`.
--   4. Replace <workspace> and <lakehouse> below by their ids or names.
--   5. Run this in a warehouse of the same workspace.
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

export function synapseViews(): string {
  return viewsOf(SYNAPSE);
}

export function fabricViews(): string {
  return viewsOf(FABRIC);
}
