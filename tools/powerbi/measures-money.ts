import { AMOUNT } from './measures-shared.ts';
import type { Measure } from './model.ts';

/** What calls and messages cost: in one currency, and blank over several. `bound` is the only way to write such a measure. */

const MILLION = 1_000_000;

/** The currencies that are in view, of one fact or of several. */
function currenciesOf(tables: readonly string[]): string {
  const values = tables.map(table => `VALUES ( ${table}[currency_key] )`);
  const all = values.length === 1 ? values[0] : `DISTINCT ( UNION ( ${values.join(', ')} ) )`;
  const key = tables.length === 1 ? `${tables[0]}[currency_key]` : '[currency_key]';
  return `FILTER ( ${all}, NOT ISBLANK ( ${key} ) )`;
}

/** @param columns of millionths, as `table[column]` */
function bound(tables: readonly string[], columns: readonly string[]): string {
  const sums = columns.map(column => `SUM ( ${column} )`).join(' + ');
  return `VAR currencies =
    ${currenciesOf(tables)}
RETURN
    IF ( COUNTROWS ( currencies ) = 1, DIVIDE ( ${sums}, ${MILLION} ) )`;
}

/** The SQL of `bound`: of the rows that have a currency key, where they have one alone. */
function boundSql(rows: string): string {
  return `SELECT CASE WHEN count(DISTINCT currency_key) = 1 THEN coalesce(sum(amount), 0) END FROM (${rows})`;
}

const CALL_AMOUNTS = `SELECT coalesce(currency, 'not stated') AS currency_key,
  coalesce(charge, 0) + coalesce(connection_charge, 0) AS amount FROM fact_call WHERE route = 'pstn'`;
const MESSAGE_AMOUNTS = `SELECT
  coalesce(currency, if(channel LIKE 'voximplant%', 'Voximplant account', 'not stated')) AS currency_key,
  coalesce(charge, 0) AS amount FROM fact_message`;
const DIALOUT_AMOUNTS = `SELECT coalesce(currency, 'not stated') AS currency_key,
  coalesce(total_call_charge, 0) AS amount FROM fact_dialout_usage`;

const CALL_MONEY = ['fact_call[charge_millionths]', 'fact_call[connection_charge_millionths]'];

export const MONEY: readonly Measure[] = [
  {
    name: 'Call cost',
    folder: 'Cost',
    meaning: 'Charges and connection fees of calls, in the currency in view; blank if several currencies are in view.',
    format: AMOUNT,
    dax: bound(['fact_call'], CALL_MONEY),
    sql: boundSql(CALL_AMOUNTS),
  },
  {
    name: 'Message cost',
    folder: 'Cost',
    meaning: 'Charges of messages, in the currency in view; blank if several currencies are in view.',
    format: AMOUNT,
    dax: bound(['fact_message'], ['fact_message[charge_millionths]']),
    sql: boundSql(MESSAGE_AMOUNTS),
  },
  {
    name: 'Cost',
    folder: 'Cost',
    meaning: 'Call cost plus message cost, in the currency in view; blank if several currencies are in view.',
    format: AMOUNT,
    dax: bound(['fact_call', 'fact_message'], [...CALL_MONEY, 'fact_message[charge_millionths]']),
    sql: boundSql(`${CALL_AMOUNTS} UNION ALL ${MESSAGE_AMOUNTS}`),
  },
  {
    name: 'Dial-out cost',
    folder: 'Cost',
    meaning:
      'Charges of calls dialled out from meetings, in the currency in view; blank if several are in view. These calls may be in Call cost too: never add the two.',
    format: AMOUNT,
    dax: bound(['fact_dialout_usage'], ['fact_dialout_usage[total_call_charge_millionths]']),
    sql: boundSql(DIALOUT_AMOUNTS),
  },
];
