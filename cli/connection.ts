import { randomUUID } from 'node:crypto';
import { odata, type TableClient } from '@azure/data-tables';
import type { Access, Config } from '../shared/config/config.ts';
import { isEmulator } from '../shared/config/loopback.ts';
import { blobCurated } from '../shared/curate/curated-blobs.ts';
import type { CuratedStore } from '../shared/curate/ports.ts';
import { blobEraser } from '../shared/forget/history-eraser.ts';
import { type StorageClients, storageClients } from '../shared/stores/clients.ts';
import { blobLake } from '../shared/stores/lake.ts';
import { tableLedger } from '../shared/stores/ledger.ts';
import {
  dayOfEntity,
  GATE_PARTITION,
  gateOfEntity,
  type Properties,
  WATERMARK_ROW,
  watermarkOfEntity,
} from '../shared/stores/ledger-entities.ts';
import { blobsIn } from '../shared/stores/listing.ts';
import { tablePulse } from '../shared/stores/pulse.ts';
import { ask, must } from '../shared/stores/storage-errors.ts';
import { isDay } from '../shared/words/day.ts';
import { isUnreadable } from '../shared/words/errors.ts';
import type { Dataset, SourceName } from '../shared/words/model.ts';
import { CONTAINERS } from '../shared/words/paths.ts';
import type { Eraser, Lake, Ledger, Pulse, Source } from '../shared/words/ports.ts';
import { LEDGER_TABLE } from '../shared/words/storage-names.ts';
import { UsageError } from './usage-error.ts';

/** What a command works with, built from an address of storage: the CLI's only builder of clients. */

/** The emulator answers at once or not at all. */
const LOCAL_RETRY_MS = 50;

export interface Connection {
  /** For a person: the account, the folder or the settings file. */
  readonly where: string;
  /** Nobody named it, so that it has to be said. */
  readonly guessed?: true;
  /** Whether storage is reached by the sign-in of the person at the keyboard. */
  readonly ownSignIn: boolean;
  /** Those that are switched on, as far as the target says; else all. */
  readonly datasets: readonly Dataset[];
  readonly ledger: Ledger;
  readonly pulse: Pick<Pulse, 'last'>;
  readonly lake: Lake;
  readonly curated: CuratedStore;
  readonly eraser: Eraser;
  /**
   * What the app's curated tables show of people; unknown where only an account or a folder is named. Settings whose key
   * is a reference to Key Vault are `pseudonymous` without one.
   */
  readonly privacy: Config['privacy'] | undefined;
  /** The settings that say what is landed and how it is shown; unknown where only an account or a folder is named. */
  readonly settings: InForce | undefined;
  /** Whether an app may be at work there: not so in a data folder that nobody has open. */
  readonly alive: boolean;
  /** Names of all blobs in `raw` that start with the prefix. */
  names(prefix: string): AsyncIterable<string>;
  /** Removes entities of the ledger's table that cannot be read, and says how many. */
  clearUnreadable(partitionKey: string): Promise<number>;
  /** Creates the ledger's table, unless it is there. */
  ensureLedger(): Promise<void>;
  /** @throws UsageError when the target does not say how to sign in to the sources */
  sources(): Promise<Readonly<Record<SourceName, Source>>>;
  close(): Promise<void>;
}

/** No secret is among them. */
interface InForce {
  readonly datasets: string[];
  readonly off: string[];
  readonly historyDays: number;
  readonly cloud: string;
  readonly privacy: string;
}

export interface Parts {
  readonly where: string;
  readonly storage: { readonly blob: Access; readonly table: Access };
  readonly datasets: readonly Dataset[];
  readonly config: Config | undefined;
  readonly privacy?: Config['privacy'];
  readonly alive?: boolean;
  readonly close?: (() => Promise<void>) | undefined;
}

