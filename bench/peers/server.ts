import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../test/certificate.ts';

/** A list of three pages over https, with a fault on the middle one; and a second server where nobody should come. */

export const ROWS = 30;
const PAGE = 10;

export interface Seen {
  requests: number;
  foreign: number;
  /** Requests to the second server that brought a bearer token. */
  tokens: number;
}

interface Occasion {
  readonly origin: string;
  readonly foreign: string;
  readonly path: string;
}

type Fault = (response: ServerResponse, occasion: Occasion) => void;

function status(code: number, headers: Record<string, string> = {}, html = false): Fault {
  const body = html ? '<html><body>Gateway Timeout</body></html>' : '{"error":{"code":"UnknownError","message":""}}';
  const type = html ? 'text/html' : 'application/json';
  return response => void response.writeHead(code, { 'content-type': type, ...headers }).end(body);
}

function json(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

function linked(link: (occasion: Occasion) => string): Fault {
  return (response, occasion) => json(response, pageText(PAGE, link(occasion)));
}

/** The thirteen simple faults. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  '429, Retry-After in seconds': status(429, { 'retry-after': '1' }),
  '429, Retry-After as a date': (response, occasion) =>
    status(429, { 'retry-after': new Date(Date.now() + 2_000).toUTCString() })(response, occasion),
  '429 without Retry-After': status(429),
  '500': status(500),
  '503': status(503),
  '504 with HTML': status(504, {}, true),
  'JSON cut short, length agrees': response => json(response, pageText(PAGE, undefined).slice(0, 200)),
  '200 without `value`': response => json(response, '{"@odata.count":0}'),
  'a link to its own page': linked(({ origin, path }) => `${origin}${path}`),
  'a link to another host': linked(({ foreign }) => `${foreign}/v1.0/x?$skip=20`),
  'a redirect to another host': (response, { foreign }) =>
    void response.writeHead(302, { location: `${foreign}/stolen` }).end(),
  'an empty page with a link': (response, { origin, path }) =>
    json(response, `{"value":[],"@odata.nextLink":"${origin}${path}&again=1"}`),
  'reset in mid-body': response => {
    const text = pageText(PAGE, undefined);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
    response.write(text.slice(0, 200), () => response.socket?.destroy());
  },
};

function pageText(skip: number, link: string | undefined): string {
  const rows = Array.from({ length: PAGE }, (_, at) => `{"id":"${skip + at}","charge":0.00}`);
  const next = link === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(link)}`;
  return `{"@odata.count":${PAGE},"value":[${rows.join(',')}]${next}}`;
}

export interface Peer {
  readonly origin: string;
  readonly seen: Seen;
  stop(): Promise<void>;
}

/** @param times how often the fault is injected into the middle page */
export async function startServers(pair: Certificate, fault: Fault, times: number): Promise<Peer> {
  const seen: Seen = { requests: 0, foreign: 0, tokens: 0 };
  let injected = 0;
  const other = createServer(pair, (request, response) => {
    seen.foreign += 1;
    if (request.headers.authorization !== undefined) seen.tokens += 1;
    json(response, '{"value":[]}');
  });
  const foreign = `https://localhost:${await listen(other)}`;
  const main = createServer(pair, (request: IncomingMessage, response) => {
    seen.requests += 1;
    const path = (request.url ?? '').replace('&again=1', '');
    const skip = Number(/skip=(\d+)/.exec(path)?.[1] ?? 0);
    const origin = `https://127.0.0.1:${(main.address() as AddressInfo).port}`;
    // An empty page leads on to the rows, by a link of its own.
    if (skip === PAGE && !request.url?.includes('&again=1') && injected++ < times)
      fault(response, { origin, foreign, path });
    else
      json(
        response,
        pageText(skip, skip + PAGE < ROWS ? `${origin}${path.split('?')[0]}?$skip=${skip + PAGE}` : undefined),
      );
  });
  return {
    origin: `https://127.0.0.1:${await listen(main)}`,
    seen,
    stop: async () => void (await Promise.all([close(main), close(other)])),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
