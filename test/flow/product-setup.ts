import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type Host, type LogLine, startHost } from '../../local/host.ts';
import { type SimulatorOptions, startSimulator } from '../../local/simulator/index.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import {
  CURATE_POISON_QUEUE,
  CURATE_QUEUE,
  FETCH_QUEUE,
  LEDGER_TABLE,
  POISON_QUEUE,
} from '../../shared/words/storage-names.ts';

/** The whole product on this machine: its registrations in the local host, over Azurite and the simulator. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FILES = ['plan', 'fetch', 'poison', 'status', 'doctor'] as const;

/** Those and what a test may ask for: with curation, every landed day is worked on twice. */
type File = (typeof FILES)[number] | 'curate' | 'poison-curate';

/** Timers run when a test says so. */
const NEVER = '0 0 0 1 1 *';

async function startProduct(simulated: SimulatorOptions = {}) {
  const [azurite, simulator] = await Promise.all([startAzurite(), startSimulator(simulated)]);
  const { connectionString } = azurite;
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  const queue = clients.queue(FETCH_QUEUE);
  const poison = clients.queue(POISON_QUEUE);
  const curate = clients.queue(CURATE_QUEUE);
  const curatePoison = clients.queue(CURATE_POISON_QUEUE);
  const base = {
    AzureWebJobsStorage: connectionString,
    PLAN_SCHEDULE: NEVER,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
    LANDLINE_VOXIMPLANT_URL: simulator.voximplantUrl,
    LANDLINE_HISTORY_DAYS: '4',
  };
  const lines: LogLine[] = [];
  const hosts: Host[] = [];

  return {
    connectionString,
    simulator,
    lines,
    queue,
    poison,
    curate,
    curatePoison,
    base,
    ledger: tableLedger(clients.table(LEDGER_TABLE), () => crypto.randomUUID()),
    lake: blobLake(clients.blobs),
    raw: clients.blobs.getContainerClient('raw'),
    history: clients.blobs.getContainerClient('history'),

    /** A host that runs the real registrations, with settings of the simulator (`base`) beneath those given. */
    async host(settings: Readonly<Record<string, string>> = {}, files: readonly File[] = FILES): Promise<Host> {
      const host = await startHost({
        root: ROOT,
        files: files.map(name => `functions/${name}.ts`),
        connectionString,
        settings: { ...base, ...settings },
        log: line => lines.push(line),
      });
      hosts.push(host);
      return host;
    },

    /** Events of the product with this name, as reported. */
    events(name: string): Record<string, unknown>[] {
      const reported = lines.filter(({ category }) => category === 'user').map(({ message }) => JSON.parse(message));
      return reported.filter(({ event }) => event === name);
    },

    async stop(): Promise<void> {
      await Promise.all(hosts.map(host => host.stop()));
      await simulator.stop();
      await azurite.stop();
    },
  };
}

export type Product = Awaited<ReturnType<typeof startProduct>>;

/** A product for one test, stopped when the test ends. */
export async function productFor(context: TestContext, simulated: SimulatorOptions = {}): Promise<Product> {
  const product = await startProduct(simulated);
  context.after(() => product.stop());
  return product;
}