export async function connection(parts: Parts): Promise<Connection> {
  const { where, storage, datasets, config, privacy, alive = true, close = async () => {} } = parts;
  const version = config?.storage.version;
  const table = (await clientsOf(storage.table, version)).table(LEDGER_TABLE);
  const { blobs } = await clientsOf(storage.blob, version);
  const raw = blobs.getContainerClient(CONTAINERS.raw);
  return {
    where,
    datasets,
    alive,
    ownSignIn: 'url' in storage.table || 'url' in storage.blob,
    ledger: tableLedger(table, randomUUID),
    pulse: tablePulse(table),
    lake: blobLake(blobs),
    curated: blobCurated(blobs),
    eraser: blobEraser(blobs),
    privacy,
    settings: config && inForce(config),
    async *names(prefix) {
      const operation = { service: 'blob', what: `Listing container "${CONTAINERS.raw}"` } as const;
      for await (const { name } of blobsIn(raw, { prefix }, operation)) yield name;
    },
    clearUnreadable: partitionKey => clearUnreadable(table, partitionKey),
    async ensureLedger() {
      const operation = { service: 'table', what: `Creating table "${LEDGER_TABLE}"` } as const;
      await must(operation, abortSignal => table.createTable({ abortSignal }));
    },
    async sources() {
      if (config === undefined || config.signIn.kind === 'managed-identity')
        throw new UsageError(
          'The sources can be read only with the app’s own sign-in: name a settings file with LANDLINE_CREDENTIAL=environment (--settings), or run `npm start`.',
        );
      const { compose } = await import('../shared/app/compose.ts');
      return compose(config).sources;
    },
    close,
  };
}

function inForce({ datasets, off, plan, cloud, privacy }: Config): InForce {
  return {
    datasets: datasets.map(({ name }) => name),
    off: off.map(({ dataset }) => dataset),
    historyDays: plan.historyDays,
    cloud: cloud.name,
    privacy: privacy.profile,
  };
}

async function clientsOf(access: Access, version: string | undefined): Promise<StorageClients> {
  if ('connectionString' in access) {
    try {
      return storageClients(access, isEmulator(access.connectionString) ? LOCAL_RETRY_MS : undefined, version);
    } catch {
      // Not shown, nor what the SDK says of it: it may hold a key.
      throw new UsageError('A connection string in the settings is not usable: copy it again from its account.');
    }
  }
  // The person at the keyboard, not the app: Azure CLI, PowerShell, Visual Studio Code, azd, or the environment.
  const { DefaultAzureCredential } = await import('@azure/identity');
  const { signInWith } = await import('../shared/sources/sign-in.ts');
  return storageClients(
    { url: access.url, credential: signInWith(() => new DefaultAzureCredential()).credential },
    undefined,
    version,
  );
}

/** One is removed as it was when it could not be read; whoever has written it since has mended it. */
async function clearUnreadable(table: TableClient, partitionKey: string): Promise<number> {
  const operation = { service: 'table', what: `Clearing the ledger of ${partitionKey}` } as const;
  const filter = odata`PartitionKey eq ${partitionKey}`;
  const entities = table.listEntities<Properties>({ queryOptions: { filter } });
  let cleared = 0;
  for (;;) {
    const next = await must(operation, () => entities.next());
    if (next.done) return cleared;
    const { rowKey, etag, partitionKey: _p, timestamp: _t, ...properties } = next.value;
    if (rowKey === undefined || isReadable(partitionKey, rowKey, properties)) continue;
    const answer = await ask(operation, ['412', '404 ResourceNotFound'], abortSignal =>
      table.deleteEntity(partitionKey, rowKey, { etag, abortSignal }),
    );
    if (answer.refusal === undefined) cleared += 1;
  }
}

function isReadable(partitionKey: string, rowKey: string, properties: Properties): boolean {
  try {
    if (partitionKey === GATE_PARTITION) gateOfEntity(rowKey as SourceName, properties);
    else if (rowKey === WATERMARK_ROW) watermarkOfEntity(partitionKey, properties);
    else if (isDay(rowKey)) dayOfEntity(partitionKey, rowKey, properties);
    return true;
  } catch (thrown) {
    if (isUnreadable(thrown)) return false;
    throw thrown;
  }
}
