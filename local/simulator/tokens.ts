import { generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { jsonOf } from '../json.ts';

/** JSON Web Tokens with RS256, made and checked with nothing but node:crypto. */

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** PKCS#8. */
  readonly privatePem: string;
}

let made: KeyPair | undefined;

/** One pair per process: making it takes longer than starting a simulator. */
export function keyPair(): KeyPair {
  if (made !== undefined) return made;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  made = { publicKey, privateKey, privatePem };
  return made;
}

export interface Token {
  /** Names the key. */
  readonly kid: unknown;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether the signature is the pair's. */
  signedBy(key: KeyObject): boolean;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token for Graph with the claims given, signed by the simulator. */
export function graphToken(claims: Readonly<Record<string, unknown>>): string {
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'graph' })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), keyPair().privateKey).toString('base64url')}`;
}

/** Reads a token without believing it; `undefined` when it is not one. */
export function readToken(text: string): Token | undefined {
  const [head, body, signature, ...rest] = text.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return undefined;
  const header = record(head);
  const claims = record(body);
  if (header === undefined || claims === undefined) return undefined;
  const { alg, kid } = header;
  if (alg !== 'RS256') return undefined;
  return {
    kid,
    claims,
    signedBy: key => verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')),
  };
}

function record(base64: string): Readonly<Record<string, unknown>> | undefined {
  const value = jsonOf(Buffer.from(base64, 'base64url').toString());
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** The service account of the simulated Voximplant account. */
export interface ServiceAccount {
  readonly accountId: number;
  readonly keyId: string;
  /** Holds the private key as PKCS#8 PEM. */
  readonly keyFile: string;
}

export function serviceAccount(): ServiceAccount {
  const [accountId, keyId] = [1_001, randomUUID()];
  const file = {
    account_email: 'owner@contoso.example',
    account_id: accountId,
    key_id: keyId,
    private_key: keyPair().privatePem,
  };
  return { accountId, keyId, keyFile: JSON.stringify(file, null, 2) };
}

/** Longest life of a service account's token. */
const LIFETIME_MAX_SECONDS = 3_600;

/** The error code that a bearer token of the Management API earns; `undefined` when it is good. */
export function serviceTokenFault(
  bearer: string | undefined,
  account: ServiceAccount,
  nowMs: number,
): number | undefined {
  if (bearer === undefined) return 100;
  const token = readToken(bearer);
  if (token === undefined) return 447;
  const { iat, exp, iss } = token.claims;
  if (typeof iat !== 'number' || typeof exp !== 'number') return 447;
  if (token.kid !== account.keyId) return 433;
  if (!token.signedBy(keyPair().publicKey)) return 100;
  if (exp - iat > LIFETIME_MAX_SECONDS) return 454;
  if (iat * 1_000 > nowMs) return 455;
  if (exp * 1_000 <= nowMs) return 456;
  return String(iss) === String(account.accountId) ? undefined : 100;
}
