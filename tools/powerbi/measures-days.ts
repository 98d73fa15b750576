import { COUNT, counted, rowsWhere, SHARE } from './measures-shared.ts';
import type { Measure } from './model.ts';

/** Messages, and which days are held. */

export const MESSAGES: readonly Measure[] = [
  {
    name: 'Messages',
    folder: 'Messages',
    meaning: 'Text messages of Teams and Voximplant.',
    format: COUNT,
    dax: 'COUNTROWS ( fact_message )',
    sql: counted('fact_message'),
  },
  {
    name: 'Message units',
    folder: 'Messages',
    meaning: 'Messages as they are charged: a long message is sent, and charged, as several.',
    format: COUNT,
    dax: 'SUM ( fact_message[units] )',
    sql: 'SELECT sum(units) FROM fact_message',
  },
  {
    name: 'Messages failed',
    folder: 'Messages',
    meaning: 'Messages that were not sent or not delivered.',
    format: COUNT,
    dax: rowsWhere('fact_message', 'fact_message[status_class] = "failed"'),
    sql: counted('fact_message', "status_class = 'failed'"),
  },
];

const HELD = 'NOT ISBLANK ( partition_status[rows] )';

export const COMPLETENESS: readonly Measure[] = [
  {
    name: 'Days owed',
    folder: 'Completeness',
    meaning: 'Days that should be held, added up over the logs in view.',
    format: COUNT,
    dax: 'COUNTROWS ( partition_status )',
    sql: counted('partition_status'),
  },
  {
    name: 'Days held',
    folder: 'Completeness',
    meaning: 'Days of which all rows are held, added up over the logs in view. Days without rows count too.',
    format: COUNT,
    dax: rowsWhere('partition_status', HELD),
    sql: counted('partition_status', 'rows IS NOT NULL'),
  },
  {
    name: 'Held share',
    folder: 'Completeness',
    meaning: 'Days held as a share of days owed: below 100 % the numbers of this page are too small.',
    format: SHARE,
    dax: 'DIVIDE ( [Days held] + 0, [Days owed] )',
    sql: 'SELECT count(rows) / nullif(count(*), 0) FROM partition_status',
  },
  {
    name: 'Days final',
    folder: 'Completeness',
    meaning: 'Held days that have settled: apart from one late check, Landline does not read them again.',
    format: COUNT,
    dax: rowsWhere('partition_status', 'partition_status[state] = "final"'),
    sql: counted('partition_status', "state = 'final'"),
  },
  {
    name: 'Days that need attention',
    folder: 'Completeness',
    meaning: 'Days that are missing, failed, suspect or expired: landline status says what to do.',
    format: COUNT,
    dax: rowsWhere('partition_status', 'partition_status[state] IN { "missing", "failed", "suspect", "expired" }'),
    sql: counted('partition_status', "state IN ('missing', 'failed', 'suspect', 'expired')"),
  },
  {
    name: 'Late share',
    folder: 'Completeness',
    meaning: 'Days that changed after they first landed, by late or corrected rows, as a share of days held.',
    format: SHARE,
    dax: `DIVIDE ( ${rowsWhere('partition_status', 'partition_status[revision] > 1')}, [Days held] )`,
    sql: 'SELECT count(*) FILTER (revision > 1) / nullif(count(rows), 0) FROM partition_status',
  },
  {
    name: 'Newest day held',
    folder: 'Completeness',
    meaning: 'The newest day that any log in view holds.',
    format: 'yyyy-mm-dd',
    dax: `MAXX ( FILTER ( partition_status, ${HELD} ), partition_status[day] )`,
    sql: 'SELECT max(day) FILTER (rows IS NOT NULL) FROM partition_status',
  },
];
