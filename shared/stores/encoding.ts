import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createGzip, gzip } from 'node:zlib';
import type { BlobDownloadResponseParsed, BlockBlobClient } from '@azure/storage-blob';
import { CALL_MS, damaged, type Operation, storageFailure } from './storage-errors.ts';

/**
 * Lines on their way into a blob and out of it again. How a blob holds them is said by its own Content-Encoding and by
 * nothing else: the setting decides about what is written, never about what is read.
 */

/** The Content-Encoding of a compressed blob. A plain one has none. */
export const GZIP = 'gzip';

/** Level 6 costs twice the processor time and leaves four fifths of what this leaves. */
const LEVEL = 1;

/** Each piece of output is a trip to another thread and back. With the default, 16 KB, that costs a third more. */
const PIECE_BYTES = 256 * 1024;

const compress = promisify(gzip);

/** Lines as one gzip member of their own. Members one behind the other are one gzip stream (RFC 1952). */
export function compressed(lines: Uint8Array): Promise<Buffer> {
  return compress(lines, { level: LEVEL, chunkSize: PIECE_BYTES });
}

/** The same of lines that are still to come. An end or a failure on either side ends the other. */
export function compressing(lines: AsyncIterable<Uint8Array>): Readable {
  return pipeline(Readable.from(lines), createGzip({ level: LEVEL, chunkSize: PIECE_BYTES }), ended);
}

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
 * The bytes of a blob's body as they were before it was stored, whichever way it holds them.
 *
 * @throws LandlineError in the course of reading: `partition.damaged` when a compressed body is cut off or is not what
 *   its checksums say, after what could be read of it; else that of the connection
 */
export function chunksIn(
  body: NodeJS.ReadableStream | undefined,
  encoding: string | undefined,
  operation: Operation,
): AsyncGenerator<Uint8Array> {
  const stored = streamOf(body);
  // It may break off before anybody reads it, and an error that nobody hears ends the process.
  stored.on('error', ended);
  const lines = encoding === GZIP ? pipeline(stored, createGunzip({ chunkSize: PIECE_BYTES }), ended) : stored;
  return chunksOf(lines, () => stored.destroy(silence()), operation);
}

/** @param giveUp called when the service sends nothing for `CALL_MS`, while it is waited for */
async function* chunksOf(lines: Readable, giveUp: () => void, operation: Operation): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(giveUp, operation.timeoutMs ?? CALL_MS);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } catch (thrown) {
    throw isDamage(thrown) ? undecodable(operation) : storageFailure(operation, thrown);
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

/** Whoever reads the last stream of a pipeline learns of its failure there. */
function ended(): void {}

/** What zlib throws has a code such as `Z_DATA_ERROR`; what the connection throws has not. */
function isDamage(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^Z_(BUF|DATA|NEED_DICT|STREAM)/.test(String(thrown.code));
}

function undecodable({ what }: Operation): Error {
  return damaged(
    `${what}: its compressed bytes are damaged or cut off.`,
    'Run `landline verify`: it says what becomes of the day.',
    'partition.damaged',
  );
}
