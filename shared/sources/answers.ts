import { LandlineError, type Remedy } from '../words/errors.ts';
import type { Dataset, ReasonCode } from '../words/model.ts';
import type { Answer } from './http/send.ts';
import { retryAfter } from './patience.ts';

/** What an answer means, whatever source it came from. */

export interface Refusal {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** Cause and next step. */
  readonly meaning: string;
}

/** Passing trouble of the source's own. */
export function failing(what: string): Refusal {
  const meaning = `${what}. If it stays so, look at the provider’s status page`;
  return { reason: 'source.failing', remedy: 'retry', meaning };
}

export const THROTTLED: Refusal = {
  reason: 'source.throttled',
  remedy: 'wait',
  meaning: 'the source asks to be left alone, and is. Nothing has to be done',
};

/** By HTTP status. Anything not listed is `reject`: an answer nobody has thought about is not repeated. */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: {
    reason: 'auth.rejected',
    remedy: 'fix-config',
    meaning:
      'a token asked for anew was refused too. The app signs in to another tenant or cloud, or its clock is wrong. Check AZURE_TENANT_ID, LANDLINE_CLOUD and the clock',
  },
  403: {
    reason: 'auth.forbidden',
    remedy: 'fix-config',
    meaning:
      'the permission is missing, or the token is older than its grant. Grant it to the app’s identity (docs/consent.md); a token cached before the grant is replaced within a day, or by a restart',
  },
  404: { reason: 'source.rejected', remedy: 'reject', meaning: 'it is not there. Check the cloud and the API version' },
  406: {
    reason: 'source.range',
    remedy: 'reject',
    meaning:
      'the range of time is refused; this status stands for more than 90 days. We ask for one day at a time, so the day itself is out of reach: shorten LANDLINE_HISTORY_DAYS',
  },
  408: failing('the source gave up waiting'),
  429: THROTTLED,
  500: failing('the source failed'),
  502: failing('a gateway of the source failed'),
  503: failing('the source is overloaded'),
  504: failing('a gateway of the source gave up'),
};

const UNKNOWN: Refusal = {
  reason: 'source.rejected',
  remedy: 'reject',
  meaning: 'it is refused for good. Look the code up with the provider',
};

/** All of 3xx but 304, which leads nowhere: it answers a question about a copy, and nobody asks that one. */
function redirects(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

const REDIRECT: Refusal = {
  reason: 'security.redirect',
  remedy: 'reject',
  meaning: 'a redirect is never followed, because the token would go with it. Find out who answers',
};

export interface Particulars {
  /** What the source's own rules say of this answer, instead of the table. */
  readonly refusal?: Refusal;
  /** The source's error code. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The failure that an answer other than 200 stands for. */
export function failureOfStatus(
  answer: Answer,
  what: string,
  dataset: Dataset,
  now: number,
  { refusal, code, requestId }: Particulars,
): LandlineError {
  const { status } = answer;
  const until = retryAfter(answer.header('retry-after'), now);
  const listed = refusal ?? REFUSALS[status] ?? (redirects(status) ? REDIRECT : UNKNOWN);
  // An overloaded source that says when to return is obeyed like a throttling one.
  const waits = status === 503 && until !== undefined;
  const { reason, remedy } = waits ? { reason: 'source.throttled' as const, remedy: 'wait' as const } : listed;
  const needed = reason === 'auth.forbidden' ? ` Needed: ${dataset.permission}.` : '';
  return new LandlineError({
    reason,
    remedy,
    message: `${what} with ${status}${code === undefined ? '' : ` ${code}`}: ${listed.meaning}.${needed}`,
    ...(until !== undefined && { until }),
    ...(requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) && { requestId }),
  });
}

/** @throws LandlineError `page.not_json` for a 200 that is a sign-in page, a proxy's notice, or a file */
export function refuseUnlessJson(answer: Answer, dataset: Dataset): void {
  const type = answer.header('content-type') ?? '';
  if (/^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(type)) return;
  throw new LandlineError({
    reason: 'page.not_json',
    remedy: 'retry',
    message: `A page of ${dataset.name} is not JSON. If it stays so, look for a proxy that answers in place of the source.`,
  });
}

/** @throws LandlineError `limits.page_rows` for more rows than a page of this source can have */
export function refuseUnlessSized(rows: number, dataset: Dataset): void {
  if (rows <= dataset.pageSize) return;
  throw new LandlineError({
    reason: 'limits.page_rows',
    remedy: 'reject',
    message: `A page of ${dataset.name} holds ${rows} rows where ${dataset.pageSize} is the most. Check what answers in the name of the source (${dataset.docsUrl}).`,
  });
}
