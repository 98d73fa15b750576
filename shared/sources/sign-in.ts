import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type AccessToken,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { Cloud } from '../config/clouds.ts';
import type { SignIn } from '../config/config.ts';
import { MINUTE_MS } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { ReasonCode } from '../words/model.ts';

/** Signing in: the one credential of the process, and its tokens for Graph and for storage. */

export function credentialOf(signIn: Exclude<SignIn, { kind: 'simulator' }>, cloud: Cloud): TokenCredential {
  if (signIn.kind === 'managed-identity')
    return signIn.clientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: signIn.clientId });
  const { tenantId, clientId, secret, certificatePath = '' } = signIn;
  const options = { authorityHost: cloud.authority };
  return secret === undefined
    ? new ClientCertificateCredential(tenantId, clientId, { certificatePath }, options)
    : new ClientSecretCredential(tenantId, clientId, secret, options);
}

/**
 * When the client certificate expires, in milliseconds; `undefined` when none is used. The app cannot see when a client
 * secret expires.
 *
 * @throws LandlineError `config.invalid` when its file cannot be read, or holds none
 */
export function certificateEnd(signIn: SignIn): number | undefined {
  if (signIn.kind !== 'environment' || signIn.secret !== undefined) return undefined;
  const refuse = (what: string, cause: unknown): never => {
    const message = `AZURE_CLIENT_CERTIFICATE_PATH: ${what}`;
    throw new LandlineError({ reason: 'config.invalid', remedy: 'fix-config', message, cause });
  };
  let pem: string;
  try {
    pem = readFileSync(signIn.certificatePath ?? '', 'utf8');
  } catch (cause) {
    return refuse('the file cannot be read. Check the path and who may read it.', cause);
  }
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch (cause) {
    return refuse('the file holds no certificate. It must have the certificate and its key, both as PEM.', cause);
  }
}

/** How long signing in may take. The libraries have no limit: an endpoint that says nothing would hold every worker. */
const ANSWER_MS = 20_000;

/** A token is replaced this long before its end. If that fails, it stays in use, and another is requested later. */
const REPLACE_MS = 5 * MINUTE_MS;
const ASK_AGAIN_MS = MINUTE_MS;

/** Tokens of one credential, for all that the process signs in to. */
export interface SignedIn {
  /** For the storage clients. */
  readonly credential: TokenCredential;
  /** @returns a function whose argument asks for another token than the last, because that was refused */
  tokensFor(scope: string): (fresh: boolean) => Promise<string>;
}

interface Held {
  token: AccessToken | undefined;
  /** While one is being asked for: everybody waits for the same answer. */
  asking: Promise<AccessToken> | undefined;
  notBefore: number;
}

/**
 * Holds one token for each scope. A token is replaced shortly before its end, within a limit of time, and always by a
 * caller that waits for it: no refresh runs in the background, where its failure would end the process.
 *
 * @param make makes a new credential after a token was refused, because a credential keeps its tokens. The tokens of a
 *   managed identity are also kept by the platform and by its library, and cannot be replaced before their end.
 * @param answerMs how long one attempt may take
 */
export function signInWith(
  make: () => TokenCredential,
  now: () => number = Date.now,
  answerMs: number = ANSWER_MS,
): SignedIn {
  let credential = make();
  const scopes = new Map<string, Held>();

  async function ask(scope: string): Promise<AccessToken> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new SilentSignIn(answerMs)), answerMs);
    const answer = credential.getToken(scope);
    // It may fail after it was given up.
    answer.catch(() => {});
    const token = await Promise.race([answer, late]).finally(() => clearTimeout(timer));
    if (token === null) throw new Error('no token');
    return token;
  }

  async function tokenFor(scope: string): Promise<AccessToken> {
    const held: Held = scopes.get(scope) ?? { token: undefined, asking: undefined, notBefore: 0 };
    scopes.set(scope, held);
    const { token } = held;
    const leftMs = (token?.expiresOnTimestamp ?? 0) - now();
    if (token !== undefined && leftMs > 0 && (leftMs > REPLACE_MS || now() < held.notBefore)) return token;
    held.asking ??= ask(scope).finally(() => {
      held.asking = undefined;
    });
    try {
      held.token = await held.asking;
      return held.token;
    } catch (thrown) {
      if (token === undefined || token.expiresOnTimestamp <= now()) throw failureOfSignIn(thrown);
      held.notBefore = now() + ASK_AGAIN_MS;
      return token;
    }
  }

  /** Unless somebody has replaced it already. */
  function forget(scope: string, refused: string | undefined): void {
    const held = scopes.get(scope);
    if (held?.token === undefined || held.token.token !== refused) return;
    held.token = undefined;
    credential = make();
  }

  return {
    credential: {
      async getToken(asked, options) {
        const [scope = ''] = [asked].flat();
        // The SDK names a tenant only after a storage account has refused the last token and named its own tenant.
        if (options?.tenantId !== undefined) forget(scope, scopes.get(scope)?.token?.token);
        const { token } = await tokenFor(scope);
        // Because the token seems to end now, the SDK asks here at each request, and never renews it in the background.
        return { token, expiresOnTimestamp: Date.now() };
      },
    },
    tokensFor(scope) {
      let last = '';
      return async fresh => {
        if (fresh) forget(scope, last);
        last = (await tokenFor(scope)).token;
        return last;
      };
    },
  };
}

/** Thrown when nothing was answered in time. */
class SilentSignIn extends Error {
  override readonly name = 'SilentSignIn';

  constructor(afterMs: number) {
    super(`no answer within ${afterMs / 1_000} s`);
  }
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
  if (thrown instanceof LandlineError) return thrown;
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
  // This is what the endpoint of managed identities answers when there is no identity with this id.
  if (statusBehind(thrown) === 400) {
    const message =
      'Signing in failed (400): there is no such managed identity here. AZURE_CLIENT_ID must be the client id of an identity that is assigned to the app: az functionapp identity show.';
    return new LandlineError({ reason: 'auth.rejected', remedy: 'fix-config', message, cause: thrown });
  }
  return new LandlineError({
    reason: 'auth.unavailable',
    remedy: 'retry',
    message: `The app got no token: ${causeOf(thrown)}. In Azure, check that the app has its identity (AZURE_CLIENT_ID); on a laptop, that LANDLINE_CREDENTIAL is environment and that the network lets the sign-in host through.`,
    cause: thrown,
  });
}

/** The HTTP status that the sign-in was answered with. */
function statusBehind(thrown: unknown): number | undefined {
  const { cause, statusCode } = (thrown ?? {}) as { cause?: { status?: unknown }; statusCode?: unknown };
  const status = cause?.status ?? statusCode;
  return typeof status === 'number' ? status : undefined;
}

function causeOf(thrown: unknown): string {
  if (thrown instanceof SilentSignIn) return `the sign-in gave ${thrown.message}`;
  const status = statusBehind(thrown);
  if (status !== undefined && status >= 400) return `the sign-in answered ${status}, and Landline tries it again`;
  // The library throws this for 429, and for any other answer without a token.
  if (thrown instanceof Error && thrown.name === 'AuthenticationRequiredError')
    return 'the sign-in is too busy, or answered without a token, and Landline tries it again';
  return 'nothing answered the sign-in';
}
