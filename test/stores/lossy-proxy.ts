import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen, waitFor } from '../wait.ts';

/** A request that went through the proxy. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** A reverse proxy that can lose the answer to a request that the other side has already carried out. */
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
  /** Leaves a header out of all answers, as some services do. */
  hideHeader(name: string): void;
  stop(): Promise<void>;
}

/** Puts a proxy in front of one service of a connection string. Shared-key signatures do not cover the host. */
export async function lossyProxy(connectionString: string, service: 'Blob' | 'Queue' | 'Table'): Promise<LossyProxy> {
  const endpoint = new RegExp(`${service}Endpoint=http://([^:]+):(\\d+)`).exec(connectionString);
  const [, host, port] = endpoint ?? [];
  const seen: Seen[] = [];
  const hidden = new Set<string>();
  let losing: { matches: (seen: Seen) => boolean; meanwhile?: (() => Promise<unknown>) | undefined } | undefined;

  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const one = seenOf(incoming, body);
    seen.push(one);
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
    outgoing.writeHead(answer.statusCode ?? 500, Object.fromEntries(kept)).end(content);
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
  };
}
