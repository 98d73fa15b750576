import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { ManagedIdentityApplication } from '@azure/msal-node';
import type { Cloud } from '../config/clouds.ts';
import type { SignIn } from '../config/config.ts';
import { LandlineError } from '../words/errors.ts';
import type { ReasonCode } from '../words/model.ts';

/** Signing in: the one credential of the process, and tokens for Graph. */

/** @throws LandlineError `config.invalid` when a certificate file cannot be read */
export function credentialOf(signIn: Exclude<SignIn, { kind: 'simulator' }>, cloud: Cloud): TokenCredential {
  if (signIn.kind === 'managed-identity')
    return signIn.clientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: signIn.clientId });
  const { tenantId, clientId, secret, certificatePath } = signIn;
  const options = { authorityHost: cloud.authority };
  if (secret !== undefined) return new ClientSecretCredential(tenantId, clientId, secret, options);
  const certificate = certificateIn(certificatePath ?? '');
  return new ClientCertificateCredential(tenantId, clientId, { certificate }, options);
}

function certificateIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LandlineError({
      reason: 'config.invalid',
      remedy: 'fix-config',
      message: 'AZURE_CLIENT_CERTIFICATE_PATH: the file cannot be read. Check the path and who may read it.',
      cause,
    });
  }
}

/**
 * From when on the client certificate is no longer valid, in milliseconds; `undefined` when none is used. The end of a
 * client secret cannot be seen from here.
 *
 * @throws LandlineError `config.invalid` when its file cannot be read, or holds none
 */
export function certificateEnd(signIn: SignIn): number | undefined {
  if (signIn.kind !== 'environment' || signIn.secret !== undefined) return undefined;
  const pem = certificateIn(signIn.certificatePath ?? '');
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch (cause) {
    throw new LandlineError({
      reason: 'config.invalid',
      remedy: 'fix-config',
      message:
        'AZURE_CLIENT_CERTIFICATE_PATH: the file holds no certificate. It must have the certificate and its key, both as PEM.',
      cause,
    });
  }
}

/**
 * Tokens for Graph. The credential caches them; when one is refused although it is not old, a new credential is made,
 * because the cache would give the same token again.
 *
 * @param renew replaces a token that is cached beyond the credential; it may fail as signing in does
 * @returns a function whose argument asks for a token that was not used before
 */
export function graphTokens(
  makeCredential: () => TokenCredential,
  scope: string,
  renew: () => Promise<void> = async () => {},
): (fresh: boolean) => Promise<string> {
  let credential = makeCredential();
  return async fresh => {
    if (fresh) credential = makeCredential();
    try {
      if (fresh) await renew();
      const token = await credential.getToken(scope);
      if (token !== null) return token.token;
    } catch (thrown) {
      throw failureOfSignIn(thrown);
    }
    throw failureOfSignIn(undefined);
  };
}

/**
 * Replaces the token of a managed identity, which the identity library keeps once for the whole process, whatever
 * credential asked for it, and offers no way to pass by. Credentials of other kinds each keep their own.
 */
export async function renewToken(signIn: Exclude<SignIn, { kind: 'simulator' }>, scope: string): Promise<void> {
  if (signIn.kind !== 'managed-identity') return;
  const application = new ManagedIdentityApplication({
    ...(signIn.clientId !== undefined && { managedIdentityIdParams: { userAssignedClientId: signIn.clientId } }),
    // The read of the page is what is tried again.
    system: { disableInternalRetries: true },
  });
  await application.acquireToken({ resource: scope, forceRefresh: true });
}

/** What Microsoft Entra's error numbers mean for us; learn.microsoft.com/entra/identity-platform/reference-error-codes. */
const SIGN_IN_FAILURES: readonly [code: RegExp, reason: ReasonCode, meaning: string][] = [
  [/AADSTS7000222/, 'auth.expired', 'the client secret or certificate has expired. Make a new one and set it'],
  [/AADSTS7000215/, 'auth.rejected', 'the client secret is wrong. Set the secret’s value, not its id'],
  [
    /AADSTS700016/,
    'auth.rejected',
    'the app is not in this tenant. Check AZURE_CLIENT_ID, AZURE_TENANT_ID and LANDLINE_CLOUD',
  ],
  [
    /AADSTS(90002|900023|900021|90038)/,
    'auth.rejected',
    'there is no such tenant in this cloud. Check AZURE_TENANT_ID and LANDLINE_CLOUD',
  ],
  [/AADSTS(700024|50013|5000811)/, 'auth.rejected', 'the assertion is not valid now. Check the clock of this machine'],
  [/AADSTS500011/, 'auth.rejected', 'Graph of this cloud is not known in the tenant. Check LANDLINE_CLOUD'],
];

function failureOfSignIn(thrown: unknown): LandlineError {
  const text = thrown instanceof Error ? thrown.message : '';
  const known = SIGN_IN_FAILURES.find(([code]) => code.test(text));
  if (known !== undefined) {
    const [, reason, meaning] = known;
    return new LandlineError({
      reason,
      remedy: 'fix-config',
      message: `Signing in failed: ${meaning}.`,
      cause: thrown,
    });
  }
  const code = /AADSTS\d+/.exec(text)?.[0];
  if (code !== undefined) {
    const message = `Signing in failed with ${code}. Look the code up at login.microsoftonline.com/error.`;
    return new LandlineError({ reason: 'auth.rejected', remedy: 'fix-config', message, cause: thrown });
  }
  return new LandlineError({
    reason: 'auth.unavailable',
    remedy: 'retry',
    message:
      'No token could be had: nothing answered the sign-in. In Azure, check that the app has its identity (AZURE_CLIENT_ID); on a laptop, that LANDLINE_CREDENTIAL is environment and that the network lets the sign-in host through.',
    cause: thrown,
  });
}
