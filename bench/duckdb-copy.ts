import { statSync } from 'node:fs';
import { CALL_KINDS } from '../shared/curate/code-classes.ts';
import type { Profile } from '../shared/curate/privacy.ts';
import type { Column } from '../shared/curate/table-model.ts';
import { tableOf } from '../shared/curate/tables.ts';
import { DUCKDB_TYPES } from '../tools/sql-views.ts';
import { usageFromHere } from './usage.ts';

/**
 * The same Parquet files by DuckDB's `COPY (SELECT …) TO … (FORMAT parquet)`, on one thread: the same columns in the
 * same types and masks, without looking for repetitions and without `extra_json`. Arguments: where DuckDB's package is,
 * the privacy profile, the file to write, then the files of the partitions.
 */

const DATASET = 'teams-pstn-calls';

const classes = (of: 'callClass' | 'direction', other: string): string =>
  `CASE lower(callType) ${CALL_KINDS.map(kind => `WHEN '${kind.callType.toLowerCase()}' THEN '${kind[of]}'`).join(' ')} ELSE '${other}' END`;

const DERIVED: Readonly<Record<string, string>> = {
  key: `'${DATASET}:' || id`,
  dataset: `'${DATASET}'`,
  day: "DATE '2026-01-05'",
  'row-ordinal': 'row_number() OVER ()',
  revision: '1::INTEGER',
  'conflict-ordinal': '0::INTEGER',
  route: "'pstn'",
  'call-class': classes('callClass', 'other'),
  'call-direction': classes('direction', 'unknown'),
};

function fieldOf({ origin }: Column): string | undefined {
  return 'fields' in origin ? origin.fields[DATASET] : undefined;
}

function expressionOf(column: Column, profile: Profile): string {
  const { kind, privacy, origin } = column;
  if ('derived' in origin) return DERIVED[origin.derived] ?? 'NULL::VARCHAR';
  const field = fieldOf(column);
  if (field === undefined) return `NULL::${DUCKDB_TYPES[kind]}`;
  if (kind === 'time') return `TRY_CAST(${field} AS TIMESTAMPTZ)`;
  if (kind !== 'text') return field;
  if (profile === 'full') return `nullif(${field}, '')`;
  if (privacy === 'ip' || (privacy === 'name' && profile === 'pseudonymous')) return 'NULL::VARCHAR';
  if (privacy === 'call-id') return `split_part(${field}, '@', 1)`;
  const isNumber = privacy === 'from' || privacy === 'to' || privacy === 'own';
  if (profile === 'pseudonymous' && (privacy === 'user' || isNumber)) return pseudonymOf(field, isNumber);
  if (privacy !== 'from' && privacy !== 'to') return `nullif(${field}, '')`;
  const own = privacy === 'from' ? 'outbound' : 'inbound';
  const masked = `CASE WHEN ${field} SIMILAR TO '.*[A-Za-z].*' THEN 'withheld' ELSE left(${field}, -4) || '****' END`;
  return `CASE WHEN direction = '${own}' AND call_class NOT IN ('transfer', 'forwarding') THEN ${field} ELSE ${masked} END`;
}

/** A plain hash with a key before it, which is half of what an HMAC takes. */
function pseudonymOf(field: string, isNumber: boolean): string {
  const plain = isNumber ? `ltrim(${field}, '+')` : `lower(${field})`;
  const hashed = `'${isNumber ? 'n_' : 'u_'}' || left(sha256('${'x'.repeat(32)}' || ${plain}), 32)`;
  return `CASE WHEN ${field} = '' THEN NULL ELSE ${hashed} END`;
}

function copyOf(from: string, to: string, profile: Profile): string {
  const { columns } = tableOf(DATASET);
  const fields = new Map(
    columns.map(column => [fieldOf(column), column.kind === 'time' ? 'text' : column.kind] as const),
  );
  fields.delete(undefined);
  const read = [...fields].map(([field, kind]) => `${field}: '${DUCKDB_TYPES[kind]}'`).join(', ');
  const list = columns.map(column => `${expressionOf(column, profile)} AS ${column.name}`).join(', ');
  return `COPY (SELECT ${list} FROM read_json('${from}', format = 'newline_delimited', columns = {${read}})) TO '${to}' (FORMAT parquet)`;
}

const [api = '', profile = 'masked', to = '', ...files] = process.argv.slice(2);
const { DuckDBInstance }: typeof import('@duckdb/node-api') = await import(api);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
const used = usageFromHere();
let fileBytes = 0;
for (const file of files) {
  await connection.run(copyOf(file, to, profile as Profile));
  fileBytes += statSync(to).size;
}
console.log(JSON.stringify({ fileBytes, ...used() }));
