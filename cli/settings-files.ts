import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { jsonOf } from '../local/json.ts';
import { DEFAULTS } from '../local/start/options.ts';
import { UsageError } from './usage-error.ts';

/** Which Landline is meant, and the settings files that say how to reach it. */

/** What was said on the command line about the target. */
export interface Target {
  readonly local?: boolean;
  readonly data?: string;
  readonly account?: string;
  readonly queueAccount?: string;
  readonly settings?: string;
}

/** Settings by name. */
export type Values = Readonly<Record<string, string>>;

/** Storage accounts, a settings file, or a data folder of `npm start`. */
export type Place = (
  | { readonly account: string; readonly queueAccount: string }
  | { readonly settings: string }
  | { readonly folder: string }
) & {
  /** Where it was found; absent when it was named on the command line. */
  readonly found?: string;
};

/** Names of environment variables that stand for `--account` and `--queue-account`. */
const [ACCOUNT, QUEUE_ACCOUNT] = ['LANDLINE_ACCOUNT', 'LANDLINE_QUEUE_ACCOUNT'] as const;

/** The app's own file on a developer's machine. */
const SETTINGS_FILE = 'local.settings.json';

/**
 * What was named; else LANDLINE_ACCOUNT; else what lies in the folder: a data folder of `npm start`, which nothing
 * worse can happen to, before azd's environment, before a settings file.
 *
 * @param other what may be named to this command besides a settings file
 * @throws UsageError when there is nothing
 */
export function placeOf({ local, data, account, queueAccount, settings }: Target, other: string): Place {
  if (account !== undefined) return { account, queueAccount: queueAccount ?? account };
  if (queueAccount !== undefined) throw new UsageError('--queue-account goes with --account.');
  if (settings !== undefined) return { settings };
  const folder = data ?? DEFAULTS.data;
  if (local || data !== undefined) return { folder };
  const named = process.env[ACCOUNT];
  if (named) return { account: named, queueAccount: process.env[QUEUE_ACCOUNT] || named, found: ACCOUNT };
  if (existsSync(folder)) return { folder, found: 'npm start' };
  const deployed = azdEnvironment();
  if (deployed !== undefined) return deployed;
  if (existsSync(SETTINGS_FILE)) return { settings: SETTINGS_FILE, found: 'the folder' };
  throw new UsageError(
    `It is not clear which Landline is meant: there is no ${folder} (run \`npm start\` first), no environment of azd and no ${SETTINGS_FILE} here, and ${ACCOUNT} is not set. ` +
      `Name the settings file of the app (--settings FILE), or ${other}.`,
  );
}

const GLOBAL = 'core.windows.net';

const azdConfig = z.object({ defaultEnvironment: z.string().regex(/^[\w.()-]+$/) });

/** The accounts of what `azd up` deployed from this folder, by the outputs of the template; `undefined` when there is none. */
function azdEnvironment(): Place | undefined {
  const config = azdConfig.safeParse(jsonOf(textOf(join('.azure', 'config.json')))).data;
  const name = process.env['AZURE_ENV_NAME'] || config?.defaultEnvironment;
  if (name === undefined) return undefined;
  const { DATA_ACCOUNT, HOST_ACCOUNT, DATA_BLOB_ENDPOINT } = parseEnv(textOf(join('.azure', name, '.env')));
  if (!DATA_ACCOUNT || !HOST_ACCOUNT) return undefined;
  // Both accounts are in the cloud of the data.
  const cloud = /^https:\/\/[a-z0-9]+\.blob\.([a-z0-9.-]+)\/?$/.exec(DATA_BLOB_ENDPOINT ?? '')?.[1];
  const address = (account: string) =>
    cloud === undefined || cloud === GLOBAL ? account : `https://${account}.blob.${cloud}`;
  return { account: address(DATA_ACCOUNT), queueAccount: address(HOST_ACCOUNT), found: `azd environment ${name}` };
}

/** @returns nothing for a file that is not there */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const settingsFile = z.object({ Values: z.record(z.string(), z.string()) });

/** What an app's settings file sets. @throws UsageError when it cannot be read or is none */
export async function settingsIn(path: string): Promise<Values> {
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} cannot be read: ${thrown.code}.`, { cause: thrown });
  });
  const file = settingsFile.safeParse(jsonOf(text));
  if (file.success) return file.data.Values;
  throw new UsageError(`${path} is not an app's settings file: expected {"Values": {…}} with texts.`);
}

const CREDENTIALS = [
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
] as const;

/** Credentials that a settings file rightly leaves out may be in the environment; what the file says goes before. */
export function withCredentials(values: Values): Readonly<Record<string, string | undefined>> {
  return { ...Object.fromEntries(CREDENTIALS.map(name => [name, process.env[name]])), ...values };
}
