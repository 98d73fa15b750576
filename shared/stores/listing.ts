import type { BlobItem, ContainerClient, ContainerListBlobsOptions } from '@azure/storage-blob';
import { must, type Operation } from './storage-errors.ts';

/**
 * The blobs of a container that start with a prefix, in the order of their names. Each page of them has the time of one
 * call.
 *
 * @param maxPageSize of a page; the service gives 5,000 blobs when it is absent
 */
export async function* blobsIn(
  container: ContainerClient,
  options: Omit<ContainerListBlobsOptions, 'abortSignal'>,
  operation: Operation,
  maxPageSize?: number,
): AsyncGenerator<BlobItem> {
  let from: { continuationToken?: string; maxPageSize?: number } = maxPageSize === undefined ? {} : { maxPageSize };
  for (;;) {
    const page = await must(operation, abortSignal =>
      container
        .listBlobsFlat({ ...options, abortSignal })
        .byPage(from)
        .next(),
    );
    if (page.done === true) return;
    yield* page.value.segment.blobItems;
    const { continuationToken } = page.value;
    if (!continuationToken) return;
    from = { ...from, continuationToken };
  }
}
