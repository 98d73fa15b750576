import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLOUDS } from '../../shared/config/clouds.ts';
import type { SignIn } from '../../shared/config/config.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { certificateEnd, credentialOf, graphTokens, renewToken } from '../../shared/sources/sign-in.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { DAY, NOW } from './lane.ts';
import { type Rig, rig } from './rig.ts';
import { answering, startScripted } from './scripted-server.ts';
import { virtualClock } from './virtual-clock.ts';

/** Signing in as in Azure: the real identity library, over a real socket, at an endpoint such as the platform has. */

/** The endpoint is out of order while this is set. */
let down = false;
let made = 0;
const endpoint = await startScripted(() => {
  if (down) return { status: 400, body: '{"error":"invalid_request"}' };
  made += 1;
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
): Promise<Rig> {
  return answering(
    ({ headers }) =>
      refused(headers.authorization ?? '')
        ? { status: 401, body: '{"error":{"code":"InvalidAuthenticationToken"}}' }
        : { body: '{"value":[]}' },
    async ({ origin }) => {
      const reader = rig({ clock: virtualClock(NOW), datasets: [teamsPstnCalls], origin, token });
      await reader.ask(teamsPstnCalls, DAY);
      await reader.drive();
      return reader;
    },
  );
}

const tokensOf = (signIn: Exclude<SignIn, { kind: 'simulator' }>) =>
  graphTokens(
    () => credentialOf(signIn, CLOUD),
    CLOUD.scope,
    () => renewToken(signIn, CLOUD.scope),
  );

for (const [kind, signIn] of Object.entries(IDENTITIES)) {
  test(`a token of a ${kind} identity that is refused is replaced by another, and the day lands`, async () => {
    const token = tokensOf(signIn);
    const first = await token(false);
    assert.equal(await token(false), first);
    const before = made;
    const reader = await readRefusing(sent => sent === `Bearer ${first}`, token);
    assert.deepEqual([reader.outcomes, made], [['landed'], before + 1]);
    // The new one is kept in its place, also by a credential that is made later.
    assert.equal(await token(false), `${MARK}-${made}`);
    assert.equal(await tokensOf(signIn)(false), `${MARK}-${made}`);
    assert.equal(made, before + 1);
    assert.ok(!reader.words().includes(MARK));
  });
}

test('an identity whose every token is refused is asked for one more, once, and a person is told', async () => {
  const token = tokensOf(IDENTITIES['user-assigned']);
  await token(false);
  const before = made;
  const reader = await readRefusing(() => true, token);
  const { work } = reader.entry(teamsPstnCalls, DAY);
  assert.deepEqual([work.errorKind, work.errorRemedy, made], ['auth.rejected', 'fix-config', before + 1]);
  assert.ok(!reader.words().includes(MARK));
});

test('a refused token that cannot be replaced now is passing trouble: nobody has to mend it', async t => {
  down = true;
  t.after(() => {
    down = false;
  });
  const reader = await readRefusing(() => true, tokensOf(IDENTITIES['user-assigned']));
  const { work } = reader.entry(teamsPstnCalls, DAY);
  assert.deepEqual([work.errorKind, work.errorRemedy], ['auth.unavailable', 'retry']);
  assert.ok(!reader.words().includes(MARK));
});

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
