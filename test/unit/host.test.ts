import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Host, type HostOptions, type LogLine, startHost } from '../../local/host.ts';
import { close, listen, waitFor } from '../wait.ts';

const ROOT = fileURLToPath(new URL('../fixtures/host-app/', import.meta.url));

let lines: LogLine[] = [];
let hosts: Host[] = [];

/** Starts the fixture's HTTP functions and hooks only: nothing here needs storage. */
async function start(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await startHost({
    root: ROOT,
    files: ['functions/pages.ts', 'functions/hooks.ts'],
    connectionString: 'UseDevelopmentStorage=true',
    log: line => lines.push(line),
    ...options,
  });
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.map(host => host.stop()));
  hosts = [];
  lines = [];
});

describe('an app over HTTP', () => {
  let host: Host;
  let at: string;
  before(async () => {
    host = await startHost({
      root: ROOT,
      files: ['functions/pages.ts'],
      connectionString: 'UseDevelopmentStorage=true',
      functionKey: 'local-key',
      log: () => undefined,
    });
    at = `${host.url}/api`;
  });
  after(() => host.stop());

  test('a handler sees parameters and query, and its JSON comes back', async () => {
    const response = await fetch(`${at}/days/teams-sms/2026-01-31?tag=a&tag=b&code=local-key`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.deepEqual(await response.json(), {
      params: { dataset: 'teams-sms', day: '2026-01-31' },
      tag: ['a,b'],
      path: '/api/days/teams-sms/2026-01-31',
    });
  });

  test('a page of another origin is refused, and so is a name that was made to point here', async () => {
    const url = `${at}/days/teams-sms/2026-01-31?code=local-key`;
    const { host: here } = new URL(at);
    const asked = (headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        const sent = request(url, { headers }, response => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject).end();
      });
    assert.equal(await asked({}), 200);
    assert.equal(await asked({ origin: `http://${here}` }), 200);
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { host: 'evil.example:7071' }])
      assert.equal(await asked(headers), 403, JSON.stringify(headers));
  });

  test('a function of level "function" wants the key when the host has one', async () => {
    const url = `${at}/days/teams-sms/2026-01-31`;
    assert.equal((await fetch(url)).status, 401);
    assert.equal((await fetch(url, { headers: { 'x-functions-key': 'wrong' } })).status, 401);
    assert.equal((await fetch(url, { headers: { 'x-functions-key': 'local-key' } })).status, 200);
  });

  test('the more specific route answers', async () => {
    assert.equal(await (await fetch(`${at}/days/teams-sms/today`)).text(), 'literal');
  });

  test('an unknown path is 404, a known path with another method 405', async () => {
    assert.equal((await fetch(`${at}/days/teams-sms/yesterday`)).status, 404);
    assert.equal((await fetch(`${host.url}/days/teams-sms/today`)).status, 404);
    const response = await fetch(`${at}/echo`);
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  });

  test('where nothing is, a sentence says so, and an app without a coverage page names none', async () => {
    for (const path of ['', '/', '/nothing', '/api/']) {
      const response = await fetch(`${host.url}${path}`);
      assert.deepEqual([response.status, response.headers.get('content-type')], [404, 'text/plain; charset=utf-8']);
      assert.equal(await response.text(), 'Nothing is at this path.\n');
    }
  });

  test('status, headers and bytes pass in both directions unchanged', async () => {
    const body = new Uint8Array([0, 255, 13, 10, 128]);
    const response = await fetch(`${at}/echo`, { method: 'POST', body, headers: { 'content-type': 'x/y' } });
    assert.deepEqual([response.status, response.headers.get('x-was')], [201, 'x/y']);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
  });

  test('a header that comes twice is one text, joined by a comma and no blank', async () => {
    const asked = request(`${at}/echo`, { method: 'POST', headers: { 'x-many': ['one', 'two'] } }).end();
    const [answer] = (await waitFor('an answer', once(asked, 'response'))) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.headers['x-were'], 'one,two');
  });

  test('a handler that throws is 500 without a word', async () => {
    const response = await fetch(`${at}/crash`);
    assert.deepEqual([response.status, await response.text()], [500, '']);
    assert.deepEqual(host.stats()['crash'], { started: 1, succeeded: 0, failed: 1 });
  });
});

