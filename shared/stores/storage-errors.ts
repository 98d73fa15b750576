import { MINUTE_MS } from '../words/day.ts';
import { LandlineError, type Remedy } from '../words/errors.ts';
import type { ReasonCode } from '../words/model.ts';
import { STORAGE_ROLES, type StorageService } from '../words/storage-names.ts';

/** One storage operation, in words that may be logged: names and days, never content or addresses. */
export interface Operation {
  readonly service: StorageService;
  /** Such as `Reading teams-sms 2026-01-31 in container "raw"`. */
  readonly what: string;
  /** The call is given up after this; default `CALL_MS`. */
  readonly timeoutMs?: number;
}

/**
 * How long one operation may take, the SDK's own retries included (their waits add up to 16 s). The SDK has no limit
 * of its own: without one a dead connection would hold a worker until the host kills it and all its neighbours.
 */
export const CALL_MS = MINUTE_MS;

/** An answer that an operation foresees, as `status` or `status code`: `412`, `404 BlobNotFound`. */
export type Refusal = `${number}` | `${number} ${string}`;

export type Answer<T, R extends Refusal> =
  | { readonly refusal: undefined; readonly value: T }
  | { readonly refusal: R; readonly value: undefined };

/**
 * Makes one SDK call, and tells the refusals it foresees from every other failure.
 *
 * @throws LandlineError with reason `storage.*` or `auth.unavailable` for all other failures; a `TypeError` is a bug
 *   of ours and passes unchanged
 */
export async function ask<T, R extends Refusal>(
  operation: Operation,
  refusals: readonly R[],
  call: (signal: AbortSignal) => Promise<T>,
): Promise<Answer<T, R>> {
  try {
    return { refusal: undefined, value: await call(AbortSignal.timeout(operation.timeoutMs ?? CALL_MS)) };
  } catch (thrown) {
    const { status, code } = evidenceOf(thrown);
    const refusal = refusals.find(one => one === `${status}` || one === `${status} ${code}`);
    if (refusal !== undefined) return { refusal, value: undefined };
    throw storageFailure(operation, thrown);
  }
}

/** Makes one SDK call that must succeed. Throws as `ask` does. */
export async function must<T>(operation: Operation, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return (await ask(operation, [], call)).value as T;
}

/** What a failed call becomes: a `LandlineError` that names the operation, the evidence and the next step. */
export function storageFailure(operation: Operation, thrown: unknown): unknown {
  if (thrown instanceof LandlineError || thrown instanceof TypeError) return thrown;
  const evidence = evidenceOf(thrown);
  const rule = ruleFor(evidence);
  const why =
    evidence.name === 'AbortError'
      ? 'no answer in time'
      : [evidence.status, evidence.code].filter(part => part !== undefined).join(' ') || evidence.name;
  return new LandlineError({
    reason: rule.reason,
    remedy: rule.remedy,
    message: `${operation.what} failed (${why}). ${rule.next(operation.service)}`,
    ...(evidence.requestId === undefined ? {} : { requestId: evidence.requestId }),
    cause: thrown,
  });
}

/** The failure of something in storage that cannot be what we wrote. */
export function damaged(
  what: string,
  next: string,
  reason: 'storage.failing' | 'partition.damaged' = 'storage.failing',
): LandlineError {
  return new LandlineError({ reason, remedy: 'reject', message: `${what} ${next}` });
}

interface Rule {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  readonly next: (service: Operation['service']) => string;
}

const MISSING: Rule = {
  reason: 'storage.failing',
  remedy: 'retry',
  next: service =>
    `It does not exist: deploy the infrastructure (docs/deploy.md), or correct the storage settings.${service === 'table' ? ' A ledger that was lost is written anew by `landline rebuild`.' : ''}`,
};
const TOO_LARGE: Rule = {
  reason: 'storage.failing',
  remedy: 'reject',
  next: () => 'It is more than the service takes, which our own limits should have prevented: report it as a bug.',
};
const FULL: Rule = {
  reason: 'storage.full',
  remedy: 'fix-config',
  next: () => 'The storage account is at its limit: raise it or remove data, then retry the day.',
};
const NO_TOKEN: Rule = {
  reason: 'auth.unavailable',
  remedy: 'retry',
  next: () => 'No accepted sign-in to the storage account: check the managed identity and its settings if it lasts.',
};
const FORBIDDEN: Rule = {
  reason: 'storage.forbidden',
  remedy: 'fix-config',
  next: service =>
    `Grant the app's identity the role ${STORAGE_ROLES[service]} there and let its network reach the account. ` +
    'A new grant can take minutes to be seen.',
};
const OTHER: Rule = {
  reason: 'storage.failing',
  remedy: 'retry',
  next: () => 'It will be tried again; if it lasts, check the health of the storage account.',
};

/** Codes decide before the status does. Anything in neither table is passing trouble. */
const BY_CODE: Readonly<Record<string, Rule>> = {
  ContainerNotFound: MISSING,
  TableNotFound: MISSING,
  QueueNotFound: MISSING,
  RequestBodyTooLarge: TOO_LARGE,
  PropertyValueTooLarge: TOO_LARGE,
  EntityTooLarge: TOO_LARGE,
  BlockListTooLong: TOO_LARGE,
  // A wrong key, or a clock more than 15 minutes off. No role would help.
  AuthenticationFailed: {
    reason: 'storage.forbidden',
    remedy: 'fix-config',
    next: () => "The account did not accept the request's signature: check the machine's clock and the account key.",
  },
};
const BY_STATUS: Readonly<Record<number, Rule>> = { 401: NO_TOKEN, 403: FORBIDDEN, 413: TOO_LARGE, 507: FULL };

/** `@azure/identity` throws these before any request to storage was made. */
const CREDENTIAL_ERRORS = /^(CredentialUnavailable|AggregateAuthentication|Authentication(Required)?)Error$/;

function ruleFor({ status, code, name }: Evidence): Rule {
  if (CREDENTIAL_ERRORS.test(name)) return NO_TOKEN;
  // The references name no quota answer of these services, so any code that speaks of one counts.
  if (code?.includes('Quota')) return FULL;
  return BY_CODE[code ?? ''] ?? BY_STATUS[status ?? 0] ?? OTHER;
}

interface Evidence {
  readonly name: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
}

/** The parts of an SDK's `RestError` that matter. Not imported as a class: several copies of it may be loaded. */
interface RestFailure {
  readonly name?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly response?: { readonly headers?: { get(name: string): string | undefined }; readonly bodyAsText?: unknown };
}

/** The code is in the header, in `code`, or (tables) only in the body, depending on service, method and emulator. */
function evidenceOf(thrown: unknown): Evidence {
  const failure: RestFailure = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const headers = failure.response?.headers;
  const inBody = /"code"\s*:\s*"(\w+)"/.exec(String(failure.response?.bodyAsText ?? ''))?.[1];
  const code = headers?.get('x-ms-error-code') ?? failure.code ?? inBody;
  return {
    name: typeof failure.name === 'string' ? failure.name : typeof thrown,
    status: typeof failure.statusCode === 'number' ? failure.statusCode : undefined,
    code: typeof code === 'string' && /^\w+$/.test(code) ? code : undefined,
    requestId: headers?.get('x-ms-request-id'),
  };
}
