import { PROFILES, type Profile, type Veil, veilOf } from '../shared/curate/privacy.ts';
import { type On, UsageError } from './command.ts';

/**
 * What curated files made here may show: what the app's settings say. Where only an account is named, what its files
 * show already, since a command must never show more than the app would.
 */
export async function veilOn(on: On): Promise<Veil> {
  if (on.privacy !== undefined) return veilOf(on.privacy.profile, on.privacy.key);
  const profile = await profileOfFiles(on);
  if (profile === 'pseudonymous')
    throw new UsageError(
      'The curated tables are pseudonymous: name the settings file that has their key (--settings).',
    );
  return veilOf(profile, undefined);
}

async function profileOfFiles(on: On): Promise<Profile> {
  for await (const path of on.curated.list('v1/fact_')) {
    const as = (await on.curated.head(path))?.label.as.split('-')[1];
    return PROFILES.find(profile => profile === as) ?? 'masked';
  }
  return 'masked';
}
