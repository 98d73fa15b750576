import * as z from 'zod';
import { DATASETS } from '../datasets/index.ts';
import { CLOUDS } from './clouds.ts';
import { isLoopback } from './loopback.ts';
import { isSchedule } from './schedule.ts';
import { mayBeRandom } from './secret-strength.ts';

/** Every setting of the app: one table, from which configuration is checked and docs/settings.md is written. */

export interface Setting<T = unknown> {
  readonly meaning: string;
  /** What a good value is, as it stands in an error: "expected …". */
  readonly expected: string;
  readonly example: string;
  /** Used when the setting is absent or empty. Without one, the setting is optional. */
  readonly fallback?: string;
  /** Its value is never shown. */
  readonly secret?: true;
  readonly schema: z.ZodType<T, string>;
}

function whole(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine(value => value >= min && value <= max);
}

function oneOf<const T extends string>(values: readonly [T, ...T[]]): z.ZodType<T, string> {
  return z.string().pipe(z.enum(values)) as unknown as z.ZodType<T, string>;
}

const text = z.string().min(1) as z.ZodType<string, string>;
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i) as z.ZodType<string, string>;
const serviceUrl = z.string().refine(isHttps) as z.ZodType<string, string>;
const list = z.string().transform(value =>
  value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== ''),
) as z.ZodType<string[], string>;

function isHttps(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && url.protocol === 'https:' && !url.hostname.endsWith('.');
}

const sourceUrl = z.string().refine(value => isHttps(value) || isLoopback(value)) as z.ZodType<string, string>;
const loopbackUrl = z.string().refine(isLoopback) as z.ZodType<string, string>;
const schedule = z.string().refine(isSchedule) as z.ZodType<string, string>;

const datasetNames = DATASETS.map(dataset => dataset.name).join(', ');

