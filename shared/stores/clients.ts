import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { isEmulator } from '../config/loopback.ts';

/**
 * A connection string, or the address of one service of an account and how to sign in to it: each service has an access
 * of its own. Bearer tokens are refused over plain http by the SDK.
 */
export type StorageAccess =
  | { readonly connectionString: string }
  | { readonly url: string; readonly credential: TokenCredential };

export interface StorageClients {
  readonly blobs: BlobServiceClient;
  /** The same client for the same name, each time. */
  queue(name: string): QueueClient;
  /** The same client for the same name, each time. */
  table(name: string): TableClient;
}

/**
 * Clients of a storage account; of an address, only those of its own service are of use. Call once per process: each client owns a pool of connections and a token cache.
 *
 * @param retryDelayMs first wait between the SDK's own tries; for tests that provoke them. Default: the SDK's
 * @param version of the services; default: the newest that the SDK knows
 */
export function storageClients(access: StorageAccess, retryDelayMs?: number, version?: string): StorageClients {
  // Each SDK has its own name for these options and the same shape.
  const options = {
    ...(retryDelayMs !== undefined && { retryOptions: { retryDelayInMs: retryDelayMs } }),
    ...(version !== undefined && { version }),
  };

  if ('connectionString' in access) {
    const text = access.connectionString;
    const queues = QueueServiceClient.fromConnectionString(text, options);
    // The emulator speaks plain http; over a network that would show the data to everybody on the way.
    const allowInsecureConnection = isEmulator(text);
    return {
      blobs: speaking(version, more => BlobServiceClient.fromConnectionString(text, { ...options, ...more })),
      queue: once(name => queues.getQueueClient(name)),
      table: once(name => TableClient.fromConnectionString(text, name, { ...options, allowInsecureConnection })),
    };
  }
  const { url, credential } = access;
  const queues = new QueueServiceClient(url, credential, options);
  return {
    blobs: speaking(version, more => new BlobServiceClient(url, credential, { ...options, ...more })),
    queue: once(name => queues.getQueueClient(name)),
    table: once(name => new TableClient(url, name, credential, options)),
  };
}

type Policies = NonNullable<TableServiceClientOptions['additionalPolicies']>;

/**
 * The blob SDK has no option for the version. Clients that are made of the first one share its pipeline and its options:
 * the policy that sets the version is added by the first, and must not be added again.
 */
function speaking(
  version: string | undefined,
  make: (more: { additionalPolicies?: Policies }) => BlobServiceClient,
): BlobServiceClient {
  if (version === undefined) return make({});
  const policy: Policies[number]['policy'] = {
    name: 'landlineServiceVersion',
    sendRequest(request, next) {
      request.headers.set('x-ms-version', version);
      return next(request);
    },
  };
  const additionalPolicies: Policies = [{ policy, position: 'perCall' }];
  const blobs = make({ additionalPolicies });
  additionalPolicies.length = 0;
  return blobs;
}

function once<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return name => {
    const client = made.get(name) ?? make(name);
    made.set(name, client);
    return client;
  };
}
