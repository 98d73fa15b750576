import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { INFRA } from '../../infra/template.ts';
import { selfSigned } from '../certificate.ts';
import { POSIX } from '../system.ts';
import { close, listen, processOf } from '../wait.ts';
import { type Deployed, deploy, type JsonObject, list, object, text } from './arm.ts';
import { parametersOf, properties, template } from './sets.ts';

/** The package of a release is published by the template: who may do it, and that only the right file is. */

const URL_OF_PACKAGE = 'https://github.com/someone/landline/releases/download/v0.1.0/landline-0.1.0.zip';
const DIGEST = createHash('sha256').update('package').digest('hex');
const GIVEN: JsonObject = { packageUrl: URL_OF_PACKAGE, packageDigest: DIGEST };
const SCRIPT = 'Microsoft.Resources/deploymentScripts';

const { publisher } = z
  .looseObject({ publisher: z.array(z.object({ scope: z.string(), roleId: z.string() })) })
  .parse(JSON.parse(readFileSync(join(INFRA, 'roles.json'), 'utf8')));

function made(given: JsonObject): readonly Deployed[] {
  return deploy(template, { ...parametersOf('default'), ...given }).resources;
}

test('without an address nothing is published, and no identity is there that could', () => {
  assert.deepEqual(
    made({}).filter(({ type, name }) => type === SCRIPT || name.includes('publish')),
    [],
  );
});

