import type { Duck } from '../curate/setup.ts';
import type { Data, Value } from './dax-run.ts';

/** The rows of the model as its Power Query makes them: amounts in millionths, days as numbers, keys of currencies. */

function days(column: string): string {
  return `date_diff('day', DATE '1970-01-01', ${column}::DATE)`;
}

function millionths(column: string): string {
  return `(${column} * 1000000)::BIGINT AS ${column}_millionths`;
}

const QUERIES: Readonly<Record<string, string>> = {
  fact_call: `SELECT * REPLACE (${days('day')} AS day, epoch_us(started_at) AS started_at, epoch_us(ended_at) AS ended_at),
    ${millionths('charge')}, ${millionths('connection_charge')}, ${days('started_at')} AS local_day,
    if(route = 'pstn', coalesce(currency, 'not stated'), NULL) AS currency_key FROM fact_call`,
  fact_message: `SELECT * REPLACE (${days('day')} AS day), ${millionths('charge')}, ${days('sent_at')} AS local_day,
    coalesce(currency, if(channel LIKE 'voximplant%', 'Voximplant account', 'not stated')) AS currency_key FROM fact_message`,
  fact_dialout_usage: `SELECT * REPLACE (${days('day')} AS day), ${millionths('total_call_charge')},
    coalesce(currency, 'not stated') AS currency_key FROM fact_dialout_usage`,
  partition_status: `SELECT * REPLACE (${days('day')} AS day) FROM partition_status`,
  dim_date: `SELECT ${days('day')} AS date FROM generate_series(DATE '2025-01-01', DATE '2026-12-31', INTERVAL 1 DAY) AS all_days(day)`,
};

const NUMBER = /^(day|date|local_day|rows|revision|units|duration_seconds|final_sip_code|.*_at|.*_millionths)$/;

export async function dataOf(db: Duck): Promise<Data> {
  const data: Record<string, Record<string, Value>[]> = {};
  for (const [table, sql] of Object.entries(QUERIES))
    data[table] = (await db.rows(sql)).map(row =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          `${table}[${name}]`,
          value !== null && NUMBER.test(name) ? Number(value) : value,
        ]),
      ),
    );
  return data;
}
