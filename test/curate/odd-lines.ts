import type { Column } from '../../shared/curate/table-model.ts';
import { tableOf } from '../../shared/curate/tables.ts';

/** Values that a source could send in any field: legal JSON all of it, and hard to get right. */
const VALUES: readonly string[] = [
  '""',
  'null',
  'true',
  '"true"',
  'false',
  '0',
  '-0',
  '12',
  '"12"',
  '60.0',
  '6e1',
  '2147483647',
  '2147483648',
  '-2147483648',
  '123456789012',
  '0.1',
  '-0.30',
  '1.10E+2',
  '125e-2',
  '0.1234567',
  '999999999999.999999',
  '-999999999999.999999',
  '1000000000000',
  '9007.199254740993',
  '90071992547.409931',
  '1e300',
  '0e300',
  '"2026-01-05T10:11:12Z"',
  '"2026-01-05T10:11:12.1234567Z"',
  '"2026-01-05 10:11:12"',
  '"2026-01-05T10:11:12.5+01:30"',
  '"2026-01-05T10:11:12\\u002B02:00"',
  '"0001-01-01T00:00:00Z"',
  '"0001-01-01T00:00:00.0000000\\u002B00:00"',
  '"1969-12-31T23:59:59.9999999Z"',
  '"9999-12-31T23:59:59.9999999Z"',
  '"0000-02-29T00:00:00Z"',
  '"2026-02-30T00:00:00Z"',
  '"2026-01-05T24:00:00Z"',
  '"2026-01-05T10:11:12.Z"',
  '"yesterday"',
  '"Zo\\u00eb \\"x\\" \\\\ \\/ 📞"',
  '"Zoë"',
  '"山田 太郎"',
  '"\\ud83d\\udcde"',
  '"half \\ud83d"',
  '"other half \\udcde"',
  '"\\u0000 and \\n"',
  '"+12025550142"',
  '"+1 202 555-0142"',
  '"\\u002B12025550142"',
  '"12025550142"',
  '"+49301234***"',
  '"Anonymous"',
  '"Internal Revenue Service"',
  '"20148000_0@192.0.2.0"',
  '"a call with 123456789012345678901234567890123456789012345 digits"',
  '"failed for +1 (202) 555-0142 at 192.0.2.1 and 2001:db8::1"',
  '"user_in"',
  '"USER_OUT"',
  '"user_out_forwarding"',
  '"sms_in"',
  '"OUT"',
  '"DELIVERED"',
  '"Blocked"',
  '[]',
  '{}',
  '[{"id": "a",  "b": [1.0, "]}"]}]',
  '{"ä": "\\u00e4"}',
];

/**
 * Lines that put every one of these values into every field of the dataset, and lines that repeat, conflict, hold
 * unknown fields, are no objects, or say nothing of who they are.
 *
 * @param truth lines of the source, which are repeated in part
 */
export function oddLines(dataset: string, truth: readonly string[]): string[] {
  const [first = '{}', second = '{}'] = truth;
  return [
    ...linesWith(dataset, VALUES),
    first,
    second.replace('{', '{ '),
    second.replace('{', '{"newField":{"a": 1.0},'),
    second.replace('{', '{"line":"1","other \\u00e9":[1,2],'),
    second.replace('{', '{"newField":"again",'),
    first,
    '{}',
    '{}',
    '{ }',
    '[1]',
    '[1]',
    '"text"',
    'not JSON',
    '{"id":',
    '{"newField":1}',
    '{"newField":1}',
  ];
}

/** As many lines as there are values, which put every one of them into every field of the dataset. */
export function linesWith(dataset: string, values: readonly string[]): string[] {
  const fields = fieldsOf(dataset);
  return values.map((_, i) => {
    const members = fields.map((field, j) => `${JSON.stringify(field)}:${values[(i + 7 * j) % values.length]}`);
    return `{${members.join(',')}}`;
  });
}

/** So many lines in which no value comes twice, except where its kind leaves no choice. */
export function distinctLines(dataset: string, count: number): string[] {
  const value = ({ kind, privacy }: Column, i: number): string => {
    switch (kind) {
      case 'int':
        return String(i * 7_919);
      case 'money':
        return `${i}.${String(i).padStart(6, '0')}`;
      case 'flag':
        return String(i % 3 === 0);
      case 'time':
        return `"2026-01-05T10:${String(i % 60).padStart(2, '0')}:00.${String(i).padStart(7, '0')}Z"`;
      default:
        return privacy === 'from' || privacy === 'to' ? `"+1202${String(i).padStart(7, '0')}"` : `"text ${i}"`;
    }
  };
  return Array.from({ length: count }, (_, i) => {
    const members = columnsOf(dataset).map(([field, column]) => `${JSON.stringify(field)}:${value(column, i)}`);
    return `{${members.join(',')}}`;
  });
}

function fieldsOf(dataset: string): string[] {
  return columnsOf(dataset).map(([field]) => field);
}

/** Each field with the first column that holds it. */
function columnsOf(dataset: string): [field: string, column: Column][] {
  const columns = new Map<string, Column>();
  for (const column of tableOf(dataset).columns) {
    const field = 'fields' in column.origin ? column.origin.fields[dataset] : undefined;
    if (field !== undefined && !columns.has(field)) columns.set(field, column);
  }
  return [...columns];
}
