import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { CuratedStore } from '../../shared/curate/ports.ts';
import { TABLES } from '../../shared/curate/tables.ts';
import { isIn } from '../ranges.ts';
import { CommandError } from '../usage-error.ts';
import { Held, type StatusRow } from './held.ts';
import { before, type Period } from './period.ts';
import { type Row, Sums } from './sums.ts';

/** What the report says, added up from the curated files one by one. */

export interface Figures {
  /** `undefined` when nothing is curated. */
  readonly period: Period | undefined;
  readonly zone: string;
  readonly now: Sums;
  /** Of the period of the same length before. */
  readonly before: Sums;
  readonly held: Held;
}

export interface Wanted {
  readonly from?: string;
  readonly to?: string;
  readonly zone: string;
}

const CALL_COLUMNS = [
  'conflict_ordinal',
  'route',
  'direction',
  'started_at',
  'duration_seconds',
  'charge',
  'connection_charge',
  'currency',
  'destination_name',
  'trunk_fqdn',
  'successful',
  'final_sip_code',
  'final_sip_code_phrase',
];
const MESSAGE_COLUMNS = [
  'conflict_ordinal',
  'channel',
  'direction',
  'charge',
  'currency',
  'user_id',
  'user_display_name',
];

const MONEY = new Set(
  TABLES.flatMap(({ columns }) => columns.filter(({ kind }) => kind === 'money')).map(({ name }) => name),
);

export async function figuresOf(curated: CuratedStore, { from, to, zone }: Wanted): Promise<Figures> {
  const status: StatusRow[] = [];
  for await (const row of rowsOf(curated, 'v1/partition_status/part-0.parquet', [
    'source_dataset',
    'day',
    'state',
    'rows',
  ]))
    status.push({
      dataset: String(row['source_dataset']),
      day: row['day'] instanceof Date ? row['day'].toISOString().slice(0, 10) : '',
      state: String(row['state']),
      isHeld: row['rows'] !== null,
    });
  const held = new Held(status);
  const files = [
    ...(await filesOf(curated, 'fact_call', 'addCall')),
    ...(await filesOf(curated, 'fact_message', 'addMessage')),
  ];
  const days = files.map(({ day }) => day).sort();
  const ends = { from: from ?? held.reach?.from ?? days[0], to: to ?? held.reach?.to ?? days.at(-1) };
  const [now, earlier] = [new Sums(zone), new Sums(zone)];
  if (files.length === 0 || ends.from === undefined || ends.to === undefined)
    return { period: undefined, zone, now, before: earlier, held };
  const period = { from: ends.from, to: ends.to };
  for (const { path, day, add } of files) {
    const sums = isIn(day, period) ? now : isIn(day, before(period)) ? earlier : undefined;
    if (sums === undefined) continue;
    const columns = add === 'addCall' ? CALL_COLUMNS : MESSAGE_COLUMNS;
    for await (const row of rowsOf(curated, path, columns))
      if (Number(row['conflict_ordinal']) === 0) sums[add](row, day);
  }
  return { period, zone, now, before: earlier, held };
}

interface File {
  readonly path: string;
  readonly day: string;
  readonly add: 'addCall' | 'addMessage';
}

/** In the order of their days, so that the newest name of a user is the last. */
async function filesOf(curated: CuratedStore, table: string, add: File['add']): Promise<File[]> {
  const files: File[] = [];
  for await (const path of curated.list(`v1/${table}/`)) {
    const day = /\/date=(\d{4}-\d{2}-\d{2})\//.exec(path)?.[1];
    if (day !== undefined) files.push({ path, day, add });
  }
  return files.sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** Money comes as a bigint of millionths: the reader would make floating point of it. */
async function* rowsOf(curated: CuratedStore, path: string, columns: string[]): AsyncGenerator<Row> {
  const chunks = await curated.read(path);
  if (chunks === undefined) return;
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  const file = new Uint8Array(Buffer.concat(parts)).buffer;
  yield* await readParquet(file, columns).catch(thrown => {
    throw damaged(path, thrown);
  });
}

async function readParquet(file: ArrayBuffer, columns: string[]): Promise<Row[]> {
  const metadata = await parquetMetadataAsync(file);
  for (const element of metadata.schema) {
    if (!MONEY.has(element.name)) continue;
    delete element.converted_type;
    delete element.logical_type;
  }
  return parquetReadObjects({ file, columns, metadata });
}

/** What reads Parquet says of damaged bytes names no file. */
function damaged(path: string, cause: unknown): CommandError {
  const [, dataset, day] = /\/dataset=([\w-]+)\/date=([\d-]+)\//.exec(path) ?? [];
  const next =
    dataset === undefined
      ? 'Delete it: the app writes it again when it plans next.'
      : `Make it again: landline curate ${dataset} ${day} --force. Others may be damaged too: landline verify --curated.`;
  return new CommandError('curated.damaged', 1, `curated/${path} cannot be read: it is damaged. ${next}`, { cause });
}
