import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed, BlockBlobClient } from '@azure/storage-blob';
import { CALL_MS, type Operation, storageFailure } from './storage-errors.ts';

/** Begins a download. Only its beginning is bounded: what is sent later waits for whoever works on what was sent before. */
export async function download(blob: BlockBlobClient, limit: AbortSignal): Promise<BlobDownloadResponseParsed> {
  const waiting = new AbortController();
  const giveUp = (): void => waiting.abort(limit.reason);
  limit.addEventListener('abort', giveUp);
  try {
    return await blob.download(0, undefined, { abortSignal: waiting.signal });
  } finally {
    limit.removeEventListener('abort', giveUp);
  }
}

/**
 * The bytes of a blob's body.
 *
 * @throws LandlineError in the course of reading, when the connection fails
 */
export function chunksIn(body: NodeJS.ReadableStream | undefined, operation: Operation): AsyncGenerator<Uint8Array> {
  const stored = streamOf(body);
  // It may break off before anybody reads it, and an error that nobody hears ends the process.
  stored.on('error', () => {});
  return chunksOf(stored, () => stored.destroy(silence()), operation);
}

/** @param giveUp called when the service sends nothing for `CALL_MS`, while it is waited for */
async function* chunksOf(body: Readable, giveUp: () => void, operation: Operation): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(giveUp, operation.timeoutMs ?? CALL_MS);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } catch (thrown) {
    throw storageFailure(operation, thrown);
  } finally {
    await chunks.return?.();
  }
}

/** What the SDK throws when a call has taken too long. */
function silence(): Error {
  return new DOMException('The service sends nothing more', 'AbortError');
}

/** A download as it comes from the service: the SDK leaves compressed bytes compressed. */
export function streamOf(body: NodeJS.ReadableStream | undefined): Readable {
  if (body instanceof Readable) return body;
  throw new TypeError('A download in Node has a stream');
}
