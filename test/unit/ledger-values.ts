import { DATASETS } from '../../shared/datasets/index.ts';
import { checkpointShape, heldShape, workShape } from '../../shared/stores/ledger-schema.ts';
import { Dice } from '../faults/dice.ts';

/** Values that somebody may have put into the ledger who may write there, for each property of each of its entities. */

export type Value =
  | string
  | number
  | boolean
  | Uint8Array
  | { readonly type: 'Int64' | 'Double'; readonly value: string };

export interface Damage {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly property: string;
  readonly value: Value;
}

const VALUES: readonly Value[] = [
  '',
  'soon',
  '2026-13-45',
  '2026-02-30',
  '0001-01-01',
  '9999-12-31',
  '2030-01-01',
  '2026-99-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-01-01T25:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00.000Z',
  '2026-03-08T00:00:00.000Z',
  -1,
  0,
  1.5,
  2 ** 31 - 1,
  { type: 'Int64', value: String(2 ** 53 - 1) },
  { type: 'Double', value: '9007199254740991' },
  { type: 'Double', value: '1e300' },
  true,
  new Uint8Array(9),
  '\u001b]52;c;ZXZpbA==\u0007\r\n<script>alert(1)</script>',
  'queued',
  'fetching',
  'failed',
  'source.throttled',
  '{',
  'null',
  '[]',
  '{"__proto__":{"revision":9}}',
  '{"reason":"shrink.emptied","rows":0,"fingerprint":"0-x","since":"9999-12-31T00:00:00.000Z"}',
  'x'.repeat(30_000),
];

/** Progress that lies, in each of its properties. */
const PROGRESS: Readonly<Record<string, unknown>> = {
  cursor: 'https://evil.example/v1.0/communications/callRecords/getSmsLog()?$skiptoken=1',
  cursorAt: '9999-12-31T00:00:00.000Z',
  pages: 2 ** 40,
  rows: -3,
  bytes: 2 ** 53 - 1,
  digest: 'f'.repeat(32),
  segments: [{ ticket: 1, count: 50_000_000 }],
  neighbours: 'many',
  outside: 1.5,
  duplicates: 2 ** 30,
  total: 0,
  parts: 2 ** 31,
  part: 1_000,
  totalBefore: 9,
  repeats: -1,
  partKeys: 2 ** 40,
  window: '2026-01-01T23:59:59.0000000Z',
};

/** @param days of the dataset that are in the ledger @param each values for a property */
export function damages(dataset: string, days: readonly string[], seed: number, each: number): Damage[] {
  const dice = new Dice(seed);
  const oneOf = <T>(list: readonly T[]): T => list[dice.between(0, list.length - 1)] as T;
  const some = (partitionKey: string, rowKey: () => string, properties: readonly string[]): Damage[] =>
    properties.flatMap(property =>
      Array.from({ length: each }, () => {
        return { partitionKey, rowKey: rowKey(), property, value: oneOf(VALUES) };
      }),
    );
  const { source } = DATASETS.find(({ name }) => name === dataset) ?? { source: 'graph' };
  const anyDay = () => oneOf(days);
  const ofDay = [...Object.keys(heldShape.shape), ...Object.keys(workShape.shape), 'checkpoint', 'recentKeys'];
  return [
    ...some(dataset, anyDay, ofDay),
    ...some(dataset, () => 'watermark', ['firstDay', 'landedThrough', 'settledThrough', 'pausedAt']),
    ...some('gate', () => source, ['notBefore', 'reason']),
  ];
}

/** Progress of the day that was saved a moment ago, with one property of it that lies. */
export function progressThatLies(sound: Readonly<Record<string, unknown>>): { property: string; text: string }[] {
  const properties = Object.keys(PROGRESS);
  if (!checkpointShape.safeParse(JSON.stringify(sound)).success) throw new Error('The progress is not sound before');
  return properties.map(property => ({ property, text: JSON.stringify({ ...sound, [property]: PROGRESS[property] }) }));
}
