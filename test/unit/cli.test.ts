import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { drawing } from '../../cli/commands/report.ts';
import { outcomeOf } from '../../cli/commands/verify.ts';
import { connect } from '../../cli/connect.ts';
import { run } from '../../cli/main.ts';
import { withDevelopmentPackages } from '../../cli/packages.ts';
import { placeOf } from '../../cli/settings-files.ts';
import { COLOURS, LEGEND } from '../../cli/terminal/colours.ts';
import { findingLines } from '../../cli/terminal/findings.ts';
import { type Output, table } from '../../cli/terminal/output.ts';
import landline from '../../package.json' with { type: 'json' };
import { markOf, type Shown } from '../../shared/status/states.ts';
import type { Finding } from '../../shared/verify/verify.ts';

/** Runs the command line in this process; nothing of it is printed. */
async function said(...argv: readonly string[]) {
  const lines: Record<'out' | 'note', string[]> = { out: [], note: [] };
  const output: Output = {
    line: (text = '') => void lines.out.push(text),
    json: value => void lines.out.push(JSON.stringify(value)),
    note: text => void lines.note.push(text),
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  const code = await run(argv, output);
  return { code, out: lines.out.join('\n'), note: lines.note.join('\n') };
}

/** Nothing that starts with one of the names is installed, until the test ends. */
function uninstall(t: TestContext, ...names: readonly string[]): void {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(names.some(name => specifier.split('/')[0] === name) ? `not-there-${specifier}` : specifier, context),
  });
  t.after(() => hooks.deregister());
}

test('where only the packages of the app are installed, what needs more says how to get it', async t => {
  uninstall(t, 'echarts', 'hyparquet', 'azurite');
  await assert.rejects(drawing(), {
    name: 'UsageError',
    message:
      /^`landline report` needs the package not-there-(echarts|hyparquet), which is not installed: run `npm ci` .* without --omit=dev\.$/,
  });
  const data = await mkdtemp(join(tmpdir(), 'landline-cli-'));
  t.after(() => rm(data, { recursive: true }));
  await mkdir(join(data, 'azurite'));
  const { code, note } = await said('--local', '--data', data, 'status');
  assert.equal(code, 2);
  assert.match(note, /^error: The emulator needs the package not-there-azurite, which is not installed: run `npm ci`/);
});

test('a file of ours that is missing is a bug, and is not taken for a package', async () => {
  const load = () => import(`${'./not-there.ts'}`);
  await assert.rejects(withDevelopmentPackages('It', load), { code: 'ERR_MODULE_NOT_FOUND' });
});

