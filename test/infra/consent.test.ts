import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { INFRA } from '../../infra/template.ts';
import { posixDescribe } from '../system.ts';

const IDENTITY = '11111111-1111-1111-1111-111111111111';
const LEAST = 'CallRecord-PstnCalls.Read.All';
const WIDE = 'CallRecords.Read.All';

/** What the tenant is like. */
interface Tenant {
  readonly signedIn?: boolean;
  readonly granted?: readonly string[];
  /** May grant application permissions. */
  readonly mayGrant?: boolean;
  /** Somebody else grants it a moment before us, so that Graph answers our grant with 400. */
  readonly rival?: boolean;
  readonly identity?: string;
}

/**
 * A stand-in for the Azure CLI: answers the requests the script makes as Graph would, and notes each call. It reads the
 * script's own queries, so a query it was not written for is an error.
 */
const FAKE_AZ = `#!/usr/bin/env node
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const state = JSON.parse(readFileSync(process.env.FAKE_STATE, 'utf8'));
appendFileSync(process.env.FAKE_CALLS, JSON.stringify(args) + '\\n');
const option = name => args[args.indexOf(name) + 1];
const fail = text => { process.stderr.write('ERROR: ' + text + '\\n'); process.exit(1); };
const say = value => { process.stdout.write((value ?? '') + '\\n'); process.exit(0); };
const save = () => writeFileSync(process.env.FAKE_STATE, JSON.stringify(state));
if (args[0] === 'account') state.signedIn ? say('tenant-1') : fail("Please run 'az login' to setup account.");
if (args[0] !== 'rest') fail('not known: ' + args.join(' '));
const { pathname, origin } = new URL(option('--url'));
if (origin !== option('--resource')) fail('a token for another place than the address');
const path = pathname.replace('/v1.0/', '');
const query = option('--query');
const roles = { '${LEAST}': 'role-least', '${WIDE}': 'role-wide' };
if (path === "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')") {
  if (query === 'id') say('graph-sp');
  const role = /^appRoles\\[\\?value=='(.+)'\\]\\.id \\| \\[0\\]$/.exec(query);
  if (role) say(roles[role[1]]);
}
if (path === 'servicePrincipals/' + state.identity && query === 'displayName') say('id-landline');
if (path === 'servicePrincipals/' + state.identity + '/appRoleAssignments') {
  const role = /^value\\[\\?resourceId=='graph-sp' && appRoleId=='(.+)'\\]\\.id \\| \\[0\\]$/.exec(query);
  if (role) say(state.granted.includes(role[1]) ? 'assignment-1' : '');
}
if (path === 'servicePrincipals/graph-sp/appRoleAssignedTo' && option('--method') === 'POST') {
  if (!state.mayGrant) fail('Forbidden({"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}})');
  const { principalId, resourceId, appRoleId } = JSON.parse(option('--body'));
  if (principalId !== state.identity || resourceId !== 'graph-sp') fail('Bad Request');
  state.granted.push(appRoleId);
  save();
  if (state.rival) fail('Bad Request({"error":{"code":"Request_BadRequest","message":"Permission being assigned already exists on the object"}})');
  say('assignment-1');
}
fail('Not Found({"error":{"code":"Request_ResourceNotFound"}}) ' + path + ' ' + query);
`;

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly (readonly string[])[];
}

function consent(context: TestContext, tenant: Tenant, ...args: string[]): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'landline-consent-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [az, state, calls] = ['az', 'state.json', 'calls.jsonl'].map(name => join(folder, name));
  assert.ok(az && state && calls);
  writeFileSync(az, FAKE_AZ.replace('/usr/bin/env node', process.execPath));
  chmodSync(az, 0o755);
  const ids = (tenant.granted ?? []).map(role => (role === LEAST ? 'role-least' : 'role-wide'));
  const full = { signedIn: true, mayGrant: true, rival: false, identity: IDENTITY, ...tenant, granted: ids };
  writeFileSync(state, JSON.stringify(full));
  const { status, stdout, stderr } = spawnSync('bash', [join(INFRA, 'consent.sh'), ...args], {
    encoding: 'utf8',
    env: {
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      FAKE_STATE: state,
      FAKE_CALLS: calls,
      CONSENT_PAUSE_SECONDS: '0',
    },
  });
  const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
  return { status, out: stdout, err: stderr, calls: lines.map(line => JSON.parse(line)) };
}

function grantsIn({ calls }: Outcome): readonly (readonly string[])[] {
  return calls.filter(call => call.includes('POST'));
}

