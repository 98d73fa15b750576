import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { StorageProbe } from '../words/ports.ts';
import { ask, must, type Operation } from './storage-errors.ts';

/** A version that never was: a write under this condition is refused, and who may not write is refused before that. */
const NEVER_BLOB = '"0x8000000000000000"';
/** Of a message that never was. */
const NEVER_MESSAGE = '00000000-0000-4000-8000-000000000000';
const NEVER_RECEIPT = 'AgAAAAMAAAAAAAAAAAAAAAAAAAA=';
/** A name that stands in no list of datasets, under which nothing is ever written. */
const NOBODY = 'doctor/date=2000-01-01/doctor.jsonl';

/** Looks whether places are there and may be used, by operations that can never take effect. */
export function storageProbe(service: BlobServiceClient, queue: (name: string) => QueueClient): StorageProbe {
  return {
    async container(name) {
      const operation = (verb: string): Operation => ({ service: 'blob', what: `${verb} container "${name}"` });
      const container = service.getContainerClient(name);
      await must(operation('Listing'), abortSignal =>
        container.listBlobsFlat({ prefix: NOBODY, abortSignal }).byPage({ maxPageSize: 1 }).next(),
      );
      await ask(operation('Writing to'), ['412 ConditionNotMet', '404 BlobNotFound'], abortSignal =>
        container.getBlockBlobClient(NOBODY).commitBlockList([], { conditions: { ifMatch: NEVER_BLOB }, abortSignal }),
      );
    },

    async queue(name) {
      const operation = (verb: string): Operation => ({ service: 'queue', what: `${verb} queue "${name}"` });
      await must(operation('Looking into'), abortSignal => queue(name).getProperties({ abortSignal }));
      // The emulator finds fault with the receipt first.
      await ask(
        operation('Writing to'),
        ['404 MessageNotFound', '400 PopReceiptMismatch', '400 InvalidQueryParameterValue'],
        abortSignal => queue(name).updateMessage(NEVER_MESSAGE, NEVER_RECEIPT, undefined, 0, { abortSignal }),
      );
    },
  };
}