test('wrong usage exits 2 and says how it is right', async () => {
  for (const [args, message] of [
    [['frob'], /unknown command 'frob'[\s\S]*--help/],
    [['show', 'teams-smss', '2026-01-01'], /did you mean teams-sms/],
    [['show', 'teams-pstn', '2026-01-01'], /did you mean teams-pstn-calls/],
    [['show', 'xyzzy', '2026-01-01'], /there are teams-pstn-calls, .*voximplant-sms/],
    [['retry', '2026-01-01'], /Name the dataset before the day/],
    [['pause', 'grph'], /did you mean graph/],
    [['export', '--out', '2026-01-01'], /Expected the folder to write to; the last day is --to/],
    [['show', 'teams-sms', '2026-02-30'], /^error: 2026-02-30 is not a day: February 2026 has 28\.\n/],
    [['show', 'teams-sms', '2026-11'], /^error: 2026-11 is a month: name one of its days, such as 2026-11-30\.\n/],
    [['diff', 'teams-sms', '2026-11'], /^error: 2026-11 is a month: name one/],
    [['retry', 'teams-sms', '3 May'], /^error: 3 May: Expected a day such as 2026-01-31, yesterday, -7d or 2026-01;/],
    [['verify', '--month', '2026-13'], /^error: --month 2026-13: Expected a month such as/],
    [['verify', '--month', '-7d'], /^error: --month -7d: Expected a month such as/],
    [['verify', '--from', '2026-02-30'], /^error: --from: 2026-02-30 is not a day/],
    [['verify', '--from', 'last week'], /^error: --from last week: Expected a day such as/],
    [['stauts'], /^error: unknown command 'stauts' \(Did you mean status\?\)\n/],
    [['show', 'teams-sms'], /missing required argument 'day'/],
    [['verify', '--part', '3/2'], /Expected a share such as 2\/7/],
    [['verify', '--source', '0'], /Expected a whole number from 1/],
    [['pause', 'gaph'], /There is no dataset "gaph"/],
    [['status', '--account', 'not/an account'], /is no storage account/],
    [['status', '--queue-account', 'x'], /goes with --account/],
    [['status', '--settings', '/nowhere.json'], /cannot be read/],
    [['status', '--data', '/nowhere'], /holds no data of `npm start`/],
  ] as const) {
    const { code, out, note } = await said(...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(note, message);
  }
});

test('the version is that of the package', async () => {
  assert.deepEqual(await said('--version'), { code: 0, out: landline.version, note: '' });
});

test('every command explains itself with an example', async () => {
  const { out, code } = await said('--help');
  assert.equal(code, 0);
  const names = [...(/Commands:(.*)Exit codes/s.exec(out)?.[1] ?? '').matchAll(/^ {2}([a-z]+)\b/gm)].map(
    ([, name]) => name ?? '',
  );
  assert.ok(names.length >= 10, names.join());
  assert.ok(names.includes('doctor'), names.join());
  assert.match((await said('help')).out, /^Usage: landline/);
  const unknown = await said('help', 'frob');
  assert.equal(unknown.code, 2);
  for (const name of names.filter(each => each !== 'help')) {
    const help = await said(name, '--help');
    assert.deepEqual(await said('help', name), help);
    assert.equal(help.code, 0);
    assert.match(help.out, new RegExp(`Examples:\n {2}landline ${name}`));
  }
});

test('every state has a mark of its own and is in the legend', () => {
  const states = Object.keys(COLOURS) as Shown[];
  assert.equal(new Set(states.map(markOf)).size, states.length);
  for (const state of states) assert.ok(LEGEND.includes(`${markOf(state)} ${state}`));
});

test('columns line up, numbers to the right, whatever the colour', () => {
  assert.deepEqual(
    table(
      ['name', 'rows'],
      [
        ['a', '1'],
        ['\x1b[31mlong one\x1b[39m', '1,000'],
      ],
    ),
    ['name       rows', 'a             1', '\x1b[31mlong one\x1b[39m  1,000'],
  );
});

test('the last line of verify counts every finding above it: what is trouble, and what is only a note', () => {
  const of = (...kinds: ('seam' | 'settling' | 'source-news')[]) => kinds.map(kind => ({ kind, message: '' }));
  const absent = [{ dataset: 'teams-sms', days: ['2026-03-01', '2026-03-02'] }];
  const told = [
    outcomeOf({ days: 9, findings: of('seam', 'settling', 'source-news') }, []),
    outcomeOf({ days: 9, findings: of('seam', 'seam') }, absent),
    outcomeOf({ days: 9, findings: of('settling') }, []),
    outcomeOf({ days: 9, findings: of('settling') }, absent),
    outcomeOf({ days: 9, findings: [] }, []),
    outcomeOf({ days: 0, findings: [] }, absent),
    outcomeOf({ days: 0, findings: [] }, []),
  ];
  assert.deepEqual(told, [
    '1 finding, 2 notes',
    '2 findings, 2 days not held',
    'all whole, 1 note',
    'what is held is whole, 2 days not held, 1 note',
    'all whole',
    '2 days not held',
    'there is nothing to verify',
  ]);
});

async function settings(context: TestContext, values: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-settings-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'local.settings.json');
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values: values }));
  return file;
}

test('a settings file names tables, blobs and datasets; no queue, and no reference to Key Vault, stops who only looks', async context => {
  const file = await settings(context, {
    AzureWebJobsStorage__tableServiceUri: 'https://host.table.core.windows.net',
    LANDLINE_LAKE__blobServiceUri: 'https://data.blob.core.windows.net',
    LANDLINE_DATASETS: 'teams-pstn-calls,voximplant-sms',
    LANDLINE_PSTN_API: 'beta',
    LANDLINE_VOXIMPLANT_KEY: '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/key)',
  });
  const connection = await connect({ settings: file });
  assert.deepEqual(
    connection.datasets.map(({ name, api }) => [name, api]),
    [
      ['teams-pstn-calls', 'beta'],
      ['voximplant-sms', 'platform_api'],
    ],
  );
  await assert.rejects(connection.sources(), /only with the app’s own sign-in/);
});

test('settings that are not usable are told all at once, and no secret is shown', async context => {
  const AzureWebJobsStorage = 'AccountName=x;AccountKey=c2VjcmV0';
  const file = await settings(context, { AzureWebJobsStorage, LANDLINE_CLOUD: 'moon' });
  const { code, note } = await said('status', '--settings', file);
  assert.equal(code, 2);
  assert.match(note, /LANDLINE_CLOUD: expected[\s\S]*account key/);
  assert.ok(!note.includes('c2VjcmV0'));
});