posixDescribe('consent.sh', () => {
  test('is a script that bash understands', () => {
    assert.equal(spawnSync('bash', ['-n', join(INFRA, 'consent.sh')]).status, 0);
  });

  test('grants the least permission once, and the second time changes nothing', context => {
    const first = consent(context, {}, '--identity', IDENTITY);
    assert.equal(first.status, 0, first.err);
    assert.match(first.out, /^Granted: CallRecord-PstnCalls\.Read\.All to id-landline in tenant tenant-1\./);
    assert.equal(grantsIn(first).length, 1);
    const body = grantsIn(first)[0]?.find(each => each.startsWith('{')) ?? '';
    assert.deepEqual(JSON.parse(body), { principalId: IDENTITY, resourceId: 'graph-sp', appRoleId: 'role-least' });
    const again = consent(context, { granted: [LEAST] }, '--identity', IDENTITY);
    assert.equal(again.status, 0);
    assert.match(again.out, /^Already granted: .* Nothing was changed\.$/m);
    assert.deepEqual(grantsIn(again), []);
  });

  test('grants the wide permission only when asked, even where the other is there', context => {
    const outcome = consent(context, { granted: [LEAST] }, '--identity', IDENTITY, '--role', WIDE);
    assert.equal(outcome.status, 0, outcome.err);
    assert.match(outcome.out, /^Granted: CallRecords\.Read\.All/);
  });

  test('says who may run it when rights are missing, and ends with 3', context => {
    const outcome = consent(context, { mayGrant: false }, '--identity', IDENTITY);
    assert.equal(outcome.status, 3);
    assert.match(outcome.err, /Privileged Role Administrator or Global Administrator/);
    assert.match(outcome.err, new RegExp(`bash infra/consent\\.sh --identity ${IDENTITY} --cloud global --role`));
    assert.equal(outcome.out, '');
  });

  test('asks the Graph of the cloud, and for a token of no other place', context => {
    for (const [cloud, host] of [
      ['global', 'graph.microsoft.com'],
      ['usgov-l4', 'graph.microsoft.us'],
      ['usgov-l5', 'dod-graph.microsoft.us'],
    ] as const) {
      const outcome = consent(context, { granted: [LEAST] }, '--identity', IDENTITY, '--cloud', cloud);
      assert.equal(outcome.status, 0, outcome.err);
      const urls = outcome.calls.flatMap(call => call.filter(each => each.startsWith('https://')));
      assert.deepEqual([...new Set(urls.map(url => new URL(url).host))], [host]);
    }
  });

  test('only looks with --check', context => {
    const absent = consent(context, {}, '--identity', IDENTITY, '--check');
    assert.equal(absent.status, 1);
    assert.match(absent.out, /^Not granted/);
    const there = consent(context, { granted: [LEAST] }, '--identity', IDENTITY, '--check');
    assert.equal(there.status, 0);
    assert.deepEqual([...grantsIn(absent), ...grantsIn(there)], []);
  });

  test('takes a grant that somebody else made meanwhile as its own', context => {
    const outcome = consent(context, { rival: true }, '--identity', IDENTITY);
    assert.equal(outcome.status, 0, outcome.err);
    assert.match(outcome.out, /^Granted/);
  });

  test('says what is wrong: not signed in, another tenant, wrong words', context => {
    const out = consent(context, { signedIn: false }, '--identity', IDENTITY);
    assert.equal(out.status, 4);
    assert.match(out.err, /not signed in; run: az login/);
    const elsewhere = consent(context, { identity: '22222222-2222-2222-2222-222222222222' }, '--identity', IDENTITY);
    assert.equal(elsewhere.status, 4);
    assert.match(elsewhere.err, /has no identity .*right tenant/);
    for (const args of [
      [],
      ['--identity', 'me'],
      ['--identity', IDENTITY, '--role', 'Everything.ReadWrite'],
      ['--identity', IDENTITY, '--cloud', 'china'],
      ['--identity'],
      ['--force'],
    ]) {
      const wrong = consent(context, {}, ...args);
      assert.equal(wrong.status, 2, args.join(' '));
      assert.match(wrong.err, /usage: consent\.sh/);
      assert.deepEqual(wrong.calls, []);
    }
  });
});

describe('consent.ps1', () => {
  const script = readFileSync(join(INFRA, 'consent.ps1'), 'utf8');

  test('has the same roles and clouds as consent.sh, and reads before it writes', () => {
    for (const each of [LEAST, WIDE, 'global', 'usgov-l4', 'usgov-l5', 'USGovDoD'])
      assert.ok(script.includes(each), each);
    assert.ok(script.indexOf('if (Test-Granted)') > 0);
    assert.ok(script.indexOf('if (Test-Granted)') < script.indexOf('Invoke-Graph POST'));
    // Balanced outside of texts and comments.
    const code = script.replace(/<#[\s\S]*?#>|@"[\s\S]*?"@|"[^"\n]*"|'[^'\n]*'|#[^\n]*/g, '');
    for (const [open, close] of ['()', '{}', '[]']) {
      const count = (sign: string | undefined): number => code.split(sign ?? '').length;
      assert.equal(count(open), count(close), `${open}${close}`);
    }
  });

  test('tells each outcome in the words of consent.sh, and ends with the same codes', () => {
    const shell = readFileSync(join(INFRA, 'consent.sh'), 'utf8');
    for (const words of [
      'Already granted: ',
      'Not granted: ',
      'Granted: ',
      'Privileged Role Administrator or Global Administrator to run this very command',
      'has no identity',
      'is it the right tenant?',
      'Graph knows no application permission',
      'Graph did not take it',
      'Graph took it and does not list it yet',
      'Graph does not answer',
      'read the directory',
      'read permissions',
      'grant application permissions',
      ': expected a GUID',
      ': expected global, usgov-l4 or usgov-l5',
    ])
      assert.ok(shell.includes(words) && script.includes(words), words);
    for (const code of [/a GUID' 2 /, /usgov-l5' 2 /, /^"@ 3$/m, /\[int\] \$Code = 4/, /exit 0/, /exit 1/])
      assert.match(script, code);
  });

  // There only, and not skipped elsewhere: where PowerShell is absent there is nothing to say.
  if (spawnSync('pwsh', ['-Version'], { stdio: 'ignore' }).status === 0)
    test('is a script that PowerShell understands', () => {
      const parse = `$errors = $null
        [void][System.Management.Automation.Language.Parser]::ParseFile($env:SCRIPT, [ref]$null, [ref]$errors)
        $errors | ForEach-Object { "$_" }
        exit $errors.Count`;
      const env = { ...process.env, SCRIPT: join(INFRA, 'consent.ps1') };
      const { status, stdout } = spawnSync('pwsh', ['-NoProfile', '-Command', parse], { encoding: 'utf8', env });
      assert.equal(status, 0, stdout);
    });
});
