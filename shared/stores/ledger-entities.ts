import * as z from 'zod';
import { instantOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Checkpoint, DayEntry, Gate, Held, Watermark } from '../words/ledger.ts';
import type { Day, SourceName } from '../words/model.ts';
import { checkpointShape, day, heldShape, instant, reason, type ShapeOf, workShape } from './ledger-schema.ts';
import { damaged } from './storage-errors.ts';

/**
 * How the ledger's values are laid out in the table. One table, three kinds of entity:
 *
 * | PartitionKey | RowKey       | value                                                                |
 * |--------------|--------------|----------------------------------------------------------------------|
 * | dataset      | `YYYY-MM-DD` | a day: the properties of both facets side by side, `held` and `work` |
 * | dataset      | `watermark`  | the watermark of the dataset                                         |
 * | `gate`       | source       | the gate of the source                                               |
 *
 * Days and text are strings and counts are Int32, except `bytes`, which is Int64. `suspicion`, `seams` and `checkpoint`
 * are JSON; `recentKeys` is a binary property of its own, because a property holds 64 KiB. Properties that are not listed
 * here are ignored: a newer version may have written them.
 */
export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [property: string]: string | number | bigint | boolean | Uint8Array | undefined;
}

/** An entity as it was read: unchecked. */
export interface Properties {
  readonly revision?: unknown;
  readonly rows?: unknown;
  readonly checkpoint?: unknown;
  /** The identity of the write that made this version. */
  readonly write?: unknown;
}

export const WATERMARK_ROW = 'watermark';
export const GATE_PARTITION = 'gate';

const watermarkShape = z.object({
  firstDay: day,
  landedThrough: day.exactOptional(),
  settledThrough: day.exactOptional(),
  pausedAt: instant.exactOptional(),
} satisfies ShapeOf<Omit<Watermark, 'dataset'>>) satisfies z.ZodType<Omit<Watermark, 'dataset'>>;

type PlainGate = Omit<Gate, 'source' | 'unreadable'>;

const gateShape = z.object({ notBefore: instant, reason } satisfies ShapeOf<PlainGate>) satisfies z.ZodType<PlainGate>;

/** Properties of a day without its checkpoint, which is most of its size: what planning and looking read. */
export const DAY_PROPERTIES_WITHOUT_CHECKPOINT: readonly string[] = [
  'RowKey',
  ...Object.keys(heldShape.shape),
  ...Object.keys(workShape.shape),
];

export function entityOfDay({ dataset, day, held, work, unreadable }: DayEntry): Entity {
  if (unreadable) throw new TypeError('Only a listing has such an entry');
  const { checkpoint, suspicion, ...plain } = work;
  return {
    partitionKey: dataset,
    rowKey: day,
    ...(held === undefined ? {} : heldProperties(held)),
    ...plain,
    ...(suspicion === undefined ? {} : { suspicion: JSON.stringify(suspicion) }),
    ...(checkpoint === undefined ? {} : checkpointProperties(checkpoint)),
  };
}

function heldProperties({ seams, ...held }: Held): Record<string, string | number | bigint | boolean> {
  return { ...held, bytes: BigInt(held.bytes), ...(seams && { seams: JSON.stringify(seams) }) };
}

function checkpointProperties({ recentKeys, ...rest }: Checkpoint): Record<string, string | Uint8Array> {
  return { checkpoint: JSON.stringify(rest), recentKeys: Buffer.from(recentKeys, 'base64') };
}

/** @throws LandlineError when the properties are not a day's */
export function dayOfEntity(dataset: string, day: Day, stored: Properties): DayEntry {
  const properties = withoutNulls(stored);
  const name = nameOfDay(dataset, day);
  const held = properties.revision === undefined ? undefined : checked(heldShape, properties, name);
  const work = checked(workShape, properties, name);
  const checkpoint = checkpointOf(properties);
  return {
    dataset,
    day,
    ...(held === undefined ? {} : { held }),
    work: checkpoint === undefined ? work : { ...work, checkpoint },
  };
}

function nameOfDay(dataset: string, day: Day): string {
  return `ledger entity of ${dataset} ${day}`;
}

/** A list that selects properties gives those that the entity lacks as null (the emulator leaves them out). */
function withoutNulls(stored: Properties): Properties {
  const values: readonly unknown[] = Object.values(stored);
  if (!values.includes(null)) return stored;
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== null));
}

const progressShape = z.object({ checkpoint: checkpointShape, recentKeys: z.instanceof(Uint8Array) });

/** Damaged progress is no progress: the day is read from its first page. */
function checkpointOf(properties: Properties): Checkpoint | undefined {
  const read = progressShape.safeParse(properties);
  if (!read.success) return undefined;
  const { checkpoint, recentKeys } = read.data;
  return {
    ...checkpoint,
    // JSON drops what is undefined, but these two are always there.
    cursor: checkpoint.cursor,
    total: checkpoint.total,
    recentKeys: Buffer.from(recentKeys).toString('base64'),
  };
}

/** A day of which nothing is known but why: its entity is there and cannot be believed. */
export function unreadableDay(dataset: string, day: Day, thrown: unknown): DayEntry {
  const { reason, remedy, message } = failureOf(thrown);
  const told = { errorKind: reason, errorRemedy: remedy, errorMessage: message };
  return { dataset, day, work: { state: 'failed', ticket: 0, failures: 0, rereads: 0, ...told }, unreadable: true };
}

export function entityOfWatermark({ dataset, ...rest }: Watermark): Entity {
  return { partitionKey: dataset, rowKey: WATERMARK_ROW, ...rest };
}

/** @throws LandlineError when the properties are not a watermark's */
export function watermarkOfEntity(dataset: string, properties: Properties): Watermark {
  return { dataset, ...checked(watermarkShape, properties, `watermark of ${dataset}`) };
}

export function entityOfGate({ source, unreadable: _, ...rest }: Gate): Entity {
  return { partitionKey: GATE_PARTITION, rowKey: source, ...rest };
}

/** @throws LandlineError when the properties are not a gate's */
export function gateOfEntity(source: SourceName, properties: Properties): Gate {
  return { source, ...checked(gateShape, properties, `gate of ${source}`) };
}

/** A gate of which nothing is known but that its entity is there: open, and the next one that closes it mends it. */
export function unreadableGate(source: SourceName, thrown: unknown): Gate {
  const { reason, message } = failureOf(thrown);
  return { source, notBefore: instantOf(0), reason, unreadable: message };
}

function checked<T>(shape: z.ZodType<T>, properties: Properties, name: string): T {
  const result = shape.safeParse(properties);
  if (result.success) return result.data;
  // Names of properties only: their values may be anything.
  const wrong = [...new Set(result.error.issues.map(issue => String(issue.path[0])))].join(', ');
  throw damaged(`The ${name} is damaged (${wrong}).`, 'Run `landline rebuild` to write it anew from the partitions.');
}
