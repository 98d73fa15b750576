import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AccessToken, TokenCredential } from '@azure/identity';
import { CLOUDS } from '../../shared/config/clouds.ts';
import type { SignIn } from '../../shared/config/config.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { certificateEnd, credentialOf, signInWith } from '../../shared/sources/sign-in.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { answering, startScripted } from './scripted-server.ts';
import { DAY, NOW } from './simulated-day.ts';
import { type TestPipeline, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Signing in as in Azure: the real identity library, over a real socket, at an endpoint such as the platform has. */

type Mode = 'fine' | 'no identity' | 'busy' | 'broken' | 'odd' | 'silent';

/** How the endpoint answers. */
let mode: Mode = 'fine';
let made = 0;
const endpoint = await startScripted(() => {
  switch (mode) {
    case 'no identity':
      return {
        status: 400,
        body: '{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found"}',
      };
    case 'busy':
      return { status: 429, body: '{}' };
    case 'broken':
      return { status: 500, body: '{"error":"x"}' };
    case 'odd':
      return { status: 200, body: '<html>' };
    case 'silent':
      return 'silent';
    case 'fine':
      made += 1;
  }
  const expiresOn = String(Math.floor(Date.now() / 1_000) + 86_400);
  const token = { access_token: `${MARK}-${made}`, expires_on: expiresOn, token_type: 'Bearer', resource: CLOUD.graph };
  return { body: JSON.stringify(token) };
});
after(() => endpoint.stop());
// The library reads the environment at its first request, and never again in this process.
process.env['IDENTITY_ENDPOINT'] = `${endpoint.origin}/msi/token`;
process.env['IDENTITY_HEADER'] = 'simulated';

const MARK = 'token-of-the-identity';
const CLOUD = CLOUDS.global;
const IDENTITIES = {
  'user-assigned': { kind: 'managed-identity', clientId: '11111111-2222-4333-8444-555555555555' },
  'system-assigned': { kind: 'managed-identity', clientId: undefined },
} as const;

/** Reads the day at a Graph that refuses these tokens, and others not. */
async function readRefusing(
  refused: (token: string) => boolean,
  token: (fresh: boolean) => Promise<string>,
): Promise<TestPipeline> {
  return answering(
    ({ headers }) =>
      refused(headers.authorization ?? '')
        ? { status: 401, body: '{"error":{"code":"InvalidAuthenticationToken"}}' }
        : { body: '{"value":[]}' },
    async ({ origin }) => {
      const pipeline = testPipeline({ clock: virtualClock(NOW), datasets: [teamsPstnCalls], origin, token });
      await pipeline.ask(teamsPstnCalls, DAY);
      await pipeline.drive();
      return pipeline;
    },
  );
}

const tokensOf = (signIn: Exclude<SignIn, { kind: 'simulator' }>, scope: string = CLOUD.scope) =>
  signInWith(() => credentialOf(signIn, CLOUD)).tokensFor(scope);

for (const [kind, signIn] of Object.entries(IDENTITIES)) {
  test(`a ${kind} identity whose token is refused is told with the words for clock and tenant, and no other`, async () => {
    const token = tokensOf(signIn);
    const first = await token(false);
    assert.equal(await token(false), first);
    const before = made;
    const pipeline = await readRefusing(() => true, token);
    const { work } = pipeline.entry(teamsPstnCalls, DAY);
    // The platform and its library keep the token to its end, so that another cannot be had.
    assert.deepEqual([work.errorKind, work.errorRemedy, made], ['auth.rejected', 'fix-config', before]);
    assert.match(work.errorMessage ?? '', /clock/);
    assert.ok(!pipeline.words().includes(MARK));
  });
}

/** A credential that gives the next of these each time it is asked. */
function giving(...answers: readonly (() => Promise<AccessToken | null>)[]) {
  const rest = [...answers];
  let asked = 0;
  const credential: TokenCredential = {
    getToken: () => {
      asked += 1;
      return (rest.length > 1 ? rest.shift() : rest[0])?.() ?? Promise.resolve(null);
    },
  };
  return { make: () => credential, asked: () => asked };
}
const until = (token: string, expiresOnTimestamp: number) => async () => ({ token, expiresOnTimestamp });
const refusing = () => Promise.reject(new Error('the identity is out of order'));
const silent = () => new Promise<never>(() => {});
const HOUR = 3_600_000;

test('a refused token of an app registration is replaced by another, and the day lands', async () => {
  const { make, asked } = giving(until('first', Date.now() + HOUR), until('second', Date.now() + HOUR));
  const token = signInWith(make).tokensFor('scope');
  const pipeline = await readRefusing(sent => sent === 'Bearer first', token);
  assert.deepEqual([pipeline.outcomes, asked(), await token(false)], [['landed'], 2, 'second']);
});

test('a token is held for its scope, asked for once by all who want it, and replaced five minutes before its end', async () => {
  let now = 0;
  const { make, asked } = giving(until('first', HOUR), until('second', 2 * HOUR));
  const { credential } = signInWith(make, () => now);
  const all = await Promise.all(Array.from({ length: 8 }, () => credential.getToken('scope')));
  assert.deepEqual([new Set(all.map(each => each?.token)), asked()], [new Set(['first']), 1]);
  now = HOUR - 6 * 60_000;
  assert.equal((await credential.getToken('scope'))?.token, 'first');
  now = HOUR - 4 * 60_000;
  assert.equal((await credential.getToken('scope'))?.token, 'second');
  assert.equal(asked(), 2);
});

for (const [what, failing] of [
  ['fails', refusing],
  ['says nothing', silent],
] as const) {
  test(`a held token is used to its end when the sign-in ${what}, which is asked again once a minute`, async () => {
    let now = 0;
    const { make, asked } = giving(until('first', HOUR), failing);
    const { credential } = signInWith(make, () => now, 20);
    await credential.getToken('scope');
    now = HOUR - 2 * 60_000;
    for (let call = 0; call < 3; call++) assert.equal((await credential.getToken('scope'))?.token, 'first');
    assert.equal(asked(), 2);
    now += 61_000;
    assert.equal((await credential.getToken('scope'))?.token, 'first');
    assert.equal(asked(), 3);
    now = HOUR + 1;
    await assert.rejects(async () => credential.getToken('scope'), { reason: 'auth.unavailable', remedy: 'retry' });
  });
}

test('the SDKs never renew a token in the background: it is asked for at each request, and held here', async () => {
  const { make, asked } = giving(until('first', Date.now() + 90_000), refusing);
  const { credential } = signInWith(make);
  for (let call = 0; call < 3; call++) {
    const token = await credential.getToken('scope');
    assert.ok((token?.expiresOnTimestamp ?? 0) <= Date.now());
    assert.equal(token?.refreshAfterTimestamp, undefined);
  }
  assert.equal(asked(), 2);
});

test('a token that an account refuses is replaced once: the SDK asks again and names the tenant of the account', async () => {
  const { make, asked } = giving(until('first', Date.now() + HOUR), until('second', Date.now() + HOUR));
  const { credential } = signInWith(make);
  assert.equal((await credential.getToken('scope'))?.token, 'first');
  assert.equal((await credential.getToken('scope', { tenantId: 'of the account' }))?.token, 'second');
  assert.equal((await credential.getToken('scope'))?.token, 'second');
  assert.equal(asked(), 2);
});

test('a sign-in that is late and then fails disturbs nobody', async () => {
  let fail: ((why: Error) => void) | undefined;
  const { make } = giving(() => new Promise((_, reject) => (fail = reject)));
  await assert.rejects(signInWith(make, Date.now, 20).tokensFor('scope')(false), /gave no answer within 0.02 s/);
  fail?.(new Error('late'));
  // A rejection that nobody hears would end the process here.
  await new Promise(resolve => setImmediate(resolve));
});

for (const [ahead, what] of [
  [2 * HOUR, 'ahead'],
  [-2 * HOUR, 'behind'],
] as const) {
  test(`a clock that is two hours ${what} still gets a token, and asks for none without need`, async () => {
    const real = Date.now();
    const { make, asked } = giving(until('first', real + HOUR));
    const token = signInWith(make, () => real + ahead).tokensFor('scope');
    assert.deepEqual([await token(false), await token(false)], ['first', 'first']);
    assert.equal(asked(), ahead > 0 ? 2 : 1);
  });
}

const VARIANTS: readonly (readonly [Mode, string, string, RegExp])[] = [
  ['no identity', 'auth.rejected', 'fix-config', /no such managed identity.*AZURE_CLIENT_ID/],
  ['busy', 'auth.unavailable', 'retry', /too busy/],
  ['broken', 'auth.unavailable', 'retry', /answered 500/],
  ['odd', 'auth.unavailable', 'retry', /The app got no token/],
  ['silent', 'auth.unavailable', 'retry', /gave no answer within/],
];

for (const [how, reason, remedy, message] of VARIANTS) {
  test(`an identity endpoint that is ${how}: ${reason}, to ${remedy}`, async t => {
    mode = how;
    t.after(() => {
      mode = 'fine';
    });
    // The library keeps tokens of a scope for the process.
    const scope = `https://${how.replace(' ', '-')}.example/.default`;
    const token = signInWith(
      () => credentialOf(IDENTITIES['user-assigned'], CLOUD),
      Date.now,
      how === 'silent' ? 100 : 30_000,
    ).tokensFor(scope);
    await assert.rejects(token(false), (thrown: unknown) => {
      assert.ok(thrown instanceof LandlineError);
      assert.deepEqual([thrown.reason, thrown.remedy], [reason, remedy]);
      assert.match(thrown.message, message);
      return true;
    });
  });
}

/** Of nobody; its key was thrown away. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUK8Zd4yXZyaWZRgckb1sNfkU4Z0swCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbGFuZGxpbmUtdGVzdDAeFw0yNjExMjExODM1MTZaFw0zNjEx
MTgxODM1MTZaMBgxFjAUBgNVBAMMDWxhbmRsaW5lLXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASZtHiTpgWP1v/NrLtIjJqXPL5ZUKb5EShtw3MYAZOhf8mr
Won53dEw1HKyNfvZOK8ZEAGtAMO0E0e6LWBPdJh7o1MwUTAdBgNVHQ4EFgQUrHhi
6HMdL61UBOB091r0MuPXFU8wHwYDVR0jBBgwFoAUrHhi6HMdL61UBOB091r0MuPX
FU8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAxDVu1ls0v1iq
WYAnBCKkfiQkGI5eoBzrEyb6b6Z9kK8CIEAtdJvlG6u5hO23OkEMCNddq0E6qZAd
qPn9sN07eVXX
-----END CERTIFICATE-----
`;

test('the end of a client certificate is read from its file, and of nothing else', t => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-sign-in-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const endOf = (text: string, secret?: string): number | undefined => {
    const certificatePath = join(folder, 'landline.pem');
    writeFileSync(certificatePath, text);
    return certificateEnd({ kind: 'environment', tenantId: 't', clientId: 'c', secret, certificatePath });
  };
  const end = Date.parse('2036-11-18T18:35:16Z');
  assert.deepEqual([endOf(CERTIFICATE + key), endOf(key + CERTIFICATE)], [end, end]);
  assert.equal(endOf(CERTIFICATE, 'the secret is what is used'), undefined);
  assert.equal(certificateEnd(IDENTITIES['system-assigned']), undefined);
  for (const text of [key, '', 'marker'])
    assert.throws(
      () => endOf(text),
      (thrown: unknown) =>
        thrown instanceof LandlineError &&
        thrown.reason === 'config.invalid' &&
        /AZURE_CLIENT_CERTIFICATE_PATH/.test(thrown.message) &&
        !/marker|PRIVATE KEY/.test(thrown.message),
    );
});
