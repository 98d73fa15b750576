import { randomUUID } from 'node:crypto';
import type { BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import * as z from 'zod';
import { readBlob } from '../stores/download.ts';
import { blobsIn } from '../stores/listing.ts';
import { ask, must, type Operation } from '../stores/storage-errors.ts';
import { CONTAINERS } from '../words/paths.ts';
import type { CuratedFile, CuratedLabel, CuratedStore } from './ports.ts';

/** As registered with IANA. */
const MEDIA_TYPE = 'application/vnd.apache.parquet';

const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const labelShape = z.object({
  revision: count,
  tablestamp: z.string(),
  rows: count,
  duplicates: count,
  conflicts: count,
  misfits: count,
});

const NO_LABEL: CuratedLabel = { revision: 0, stamp: '', rows: 0, duplicates: 0, conflicts: 0, misfits: 0 };

/** The curated files in one storage account. The container must exist. */
export function blobCurated(service: BlobServiceClient): CuratedStore {
  const curated = service.getContainerClient(CONTAINERS.curated);

  async function headOf(
    blob: BlockBlobClient,
    operation: Operation,
  ): Promise<(CuratedFile & { write: string }) | undefined> {
    const answer = await ask(operation, ['404 BlobNotFound'], abortSignal => blob.getProperties({ abortSignal }));
    if (answer.refusal !== undefined) return undefined;
    const { etag = '', metadata } = answer.value;
    return { etag, label: labelOf(metadata), write: metadata?.['write'] ?? '' };
  }

  return {
    async head(path) {
      const found = await headOf(curated.getBlockBlobClient(path), about('Reading', path));
      return found && { etag: found.etag, label: found.label };
    },

    async write(path, content, replaces) {
      const blob = curated.getBlockBlobClient(path);
      // Blocks of another writer of the same file have other ids, so neither can end up in the other's file.
      const id = randomUUID();
      const blocks: string[] = [];
      let next = await content.next();
      for (; !next.done; next = await content.next()) {
        const bytes = next.value;
        if (bytes.length === 0) continue;
        const block = Buffer.from(`${id}-${String(blocks.length).padStart(6, '0')}`).toString('base64');
        await must(about('Staging', path), abortSignal => blob.stageBlock(block, bytes, bytes.length, { abortSignal }));
        blocks.push(block);
      }
      const answer = await ask(
        about('Committing', path),
        ['409 BlobAlreadyExists', '412 ConditionNotMet', '404 BlobNotFound', '400 InvalidBlockList'],
        abortSignal =>
          blob.commitBlockList(blocks, {
            metadata: { ...metadataOf(next.value as CuratedLabel), write: id },
            blobHTTPHeaders: { blobContentType: MEDIA_TYPE },
            conditions: replaces === undefined ? { ifNoneMatch: '*' } : { ifMatch: replaces },
            abortSignal,
          }),
      );
      if (answer.refusal === undefined) return 'written';
      // The refusal may be of the SDK's second try, after a first one that succeeded and whose answer was lost.
      return (await headOf(blob, about('Reading', path)))?.write === id ? 'written' : 'superseded';
    },

    read(path) {
      return readBlob(curated.getBlockBlobClient(path), about('Reading', path));
    },

    async *list(prefix) {
      // An account with a hierarchical namespace lists its folders too.
      for await (const { name } of blobsIn(curated, { prefix }, about('Listing', prefix)))
        if (name.endsWith('.parquet')) yield name;
    },
  };
}

function about(verb: string, path: string): Operation {
  return { service: 'blob', what: `${verb} ${path} in container "${CONTAINERS.curated}"` };
}

function metadataOf({ revision, stamp, rows, duplicates, conflicts, misfits }: CuratedLabel): Record<string, string> {
  const counts = Object.entries({ revision, rows, duplicates, conflicts, misfits });
  return { tablestamp: stamp, ...Object.fromEntries(counts.map(([key, value]) => [key, String(value)])) };
}

/** A file without a whole label is not ours, or damaged: it is made again. */
function labelOf(metadata: Record<string, string> | undefined): CuratedLabel {
  const read = labelShape.safeParse(metadata ?? {});
  if (!read.success) return NO_LABEL;
  const { tablestamp, ...counts } = read.data;
  return { stamp: tablestamp, ...counts };
}
