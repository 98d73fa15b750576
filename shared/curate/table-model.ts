/**
 * The words of the curated tables. A table is data: its columns in order, where each comes from, and how private it is.
 * docs/bi/dictionary.md is written from these definitions, docs/privacy.md is checked against them.
 */

/**
 * `text`   UTF-8
 * `int`    32-bit whole number
 * `long`   64-bit whole number
 * `money`  DECIMAL(18,6), exact from the source's text
 * `time`   TIMESTAMP, UTC, microseconds; the column named `…_text` beside it has the source's own text
 * `date`   calendar day
 * `flag`   true or false
 */
export type ColumnKind = 'text' | 'int' | 'long' | 'money' | 'time' | 'date' | 'flag';

/**
 * What a column may tell about a person; privacy.ts says what each profile does with it.
 *
 * `open`     nothing about anybody: numbers, flags, instants, and what Landline works out itself
 * `word`     words of the source: names of kinds, places and reasons, which should say nothing about anybody
 * `words`    the same as a list or an object of JSON
 * `id`       an identifier of a row, a call or a thing
 * `instant`  an instant as the source wrote it
 * `user`     the id of a user of the tenant
 * `name`     a user's name or sign-in name
 * `own`      a number that belongs to the tenant
 * `from`     the number a call or message came from: the tenant's or an outsider's, by its direction
 * `to`       the number it went to
 * `ip`       an IP address
 * `call-id`  an identifier with an address behind its `@`
 * `message`  what somebody wrote
 * `quote`    text of a machine that may quote numbers
 * `unknown`  fields nobody has described yet
 */
export type Privacy =
  | 'open'
  | 'word'
  | 'words'
  | 'id'
  | 'instant'
  | 'user'
  | 'name'
  | 'own'
  | 'from'
  | 'to'
  | 'ip'
  | 'call-id'
  | 'message'
  | 'quote'
  | 'unknown';

/** What Landline works out itself. */
export type Derived =
  | 'key'
  | 'dataset'
  | 'day'
  | 'row-ordinal'
  | 'revision'
  | 'conflict-ordinal'
  | 'route'
  | 'call-direction'
  | 'call-class'
  | 'channel'
  | 'message-direction'
  | 'message-class'
  | 'block-class'
  | 'extra';

/** Where a column comes from: a field of the row, by dataset, or something derived. */
type Origin = { readonly fields: Readonly<Record<string, string>> } | { readonly derived: Derived };

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly privacy: Privacy;
  readonly origin: Origin;
  readonly meaning: string;
  /** The column of the Teams admin center that says the same, if there is one. */
  readonly adminCenter?: string;
}

export interface Table {
  /** Folder below `v1/`. */
  readonly name: string;
  /** What one row is. */
  readonly grain: string;
  /** Those whose days it holds. */
  readonly datasets: readonly string[];
  readonly columns: readonly Column[];
  /** Columns that identify a row within its dataset. One: its value is the key. Several: their hash is. */
  readonly key: Readonly<Record<string, readonly string[]>>;
  /** Columns whose hash is the key of a row that has no value in the first of `key`. */
  readonly keyFallback: readonly string[];
}

/** A value of a curated row. Money and long are unscaled bigints, time is microseconds, date is days, since 1970. */
export type Cell = string | number | bigint | boolean | null;

/** A small table whose rows are written as they stand. */
export interface DimensionTable {
  readonly name: string;
  readonly grain: string;
  readonly columns: readonly Pick<Column, 'name' | 'kind' | 'meaning'>[];
}
