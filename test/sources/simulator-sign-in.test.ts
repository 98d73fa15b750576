import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { request } from 'undici';
import { type Simulator, startSimulator } from '../../local/simulator/index.ts';
import { callUrl, get, objectIn, reply } from './simulator-requests.ts';

let now = Date.parse('2026-03-20T12:00:00.000Z');
const simulator: Simulator = await startSimulator({ rows: 3, now: () => now });
after(() => simulator.stop());

const url = callUrl(simulator, 'v1.0', 'getPstnCalls', '2026-03-10', '2026-03-11');

async function signIn(change: Record<string, string> = {}, tenant: string = simulator.credentials.tenantId) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: simulator.credentials.clientId,
    client_secret: simulator.credentials.clientSecret,
    scope: 'https://graph.microsoft.com/.default',
    ...change,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = form.toString();
  return reply(await request(`${simulator.url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', headers, body }));
}

function codeOf(text: string): unknown {
  const { error } = objectIn(text);
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
}

async function tokenOf(change: Record<string, string> = {}): Promise<string> {
  return String(objectIn((await signIn(change)).text)['access_token']);
}

test('a request without a bearer token is 401, and any bearer token will do unless tokens are checked', async () => {
  const without = await get(url, {});
  assert.equal(without.status, 401);
  assert.equal(codeOf(without.text), 'InvalidAuthenticationToken');
  assert.equal((await get(url, { authorization: 'Bearer ' })).status, 401);
  assert.equal((await get(url, { authorization: 'Bearer anything' })).status, 200);
});

test('checked tokens must be ours, for this audience, not expired, and carry one of the two roles', async () => {
  simulator.switches.auth = 'checked';
  const status = async (token: string) => (await get(url, { authorization: `Bearer ${token}` })).status;
  const good = await tokenOf();
  assert.equal(await status(good), 200);
  assert.equal(await status('anything'), 401);
  assert.equal(await status(`${good.slice(0, -4)}AAAA`), 401);
  assert.equal(await status(await tokenOf({ scope: 'https://storage.azure.com/.default' })), 401);
  assert.equal(await status(await tokenOf({ scope: `${simulator.graphUrl}/.default` })), 200);
  now += 3_600_000;
  assert.equal(await status(good), 401);
  simulator.switches.roles = ['CallRecords.Read.All'];
  assert.equal(await status(await tokenOf()), 200);
  simulator.switches.roles = ['User.Read.All'];
  const forbidden = await get(url, { authorization: `Bearer ${await tokenOf()}` });
  assert.equal(forbidden.status, 403);
  assert.match(forbidden.text, /"code":"Forbidden","message":""/);
  const exp = Math.floor(now / 1_000) + 60;
  const delegated = simulator.graphToken({ aud: 'https://graph.microsoft.com', exp, scp: 'CallRecords.Read.All' });
  assert.equal(await status(delegated), 403);
});

test('the token endpoint refuses wrong and expired secrets, apps, tenants and scopes by their codes', async () => {
  const answer = async (change: Record<string, string>, tenant?: string) => {
    const { status, text } = await signIn(change, tenant);
    const { error, error_description: description } = objectIn(text);
    return [status, error, /^AADSTS(\d+): /.exec(String(description))?.[1]];
  };
  assert.deepEqual(await answer({ client_secret: 'wrong' }), [401, 'invalid_client', '7000215']);
  assert.deepEqual(await answer({ client_id: 'other' }), [400, 'unauthorized_client', '700016']);
  assert.deepEqual(await answer({ scope: 'everything' }), [400, 'invalid_scope', '70011']);
  assert.deepEqual(await answer({}, 'contoso.example'), [400, 'invalid_request', '90002']);
  simulator.switches.clientSecretState = 'expired';
  assert.deepEqual(await answer({}), [401, 'invalid_client', '7000222']);
  simulator.setFaults([{ fault: 'server-error', dataset: 'token', times: 1 }]);
  assert.deepEqual(await answer({}), [500, 'UnknownError', undefined]);
});

test('the record of requests says whether a token came, and never which', async () => {
  await get(url, { authorization: 'Bearer canary-token' });
  const { kind, method, path, host, authorized } = simulator.requests.at(-1) ?? {};
  assert.deepEqual([kind, method, host, authorized], ['graph', 'GET', new URL(simulator.url).host, true]);
  assert.equal(`${simulator.url}${path}`, url);
  assert.ok(!JSON.stringify(simulator.requests).includes('canary-token'));
});
