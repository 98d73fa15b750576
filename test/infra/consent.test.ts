import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { INFRA } from '../../infra/template.ts';
import { HAS_BASH } from '../system.ts';
import { type Directory, IDENTITY, LEAST, openDirectory, type Request, WIDE } from './consent/directory.ts';
import { ask, SCENARIOS, type Scenario } from './consent/scenarios.ts';
import { findPowerShell } from './powershell.ts';

/** Both consent scripts are run, each over the client that it uses, against a directory on this machine. */

const DOUBLES = fileURLToPath(new URL('consent/', import.meta.url));
const LIMIT_MS = 120_000;

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
  context.diagnostic(
    played.has('consent.sh') ? 'RUN: consent.sh, by bash' : 'NOT RUN: consent.sh, there is no bash that can',
  );
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
