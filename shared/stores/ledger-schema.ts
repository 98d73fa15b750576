import * as z from 'zod';
import { FIRST_DAY, isDay } from '../words/day.ts';
import type { Remedy } from '../words/errors.ts';
import { readInstant } from '../words/instants.ts';
import type { Checkpoint, Compared, FarLoan, Held, Seam, Seams, Suspicion, Work } from '../words/ledger.ts';
import type { ReasonCode } from '../words/model.ts';

/** What the properties of a day's entity must be, before they are believed. ledger-entities.ts says how they are laid out. */

/** As many digits as a receipt takes. */
const REVISION_MAX = 999_999_999;

/** Of a property of Table Storage, in UTF-16. */
const TEXT_MAX = 32_768;

const count = z.int().min(0);
const revision = count.max(REVISION_MAX);
/** Tries of one thing in a row. */
const tries = count.max(1_000_000);
/** Seconds since 1970 at least, and a number more on each write. */
const ticket = count.max(1_000_000_000_000);
const text = z.string().min(1).max(TEXT_MAX);
/** A watermark from the year 1 would have every plan go through 700,000 days. */
export const day = z.string().refine(value => isDay(value) && value >= FIRST_DAY);
/** As `instantOf` writes it, of a moment that was or will be. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z$/)
  .refine(value => readInstant(value) !== undefined && !Number.isNaN(Date.parse(value)));
// Codes come and go between versions; one that this version does not know still says something to a person.
export const reason = text.max(64).transform(code => code as ReasonCode);

/** Every member of `T`, so that one that is added to the model and forgotten here does not compile. */
export type ShapeOf<T> = Record<keyof Required<T>, z.ZodType>;

const digests = z.string().regex(/^(\*|([\w-]{11}){0,100})$/);
const seam = z.object({ own: digests, lent: digests, kept: digests } satisfies ShapeOf<Seam>);
const seamsShape = z.object({
  at: instant,
  before: seam,
  after: seam,
  unplacedBefore: seam.exactOptional(),
  unplacedAfter: seam.exactOptional(),
  far: z
    .array(z.object({ day, open: count, kept: count, revision: count.exactOptional() } satisfies ShapeOf<FarLoan>))
    .max(100),
  elsewhere: z.literal(true).exactOptional(),
} satisfies ShapeOf<Seams>);

export const heldShape = z.object({
  revision: revision.min(1),
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
  curatedRevision: revision,
  tableStamp: text.exactOptional(),
  curateQueuedAt: instant.exactOptional(),
  curateTries: tries.exactOptional(),
  seams: json(seamsShape).exactOptional(),
  doubted: z.literal(true).exactOptional(),
  forgottenAt: instant.exactOptional(),
} satisfies ShapeOf<Held>) satisfies z.ZodType<Held>;

export const workShape = z.object({
  state: z.enum(['idle', 'queued', 'fetching', 'failed']),
  ticket,
  queuedAt: instant.exactOptional(),
  heartbeat: instant.exactOptional(),
  retryAt: instant.exactOptional(),
  failures: tries,
  failingSince: instant.exactOptional(),
  rereads: tries,
  contradicted: text.exactOptional(),
  takeovers: tries.exactOptional(),
  seamReads: tries.exactOptional(),
  suspicion: json(
    z.object({
      reason,
      rows: count,
      fingerprint: text,
      since: instant,
      vanished: count.exactOptional(),
      vanishedSum: text.exactOptional(),
      added: count.exactOptional(),
      damaged: z.literal(true).exactOptional(),
    } satisfies ShapeOf<Suspicion>),
  ).exactOptional(),
  askedAt: instant.exactOptional(),
  accepted: text.exactOptional(),
  errorKind: reason.exactOptional(),
  errorRemedy: z.enum(['retry', 'wait', 'restart', 'reject', 'fix-config'] satisfies Remedy[]).exactOptional(),
  errorMessage: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
} satisfies ShapeOf<Omit<Work, 'checkpoint'>>) satisfies z.ZodType<Work>;

/** Of one blob, in Azure. */
const BLOCKS_MAX = 50_000;

function haveBlocks(segments: readonly { readonly count: number }[]): boolean {
  return segments.reduce((sum, { count: blocks }) => sum + blocks, 0) <= BLOCKS_MAX;
}

export const checkpointShape = json(
  z.object({
    window: text.exactOptional(),
    cursor: z.string().optional(),
    cursorAt: instant,
    pages: count,
    rows: count,
    bytes: count,
    digest: z.string(),
    segments: z.array(z.object({ ticket, count: count.max(BLOCKS_MAX) })).refine(haveBlocks),
    neighbours: count,
    outside: count,
    duplicates: count,
    total: count.optional(),
    seams: seamsShape.exactOptional(),
    compared: z
      .object({
        with: text,
        met: count,
        metSum: z.string().regex(/^[0-9a-f]{16}$/),
        changed: count,
        moved: count,
        added: z.int(),
      } satisfies ShapeOf<Compared>)
      .exactOptional(),
    doubted: z.literal(true).exactOptional(),
    parts: z.int().min(1).max(1_024).exactOptional(),
    part: count.exactOptional(),
    totalBefore: count.exactOptional(),
    repeats: count.exactOptional(),
    partKeys: count.exactOptional(),
  } satisfies ShapeOf<Omit<Checkpoint, 'recentKeys'>>),
);

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
