import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { INFRA } from '../../infra/template.ts';
import {
  type Directory,
  IDENTITY,
  LEAST,
  openDirectory,
  type Request,
  type Tenant,
  WIDE,
} from './consent/directory.ts';
import { findPowerShell } from './powershell.ts';

/** Both consent scripts are run, each over the client that it uses, against a directory on this machine. */

const DOUBLES = fileURLToPath(new URL('consent/', import.meta.url));
const LIMIT_MS = 120_000;

/** One call of a script, in the options of the one with two dashes. */
interface Scenario {
  readonly title: string;
  readonly options: readonly string[];
  readonly tenant?: Tenant;
  readonly signIn?: 'cancelled' | 'expired';
  readonly code: 0 | 1 | 2 | 3 | 4;
  readonly out?: RegExp;
  readonly err?: RegExp;
  /** Grants that the directory has been asked for; none by default. */
  readonly grants?: number;
  /** The scripts sign in in ways of their own, so they say so in words of their own. */
  readonly ownWords?: true;
}

const ask = ['--identity', IDENTITY];
const GRANTED = /^Granted: CallRecord-PstnCalls\.Read\.All to id-landline in tenant tenant-1\.\n/;
const NO_RIGHTS =
  /^consent: you may not grant application permissions in tenant tenant-1\.\n.*Privileged Role Administrator or Global Administrator.*Nothing was changed\.\n$/s;

