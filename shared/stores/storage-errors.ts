import { isLoopback } from '../config/loopback.ts';
import { MINUTE_MS } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { StorageService } from '../words/storage-names.ts';
import { type CredentialKind, causeOf, ruleFor } from './service-codes.ts';

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

export type CallResult<T, R extends Refusal> =
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
): Promise<CallResult<T, R>> {
  const limit = AbortSignal.timeout(operation.timeoutMs ?? CALL_MS);
  try {
    return { refusal: undefined, value: await call(limit) };
  } catch (thrown) {
    const { status, code } = evidenceOf(thrown);
    const refusal = refusals.find(one => one === `${status}` || one === `${status} ${code}`);
    if (refusal !== undefined) return { refusal, value: undefined };
    throw storageFailure(operation, thrown, limit.aborted);
  }
}

/** Makes one SDK call that must succeed. Throws as `ask` does. */
export async function must<T>(operation: Operation, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return (await ask(operation, [], call)).value as T;
}

/**
 * What a failed call becomes: a `LandlineError` that names the operation, the evidence and the next step.
 *
 * @param timedOut whether our own limit ended the call: the SDK tells a connection that was reset in the same words
 */
export function storageFailure(operation: Operation, thrown: unknown, timedOut: boolean): unknown {
  if (thrown instanceof LandlineError || thrown instanceof TypeError) return thrown;
  const { requestId, ...seen } = evidenceOf(thrown);
  const evidence = { ...seen, service: operation.service, timedOut };
  const { reason, remedy, next } = ruleFor(evidence);
  return new LandlineError({
    reason,
    remedy,
    message: `${operation.what} failed (${causeOf(evidence)}). ${next(evidence)}`,
    ...(requestId === undefined ? {} : { requestId }),
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

/** The parts of an SDK's `RestError` that matter. Not imported as a class: several copies of it may be loaded. */
interface RestFailure {
  readonly name?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly cause?: { readonly code?: unknown };
  readonly request?: { readonly url?: unknown; readonly headers?: Headers };
  readonly response?: { readonly headers?: Headers; readonly bodyAsText?: unknown };
}

interface Headers {
  get(name: string): string | undefined;
}

/** The code is in the header, in `code`, or (tables) only in the body, depending on service, method and emulator. */
function evidenceOf(thrown: unknown) {
  const failure: RestFailure = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const headers = failure.response?.headers;
  const body = String(failure.response?.bodyAsText ?? '');
  const inBody = /"code"\s*:\s*"(\w+)"/.exec(body)?.[1];
  const code = headers?.get('x-ms-error-code') ?? failure.code ?? failure.cause?.code ?? inBody;
  const aboutVersion = /x-ms-version/i.test(body) && /Invalid(HeaderValue|Input)/.test(`${String(code)} ${body}`);
  return {
    name: typeof failure.name === 'string' ? failure.name : typeof thrown,
    status: typeof failure.statusCode === 'number' ? failure.statusCode : undefined,
    code: typeof code === 'string' && /^\w+$/.test(code) ? code : undefined,
    credential: credentialOf(failure.request),
    version: aboutVersion ? (failure.request?.headers?.get('x-ms-version') ?? 'of this build') : undefined,
    requestId: headers?.get('x-ms-request-id'),
  };
}

/** How the request that failed was signed in; the request itself says so. */
function credentialOf(request: RestFailure['request']): CredentialKind {
  const url = typeof request?.url === 'string' ? request.url : '';
  const authorization = request?.headers?.get('authorization') ?? '';
  if (authorization.startsWith('SharedKey')) return isLoopback(url) ? 'emulator' : 'key';
  return /[?&]sig=/.test(url) ? 'sas' : 'token';
}
