import { SETTINGS, type Setting } from './settings.ts';

/**
 * Secrets that stand in the settings of a Function App, where a reference to Key Vault belongs. Pure.
 *
 * The platform resolves a reference before the app starts, so its value looks like a secret that somebody typed in.
 * What tells them apart is a variable that the platform sets: every setting that is a reference, with its status.
 * Sources: learn.microsoft.com/azure/app-service/reference-app-settings ("Key Vault references"); its form, an object
 * by the setting's name, is the one that the platform's own tool Kudu reads. It is not said that every plan has it.
 */

/** Set in every Function App, and by nothing on a developer's machine. */
const IN_AZURE = 'WEBSITE_SITE_NAME';
const REFERENCES = 'WEBSITE_KEYVAULT_REFERENCES';

export interface PlainSecret {
  readonly setting: string;
  /** The platform lists references, and this is none of them; otherwise it says nothing, and it may be one. */
  readonly certain: boolean;
}

/** @returns nothing outside Azure. Never a value */
export function plainSecretsOf(env: Readonly<Record<string, string | undefined>>): PlainSecret[] {
  if (!env[IN_AZURE]) return [];
  const references = namesIn(env[REFERENCES]);
  return Object.entries<Setting>(SETTINGS)
    .filter(([name, { secret }]) => secret && env[name]?.trim() && !references?.has(name))
    .map(([setting]) => ({ setting, certain: references !== undefined }));
}

/** Names of the settings that are references; `undefined` when the platform does not say. */
function namesIn(json: string | undefined): ReadonlySet<string> | undefined {
  try {
    const listed: unknown = JSON.parse(json ?? '');
    if (typeof listed !== 'object' || listed === null || Array.isArray(listed)) return undefined;
    return new Set(Object.keys(listed).map(name => name.replace(/^APPSETTING_/, '')));
  } catch {
    return undefined;
  }
}

/** What is wrong, and what to do. */
export function meaningOf({ certain }: PlainSecret): string {
  const advice = 'put the secret into Key Vault, and a reference to it into the setting';
  return certain
    ? `The secret itself stands in the app's settings, where everybody who may see them can read it: ${advice}.`
    : `The platform does not say which settings are references to Key Vault. If this one is not, ${advice}.`;
}
