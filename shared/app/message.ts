import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DATASETS } from '../datasets/index.ts';
import { isDay } from '../words/day.ts';
import { type CurateMessage, type FetchMessage, MESSAGE_VERSION } from '../words/model.ts';

/** Queue messages, as they may be believed: hints from anybody, checked into a fresh object. */

/** Ours are under 200 bytes. */
const MESSAGE_CHARS_MAX = 4_096;

/** Digits of a digest in the log: enough to see that two reports are about the same text. */
const DIGEST_DIGITS = 12;

/** What something received from a queue turns out to be. */
export type Parsed<Message> =
  | { readonly kind: 'ours'; readonly message: Message }
  /** Nothing of it is reported but why it was refused and the digest of its text. */
  | { readonly kind: 'refused'; readonly why: string; readonly digest: string };

const about = {
  v: z.literal(MESSAGE_VERSION).default(MESSAGE_VERSION),
  // Another name came from outside and may be anything: it is told nowhere.
  dataset: z.enum(DATASETS.map(({ name }) => name)),
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
  return parsed(received, 'a fetch message', fetchMessage, ({ dataset, day, ticket, traceparent }) => {
    return { dataset, day, ticket, ...(traceparent !== undefined && { traceparent }) };
  });
}

/** As `parseFetchMessage`. */
export function parseCurateMessage(received: unknown): Parsed<CurateMessage> {
  return parsed(received, 'a curate message', curateMessage, ({ dataset, day, revision, traceparent }) => {
    return { dataset, day, revision, ...(traceparent !== undefined && { traceparent }) };
  });
}

function parsed<Checked, Message>(
  received: unknown,
  expected: string,
  schema: z.ZodType<Checked>,
  messageOf: (checked: Checked) => Message,
): Parsed<Message> {
  const text = typeof received === 'string' ? received : (JSON.stringify(received) ?? '');
  const checked = text.length > MESSAGE_CHARS_MAX ? undefined : schema.safeParse(received);
  if (checked?.success === true) return { kind: 'ours', message: messageOf(checked.data) };
  return { kind: 'refused', why: `it is not ${expected} of version ${MESSAGE_VERSION}`, digest: digestOf(text) };
}

/** Says that two texts are the same, and nothing of what they say. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_DIGITS);
}
