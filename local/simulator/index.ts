import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE_MS } from '../../shared/words/day.ts';
import { compressed, deliver, htmlAnswer, httpDate } from './answers.ts';
import type { RequestRecord, Simulator } from './contract.ts';
import { type Api, type DatasetName, datasetNamed } from './datasets.ts';
import { mix, textSeed } from './dice.ts';
import { FaultEngine } from './faults.ts';
import { serveGraph } from './graph.ts';
import { CREDENTIALS, serveSignIn, TOKEN_ROUTE } from './graph-sign-in.ts';
import { dayNumber } from './moments.ts';
import { DEFAULT_SWITCHES, type SimulatorOptions } from './options.ts';
import { PageCache, rowsOf, type Served, type World } from './pages.ts';
import { type Kind, Recorder, recordOf } from './recorder.ts';
import type { Switches } from './switches.ts';
import { Tenant, wholeDay } from './tenant.ts';
import { graphToken, type ServiceAccount, serviceAccount } from './tokens.ts';
import type { View } from './views.ts';
import { serveVoximplant } from './voximplant.ts';

export type { Simulator } from './contract.ts';
export type { DatasetName } from './datasets.ts';
export { FAULT_NAMES, FAULTS, type FaultName, type FaultRule, type PagePosition } from './faults.ts';
export type { SimulatorOptions } from './options.ts';
export type { Switches } from './switches.ts';

const BODY_BYTES_MAX = 1_000_000;

/** Starts the simulator on a free port of 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = mix(textSeed(String(options.seed ?? 1)), 1, 2, 3, 4);
  const now = options.now ?? Date.now;
  const switches: Switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const faults = new FaultEngine(seed);
  faults.set(options.rules ?? []);
  const tenant = new Tenant(seed, options, switches);
  const account = serviceAccount();
  const recorder = new Recorder();
  const foreignRequests: RequestRecord[] = [];
  const addedByFaults: string[] = [];

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
    foreignUrl,
    cache: new PageCache(),
    addedByFaults,
    nextTurn: () => ++turn,
  };

  const server = createServer((request, response) => {
    handle(world, account, recorder, request, response).catch((thrown: unknown) => {
      // A fault of the simulator itself: loud, and never mistaken for one of its faults.
      console.error('simulator:', thrown);
      response.destroy();
    });
  });
  server.keepAliveTimeout = MINUTE_MS;
  const url = `http://127.0.0.1:${await listen(server)}`;

  const viewOfDay = (name: DatasetName, day: string, api?: Api): View => {
    const dataset = datasetNamed(name);
    return tenant.view(dataset, api ?? dataset.apis[0], wholeDay(dayNumber(day)), now());
  };

  return {
    url,
    graphUrl: url,
    voximplantUrl: `${url}/platform_api`,
    foreignUrl,
    switches,
    requests: recorder.requests,
    foreignRequests,
    counters: recorder.counters,
    addedByFaults,
    credentials: CREDENTIALS,
    account,
    graphToken,
    setFaults: rules => faults.set(rules),
    truth: (dataset, day, api) => [...rowsOf(viewOfDay(dataset, day, api))],
    eachRow: (dataset, day, api) => rowsOf(viewOfDay(dataset, day, api)),
    countRows: (dataset, day) => viewOfDay(dataset, day).total,
    stop: async () => {
      await Promise.all([close(server), close(foreign)]);
    },
  };
}

async function handle(
  world: World,
  account: ServiceAccount,
  recorder: Recorder,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { switches, now } = world;
  const kind = kindOf(request.url ?? '/');
  const record = recordOf(request, kind, now());
  recorder.began(kind, record, response);
  response.setHeader('date', httpDate(now()));
  const served = await serve(world, account, request, kind);
  recorder.served(record, served);
  const { answer } = served;
  const whole = (answer.delivery ?? 'whole') === 'whole';
  await deliver(response, switches.gzip && whole ? compressed(answer, request) : answer, switches);
}

function kindOf(url: string): Kind {
  if (url.startsWith('/platform_api')) return 'voximplant';
  return TOKEN_ROUTE.test(pathOf(url)) ? 'token' : 'graph';
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

async function serve(world: World, account: ServiceAccount, request: IncomingMessage, kind: Kind): Promise<Served> {
  const { latencyMs } = world.switches;
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
  const path = pathOf(request.url ?? '/');
  const body = await bodyOf(request);
  if (path.startsWith('/moved/')) return { answer: htmlAnswer(404, 'Nobody should come here'), rows: 0 };
  if (kind === 'token') return serveSignIn(world, request, origin, path, body);
  if (latencyMs > 0) await pause(latencyMs);
  if (kind === 'graph') return serveGraph(world, request, origin);
  return serveVoximplant(world, request, origin, body, account);
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
