import type { BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import type { Segment } from '../words/ledger.ts';
import type { Day } from '../words/model.ts';
import {
  blockId,
  CONTAINERS,
  datasetPrefix,
  dayOfPath,
  partitionPath,
  revisionOfPath,
  revisionPath,
  revisionPrefix,
} from '../words/paths.ts';
import type { Lake, Partition } from '../words/ports.ts';
import { chunksIn, download, streamOf } from './download.ts';
import { blobsIn } from './listing.ts';
import {
  HTTP_HEADERS,
  headOf,
  inHistory,
  refuseCompressed,
  UPLOAD_MS,
  uploadLines,
  wholePartition,
} from './partition-blobs.ts';
import { metadataOf } from './receipt-metadata.ts';
import { ask, damaged, must, type Operation } from './storage-errors.ts';

/** The partitions and their history in one storage account. The containers must exist. */
export function blobLake(service: BlobServiceClient): Lake {
  const raw = service.getContainerClient(CONTAINERS.raw);
  const history = service.getContainerClient(CONTAINERS.history);

  async function head(dataset: string, day: Day): Promise<Partition | undefined> {
    return headOf(raw.getBlockBlobClient(partitionPath(dataset, day)), inRaw('Reading', dataset, day));
  }

  return {
    head,

    async stage(dataset, day, ticket, number, content) {
      // The emulator takes an empty block and the service does not.
      if (content.length === 0) throw new RangeError('A block holds at least one line');
      const blob = raw.getBlockBlobClient(partitionPath(dataset, day));
      await must(inRaw('Staging', dataset, day), abortSignal =>
        blob.stageBlock(blockId(ticket, number), content, content.length, { abortSignal }),
      );
    },

    async commit(dataset, day, segments, receipt, replaces) {
      const blob = raw.getBlockBlobClient(partitionPath(dataset, day));
      const metadata = metadataOf(receipt);
      const blocks = blockIds(segments);
      const answer = await ask(
        inRaw('Committing', dataset, day),
        ['409 BlobAlreadyExists', '412 ConditionNotMet', '404 BlobNotFound', '400 InvalidBlockList'],
        abortSignal =>
          blob.commitBlockList(blocks, {
            metadata,
            blobHTTPHeaders: HTTP_HEADERS,
            conditions: replaces === undefined ? { ifNoneMatch: '*' } : { ifMatch: replaces },
            abortSignal,
          }),
      );
      if (answer.refusal === undefined) return 'committed';

      // The refusal may be of the SDK's second try, after a first one that succeeded and whose answer was lost.
      const now = (await head(dataset, day))?.receipt;
      return now?.ticket === receipt.ticket && now.fingerprint === receipt.fingerprint ? 'committed' : 'superseded';
    },

    async keep(dataset, day, partition) {
      const { revision } = partition.receipt;
      const source = raw.getBlockBlobClient(partitionPath(dataset, day));
      const target = history.getBlockBlobClient(revisionPath(dataset, day, revision));
      const operation = inHistory('Copying', dataset, day, revision);
      if (await isKept(target, partition, operation)) return 'kept';

      const copied = await copy(source, target, partition, operation);
      if (copied === 'there' && !(await isKept(target, partition, operation))) {
        throw damaged(`${operation.what}: it came and went.`, 'Nothing may be removed from history; retry the day.');
      }
      return copied === 'superseded' ? 'superseded' : 'kept';
    },

    async read(dataset, day, revision) {
      const [blob, operation] =
        revision === undefined
          ? [raw.getBlockBlobClient(partitionPath(dataset, day)), inRaw('Reading', dataset, day)]
          : [
              history.getBlockBlobClient(revisionPath(dataset, day, revision)),
              inHistory('Reading', dataset, day, revision),
            ];
      const answer = await ask(operation, ['404 BlobNotFound'], untilBegun => download(blob, untilBegun));
      if (answer.refusal !== undefined) return undefined;
      const { readableStreamBody, contentEncoding } = answer.value;
      const chunks = chunksIn(readableStreamBody, operation);
      if (contentEncoding) await chunks.return(undefined);
      refuseCompressed(contentEncoding, operation);
      return chunks;
    },

    async lastKept(dataset, day) {
      const operation: Operation = {
        service: 'blob',
        what: `Listing ${dataset} ${day} in container "${CONTAINERS.history}"`,
      };
      let last = 0;
      for await (const { name } of blobsIn(history, { prefix: revisionPrefix(dataset, day) }, operation))
        last = Math.max(last, revisionOfPath(dataset, day, name));
      return last;
    },

    async *list(dataset) {
      const operation: Operation = { service: 'blob', what: `Listing ${dataset} in container "${CONTAINERS.raw}"` };
      const options = { prefix: datasetPrefix(dataset), includeMetadata: true };
      for await (const { name, properties, metadata } of blobsIn(raw, options, operation)) {
        // An account with a hierarchical namespace lists its folders too; no folder has a partition's name.
        const day = dayOfPath(dataset, name);
        if (day === undefined) continue;
        // A blob that is not ours must not hide the days after it.
        yield { day, partition: wholePartition({ ...properties, metadata }) };
      }
    },
  };
}

function inRaw(verb: string, dataset: string, day: Day): Operation {
  return { service: 'blob', what: `${verb} ${dataset} ${day} in container "${CONTAINERS.raw}"` };
}

function blockIds(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ ticket, count }) => Array.from({ length: count }, (_, number) => blockId(ticket, number)));
}

/** Whether history holds this very revision. Another content under its number must stop the day: it would be lost. */
async function isKept(target: BlockBlobClient, partition: Partition, operation: Operation): Promise<boolean> {
  const there = await headOf(target, operation);
  if (there !== undefined && there.receipt.fingerprint !== partition.receipt.fingerprint) {
    throw damaged(
      `${operation.what}: history already holds other content under that number.`,
      'Compare the two blobs and run `landline verify`; nothing was replaced.',
    );
  }
  return there !== undefined;
}

/** @returns `there` when somebody wrote the target meanwhile, or our own first try did and its answer was lost */
async function copy(
  source: BlockBlobClient,
  target: BlockBlobClient,
  partition: Partition,
  operation: Operation,
): Promise<'copied' | 'there' | 'superseded'> {
  const answer = await ask(
    { ...operation, timeoutMs: UPLOAD_MS },
    ['412 ConditionNotMet', '404 BlobNotFound', '409 BlobAlreadyExists'],
    async abortSignal => {
      const from = await source.download(0, undefined, { conditions: { ifMatch: partition.etag }, abortSignal });
      const until = { conditions: { ifNoneMatch: '*' }, abortSignal };
      await uploadLines(target, streamOf(from.readableStreamBody), partition.receipt, until);
    },
  );
  if (answer.refusal === undefined) return 'copied';
  return answer.refusal === '409 BlobAlreadyExists' ? 'there' : 'superseded';
}