const SCENARIOS: readonly Scenario[] = [
  { title: 'grants the least permission', options: ask, code: 0, out: GRANTED, grants: 1 },
  {
    title: 'changes nothing the second time',
    options: ask,
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Already granted: .* Nothing was changed\.\n$/,
  },
  {
    title: 'grants the wide permission only when asked, even where the other is there',
    options: [...ask, '--role', WIDE],
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Granted: CallRecords\.Read\.All to /,
    grants: 1,
  },
  { title: 'only looks with --check, where it is not', options: [...ask, '--check'], code: 1, out: /^Not granted: / },
  {
    title: 'only looks with --check, where it is',
    options: [...ask, '--check'],
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Already granted: /,
  },
  {
    title: 'takes a grant that somebody else made meanwhile as its own',
    options: ask,
    tenant: { rival: true },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'waits until the grant is listed',
    options: ask,
    tenant: { listedAfter: 3 },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'does not call a grant granted that is never listed',
    options: ask,
    tenant: { listedAfter: 99 },
    code: 4,
    err: /^consent: Graph took it and does not list it yet/,
    grants: 1,
  },
  {
    title: 'says who may run it when the grant is refused',
    options: ask,
    tenant: { mayGrant: false },
    code: 3,
    err: NO_RIGHTS,
    grants: 1,
  },
  {
    title: 'says so when a guest may not even read the directory',
    options: ask,
    tenant: { mayRead: false },
    code: 3,
    err: /^consent: you may not read the directory in tenant tenant-1\./,
  },
  {
    title: 'says so when permissions may not be read',
    options: ask,
    tenant: { faults: [{ on: /appRoleAssignments/, status: 403, code: 'Authorization_RequestDenied' }] },
    code: 3,
    err: /^consent: you may not read permissions /,
  },
  {
    title: 'does not say that nothing was changed when listing is refused after the grant',
    options: ask,
    tenant: { faults: [{ on: /^GET .*appRoleAssignments/, status: 403, code: 'Forbidden', afterGrant: true }] },
    code: 4,
    err: /^consent: Graph took it and does not list it yet; [^.]*\n$/,
    grants: 1,
  },
  {
    title: 'names the wrong tenant, or the client id, when nobody there has that id',
    options: ask,
    tenant: { identity: '22222222-2222-2222-2222-222222222222' },
    code: 4,
    err: /^consent: tenant tenant-1 has no identity .*right tenant, and the object id \(not the client id\)\?\n$/,
  },
  {
    title: 'grants nothing to an app registration',
    options: ask,
    tenant: { type: 'Application', name: 'Payroll' },
    code: 4,
    err: /^consent: Payroll is no managed identity but of the type Application\. Nothing was changed/,
  },
  {
    title: 'asks again when Graph is busy',
    options: ask,
    tenant: {
      faults: [
        { on: /^GET/, status: 429, code: 'TooManyRequests', times: 3 },
        { on: /^POST/, status: 429, code: 'TooManyRequests', times: 3 },
      ],
    },
    code: 0,
    out: GRANTED,
    grants: 4,
  },
  {
    title: 'asks again when Graph has an error of its own',
    options: ask,
    tenant: { faults: [{ on: /./, status: 503, code: 'ServiceNotAvailable', times: 2 }] },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'gives up when Graph stays busy, and does not call it another tenant',
    options: ask,
    tenant: { faults: [{ on: /1111$/, status: 429, code: 'TooManyRequests', message: 'Too many.' }] },
    code: 4,
    err: /^consent: Graph does not answer: TooManyRequests: Too many\.\n$/,
  },
  {
    title: 'does not call an error of Graph another tenant',
    options: ask,
    tenant: { faults: [{ on: /1111$/, status: 500, code: 'InternalServerError', message: 'Broken.' }] },
    code: 4,
    err: /^consent: Graph does not answer: InternalServerError: Broken\.\n$/,
  },
  {
    title: 'gives the reason of a grant that was not taken',
    options: ask,
    tenant: {
      faults: [{ on: /^POST/, status: 400, code: 'Request_BadRequest', message: 'The directory is read-only.' }],
    },
    code: 4,
    err: /^consent: Graph did not take it: Request_BadRequest: The directory is read-only\.\n$/,
    grants: 1,
  },
  {
    title: 'says so when this cloud has no such permission',
    options: [...ask, '--cloud', 'usgov-l5'],
    tenant: { roles: [] },
    code: 4,
    err: /^consent: this cloud's Graph knows no application permission CallRecord-PstnCalls/,
  },
  {
    title: 'shows a name on one line, with its quotes and blanks, and nothing that a terminal obeys',
    options: [...ask, '--check'],
    tenant: { name: `id "land'line"  $(x) \u001b[31m\r\nof all` },
    code: 1,
    out: /^Not granted: CallRecord-PstnCalls\.Read\.All to id "land'line" {2}\$\(x\) {2}\[31m {2}of all in tenant tenant-1\.\n$/,
  },
  {
    title: 'says so when the sign-in was cancelled',
    options: ask,
    signIn: 'cancelled',
    code: 4,
    err: /^consent: you are not signed in/,
    ownWords: true,
  },
  {
    title: 'says so when the sign-in has run out',
    options: ask,
    signIn: 'expired',
    code: 4,
    err: /^consent: you are not signed in: .*AADSTS700082/,
    ownWords: true,
  },
  ...(
    [
      ['no identity', [], 'identity: expected a GUID'],
      ['an identity that is a name', ['--identity', 'me'], 'identity: expected a GUID'],
      ['an identity with a line end', ['--identity', `${IDENTITY}\n`], 'identity: expected a GUID'],
      ['an identity with a blank', ['--identity', ` ${IDENTITY}`], 'identity: expected a GUID'],
      ['an unknown permission', [...ask, '--role', 'Everything.ReadWrite'], 'role: expected'],
      ['a permission in another case', [...ask, '--role', LEAST.toLowerCase()], 'role: expected'],
      ['a permission with a line end', [...ask, '--role', `${LEAST}\n`], 'role: expected'],
      ['an unknown cloud', [...ask, '--cloud', 'china'], 'cloud: expected global, usgov-l4 or usgov-l5'],
      ['a cloud in another case', [...ask, '--cloud', 'Global'], 'cloud: expected global, usgov-l4 or usgov-l5'],
      ['an option without its value', ['--identity'], 'identity needs a value'],
      ['an unknown option', [...ask, '--force'], 'there is no option --?force'],
      ['a word that is no option', [...ask, 'now'], 'there is no option now'],
    ] as const
  ).map(
    ([what, options, words]): Scenario => ({
      title: `refuses ${what}`,
      options,
      code: 2,
      err: new RegExp(`^consent: (-|--)?${words}[\\s\\S]*\\nusage: `, 'i'),
    }),
  ),
];

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly requests: readonly Request[];
}

