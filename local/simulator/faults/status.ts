import { type Answer, htmlAnswer, httpDate } from '../answers.ts';
import type { Fault, Occasion } from './fault.ts';

const RETRY = { recovery: 'retry', passing: true } as const;
const REFUSE = { recovery: 'refuse', passing: false } as const;

function throttled(occasion: Occasion, retryAfter: string | undefined, code = 'TooManyRequests'): Answer {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return occasion.refuse(429, code, code === 'UnknownError' ? '' : 'Please retry again later.', headers);
}

function later(answer: Answer, seconds: number): Answer {
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
}

function moved(status: number, location: string): Answer {
  return { status, headers: { location }, body: Buffer.alloc(0) };
}

function redirectFault(status: number): Fault {
  return {
    meaning: `a redirect with ${status} on the same host`,
    ...REFUSE,
    instead: ({ address, origin }) => moved(status, address.replace(origin, `${origin}/moved`)),
  };
}

/** Faults that answer something else than a page. */
export const STATUS_FAULTS = {
  throttled: {
    meaning: '429 with Retry-After in whole seconds',
    ...RETRY,
    instead: occasion => throttled(occasion, String(occasion.switches.retryAfterSeconds)),
  },
  'throttled-fraction': {
    meaning: '429 with Retry-After in seconds and a fraction',
    ...RETRY,
    instead: occasion => throttled(occasion, (occasion.switches.retryAfterSeconds + 0.128).toFixed(3)),
  },
  'throttled-date': {
    meaning: '429 with Retry-After as an HTTP date, code UnknownError and no message',
    ...RETRY,
    instead: occasion => {
      const until = Math.ceil((occasion.nowMs + occasion.switches.retryAfterSeconds * 1_000) / 1_000) * 1_000;
      return throttled(occasion, httpDate(until), 'UnknownError');
    },
  },
  'throttled-without-header': {
    meaning: '429 without Retry-After',
    ...RETRY,
    instead: occasion => throttled(occasion, undefined),
  },
  'throttled-nonsense': {
    meaning: '429 with a Retry-After that is neither a number nor a date',
    ...RETRY,
    instead: occasion => throttled(occasion, 'soon'),
  },
  'throttled-long': {
    meaning: '429 with Retry-After of half an hour',
    ...RETRY,
    slow: true,
    instead: occasion => throttled(occasion, '1800'),
  },
  'server-error': {
    meaning: '500 with UnknownError',
    ...RETRY,
    instead: occasion => occasion.refuse(500, 'UnknownError', ''),
  },
  'server-error-empty': {
    meaning: '500 without a body',
    ...RETRY,
    instead: () => ({ status: 500, headers: {}, body: Buffer.alloc(0) }),
  },
  'bad-gateway': { meaning: '502 with HTML', ...RETRY, instead: () => htmlAnswer(502, 'Bad Gateway') },
  unavailable: {
    meaning: '503 without Retry-After',
    ...RETRY,
    instead: occasion => occasion.refuse(503, 'ServiceUnavailable', ''),
  },
  'unavailable-retry-after': {
    meaning: '503 with Retry-After',
    ...RETRY,
    instead: occasion =>
      occasion.refuse(503, 'ServiceUnavailable', '', { 'retry-after': String(occasion.switches.retryAfterSeconds) }),
  },
  'gateway-timeout': { meaning: '504 with HTML', ...RETRY, instead: () => htmlAnswer(504, 'Gateway Timeout') },
  'server-error-retry-after': {
    meaning: '500 with HTML and Retry-After',
    ...RETRY,
    instead: occasion => later(htmlAnswer(500, 'Internal Server Error'), occasion.switches.retryAfterSeconds),
  },
  'gateway-520': { meaning: '520, which no RFC lists, with HTML', ...RETRY, instead: () => htmlAnswer(520, 'Error') },
  'gateway-522': { meaning: '522, which no RFC lists, with HTML', ...RETRY, instead: () => htmlAnswer(522, 'Error') },
  'gateway-524': { meaning: '524, which no RFC lists, with HTML', ...RETRY, instead: () => htmlAnswer(524, 'Error') },
  'overloaded-529': { meaning: '529, which no RFC lists', ...RETRY, instead: () => htmlAnswer(529, 'Overloaded') },
  'overloaded-529-retry-after': {
    meaning: '529 with Retry-After',
    ...RETRY,
    instead: occasion => later(htmlAnswer(529, 'Overloaded'), occasion.switches.retryAfterSeconds),
  },
  'conflict-retry-after': {
    meaning: '409 with Retry-After',
    ...RETRY,
    instead: occasion => later(htmlAnswer(409, 'Conflict'), occasion.switches.retryAfterSeconds),
  },
  'throttled-years': {
    meaning: '429 with Retry-After of 31 years',
    ...RETRY,
    slow: true,
    instead: occasion => throttled(occasion, String(31 * 365 * 86_400)),
  },
  unauthorized: {
    meaning: '401 although the token is good',
    ...RETRY,
    instead: occasion =>
      occasion.refuse(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.', {
        'www-authenticate': 'Bearer realm=""',
      }),
  },
  forbidden: {
    meaning: '403 with an empty message, as when the app role is missing',
    ...REFUSE,
    instead: occasion => occasion.refuse(403, 'Forbidden', ''),
  },
  'not-found': { meaning: '404 on a valid request', ...REFUSE, instead: o => o.refuse(404, 'NotFound', '') },
  'bad-request': {
    meaning: '400 on a valid request',
    ...REFUSE,
    instead: occasion => occasion.refuse(400, 'BadRequest', 'The request is not understood.'),
  },
  'not-acceptable': {
    meaning: '406, as for a range that is too long',
    ...REFUSE,
    instead: occasion => occasion.refuse(406, 'NotAcceptable', ''),
  },
  'link-expired': {
    meaning: '410 on a page after the first: its link is no longer good',
    recovery: 'reread',
    passing: true,
    further: true,
    instead: occasion => occasion.refuse(410, 'Gone', ''),
  },
  'link-rejected': {
    meaning: '400 on a page after the first: its link is no longer good',
    recovery: 'reread',
    passing: true,
    further: true,
    instead: occasion => occasion.refuse(400, 'BadRequest', 'The skip value is not valid.'),
  },
  'paging-capped': {
    meaning: '400 on a page after the first: the source pages no further into a result',
    ...REFUSE,
    source: 'graph',
    further: true,
    instead: occasion => occasion.refuse(400, 'BadRequest', 'The skip value exceeds the maximum of 999 rows.'),
  },
  'redirect-301': redirectFault(301),
  'redirect-302': redirectFault(302),
  'redirect-303': redirectFault(303),
  'redirect-307': redirectFault(307),
  'redirect-308': redirectFault(308),
  'redirect-other-host': {
    meaning: 'a redirect to another host and port',
    ...REFUSE,
    instead: occasion => moved(302, `${occasion.foreignUrl}/stolen`),
  },
  'not-modified': {
    meaning: '304 although nothing was asked conditionally',
    ...REFUSE,
    instead: () => ({ status: 304, headers: {}, body: Buffer.alloc(0) }),
  },
} as const satisfies Record<string, Fault>;
