import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { ANSWERS } from '../../cli/answers/commands.ts';
import { csvLine, harmless } from '../../cli/csv.ts';
import { writeCsv, writeDatabase, writeViews } from '../../cli/curated-views.ts';
import { TABLES } from '../../shared/curate/tables.ts';
import { curated, duck, folderFor, layOut, memoryPorts } from '../curate/setup.ts';

const DAY = '2026-01-05';

function sms(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ sentDateTime: `${DAY}T10:00:00.1234567Z`, currency: 'EUR', smsType: 'sms_in', ...more });
}

const ROWS = [
  sms({ id: 'a', callCharge: 0.1, userDisplayName: '=1+1', sourceNumber: '+12025550142' }),
  // The same key with other content: not in the views.
  sms({ id: 'a', callCharge: 0.2, userDisplayName: 'other' }),
  sms({ id: 'b', userDisplayName: 'Lee, "Nan"\r\nB', sourceNumber: '+SUM(1)', administrativeUnitInfos: [] }),
  sms({ id: 'c', userDisplayName: '@cmd', callCharge: -0.000001 }),
].map(row => row.replace(':0.1,', ':123456789012.345678,'));

type Ends = { after(act: () => unknown): void };

/** Curated files in a folder whose name is hard to quote. */
async function exported(context: Ends): Promise<string> {
  const on = memoryPorts('full');
  await curated(on, 'teams-sms', DAY, ROWS);
  const folder = folderFor(context);
  await layOut(on, new Map(), folder);
  const to = join(folder, "it's [a] year*", 'curated');
  await mkdir(join(to, '..'), { recursive: true });
  const { rename } = await import('node:fs/promises');
  await rename(join(folder, 'curated'), to);
  return to;
}

describe('what an export of the curated tables leaves', () => {
  test('landline.sql, which runs as it is: one row per key, and tables that nothing fills without rows', async context => {
    const folder = await exported(context);
    const db = await duck(context);
    await db.run(await readFile(await writeViews(folder), 'utf8'));
    assert.deepEqual(await db.rows('SELECT source_id, date::VARCHAR AS date FROM fact_message ORDER BY row_ordinal'), [
      { source_id: 'a', date: DAY },
      { source_id: 'b', date: DAY },
      { source_id: 'c', date: DAY },
    ]);
    for (const { name, columns } of TABLES) {
      const described = await db.rows(`SELECT column_name FROM (DESCRIBE ${name})`);
      assert.deepEqual(
        described.map(row => row['column_name']),
        [...columns.map(column => column.name), 'dataset', 'date'],
      );
    }
    for (const name of ['partition_status', 'dim_country', 'fact_call'])
      assert.deepEqual(await db.rows(`FROM ${name}`), []);
  });

  test('a database that has the views when it is opened again, and keeps what else was in it', async context => {
    const folder = await exported(context);
    const file = join(folder, '..', 'calls.duckdb');
    const run = async (sql: string): Promise<unknown[]> => {
      const instance = await DuckDBInstance.create(file);
      const connection = await instance.connect();
      const rows = (await connection.runAndReadAll(sql)).getRowsJson();
      connection.closeSync();
      instance.closeSync();
      return rows;
    };
    await run('CREATE TABLE own AS SELECT 1 AS one');
    await writeDatabase(folder, file);
    await writeDatabase(folder, file);
    assert.deepEqual(await run('SELECT count(*)::INT FROM fact_message'), [[3]]);
    assert.deepEqual(await run('FROM own'), [[1]]);
    await rm(file);
  });

  test('CSV that says what the tables say, with formulas made harmless', async context => {
    const folder = await exported(context);
    const written = await writeCsv(folder);
    assert.deepEqual(ANSWERS.export.parse({ format: 1, out: folder, files: [], csv: written })['csv'], written);
    assert.deepEqual(written.find(({ file }) => file.endsWith('fact_message.csv'))?.rows, 3);
    const text = await readFile(join(folder, 'csv', 'fact_message.csv'), 'utf8');
    // Line feeds stand in quotes, or after a carriage return.
    assert.ok(text.replace(/"(?:[^"]|"")*"/g, '').match(/(?<!\r)\n|\r(?!\n)/) === null);
    const db = await duck(context);
    const columns = 'source_id, user_display_name, source_number, charge, sent_at, sent_at_text, conflict_ordinal';
    const place = folder.replaceAll("'", "''").replace(/[[*?]/g, '[$&]');
    assert.deepEqual(
      await db.rows(
        `SELECT ${columns} FROM read_csv('${place}/csv/fact_message.csv', all_varchar = true, strict_mode = true)`,
      ),
      [
        [
          'a',
          "'=1+1",
          '+12025550142',
          '123456789012.345678',
          `${DAY}T10:00:00.123456Z`,
          `${DAY}T10:00:00.1234567Z`,
          '0',
        ],
        ['b', 'Lee, "Nan"\r\nB', "'+SUM(1)", null, `${DAY}T10:00:00.123456Z`, `${DAY}T10:00:00.1234567Z`, '0'],
        ['c', "'@cmd", null, '-0.000001', `${DAY}T10:00:00.123456Z`, `${DAY}T10:00:00.1234567Z`, '0'],
      ].map(row => Object.fromEntries(columns.split(', ').map((column, i) => [column, row[i]]))),
    );
    assert.equal(written.length, 9);
    assert.match(await readFile(join(folder, 'csv', 'fact_call.csv'), 'utf8'), /^key,[^\n]*\r\n$/);
  });

  test('only texts are looked at for formulas, and telephone numbers stay as they are', () => {
    assert.deepEqual(['=A1', '+1', '+12*', '+1+1', '-2', '@x', '\tx', '\rx', 'a=b', ''].map(harmless), [
      "'=A1",
      '+1',
      '+12*',
      "'+1+1",
      "'-2",
      "'@x",
      "'\tx",
      "'\rx",
      'a=b',
      '',
    ]);
    assert.equal(csvLine(['-1', '-1', null, 'a"b'], [false, true, true, true]), `-1,'-1,,"a""b"\r\n`);
  });
});
