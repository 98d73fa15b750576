import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runningIn } from '../local/start/folder.ts';
import { type Config, readConfig } from '../shared/config/config.ts';
import { DATASETS } from '../shared/datasets/index.ts';
import { failureOf } from '../shared/words/errors.ts';
import { type Connection, connection } from './connection.ts';
import { withDevelopmentPackages } from './packages.ts';
import { type Place, placeOf, settingsIn, type Target, type Values, withCredentials } from './settings-files.ts';
import { UsageError } from './usage-error.ts';

/** Where a command works, from what was said on the command line and what lies in the folder. */

/** @throws UsageError when there is no target, or its settings are not usable */
export async function connect(target: Target): Promise<Connection> {
  const place = placeOf(target, 'the storage account of the data (--account, and --queue-account for that of the app)');
  const connection = await connectTo(place);
  const { found } = place;
  if (found === undefined) return connection;
  const where = connection.where.startsWith(found) ? connection.where : `${connection.where} (${found})`;
  return { ...connection, where, guessed: true };
}

async function connectTo(place: Place): Promise<Connection> {
  if ('account' in place) return connectToAccounts(place.account, place.queueAccount);
  if ('folder' in place) return connectLocally(place.folder);
  return connectByValues(`the app of ${place.settings}`, await settingsIn(place.settings));
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

async function connectByValues(where: string, values: Values): Promise<Connection> {
  // Only in Azure is a reference to Key Vault resolved, and most commands do without what it refers to.
  const own = Object.fromEntries(
    Object.entries(values).filter(([, value]) => !value.startsWith('@Microsoft.KeyVault(')),
  );
  const keyless = own['LANDLINE_PRIVACY']?.trim() === 'pseudonymous' && !own['LANDLINE_PSEUDONYM_KEY']?.trim();
  let config: Config;
  try {
    config = readConfig(withCredentials({ ...withQueue(own), ...(keyless && { LANDLINE_PRIVACY: 'masked' }) }));
  } catch (thrown) {
    throw new UsageError(failureOf(thrown).message, { cause: thrown });
  }
  const off = config.off.map(({ dataset }) => dataset);
  // With the API versions of the settings.
  const datasets = DATASETS.filter(
    ({ name }) => off.includes(name) || config.datasets.some(each => each.name === name),
  ).map(each => config.datasets.find(({ name }) => name === each.name) ?? each);
  // Who makes curated tables looks for the key elsewhere, or refuses: cli/privacy-profile.ts.
  const privacy: Config['privacy'] = keyless ? { profile: 'pseudonymous', key: undefined } : config.privacy;
  return connection({ where, storage: config.storage, datasets, config, privacy });
}

/** No command uses the queue, so that settings may leave its address out: the table's account stands in for it. */
function withQueue(own: Values): Values {
  const name = 'AzureWebJobsStorage__queueServiceUri';
  const table = own['AzureWebJobsStorage__tableServiceUri'];
  return table === undefined || own[name] !== undefined ? own : { ...own, [name]: table };
}

/** The emulator of a running `npm start`, or one of our own on its folder for as long as the command takes. */
async function connectLocally(folder: string): Promise<Connection> {
  const running = await runningIn(folder);
  if (running !== undefined) return connectByValues(`npm start over ${folder}`, running);
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