describe('a host', () => {
  test('runs the hooks in order, around each invocation and around the app', async () => {
    const host = await start();
    await fetch(`${host.url}/api/days/teams-sms/today`);
    await host.stop();
    assert.deepEqual(Reflect.get(globalThis, 'hostAppHooks'), [
      'appStart',
      'pre today',
      'post today after pre',
      'appTerminate',
    ]);
  });

  test('a port that another program has is refused, or another one taken where any will do', async context => {
    const other = createServer();
    context.after(() => close(other));
    const port = await listen(other);
    const { url } = await start({ port, orAnyPort: true });
    assert.match(url ?? '', /^http:/);
    assert.notEqual(new URL(url ?? '').port, String(port));
    await assert.rejects(start({ port }), /EADDRINUSE/);
  });

  test('an entry file that throws while loading rejects the start, as Azure would have no functions', async () => {
    await assert.rejects(start({ files: ['functions/pages.ts', 'broken.ts'] }), (error: Error) => {
      assert.match(error.message, /broken\.ts threw while loading: a setting was read at import/);
      return error.cause instanceof Error;
    });
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['critical'],
    );
  });

  test('files that register nothing reject the start', async () => {
    await assert.rejects(start({ files: ['functions/hooks.ts'] }), /no function was registered/);
  });

  test('a function whose setting is missing or wrong never runs, is named, and stops no other', async () => {
    for (const [settings, why] of [
      [{ WORDS_QUEUE: 'words' }, /produce is in error.*the setting PRODUCE_SCHEDULE is missing/],
      [{ WORDS_QUEUE: 'words', PRODUCE_SCHEDULE: '0 99 * * * *' }, /produce is in error/],
    ] as const) {
      lines.length = 0;
      const host = await start({ files: ['functions/produce.ts', 'functions/pages.ts'], settings });
      assert.match(lines.find(({ level }) => level === 'error')?.message ?? '', why);
      await assert.rejects(host.runTimer('produce'), /there is no timer produce/);
      assert.equal((await fetch(`${host.url}/api/days/teams-sms/today`)).status, 200);
      await host.stop();
    }
  });

  test('an app can be started again in the same process, with other settings', async () => {
    const first = await start({ settings: { LANDLINE_HOST_TEST: 'first' } });
    assert.equal(process.env['LANDLINE_HOST_TEST'], 'first');
    await first.stop();
    assert.equal(process.env['LANDLINE_HOST_TEST'], undefined);
    const second = await start();
    assert.deepEqual(second.functions, first.functions);
    assert.equal((await fetch(`${second.url}/api/days/teams-sms/today`)).status, 200);
  });

  test('lines say which function and which invocation they belong to', async () => {
    const host = await start();
    await fetch(`${host.url}/api/crash`);
    const failed = lines.find(line => line.level === 'error');
    assert.equal(failed?.functionName, 'crash');
    assert.match(failed?.invocationId ?? '', /^[\da-f-]{36}$/);
    assert.match(failed?.message ?? '', /told to fail/);
  });

  test('a log hook changes the line before it is written', async () => {
    const host = await start();
    await fetch(`${host.url}/api/days/teams-sms/today`);
    const line = lines.find(({ category }) => category === 'user');
    assert.deepEqual(
      [line?.level, line?.message, line?.functionName],
      ['warning', 'asked for today (hooked)', 'today'],
    );
  });

  test('a disabled function is listed and does not run', async () => {
    const host = await start({ settings: { 'AzureWebJobs.today.Disabled': 'true' } });
    assert.equal(host.functions.length, 4);
    assert.equal((await fetch(`${host.url}/api/days/teams-sms/today`)).status, 404);
  });
});
