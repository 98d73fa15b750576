import { SETTINGS } from '../shared/config/settings.ts';
import { PROFILES, type PrivacyProfile, type Profile, privacyProfile } from '../shared/curate/privacy.ts';
import type { On } from './command.ts';
import { UsageError } from './usage-error.ts';

const KEY = 'LANDLINE_PSEUDONYM_KEY';

/**
 * What curated files made here may show: what the app's settings say. Where only an account or a folder is named, what
 * its files show already, since a command must never show more than the app would. A key that the settings do not have
 * is taken from the environment, and only if it is that of the files.
 *
 * @throws UsageError when the key is needed and is not there, or is another one
 */
export async function profileOn(on: On): Promise<PrivacyProfile> {
  const { profile: name, key } = on.privacy ?? {};
  if (name !== undefined && (name !== 'pseudonymous' || key !== undefined)) return privacyProfile(name, key);
  const files = await labelOfFiles(on);
  if ((name ?? files.profile) !== 'pseudonymous') return privacyProfile(files.profile, undefined);
  const profile = privacyProfile('pseudonymous', keyOfEnvironment(name !== undefined));
  if (files.profile === 'pseudonymous' && files.keyId !== profile.keyId)
    throw new UsageError(
      `${KEY} in the environment is not the key that the curated tables were made with. Nothing was changed: equal people would no longer be equal. Take the secret that the app's setting refers to.`,
    );
  return profile;
}

/** @param fromSettings whether settings were named, which do not have it */
function keyOfEnvironment(fromSettings: boolean): string {
  const given = process.env[KEY]?.trim();
  if (given === undefined || given === '')
    throw new UsageError(
      fromSettings
        ? `The settings do not have the key of the pseudonymous tables itself, and a reference to Key Vault is resolved only in Azure: put the secret itself into ${KEY} in the environment for this command.`
        : `The curated tables are pseudonymous: put the secret that is their key into ${KEY} in the environment for this command, or name the settings file that has it (--settings).`,
    );
  const { schema, expected } = SETTINGS[KEY];
  if (given.startsWith('@Microsoft.KeyVault(') || !schema.safeParse(given).success)
    throw new UsageError(`${KEY} in the environment: expected ${expected}, and not a reference to one.`);
  return given;
}

/** What the first file that says so was made with. */
async function labelOfFiles(on: On): Promise<{ readonly profile: Profile; readonly keyId: string }> {
  for await (const path of on.curated.list('v1/fact_')) {
    const [, name, keyId = ''] = (await on.curated.head(path))?.label.stamp.split('-') ?? [];
    const profile = PROFILES.find(each => each === name);
    if (profile !== undefined) return { profile, keyId };
  }
  return { profile: 'masked', keyId: '' };
}
