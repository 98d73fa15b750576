import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import type { Lake, Ledger } from '../../shared/words/ports.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { FolderError } from '../azurite/folder.ts';
import { type Azurite, startAzurite } from '../azurite.ts';
import { createPlaces } from '../create-storage.ts';
import { UsageError } from './options.ts';

/** The emulator over a data folder, with everything in it that a deployment creates. */
export interface Storage {
  readonly azurite: Azurite;
  readonly ledger: Ledger;
  readonly lake: Lake;
}

/** @throws UsageError when the folder is in use, damaged or cannot be written to */
export async function startStorage(folder: string): Promise<Storage> {
  const azurite = await startAzurite(join(folder, 'azurite')).catch(thrown => {
    throw thrown instanceof FolderError ? new UsageError(thrown.message, { cause: thrown }) : thrown;
  });
  try {
    const clients = storageClients(azurite);
    await createPlaces(clients);
    const ledger = tableLedger(clients.table(LEDGER_TABLE), randomUUID);
    return { azurite, ledger, lake: blobLake(clients.blobs) };
  } catch (thrown) {
    await azurite.stop();
    throw thrown;
  }
}
