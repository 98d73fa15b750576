import * as z from 'zod';
import { isDay } from './day.ts';
import type { CurateMessage, FetchMessage } from './model.ts';

/** Queue messages, as they may be believed: hints from anybody, checked into a fresh object. */

/** Ours are under 200 bytes. */
const MESSAGE_CHARS_MAX = 4_096;

const fetchMessage = z.object({
  dataset: z.string().min(1).max(64),
  day: z.string().refine(isDay),
  ticket: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  traceparent: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional()
    .catch(undefined),
});

const curateMessage = fetchMessage
  .omit({ ticket: true })
  .extend({ revision: z.int().min(1).max(Number.MAX_SAFE_INTEGER) });

/** @returns `undefined` for anything that is not a curate message, as `parseFetchMessage` does */
export function parseCurateMessage(entry: unknown): CurateMessage | undefined {
  if (typeof entry !== 'object' || entry === null || JSON.stringify(entry).length > MESSAGE_CHARS_MAX) return undefined;
  const parsed = curateMessage.safeParse(entry);
  if (!parsed.success) return undefined;
  const { dataset, day, revision, traceparent } = parsed.data;
  return { dataset, day, revision, ...(traceparent !== undefined && { traceparent }) };
}

/**
 * @param entry as the host hands it over: parsed when it was JSON, else the text
 * @returns `undefined` for anything that is not a fetch message. Unknown members are ignored and go nowhere
 */
export function parseFetchMessage(entry: unknown): FetchMessage | undefined {
  if (typeof entry !== 'object' || entry === null || JSON.stringify(entry).length > MESSAGE_CHARS_MAX) return undefined;
  const parsed = fetchMessage.safeParse(entry);
  if (!parsed.success) return undefined;
  const { dataset, day, ticket, traceparent } = parsed.data;
  return { dataset, day, ticket, ...(traceparent !== undefined && { traceparent }) };
}
