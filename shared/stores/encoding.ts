import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createGzip, gzip } from 'node:zlib';
import { damaged, type Operation, storageFailure } from './storage-errors.ts';

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

/**
 * The lines of a blob's body, whichever way it holds them.
 *
 * @throws LandlineError in the course of reading: `partition.damaged` when a compressed body is cut off or is not what
 *   its checksums say, after what could be read of it; else that of the connection
 */
export async function* linesIn(
  body: NodeJS.ReadableStream | undefined,
  encoding: string | undefined,
  operation: Operation,
): AsyncGenerator<Uint8Array> {
  const stored = streamOf(body);
  const lines = encoding === GZIP ? pipeline(stored, createGunzip({ chunkSize: PIECE_BYTES }), ended) : stored;
  try {
    for await (const chunk of lines) yield chunk;
  } catch (thrown) {
    throw isDamage(thrown) ? undecodable(operation) : storageFailure(operation, thrown);
  }
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
