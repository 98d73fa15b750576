import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE_MS } from '../../shared/day.ts';
import { compressed, deliver, htmlAnswer, httpDate } from './answers.ts';
import type { Counters, RequestRecord, Simulator } from './contract.ts';
import { type Api, type DatasetName, datasetNamed } from './datasets.ts';
import { mix, textSeed } from './dice.ts';
import { FaultEngine } from './faults.ts';
import { serveGraph } from './graph.ts';
import { bearerOf, CREDENTIALS, graphToken, serveSignIn, TOKEN_ROUTE } from './graph-sign-in.ts';
import { dayNumber } from './moments.ts';
import { DEFAULT_SWITCHES, type SimulatorOptions, type Switches } from './options.ts';
import { PageCache, type Served, type World } from './pages.ts';
import { Tenant, wholeDay } from './tenant.ts';
import { serviceAccount } from './tokens.ts';
import type { View } from './views.ts';
import { serveVoximplant } from './voximplant.ts';

export type { Counters, RequestRecord, Simulator } from './contract.ts';
export type { Api, DatasetName } from './datasets.ts';
export { FAULT_NAMES, FAULTS, type FaultName, type FaultRule, type PagePosition } from './faults.ts';
export type { SimulatorOptions, Switches } from './options.ts';

const RECORDS_MAX = 10_000;
const BODY_BYTES_MAX = 1_000_000;

/** Starts the simulator on a free port of 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = mix(textSeed(String(options.seed ?? 1)), 1, 2, 3, 4);
  const now = options.now ?? Date.now;
  const switches: Switches = { ...DEFAULT_SWITCHES, faults: options.faults ?? 0, ...options.switches };
  const faults = new FaultEngine(seed);
  faults.set(options.rules ?? []);
  const tenant = new Tenant(seed, options, switches);
  const account = serviceAccount();
  const requests: RequestRecord[] = [];
  const foreignRequests: RequestRecord[] = [];
  const addedByFaults: string[] = [];
  const counters: Counters = {
    requests: 0,
    pages: 0,
    rows: 0,
    bytes: 0,
    faults: {},
    concurrencyMax: { graph: 0, voximplant: 0, token: 0 },
  };
  const inProgress = { graph: 0, voximplant: 0, token: 0 };

  const foreign = createServer((request, response) => {
    foreignRequests.push(recordOf(request, 'foreign', now()));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[]}');
  });
  const foreignPort = await listen(foreign);
  const foreignUrl = `http://localhost:${foreignPort}`;

  let turn = 0;
  const world: World = {
    seed,
    tenant,
    switches,
    faults,
    now,
    foreignUrl: () => foreignUrl,
    cache: new PageCache(options.cachePages ?? 32),
    addedByFaults,
    nextTurn: () => ++turn,
  };

  async function serve(request: IncomingMessage, kind: RequestRecord['kind']): Promise<Served> {
    const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const body = await bodyOf(request);
    if (path.startsWith('/moved/')) return { answer: htmlAnswer(404, 'Nobody should come here'), rows: 0 };
    if (kind === 'token') return serveSignIn(world, request, origin, path, body);
    if (switches.latencyMs > 0) await pause(switches.latencyMs);
    if (kind === 'graph') return serveGraph(world, request, origin);
    return serveVoximplant(world, request, origin, body, account);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const kind = path.startsWith('/platform_api')
      ? 'voximplant'
      : TOKEN_ROUTE.test(path.split('?', 1)[0] ?? '')
        ? 'token'
        : 'graph';
    const record = recordOf(request, kind, now());
    requests.push(record);
    if (requests.length > RECORDS_MAX) requests.shift();
    counters.requests += 1;
    inProgress[kind] += 1;
    counters.concurrencyMax[kind] = Math.max(counters.concurrencyMax[kind], inProgress[kind]);
    response.once('close', () => {
      inProgress[kind] -= 1;
    });
    response.setHeader('date', httpDate(now()));
    const served = await serve(request, kind);
    const { answer, fault } = served;
    record.fault = fault;
    record.rows = served.rows;
    record.status = answer.status;
    if (fault !== undefined) counters.faults[fault] = (counters.faults[fault] ?? 0) + 1;
    if (answer.status === 200 && kind !== 'token') counters.pages += 1;
    counters.rows += served.rows;
    counters.bytes += answer.body.length;
    const whole = (answer.delivery ?? 'whole') === 'whole';
    await deliver(response, switches.gzip && whole ? compressed(answer, request) : answer, switches);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      // A fault of the simulator itself: loud, and never mistaken for one of its faults.
      console.error('simulator:', thrown);
      response.destroy();
    });
  });
  server.keepAliveTimeout = MINUTE_MS;
  const url = `http://127.0.0.1:${await listen(server)}`;

  function viewOfDay(name: DatasetName, day: string, api?: Api): View {
    const dataset = datasetNamed(name);
    return tenant.view(dataset, api ?? dataset.apis[0], wholeDay(dayNumber(day)), now());
  }

  function* eachRow(name: DatasetName, day: string, api?: Api): Generator<string> {
    const view = viewOfDay(name, day, api);
    for (let position = 0; position < view.total; position += 1) yield view.rowAt(position);
  }

  return {
    url,
    graphUrl: url,
    voximplantUrl: `${url}/platform_api`,
    foreignUrl,
    switches,
    requests,
    foreignRequests,
    counters,
    addedByFaults,
    credentials: CREDENTIALS,
    account,
    graphToken,
    setFaults: rules => faults.set(rules),
    truth: (dataset, day, api) => [...eachRow(dataset, day, api)],
    eachRow,
    countRows: (dataset, day) => viewOfDay(dataset, day).total,
    stop: async () => {
      await Promise.all([close(server), close(foreign)]);
    },
  };
}

function recordOf(request: IncomingMessage, kind: RequestRecord['kind'], atMs: number): RequestRecord {
  return {
    atMs,
    kind,
    method: request.method ?? '',
    path: request.url ?? '',
    host: request.headers.host ?? '',
    authorized: bearerOf(request) !== undefined || request.headers.authorization !== undefined,
    status: 0,
    fault: undefined,
    rows: 0,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const piece = Buffer.from(part);
    length += piece.length;
    if (length <= BODY_BYTES_MAX) parts.push(piece);
  }
  return Buffer.concat(parts);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
