import { DATASETS } from '../datasets/index.ts';
import type { PlanSettings } from '../plan/plan.ts';
import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import { CHINA_REFUSED, CLOUDS, type Cloud } from './clouds.ts';
import { meant, nearest } from './did-you-mean.ts';
import { isEmulator, isLoopback } from './loopback.ts';
import { type PlainSecret, plainSecretsOf } from './plain-secrets.ts';
import { SETTINGS, type Setting, type SettingName, type Settings } from './settings.ts';
import { type VoximplantKey, voximplantKey } from './voximplant-key.ts';

/** The configuration: read once, checked whole, all problems in one message. Pure: the environment is a value. */

export type Environment = Readonly<Record<string, string | undefined>>;

export type SignIn =
  | { readonly kind: 'managed-identity'; readonly clientId: string | undefined }
  | {
      readonly kind: 'environment';
      readonly tenantId: string;
      readonly clientId: string;
      readonly secret: string | undefined;
      readonly certificatePath: string | undefined;
    }
  | { readonly kind: 'simulator' };

/** A connection string, or an address to be reached with the identity. */
export type Access = { readonly connectionString: string } | { readonly url: string };

export interface Config {
  /** Those that are switched on, in the order of `datasets/index.ts`. */
  readonly datasets: readonly Dataset[];
  /** Those that are asked for but off, and why. */
  readonly off: readonly { readonly dataset: string; readonly why: string }[];
  readonly plan: PlanSettings;
  readonly fetchMs: number;
  /** When the host starts the planner; `undefined`: never. */
  readonly planSchedule: string | undefined;
  readonly cloud: Cloud;
  readonly signIn: SignIn;
  readonly voximplant: { readonly url: string; readonly key: VoximplantKey } | undefined;
  /** What curated tables show of people; the key is there when the profile needs one. */
  readonly privacy: { readonly profile: 'full' | 'masked' | 'pseudonymous'; readonly key: string | undefined };
  readonly storage: {
    readonly queue: Access;
    readonly table: Access;
    readonly blob: Access;
    /** Of the services, to be spoken in the place of the newest. */
    readonly version: string | undefined;
  };
  /** Secrets that should be references to Key Vault: the app runs, and says so. */
  readonly plainSecrets: readonly PlainSecret[];
}

/**
 * @throws LandlineError `config.invalid` with every problem: the setting, what was expected, what was there. Values of
 *   secrets are not shown.
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [...unknownNames(env)];
  const settings = readSettings(env, problems);
  const datasets = chosenDatasets(settings, problems);
  const signIn = signInOf(settings, problems);
  const voximplant = voximplantOf(settings, problems);
  const storage = storageOf(settings, problems);
  refuseMixture(settings, storage, problems);
  const privacy = privacyOf(settings, problems);
  if (problems.length > 0) throw invalid(problems);
  const off = datasets.filter(({ source }) => source === 'voximplant' && voximplant === undefined);
  return {
    datasets: datasets.filter(dataset => !off.includes(dataset)),
    off: off.map(({ name }) => ({ dataset: name, why: 'LANDLINE_VOXIMPLANT_KEY is not set' })),
    plan: {
      historyDays: settings.LANDLINE_HISTORY_DAYS,
      inFlight: { graph: settings.LANDLINE_GRAPH_IN_FLIGHT, voximplant: settings.LANDLINE_VOXIMPLANT_IN_FLIGHT },
    },
    fetchMs: settings.LANDLINE_FETCH_SECONDS * 1_000,
    planSchedule: settings.PLAN_SCHEDULE,
    cloud: cloudOf(settings),
    signIn,
    voximplant,
    privacy,
    storage,
    plainSecrets: plainSecretsOf(env),
  };
}

function invalid(problems: readonly string[]): LandlineError {
  return new LandlineError({
    reason: 'config.invalid',
    remedy: 'fix-config',
    message: `Configuration is not usable, so nothing is read or written:\n${problems.map(each => `  - ${each}`).join('\n')}\ndocs/settings.md lists every setting.`,
  });
}

/** App Service takes it in any case. */
const KEY_VAULT = /^@microsoft\.keyvault\(/i;

function readSettings(env: Environment, problems: string[]): Settings {
  const read: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const given = env[name]?.trim() || undefined;
    const value = given ?? setting.fallback;
    if (value === undefined) continue;
    if (KEY_VAULT.test(value)) {
      problems.push(
        `${name}: its Key Vault reference is not resolved. Check that the vault and the secret exist, and that the app's identity has the role Key Vault Secrets User`,
      );
      continue;
    }
    const checked = setting.schema.safeParse(value);
    if (checked.success) read[name] = checked.data;
    else problems.push(problemOf(name, setting, value));
  }
  // Every setting with a fallback has a value now, or there is a problem and nobody looks.
  return read as Settings;
}

