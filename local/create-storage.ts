import type { StorageClients } from '../shared/stores/clients.ts';
import { CONTAINERS } from '../shared/words/paths.ts';
import { LEDGER_TABLE, QUEUES } from '../shared/words/storage-names.ts';

/** Creates what a deployment creates in storage and is not there yet: containers, table and queues. For the emulator. */
export async function createPlaces({ blobs, table, queue }: StorageClients): Promise<void> {
  const containers = Object.values(CONTAINERS).map(name => blobs.getContainerClient(name).createIfNotExists());
  const queues = QUEUES.map(name => queue(name).createIfNotExists());
  await Promise.all([...containers, ...queues, table(LEDGER_TABLE).createTable()]);
}
