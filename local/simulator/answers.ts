import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Switches } from './switches.ts';

/**
 * How the bytes of an answer travel.
 *
 * `whole`    in one piece
 * `reset`    the connection is reset before any byte
 * `cut`      the connection is reset in mid-body
 * `silent`   nothing is ever sent
 * `trickle`  the body comes a byte at a time
 * `flood`    the body is followed by row after row until enough bytes were sent or the client leaves
 */
type Delivery = 'whole' | 'reset' | 'cut' | 'silent' | 'trickle' | 'flood';

export interface Answer {
  /** 0 when the client never sees one. */
  readonly status: number;
  /** Lower-case names. `content-length` is added when absent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly delivery?: Delivery;
  /** Fields behind the body, which is then sent in chunks. */
  readonly trailers?: Readonly<Record<string, string>>;
  /** `flood`: what is repeated after the body. */
  readonly filler?: Buffer;
}

export const GRAPH_JSON =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

/** An HTTP date, as in `Date` and `Retry-After`. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function htmlAnswer(status: number, title: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: Buffer.from(`<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`),
  };
}

/** Names the body's encoding without changing the body. */
export function asGzip(answer: Answer, body: Buffer): Answer {
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body };
}

/** Compresses the body when the client asks for it and the body is not encoded yet. */
export function compressed(answer: Answer, request: IncomingMessage): Answer {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (!/\bgzip\b/.test(accepted) || answer.headers['content-encoding'] !== undefined) return answer;
  return asGzip(answer, gzipSync(answer.body, { level: 1 }));
}

/** Sends an answer. Resolves when it is on its way or the client has gone. */
export async function deliver(response: ServerResponse, answer: Answer, switches: Readonly<Switches>): Promise<void> {
  const socket = response.socket;
  const delivery = answer.delivery ?? 'whole';
  if (delivery === 'silent') return;
  if (delivery === 'reset') {
    socket?.resetAndDestroy();
    return;
  }
  const { body, trailers } = answer;
  const announced = trailers === undefined ? {} : { trailer: Object.keys(trailers).join(', ') };
  const length = delivery === 'flood' || trailers !== undefined ? announced : { 'content-length': String(body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  switch (delivery) {
    case 'whole':
      if (trailers !== undefined) response.addTrailers(trailers);
      response.end(body);
      return;
    case 'cut':
      await new Promise(resolve => response.write(body.subarray(0, Math.ceil(body.length / 2)), resolve));
      socket?.resetAndDestroy();
      return;
    case 'trickle':
      await trickle(response, body, switches.slowByteMs);
      return;
    case 'flood':
      await flood(response, answer, switches.hugeBytes);
  }
}

async function trickle(response: ServerResponse, body: Buffer, byteMs: number): Promise<void> {
  response.flushHeaders();
  for (let at = 0; at < body.length && !response.destroyed; at += 1) {
    response.write(body.subarray(at, at + 1));
    await until(response, byteMs);
  }
  response.end();
}

/** A pause that ends early when the client leaves. */
function until(response: ServerResponse, ms: number): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}

async function flood(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  const filler = answer.filler ?? Buffer.from(' ');
  response.write(answer.body);
  for (let sent = answer.body.length; sent < bytes && !response.destroyed; sent += filler.length) {
    if (!response.write(filler)) {
      await new Promise<void>(resolve => {
        const done = (): void => {
          response.off('drain', done).off('close', done);
          resolve();
        };
        response.once('drain', done).once('close', done);
      });
    }
  }
  response.end();
}
