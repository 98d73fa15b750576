import { importPKCS8, SignJWT } from 'jose';
import type { VoximplantKey } from '../config/voximplant-key.ts';
import { LandlineError } from '../words/errors.ts';
import type { Clock } from '../words/ports.ts';

/** Tokens for Voximplant: signed here, without a sign-in. docs.voximplant.ai/platform/management-api/authorization */

/** Tokens are backdated: if our clock is ahead, they must not be from the future. */
const BACKDATE_S = 15;
/** Far below the hour that is allowed, counted from the backdated start. */
const LIFETIME_S = 600;
/** A token is used this long, then minted anew. */
const USE_MS = 180_000;

/** Tokens signed with the service account's key; the argument asks for one that was not used before. */
export function tokenMaker(key: VoximplantKey, clock: Clock): (fresh: boolean) => Promise<string> {
  let minted = { token: '', at: Number.NEGATIVE_INFINITY };
  return async fresh => {
    const now = clock.now();
    if (fresh || now >= minted.at + USE_MS || now < minted.at) minted = { token: await mint(key, now), at: now };
    return minted.token;
  };
}

async function mint(key: VoximplantKey, now: number): Promise<string> {
  const issuedAt = Math.floor(now / 1_000) - BACKDATE_S;
  try {
    return await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.keyId })
      .setIssuer(key.accountId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(await importPKCS8(key.privateKey, 'RS256'));
  } catch (cause) {
    throw new LandlineError({
      reason: 'auth.rejected',
      remedy: 'fix-config',
      message:
        'The private key in LANDLINE_VOXIMPLANT_KEY cannot be used to sign. Set the whole text of the key file, line breaks included.',
      cause,
    });
  }
}