const folder = mkdtempSync(join(tmpdir(), 'landline-consent-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'az'), `#!/bin/sh\nexec "${process.execPath}" "${join(DOUBLES, 'az.mjs')}" "$@"\n`, {
  mode: 0o755,
});

const HAS_BASH = spawnSync('bash', ['--version']).status === 0;
const powershell = findPowerShell();
const ENV = { CONSENT_PAUSE_SECONDS: '0', POWERSHELL_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };

/** Runs a program to its end, beside the directory that it asks. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<Omit<Outcome, 'requests'>>((resolve, reject) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { env: { ...process.env, ...ENV, ...env }, stdio, timeout: LIMIT_MS });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', text => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      err += text;
    });
    child.on('error', reject).on('close', code => resolve({ code, out, err }));
  });
}

function shell(options: readonly string[], env: Readonly<Record<string, string>>) {
  const PATH = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
  return run('bash', [join(INFRA, 'consent.sh'), ...options], { ...env, PATH });
}

function pwsh(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  assert.ok('command' in powershell);
  const { command, prefix } = powershell;
  const all = [...prefix, '-NoProfile', '-NonInteractive', '-File', file, ...args];
  return run(command, all, { ...env, PSModulePath: join(DOUBLES, 'modules') });
}

/** The same options with one dash. */
function named(options: readonly string[]): string[] {
  return options.map(each => each.replace(/^--/, '-'));
}

type Call = Pick<Scenario, 'options' | 'tenant' | 'signIn'>;

function environmentOf({ url }: Directory, { signIn }: Call): Readonly<Record<string, string>> {
  return { FAKE_GRAPH: url, ...(signIn === undefined ? {} : { FAKE_SIGN_IN: signIn }) };
}

/** Each call in a process of its own, two at a time. */
async function eachInOne(script: 'sh' | 'ps1', calls: readonly Call[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = [...calls.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [i, call] = next;
      const directory = await openDirectory(call.tenant ?? {});
      const env = environmentOf(directory, call);
      const run =
        script === 'sh' ? shell(call.options, env) : pwsh(join(INFRA, 'consent.ps1'), named(call.options), env);
      outcomes[i] = { ...(await run.finally(directory.close)), requests: directory.requests };
    }
  };
  await Promise.all([work(), work()]);
  return outcomes;
}

/** All calls in one process, which spares the start of PowerShell for each. */
async function allInOne(calls: readonly Call[]): Promise<Outcome[]> {
  const directories = await Promise.all(calls.map(({ tenant }) => openDirectory(tenant ?? {})));
  const [file, answers] = [join(folder, 'calls.json'), join(folder, 'answers.json')];
  const asked = calls.map(({ options, signIn = '' }, i) => ({
    url: directories[i]?.url,
    signIn,
    options: named(options),
  }));
  writeFileSync(file, JSON.stringify(asked));
  const args = ['-Script', join(INFRA, 'consent.ps1'), '-Calls', file, '-Answers', answers];
  const { code, err } = await pwsh(join(DOUBLES, 'play.ps1'), args, {});
  await Promise.all(directories.map(each => each.close()));
  assert.equal(code, 0, err);
  const played = JSON.parse(readFileSync(answers, 'utf8')) as readonly Omit<Outcome, 'requests'>[];
  return played.map((each, i) => ({ ...each, requests: directories[i]?.requests ?? [] }));
}

