import assert from 'node:assert/strict';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { sender } from '../../shared/sources/http/send.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import { selfSigned } from '../certificate.ts';
import { close, listen, WAIT_MS } from '../wait.ts';
import { serviceKey } from './keys.ts';
import { DAY, NOW } from './simulated-day.ts';
import { type TestPipeline, type TestPipelineOptions, TOKEN_MARK, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Trouble before the first byte: rows 1, 2 and 5 of the fault matrix. The rest is in faults.test.ts. */

const SOURCES = [teamsPstnCalls, voximplantSms] as const;

/** Reads one day of each source at that address until nothing is due any more. */
async function readAt(origin: string, more: Partial<TestPipelineOptions> = {}): Promise<TestPipeline[]> {
  return Promise.all(
    SOURCES.map(async dataset => {
      const pipeline = testPipeline({
        clock: virtualClock(NOW),
        datasets: [dataset],
        origin,
        key: serviceKey(),
        ...more,
      });
      await pipeline.ask(dataset, DAY);
      await pipeline.drive();
      return pipeline;
    }),
  );
}

function ending(pipeline: TestPipeline): unknown[] {
  const [entry] = pipeline.ledger.entries();
  const { errorKind, errorRemedy, errorMessage = '' } = entry?.work ?? {};
  assert.ok(!pipeline.words().includes(TOKEN_MARK));
  assert.ok(
    pipeline.told.some(({ event, line }) => event === 'day failed' && line.includes(`"reason":"${errorKind}"`)),
  );
  return [errorKind, errorRemedy, errorMessage];
}

test('a host without an address is tried four times, then the day waits', async () => {
  for (const pipeline of await readAt('http://no-such-host.invalid')) {
    const [kind, remedy, message] = ending(pipeline);
    assert.deepEqual([kind, remedy, pipeline.clock.waits.length], ['source.unreachable', 'retry', 3]);
    assert.match(String(message), /no-such-host\.invalid was not found by DNS \((ENOTFOUND|EAI_AGAIN)\)/);
  }
});

test('a port that nobody listens on is tried four times, then the day waits', async () => {
  for (const pipeline of await readAt(`http://127.0.0.1:${await closedPort()}`)) {
    const [kind, remedy, message] = ending(pipeline);
    assert.deepEqual([kind, remedy, pipeline.clock.waits.length], ['source.unreachable', 'retry', 3]);
    assert.match(String(message), /cannot be reached \(ECONNREFUSED\)/);
  }
});

test('a host that takes the connection and says nothing is given up in time', async () => {
  const server = createServer(() => {});
  const origin = `http://127.0.0.1:${await listen(server)}`;
  for (const pipeline of await readAt(origin, { send: sender({ headersMs: 100, exchangeMs: 200 }) }))
    assert.deepEqual(ending(pipeline).slice(0, 2), ['source.slow', 'retry']);
  server.close();
});

test('a certificate that is not trusted ends the read at once, for a person, and the token is not sent', async () => {
  const pair = await selfSigned();
  let requests = 0;
  const server = createTlsServer(pair, (_, response) => {
    requests += 1;
    response.end('{"value":[]}');
  });
  const origin = `https://127.0.0.1:${await listen(server)}`;
  for (const pipeline of await readAt(origin)) {
    const [kind, remedy, message] = ending(pipeline);
    assert.deepEqual([kind, remedy, pipeline.clock.waits], ['source.tls', 'fix-config', []]);
    assert.match(String(message), /not trusted, so nothing was sent \([A-Z_]+\)\. Look for a proxy/);
    assert.equal(Date.parse(pipeline.ledger.entries()[0]?.work.retryAt ?? '') - NOW, HOUR_MS);
  }
  assert.equal(requests, 0);
  server.close();
});

test('a certificate is checked although NODE_TLS_REJECT_UNAUTHORIZED says that it need not be', async t => {
  const pair = await selfSigned();
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  });
  let requests = 0;
  const server = createTlsServer(pair, (_, response) => {
    requests += 1;
    response.end('{"value":[]}');
  });
  const url = new URL(`https://127.0.0.1:${await listen(server)}/`);
  const asked = sender()({ method: 'GET', url, headers: {} }, AbortSignal.timeout(30_000));
  await assert.rejects(asked, { reason: 'source.tls', remedy: 'fix-config' });
  assert.equal(requests, 0);
  server.close();
});

test('a server that is trusted is spoken to in HTTP/1.1, whatever else it offers, and every byte arrives', async t => {
  const pair = await selfSigned();
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, pair.cert]);
  t.after(() => setDefaultCACertificates(trusted));
  const body = Buffer.alloc(3_000_000, 'what was sent, ');
  const versions: string[] = [];
  const server = createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.end(body);
  });
  const url = new URL(`https://127.0.0.1:${await listen(server)}/`);
  const send = sender();
  for (let i = 0; i < 3; i++) {
    const answer = await send({ method: 'GET', url, headers: {} }, AbortSignal.timeout(WAIT_MS));
    assert.ok(answer.body.equals(body));
    answer.release();
  }
  assert.deepEqual(versions, ['1.1', '1.1', '1.1']);
  server.close();
});

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return port;
}
