import { DAY_MS, instantOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Check, Found } from './finding.ts';
import { WHO } from './finding.ts';

/** The client certificate that the app signs in with, while there is time to make another one. */

const SETTING = 'AZURE_CLIENT_CERTIFICATE_PATH';

/** Long enough to find a person who may make a new certificate. */
const WARNING_DAYS = 30;

export const certificate: Check = {
  name: 'certificate',
  async look({ config: { signIn }, certificateEnd, clock }) {
    if (signIn.kind !== 'environment') return [];
    try {
      const end = certificateEnd();
      return end === undefined ? [] : [certificateFinding(end, signIn.clientId, clock.now())];
    } catch (thrown) {
      const next = 'Put a PEM file with the certificate and its key there, and start again';
      return [{ about: SETTING, result: 'broken', meaning: failureOf(thrown).message, next, who: WHO.registration }];
    }
  },
};

/** @param end from when on it is no longer valid, in milliseconds */
function certificateFinding(end: number, clientId: string, now: number): Found {
  const about = SETTING;
  const date = instantOf(end).slice(0, 10);
  const days = Math.floor((end - now) / DAY_MS);
  if (days >= WARNING_DAYS)
    return { about, result: 'fine', meaning: `The client certificate is valid until ${date}, for ${days} days.` };
  const next = `az ad app credential reset --id ${clientId} --cert @<new certificate.pem> --append; then put the new file, with its key, in the place of the old one and start again`;
  const when = { about, next, who: WHO.registration };
  if (end <= now) return { ...when, result: 'broken', meaning: `The client certificate ran out on ${date}.` };
  const meaning = `The client certificate runs out on ${date}, in ${days} days: from then on nobody can sign in with it.`;
  return { ...when, result: 'warning', meaning };
}
