import { Readable } from 'node:stream';
import type { BlobServiceClient } from '@azure/storage-blob';
import { blobsIn } from '../stores/listing.ts';
import { inHistory, UPLOAD_MS, uploadLines } from '../stores/partition-blobs.ts';
import { ask, type Operation } from '../stores/storage-errors.ts';
import type { Day } from '../words/model.ts';
import { CONTAINERS, datasetPrefix, dayOfRevision, revisionPath } from '../words/paths.ts';
import type { Eraser } from '../words/ports.ts';

/** The one thing that may change `history`. */
export function blobEraser(service: BlobServiceClient): Eraser {
  const history = service.getContainerClient(CONTAINERS.history);

  return {
    async *days(dataset) {
      const operation: Operation = { service: 'blob', what: `Listing ${dataset} in container "${CONTAINERS.history}"` };
      let last: Day | undefined;
      for await (const { name } of blobsIn(history, { prefix: datasetPrefix(dataset) }, operation)) {
        const day = dayOfRevision(dataset, name);
        // Listed by name, so the revisions of a day follow one another.
        if (day !== undefined && day !== last) yield day;
        last = day ?? last;
      }
    },

    async rewrite(dataset, day, lines, receipt, etag) {
      const operation = { ...inHistory('Rewriting', dataset, day, receipt.revision), timeoutMs: UPLOAD_MS };
      const blob = history.getBlockBlobClient(revisionPath(dataset, day, receipt.revision));
      const conditions = { ifMatch: etag };
      const answer = await ask(operation, ['412 ConditionNotMet', '404 BlobNotFound'], abortSignal =>
        uploadLines(blob, Readable.from(lines), receipt, { conditions, abortSignal }),
      );
      return answer.refusal === undefined ? 'written' : 'superseded';
    },
  };
}