for (const plan of ['flex', 'premium'])
  test(`on the plan ${plan} the publisher has the roles of its table, each on its scope, and is not the app`, () => {
    const resources = made({ ...GIVEN, plan });
    const before = new Set(made({ plan }).map(({ id }) => id));
    const added = resources.filter(({ id }) => !before.has(id));
    const scopes: Readonly<Record<string, string>> = {
      app: 'Microsoft.Web/sites/func-landline-',
      plan: 'Microsoft.Web/serverfarms/plan-landline-',
      'deployment container': 'Microsoft.Storage/storageAccounts/llhost',
    };
    const assigned = added.filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments');
    const told = assigned.map(each => `${text(properties(each)['roleDefinitionId']).split('/').at(-1)}`).sort();
    const expected = publisher.filter(({ scope }) => plan === 'premium' || scope !== 'deployment container');
    assert.deepEqual(told, expected.map(({ roleId }) => roleId).sort());
    for (const { scope, roleId } of expected) {
      const one = assigned.find(each => text(properties(each)['roleDefinitionId']).endsWith(roleId));
      const where = text(one?.body['scope'] ?? '').replace(/^.*\/providers\//, '');
      assert.ok(where.startsWith(scopes[scope] ?? '?'), `${scope}: ${where}`);
      if (scope === 'deployment container') assert.ok(where.endsWith('/containers/deployment'), where);
    }
    const [script] = added.filter(({ type }) => type === SCRIPT);
    assert.match(JSON.stringify(script?.body['identity']), /id-landline-publish-/);
    assert.deepEqual([...new Set(added.map(({ type }) => type))].sort(), [
      'Microsoft.Authorization/roleAssignments',
      'Microsoft.ManagedIdentity/userAssignedIdentities',
      SCRIPT,
    ]);
  });

test('the template runs the script of the repository, with what it asks for, anew for each package', () => {
  const script = made(GIVEN).find(({ type }) => type === SCRIPT);
  assert.ok(script);
  const { scriptContent, environmentVariables, forceUpdateTag } = properties(script);
  const source = readFileSync(join(INFRA, 'publish-package.sh'), 'utf8');
  assert.equal(scriptContent, source);
  assert.equal(forceUpdateTag, DIGEST);
  const values = list(environmentVariables).map(each => [text(object(each)['name']), text(object(each)['value'])]);
  const asked = [...new Set([...source.matchAll(/"\$([A-Z_]+)"/g)].map(([, name]) => name))];
  assert.deepEqual(values.map(([name]) => name).sort(), asked.sort());
  const known = Object.fromEntries(values);
  assert.deepEqual([known['PACKAGE_URL'], known['PACKAGE_DIGEST'], known['PLAN']], [URL_OF_PACKAGE, DIGEST, 'flex']);
});

/** Writes down how it was called and what file it was given, and fails as often as it is told. */
const AZ = `#!/usr/bin/env bash
echo "$*" >> "$STUB/calls"
[ "$(wc -l < "$STUB/calls")" -gt "$FAILURES" ] || { echo 'Forbidden' >&2; exit 1; }
while [ $# -gt 0 ]; do case "$1" in --src|--file) cp "$2" "$STUB/published" ;; esac; shift; done
`;

interface Outcome {
  readonly status: number | null;
  readonly said: string;
  readonly calls: readonly string[];
  readonly published: string | undefined;
}

/** The script over real HTTPS and the real curl; `az` is a stub that tells what it was asked. */
async function publish(context: TestContext, environment: NodeJS.ProcessEnv, failures = 0): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'landline-publish-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const pair = await selfSigned();
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, pair.cert);
  writeFileSync(join(folder, 'az'), AZ, { mode: 0o755 });
  const server = createServer(pair, (request, response) => {
    if (request.url === '/landline.zip') response.end('package');
    else if (request.url === '/moved') response.writeHead(302, { location: '/landline.zip' }).end();
    else if (request.url === '/plain') response.writeHead(302, { location: 'http://127.0.0.1:9/landline.zip' }).end();
    else response.writeHead(404).end('not here');
  });
  context.after(() => close(server));
  const origin = `https://127.0.0.1:${await listen(server)}`;
  const child = spawn('bash', [join(INFRA, 'publish-package.sh')], {
    env: {
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      STUB: folder,
      FAILURES: String(failures),
      CURL_CA_BUNDLE: ca,
      PUBLISH_PAUSE_SECONDS: '0',
      PLAN: 'flex',
      RESOURCE_GROUP: 'rg-x',
      APP_NAME: 'func-x',
      HOST_ACCOUNT: 'llhostx',
      DEPLOYMENT_CONTAINER: 'deployment',
      PACKAGE_DIGEST: DIGEST,
      ...environment,
      PACKAGE_URL: (environment['PACKAGE_URL'] ?? 'ORIGIN/landline.zip').replace('ORIGIN', origin),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const script = processOf('publish-package.sh', child);
  const { code: status } = await script.ended();
  const said = script.said.stdout + script.said.stderr;
  const read = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;
  return { status, said, calls: read('calls')?.trim().split('\n') ?? [], published: read('published') };
}

const missing = ['bash', 'curl'].filter(name => spawnSync(name, ['--version']).error !== undefined);
/** Without them, and on Windows, where Azure does not run the script either, it is named and not run. */
const scriptTest = POSIX && missing.length === 0 ? test : notHere;

function notHere(title: string, ..._rest: unknown[]): void {
  console.log(`Not tried here (${missing.join(', ') || process.platform}): ${title}`);
}

scriptTest(
  'the package with that digest is published as it was compared, also where its address leads on',
  async context => {
    for (const path of ['/landline.zip', '/moved']) {
      const { status, said, calls, published } = await publish(context, { PACKAGE_URL: `ORIGIN${path}` });
      assert.deepEqual([status, published], [0, 'package'], said);
      assert.equal(calls.length, 1);
      assert.match(
        calls[0] ?? '',
        /^functionapp deployment source config-zip .*--resource-group rg-x --name func-x --src /,
      );
    }
    const capital = await publish(context, { PACKAGE_DIGEST: DIGEST.toUpperCase() });
    assert.equal(capital.status, 0, capital.said);
  },
);

scriptTest('on the plan premium it becomes the blob that the app runs, and the app is restarted', async context => {
  const { status, calls, published, said } = await publish(context, { PLAN: 'premium' });
  assert.deepEqual([status, published], [0, 'package'], said);
  assert.match(calls[0] ?? '', /^storage blob upload --auth-mode login .*llhostx .*deployment --name landline\.zip/);
  assert.match(calls[1] ?? '', /^functionapp restart .*func-x$/);
});

const REFUSED: readonly (readonly [what: string, environment: NodeJS.ProcessEnv, told: RegExp])[] = [
  [
    'a package with another digest',
    { PACKAGE_DIGEST: '0'.repeat(64) },
    /its SHA-256 is [0-9a-f]{64}\. Nothing was published/,
  ],
  ['no digest', { PACKAGE_DIGEST: '' }, /packageDigest must be the SHA-256/],
  ['a digest that is none', { PACKAGE_DIGEST: `${DIGEST}0` }, /packageDigest must be the SHA-256/],
  ['an address that is not https', { PACKAGE_URL: 'http://127.0.0.1:9/landline.zip' }, /must begin with https/],
  ['a file of the container', { PACKAGE_URL: 'file:///etc/passwd' }, /must begin with https/],
  ['an address that leads to a plain one', { PACKAGE_URL: 'ORIGIN/plain' }, /cannot be read from packageUrl/],
  ['an address where nothing is', { PACKAGE_URL: 'ORIGIN/other.zip' }, /cannot be read from packageUrl/],
];

scriptTest('what is not the package is never published', async context => {
  for (const [what, environment, told] of REFUSED) {
    const { status, said, calls } = await publish(context, environment);
    assert.deepEqual([status, calls], [1, []], `${what}: ${said}`);
    assert.match(said, told, what);
  }
});

scriptTest('roles that do not apply yet are waited for, and not without end', async context => {
  const late = await publish(context, {}, 2);
  assert.deepEqual([late.status, late.calls.length, late.published], [0, 3, 'package'], late.said);
  const never = await publish(context, {}, 99);
  assert.deepEqual([never.status, never.calls.length, never.published], [1, 10, undefined]);
  assert.match(never.said, /Forbidden[\s\S]*Publish it by hand: docs\/deploy\.md/);
});
