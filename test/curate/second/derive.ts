import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dictionaryOf, privacyOf, type Word } from './documents.ts';

/** Every cell of a dataset's day, derived by DuckDB from the raw JSON lines and the words of the documents. */

const MACROS = readFileSync(new URL('macros.sql', import.meta.url), 'utf8');
const BLOCK_BYTES = 64;

/** Run once: the macros, and the key of the pseudonyms. */
export function setUp(secret: string): string {
  const key = Buffer.alloc(BLOCK_BYTES);
  Buffer.from(secret).copy(key);
  const padded = (pad: number): string => Buffer.from(key.map(byte => byte ^ pad)).toString('hex');
  return `SET VARIABLE inner_key = unhex('${padded(0x36)}'); SET VARIABLE outer_key = unhex('${padded(0x5c)}');\n${MACROS}`;
}

/** What `keyed` of the macros has to say, by Node. */
export function keyedByNode(secret: string, message: string): string {
  return createHmac('sha256', secret).update(message).digest('hex').slice(0, 32);
}

/**
 * The members of JSON objects, by a lexer in SQL, since a parser would spell numbers anew.
 *
 * @param lines name of a table with the columns `ordinal` and `line`
 * @returns a query with the columns `ordinal`, `name`, `raw` (the value as it is written), and `meant` (without white space
 *   between its parts, and with texts spelled one way)
 */
export function membersOf(lines: string): string {
  return String.raw`
    WITH cut AS (
      SELECT ordinal, regexp_extract_all(line, '"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\s+|[^"{}\[\]:,\s]+') AS tokens
      FROM ${lines} WHERE starts_with(line, '{')
    ), token AS (
      SELECT ordinal, unnest(tokens) AS token, generate_subscripts(tokens, 1) AS place FROM cut
    ), deep AS (
      SELECT *, sum(CASE WHEN token IN ('{', '[') THEN 1 WHEN token IN ('}', ']') THEN -1 ELSE 0 END)
        OVER (PARTITION BY ordinal ORDER BY place) AS depth
      FROM token
    ), placed AS (
      SELECT *, count(*) FILTER (token = ',' AND depth = 1) OVER line AS member,
        count(*) FILTER (token = ':' AND depth = 1) OVER line AS colons
      FROM deep WINDOW line AS (PARTITION BY ordinal ORDER BY place)
    )
    SELECT ordinal, unquoted(max(token) FILTER (starts_with(token, '"') AND colons = member)) AS name,
      trim(string_agg(token, '' ORDER BY place)
        FILTER (colons > member AND NOT (token IN (':', ',') AND depth = 1) AND depth > 0), ' ') AS raw,
      string_agg(CASE WHEN starts_with(token, '"') THEN to_json(unquoted(token))::VARCHAR ELSE token END, '' ORDER BY place)
        FILTER (place > 1 AND depth > 0 AND NOT regexp_full_match(token, '\s+') AND NOT (token = ',' AND depth = 1)) AS meant
    FROM placed GROUP BY ordinal, member HAVING max(colons) > member`;
}

const VALUES: Readonly<Record<string, (said: string) => string>> = {
  int32: said => `int_of(${said})`,
  'decimal(18,6)': said => `money_of(${said})`,
  boolean: said => `flag_of(${said})`,
};

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The column of `wide` that has what the value of a field says. */
function saidOf(field: string): string {
  return JSON.stringify(`${field} said`);
}

/** Which direction makes a number that of the tenant, by the end that it stands at. */
const OWN_WHEN: Readonly<Record<string, string>> = {
  caller_number: 'outbound',
  source_number: 'outbound',
  callee_number: 'inbound',
  destination_number: 'inbound',
};

