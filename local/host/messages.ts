import { isUtf8 } from 'node:buffer';
import type { QueueClient } from '@azure/storage-queue';
import { jsonOf } from '../json.ts';
import type { TypedData } from './boundary.ts';

export type Encoding = 'base64' | 'none';

/** What Azure Queue Storage takes, in bytes of the text as sent. */
const MESSAGE_BYTES_MAX = 64 * 1024;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What a handler gets to see, or why there is nothing that it could. */
export type Decoded = { readonly text: string } | { readonly unreadable: 'not base64' | 'not UTF-8' };

export function decodeMessage(text: string, encoding: Encoding): Decoded {
  if (encoding === 'none') return { text };
  // `Buffer` skips what it does not know; .NET, which reads these messages on Azure, only white space.
  const compact = text.replace(/\s/g, '');
  if (!BASE64.test(compact)) return { unreadable: 'not base64' };
  const bytes = Buffer.from(compact, 'base64');
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { unreadable: 'not UTF-8' };
}

/** The text to send. @throws when the service would refuse it as too long */
export function encodeMessage(body: string | Uint8Array, encoding: Encoding): string {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
  const text = bytes.toString(encoding === 'base64' ? 'base64' : 'utf8');
  if (Buffer.byteLength(text) <= MESSAGE_BYTES_MAX) return text;
  throw new Error(`a message of ${Buffer.byteLength(text)} bytes does not fit into a queue (64 KiB)`);
}

/**
 * The messages a queue output's value stands for: an array, or a string that reads as a JSON array, is one for each
 * element. Objects become indented JSON, as on Azure, where the white space counts towards the 64 KiB.
 */
export function messagesOf(value: TypedData | null | undefined): (string | Uint8Array)[] {
  if (value === null || value === undefined) return [];
  if (value.bytes !== null && value.bytes !== undefined) return [value.bytes];
  const number = value.int ?? value.double;
  if (number !== null && number !== undefined) return [String(number)];
  const text = value.string ?? value.json;
  if (text === null || text === undefined) return [];
  const parsed = jsonOf(text);
  if (Array.isArray(parsed)) return parsed.map(textOf);
  return [typeof value.string === 'string' ? value.string : textOf(parsed)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** Sends, and creates the queue first where it is missing: the host does so for outputs and for poison queues. */
export async function sendCreating(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (thrown) {
    if (codeOf(thrown) !== 'QueueNotFound') throw thrown;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}

/** The service's error code, such as `QueueNotFound`; `undefined` when the failure was not an answer of the service. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
