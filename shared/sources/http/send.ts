import { Agent, type Dispatcher } from 'undici';
import { Bodies, type Body } from './bodies.ts';
import { codingsOf, decoded } from './codings.ts';
import { connector, HEAD_BYTES_MAX } from './connections.ts';
import { httpDate } from './dates.ts';
import { failureOfExchange, slow, tooLarge } from './failures.ts';

/**
 * The only place that sends a request to a source. Redirects are never followed, bodies are bounded, and an answer is
 * handed on only when it arrived whole.
 */

/** A page of 1,000 rows is about 0.8 MB. Forty times that is not a page any more, and must not fill the memory. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Graph answers in seconds; a minute without headers is a request that is lost. */
const HEADERS_MS = 60_000;

/** From the first to the last byte of a body. A source that drips one byte a second must not hold a worker. */
const EXCHANGE_MS = 120_000;

interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SourceResponse {
  readonly status: number;
  /** Names in lower case; fields behind the body count too. Of a repeated field the first, but all content codings. */
  readonly header: (name: string) => string | undefined;
  /** Decoded when the source compressed it. */
  readonly body: Buffer;
  /** Gives the memory of the body back for another one: nobody may look at it afterwards. Need not be called. */
  readonly release: () => void;
}

/** How requests are bounded in time; tests shorten it. */
export interface Deadlines {
  readonly headersMs: number;
  readonly exchangeMs: number;
}

export type Send = (request: Request, signal: AbortSignal) => Promise<SourceResponse>;

/** A sender with its own connections. Requests to one origin run side by side; nothing is pipelined. */
export function sender(deadlines: Deadlines = { headersMs: HEADERS_MS, exchangeMs: EXCHANGE_MS }): Send {
  const agent = new Agent({
    headersTimeout: deadlines.headersMs,
    bodyTimeout: deadlines.headersMs,
    connect: connector(Math.min(30_000, deadlines.headersMs)),
    maxHeaderSize: HEAD_BYTES_MAX,
    pipelining: 1,
  });
  const bodies = new Bodies(BODY_BYTES_MAX);
  return async (request, signal) => {
    const { url } = request;
    try {
      const { status, header, body } = await exchange(agent, bodies, request, signal, deadlines.exchangeMs);
      const codings = codingsOf(header('content-encoding'));
      if (codings.length === 0 || body.bytes.length === 0)
        return { status, header, body: body.bytes, release: body.release };
      const plain = decoded(body.bytes, codings, url, BODY_BYTES_MAX);
      body.release();
      return { status, header, body: plain, release() {} };
    } catch (thrown) {
      signal.throwIfAborted();
      throw failureOfExchange(url, thrown);
    }
  };
}

interface Received {
  readonly status: number;
  readonly header: SourceResponse['header'];
  readonly body: Body;
}

/**
 * One request and its whole answer. Straight on the dispatcher, since each layer above it makes the body anew.
 *
 * @param exchangeMs it may take
 * @throws the signal's reason, a `LandlineError` for a body that is too large or too slow, or what undici says went wrong
 */
function exchange(
  agent: Agent,
  bodies: Bodies,
  request: Request,
  signal: AbortSignal,
  exchangeMs: number,
): Promise<Received> {
  const { method, url, headers, body } = request;
  return new Promise((resolve, reject) => {
    let received: Omit<Received, 'body'> | undefined;
    const incoming = bodies.incoming();
    let abort: ((reason: Error) => void) | undefined;
    let ended: Error | undefined;
    let trailers: Readonly<Record<string, string | string[] | undefined>> = {};
    const settle = (): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (thrown: unknown): void => {
      settle();
      incoming.drop();
      reject(thrown);
    };
    const end = (reason: Error): void => {
      ended = reason;
      fail(reason);
      abort?.(reason);
    };
    const onAbort = (): void => end(signal.reason);
    const late = setTimeout(() => end(slow(url)), exchangeMs);
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        abort = reason => controller.abort(reason);
        // It may have waited for a connection until nobody wanted it any more.
        if (ended !== undefined) abort(ended);
      },
      onResponseStart(_controller, status, fields) {
        // An interim answer (1xx) comes before the real one.
        if (status < 200) return;
        const header = (name: string): string | undefined => {
          const value = fields[name] ?? trailers[name];
          if (!Array.isArray(value)) return value;
          return name === 'content-encoding' ? value.join(',') : value[0];
        };
        received = { status, header };
        if (!incoming.announce(Number(header('content-length') ?? 0))) end(tooLarge(url, BODY_BYTES_MAX));
      },
      onResponseData(_controller, chunk) {
        if (!incoming.add(chunk)) end(tooLarge(url, BODY_BYTES_MAX));
      },
      onResponseEnd(_controller, behind) {
        trailers = behind;
        if (received === undefined) return fail(new Error('The answer has no head'));
        settle();
        resolve({ ...received, body: incoming.whole() });
      },
      onResponseError(_controller, thrown) {
        fail(thrown);
      },
    };
    if (signal.aborted) return fail(signal.reason);
    signal.addEventListener('abort', onAbort);
    agent.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { ...headers, 'accept-encoding': 'gzip' },
        body: body ?? null,
      },
      handler,
    );
  });
}

/** What the `Date` header of any answer of this address says, in milliseconds; `NaN` when there is no answer. */
export async function servedAt(send: Send, url: string): Promise<number> {
  try {
    const answer = await send({ method: 'GET', url: new URL(url), headers: {} }, AbortSignal.timeout(10_000));
    return httpDate(answer.header('date'));
  } catch {
    return Number.NaN;
  }
}