/** What the page of privacy says, as SQL of the text. */
function shown(column: string, what: string, said: string): string {
  if (/^as sent$|^As sent, or derived/.test(what)) return said;
  if (what === 'dropped') return 'NULL::VARCHAR';
  if (what.startsWith('keyed hash `u_')) return `user_hash(${said})`;
  if (what.startsWith('keyed hash `n_')) return `number_hash(${said})`;
  if (what.startsWith('without the address after')) return `call_id_of(${said})`;
  if (what.startsWith('JSON; only words')) return `words_of_json(${said})`;
  if (/only where it looks like an identifier/.test(what)) return `id_of(${said})`;
  if (/only where it is an instant/.test(what)) return `instant_text_of(${said})`;
  if (/words, and up to four digits in all/.test(what)) return `words_of(${said})`;
  if (what.includes("an outsider's without the last 4 digits"))
    return `CASE WHEN placed.direction = '${OWN_WHEN[column]}' AND NOT is_passed_on THEN ${said} ELSE outsider(${said}) END`;
  throw new Error(`docs/privacy.md says of ${column} what nobody has derived: ${what}`);
}

function fieldCell({ column, type, field }: Word, what: string): string {
  if (field === undefined) return 'NULL';
  const [raw, said] = [`sent.${JSON.stringify(field)}`, `sent.${saidOf(field)}`];
  if (type === 'timestamp, UTC') return `time_of(${raw}, ${said})`;
  if (type !== 'text') return (VALUES[type] ?? (() => 'NULL'))(said);
  return shown(column, what, column.endsWith('_at_text') ? `time_text_of(${said})` : said);
}

const CHANNELS: Readonly<Record<string, string>> = {
  'teams-sms': 'teams',
  'voximplant-sms': 'voximplant',
  'voximplant-a2p-sms': 'voximplant-a2p',
};

const MESSAGE_DIRECTION: Readonly<Record<string, string>> = {
  'teams-sms': `CASE lower(message_type) WHEN 'sms_in' THEN 'inbound' WHEN 'sms_out' THEN 'outbound' ELSE 'unknown' END`,
  'voximplant-sms': `CASE lower(direction_code) WHEN 'in' THEN 'inbound' WHEN 'out' THEN 'outbound' ELSE 'unknown' END`,
  'voximplant-a2p-sms': `'outbound'`,
};

/** Derived cells that follow from the cells of the row, as the profile shows them. */
function derivedCell(column: string, dataset: string, day: string): string | undefined {
  switch (column) {
    case 'source_dataset':
      return quoted(dataset);
    case 'day':
      return `DATE '${day}'`;
    case 'revision':
      return '1';
    case 'route':
      return dataset === 'teams-pstn-calls' ? `'pstn'` : `'direct-routing'`;
    case 'channel':
      return quoted(CHANNELS[dataset] ?? '');
    case 'call_class':
      return 'call_class_of(call_type)';
    case 'direction':
      return MESSAGE_DIRECTION[dataset] ?? 'call_direction_of(call_type)';
    case 'status_class':
      return dataset === 'teams-sms' ? `'sent'` : 'status_class_of(status_code, delivery_status)';
    case 'block_class':
      return `CASE WHEN lower(block_mode) IN ('blocked', 'unblocked') THEN lower(block_mode) ELSE 'unknown' END`;
    default:
      return undefined;
  }
}

/** What of a row has no column, as a sorted list of `name:value`; null when there is nothing. */
function extras(words: readonly Word[], profile: string): string {
  const fields = new Set(words.flatMap(({ field }) => field ?? []));
  const narrow = words.filter(({ type, field }) => field !== undefined && type in VALUES);
  const misfits = narrow.map(
    ({ column, field }) =>
      `SELECT ordinal, ${quoted(field ?? '')} AS name, wide.${JSON.stringify(field)} AS raw FROM wide JOIN cells USING (ordinal)
       WHERE wide.${saidOf(field ?? '')} IS NOT NULL AND cells.${column} IS NULL`,
  );
  const others = `SELECT ordinal, name, raw FROM member WHERE name NOT IN (${[...fields].map(quoted).join(', ')})`;
  const whole = `SELECT ordinal, 'line', to_json(line)::VARCHAR FROM line WHERE NOT starts_with(line, '{')`;
  const member = profile === 'full' ? `name || ':' || raw` : `name_of(name) || ':null'`;
  return `SELECT ordinal, list_sort(${profile === 'full' ? '' : 'list_distinct'}(list(${member}))) AS extra_json
    FROM (${[others, whole, ...misfits].join('\n    UNION ALL ')}) GROUP BY ordinal`;
}

