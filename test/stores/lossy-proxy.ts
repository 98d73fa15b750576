import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen, waitFor } from '../wait.ts';

/** A request that went through the proxy. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A reverse proxy that can lose the answer to a request that the other side has already carried out, refuse a request as
 * the service would, and send less of a body than there is.
 */
export interface LossyProxy {
  /** The connection string it was made for, with the proxy in place of the service. */
  readonly connectionString: string;
  /** Every request so far, also the ones whose answers were lost. */
  readonly seen: Seen[];
  /**
   * Closes the connection instead of answering the next request that matches. Once.
   *
   * @param meanwhile what others do after the request was carried out and before its sender learns that it lost touch
   */
  loseAnswerTo(matches: (seen: Seen) => boolean, meanwhile?: () => Promise<unknown>): void;
  /** Answers the next request that matches itself, with a refusal of the service. Once. */
  refuse(matches: (seen: Seen) => boolean, refusal: ServiceRefusal): void;
  /**
   * Sends only so many bytes of the next body that matches. Once, or for every one until `mend`.
   *
   * @param how `claim`: and says that these are all; `reset`: and resets the connection; `close`: and ends it
   */
  shorten(matches: (seen: Seen) => boolean, bytes: number, how: 'claim' | 'reset' | 'close', always?: boolean): void;
  /** Nothing goes wrong from now on. */
  mend(): void;
  /** Leaves a header out of all answers, as some services do. */
  hideHeader(name: string): void;
  stop(): Promise<void>;
}

interface ServiceRefusal {
  readonly status: number;
  readonly code: string;
  /** Beside the code, as XML. */
  readonly detail?: string;
}

interface Shortening {
  readonly matches: (seen: Seen) => boolean;
  readonly bytes: number;
  readonly how: 'claim' | 'reset' | 'close';
  readonly always: boolean;
}

/** Puts a proxy in front of one service of a connection string. Shared-key signatures do not cover the host. */
export async function lossyProxy(connectionString: string, service: 'Blob' | 'Queue' | 'Table'): Promise<LossyProxy> {
  const endpoint = new RegExp(`${service}Endpoint=http://([^:]+):(\\d+)`).exec(connectionString);
  const [, host, port] = endpoint ?? [];
  const seen: Seen[] = [];
  const hidden = new Set<string>();
  let losing: { matches: (seen: Seen) => boolean; meanwhile?: (() => Promise<unknown>) | undefined } | undefined;

  let refusing: { matches: (seen: Seen) => boolean; refusal: ServiceRefusal } | undefined;
  let shortening: Shortening | undefined;

  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const one = seenOf(incoming, body);
    seen.push(one);
    if (refusing?.matches(one) === true) {
      const { status, code, detail = '' } = refusing.refusal;
      refusing = undefined;
      const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>no</Message>${detail}</Error>`;
      const type = { 'content-type': 'application/xml', 'x-ms-error-code': code, 'x-ms-request-id': 'refused-1' };
      outgoing.writeHead(status, type).end(incoming.method === 'HEAD' ? undefined : xml);
      return;
    }
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host, port, method, path, headers }).end(body);
    const [answer] = (await waitFor('the service answers', once(forwarded, 'response'), { saw: () => one })) as [
      IncomingMessage,
    ];
    const content = await buffer(answer);
    if (losing?.matches(one) === true) {
      const { meanwhile } = losing;
      losing = undefined;
      await meanwhile?.();
      incoming.socket.destroy();
      return;
    }
    const kept = Object.entries(answer.headers).filter(([name]) => !hidden.has(name) && name !== 'transfer-encoding');
    const sent = Object.fromEntries(kept);
    if (shortening?.matches(one) === true) {
      const { bytes, how, always } = shortening;
      if (!always) shortening = undefined;
      const part = content.subarray(0, bytes);
      if (how === 'claim') outgoing.writeHead(answer.statusCode ?? 500, { ...sent, 'content-length': bytes }).end(part);
      else {
        outgoing.writeHead(answer.statusCode ?? 500, sent);
        outgoing.write(part, () => {
          if (how === 'reset') incoming.socket.resetAndDestroy();
          else incoming.socket.destroy();
        });
      }
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, sent).end(content);
  });
  const own = await listen(server);

  return {
    connectionString: connectionString.replace(
      `${service}Endpoint=http://${host}:${port}`,
      `${service}Endpoint=http://127.0.0.1:${own}`,
    ),
    seen,
    loseAnswerTo(matches, meanwhile) {
      losing = { matches, meanwhile };
    },
    refuse(matches, refusal) {
      refusing = { matches, refusal };
    },
    shorten(matches, bytes, how, always = false) {
      shortening = { matches, bytes, how, always };
    },
    mend() {
      losing = undefined;
      refusing = undefined;
      shortening = undefined;
    },
    hideHeader(name) {
      hidden.add(name);
    },
    stop: () => close(server),
  };
}

function seenOf(incoming: IncomingMessage, body: Buffer): Seen {
  const url = new URL(incoming.url ?? '/', 'http://proxy');
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    body: body.toString('latin1'),
    headers: incoming.headers,
  };
}
