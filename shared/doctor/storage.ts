import type { Access } from '../config/config.ts';
import { QUEUE_MAX } from '../ledger/alarms.ts';
import { damageOf, readDataset } from '../ledger/read-ledger.ts';
import { failureOf } from '../words/errors.ts';
import { type ReasonCode, SOURCES } from '../words/model.ts';
import { CONTAINERS } from '../words/paths.ts';
import { QUEUES, STORAGE_ROLES, type StorageService } from '../words/storage-names.ts';
import type { Check, DoctorPorts, Found, Learnt, Trouble } from './finding.ts';
import { WHO } from './finding.ts';

/**
 * Storage: is it there, and may we write to it? The doctor tries to write with a condition that can never hold, so that
 * nothing is ever written: storage refuses a caller without the permission before it looks at the condition.
 */

/** An etag of a version that never was. */
const NEVER_TABLE = `W/"datetime'2000-01-01T00%3A00%3A00.0000000Z'"`;

/** A dataset that does not exist: its name stands in no list, and nothing is ever written under it. */
const NOBODY = 'doctor';

/** What is said of each entity of the ledger that cannot be believed. */
const DAMAGED = {
  result: 'broken',
  next: 'landline rebuild, then landline verify (docs/operations.md, "Rebuilding the ledger")',
  who: WHO.runner,
} as const;

export const STORAGE: readonly Check[] = [
  {
    name: 'ledger',
    look: (on, learnt) =>
      examine('table', on, learnt, async () => {
        const { config, ledger, clock } = on;
        const read = await Promise.all(config.datasets.map(dataset => readDataset(ledger, dataset, clock.now())));
        const gates = await Promise.all(SOURCES.map(source => ledger.gate(source)));
        await ledger.putWatermark({ dataset: NOBODY, firstDay: '2000-01-01' }, NEVER_TABLE);
        const wrong = [...read.map(damageOf), ...gates.map(gate => gate?.value.unreadable)];
        const damaged = wrong.flatMap(meaning => (meaning === undefined ? [] : [{ ...DAMAGED, meaning }]));
        if (damaged.length > 0) return damaged;
        return 'The ledger can be read and written';
      }),
  },
  {
    name: 'lake',
    async look(on, learnt) {
      const looks = Object.values(CONTAINERS).map(name =>
        examine('blob', on, learnt, async () => {
          await on.probe.container(name);
          return `Container ${name} can be read and written`;
        }),
      );
      return together(
        (await Promise.all(looks)).flat(),
        'The partitions, their history and the tables can be read and written',
      );
    },
  },
  {
    name: 'queue',
    async look(on, learnt) {
      const looks = QUEUES.map(name =>
        examine('queue', on, learnt, async () => {
          await on.probe.queue(name);
          return `Queue ${name} can be read and written`;
        }),
      );
      const places = (await Promise.all(looks)).flat();
      if (places.some(({ result }) => result !== 'fine')) return together(places, '');
      return examine('queue', on, learnt, async () => {
        const { fetch, poison } = await on.backlog.depth();
        const trouble = [
          ...(fetch > QUEUE_MAX ? [untaken(fetch, learnt)] : []),
          ...(poison > 0 ? [poisoned(poison)] : []),
        ];
        if (trouble.length > 0) return trouble;
        return `All four queues can be read and written: ${fetch} messages waiting, ${poison} given up`;
      });
    },
  },
];

/** What is wrong with some of the places, each told once; or in one sentence that all are fine. */
function together(places: readonly Found[], fine: string): Found[] {
  const wrong = places.filter(({ result }) => result !== 'fine');
  const [first] = places;
  // One cause for all, such as a sign-in that failed, is one finding.
  const distinct = wrong.filter((each, i) => wrong.findIndex(({ meaning }) => meaning === each.meaning) === i);
  if (wrong.length > 0 || first === undefined) return distinct;
  const as = / as [^,]+\.$/.exec(first.meaning)?.[0].slice(1) ?? '';
  return [{ ...first, meaning: `${fine}, ${as}` }];
}

