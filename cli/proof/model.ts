import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { SHOWN_STATES } from '../../shared/status/states.ts';

/**
 * What a proof says. docs/format.md, *The proof of a range*, is the contract. It holds no row, number or name, and
 * nothing derived from rows without a key.
 */

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const count = z.int().nonnegative();
const states = SHOWN_STATES.map(({ state }) => state);

const provenDay = z.strictObject({
  day,
  state: z.enum(states),
  rows: count,
  revision: count,
  landedAt: z.string(),
  checkedAt: z.string(),
  settledAt: z.string().optional(),
  rowsOutside: count,
  rowsNeighbour: count,
  /** When a person's rows were erased from the day. */
  erasedAt: z.string().optional(),
  reason: z.string().optional(),
  /** Reasons to doubt the day although it is held: docs/operations.md, *Doubtful*. */
  doubts: z.array(z.string()).optional(),
  /** Keyed: see `keyedFingerprint`. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** `whole`, or the kind of finding of `landline verify`. */
  recounted: z.string(),
});

const gap = z.strictObject({
  from: day,
  to: day,
  days: count,
  /** A state of a day, or `before-history`. */
  state: z.enum([...states, 'before-history']),
  reason: z.string().optional(),
  why: z.string(),
});

const provenLog = z.strictObject({
  dataset: z.string(),
  title: z.string(),
  source: z.string(),
  api: z.string(),
  /** Where the ledger begins; absent when the log was never planned. */
  firstDay: day.optional(),
  landedThrough: day.optional(),
  settledThrough: day.optional(),
  settleDays: count,
  rereadHours: z.number(),
  lateCheckDays: count,
  historyDays: count,
  rows: count,
  days: z.array(provenDay),
  gaps: z.array(gap),
});

const proofContent = z.strictObject({
  version: z.string(),
  madeAt: z.string(),
  from: day,
  to: day,
  /** Every day of every log of the range is held, and was found whole. */
  complete: z.boolean(),
  sentence: z.string(),
  /** Which key the fingerprints are made with: the first half of its SHA-256. */
  keyId: z.string(),
  settings: z
    .strictObject({
      datasets: z.array(z.string()),
      off: z.array(z.string()),
      historyDays: count,
      cloud: z.string(),
      privacy: z.string(),
    })
    .optional(),
  /** What was read again and recounted for this proof, and when. */
  recounted: z.strictObject({
    at: z.string(),
    days: count,
    rows: count,
    bytes: count,
    findings: z.array(z.strictObject({ kind: z.string(), dataset: z.string().optional(), day: day.optional() })),
  }),
  /** Whether neighbouring days were compared at their border. */
  seams: z.strictObject({ compared: z.boolean(), why: z.string().optional() }),
  logs: z.array(provenLog),
});

export const proofDocument = z.strictObject({
  format: z.literal(1),
  kind: z.literal('landline-proof'),
  proof: proofContent,
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

export type Proof = z.output<typeof proofContent>;
export type ProofDocument = z.output<typeof proofDocument>;
export type ProvenLog = Proof['logs'][number];
export type ProvenDay = ProvenLog['days'][number];
export type ProvenGap = ProvenLog['gaps'][number];

/** Whether the day is not read again: settled, and in no trouble since. */
export function isFinal({ state, settledAt }: ProvenDay): boolean {
  return settledAt !== undefined && (state === 'final' || state === 'empty');
}

/** Over the JSON of the content without white space, its members in the order in which the document has them. */
export function digestOf(proof: unknown): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(proof)).digest('hex')}`;
}

/** @param key 32 random bytes */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/**
 * The fingerprint of a partition is an unkeyed sum over its rows, so that whoever knows nearly all of a row could try
 * the rest. With a key only its holder can compare.
 */
export function keyedFingerprint(key: Buffer, dataset: string, at: string, revision: number, plain: string): string {
  return createHmac('sha256', key).update(`${dataset} ${at} r${revision} ${plain}`).digest('hex');
}
