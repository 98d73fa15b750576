import type { IncomingMessage } from 'node:http';
import { GRAPH_JSON, jsonAnswer } from './answers.ts';
import { type Api, DATASETS, type Dataset } from './datasets.ts';
import { rowGuid } from './dice.ts';
import type { Occasion, Page } from './faults/fault.ts';
import { readArguments } from './graph-arguments.ts';
import { bearerOf, graphTokenFault } from './graph-sign-in.ts';
import { objectOf, type Served, servePage, type World } from './pages.ts';
import type { Range, View } from './views.ts';

/** The call-log functions of Microsoft Graph. */

const ROUTE = /^\/([^/]+)\/communications\/callrecords\/(?:microsoft\.graph\.callrecords\.)?([a-z]+)(?:\((.*)\))?$/i;

/** Answers one request. `origin` is how the client addressed us: links lead back there. */
export function serveGraph(world: World, request: IncomingMessage, origin: string): Served {
  const nowMs = world.now();
  const turn = world.nextTurn();
  const requestId = rowGuid(world.seed, 90, 0, turn);
  const given = request.headers['client-request-id'];
  const clientId = typeof given === 'string' && given !== '' ? given : requestId;
  const ids = { 'request-id': requestId, 'client-request-id': clientId };
  const refuse: Occasion['refuse'] = (status, code, message, headers = {}) =>
    jsonAnswer(status, graphError(code, message, nowMs, ids, status), { ...headers, ...ids });
  const refused = (status: number, code: string, message = ''): Served => ({
    answer: refuse(status, code, message),
    rows: 0,
  });

  const url = request.url ?? '/';
  const bearer = bearerOf(request);
  const fault = graphTokenFault(bearer, origin, world.switches, nowMs);
  if (fault === 'unauthorized') {
    const message = bearer === undefined ? 'Access token is empty.' : 'Lifetime, audience or signature is not valid.';
    const headers = { 'www-authenticate': 'Bearer realm=""' };
    return { answer: refuse(401, 'InvalidAuthenticationToken', message, headers), rows: 0 };
  }

  const [rawPath = '', query = ''] = url.split('?', 2);
  const route = routeOf(rawPath);
  if (route === 'unreadable') return refused(400, 'BadRequest', 'The path cannot be decoded.');
  if (route === undefined || world.switches.cloud === 'china-21vianet') return refused(404, 'NotFound');
  if (fault === 'forbidden') return refused(403, 'Forbidden');
  if (request.method !== 'GET') return refused(405, 'MethodNotAllowed', 'Only GET is supported.');
  const { dataset, api } = route;
  const parameters = new URLSearchParams(query);
  // A link without arguments has them in its token, with the rows to skip before them.
  const [, tokenSkip, tokenArgs] = /^(\d{1,9}):(.+)$/.exec(parameters.get('$skiptoken') ?? '') ?? [];
  const args = readArguments(route.args || (tokenArgs ?? ''), dataset, world.switches);
  if (args.kind === 'malformed') return refused(400, 'BadRequest', args.message);
  if (args.kind === 'too-long') {
    return world.switches.overRangeStatus === 406 ? refused(406, 'NotAcceptable') : refused(400, 'BadRequest');
  }
  const skipText = parameters.get('$skip') ?? tokenSkip ?? '0';
  if (!/^\d{1,9}$/.test(skipText)) return refused(400, 'BadRequest', `The skip value '${skipText}' is not valid.`);

  const [fromName, toName] = dataset.linkArguments;
  const linkArguments = `${fromName}=${linkText(args.fromText)},${toName}=${linkText(args.toText)}`;
  const base = `${origin}/${api}/communications/callRecords/${dataset.call}(${linkArguments})`;
  const viewOf = (range: Range): View => world.tenant.viewAsServed(dataset, api, range, nowMs, turn);
  return servePage(world, {
    dataset,
    api,
    range: args.range,
    view: viewOf(args.range),
    viewOf,
    skip: Number(skipText),
    take: world.switches.graphPageRows,
    origin,
    address: `${origin}${url}`,
    line: url,
    nowMs,
    linkTo: skip => `${base}?$skip=${skip}`,
    refuse,
    render: (page, rows) => {
      const plain = String(request.headers.accept ?? '').includes('odata.metadata=none');
      const context = page.context && !plain ? `${origin}/${api}/$metadata#${collection(dataset)}` : undefined;
      return {
        status: 200,
        headers: { 'content-type': GRAPH_JSON, ...ids },
        body: graphBody(page, rows, context, api),
      };
    },
  });
}

interface Route {
  readonly dataset: Dataset;
  readonly api: Api;
  readonly args: string | undefined;
}

function routeOf(rawPath: string): Route | 'unreadable' | undefined {
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return 'unreadable';
  }
  const parts = ROUTE.exec(path);
  if (parts === null) return undefined;
  const [, version = '', call = '', args] = parts;
  const api = version.toLowerCase();
  const dataset = DATASETS.find(one => one.source === 'graph' && one.call.toLowerCase() === call.toLowerCase());
  if (dataset === undefined || (api !== 'v1.0' && api !== 'beta') || !dataset.apis.includes(api)) return undefined;
  // A raw plus sign is no part of an argument: offsets must come as %2B.
  return rawPath.includes('+') ? 'unreadable' : { dataset, api, args };
}

function linkText(argument: string): string {
  return argument.replaceAll('+', '%2B');
}

function collection(dataset: Dataset): string {
  return `Collection(microsoft.graph.callRecords.${dataset.rowType})`;
}

/** The link stands before the rows under beta and after them under v1.0. */
export function graphBody(page: Page, rows: Buffer | undefined, context: string | undefined, api: Api): Buffer {
  const link: [string, string][] = page.link === undefined ? [] : [[page.linkName, page.link]];
  return objectOf(
    [
      ...(context === undefined ? [] : [['@odata.context', JSON.stringify(context)] as const]),
      ...(page.count === undefined ? [] : [['@odata.count', page.count] as const]),
      ...(api === 'beta' ? link : []),
      ...(rows === undefined ? [] : [['value', rows] as const]),
      ...(api === 'beta' ? [] : link),
      ...page.more,
    ],
    page.space,
  );
}

function graphError(
  code: string,
  message: string,
  nowMs: number,
  ids: Readonly<Record<string, string>>,
  status: number,
): unknown {
  const date = new Date(nowMs).toISOString().slice(0, 19);
  const throttled = code === 'TooManyRequests' ? { code: '429', message: 'Please retry after', status: '429' } : {};
  const known = status === 429 && code !== 'TooManyRequests' ? { 'request-id': ids['request-id'] } : ids;
  return { error: { code, message, innerError: { ...throttled, date, ...known } } };
}
