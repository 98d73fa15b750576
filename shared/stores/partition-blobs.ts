import type { Readable } from 'node:stream';
import type { BlobHTTPHeaders, BlockBlobClient, BlockBlobUploadStreamOptions } from '@azure/storage-blob';
import { MINUTE_MS } from '../words/day.ts';
import type { Day, Receipt } from '../words/model.ts';
import { CONTAINERS } from '../words/paths.ts';
import type { Partition } from '../words/ports.ts';
import { metadataOf, receiptOf } from './receipt-metadata.ts';
import { ask, damaged, type Operation } from './storage-errors.ts';

/** What a blob of `raw` or `history` says of itself, and how it is told to. */

/** An upload holds two of these buffers, whatever the size of the day. */
const BUFFER_BYTES = 4 * 1024 * 1024;
const BUFFERS = 2;

/** To write a revision to `history`: a gigabyte at 5 MB/s. The fetch that waits for it ends after 8 minutes. */
export const UPLOAD_MS = 4 * MINUTE_MS;

/** What most tools know JSON Lines as; jsonlines.org's own proposal, `application/jsonl`, is not registered either. */
const MEDIA_TYPE = 'application/x-ndjson';

export function inHistory(verb: string, dataset: string, day: Day, revision: number): Operation {
  const what = `${verb} revision ${revision} of ${dataset} ${day} in container "${CONTAINERS.history}"`;
  return { service: 'blob', what };
}

export const HTTP_HEADERS: BlobHTTPHeaders = { blobContentType: MEDIA_TYPE };

/**
 * Builds before version 1 could store partitions compressed. Those are not read: their lines, their length and their
 * receipt cannot be compared.
 *
 * @throws LandlineError `partition.damaged` that names the encoding and what to do
 */
export function refuseCompressed(encoding: string | undefined, { what }: Operation): void {
  if (!encoding) return;
  throw damaged(
    `${what}: the blob is stored compressed (Content-Encoding: ${encoding === 'gzip' ? encoding : 'not gzip'}), and only plain ones are read.`,
    'Make it plain again, or delete it and land the day anew: docs/operations.md, "Compressed partitions".',
    'partition.damaged',
  );
}

/**
 * Writes a whole revision in one atomic step.
 *
 * @param body ended when this returns or throws
 */
export async function uploadLines(
  blob: BlockBlobClient,
  body: Readable,
  receipt: Receipt,
  until: Pick<BlockBlobUploadStreamOptions, 'conditions' | 'abortSignal'>,
): Promise<void> {
  try {
    await blob.uploadStream(body, BUFFER_BYTES, BUFFERS, {
      metadata: metadataOf(receipt),
      blobHTTPHeaders: HTTP_HEADERS,
      ...until,
    });
  } finally {
    body.destroy();
  }
}

export async function headOf(blob: BlockBlobClient, operation: Operation): Promise<Partition | undefined> {
  const answer = await ask(operation, ['404 BlobNotFound'], abortSignal => blob.getProperties({ abortSignal }));
  if (answer.refusal !== undefined) return undefined;
  return partitionOf(answer.value, operation);
}

/** What the service says of a blob, asked for it or listed with others. */
interface Found {
  readonly etag?: string | undefined;
  readonly contentLength?: number | undefined;
  readonly contentEncoding?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

function partitionOf(found: Found, operation: Operation): Partition {
  refuseCompressed(found.contentEncoding, operation);
  const partition = wholePartition(found);
  if (partition !== undefined) return partition;
  throw damaged(
    `${operation.what}: the blob has no whole receipt in its metadata, so Landline did not write it.`,
    'Move it out of the container, then run `landline verify`.',
    'partition.damaged',
  );
}

/** @returns `undefined` when the blob has no whole receipt, or is stored compressed */
export function wholePartition({ etag, contentLength, contentEncoding, metadata }: Found): Partition | undefined {
  const receipt: Receipt | undefined = receiptOf(metadata);
  if (contentEncoding || etag === undefined || contentLength === undefined || receipt === undefined) return undefined;
  // Lists give etags without the quotes that headers give them with, and conditions are asked with.
  return { etag: etag.startsWith('"') ? etag : `"${etag}"`, bytes: contentLength, receipt };
}
