import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatasetName, type Simulator, startSimulator } from '../../local/simulator/index.ts';
import { TABLES, tableOf } from '../../shared/curate/tables.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { addDays, eachDay } from '../../shared/words/day.ts';
import {
  curated,
  type Duck,
  duck,
  folderFor,
  layOut,
  type MemoryPorts,
  memoryPorts,
  millionths,
  parsedExactly,
} from './setup.ts';

/** A month of every dataset, as the simulator knows it, against what DuckDB reads of the raw and the curated files. */

const FIRST = '2026-01-01';
const LAST = '2026-01-31';
const NOW = Date.parse('2026-03-15T00:00:00Z');

/** Where each dataset has its amounts. */
const MONEY: Readonly<Record<string, readonly (readonly [field: string, column: string])[]>> = {
  'teams-pstn-calls': [
    ['charge', 'charge'],
    ['connectionCharge', 'connection_charge'],
  ],
  'teams-sms': [['callCharge', 'charge']],
  'teams-dialout-usage': [['totalCallCharge', 'total_call_charge']],
  'voximplant-sms': [['cost', 'charge']],
  'voximplant-a2p-sms': [['cost', 'charge']],
};

describe('a simulated month', () => {
  const names = DATASETS.map(({ name }) => name as DatasetName);
  const days = [...eachDay(FIRST, LAST)];
  const truth = new Map<string, string[]>();
  let simulator: Simulator;
  let on: MemoryPorts;
  let db: Duck;
  let folder: string;
  const ends: (() => unknown)[] = [];

  before(async () => {
    const context = { after: (act: () => unknown) => void ends.push(act) };
    simulator = await startSimulator({ seed: 71, rows: 40, oddShare: 0.1, now: () => NOW });
    on = memoryPorts('full');
    for (const name of names) {
      for (const day of days) {
        // The second half of the month is read from beta, with its further fields.
        const beta = day > '2026-01-15' && name.endsWith('-calls') ? 'beta' : undefined;
        const rows = simulator.truth(name, day, beta);
        truth.set(`${name} ${day}`, rows);
        await curated(on, name, day, rows);
      }
    }
    folder = folderFor(context);
    await layOut(on, new Map(names.map(name => [name, days])), folder);
    db = await duck(context);
  });
  after(async () => {
    await simulator.stop();
    for (const end of ends.reverse()) await end();
  });

  const rowsOf = (name: string): string[] => days.flatMap(day => truth.get(`${name} ${day}`) ?? []);
  const filesOf = (name: string): string => `'${folder}/curated/v1/${tableOf(name).name}/dataset=${name}/*/*.parquet'`;

  /** Raw lines as they stand: nothing is inferred. */
  const linesOf = (name: string): string =>
    `read_json('${folder}/raw/${name}/date=*/*.jsonl', format='newline_delimited', records=false, columns={line: 'JSON'})`;

  test('every dataset has as many rows as the source, raw and curated', async () => {
    for (const name of names) {
      const expected = rowsOf(name).length;
      assert.ok(expected > 100, name);
      const raw = await db.rows(`SELECT count(*)::INT AS n FROM ${linesOf(name)}`);
      const typed = await db.rows(`SELECT count(*)::INT AS n, count(DISTINCT key)::INT AS keys FROM ${filesOf(name)}`);
      assert.deepEqual([raw, typed], [[{ n: expected }], [{ n: expected, keys: expected }]], name);
    }
  });

  test('sums of money are exact, by currency', async () => {
    for (const [name, columns] of Object.entries(MONEY)) {
      for (const [field, column] of columns) {
        const sums = new Map<string, bigint>();
        for (const row of rowsOf(name).map(parsedExactly)) {
          const currency = String(row['currency'] ?? '');
          sums.set(currency, (sums.get(currency) ?? 0n) + millionths(String(row[field])));
        }
        const found = await db.rows(
          `SELECT coalesce(currency, '') AS currency, sum(${column})::VARCHAR AS total FROM ${filesOf(name)} GROUP BY 1`,
        );
        assert.ok(found.length > 0);
        const read = new Map(found.map(each => [String(each['currency']), millionths(String(each['total']))]));
        assert.deepEqual([...read].sort(), [...sums].sort(), `${name} ${field}`);
        const [raw] = await db.rows(
          `SELECT sum(CAST(line->>'$.${field}' AS DECIMAL(18,6)))::VARCHAR AS total FROM ${linesOf(name)}`,
        );
        const all = [...sums.values()].reduce((sum, each) => sum + each, 0n);
        assert.equal(millionths(String(raw?.['total'])), all, `raw ${name} ${field}`);
      }
    }
  });

  test('the types are those of the definitions, for every dataset', async () => {
    const typeOf = {
      text: 'VARCHAR',
      int: 'INTEGER',
      long: 'BIGINT',
      money: 'DECIMAL(18,6)',
      time: 'TIMESTAMP WITH TIME ZONE',
      date: 'DATE',
      flag: 'BOOLEAN',
    };
    for (const name of names) {
      const described = await db.rows(`DESCRIBE SELECT * FROM read_parquet(${filesOf(name)}, hive_partitioning=false)`);
      assert.deepEqual(
        described.map(each => [each['column_name'], each['column_type'], each['null']]),
        tableOf(name).columns.map(column => [column.name, typeOf[column.kind], 'YES']),
        name,
      );
    }
  });

  test('every value of every row is what the source sent', async () => {
    for (const name of names) {
      const table = tableOf(name);
      const fields = table.columns.flatMap(({ name: column, kind, origin }) => {
        const field = 'fields' in origin ? origin.fields[name] : undefined;
        return field === undefined ? [] : [{ column, kind, field }];
      });
      const texts = fields.map(({ column, kind }) =>
        kind === 'time'
          ? `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%f') AS ${column}`
          : `${column}::VARCHAR AS ${column}`,
      );
      const found = await db.rows(
        `SELECT day::VARCHAR AS day, row_ordinal::INT AS ordinal, ${texts.join(', ')} FROM ${filesOf(name)} ORDER BY ALL`,
      );
      let compared = 0;
      for (const row of found) {
        const line = truth.get(`${name} ${row['day']}`)?.[Number(row['ordinal']) - 1];
        assert.ok(line !== undefined);
        const sent = parsedExactly(line);
        for (const { column, kind, field } of fields) {
          assert.equal(row[column], expected(kind, column, sent[field]), `${name} ${column} of ${line}`);
          compared += 1;
        }
      }
      assert.ok(compared > 1_000, name);
    }
  });

  test('a row leads back to its raw line, and unknown fields keep their bytes', async () => {
    const found = await db.rows(`
      SELECT day::VARCHAR AS day, row_ordinal::INT AS ordinal, extra_json AS extra
      FROM ${filesOf('teams-pstn-calls')} WHERE extra_json IS NOT NULL`);
    assert.ok(found.length > 10);
    for (const { day, ordinal, extra } of found) {
      const line = truth.get(`teams-pstn-calls ${day}`)?.[Number(ordinal) - 1] ?? '';
      const inner = String(extra).slice(1, -1);
      assert.ok(line.includes(inner), `${inner} in ${line}`);
    }
    assert.ok(found.some(({ extra }) => /"sequenceNumber":\d{18,}/.test(String(extra))));
  });

  test('one schema for the union of v1.0 and beta, of empty days, and of all datasets of a table', async () => {
    const empty = memoryPorts('full');
    await curated(empty, 'teams-pstn-calls', addDays(LAST, 1), []);
    await curated(empty, 'teams-direct-routing-calls', addDays(LAST, 1), []);
    await layOut(empty, new Map([['teams-pstn-calls', [addDays(LAST, 1)]]]), folder);
    for (const { name, datasets, columns } of TABLES) {
      const glob = `'${folder}/curated/v1/${name}/*/*/*.parquet'`;
      const [{ n } = {}] = await db.rows(`SELECT count(*)::INT AS n FROM read_parquet(${glob}, union_by_name=false)`);
      assert.equal(n, datasets.flatMap(rowsOf).length, name);
      const described = await db.rows(`DESCRIBE SELECT * FROM read_parquet(${glob}, hive_partitioning=false)`);
      assert.deepEqual(
        described.map(each => each['column_name']),
        columns.map(column => column.name),
      );
    }
    const schemas = await db.rows(`
      SELECT count(DISTINCT columns)::INT AS n FROM (
        SELECT file_name, string_agg(name || type || coalesce(converted_type, ''), ',' ORDER BY rowid) AS columns
        FROM (SELECT *, row_number() OVER () AS rowid FROM parquet_schema('${folder}/curated/v1/fact_call/*/*/*.parquet'))
        GROUP BY file_name)`);
    assert.deepEqual(schemas, [{ n: 1 }]);
  });
});

/** What a cell should be, worked out from the parsed row alone. */
function expected(kind: string, column: string, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (text.startsWith('0001-01-01')) return null;
  if (kind === 'time') {
    const [seconds = '', fraction = ''] = text.replace(' ', 'T').replace('Z', '').split('.');
    return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}`;
  }
  if (kind === 'money') {
    const amount = String(millionths(text)).padStart(7, '0');
    return `${amount.slice(0, -6)}.${amount.slice(-6)}`;
  }
  assert.ok(column.length > 0);
  return text;
}
