import { DIMENSIONS } from '../../shared/curate/dimensions.ts';
import { partitionStatus } from '../../shared/curate/partition-status.ts';
import type { Column, ColumnKind } from '../../shared/curate/table-model.ts';
import { TABLES } from '../../shared/curate/tables.ts';
import {
  ACCOUNT_CURRENCY,
  added,
  CURRENCY,
  DATASET,
  DATE,
  HOUR,
  MEASURES,
  NO_CURRENCY,
  USER,
  WITH_USERS,
} from './dimensions.ts';
import type { DataType, ModelColumn, ModelTable, Relationship } from './model.ts';
import { polling, query, type Read, type Step } from './power-query.ts';

/** The star: the facts and code tables of the dictionary, and the dimensions that Power BI needs beside them. */

const TYPES: Readonly<Record<ColumnKind, DataType>> = {
  text: 'string',
  int: 'int64',
  long: 'int64',
  money: 'decimal',
  time: 'dateTime',
  date: 'dateTime',
  flag: 'boolean',
};

const FORMATS: Readonly<Partial<Record<ColumnKind, string>>> = {
  int: '0',
  long: '0',
  money: '#,0.00####',
  time: 'yyyy-mm-dd hh:nn:ss',
  date: 'yyyy-mm-dd',
};

/** Long texts that nobody adds up make a model large: they stay in the files, where DuckDB and Spark read them. */
const LEFT_OUT = /_at_text$|_json$|^message_text$/;

/** Columns that serve relationships and checks, and say nothing that a dimension does not say better. */
const HIDDEN =
  /^(key|row_ordinal|revision|conflict_ordinal|source_dataset|day|user_id|user_principal_name|user_display_name)$/;

type Defined = Pick<Column, 'name' | 'kind' | 'meaning'> & Partial<Pick<Column, 'origin' | 'adminCenter'>>;

function folderOf({ name, kind, origin }: Defined): string {
  if (kind === 'money' || name === 'currency') return 'Amounts';
  if (kind === 'time' || kind === 'date' || name === 'duration_seconds') return 'Time';
  if (/country|destination|location/.test(name)) return 'Places';
  if (/^user_|_number$/.test(name)) return 'People';
  const from = origin !== undefined && 'fields' in origin ? Object.keys(origin.fields) : [];
  return from.length === 1 && from[0] === 'teams-direct-routing-calls' ? 'Direct Routing' : 'Details';
}

function columnOf(column: Defined, isFact: boolean): ModelColumn {
  const { name, kind, meaning, adminCenter } = column;
  const format = FORMATS[kind];
  return {
    name,
    type: TYPES[kind],
    meaning: adminCenter === undefined ? meaning : `${meaning}; in the Teams admin center: ${adminCenter}`,
    ...(isFact && { folder: folderOf(column), hidden: HIDDEN.test(name) }),
    ...(format !== undefined && { format }),
    ...(kind === 'money' && { isMoney: true }),
  };
}

const KEY = { hidden: true } as const;

function millionths(column: string): ModelColumn {
  const meaning = `\`${column}\` in millionths, which measures add up exactly`;
  return added(`${column}_millionths`, 'int64', meaning, { hidden: true, isMoney: true });
}

const LOCAL: readonly ModelColumn[] = [
  added(
    'local_at',
    'dateTime',
    'start of the call, or sending of the message, in the time zone of the parameter TimeZone',
    {
      folder: 'Local time',
      format: 'yyyy-mm-dd hh:nn:ss',
    },
  ),
  added('local_day', 'dateTime', 'the day of `local_at`', { folder: 'Local time', format: 'yyyy-mm-dd' }),
  added('local_hour', 'int64', 'the hour of `local_at`, 0 to 23', { folder: 'Local time', format: '0' }),
];

const CURRENCY_KEY = added(
  'currency_key',
  'string',
  'the currency, or the group of amounts without one; never add amounts of two keys',
  KEY,
);

interface Extra {
  readonly columns: readonly ModelColumn[];
  readonly steps: readonly Step[];
}

function money(...columns: readonly string[]): Extra {
  const fixed = columns.map(column => `{"${column}", Currency.Type}`).join(', ');
  return {
    columns: columns.map(millionths),
    steps: [
      ...columns.map((column, i): Step => [`Exact${i + 1}`, rows => `Millionths(${rows}, "${column}")`]),
      // Four places are what a fixed decimal number has: enough to look at, and measures add the millionths.
      ['Fixed', rows => `Table.TransformColumnTypes(${rows}, {${fixed}})`],
    ],
  };
}

function local(instant: string): Extra {
  return { columns: LOCAL, steps: [['InZone', rows => `WithLocalTime(${rows}, "${instant}")`]] };
}

function currencyKey(expression: string): Extra {
  const step: Step = [
    'WithCurrency',
    rows => `Table.AddColumn(${rows}, "currency_key", each ${expression}, type text)`,
  ];
  return { columns: [CURRENCY_KEY], steps: [step] };
}

