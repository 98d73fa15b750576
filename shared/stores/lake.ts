import { Readable } from 'node:stream';
import type { BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import { NotAsExpected, proved, recount } from '../rows/recount.ts';
import { LandlineError } from '../words/errors.ts';
import type { Segment } from '../words/ledger.ts';
import type { Day, Fingerprint } from '../words/model.ts';
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
import { chunksIn, download, readBlob } from './download.ts';
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

  function reading(dataset: string, day: Day, revision: number | undefined): [BlockBlobClient, Operation] {
    return revision === undefined
      ? [raw.getBlockBlobClient(partitionPath(dataset, day)), inRaw('Reading', dataset, day)]
      : [
          history.getBlockBlobClient(revisionPath(dataset, day, revision)),
          inHistory('Reading', dataset, day, revision),
        ];
  }

  async function head(dataset: string, day: Day, revision?: number): Promise<Partition | undefined> {
    return headOf(...reading(dataset, day, revision));
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

      const copied = await copyProved(source, target, partition, operation);
      if (copied === 'there' && !(await isKept(target, partition, operation))) {
        throw damaged(`${operation.what}: it came and went.`, 'Nothing may be removed from history; retry the day.');
      }
      return copied === 'superseded' ? 'superseded' : 'kept';
    },

    async read(dataset, day, revision) {
      return readBlob(...reading(dataset, day, revision), refuseCompressed);
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

/**
 * Whether history holds this very revision. Another content under its number must stop the day: it would be lost. A copy
 * of another length is counted again: builds before version 1 did not prove what they copied.
 */
async function isKept(target: BlockBlobClient, partition: Partition, operation: Operation): Promise<boolean> {
  const there = await headOf(target, operation);
  if (there === undefined) return false;
  const { fingerprint } = partition.receipt;
  if (there.receipt.fingerprint !== fingerprint) {
    throw damaged(
      `${operation.what}: history already holds other content under that number.`,
      'Compare the two blobs and run `landline verify`; nothing was replaced.',
    );
  }
  if (there.bytes === partition.bytes) return true;
  const chunks = await readBlob(target, operation, refuseCompressed);
  if (chunks === undefined) return false;
  if ((await recount(chunks)).fingerprint === fingerprint) return true;
  throw damaged(
    `${operation.what}: history already holds that revision, and not all of its rows.`,
    'Delete that copy in history, and it is made again from the partition; nothing was replaced.',
  );
}

/**
 * Copies the partition and proves it on the way: all of its bytes passed, and they are the rows of its receipt. The copy
 * appears only then. The bytes of a partition that is damaged itself are kept too, as they are; that it is the partition
 * and not its download, a second download tells, which has to agree with the first.
 *
 * @returns `there` when somebody wrote the target meanwhile, or our own first try did and its answer was lost
 */
async function copyProved(
  source: BlockBlobClient,
  target: BlockBlobClient,
  partition: Partition,
  operation: Operation,
): Promise<'copied' | 'there' | 'superseded'> {
  const first = await copy(source, target, partition, partition.receipt.fingerprint, operation);
  if (typeof first === 'string') return first;
  const second = await copy(source, target, partition, first.found, operation);
  if (typeof second === 'string') return second;
  const message = `${operation.what}: two downloads of the same blob differ. Nothing was replaced, and it will be tried again; if it lasts, look for a proxy between the app and the storage account.`;
  throw new LandlineError({ reason: 'storage.failing', remedy: 'retry', message });
}

/** @returns `found`, the fingerprint of what was read, when that is not the one that was expected; nothing was written */
async function copy(
  source: BlockBlobClient,
  target: BlockBlobClient,
  partition: Partition,
  fingerprint: Fingerprint,
  operation: Operation,
): Promise<'copied' | 'there' | 'superseded' | { readonly found: Fingerprint }> {
  const answer = await ask(
    { ...operation, timeoutMs: UPLOAD_MS },
    ['412 ConditionNotMet', '404 BlobNotFound', '409 BlobAlreadyExists'],
    async abortSignal => {
      const from = await download(source, partition.etag, abortSignal);
      const chunks = chunksIn(from.readableStreamBody, operation);
      const body = Readable.from(proved(chunks, { bytes: partition.bytes, fingerprint }, operation.what));
      try {
        await uploadLines(target, body, partition.receipt, { conditions: { ifNoneMatch: '*' }, abortSignal });
      } catch (thrown) {
        if (thrown instanceof NotAsExpected) return { found: thrown.found };
        throw thrown;
      }
      return 'copied' as const;
    },
  );
  if (answer.refusal === undefined) return answer.value;
  return answer.refusal === '409 BlobAlreadyExists' ? 'there' : 'superseded';
}
