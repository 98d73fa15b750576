import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { jsonOf } from '../local/start/folder.ts';
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
export type Place =
  | { readonly account: string; readonly queueAccount: string }
  | { readonly settings: string }
  | { readonly folder: string };

/** The app's own file on a developer's machine. */
const SETTINGS_FILE = 'local.settings.json';

/**
 * What was named, or else what lies in the folder: a data folder of `npm start` before a settings file.
 *
 * @param other what may be named to this command besides a settings file
 * @throws UsageError when there is nothing
 */
export function placeOf({ local, data, account, queueAccount, settings }: Target, other: string): Place {
  if (account !== undefined) return { account, queueAccount: queueAccount ?? account };
  if (queueAccount !== undefined) throw new UsageError('--queue-account goes with --account.');
  if (settings !== undefined) return { settings };
  const folder = data ?? DEFAULTS.data;
  if (local || data !== undefined || existsSync(folder)) return { folder };
  if (existsSync(SETTINGS_FILE)) return { settings: SETTINGS_FILE };
  throw new UsageError(
    `It is not clear which Landline is meant: there is no ${folder} (run \`npm start\` first) and no ${SETTINGS_FILE} here. ` +
      `Name the settings file of the app (--settings FILE), or ${other}.`,
  );
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