/** @param look what is fine, as a sentence without its stop; or what is not */
async function examine(
  service: StorageService,
  on: DoctorPorts,
  learnt: Learnt,
  look: () => Promise<string | readonly Found[]>,
): Promise<Found[]> {
  const access = on.config.storage[service];
  const about = accountOf(access);
  try {
    const found = await look();
    if (typeof found !== 'string') return found.map(each => ({ ...each, about }));
    return [{ about, result: 'fine', meaning: `${found}, as ${identityOf(on, access)}.` }];
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    const meaning = `${message} (as ${identityOf(on, access)})`;
    const missing = /\(404 (Queue|Table|Container|Resource)NotFound\)/.test(message);
    if (missing) return [{ about, result: 'broken', meaning, next: creation(message, about), who: WHO.owner }];
    return [{ about, result: 'broken', meaning, ...nextFor(reason, message, service, on, about, learnt) }];
  }
}

function poisoned(count: number): Found {
  return {
    result: 'warning',
    meaning: `The host gave up on ${count} messages, and Landline has not noted that yet: the function "poison" or "poison-curate" does not run, or the host cannot hand it the messages.`,
    next: 'Portal: Function App > Functions > poison and poison-curate must be enabled; their invocations say what they throw. If both are enabled and the number stays, the host cannot read the messages, and only a person can remove them: docs/operations.md, "Messages that only a person can remove". The days are not lost: landline status',
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

function nextFor(
  reason: ReasonCode,
  message: string,
  service: StorageService,
  { config }: DoctorPorts,
  account: string,
  learnt: Learnt,
): Pick<Trouble, 'next' | 'who'> {
  const keyed = 'connectionString' in config.storage[service];
  if (reason.startsWith('auth.')) {
    const next =
      config.signIn.kind === 'managed-identity'
        ? `az functionapp identity show --name ${learnt.site} --resource-group <group> must list an identity, and AZURE_CLIENT_ID must be its client id`
        : 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID, its secret or certificate, and LANDLINE_CLOUD';
    return { next, who: WHO.deployer };
  }
  if (reason === 'storage.forbidden' && !keyed)
    return { next: grant(service, message, account, learnt), who: WHO.owner };
  if (reason === 'storage.forbidden')
    return {
      next: `az storage account show --name ${account} --query "{keys:allowSharedKeyAccess,network:publicNetworkAccess}": are keys allowed, is the key in the settings one of the account's, and may this machine reach it?`,
      who: WHO.owner,
    };
  if (reason === 'storage.refused') return { next: 'Do what the message says, then: landline doctor', who: WHO.owner };
  return { next: reach(account), who: WHO.owner };
}

/** The identity's object id is in its token, so the command can be run as it stands; on the one place, as the template grants it. */
function grant(service: StorageService, message: string, account: string, { principal }: Learnt): string {
  const to = principal ?? "<object id of the app's identity>";
  const [, kind = '', name = ''] = /(queue|container) "([\w-]+)"/.exec(message) ?? [];
  const within =
    kind === 'queue'
      ? `/queueServices/default/queues/${name}`
      : kind === 'container'
        ? `/blobServices/default/containers/${name}`
        : '';
  // The deployment defines a role of its own for the data, which can write and not delete.
  const role = service === 'blob' ? `Landline Data Writer (${account})` : STORAGE_ROLES[service];
  return `az role assignment create --role "${role}" --assignee-object-id ${to} --assignee-principal-type ServicePrincipal --scope "$(az storage account show --name ${account} --query id --output tsv)${within}" (takes up to ten minutes); if the role is there already, the account's network rules keep the app out`;
}

function reach(account: string): string {
  return `az storage account show --name ${account} --query "{state:statusOfPrimary,network:publicNetworkAccess}" (then check the storage addresses in the settings, and the app's network)`;
}

/** Name of the account; never a key. */
function accountOf(access: Access): string {
  if ('url' in access) return new URL(access.url).hostname.split('.')[0] ?? '';
  return /AccountName=([^;]+)/i.exec(access.connectionString)?.[1] ?? 'devstoreaccount1';
}

function identityOf({ config: { signIn } }: DoctorPorts, access: Access): string {
  if ('connectionString' in access) return 'the holder of the connection string';
  if (signIn.kind === 'environment') return `the app registration ${signIn.clientId}`;
  if (signIn.kind === 'simulator') return 'nobody';
  return signIn.clientId === undefined ? "the app's own managed identity" : `the managed identity ${signIn.clientId}`;
}
