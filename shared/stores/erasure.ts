import { Readable } from 'node:stream';
import type { BlobServiceClient } from '@azure/storage-blob';
import type { Day } from '../model.ts';
import { CONTAINERS, revisionPath } from '../paths.ts';
import type { Eraser } from '../ports.ts';
import { compressing, GZIP } from './encoding.ts';
import { metadataOf, receiptOf } from './receipt-metadata.ts';
import { ask, damaged, type Operation } from './storage-errors.ts';

const BUFFER_BYTES = 4 * 1024 * 1024;
const BUFFERS = 2;
/** A revision of a gigabyte at 5 MB/s. */
const REWRITE_MS = 4 * 60_000;

/** The one thing that may change `history`. */
export function blobEraser(service: BlobServiceClient): Eraser {
  const history = service.getContainerClient(CONTAINERS.history);
  const blobOf = (dataset: string, day: Day, revision: number) =>
    history.getBlockBlobClient(revisionPath(dataset, day, revision));

  return {
    async kept(dataset, day, revision) {
      const operation = about('Reading', dataset, day, revision);
      const blob = blobOf(dataset, day, revision);
      const answer = await ask(operation, ['404 BlobNotFound'], abortSignal => blob.getProperties({ abortSignal }));
      if (answer.refusal !== undefined) return undefined;
      const { etag, contentLength = 0, contentEncoding, metadata } = answer.value;
      const receipt = receiptOf(metadata);
      if (etag === undefined || receipt === undefined) {
        throw damaged(
          `${operation.what}: the blob has no whole receipt.`,
          'Run `landline verify`.',
          'partition.damaged',
        );
      }
      return { etag, bytes: contentEncoding === GZIP ? undefined : contentLength, receipt };
    },

    async rewrite(dataset, day, lines, receipt, etag) {
      const operation = { ...about('Rewriting', dataset, day, receipt.revision), timeoutMs: REWRITE_MS };
      const blob = blobOf(dataset, day, receipt.revision);
      const conditions = { ifMatch: etag };
      const answer = await ask(operation, ['412 ConditionNotMet', '404 BlobNotFound'], async abortSignal => {
        // As it was, so it stays.
        const { contentEncoding } = await blob.getProperties({ conditions, abortSignal });
        const gzip = contentEncoding === GZIP;
        const body = gzip ? compressing(lines) : Readable.from(lines);
        try {
          await blob.uploadStream(body, BUFFER_BYTES, BUFFERS, {
            metadata: metadataOf(receipt),
            blobHTTPHeaders: { blobContentType: 'application/x-ndjson', ...(gzip && { blobContentEncoding: GZIP }) },
            conditions,
            abortSignal,
          });
        } finally {
          body.destroy();
        }
      });
      return answer.refusal === undefined ? 'written' : 'superseded';
    },
  };
}

function about(verb: string, dataset: string, day: Day, revision: number): Operation {
  return {
    service: 'blob',
    what: `${verb} revision ${revision} of ${dataset} ${day} in container "${CONTAINERS.history}"`,
  };
}