function problemOf(name: string, setting: Setting, value: string): string {
  if (name === 'LANDLINE_CLOUD' && /china|21vianet/i.test(value)) return `${name}: ${CHINA_REFUSED}`;
  // Whoever mixed up two settings has a secret here.
  const got = /^-?\d{1,9}$/.test(value)
    ? 'another number'
    : `a text of ${value.length} character${value.length === 1 ? '' : 's'}`;
  return `${name}: expected ${setting.expected}, got ${got}`;
}

/** Notes that a setting has to be there. A value that was refused has no value either, and has been told. */
function missing(name: SettingName, problems: string[]): void {
  if (problems.some(each => each.startsWith(`${name}: `))) return;
  const { meaning, expected, example } = SETTINGS[name];
  problems.push(`${name}: expected ${expected} such as ${example}, got nothing. ${meaning}`);
}

/** What the command line reads, and a person may have set for a whole shell. */
export const OF_COMMAND_LINE: readonly string[] = ['LANDLINE_ACCOUNT', 'LANDLINE_QUEUE_ACCOUNT'];

/** Settings of ours that do not exist: a misspelled one would silently have no effect. */
function unknownNames(env: Environment): string[] {
  const known = Object.keys(SETTINGS);
  return Object.keys(env)
    .filter(name => name.startsWith('LANDLINE_') && !known.includes(name) && !OF_COMMAND_LINE.includes(name))
    .map(name => {
      const near = nearest(name, known);
      return `${name}: there is no such setting; ${near === undefined ? 'docs/settings.md lists them' : `did you mean ${near}?`}`;
    });
}

function chosenDatasets(settings: Settings, problems: string[]): Dataset[] {
  const names = DATASETS.map(({ name }) => name);
  const chosen = settings.LANDLINE_DATASETS ?? names;
  for (const [at, name] of chosen.entries())
    if (!names.includes(name)) problems.push(`LANDLINE_DATASETS: name ${at + 1} is no dataset; ${meant(name, names)}`);
  if (chosen.length === 0) problems.push('LANDLINE_DATASETS: names no dataset; leave it out to land all of them');
  const apis: Readonly<Record<string, string | undefined>> = {
    'teams-pstn-calls': settings.LANDLINE_PSTN_API,
    'teams-direct-routing-calls': settings.LANDLINE_DIRECT_ROUTING_API,
  };
  return DATASETS.filter(({ name }) => chosen.includes(name)).map(each => ({
    ...each,
    api: apis[each.name] ?? each.api,
  }));
}

/** The simulator stands in for a cloud: its address, and a scope that no real cloud knows. */
function cloudOf(settings: Settings): Cloud {
  const { LANDLINE_CREDENTIAL: credential, LANDLINE_GRAPH_URL: url } = settings;
  if (credential !== 'simulator' || url === undefined) return CLOUDS[settings.LANDLINE_CLOUD];
  const graph = new URL(url).origin;
  return { name: 'simulator', graph, authority: graph, scope: `${graph}/.default` };
}

