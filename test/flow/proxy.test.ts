import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { guardEnvironment, noProxyOnLoopback } from '../../shared/config/loopback.ts';
import { clockFrom } from '../clock.ts';
import { close, listen, processOf } from '../wait.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A Wednesday. */
clockFrom('2026-03-11T12:00:00.000Z');

/** A proxy that notes who comes, and passes nothing on. */
async function startProxy(t: TestContext) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  const port = await listen(server);
  t.after(() => close(server));
  return { asked, url: `http://127.0.0.1:${port}` };
}

async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const running = processOf(args[0] ?? '', child);
  const { code } = await running.ended();
  return { code, stdout: running.said.stdout };
}

test('with a proxy in the environment, nothing on this machine is asked for through it', async t => {
  const proxy = await startProxy(t);
  const folder = await mkdtemp(join(tmpdir(), 'landline-proxy-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy'];
  const env = {
    ...Object.fromEntries(names.map(name => [name, proxy.url])),
    NO_PROXY: '',
    no_proxy: 'elsewhere.example',
  };
  const data = ['--data', join(folder, 'data')];
  const start = [
    'local/start.ts',
    '--days',
    '1',
    '--rows',
    '20',
    '--datasets',
    'teams-sms',
    '--exit',
    '--json',
    ...data,
  ];
  const started = await run(start, env);
  assert.deepEqual([started.code, JSON.parse(started.stdout).ok], [0, true]);
  assert.equal((await run(['cli/landline.mjs', 'status', '--json', ...data], env)).code, 0);
  assert.deepEqual(proxy.asked, []);
});

test('what the environment lists is kept, in both spellings, and this machine is added', () => {
  const both = (hosts: string) => ({ NO_PROXY: hosts, no_proxy: hosts });
  assert.deepEqual(noProxyOnLoopback({}), both('localhost,127.0.0.1,::1,[::1]'));
  const listed = { NO_PROXY: '.corp.example, 127.0.0.1', no_proxy: '.other.example' };
  assert.deepEqual(noProxyOnLoopback(listed), both('.corp.example,127.0.0.1,.other.example,localhost,::1,[::1]'));
});

test('certificates are checked whatever the environment says, by every library', () => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', HTTPS_PROXY: 'http://proxy.example' };
  guardEnvironment(env);
  assert.deepEqual(Object.keys(env).sort(), ['HTTPS_PROXY', 'NO_PROXY', 'no_proxy']);
});
