import { errors } from 'undici';
import { LandlineError, type Remedy } from '../../words/errors.ts';
import type { ReasonCode } from '../../words/model.ts';
import { HEAD_BYTES_MAX } from './connections.ts';

/** What can go wrong between a request and its whole answer: each with a reason, a remedy and where to look. */

const KB = 1024;
const MB = KB * KB;

const LOOK_AROUND = 'look at the network in between and at the provider’s status page';
const LOOK_BETWEEN = 'look for a proxy in between, or a wrong address';

/** @param bytesMax of a body */
export function tooLarge(url: URL, bytesMax: number): LandlineError {
  return new LandlineError({
    reason: 'limits.page_bytes',
    remedy: 'reject',
    message: `An answer of ${url.host} is larger than ${bytesMax / MB} MB and was not read further. No page of a call log is that large: check what answers at this address.`,
  });
}

export function undecodable(url: URL, why: string, cause?: unknown): LandlineError {
  return new LandlineError({
    reason: 'page.bad_json',
    remedy: 'retry',
    message: `An answer of ${url.host} cannot be decoded: ${why}. If it stays so, ${LOOK_BETWEEN}.`,
    cause,
  });
}

export function slow(url: URL): LandlineError {
  return new LandlineError({
    reason: 'source.slow',
    remedy: 'retry',
    message: `${url.host} did not finish its answer in time. If it stays so, ${LOOK_AROUND}.`,
  });
}

interface ExchangeFailure {
  readonly codes: RegExp;
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  readonly what: string;
  /** What a person does next. */
  readonly next: string;
}

/** What went wrong on the way, by the code Node or undici gives it. */
const EXCHANGE_FAILURES: readonly ExchangeFailure[] = [
  {
    codes: /^(ENOTFOUND|EAI_)/,
    reason: 'source.unreachable',
    remedy: 'retry',
    what: 'was not found by DNS',
    next: 'If it stays so, look at the name servers of the network that the app runs in',
  },
  {
    codes: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    reason: 'source.unreachable',
    remedy: 'retry',
    what: 'cannot be reached',
    next: 'If it stays so, look at the network rules of the app: outbound https to this host must be allowed',
  },
  {
    codes: /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/,
    reason: 'source.slow',
    remedy: 'retry',
    what: 'did not answer in time',
    next: `If it stays so, ${LOOK_AROUND}`,
  },
  {
    codes: /^UND_ERR_HEADERS_OVERFLOW$/,
    reason: 'source.unreachable',
    remedy: 'retry',
    what: `sent more than ${HEAD_BYTES_MAX / KB} KB of headers, which no source does`,
    next: `If it stays so, ${LOOK_BETWEEN}`,
  },
  {
    codes: /^HTTPParserError$/,
    reason: 'source.unreachable',
    remedy: 'retry',
    what: 'answered with something that is not HTTP',
    next: `If it stays so, ${LOOK_BETWEEN}`,
  },
  {
    codes:
      /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH)/,
    reason: 'source.tls',
    remedy: 'fix-config',
    what: 'showed a certificate that is not trusted, so nothing was sent',
    next: 'Look for a proxy in between, or a wrong address or clock',
  },
];

const BROKEN_OFF: ExchangeFailure = {
  codes: /./,
  reason: 'source.unreachable',
  remedy: 'retry',
  what: 'broke off in the middle of its answer',
  next: `If it stays so, ${LOOK_AROUND}`,
};

/** What a failed exchange is in our own words, with its remedy. */
export function failureOfExchange(url: URL, thrown: unknown): LandlineError {
  if (thrown instanceof LandlineError) return thrown;
  const code = codeOf(thrown);
  const known = EXCHANGE_FAILURES.find(({ codes }) => codes.test(code)) ?? BROKEN_OFF;
  const { reason, remedy, what, next } = known;
  const named = code === '' ? '' : ` (${code})`;
  return new LandlineError({ reason, remedy, message: `${url.host} ${what}${named}. ${next}.`, cause: thrown });
}

/** The error code, wherever it is nested: undici and `AggregateError` wrap the socket's own error. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  // undici leaves the code of this one empty.
  if (thrown instanceof errors.HTTPParserError) return thrown.name;
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  return codeOf(thrown.cause);
}
