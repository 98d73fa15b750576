import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpData, LogLevel, TypedData } from './boundary.ts';
import type { Registration } from './core.ts';
import { triggerOf } from './invoke.ts';
import { compileRoute, type Params, type Route } from './routes.ts';

export interface HttpOptions {
  readonly functions: readonly Registration[];
  /** Without slashes at its ends. */
  readonly routePrefix: string;
  /** When set, functions of level `function` and `admin`, and the admin endpoint, want it; otherwise nobody asks. */
  readonly functionKey: string | undefined;
  /** @returns what the function answered, or `undefined` when it failed */
  readonly invoke: (
    fn: Registration,
    request: HttpData,
  ) => Promise<{ readonly value: TypedData | null | undefined } | undefined>;
  /** Starts a function as the admin endpoint does. @returns false when there is no such function */
  readonly runNow: (functionName: string) => boolean;
  readonly log: (level: LogLevel, message: string) => void;
}

interface Endpoint {
  readonly fn: Registration;
  /** The template of the route, prefix included. */
  readonly path: string;
  readonly route: Route;
  readonly methods: readonly string[];
  readonly needsKey: boolean;
}

/** What Azure's front end takes, in bytes. */
const BODY_BYTES_MAX = 100 * 1024 * 1024;

/** Serves the app's HTTP functions below the route prefix, the way to its page, and `POST /admin/functions/<name>`. */
export function createHttpServer(options: HttpOptions): Server {
  const endpoints = options.functions.map(fn => readEndpoint(fn, options.routePrefix));
  endpoints.sort((a, b) => a.route.precedence.localeCompare(b.route.precedence));
  return createServer((request, response) => {
    answer(options, endpoints, request, response).catch((thrown: unknown) => {
      // A client that went away, a URL that is none, a response that cannot be written.
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      options.log('warning', `${request.method} ${request.url} was not answered: ${why}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

function readEndpoint(fn: Registration, prefix: string): Endpoint {
  const { route, methods, authLevel } = triggerOf(fn);
  const path = `${prefix}/${typeof route === 'string' ? route : fn.metadata.name}`.replace(/^\/*/, '/');
  return {
    fn,
    path,
    route: compileRoute(path),
    methods: Array.isArray(methods) ? methods.map(method => String(method).toUpperCase()) : ['GET', 'POST'],
    needsKey: authLevel === 'function' || authLevel === 'admin',
  };
}

async function answer(
  options: HttpOptions,
  endpoints: readonly Endpoint[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isFromHere(request)) {
    request.resume();
    return reply(response, 403);
  }
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const method = request.method ?? 'GET';
  const keyFits = hasKey(options.functionKey, request, url);

  const admin = /^\/admin\/functions\/([^/]+)$/.exec(url.pathname)?.[1];
  if (admin !== undefined && method === 'POST') {
    request.resume();
    return reply(response, !keyFits ? 401 : options.runNow(decodeURIComponent(admin)) ? 202 : 404);
  }

  const matches = endpoints.flatMap(endpoint => {
    const params = endpoint.route.match(url.pathname);
    return params === undefined ? [] : [{ ...endpoint, params }];
  });
  const match = matches.find(({ methods }) => methods.includes(method));
  if (match === undefined) {
    request.resume();
    if (matches.length === 0) return replyElsewhere(response, url, method, pageOf(options, endpoints));
    // Azure's own host answers 404 here (Azure/azure-functions-host issue 10098); 405 tells the developer why.
    return reply(response, 405, { allow: matches.flatMap(({ methods }) => methods).join(', ') });
  }
  if (match.needsKey && !keyFits) {
    request.resume();
    return reply(response, 401);
  }

  const body = await readBody(request);
  if (body === undefined) return reply(response, 413, { connection: 'close' });
  const outcome = await options.invoke(match.fn, toHttpData(url, method, request, match.params, body));
  if (outcome === undefined) return reply(response, 500);
  const http = outcome.value?.http;
  if (http === null || http === undefined) return reply(response, 204);
  reply(response, Number(http.statusCode ?? 200), http.headers, method === 'HEAD' ? undefined : http.body?.bytes);
}

const HERE: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether somebody on this machine asks by its own name: a page of another origin in a browser here must not read or
 * start anything, nor one whose name was made to point here.
 */
function isFromHere({ headers: { host = '127.0.0.1', origin } }: IncomingMessage): boolean {
  const isHere = (address: string) => URL.canParse(address) && HERE.has(new URL(address).hostname);
  return isHere(`http://${host}`) && (origin === undefined || origin === `http://${host}`);
}

/** The path of the page that a person looks for, where the app has one. */
function pageOf({ routePrefix }: HttpOptions, endpoints: readonly Endpoint[]): string | undefined {
  const page = `/${routePrefix}/status`.replace(/^\/+/, '/');
  return endpoints.find(({ path }) => path === page)?.path;
}

/** The address alone leads to the page; any other path that nothing is at says so. */
function replyElsewhere(response: ServerResponse, { pathname, search }: URL, method: string, page?: string): void {
  if (pathname === '/' && page !== undefined && (method === 'GET' || method === 'HEAD')) {
    reply(response, 302, { location: `${page}${search}` });
    return;
  }
  const where = page === undefined ? '' : ` The coverage page is at ${page}.`;
  const text = method === 'HEAD' ? undefined : Buffer.from(`Nothing is at this path.${where}\n`);
  reply(response, 404, { 'content-type': 'text/plain; charset=utf-8' }, text);
}

function hasKey(key: string | undefined, request: IncomingMessage, url: URL): boolean {
  return key === undefined || request.headers['x-functions-key'] === key || url.searchParams.get('code') === key;
}

function reply(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body?: Uint8Array | null,
): void {
  response.writeHead(status, headers);
  response.end(body ?? undefined);
}

function toHttpData(url: URL, method: string, request: IncomingMessage, params: Params, body: Buffer): HttpData {
  const headers: Record<string, string> = {};
  // Joined without the blank that Node puts between them.
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = (values ?? []).join(',');
  const query: Record<string, string> = {};
  // The host joins what is given twice (Azure/azure-functions-nodejs-library issue 168).
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name).join(',');
  return { url: url.href, method, headers, query, params, body: body.length > 0 ? { bytes: body } : null };
}

/** `undefined` when there is more than Azure would take. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
