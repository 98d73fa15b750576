import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DAY_MS } from '../../shared/words/day.ts';
import { MEASURES_OF_MODEL } from '../../tools/powerbi/measures.ts';
import { quarter, questions, ROWS, viewsOver } from '../curate/bi-queries.ts';
import type { Duck, Rows } from '../curate/setup.ts';
import { dataOf } from './dax-data.ts';
import { Evaluation, type Filter } from './dax-run.ts';

/** The measures of the Power BI model, asked in their SQL, against the questions of docs/bi: DuckDB answers both. */

type Value = string | number | boolean | null;

const FACTS = ['fact_call', 'fact_message', 'fact_dialout_usage', 'partition_status'];

describe('the measures of the Power BI model', () => {
  let db: Duck;
  const ends: (() => unknown)[] = [];

  before(async () => {
    const context = { after: (act: () => unknown) => void ends.push(act) };
    db = await viewsOver(context, await quarter(context, ROWS));
    await db.run('CREATE SCHEMA seen');
    // Read once: there are hundreds of files.
    await db.run('CREATE SCHEMA held');
    for (const fact of FACTS) await db.run(`CREATE TABLE held.${fact} AS FROM main.${fact}`);
    await db.run("SET search_path = 'held,main'");
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** Filters as a report does. @param where over the columns that every fact has */
  async function see(first = '2026-01-01', last = '2026-03-31', where = 'true'): Promise<void> {
    for (const fact of FACTS)
      await db.run(
        `CREATE OR REPLACE VIEW seen.${fact} AS SELECT * FROM held.${fact} WHERE day BETWEEN '${first}' AND '${last}' AND ${fact === 'partition_status' ? 'true' : where}`,
      );
    await db.run('CREATE OR REPLACE VIEW seen.every_call AS SELECT * FROM held.fact_call');
    await db.run(`CREATE OR REPLACE VIEW seen.period AS SELECT DATE '${first}' AS first, DATE '${last}' AS last`);
  }

  async function ask(name: string): Promise<Value> {
    const measure = MEASURES_OF_MODEL.find(each => each.name === name);
    assert.ok(measure, name);
    await db.run("SET search_path = 'seen,held,main'");
    const [row] = await db.rows(measure.sql);
    await db.run("SET search_path = 'held,main'");
    return Object.values(row ?? {})[0] ?? null;
  }

  async function number(name: string): Promise<number> {
    return Number((await ask(name)) ?? 0);
  }

  async function answer(question: number): Promise<Rows> {
    return db.rows(questions()[question - 1]?.sql ?? '');
  }

  function sum(rows: Rows, ...columns: readonly string[]): number {
    return rows.reduce((total, row) => total + columns.reduce((part, column) => part + Number(row[column] ?? 0), 0), 0);
  }

  test('every one has an answer for the quarter, but money over several currencies', async () => {
    await see();
    for (const { name, folder } of MEASURES_OF_MODEL) {
      const value = await ask(name);
      if (folder === 'Cost') assert.equal(value, null, name);
      else if (name !== 'Calls before') assert.ok(value !== null && value !== 0, name);
    }
  });

  test('none fails where there is nothing', async () => {
    await see('2031-01-01', '2031-01-31');
    for (const { name } of MEASURES_OF_MODEL)
      assert.ok([null, '0', 0].includes((await ask(name)) as null), `${name}: ${await ask(name)}`);
  });

  test('calls and messages are as many as the questions count', async () => {
    await see();
    const weekdays = await answer(3);
    assert.equal(await number('Calls inbound'), sum(weekdays, 'inbound'));
    assert.equal(await number('Calls outbound'), sum(weekdays, 'outbound'));
    assert.equal(await number('Calls'), sum(weekdays, 'inbound', 'outbound', 'unknown'));
    assert.equal(await number('Messages'), sum(await answer(9), 'messages'));
    assert.equal(await number('Concurrent peak'), Math.max(...(await answer(12)).map(row => Number(row['at_once']))));
    assert.equal(await number('Unanswered inbound'), sum(await answer(13), 'unanswered'));
  });

  test('month by month too, with the month before beside it', async () => {
    const months = await answer(16);
    assert.equal(months.length, 3);
    for (const [i, { month, calls, held_percent: held }] of months.entries()) {
      await see(`${month}-01`, String(await lastOf(String(month))));
      assert.equal(await number('Calls'), Number(calls), String(month));
      const status = await db.rows(
        `SELECT count(rows)::INT AS held, count(*)::INT AS owed FROM partition_status WHERE strftime(day, '%Y-%m') = '${month}'`,
      );
      assert.deepEqual(
        [await number('Days held'), await number('Days owed')],
        [status[0]?.['held'], status[0]?.['owed']],
      );
      assert.ok(Number(held) <= 100);
      const users = (await answer(15))[i];
      assert.equal(await number('Active users'), Number(users?.['users']));
    }
    await see('2026-02-01', '2026-02-28');
    // The period before has 28 days as well.
    const [before] = await db.rows(
      `SELECT count(*)::INT AS n FROM fact_call WHERE day BETWEEN '2026-01-04' AND '2026-01-31'`,
    );
    assert.equal(await number('Calls before'), before?.['n']);
  });

  async function lastOf(month: string): Promise<Value> {
    const [row] = await db.rows(`SELECT last_day(DATE '${month}-01')::VARCHAR AS last`);
    return row?.['last'] ?? null;
  }

  test('cost is that of the questions in each currency and month, to the last digit, and blank over two', async () => {
    const costs = await answer(1);
    assert.ok(new Set(costs.map(row => row['currency'])).size > 1);
    for (const { month, currency, cost } of costs) {
      await see(`${month}-01`, String(await lastOf(String(month))), `currency IS NOT DISTINCT FROM '${currency}'`);
      assert.equal(await ask('Call cost'), cost, `${month} ${currency}`);
    }
    await see(undefined, undefined, "currency IN ('EUR', 'USD')");
    for (const name of ['Call cost', 'Cost', 'Message cost']) assert.equal(await ask(name), null, name);
    for (const { currency, cost } of await totals('fact_dialout_usage', 'total_call_charge')) {
      await see(undefined, undefined, `currency = '${currency}'`);
      assert.equal(await ask('Dial-out cost'), cost);
    }
  });

  async function totals(table: string, column: string): Promise<Rows> {
    return db.rows(`SELECT currency, sum(${column}) AS cost FROM ${table} WHERE currency IS NOT NULL GROUP BY 1`);
  }

  test('amounts that name no currency are a group of their own', async () => {
    await see(undefined, undefined, 'currency IS NULL');
    const [row] = await db.rows(`SELECT sum(charge) AS cost FROM fact_message WHERE channel LIKE 'voximplant%'`);
    assert.equal(await ask('Message cost'), row?.['cost']);
  });

  test('Direct Routing is as the questions say', async () => {
    await see();
    const trunks = await answer(5);
    assert.equal(await number('Legs'), sum(trunks, 'legs'));
    assert.equal(await number('Failed legs'), sum(trunks, 'failed'));
    assert.equal(sum(await answer(6), 'legs'), sum(trunks, 'failed'));
    const effectiveness = await answer(17);
    assert.equal(effectiveness.length, trunks.length);
    for (const { trunk_fqdn: trunk, effective_percent: effective } of effectiveness) {
      await db.run(
        `CREATE OR REPLACE VIEW seen.fact_call AS SELECT * FROM held.fact_call WHERE trunk_fqdn = '${trunk}'`,
      );
      assert.equal((100 * (await number('Network effectiveness ratio'))).toFixed(1), Number(effective).toFixed(1));
    }
  });

  test('in DAX they come to what they come to in SQL, for a quarter, a month, a week, one currency, and nothing', async () => {
    const dax = new Map(MEASURES_OF_MODEL.map(each => [each.name, each.dax]));
    await db.run("SET search_path = 'held,main'");
    const evaluation = new Evaluation(await dataOf(db), dax);
    const views: readonly (readonly [first: string, last: string, currency?: string])[] = [
      ['2026-01-01', '2026-03-31'],
      ['2026-02-01', '2026-02-28'],
      ['2026-03-02', '2026-03-08'],
      ['2026-01-01', '2026-03-31', 'USD'],
      ['2026-03-01', '2026-03-31', 'JPY'],
      ['2026-07-01', '2026-07-31'],
    ];
    let compared = 0;
    for (const [first, last, currency] of views) {
      await see(first, last, currency === undefined ? 'true' : `currency = '${currency}'`);
      const days = new Set<number>();
      for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) days.add(at / DAY_MS);
      const keeps: Filter['keeps'] = (table, row) =>
        currency === undefined || table === 'partition_status' || row[`${table}[currency]`] === currency;
      for (const { name, folder } of MEASURES_OF_MODEL) {
        // Its work grows with the square of the calls.
        if (name === 'Concurrent peak' && days.size > 7) continue;
        // These look beyond the filter of the test, which knows no currency there.
        if (currency !== undefined && /before|local/.test(name)) continue;
        const found = evaluation.measure(name, { days, keeps, dateColumns: {} });
        const asked = await ask(name);
        const expected =
          name === 'Newest day held' && asked !== null ? Date.parse(String(asked)) / DAY_MS : Number(asked ?? 0);
        const about = `${name} of ${first} to ${last} ${currency ?? ''}: ${found} in DAX, ${asked} in SQL`;
        assert.ok(Math.abs(Number(found ?? 0) - expected) < 1e-6, about);
        // Blank over several currencies is not zero.
        if (folder === 'Cost' && asked === null) assert.equal(found, null, about);
        compared += 1;
      }
    }
    assert.ok(compared > 150);
  });

  test('a measure in DAX that adds currencies, or takes a blank for a zero, comes to something else than its SQL', async () => {
    await db.run("SET search_path = 'held,main'");
    const data = await dataOf(db);
    const days = new Set(data['dim_date']?.map(row => Number(row['dim_date[date]'])));
    const filter: Filter = { days, keeps: () => true, dateColumns: {} };
    const planted = new Map([
      ['Call cost', 'DIVIDE ( SUM ( fact_call[charge_millionths] ), 1000000 )'],
      ['Failed legs', 'COUNTROWS ( FILTER ( fact_call, fact_call[successful] = FALSE ) )'],
    ]);
    const evaluation = new Evaluation(data, planted);
    await see();
    for (const name of planted.keys())
      assert.notEqual(evaluation.measure(name, filter), Number(await ask(name)) || null, name);
  });

  test('completeness is as the questions say', async () => {
    await see();
    const days = await answer(10);
    assert.equal(await number('Days owed'), sum(days, 'days'));
    assert.equal(
      await number('Days final'),
      sum(
        days.filter(row => row['state'] === 'final'),
        'days',
      ),
    );
    const odd = await answer(19);
    assert.equal(await number('Days held'), sum(days, 'days') - odd.filter(row => row['rows'] === null).length);
    assert.equal(await number('Days that need attention'), odd.filter(row => row['rows'] === null).length);
    assert.ok(
      Math.abs(
        (await number('Late share')) - odd.filter(row => row['revision'] === 2).length / (await number('Days held')),
      ) < 1e-9,
    );
    assert.equal(await ask('Newest day held'), '2026-03-31');
  });
});