const STATUS_KEY: Extra = {
  columns: [added('status_key', 'string', 'the status column and the status, as in `dim_message_status`', KEY)],
  steps: [
    [
      'WithStatus',
      rows =>
        `Table.AddColumn(${rows}, "status_key", each if [delivery_status] <> null then "delivery_status " & Text.Upper([delivery_status]) else if [status_code] <> null then "status_code " & [status_code] else null, type text)`,
    ],
  ],
};

/** What each fact has beyond its own columns. */
const EXTRAS: Readonly<Record<string, readonly Extra[]>> = {
  fact_call: [
    money('charge', 'connection_charge'),
    currencyKey(`if [route] <> "pstn" then null else [currency] ?? "${NO_CURRENCY}"`),
    local('started_at'),
  ],
  fact_message: [
    money('charge'),
    currencyKey(
      `[currency] ?? (if Text.StartsWith([channel] ?? "", "voximplant") then "${ACCOUNT_CURRENCY}" else "${NO_CURRENCY}")`,
    ),
    STATUS_KEY,
    local('sent_at'),
  ],
  fact_dialout_usage: [money('total_call_charge'), currencyKey(`[currency] ?? "${NO_CURRENCY}"`)],
};

function read(columns: readonly Defined[]): Read[] {
  return columns.filter(({ name }) => !LEFT_OUT.test(name)).map(({ name, kind }) => ({ name, kind }));
}

const FACTS: readonly ModelTable[] = TABLES.map(({ name, grain, datasets, columns }) => {
  const extras = EXTRAS[name] ?? [];
  const own = columns.filter(column => !LEFT_OUT.test(column.name)).map(column => columnOf(column, true));
  const steps = extras.flatMap(extra => extra.steps);
  return {
    name,
    meaning: `One row: ${grain}.`,
    columns: [...own, ...extras.flatMap(extra => extra.columns)],
    source: { m: query(name, read(columns), true, steps) },
    refresh: { polling: polling(datasets) },
  };
});

const STATUS: ModelTable = {
  name: partitionStatus.name,
  meaning: `One row: ${partitionStatus.grain}.`,
  columns: partitionStatus.columns.map(column => columnOf(column, false)),
  source: { m: query(partitionStatus.name, read(partitionStatus.columns), false, []) },
};

const CODES: readonly ModelTable[] = DIMENSIONS.map(({ name, grain, columns }) => {
  const own = columns.map(column => columnOf(column, false));
  const keyed = name === 'dim_message_status';
  const step: Step = [
    'WithKey',
    rows => `Table.AddColumn(${rows}, "status_key", each [status_column] & " " & [status_code], type text)`,
  ];
  return {
    name,
    meaning: `One row: ${grain}.`,
    columns: keyed ? [...own, ...STATUS_KEY.columns] : own,
    source: { m: query(name, read(columns), false, keyed ? [step] : []) },
  };
});

export const MODEL_TABLES: readonly ModelTable[] = [
  MEASURES,
  ...FACTS,
  STATUS,
  DATE,
  HOUR,
  DATASET,
  CURRENCY,
  USER,
  ...CODES,
];

type Ends = readonly [from: string, to: string, active?: boolean];

const ENDS: readonly Ends[] = [
  ...[...FACTS, STATUS].flatMap(({ name }): Ends[] => [
    [`${name}.day`, 'dim_date.date'],
    [`${name}.source_dataset`, 'dim_dataset.source_dataset'],
  ]),
  ['fact_call.local_day', 'dim_date.date', false],
  ['fact_message.local_day', 'dim_date.date', false],
  ['fact_call.local_hour', 'dim_hour.hour'],
  ['fact_message.local_hour', 'dim_hour.hour'],
  ...Object.keys(EXTRAS).map((name): Ends => [`${name}.currency_key`, 'dim_currency.currency']),
  ...WITH_USERS.map((name): Ends => [`${name}.user_id`, 'dim_user.user_id']),
  ['fact_call.call_type', 'dim_call_type.call_type'],
  ['fact_call.license_capability', 'dim_license.license_capability'],
  ['fact_message.license_capability', 'dim_license.license_capability'],
  ['fact_call.usage_country_code', 'dim_country.country_code'],
  ['fact_call.user_country_code', 'dim_country.country_code', false],
  ['fact_call.other_party_country_code', 'dim_country.country_code', false],
  ['fact_message.user_country_code', 'dim_country.country_code'],
  ['fact_dialout_usage.usage_location', 'dim_country.country_code'],
  ['fact_message.status_key', 'dim_message_status.status_key'],
];

function split(end: string): readonly [string, string] {
  const [table = '', column = ''] = end.split('.');
  return [table, column];
}

export const RELATIONSHIPS: readonly Relationship[] = ENDS.map(([from, to, active = true]) => ({
  from: split(from),
  to: split(to),
  active,
}));
