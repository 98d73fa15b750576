import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { graphSource } from '../../shared/sources/graph.ts';
import { windowOf } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { close, listen } from '../wait.ts';
import { hostileLinks, PATH } from './hostile-links.ts';
import { serviceKey } from './keys.ts';
import { DAY, NOW } from './simulated-day.ts';
import { plainSend, TOKEN_MARK, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Hostile links and redirects as a source would send them, over real sockets: nobody else hears of them. */

const LINKS = 10_000;
/** Links do not change from run to run; a failure is found again. */
const SEED = 20_260_310;
const AT_ONCE = 16;

/** Whatever is sent to it, it should not have been. On every loopback address this machine has. */
interface Elsewhere {
  readonly port: number;
  readonly server: Server;
  connections: number;
  requests: number;
  tokens: number;
}

let elsewhere: Elsewhere;
let source: Server;
let origin = '';
/** What the source was asked for. */
const asked: string[] = [];
/** What it answers to a path. */
let answer: (path: string, response: ServerResponse) => void = (_, response) => response.end();

before(async () => {
  elsewhere = await startElsewhere();
  source = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume().on('end', () => answer(request.url ?? '', response));
  });
  origin = `http://127.0.0.1:${await listen(source)}`;
});

after(async () => {
  for (const server of [source, elsewhere.server]) await close(server);
});

async function startElsewhere(): Promise<Elsewhere> {
  const counted = (): { server: Server; counts: Omit<Elsewhere, 'port' | 'server'> } => {
    const counts = { connections: 0, requests: 0, tokens: 0 };
    const server = createServer((request: IncomingMessage, response) => {
      counts.requests += 1;
      if (request.headers.authorization !== undefined) counts.tokens += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[],"result":[],"total_count":0}');
    });
    server.on('connection', () => {
      counts.connections += 1;
    });
    return { server, counts };
  };
  // `::` takes IPv4 as well. A machine without IPv6 has only the other.
  for (const host of ['::', '127.0.0.1']) {
    const { server, counts } = counted();
    const port = await listen(server, host).catch(() => undefined);
    if (port !== undefined) return Object.assign(counts, { port, server });
  }
  throw new Error('No loopback address to listen on');
}

const heard = () => [elsewhere.connections, elsewhere.requests, elsewhere.tokens];

/** Runs `work` on every item, some at once. */
async function each<T>(items: readonly T[], work: (item: T, at: number) => Promise<void>): Promise<void> {
  const next = items.entries();
  const drain = async (): Promise<void> => {
    for (const [at, item] of next) await work(item, at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, drain));
}

function graph() {
  const clock = virtualClock(NOW);
  return graphSource({ origin, send: plainSend, clock, random: () => 0.5, token: async () => TOKEN_MARK });
}

/** What a read of a page fails with; it has to. */
async function refusalOf(read: Promise<unknown>, what: string): Promise<LandlineError> {
  const thrown: unknown = await read.then(
    () => assert.fail(`${what} was followed`),
    reason => reason,
  );
  assert.ok(thrown instanceof LandlineError, `${what}: ${String(thrown)}`);
  return thrown;
}

const NEVER = new AbortController().signal;

