import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isDay } from '../words/day.ts';
import { type CurateMessage, type FetchMessage, MESSAGE_VERSION } from '../words/model.ts';

/** Queue messages, as they may be believed: hints from anybody, checked into a fresh object. */

/** Ours are under 200 bytes. */
const MESSAGE_CHARS_MAX = 4_096;

/** Digits of a digest in the log: enough to see that two reports are about the same text. */
const DIGEST_DIGITS = 12;

/** How often a message of a newer version is put back before nobody is expected to take it any more. */
export const DEFERRALS_MAX = 6;

/** What something received from a queue turns out to be. */
export type Parsed<Message> =
  | { readonly kind: 'ours'; readonly message: Message }
  /** Sent by a newer version of the app, which alone knows what it means. */
  | {
      readonly kind: 'newer';
      readonly version: number;
      /** How often it was put back already. */
      readonly deferred: number;
      /** All of it, to be put back as it came. */
      readonly members: Readonly<Record<string, unknown>>;
    }
  /** Nothing of it is told but the digest of its text. */
  | { readonly kind: 'invalid'; readonly digest: string };

export type NotOurs = Exclude<Parsed<never>, { readonly kind: 'ours' }>;

/** What every version of a message has. A count that cannot be read is used up: nothing goes round for ever. */
const envelope = z.object({
  v: z.int().min(1).max(Number.MAX_SAFE_INTEGER).default(1),
  deferred: z.int().min(0).max(DEFERRALS_MAX).default(0).catch(DEFERRALS_MAX),
});

const about = {
  dataset: z.string().min(1).max(64),
  day: z.string().refine(isDay),
  traceparent: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional()
    .catch(undefined),
};
const count = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

const fetchMessage = z.object({ ...about, ticket: count });
const curateMessage = z.object({ ...about, revision: count });

/** @param received as the host hands it over: parsed when it was JSON, else the text. Unknown members go nowhere */
export function parseFetchMessage(received: unknown): Parsed<FetchMessage> {
  return parsed(received, fetchMessage, ({ dataset, day, ticket, traceparent }) => {
    return { dataset, day, ticket, ...(traceparent !== undefined && { traceparent }) };
  });
}

/** As `parseFetchMessage`. */
export function parseCurateMessage(received: unknown): Parsed<CurateMessage> {
  return parsed(received, curateMessage, ({ dataset, day, revision, traceparent }) => {
    return { dataset, day, revision, ...(traceparent !== undefined && { traceparent }) };
  });
}

function parsed<Checked, Message>(
  received: unknown,
  schema: z.ZodType<Checked>,
  messageOf: (checked: Checked) => Message,
): Parsed<Message> {
  const text = typeof received === 'string' ? received : (JSON.stringify(received) ?? '');
  const invalid = { kind: 'invalid', digest: digestOf(text) } as const;
  if (!isObject(received) || text.length > MESSAGE_CHARS_MAX) return invalid;
  const wrapped = envelope.safeParse(received);
  if (!wrapped.success) return invalid;
  const { v: version, deferred } = wrapped.data;
  // Before anything else is looked at: what the other members mean is for the newer version to say.
  if (version > MESSAGE_VERSION) return { kind: 'newer', version, deferred, members: received };
  const checked = schema.safeParse(received);
  return checked.success ? { kind: 'ours', message: messageOf(checked.data) } : invalid;
}

function isObject(received: unknown): received is Readonly<Record<string, unknown>> {
  return typeof received === 'object' && received !== null && !Array.isArray(received);
}

/** Says that two texts are the same, and nothing of what they say. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_DIGITS);
}
