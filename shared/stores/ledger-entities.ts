import * as z from 'zod';
import type { Remedy } from '../words/errors.ts';
import type { Checkpoint, DayEntry, Gate, Held, Watermark, Work } from '../words/ledger.ts';
import type { Day, ReasonCode, SourceName } from '../words/model.ts';
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
 * Days and text are strings and counts are Int32, except `bytes`, which is Int64. `suspicion` and `checkpoint` are
 * JSON; `recentKeys` is a binary property of its own, because a property holds 64 KiB. Properties that are not listed
 * here are ignored: a newer version may have written them.
 */
export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [property: string]: string | number | bigint | Uint8Array | undefined;
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

const count = z.int().min(0);
const text = z.string().min(1);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
// Codes come and go between versions; one that this version does not know still says something to a person.
const reason = text.transform(code => code as ReasonCode);

/** Every member of `T`, so that one that is added to the model and forgotten here does not compile. */
type ShapeOf<T> = Record<keyof Required<T>, z.ZodType>;

const heldShape = z.object({
  revision: count,
  rows: count,
  // Int64, because a day may hold more than 2 GiB; the SDK gives those as bigint.
  bytes: z.preprocess(value => (typeof value === 'bigint' ? Number(value) : value), count),
  pages: count,
  fingerprint: text,
  landedAt: instant,
  checkedAt: instant,
  settledAt: instant.exactOptional(),
  rowsAdded: count,
  rowsChanged: count,
  rowsRemoved: count,
  rowsOutside: count,
  rowsNeighbour: count,
  curatedRevision: count,
  curatedAs: text.exactOptional(),
  curateQueuedAt: instant.exactOptional(),
  curateTries: count.exactOptional(),
  forgottenAt: instant.exactOptional(),
} satisfies ShapeOf<Held>) satisfies z.ZodType<Held>;

const workShape = z.object({
  state: z.enum(['idle', 'queued', 'fetching', 'failed']),
  ticket: count,
  queuedAt: instant.exactOptional(),
  heartbeat: instant.exactOptional(),
  retryAt: instant.exactOptional(),
  failures: count,
  rereads: count,
  takeovers: count.exactOptional(),
  suspicion: json(
    z.object({ reason, rows: count, fingerprint: text, since: instant, damaged: z.literal(true).exactOptional() }),
  ).exactOptional(),
  askedAt: instant.exactOptional(),
  accepted: text.exactOptional(),
  errorKind: reason.exactOptional(),
  errorRemedy: z.enum(['retry', 'wait', 'restart', 'reject', 'fix-config'] satisfies Remedy[]).exactOptional(),
  errorMessage: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
} satisfies ShapeOf<Omit<Work, 'checkpoint'>>) satisfies z.ZodType<Work>;

const checkpointShape = json(
  z.object({
    cursor: z.string().optional(),
    cursorAt: instant,
    pages: count,
    rows: count,
    bytes: count,
    digest: z.string(),
    segments: z.array(z.object({ ticket: count, count })),
    neighbours: count,
    outside: count,
    duplicates: count,
    total: count.optional(),
  } satisfies ShapeOf<Omit<Checkpoint, 'recentKeys'>>),
);

const watermarkShape = z.object({
  firstDay: day,
  landedThrough: day.exactOptional(),
  settledThrough: day.exactOptional(),
  pausedAt: instant.exactOptional(),
} satisfies ShapeOf<Omit<Watermark, 'dataset'>>) satisfies z.ZodType<Omit<Watermark, 'dataset'>>;

const gateShape = z.object({ notBefore: instant, reason } satisfies ShapeOf<Omit<Gate, 'source'>>) satisfies z.ZodType<
  Omit<Gate, 'source'>
>;

/** Properties of a day without its checkpoint, which is most of its size: what planning and looking read. */
export const DAY_PROPERTIES_WITHOUT_CHECKPOINT: readonly string[] = [
  'RowKey',
  ...Object.keys(heldShape.shape),
  ...Object.keys(workShape.shape),
];

export function entityOfDay({ dataset, day, held, work }: DayEntry): Entity {
  const { checkpoint, suspicion, ...plain } = work;
  return {
    partitionKey: dataset,
    rowKey: day,
    ...(held === undefined ? {} : { ...held, bytes: BigInt(held.bytes) }),
    ...plain,
    ...(suspicion === undefined ? {} : { suspicion: JSON.stringify(suspicion) }),
    ...(checkpoint === undefined ? {} : checkpointProperties(checkpoint)),
  };
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
  const checkpoint = checkpointOf(properties, name);
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

function checkpointOf(properties: Properties, name: string): Checkpoint | undefined {
  if (properties.checkpoint === undefined) return undefined;
  const shape = z.object({ checkpoint: checkpointShape, recentKeys: z.instanceof(Uint8Array) });
  const { checkpoint, recentKeys } = checked(shape, properties, name);
  return {
    ...checkpoint,
    // JSON drops what is undefined, but these two are always there.
    cursor: checkpoint.cursor,
    total: checkpoint.total,
    recentKeys: Buffer.from(recentKeys).toString('base64'),
  };
}

export function entityOfWatermark({ dataset, ...rest }: Watermark): Entity {
  return { partitionKey: dataset, rowKey: WATERMARK_ROW, ...rest };
}

/** @throws LandlineError when the properties are not a watermark's */
export function watermarkOfEntity(dataset: string, properties: Properties): Watermark {
  return { dataset, ...checked(watermarkShape, properties, `watermark of ${dataset}`) };
}

export function entityOfGate({ source, ...rest }: Gate): Entity {
  return { partitionKey: GATE_PARTITION, rowKey: source, ...rest };
}

/** @throws LandlineError when the properties are not a gate's */
export function gateOfEntity(source: SourceName, properties: Properties): Gate {
  return { source, ...checked(gateShape, properties, `gate of ${source}`) };
}

function checked<T>(shape: z.ZodType<T>, properties: Properties, name: string): T {
  const result = shape.safeParse(properties);
  if (result.success) return result.data;
  // Names of properties only: their values may be anything.
  const wrong = [...new Set(result.error.issues.map(issue => String(issue.path[0])))].join(', ');
  throw damaged(`The ${name} is damaged (${wrong}).`, 'Run `landline rebuild` to write it anew from the partitions.');
}

/** Text that holds JSON of the given shape. */
function json<T>(shape: z.ZodType<T>) {
  return z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(shape);
}