function check(outcome: Outcome | undefined, { code, out, err, grants = 0 }: Scenario): void {
  assert.ok(outcome !== undefined);
  assert.equal(outcome.code, code, `${outcome.out}${outcome.err}`);
  if (out === undefined) assert.equal(outcome.out, '');
  else assert.match(outcome.out, out);
  if (err === undefined) assert.equal(outcome.err, '');
  else assert.match(outcome.err, err);
  const posts = outcome.requests.filter(({ method }) => method === 'POST');
  assert.equal(posts.length, grants, 'grants');
  for (const { body } of posts) {
    const { principalId, resourceId, appRoleId } = JSON.parse(body);
    assert.deepEqual([principalId, resourceId], [IDENTITY, 'graph-sp']);
    assert.match(appRoleId, /^role-(least|wide)$/);
  }
}

/** Without what the scripts cannot say alike: their own names, and options with one dash or two. */
function plain(text: string): string {
  return text
    .replace(/^ {2}(?:bash|pwsh) infra\/consent\..*$/m, '  (the command)')
    .replace(/^usage: [\s\S]*/m, '(usage)')
    .replace(/^(consent: )?(there is no option )?--?(?=[a-z])/gim, '$1$2')
    .toLowerCase();
}

const CLOUDS = {
  global: 'https://graph.microsoft.com',
  'usgov-l4': 'https://graph.microsoft.us',
  'usgov-l5': 'https://dod-graph.microsoft.us',
};
const IN_CLOUDS = Object.keys(CLOUDS).map(cloud => ({
  options: [...ask, '--cloud', cloud],
  tenant: { granted: [LEAST] },
}));
const CALLS: readonly Call[] = [...SCENARIOS, ...IN_CLOUDS];
/** Of each script that can be run here, what came of each call. */
const played = new Map<string, readonly Outcome[]>();
if (HAS_BASH) played.set('consent.sh', await eachInOne('sh', CALLS));
if ('command' in powershell) played.set('consent.ps1', await allInOne(CALLS));

test('which scripts were run', context => {
  context.diagnostic(played.has('consent.sh') ? 'RUN: consent.sh, by bash' : 'NOT RUN: consent.sh, there is no bash');
  context.diagnostic(
    'from' in powershell
      ? `RUN: consent.ps1, by ${powershell.from}`
      : `NOT RUN: consent.ps1, there is no PowerShell: ${powershell.tried}`,
  );
});

for (const [script, outcomes] of played)
  describe(script, () => {
    for (const [i, scenario] of SCENARIOS.entries()) test(scenario.title, () => check(outcomes[i], scenario));

    test('asks the Graph of the cloud and no other', () => {
      for (const [i, origin] of Object.values(CLOUDS).entries()) {
        const { requests = [] } = outcomes[SCENARIOS.length + i] ?? {};
        assert.deepEqual([...new Set(requests.map(each => each.origin))], [origin]);
      }
    });
  });

test('both scripts say the same in every scenario', () => {
  const [sh, ps] = [played.get('consent.sh'), played.get('consent.ps1')];
  if (sh === undefined || ps === undefined) return;
  const words = (outcome?: Outcome): string => `${plain(outcome?.out ?? '')}\n${plain(outcome?.err ?? '')}`;
  for (const [i, { title, ownWords }] of SCENARIOS.entries())
    if (ownWords !== true) assert.equal(words(ps[i]), words(sh[i]), title);
});

test('consent.ps1 ends so in a process of its own as well', async () => {
  if (!('command' in powershell)) return;
  const few = SCENARIOS.filter(({ title }) =>
    /^(grants the least|refuses an (unknown option|option without))/.test(title),
  );
  assert.equal(few.length, 3);
  const outcomes = await eachInOne('ps1', few);
  for (const [i, scenario] of few.entries()) check(outcomes[i], scenario);
});

test('both scripts name the same permissions and clouds', () => {
  for (const file of ['consent.sh', 'consent.ps1'])
    for (const each of [LEAST, WIDE, 'global', 'usgov-l4', 'usgov-l5'])
      assert.ok(readFileSync(join(INFRA, file), 'utf8').includes(each), `${file}: ${each}`);
});