/**
 * Makes the tables `line` (`ordinal`, `line`) of a file, `member` of `membersOf`, and `wide`: of each line the values of the
 * fields that the dictionary names, as they are written and as what they say.
 */
export function read(file: string, dataset: string, table: string): string {
  const fields = [...new Set(dictionaryOf(table, dataset).flatMap(({ field }) => field ?? []))];
  const each = fields.flatMap(field => {
    const raw = `max(raw) FILTER (name = ${quoted(field)})`;
    return [`${raw} AS ${JSON.stringify(field)}`, `text_of(${raw}) AS ${saidOf(field)}`];
  });
  return `
    CREATE OR REPLACE TABLE line AS
      SELECT generate_subscripts(lines, 1) AS ordinal, unnest(lines) AS line
      FROM (SELECT string_split(trim(content, chr(10)), chr(10)) AS lines FROM read_text('${file}'));
    CREATE OR REPLACE TABLE member AS ${membersOf('line')};
    CREATE OR REPLACE TABLE wide AS
      SELECT line.ordinal, ${each.join(', ')} FROM line LEFT JOIN member USING (ordinal) GROUP BY line.ordinal;`;
}

/**
 * Makes the tables `cells`, a row for each line of `line` with the cells that come from its fields, and `derived`: the rows
 * of the file, with a cell for each column of the dictionary but `key` and `conflict_ordinal`.
 */
export function derive(dataset: string, table: string, day: string, profile: string): string {
  const words = dictionaryOf(table, dataset);
  const does = privacyOf(table, profile);
  const what = (column: string): string => {
    const found = does.get(column) ?? (profile === 'full' ? 'as sent' : undefined);
    if (found === undefined) throw new Error(`docs/privacy.md says nothing of ${column}`);
    return found;
  };
  const ofFields = words.filter(({ isDerived }) => !isDerived);
  const [ends, plain] = [true, false].map(isEnd => ofFields.filter(({ column }) => column in OWN_WHEN === isEnd));
  const cells = (of: readonly Word[] = []): string =>
    of.map(word => `${fieldCell(word, what(word.column))} AS ${word.column}`).join(',\n      ');
  const derived = words.flatMap(({ column, isDerived }) => {
    const cell = isDerived ? derivedCell(column, dataset, day) : undefined;
    return cell === undefined ? [] : [`${cell} AS ${column}`];
  });
  const passedOn = words.some(({ column }) => column === 'call_class')
    ? `call_class IN ('transfer', 'forwarding')`
    : 'false';
  const endCells = ends?.length ? `, ${cells(ends)}` : '';
  return `
    CREATE OR REPLACE TABLE cells AS
      WITH said AS (SELECT ordinal, ${cells(plain)} FROM wide AS sent),
      known AS (SELECT *, ${derived.join(', ')} FROM said),
      placed AS (SELECT *, ${passedOn} AS is_passed_on FROM known)
      SELECT placed.* EXCLUDE (is_passed_on)${endCells} FROM placed JOIN wide AS sent USING (ordinal);
    CREATE OR REPLACE TABLE derived AS
      SELECT cells.*, cells.ordinal AS row_ordinal, extra.extra_json FROM cells
      JOIN (SELECT min(ordinal) AS ordinal FROM
        (SELECT ordinal, if(starts_with(any_value(line), '{'), list_sort(list(meant))::VARCHAR, any_value(line)) AS says
          FROM line LEFT JOIN member USING (ordinal) GROUP BY ordinal) GROUP BY says) AS first USING (ordinal)
      LEFT JOIN (${extras(words, profile)}) AS extra USING (ordinal);`;
}