test('10,000 hostile links: each is refused, and the other host sees no connection, request or token', async () => {
  const links = fc.sample(hostileLinks(origin, elsewhere.port), { numRuns: LINKS, seed: SEED });
  assert.ok(new Set(links).size > LINKS / 2, 'they differ');
  const toElsewhere = links.filter(link => link.includes(`:${elsewhere.port}`)).length;
  assert.ok(toElsewhere > LINKS / 4, `${toElsewhere} name the port of the other server`);
  const reader = graph();
  // The link that is answered is found by the tick of the window that is asked for.
  const windowAt = (at: number) => ({
    day: DAY,
    from: `${DAY}T00:00:00.${String(at + 1).padStart(7, '0')}Z`,
    to: '2026-03-11T00:00:00.0000000Z',
  });
  answer = (path, response) => {
    const at = Number(/T00:00:00\.(\d{7})Z/.exec(path)?.[1]) - 1;
    const body = JSON.stringify({ value: [], '@odata.nextLink': links[at] });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
  asked.length = 0;
  await each(links, async (link, at) => {
    const { reason, remedy, message } = await refusalOf(
      reader.read(teamsPstnCalls, windowAt(at), undefined, NEVER),
      JSON.stringify(link),
    );
    assert.deepEqual([reason, remedy], ['security.foreign_link', 'reject'], JSON.stringify(link));
    assert.ok(!message.includes(TOKEN_MARK));
  });
  assert.deepEqual(heard(), [0, 0, 0]);
  // One request for each first page, and none that a link led to.
  assert.equal(asked.length, LINKS);
  assert.equal(new Set(asked).size, LINKS);

  // The same as cursors that were stored, by whoever may write to the ledger: nothing is asked at all.
  await each(links, async link => {
    const { reason } = await refusalOf(reader.read(teamsPstnCalls, windowAt(0), link, NEVER), JSON.stringify(link));
    assert.equal(reason, 'security.foreign_link', JSON.stringify(link));
  });
  assert.deepEqual([asked.length, ...heard()], [LINKS, 0, 0, 0]);
});

const STATUSES = [300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399] as const;

/** Where a redirect may lead: to the other server in every form, to the same one, and nowhere. */
const locations = (path: string): (string | undefined)[] => [
  `http://127.0.0.1:${elsewhere.port}${path}`,
  `http://localhost:${elsewhere.port}${path}`,
  `HTTP://user:word@127.0.0.1:${elsewhere.port}${path}`,
  `//127.0.0.1:${elsewhere.port}${path}`,
  `\\\\127.0.0.1:${elsewhere.port}${path}`,
  `https://127.0.0.1:${elsewhere.port}${path}`,
  `${origin}${path}`,
  path,
  '?again=1',
  undefined,
];

const CALLS: readonly Dataset[] = [teamsPstnCalls, voximplantSms];

test('every 3xx form, on the first page and a later one: none is followed, to no place', async () => {
  const pipeline = testPipeline({ clock: virtualClock(NOW), datasets: CALLS, origin, key: serviceKey() });
  let reply: { status: number; location: string | undefined } = { status: 0, location: undefined };
  answer = (_, response) => {
    const { status, location } = reply;
    response.writeHead(status, location === undefined ? {} : { location }).end();
  };
  const before = heard();
  for (const dataset of CALLS) {
    const cursors = [undefined, dataset.source === 'graph' ? `${origin}${PATH}?$skip=1` : '1000'];
    const forms = STATUSES.flatMap(status => locations(PATH).map(location => ({ status, location })));
    for (const cursor of cursors) {
      for (const form of forms) {
        reply = form;
        asked.length = 0;
        const window = windowOf(DAY, dataset.overlap);
        const read = pipeline.ports.sources[dataset.source].read(dataset, window, cursor, NEVER);
        const what = `${dataset.name} ${form.status} ${form.location}`;
        const { reason, remedy } = await refusalOf(read, what);
        // 304 leads nowhere: an answer that nobody asked for, like any status that is not listed.
        const expected = form.status === 304 ? 'source.rejected' : 'security.redirect';
        assert.deepEqual([reason, remedy], [expected, 'reject'], what);
        assert.equal(asked.length, 1, what);
      }
    }
  }
  assert.deepEqual(heard(), before);
});

test('the other server counts what does reach it', async () => {
  const before = heard();
  const headers = { authorization: `Bearer ${TOKEN_MARK}` };
  const url = new URL(`http://localhost:${elsewhere.port}/`);
  await plainSend({ method: 'GET', url, headers }, NEVER);
  assert.deepEqual(
    heard().map((count, at) => count - (before[at] ?? 0)),
    [1, 1, 1],
  );
});
