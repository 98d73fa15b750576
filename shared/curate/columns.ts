import type { Column, ColumnKind, Derived, Privacy } from './table-model.ts';

/** Short hands for writing columns down: a definition should read like a line of a table. */

type Fields = Readonly<Record<string, string>>;
type More = Pick<Column, 'adminCenter'>;

function made(name: string, kind: ColumnKind, privacy: Privacy, fields: Fields, meaning: string, more?: More): Column {
  return { name, kind, privacy, origin: { fields }, meaning, ...more };
}

export function text(name: string, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'text', 'word', fields, meaning, more);
}

/** Identifies something that is no person. */
export function id(name: string, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'text', 'id', fields, meaning, more);
}

/** Text that may tell about a person. */
export function personal(name: string, privacy: Privacy, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'text', privacy, fields, meaning, more);
}

export function int(name: string, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'int', 'open', fields, meaning, more);
}

export function money(name: string, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'money', 'open', fields, meaning, more);
}

export function flag(name: string, fields: Fields, meaning: string, more?: More): Column {
  return made(name, 'flag', 'open', fields, meaning, more);
}

/** An instant, and beside it the source's own text, which alone has all seven fractional digits. */
export function time(name: string, fields: Fields, meaning: string, more?: More): readonly [Column, Column] {
  return [
    made(name, 'time', 'open', fields, `${meaning}; UTC, microseconds`, more),
    made(
      `${name}_text`,
      'text',
      'instant',
      fields,
      `${meaning}; exactly as the source wrote it, with all digits; null for 1 January of year 1, by which sources mean "never"`,
    ),
  ];
}

export function derived(name: string, kind: ColumnKind, what: Derived, meaning: string): Column {
  return { name, kind, privacy: what === 'extra' ? 'unknown' : 'open', origin: { derived: what }, meaning };
}

/** The columns every fact begins with: where the row is from. */
export const HEAD: readonly Column[] = [
  derived(
    'key',
    'text',
    'key',
    '`dataset:id`; if the row has no id, or an id that is a number in quotes (`"1"`), `dataset:` and a hash of the fields that identify the row',
  ),
  derived('source_dataset', 'text', 'dataset', 'the dataset, as in the path'),
  derived('day', 'date', 'day', 'the UTC day of the partition, as in the path'),
  derived(
    'row_ordinal',
    'long',
    'row-ordinal',
    'number of the line in the raw partition that the row comes from, from 1; repeated lines are left out',
  ),
  derived('revision', 'int', 'revision', 'revision of the raw partition that the row comes from'),
  derived(
    'conflict_ordinal',
    'int',
    'conflict-ordinal',
    '0 for the first row of a key in the file; 1, 2, … for further rows with the same key and different content. Filter on 0 to get one row per key. Rows without an id also share a key if they differ only in what the privacy profile hides',
  ),
];

/** The column every fact ends with. */
export const EXTRA: Column = derived(
  'extra_json',
  'text',
  'extra',
  'JSON object with the fields that have no column and the values that do not fit their column, exactly as sent; null when there are none',
);

/** A field of one dataset, by its name. */
export function fieldIn(dataset: string): (field: string) => Fields {
  return field => ({ [dataset]: field });
}

export const pstn = fieldIn('teams-pstn-calls');
export const directRouting = fieldIn('teams-direct-routing-calls');
export const sms = fieldIn('teams-sms');

/** The same field of both call logs. */
export function calls(field: string): Fields {
  return { ...pstn(field), ...directRouting(field) };
}

export function voximplant(field: string, a2pField: string = field): Fields {
  return { 'voximplant-sms': field, 'voximplant-a2p-sms': a2pField };
}

/** The three columns that say who. */
export function user(fieldsOf: (field: string) => Fields): readonly Column[] {
  return [
    personal('user_id', 'user', fieldsOf('userId'), 'object id of the user in Entra ID; null for bots', {
      adminCenter: 'AAD ObjectId',
    }),
    personal('user_principal_name', 'name', fieldsOf('userPrincipalName'), 'sign-in name of the user', {
      adminCenter: 'UPN',
    }),
    personal('user_display_name', 'name', fieldsOf('userDisplayName'), 'display name of the user or bot', {
      adminCenter: 'User Display Name',
    }),
  ];
}