function signInOf(settings: Settings, problems: string[]): SignIn {
  const { LANDLINE_CREDENTIAL: kind, AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = settings;
  if (kind === 'simulator') {
    if (settings.LANDLINE_GRAPH_URL === undefined) missing('LANDLINE_GRAPH_URL', problems);
    return { kind };
  }
  if (settings.LANDLINE_GRAPH_URL !== undefined)
    problems.push(
      'LANDLINE_GRAPH_URL: only for the simulator (LANDLINE_CREDENTIAL=simulator); Graph’s own address follows from LANDLINE_CLOUD',
    );
  if (kind === 'managed-identity') return { kind, clientId };
  const { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath } = settings;
  if (tenantId === undefined) missing('AZURE_TENANT_ID', problems);
  if (clientId === undefined) missing('AZURE_CLIENT_ID', problems);
  if (secret === undefined && certificatePath === undefined)
    problems.push('AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH: expected one of them, got neither');
  return { kind, tenantId: tenantId ?? '', clientId: clientId ?? '', secret, certificatePath };
}

function voximplantOf(settings: Settings, problems: string[]): Config['voximplant'] {
  const text = settings.LANDLINE_VOXIMPLANT_KEY;
  if (text === undefined) return undefined;
  const key = voximplantKey(text);
  if (key !== undefined) return { url: settings.LANDLINE_VOXIMPLANT_URL, key };
  const { expected } = SETTINGS.LANDLINE_VOXIMPLANT_KEY;
  problems.push(`LANDLINE_VOXIMPLANT_KEY: expected ${expected}, got a text that is not one`);
  return undefined;
}

function privacyOf(settings: Settings, problems: string[]): Config['privacy'] {
  const { LANDLINE_PRIVACY: profile, LANDLINE_PSEUDONYM_KEY: key } = settings;
  if (profile === 'pseudonymous' && key === undefined) missing('LANDLINE_PSEUDONYM_KEY', problems);
  return { profile, key: profile === 'pseudonymous' ? key : undefined };
}

function storageOf(settings: Settings, problems: string[]): Config['storage'] {
  const host = settings.AzureWebJobsStorage;
  const of = (name: SettingName, url: string | undefined, connectionString: string | undefined): Access => {
    if (url !== undefined) return { url };
    if (connectionString === undefined) missing(name, problems);
    return { connectionString: connectionString ?? '' };
  };
  return {
    queue: of('AzureWebJobsStorage__queueServiceUri', settings.AzureWebJobsStorage__queueServiceUri, host),
    table: of('AzureWebJobsStorage__tableServiceUri', settings.AzureWebJobsStorage__tableServiceUri, host),
    blob: of('LANDLINE_LAKE__blobServiceUri', settings.LANDLINE_LAKE__blobServiceUri, settings.LANDLINE_LAKE ?? host),
    version: settings.LANDLINE_STORAGE_VERSION,
  };
}

/** Simulated rows never reach real storage, real rows never a simulator, and keys stay on this machine. */
function refuseMixture(settings: Settings, storage: Config['storage'], problems: string[]): void {
  const simulated = settings.LANDLINE_CREDENTIAL === 'simulator';
  const strings = [settings.AzureWebJobsStorage, settings.LANDLINE_LAKE].filter(each => each !== undefined);
  const { queue, table, blob } = storage;
  const remote = [queue, table, blob].some(access => 'url' in access) || strings.some(each => !isEmulator(each));
  if (simulated && remote)
    problems.push(
      'LANDLINE_CREDENTIAL: the simulator is refused together with a real storage account; its rows are invented',
    );
  if (!simulated && settings.LANDLINE_VOXIMPLANT_URL?.startsWith('http:'))
    problems.push(
      'LANDLINE_VOXIMPLANT_URL: an address without https is only for the simulator (LANDLINE_CREDENTIAL=simulator)',
    );
  if (simulated && settings.LANDLINE_VOXIMPLANT_KEY !== undefined && !isLoopback(settings.LANDLINE_VOXIMPLANT_URL))
    problems.push('LANDLINE_VOXIMPLANT_URL: the real service is refused together with the simulator');
  const keyed = strings.some(each => /AccountKey=/i.test(each) && !isEmulator(each));
  if (keyed && settings.LANDLINE_ALLOW_SHARED_KEY !== 'true')
    problems.push(
      'AzureWebJobsStorage or LANDLINE_LAKE: a connection string with an account key; use the service addresses and an identity, or set LANDLINE_ALLOW_SHARED_KEY=true',
    );
}