export const SETTINGS = {
  AzureWebJobsStorage: {
    meaning:
      'Connection string of the host storage (queue and ledger), for the storage emulator. In Azure set the two addresses below instead.',
    expected: 'a connection string',
    example: 'UseDevelopmentStorage=true',
    secret: true,
    schema: text,
  },
  AzureWebJobsStorage__queueServiceUri: {
    meaning: 'Address of the queue service, reached with the identity.',
    expected: 'an https address',
    example: 'https://<host account>.queue.core.windows.net',
    schema: serviceUrl,
  },
  AzureWebJobsStorage__tableServiceUri: {
    meaning: 'Address of the table service that holds the ledger, reached with the identity.',
    expected: 'an https address',
    example: 'https://<host account>.table.core.windows.net',
    schema: serviceUrl,
  },
  LANDLINE_LAKE: {
    meaning: 'Connection string of the account for partitions. Without it and the address below: host storage.',
    expected: 'a connection string',
    example: 'UseDevelopmentStorage=true',
    secret: true,
    schema: text,
  },
  LANDLINE_LAKE__blobServiceUri: {
    meaning: 'Address of the blob service that holds the partitions, reached with the identity.',
    expected: 'an https address',
    example: 'https://<data account>.blob.core.windows.net',
    schema: serviceUrl,
  },
  LANDLINE_ALLOW_SHARED_KEY: {
    meaning: 'Whether a connection string with an account key may be used outside this machine.',
    expected: 'true or false',
    example: 'true',
    fallback: 'false',
    schema: oneOf(['true', 'false']),
  },
  LANDLINE_DATASETS: {
    meaning: 'Names of the datasets to land; empty: all. Datasets of a source that is not configured are off.',
    expected: `names of datasets with commas between them: ${datasetNames}`,
    example: 'teams-pstn-calls,teams-sms',
    schema: list,
  },
  LANDLINE_HISTORY_DAYS: {
    meaning:
      'How many complete days to land of a new dataset, counted back from yesterday, but never more than its source keeps. To go further back later, use `landline backfill`.',
    expected: 'a whole number of days from 1 to 3650',
    example: '365',
    fallback: '365',
    schema: whole(1, 3650),
  },
  PLAN_SCHEDULE: {
    meaning:
      'When the planner runs, in UTC: seconds, minutes, hours, day, month, weekday. Let it run at least every 15 minutes: after 30 minutes without a run, Landline reports that the planner does not run. This setting is required: the Functions host uses it to start the timer and has no default, so without it nothing is planned.',
    expected: 'a schedule of six fields, such as 0 */5 * * * *',
    example: '0 */5 * * * *',
    schema: schedule,
  },
  LANDLINE_CLOUD: {
    meaning: 'The Microsoft cloud of the tenant: global (and GCC), usgov-l4 (GCC High), usgov-l5 (DoD).',
    expected: Object.keys(CLOUDS).join(', '),
    example: 'usgov-l4',
    fallback: 'global',
    schema: oneOf(['global', 'usgov-l4', 'usgov-l5']),
  },
  LANDLINE_CREDENTIAL: {
    meaning:
      'How the app signs in. managed-identity: with its managed identity. environment: with AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret or certificate, to try a real tenant from a laptop. simulator: not at all, because it reads the simulator.',
    expected: 'managed-identity, environment, or simulator',
    example: 'environment',
    fallback: 'managed-identity',
    schema: oneOf(['managed-identity', 'environment', 'simulator']),
  },
  AZURE_CLIENT_ID: {
    meaning: 'Client id of the user-assigned identity, or of the app registration.',
    expected: 'a GUID',
    example: '11111111-2222-3333-4444-555555555555',
    schema: guid,
  },
  AZURE_TENANT_ID: {
    meaning: 'The tenant to sign in to; only with LANDLINE_CREDENTIAL=environment.',
    expected: 'a GUID',
    example: '11111111-2222-3333-4444-555555555555',
    schema: guid,
  },
  AZURE_CLIENT_SECRET: {
    meaning: 'Secret of the app registration; only with LANDLINE_CREDENTIAL=environment.',
    expected: 'a secret',
    example: '(never in a file)',
    secret: true,
    schema: text,
  },
  AZURE_CLIENT_CERTIFICATE_PATH: {
    meaning: 'PEM file with certificate and key of the app registration, instead of a secret.',
    expected: 'a path',
    example: './landline.pem',
    schema: text,
  },
  LANDLINE_GRAPH_URL: {
    meaning: 'Address of a Graph simulator on this machine; only with LANDLINE_CREDENTIAL=simulator.',
    expected: 'an address on this machine',
    example: 'http://127.0.0.1:8080',
    schema: loopbackUrl,
  },
  LANDLINE_GRAPH_IN_FLIGHT: {
    meaning: 'How many days of Graph are fetched at the same time. Graph limits requests for first pages.',
    expected: 'a whole number from 1 to 16',
    example: '4',
    fallback: '4',
    schema: whole(1, 16),
  },
  LANDLINE_PSTN_API: {
    meaning:
      'Graph version for teams-pstn-calls. beta adds fields, such as IP addresses of clients; Microsoft does not support it in production.',
    expected: 'v1.0 or beta',
    example: 'beta',
    fallback: 'v1.0',
    schema: oneOf(['v1.0', 'beta']),
  },
  LANDLINE_DIRECT_ROUTING_API: {
    meaning: 'Graph version for teams-direct-routing-calls.',
    expected: 'v1.0 or beta',
    example: 'beta',
    fallback: 'v1.0',
    schema: oneOf(['v1.0', 'beta']),
  },
  LANDLINE_VOXIMPLANT_KEY: {
    meaning:
      'The whole text of the key file of the Voximplant service account. Without it the Voximplant datasets are off.',
    expected: 'the JSON text of a service account key: account_id, key_id, private_key',
    example: '@Microsoft.KeyVault(SecretUri=https://<vault>.vault.azure.net/secrets/voximplant-key)',
    secret: true,
    schema: text,
  },
  LANDLINE_VOXIMPLANT_URL: {
    meaning: 'Address of the Voximplant Management API, or the one that GetAccountInfo names for your account.',
    expected: 'an https address, or one on this machine with LANDLINE_CREDENTIAL=simulator',
    example: 'https://api.voximplant.com/platform_api',
    fallback: 'https://api.voximplant.com/platform_api',
    schema: sourceUrl,
  },
  LANDLINE_VOXIMPLANT_IN_FLIGHT: {
    meaning: 'How many days of Voximplant are fetched at the same time.',
    expected: 'a whole number from 1 to 4',
    example: '1',
    fallback: '1',
    schema: whole(1, 4),
  },
  LANDLINE_FETCH_SECONDS: {
    meaning:
      'How long one fetch may take. Then it saves its progress, and another fetch continues. Keep it well below functionTimeout.',
    expected: 'a whole number of seconds from 1 to 540',
    example: '480',
    fallback: '480',
    schema: whole(1, 540),
  },
  LANDLINE_STORAGE_VERSION: {
    meaning:
      'Version of the storage services that the app requests, for a cloud that does not support the newest version yet. Set it only if an error message names this setting.',
    expected: 'a version such as 2024-11-04',
    example: '2024-11-04',
    schema: z.string().regex(/^20\d\d-\d\d-\d\d$/) as z.ZodType<string, string>,
  },
  LANDLINE_PRIVACY: {
    meaning:
      'What the curated tables show of people. full: everything. masked: no message text, no IP addresses, no last digits of outsiders’ numbers. pseudonymous: keyed hashes instead of users and numbers. docs/privacy.md lists every field. Raw partitions do not change.',
    expected: 'full, masked, or pseudonymous',
    example: 'pseudonymous',
    fallback: 'masked',
    schema: oneOf(['full', 'masked', 'pseudonymous']),
  },
  LANDLINE_PSEUDONYM_KEY: {
    meaning:
      'The key of the hashes; only with LANDLINE_PRIVACY=pseudonymous. If you change it, all hashes change and the app makes every table again.',
    expected: 'a random secret of at least 32 characters (openssl rand -hex 32)',
    example: '@Microsoft.KeyVault(SecretUri=https://<vault>.vault.azure.net/secrets/pseudonym-key)',
    secret: true,
    schema: z.string().refine(mayBeRandom) as z.ZodType<string, string>,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The checked values. A setting without fallback may be absent. */
export type Settings = {
  readonly [N in SettingName]:
    | z.output<(typeof SETTINGS)[N]['schema']>
    | ((typeof SETTINGS)[N] extends { fallback: string } ? never : undefined);
};
