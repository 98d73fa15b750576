import type { Access } from '../config/config.ts';
import { QUEUE_MAX } from '../ledger/alarms.ts';
import { lastDay } from '../ledger/owed.ts';
import { failureOf, isUnreadable } from '../words/errors.ts';
import { SOURCES } from '../words/model.ts';
import { STORAGE_ROLES, type StorageService } from '../words/storage-names.ts';
import type { Check, DoctorPorts, Found, Learnt } from './finding.ts';
import { WHO } from './finding.ts';

/**
 * Storage: is it there, and may we write to it? Writing is tried with a condition that can never hold, so that nothing
 * is ever written: who may not write is refused before the condition is looked at.
 */

/** Etags in the form of each service, of versions that never were. */
const NEVER_TABLE = `W/"datetime'2000-01-01T00%3A00%3A00.0000000Z'"`;
const NEVER_BLOB = '"0x8000000000000000"';

/** A dataset that does not exist: its name stands in no list, and nothing is ever written under it. */
const NOBODY = 'doctor';

export const STORAGE: readonly Check[] = [
  {
    name: 'ledger',
    look: (ports, learnt) =>
      examine('table', ports, learnt, async () => {
        const { config, ledger } = ports;
        for (const { name } of config.datasets) await Promise.all([ledger.watermark(name), ledger.days(name)]);
        for (const source of SOURCES) await ledger.gate(source);
        await ledger.putWatermark({ dataset: NOBODY, firstDay: '2000-01-01' }, NEVER_TABLE);
        return 'The ledger can be read and written';
      }),
  },
  {
    name: 'lake',
    look: (ports, learnt) =>
      examine('blob', ports, learnt, async () => {
        const [dataset] = ports.config.datasets;
        await ports.lake.head(dataset?.name ?? NOBODY, lastDay(ports.clock.now()));
        await ports.lake.commit(NOBODY, '2000-01-01', [], NO_RECEIPT, NEVER_BLOB);
        // Are the other two containers there?
        await ports.lake.lastKept(NOBODY, '2000-01-01');
        for await (const _ of ports.curated.list(`v1/${NOBODY}`));
        return 'The partitions can be read and written';
      }),
  },
  {
    name: 'queue',
    look: (ports, learnt) =>
      examine('queue', ports, learnt, async () => {
        const { fetch, poison } = await ports.backlog.depth();
        const trouble = [
          ...(fetch > QUEUE_MAX ? [untaken(fetch, learnt)] : []),
          ...(poison > 0 ? [poisoned(poison)] : []),
        ];
        if (trouble.length > 0) return trouble;
        return `The queue can be looked into: ${fetch} waiting, ${poison} given up`;
      }),
  },
];

const NO_RECEIPT = {
  format: 1,
  revision: 1,
  rows: 0,
  pages: 0,
  fingerprint: `0-${'0'.repeat(32)}`,
  windowFrom: '2000-01-01T00:00:00.0000000Z',
  windowTo: '2000-01-02T00:00:00.0000000Z',
  apiVersion: NOBODY,
  fetchedAt: '2000-01-01T00:00:00.000Z',
  ticket: 1,
  rowsOutside: 0,
  rowsNeighbour: 0,
};

/** @param look what is fine, as a sentence without its stop; or what is not */
async function examine(
  service: StorageService,
  ports: DoctorPorts,
  learnt: Learnt,
  look: () => Promise<string | readonly Found[]>,
): Promise<Found[]> {
  const access = ports.config.storage[service];
  const about = accountOf(access);
  try {
    const found = await look();
    if (typeof found !== 'string') return found.map(each => ({ ...each, about }));
    return [{ about, result: 'fine', meaning: `${found}, as ${identityOf(ports, access)}.` }];
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    const meaning = `${message} (as ${identityOf(ports, access)})`;
    if (isUnreadable(thrown)) {
      const next = 'landline rebuild, then landline verify (docs/operations.md, "Rebuilding the ledger")';
      return [{ about, result: 'broken', meaning, next, who: WHO.runner }];
    }
    const missing = /\(404 (Queue|Table|Container|Resource)NotFound\)/.test(message);
    if (missing) return [{ about, result: 'broken', meaning, next: creation(message, about), who: WHO.owner }];
    const next = reason === 'storage.forbidden' ? grant(service, about, learnt) : reach(about);
    return [{ about, result: 'broken', meaning, next, who: WHO.owner }];
  }
}

function poisoned(count: number): Found {
  return {
    result: 'warning',
    meaning: `The host gave up on ${count} messages and they are not noted yet: the function "poison" or "poison-curate" does not run.`,
    next: 'Portal: Function App > Functions > poison and poison-curate must be enabled; their invocations say what they throw. The days are not lost: landline status',
    who: WHO.deployer,
  };
}

function untaken(count: number, { site }: Learnt): Found {
  return {
    result: 'warning',
    meaning: `${count} messages wait in the fetch queue, and nobody takes them.`,
    next: `Portal: Function App ${site} > Functions > fetch: is it there and enabled, and what do its invocations and the host's log say? AzureWebJobs.fetch.Disabled must not be true. The days are not lost: landline status`,
    who: WHO.deployer,
  };
}

function creation(message: string, account: string): string {
  const [, kind = '', name = ''] = /(queue|table|container) "([\w-]+)"/.exec(message) ?? [];
  return `az storage ${kind} create --name ${name} --account-name ${account} --auth-mode login (or deploy the infrastructure again: docs/deploy.md)`;
}

/** The identity's object id is in its token, so the command can be run as it stands. */
function grant(service: StorageService, account: string, { principal }: Learnt): string {
  const to = principal ?? "<object id of the app's identity>";
  return `az role assignment create --role "${STORAGE_ROLES[service]}" --assignee-object-id ${to} --assignee-principal-type ServicePrincipal --scope $(az storage account show --name ${account} --query id --output tsv) (takes up to ten minutes); if the role is there, the account's network rules shut the app out`;
}

function reach(account: string): string {
  return `az storage account show --name ${account} --query "{state:statusOfPrimary,network:publicNetworkAccess}" (then: the settings of the storage addresses, and the app's network)`;
}

/** Name of the account; never a key. */
function accountOf(access: Access): string {
  if ('url' in access) return new URL(access.url).hostname.split('.')[0] ?? '';
  return /AccountName=([^;]+)/i.exec(access.connectionString)?.[1] ?? 'devstoreaccount1';
}

export function identityOf({ config: { signIn } }: DoctorPorts, access: Access): string {
  if ('connectionString' in access) return 'the holder of the connection string';
  if (signIn.kind === 'environment') return `the app registration ${signIn.clientId}`;
  if (signIn.kind === 'simulator') return 'nobody';
  return signIn.clientId === undefined ? "the app's own managed identity" : `the managed identity ${signIn.clientId}`;
}
