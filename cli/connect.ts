import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isLoopback } from '../shared/config/loopback.ts';
import { type Config, readConfig } from '../shared/config.ts';
import { DATASETS } from '../shared/datasets/index.ts';
import { failureOf } from '../shared/errors.ts';
import { UsageError } from './command.ts';
import { type Connection, connection } from './connection.ts';
import { withDevelopmentPackages } from './packages.ts';

/** Where a command works, from what was said on the command line and what lies in the folder. */

/** What was said on the command line about the target. */
export interface Target {
  readonly local?: boolean;
  readonly data?: string;
  readonly account?: string;
  readonly queueAccount?: string;
  readonly settings?: string;
}

/** Where `npm start` keeps its data, and the app its settings on a developer's machine. */
const DATA_FOLDER = '.landline';
const SETTINGS_FILE = 'local.settings.json';
/** Written by `npm start` for as long as it runs: the app's settings, with the addresses of emulator and sources. */
const RUNNING_FILE = 'running.json';

/** @throws UsageError when there is no target, or its settings are not usable */
export async function connect(target: Target): Promise<Connection> {
  if (target.account !== undefined) return connectToAccounts(target.account, target.queueAccount ?? target.account);
  if (target.queueAccount !== undefined) throw new UsageError('--queue-account goes with --account.');
  if (target.settings !== undefined) return connectBySettings(target.settings);
  const folder = target.data ?? DATA_FOLDER;
  if (target.local || target.data !== undefined || existsSync(folder)) return connectLocally(folder);
  if (existsSync(SETTINGS_FILE)) return connectBySettings(SETTINGS_FILE);
  throw new UsageError(
    `Which Landline? There is no ${DATA_FOLDER} (run \`npm start\` first) and no ${SETTINGS_FILE} here. ` +
      'Name the storage account of the data (--account, and --queue-account for the one of the app), ' +
      'or the settings file of the app (--settings FILE).',
  );
}

async function connectToAccounts(data: string, host: string): Promise<Connection> {
  const blob = { url: serviceUrl(data, 'blob') };
  const table = { url: serviceUrl(host, 'table') };
  const where = host === data ? `storage account ${data}` : `storage accounts ${data} and ${host}`;
  return connection({ where, storage: { blob, table }, datasets: DATASETS, config: undefined });
}

/** @param account its name, or the address of one of its services when it is not in the global cloud */
function serviceUrl(account: string, service: 'blob' | 'table'): string {
  if (/^[a-z0-9]{3,24}$/.test(account)) return `https://${account}.${service}.core.windows.net`;
  const [, name, rest] = /^https:\/\/([a-z0-9]{3,24})\.(?:blob|table|queue)\.([a-z0-9.-]+)\/?$/.exec(account) ?? [];
  if (name !== undefined && rest !== undefined) return `https://${name}.${service}.${rest}`;
  throw new UsageError(
    `"${account}" is no storage account: expected its name, or an address such as https://name.blob.core.windows.net.`,
  );
}

const settingsFile = z.object({ Values: z.record(z.string(), z.string()) });

async function connectBySettings(path: string): Promise<Connection> {
  const file = settingsFile.safeParse(await jsonIn(path));
  if (!file.success)
    throw new UsageError(`${path} is not an app's settings file: expected {"Values": {…}} with texts.`);
  return connectByValues(`the app of ${path}`, file.data.Values, true);
}

async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    const why = thrown instanceof SyntaxError ? 'it is not JSON' : thrown instanceof Error ? thrown.message : '';
    throw new UsageError(`${path} cannot be read: ${why}`);
  }
}

/** Credentials that a settings file rightly leaves out may be in the environment. */
const FROM_ENVIRONMENT = [
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
] as const;

async function connectByValues(
  where: string,
  values: Readonly<Record<string, string>>,
  alive: boolean,
  close?: () => Promise<void>,
): Promise<Connection> {
  const around = Object.fromEntries(FROM_ENVIRONMENT.map(name => [name, process.env[name]]));
  // Only in Azure is a reference to Key Vault resolved; nothing but the Voximplant source depends on one.
  const own = Object.entries(values).filter(([, value]) => !value.startsWith('@Microsoft.KeyVault('));
  let config: Config;
  try {
    config = readConfig({ ...around, ...Object.fromEntries(own) });
  } catch (thrown) {
    throw new UsageError(failureOf(thrown).message, { cause: thrown });
  }
  const off = config.off.map(({ dataset }) => dataset);
  // With the API versions of the settings.
  const datasets = DATASETS.filter(
    ({ name }) => off.includes(name) || config.datasets.some(each => each.name === name),
  ).map(each => config.datasets.find(({ name }) => name === each.name) ?? each);
  return connection({ where, storage: config.storage, datasets, config, alive, close });
}

const runningFile = z.object({ settings: z.record(z.string(), z.string()) });

/** The emulator of a running `npm start`, or one of our own on its folder for as long as the command takes. */
async function connectLocally(folder: string): Promise<Connection> {
  const running = runningFile.safeParse(await jsonIn(join(folder, RUNNING_FILE)).catch(() => undefined));
  if (running.success && (await answers(running.data.settings['AzureWebJobsStorage'] ?? '')))
    return connectByValues(`npm start over ${folder}`, running.data.settings, true);
  const data = join(folder, 'azurite');
  if (!existsSync(data))
    throw new UsageError(`${folder} holds no data of \`npm start\`. Run it first, or name another folder (--data).`);
  const { startAzurite } = await import('../local/azurite.ts');
  const azurite = await withDevelopmentPackages('The emulator', () => startAzurite(data));
  const storage = { blob: azurite, table: azurite };
  return connection({
    where: folder,
    storage,
    datasets: DATASETS,
    config: undefined,
    alive: false,
    close: () => azurite.stop(),
  });
}

/** Whether the emulator of the connection string still runs: a killed `npm start` leaves its note behind. */
async function answers(connectionString: string): Promise<boolean> {
  const url = /BlobEndpoint=([^;]+)/.exec(connectionString)?.[1];
  if (url === undefined || !isLoopback(url)) return false;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await answer.body?.cancel();
    return answer.headers.get('server')?.startsWith('Azurite') === true;
  } catch {
    return false;
  }
}
