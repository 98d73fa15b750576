import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { TABLES } from '../../shared/curate/tables.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { DICTIONARY_PAGE, DUCKDB_VIEWS, dictionaryPage, FABRIC_VIEWS, SYNAPSE_VIEWS } from '../../tools/dictionary.ts';
import { duckdbViews, fabricViews, synapseViews } from '../../tools/sql-views.ts';
import { ANSWERS_PAGE, answersPage, quarter, queriesOf, questions, ROWS, viewsOver } from './bi-queries.ts';
import type { Duck, Rows } from './setup.ts';

describe('the queries of docs/bi', () => {
  test('its views, twenty questions and examples run, and answer what the page says', async context => {
    const db = await viewsOver(context, await quarter(context, ROWS));
    assert.equal(questions().length, 20);
    const page = await answersPage(db);
    for (const section of page.split('\n## ').slice(1)) assert.match(section, /\| --- \|\n\| /, section.split('\n')[0]);
    assert.equal(page, await readFile(ANSWERS_PAGE, 'utf8'), 'run `node test/curate/bi-queries.ts`');
    for (const sql of queriesOf('README.md')) assert.ok((await db.rows(sql)).length > 0, sql);
    for (const { name, columns } of TABLES) {
      const described = await db.rows(`DESCRIBE ${name}`);
      const names = described.map(row => row['column_name']);
      assert.deepEqual(names, [...columns.map(column => column.name), 'dataset', 'date']);
    }
    const [dims] = await db.rows(
      'SELECT (SELECT count(*) FROM dim_country)::INT AS c, (SELECT count(*) FROM dim_call_type)::INT AS t',
    );
    assert.deepEqual(dims, { c: 249, t: 23 });
    assert.deepEqual(
      await db.rows(
        `SELECT DISTINCT call_type FROM fact_call ANTI JOIN dim_call_type d ON lower(d.call_type) = lower(fact_call.call_type) WHERE call_class <> 'other'`,
      ),
      [],
    );
  });

  test('a table that no log fills is a view without rows, of the same columns', async context => {
    const folder = await quarter(context, 5);
    const db = await viewsOver(context, folder);
    const shapeOf = (on: Duck, view: string): Promise<Rows> =>
      on.rows(`SELECT column_name, column_type FROM (DESCRIBE ${view})`);
    const shapes = new Map<string, Rows>();
    for (const { name } of TABLES) shapes.set(name, await shapeOf(db, name));
    for (const { name } of TABLES) await rm(join(folder, 'curated/v1', name), { recursive: true });
    const bare = await viewsOver(context, folder);
    for (const { name } of TABLES) {
      assert.deepEqual(await bare.rows(`FROM ${name}`), []);
      assert.deepEqual(await shapeOf(bare, name), shapes.get(name), name);
    }
    for (const { sql, title } of questions()) assert.ok(Array.isArray(await bare.rows(sql)), title);
    await rm(join(folder, 'curated'), { recursive: true });
    await assert.rejects(viewsOver(context, folder), /No files found/, 'another place is not an empty tenant');
  });

  test('no query of the docs adds amounts of two currencies', () => {
    const queries = [...questions().map(({ sql }) => sql), ...queriesOf('README.md'), ...queriesOf('../../README.md')];
    const ofMoney = queries.filter(sql => /sum\([^)]*(charge|cost)/.test(sql));
    assert.ok(ofMoney.length >= 4);
    for (const sql of ofMoney) assert.match(sql.split('FROM')[0] ?? '', /\bcurrency\b/, sql);
  });

  test('the dictionary and the SQL views are those of the definitions', async () => {
    const why = 'run `node tools/dictionary.ts`';
    assert.equal(await readFile(DICTIONARY_PAGE, 'utf8'), dictionaryPage(), why);
    assert.equal(await readFile(DUCKDB_VIEWS, 'utf8'), duckdbViews(), why);
    assert.equal(await readFile(SYNAPSE_VIEWS, 'utf8'), synapseViews(), why);
    assert.equal(await readFile(FABRIC_VIEWS, 'utf8'), fabricViews(), why);
  });

  test('no text of a view has a width that it could exceed', () => {
    for (const views of [synapseViews(), fabricViews()]) {
      assert.ok(views.includes('varchar(max)'));
      assert.doesNotMatch(views, /char\(\d+\)/);
    }
  });

  test('every field that a provider documents has a column', () => {
    for (const { name, fields } of DATASETS) {
      const columns = TABLES.filter(({ datasets }) => datasets.includes(name)).flatMap(table => table.columns);
      const mapped = columns.flatMap(({ origin }) => ('fields' in origin ? [origin.fields[name]] : []));
      assert.deepEqual(
        fields.filter(field => !mapped.includes(field)),
        [],
        name,
      );
    }
  });

  test('every instant has its text beside it, and every key is made of columns that exist', () => {
    for (const { columns, key, keyFallback, name } of TABLES) {
      const names = columns.map(column => column.name);
      assert.equal(new Set(names).size, names.length, name);
      for (const column of columns) if (column.kind === 'time') assert.ok(names.includes(`${column.name}_text`));
      for (const part of [...Object.values(key).flat(), ...keyFallback]) assert.ok(names.includes(part), part);
    }
  });
});
