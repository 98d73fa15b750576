import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed, BlockBlobClient } from '@azure/storage-blob';
import { ofLength } from '../rows/recount.ts';
import { ask, CALL_MS, type Operation, storageFailure } from './storage-errors.ts';

/** A blob may be replaced between the look at it and its download; then it is looked at again, this often. */
const TRIES = 4;

/**
 * The bytes of a blob, all of one version of it and all of them: what its download claims of its own length is not
 * believed, but compared with what the service says of the blob.
 *
 * @param refuse throws for a blob that is not to be read
 * @returns `undefined` when there is none
 * @throws LandlineError before or in the course of reading
 */
export async function readBlob(
  blob: BlockBlobClient,
  operation: Operation,
  refuse: (encoding: string | undefined, operation: Operation) => void = () => {},
): Promise<AsyncIterable<Uint8Array> | undefined> {
  for (let tries = 1; ; tries++) {
    const head = await ask(operation, ['404 BlobNotFound'], abortSignal => blob.getProperties({ abortSignal }));
    if (head.refusal !== undefined) return undefined;
    const { etag, contentLength = 0, contentEncoding } = head.value;
    refuse(contentEncoding, operation);
    const foreseen = ['404 BlobNotFound', ...(tries < TRIES ? (['412 ConditionNotMet'] as const) : [])] as const;
    const body = await ask(operation, foreseen, untilBegun => download(blob, etag, untilBegun));
    if (body.refusal === '412 ConditionNotMet') continue;
    if (body.refusal !== undefined) return undefined;
    return ofLength(chunksIn(body.value.readableStreamBody, operation), contentLength, operation.what);
  }
}

/**
 * Begins a download. Only its beginning is bounded: what is sent later waits for whoever works on what was sent before.
 *
 * @param etag the version that is wanted
 */
export async function download(
  blob: BlockBlobClient,
  etag: string | undefined,
  limit: AbortSignal,
): Promise<BlobDownloadResponseParsed> {
  const waiting = new AbortController();
  const giveUp = (): void => waiting.abort(limit.reason);
  limit.addEventListener('abort', giveUp);
  try {
    const conditions = etag === undefined ? {} : { ifMatch: etag };
    return await blob.download(0, undefined, { conditions, abortSignal: waiting.signal });
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
  // The SDK leaves compressed bytes compressed.
  if (!(body instanceof Readable)) throw new TypeError('A download in Node has a stream');
  // It may break off before anybody reads it, and an error that nobody hears ends the process.
  body.on('error', () => {});
  return chunksOf(body, operation);
}

async function* chunksOf(body: Readable, operation: Operation): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  let silent = false;
  const giveUp = (): void => {
    silent = true;
    body.destroy(new DOMException('The service sends nothing more', 'AbortError'));
  };
  try {
    for (;;) {
      const timer = setTimeout(giveUp, operation.timeoutMs ?? CALL_MS);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } catch (thrown) {
    throw storageFailure(operation, thrown, silent);
  } finally {
    await chunks.return?.();
  }
}
