import { gzipSync } from 'node:zlib';
import { type Answer, asGzip, htmlAnswer } from '../answers.ts';
import type { Fault, Occasion } from './fault.ts';

const RETRY = { recovery: 'retry', passing: true } as const;
const ACCEPT = { recovery: 'accept', passing: true } as const;

/** Faults of the network and of what lies between: the answer is right, its bytes are not. */
export const TRANSPORT_FAULTS = {
  'connection-reset': {
    meaning: 'the connection is reset before any byte of an answer',
    ...RETRY,
    wire: answer => ({ ...answer, status: 0, delivery: 'reset' }),
  },
  'connection-reset-mid-body': {
    meaning: 'the connection is reset after half of the body',
    ...RETRY,
    wire: answer => ({ ...answer, delivery: 'cut' }),
  },
  'no-answer': {
    meaning: 'the request is read and never answered',
    ...RETRY,
    slow: true,
    wire: answer => ({ ...answer, status: 0, delivery: 'silent' }),
  },
  'slow-body': {
    meaning: 'the body comes at one byte a second',
    ...RETRY,
    slow: true,
    wire: answer => ({ ...answer, delivery: 'trickle' }),
  },
  'html-200': {
    meaning: 'a captive portal answers 200 with HTML',
    ...RETRY,
    instead: () => htmlAnswer(200, 'Sign in to this network'),
  },
  'content-type-text': {
    meaning: 'the body is right, but its content-type is text/plain',
    ...RETRY,
    wire: answer => ({ ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } }),
  },
  'json-truncated': {
    meaning: 'the JSON ends in the middle of a row, and content-length agrees',
    ...RETRY,
    wire: answer => ({ ...answer, body: answer.body.subarray(0, Math.ceil(answer.body.length * 0.6)) }),
  },
  'json-truncated-between-rows': {
    meaning: 'the JSON ends right after a row, and content-length agrees',
    ...RETRY,
    wire: cutAfterRow,
  },
  'json-trailing-bytes': {
    meaning: 'more JSON follows the body',
    ...RETRY,
    wire: answer => ({ ...answer, body: Buffer.concat([answer.body, Buffer.from('{"value":[]}')]) }),
  },
  'body-empty': { meaning: 'a 200 without a byte', ...RETRY, wire: answer => ({ ...answer, body: Buffer.alloc(0) }) },
  'gzip-valid': {
    meaning: 'the body is compressed, correctly',
    ...ACCEPT,
    wire: answer => asGzip(answer, gzipSync(answer.body)),
  },
  'gzip-upper-case': {
    meaning: 'the body is compressed, and content-encoding is spelled GZIP',
    ...ACCEPT,
    wire: answer => codedAs('GZIP', answer),
  },
  'gzip-alias': {
    meaning: 'the body is compressed, and content-encoding has the old name x-gzip',
    ...ACCEPT,
    wire: answer => codedAs('identity, x-gzip', answer),
  },
  'headers-large': {
    meaning: 'the answer has 12 KB of headers',
    ...ACCEPT,
    wire: answer => ({ ...answer, headers: { ...answer.headers, 'x-padding': 'x'.repeat(12_000) } }),
  },
  'gzip-truncated': {
    meaning: 'the compressed body ends early, and content-length agrees',
    ...RETRY,
    wire: answer => {
      const whole = gzipSync(answer.body);
      return asGzip(answer, whole.subarray(0, Math.ceil(whole.length / 2)));
    },
  },
  'gzip-without-trailer': {
    meaning: 'the last 8 bytes of the compressed body, its checksum, are missing',
    ...RETRY,
    wire: answer => asGzip(answer, gzipSync(answer.body).subarray(0, -8)),
  },
  'gzip-on-plain-body': {
    meaning: 'content-encoding says gzip, but the body is not compressed',
    ...RETRY,
    wire: answer => asGzip(answer, answer.body),
  },
  'gzip-bad-checksum': {
    meaning: 'the checksum of the compressed body is wrong',
    ...RETRY,
    wire: answer => {
      const whole = gzipSync(answer.body);
      const at = whole.length - 8;
      whole[at] = (whole[at] ?? 0) ^ 0xff;
      return asGzip(answer, whole);
    },
  },
  'byte-order-mark': {
    meaning: 'the body starts with a UTF-8 byte order mark',
    ...ACCEPT,
    wire: answer => ({ ...answer, body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), answer.body]) }),
  },
  'not-utf8': {
    meaning: 'a byte of the body cannot be UTF-8',
    ...RETRY,
    wire: answer => {
      const body = Buffer.from(answer.body);
      const quote = body.lastIndexOf('"}');
      // Inside the last string when there is one; else the last byte.
      body[quote > 1 ? quote - 1 : body.length - 1] = 0xff;
      return { ...answer, body };
    },
  },
  utf16: {
    meaning: 'the body is UTF-16',
    ...RETRY,
    wire: answer => ({ ...answer, body: Buffer.from(`\ufeff${answer.body.toString()}`, 'utf16le') }),
  },
  'huge-page': {
    meaning: 'the page has far more rows than any page can have',
    recovery: 'refuse',
    passing: false,
    slow: true,
    wire: (answer, occasion) => flooded(answer, occasion),
  },
} as const satisfies Record<string, Fault>;

function codedAs(coding: string, answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'content-encoding': coding }, body: gzipSync(answer.body) };
}

function cutAfterRow(answer: Answer): Answer {
  const at = answer.body.lastIndexOf('},{');
  return { ...answer, body: answer.body.subarray(0, at > 0 ? at + 1 : -1) };
}

function flooded(answer: Answer, occasion: Occasion): Answer {
  const member = occasion.source === 'graph' ? 'value' : 'result';
  const row = `{"id":"flood","padding":"${'x'.repeat(100_000)}"},`;
  return { ...answer, body: Buffer.from(`{"${member}":[`), delivery: 'flood', filler: Buffer.from(row) };
}
