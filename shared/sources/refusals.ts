import { LandlineError, type Remedy } from '../words/errors.ts';
import type { Dataset, Instant, ReasonCode } from '../words/model.ts';
import type { SourceResponse } from './http/send.ts';
import { retryAfter } from './retries.ts';

/** What a response means that is not a page, from either source. */

export interface Refusal {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** Cause and next step. */
  readonly meaning: string;
}

/** The source has trouble of its own, which may pass. */
export function failing(what: string): Refusal {
  const meaning = `${what}. If it stays so, look at the provider’s status page`;
  return { reason: 'source.failing', remedy: 'retry', meaning };
}

export const THROTTLED: Refusal = {
  reason: 'source.throttled',
  remedy: 'wait',
  meaning: 'the source asked Landline to wait, and Landline waits. Nothing has to be done',
};

/** By HTTP status. A status that is not listed is treated like its class: `refusalOf`. */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: {
    reason: 'auth.rejected',
    remedy: 'fix-config',
    meaning:
      'a new token was refused too. The app signs in to the wrong tenant or cloud, or its clock is wrong. Check AZURE_TENANT_ID, LANDLINE_CLOUD and the clock',
  },
  403: {
    reason: 'auth.forbidden',
    remedy: 'fix-config',
    meaning:
      'the permission is missing, or the token is from before the permission was granted. Grant it to the app’s identity (docs/consent.md); a token from before the grant is replaced within a day, or by a restart of the app',
  },
  404: {
    reason: 'source.rejected',
    remedy: 'reject',
    meaning: 'the source has nothing at this address. Check the cloud and the API version',
  },
  406: {
    reason: 'source.range',
    remedy: 'reject',
    meaning:
      'the source refuses the range of time, as it does for more than 90 days. Landline asks for one day at a time, so the day itself is too old for the source: shorten LANDLINE_HISTORY_DAYS',
  },
  408: failing('the source gave up waiting'),
  421: failing('another server of the source answered'),
  425: failing('the source wants the request again'),
  429: THROTTLED,
  499: failing('a gateway of the source gave up'),
  500: failing('the source failed'),
  502: failing('a gateway of the source failed'),
  503: failing('the source is overloaded'),
  504: failing('a gateway of the source gave up'),
  529: failing('the source is overloaded'),
};

const FAILED = failing('the source or a gateway of it failed');

const UNKNOWN: Refusal = {
  reason: 'source.rejected',
  remedy: 'reject',
  meaning: 'the source will not accept this request. Look the code up in the provider’s documentation',
};

/** All 3xx except 304, which names no other address: it answers a conditional request, and Landline sends none. */
function redirects(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

const REDIRECT: Refusal = {
  reason: 'security.redirect',
  remedy: 'reject',
  meaning: 'a redirect is never followed, because the token would go with it. Find out who answers',
};

/** RFC 9110, 15: an unknown status is treated like the first of its class. An unknown 4xx is not repeated as it is. */
function refusalOf(status: number): Refusal {
  const listed = REFUSALS[status];
  if (listed !== undefined) return listed;
  if (status >= 500) return FAILED;
  return redirects(status) ? REDIRECT : UNKNOWN;
}

/** Statuses that ask for fewer requests of any kind: the wait that they name is for the whole source. */
const THROTTLING: ReadonlySet<number> = new Set([429, 503, 529]);

/**
 * By RFC 9110, 10.2.3, any response may have `Retry-After`. Without throttling, it means that this one request must not
 * be repeated before that time. The status keeps its meaning, and the source's other logs are still read. The request
 * may succeed after the wait, unless a permission, a key or a setting is wrong.
 */
function withWait(refusal: Refusal, status: number, until: Instant | undefined): Refusal {
  if (until === undefined || status < 400) return refusal;
  if (THROTTLING.has(status)) return { ...refusal, reason: 'source.throttled', remedy: 'wait' };
  return refusal.remedy === 'fix-config' ? refusal : { ...refusal, remedy: 'retry' };
}

export interface Particulars {
  /** What the source's own rules say of this response, instead of the table. */
  readonly refusal?: Refusal;
  /** The source's error code. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The failure that a response other than a page stands for. */
export function failureOfStatus(
  response: SourceResponse,
  what: string,
  dataset: Dataset,
  now: number,
  { refusal, code, requestId }: Particulars,
): LandlineError {
  const { status, header } = response;
  // A redirect does not go away by waiting.
  const until = redirects(status) ? undefined : retryAfter(header('retry-after'), now, header('date'));
  const { reason, remedy, meaning } = withWait(refusal ?? refusalOf(status), status, until);
  const needed = reason === 'auth.forbidden' ? ` Needed: ${dataset.permission}.` : '';
  return new LandlineError({
    reason,
    remedy,
    message: `${what} with ${status}${code === undefined ? '' : ` ${code}`}: ${meaning}.${needed}`,
    ...(until !== undefined && { until }),
    ...(requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) && { requestId }),
  });
}

/** @throws LandlineError `page.not_json` for a 200 that is a sign-in page, a proxy's notice, or a file */
export function refuseUnlessJson(response: SourceResponse, dataset: Dataset): void {
  const type = response.header('content-type') ?? '';
  if (/^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(type)) return;
  throw new LandlineError({
    reason: 'page.not_json',
    remedy: 'retry',
    message: `A page of ${dataset.name} is not JSON. If it stays so, look for a proxy that answers in place of the source.`,
  });
}
