import { generateKeyPairSync } from 'node:crypto';
import type { VoximplantKey } from '../../shared/config/voximplant-key.ts';

let made: VoximplantKey | undefined;

/** A key of a service account that nobody knows. */
export function serviceKey(): VoximplantKey {
  if (made !== undefined) return made;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  made = { accountId: '4711', keyId: 'key-of-nobody', privateKey: pem };
  return made;
}