test('an account may be named, or given by its address in another cloud', async () => {
  assert.equal((await connect({ account: 'calldata' })).where, 'storage account calldata');
  const account = 'https://calldata.blob.core.usgovcloudapi.net';
  const connection = await connect({ account, queueAccount: 'https://callhost.table.core.usgovcloudapi.net' });
  assert.match(connection.where, /calldata.*callhost/);
});

test('the account comes from the environment, from azd, or from what lies in the folder, and is said', async context => {
  const folder = await mkdtemp(join(tmpdir(), 'landline-target-'));
  const [before, env] = [process.cwd(), { ...process.env }];
  context.after(async () => {
    process.chdir(before);
    for (const name of ['LANDLINE_ACCOUNT', 'LANDLINE_QUEUE_ACCOUNT', 'AZURE_ENV_NAME'])
      if (env[name] === undefined) delete process.env[name];
      else process.env[name] = env[name];
    await rm(folder, { recursive: true });
  });
  process.chdir(folder);
  for (const name of ['LANDLINE_ACCOUNT', 'LANDLINE_QUEUE_ACCOUNT', 'AZURE_ENV_NAME']) delete process.env[name];
  assert.throws(() => placeOf({}, 'more'), /no environment of azd .* LANDLINE_ACCOUNT is not set/);

  await mkdir(join(folder, '.azure', 'prod'), { recursive: true });
  await writeFile(join(folder, '.azure', 'config.json'), '{"version":1,"defaultEnvironment":"prod"}');
  await writeFile(
    join(folder, '.azure', 'prod', '.env'),
    'DATA_ACCOUNT="calldata"\nHOST_ACCOUNT="callhost"\nDATA_BLOB_ENDPOINT="https://calldata.blob.core.windows.net/"\n',
  );
  const connection = await connect({});
  assert.deepEqual(
    [connection.where, connection.guessed],
    ['storage accounts calldata and callhost (azd environment prod)', true],
  );
  assert.equal(connection.ownSignIn, true);

  process.env['LANDLINE_ACCOUNT'] = 'other';
  assert.deepEqual(placeOf({}, ''), { account: 'other', queueAccount: 'other', found: 'LANDLINE_ACCOUNT' });
  assert.deepEqual(placeOf({ account: 'named' }, ''), { account: 'named', queueAccount: 'named' });
  delete process.env['LANDLINE_ACCOUNT'];
  await mkdir(join(folder, '.landline'));
  assert.deepEqual(placeOf({}, ''), { folder: '.landline', found: 'npm start' });
});

test('what the command line writes is for its owner alone', async context => {
  const before = process.umask(0o022);
  const folder = await mkdtemp(join(tmpdir(), 'landline-mode-'));
  context.after(async () => {
    process.umask(before);
    await rm(folder, { recursive: true });
  });
  await said('--help');
  await writeFile(join(folder, 'rows'), '');
  await mkdir(join(folder, 'landed'));
  const modes = await Promise.all(['rows', 'landed'].map(async name => (await stat(join(folder, name))).mode & 0o777));
  assert.deepEqual(modes, process.platform === 'win32' ? modes : [0o600, 0o700]);
});

test('what a verification finds of many days alike is said once, and every day is named or counted', () => {
  const plain = { paint: (_: string, text: string) => text };
  const unread = (day: string): Finding => ({
    kind: 'source-unread',
    dataset: 'teams-sms',
    day,
    message: `teams-sms ${day} was not compared: Graph refused getSmsLogs with 403.`,
  });
  const other: Finding = { kind: 'stray', name: 'x', message: 'raw/x is no partition' };
  const days = ['2026-11-02', '2026-11-09', '2026-11-10'];
  assert.deepEqual(findingLines([...days.map(unread), other], plain, 'landline'), [
    'source-unread  teams-sms 2026-11-02 was not compared: Graph refused getSmsLogs with 403. The same of 2026-11-09, 2026-11-10.',
    'stray  raw/x is no partition.',
  ]);
  const many = Array.from({ length: 30 }, (_, at) => unread(`2026-11-${String(at + 1).padStart(2, '0')}`));
  const [line, ...more] = findingLines(many, plain, 'landline');
  assert.match(line ?? '', /2026-11-02, .* 2026-11-13 and 17 more\.$/);
  assert.deepEqual(more, []);
});