/** What identifies a row: the columns that do, and those that do where the first of these says nothing. */
const IDENTITY: Readonly<Record<string, readonly [identity: string, instead: string]>> = {
  fact_call: ['source_id', 'call_id correlation_id started_at_text call_type user_id caller_number callee_number'],
  fact_message: ['source_id', 'sms_id sent_at_text source_number destination_number message_type'],
  fact_dialout_usage: [
    'user_id usage_location destination_context currency day',
    'usage_location destination_context currency user_display_name day',
  ],
  fact_blocked_user: [
    'remediation_id block_class blocked_at_text user_id',
    'block_mode blocked_at_text user_id block_reason',
  ],
};

/**
 * Makes the table `identity`: of each row what identifies it (`who`, as the profile shows it), what was sent for it
 * (`sent`), its `key` and `conflict_ordinal`, and `plain`: the id that the key has to end with, where it is a plain text.
 */
export function identify(dataset: string, table: string): string {
  const [identity = '', instead = ''] = IDENTITY[table] ?? [];
  const own = dataset === 'voximplant-sms' ? 'source_id direction_code' : identity;
  const words = dictionaryOf(table, dataset);
  const listOf = (columns: string): string =>
    `[${columns
      .split(' ')
      .map(name => `cells.${name}::VARCHAR`)
      .join(', ')}]`;
  const all = words.filter(({ column }) => !/^(key|row_ordinal|revision|conflict_ordinal|extra_json)$/.test(column));
  const [first = ''] = own.split(' ');
  const sent = words.flatMap(({ column, field }) =>
    field !== undefined && `${own} ${instead}`.split(' ').includes(column) ? [`wide.${JSON.stringify(field)}`] : [],
  );
  const raw = sent[0] ?? '';
  return `CREATE OR REPLACE TABLE identity AS
    SELECT row_ordinal, key, file.conflict_ordinal, [${sent.join(', ')}] AS sent,
      CASE WHEN cells.${first} IS NOT NULL THEN ['own'] || ${listOf(own)}
        WHEN len(list_filter(${listOf(instead)}, lambda each: each IS NOT NULL)) > 0 THEN ['instead'] || ${listOf(instead)}
        ELSE ['all', derived.extra_json::VARCHAR] || ${listOf(all.map(({ column }) => column).join(' '))} END AS who,
      CASE WHEN ${own === first} AND ${raw}[1] = '"' AND NOT contains(${raw}, '\\')
        AND NOT regexp_full_match(trim(${raw}, '"'), '-?[0-9.eE+-]+|true|false|[\\[{].*', 's') THEN cells.${first} END AS plain
    FROM file JOIN derived USING (row_ordinal) JOIN cells ON cells.ordinal = row_ordinal JOIN wide ON wide.ordinal = row_ordinal`;
}

/** The columns that are compared cell by cell. */
export function comparedColumns(table: string, dataset: string): Word[] {
  return dictionaryOf(table, dataset).filter(({ column }) => !/^(key|conflict_ordinal)$/.test(column));
}

/** Compares `derived` with `file`: a query of `ordinal`, `name`, `derived`, `written` of each cell that differs. */
export function differences(words: readonly Word[]): string {
  const each = words.map(({ column, type }) => {
    const written = type === 'timestamp, UTC' ? `epoch_us(file.${column})` : `file.${column}`;
    return `SELECT coalesce(derived.row_ordinal, file.row_ordinal) AS ordinal, '${column}' AS name,
      derived.${column}::VARCHAR AS derived, ${written}::VARCHAR AS written
      FROM derived FULL JOIN file USING (row_ordinal) WHERE derived.${column} IS DISTINCT FROM ${written}`;
  });
  return each.join('\nUNION ALL ');
}
