import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { tablePulse } from '../../shared/stores/pulse.ts';
import type { Lake, Ledger, Pulse } from '../../shared/words/ports.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { type Azurite, startAzurite } from '../azurite.ts';
import { createPlaces } from '../create-storage.ts';

/** The emulator over a data folder, with everything in it that a deployment creates. */
export interface Storage {
  readonly azurite: Azurite;
  readonly ledger: Ledger;
  readonly lake: Lake;
  readonly pulse: Pick<Pulse, 'last'>;
}

/** @throws UsageError when the folder is in use, damaged or cannot be written to */
export async function startStorage(folder: string): Promise<Storage> {
  const azurite = await startAzurite(join(folder, 'azurite'));
  try {
    const clients = storageClients(azurite);
    await createPlaces(clients);
    const table = clients.table(LEDGER_TABLE);
    const ledger = tableLedger(table, randomUUID);
    return { azurite, ledger, lake: blobLake(clients.blobs), pulse: tablePulse(table) };
  } catch (thrown) {
    await azurite.stop();
    throw thrown;
  }
}
