import { TABLES } from '../../shared/curate/tables.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import type { DataType, ModelColumn, ModelTable } from './model.ts';
import { DATES, HOURS, type Read, staticTable } from './power-query.ts';

/** The dimensions that Power BI needs and the curated tables do not have: dates, hours, datasets, currencies and users. */

export function added(name: string, type: DataType, meaning: string, more: Partial<ModelColumn> = {}): ModelColumn {
  return { name, type, meaning, ...more };
}

export const ACCOUNT_CURRENCY = 'Voximplant account';
export const NO_CURRENCY = 'not stated';

export const DATE: ModelTable = {
  name: 'dim_date',
  meaning:
    'One row: one day, in UTC. A measure whose name says local time uses the day in the time zone of the parameter TimeZone instead.',
  isDateTable: true,
  columns: [
    added('date', 'dateTime', 'the day', { isKey: true, format: 'yyyy-mm-dd' }),
    added('year', 'int64', 'its year', { format: '0' }),
    added('quarter', 'string', 'its quarter, such as 2026 Q1'),
    added('month', 'string', 'its month, such as 2026-01'),
    added('week', 'dateTime', 'the Monday of its week', { format: 'yyyy-mm-dd' }),
    added('weekday_number', 'int64', '1 for Monday to 7 for Sunday', { hidden: true, format: '0' }),
    added('weekday', 'string', 'Monday to Sunday', { sortBy: 'weekday_number' }),
  ],
  source: { m: DATES },
};

export const HOUR: ModelTable = {
  name: 'dim_hour',
  meaning: 'One row: one hour of the day, in the time zone of the parameter TimeZone.',
  columns: [
    added('hour', 'int64', '0 to 23', { isKey: true, hidden: true, format: '0' }),
    added('hour_name', 'string', '00:00 to 23:00', { sortBy: 'hour' }),
  ],
  source: { m: HOURS },
};

const DATASET_COLUMNS: readonly Read[] = [
  { name: 'source_dataset', kind: 'text' },
  { name: 'source', kind: 'text' },
  { name: 'table', kind: 'text' },
];
const TABLE_OF = new Map(TABLES.flatMap(({ name, datasets }) => datasets.map(dataset => [dataset, name])));

export const DATASET: ModelTable = {
  name: 'dim_dataset',
  meaning: 'One row: one log of a source.',
  columns: [
    added('source_dataset', 'string', 'the dataset, as in the path', { isKey: true }),
    added('source', 'string', 'the source of the log: graph or voximplant'),
    added('table', 'string', 'the fact table with the rows of the log'),
  ],
  source: {
    m: staticTable(
      DATASET_COLUMNS,
      DATASETS.map(({ name, source }) => [name, source, TABLE_OF.get(name) ?? null]),
    ),
  },
};

function unionOf(column: string, name: string, tables: readonly string[]): string {
  const each = tables.map(table => `        SELECTCOLUMNS ( ${table}, "${name}", ${table}[${column}] )`);
  return `UNION (\n${each.join(',\n')}\n    )`;
}

export const CURRENCY: ModelTable = {
  name: 'dim_currency',
  meaning: 'One row: one currency, or one group of amounts for which the source states no currency.',
  columns: [
    added('currency', 'string', `ISO 4217, or \`${ACCOUNT_CURRENCY}\` and \`${NO_CURRENCY}\``, { isKey: true }),
  ],
  source: {
    dax: `FILTER (
    DISTINCT (
    ${unionOf('currency_key', 'currency', ['fact_call', 'fact_message', 'fact_dialout_usage'])}
    ),
    NOT ISBLANK ( [currency] )
)`,
  },
};

export const WITH_USERS = ['fact_call', 'fact_message', 'fact_dialout_usage', 'fact_blocked_user'];

export const USER: ModelTable = {
  name: 'dim_user',
  meaning: 'One row: one user that any log contains. To see departments, relate a table of your own users to user_id.',
  columns: [
    added('user_id', 'string', 'object id of the user in Entra ID', { isKey: true }),
    added('user_name', 'string', 'a display name of the user; the id where the privacy profile drops names'),
  ],
  source: {
    dax: `VAR users =
    FILTER (
        DISTINCT (
        ${unionOf('user_id', 'user_id', WITH_USERS)}
        ),
        NOT ISBLANK ( [user_id] )
    )
RETURN
    ADDCOLUMNS (
        users,
        "user_name",
            VAR id = [user_id]
            RETURN
                COALESCE (
${WITH_USERS.map(table => `                    MAXX ( FILTER ( ${table}, ${table}[user_id] = id ), ${table}[user_display_name] )`).join(',\n')},
                    id
                )
    )`,
  },
};

export const MEASURES: ModelTable = {
  name: '_Measures',
  meaning: 'A table without rows that contains all measures.',
  columns: [added('none', 'string', 'always empty', { hidden: true })],
  source: { m: staticTable([{ name: 'none', kind: 'text' }], []).replace('{\n\n    }', '{}') },
};
