import type { Readable } from 'node:stream';
import type { BlobHTTPHeaders, BlockBlobClient, BlockBlobUploadStreamOptions } from '@azure/storage-blob';
import { MINUTE_MS } from '../words/day.ts';
import type { Day, Receipt } from '../words/model.ts';
import { CONTAINERS } from '../words/paths.ts';
import type { Partition } from '../words/ports.ts';
import { GZIP } from './encoding.ts';
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

/** @param encoding as another blob says of itself, or as this one shall */
export function headersOf(encoding: string | undefined): BlobHTTPHeaders {
  return { blobContentType: MEDIA_TYPE, ...(encoding && { blobContentEncoding: encoding }) };
}

/**
 * Writes a whole revision in one atomic step.
 *
 * @param body ended when this returns or throws
 * @param encoding as the body is
 */
export async function uploadLines(
  blob: BlockBlobClient,
  body: Readable,
  receipt: Receipt,
  encoding: string | undefined,
  until: Pick<BlockBlobUploadStreamOptions, 'conditions' | 'abortSignal'>,
): Promise<void> {
  try {
    await blob.uploadStream(body, BUFFER_BYTES, BUFFERS, {
      metadata: metadataOf(receipt),
      blobHTTPHeaders: headersOf(encoding),
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
  const partition = wholePartition(found);
  if (partition !== undefined) return partition;
  throw damaged(
    `${operation.what}: the blob has no whole receipt in its metadata, so Landline did not write it.`,
    'Move it out of the container, then run `landline verify`.',
    'partition.damaged',
  );
}

/** @returns `undefined` when the blob has no whole receipt */
export function wholePartition({ etag, contentLength, contentEncoding, metadata }: Found): Partition | undefined {
  const receipt: Receipt | undefined = receiptOf(metadata);
  if (etag === undefined || contentLength === undefined || receipt === undefined) return undefined;
  const bytes = contentEncoding === GZIP ? undefined : contentLength;
  // Lists give etags without the quotes that headers give them with, and conditions are asked with.
  return { etag: etag.startsWith('"') ? etag : `"${etag}"`, bytes, receipt };
}
