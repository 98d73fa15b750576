import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as sendOn } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../cli/usage-error.ts';
import { startAzurite } from '../../local/azurite.ts';
import { type Simulator, startSimulator } from '../../local/simulator/index.ts';
import { arrivedBy } from '../../local/start/folder.ts';
import { parseOptions } from '../../local/start/options.ts';
import { simulatedTenant } from '../../local/start/sources.ts';
import type { Summary } from '../../local/start/summary.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { addDays, dayOf } from '../../shared/words/day.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { checkAnswer } from '../answers.ts';
import { selfSigned } from '../certificate.ts';
import { clockFrom } from '../clock.ts';
import { duck, millionths, parsedExactly } from '../curate/setup.ts';
import { POSIX } from '../system.ts';
import { close, listen, processOf, waitFor } from '../wait.ts';

/** The command as a person runs it: a process of its own, over a folder of its own. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(t: TestContext, args: readonly string[], env: Record<string, string> = {}) {
  const own = Object.entries(process.env).filter(([name]) => !/^(LANDLINE|AZURE|npm_config)_/i.test(name));
  const child = spawn(process.execPath, ['local/start.ts', ...args], {
    cwd: ROOT,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const running = processOf(`npm start -- ${args.join(' ')}`, child);
  return {
    ...running,
    async ended(): Promise<Ended> {
      const { code } = await running.ended();
      return { code, ...running.said };
    },
  };
}

function start(t: TestContext, ...args: string[]): Promise<Ended> {
  return launch(t, args).ended();
}

/** A run to its end that must succeed. */
async function landed(t: TestContext, ...args: string[]): Promise<Summary & { readonly said: string }> {
  const { code, stdout, stderr } = await start(t, ...args, '--exit', '--json');
  assert.equal(code, 0, stderr);
  checkAnswer(['start'], stdout);
  const summary: Summary = JSON.parse(stdout);
  assert.equal(summary.ok, true);
  return { ...summary, said: stderr };
}

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-start-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

interface Tenant {
  readonly seed: number;
  readonly rows: number;
  readonly late?: boolean;
  /** Days of which the late rows have come by themselves. */
  readonly arrived?: string;
}

async function equalSimulator(t: TestContext, { late = false, ...tenant }: Tenant): Promise<Simulator> {
  const simulator = await startSimulator(simulatedTenant({ from: 'simulator', days: 0, late, ...tenant }));
  t.after(() => simulator.stop());
  return simulator;
}

/** Every file below the folder, by its path. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.sort().map(async file => [file, await readFile(file, 'utf8')] as const));
  return new Map(texts.map(([file, text]) => [file.slice(folder.length + 1).replaceAll('\\', '/'), text]));
}

/** What the files should be: for each of the datasets, the days of `files`, as the source has them. */
function truthOf(simulator: Simulator, files: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...files.keys()].map(path => {
      const dataset = DATASETS.find(({ name }) => path.startsWith(`${name}/`));
      const day = /date=(\d{4}-\d\d-\d\d)\//.exec(path)?.[1] ?? '';
      assert.ok(dataset !== undefined && path === partitionPath(dataset.name, day), `${path} is a partition's path`);
      // The names are the simulator's own list as well.
      const rows = simulator.truth(dataset.name as Parameters<Simulator['truth']>[0], day);
      return [path, rows.map(row => `${row}\n`).join('')];
    }),
  );
}

const linesOf = (text: string | undefined): string[] => (text ?? '').split('\n').filter(line => line !== '');

const sumOf = ({ run }: Summary, field: 'daysLanded' | 'daysRevised' | 'rowsGained'): number =>
  run.reduce((sum, each) => sum + each[field], 0);
const rowsOf = ({ status }: Summary): number => status.datasets.reduce((sum, { rows }) => sum + rows, 0);
/** Days that need attention, as `dataset day reason`. */
const troublesOf = ({ status }: Summary): string[] =>
  status.datasets.flatMap(({ dataset, trouble }) =>
    trouble.filter(({ reason }) => reason !== undefined).map(({ day, reason }) => `${dataset} ${day} ${reason}`),
  );

test('all datasets land as the source has them, once, and late rows are exactly what their days gain', async t => {
  const folder = await newFolder(t);
  const [data, out] = [join(folder, 'data'), join(folder, 'out')];
  const flags = ['--data', data, '--out', out];

  const first = await landed(t, ...flags, '--days', '3', '--rows', '60', '--seed', '5');
  assert.deepEqual(
    first.status.datasets.map(({ dataset, daysOwed }, at) => [dataset, daysOwed, first.run[at]?.daysLanded]),
    DATASETS.map(({ name }) => [name, 3, 3]),
  );
  const files = await filesIn(out);
  assert.equal(files.size, 21);
  assert.deepEqual(files, truthOf(await equalSimulator(t, { seed: 5, rows: 60 }), files));
  assert.equal(rowsOf(first), [...files.values()].flatMap(linesOf).length);

  // The queries that people are told to begin with count the same.
  const count = (dataset: string) =>
    [...files].filter(([path]) => path.startsWith(`${dataset}/`)).map(([, text]) => String(linesOf(text).length));
  const { rows } = await duck(t);
  const printed = /with DuckDB +(SELECT .*)/.exec(first.said)?.[1] ?? '';
  const counted = await rows(printed);
  assert.deepEqual(counted.map(row => String(row['count_star()'])).sort(), count(DATASETS[0]?.name ?? '').sort());
  const [, shown = ''] = /```sql\n(.*?)```/s.exec(await readFile(join(ROOT, 'README.md'), 'utf8')) ?? [];
  assert.match(shown, /'landed\//);
  const told = (await rows(shown.replaceAll("'landed/", `'${out}/`))).map(row => Object.values(row).map(String));
  const charges = new Map<string, { calls: number; sum: bigint }>();
  for (const [path, text] of files) {
    if (!path.startsWith('teams-pstn-calls/')) continue;
    for (const row of linesOf(text).map(parsedExactly)) {
      const group = `${/date=([^/]+)/.exec(path)?.[1]} ${row['currency']}`;
      const { calls, sum } = charges.get(group) ?? { calls: 0, sum: 0n };
      charges.set(group, { calls: calls + 1, sum: sum + millionths(String(row['charge'] ?? '0')) });
    }
  }
  assert.deepEqual(
    new Map(
      told.map(([date, currency, calls, sum = '']) => [
        `${date} ${currency}`,
        { calls: Number(calls), sum: millionths(sum) },
      ]),
    ),
    charges,
  );

  const second = await landed(t, ...flags);
  assert.match(second.said, /21 of 21 days are held already[\s\S]*Nothing new landed, in/);
  assert.equal(sumOf(second, 'daysLanded') + sumOf(second, 'daysRevised'), 0);
  assert.equal(second.simulator?.requests, 0);
  assert.deepEqual(await filesIn(out), files);

  const third = await landed(t, ...flags, '--late');
  const late = await filesIn(out);
  assert.deepEqual(late, truthOf(await equalSimulator(t, { seed: 5, rows: 60, late: true }), late));
  const changed = [...late.keys()].filter(path => late.get(path) !== files.get(path));
  assert.ok(changed.length > 5, `${changed.length} days have late rows`);
  for (const path of changed) {
    const [before, now] = [new Set(linesOf(files.get(path))), new Set(linesOf(late.get(path)))];
    assert.ok(before.isSubsetOf(now), `${path} lost nothing`);
  }
  assert.equal(sumOf(third, 'daysRevised'), changed.length);
  assert.equal(sumOf(third, 'rowsGained'), rowsOf(third) - rowsOf(first));

  // The folder is free again, and holds the revision before of each changed day and of no other.
  const azurite = await startAzurite(join(data, 'azurite'));
  try {
    const lake = blobLake(storageClients(azurite).blobs);
    for (const path of late.keys()) {
      const [dataset = '', day = ''] = path.split(/\/(?:date=)?/);
      const revision = await lake.read(dataset, day, 1);
      const text = revision && Buffer.concat(await Array.fromAsync(revision)).toString();
      assert.equal(text, changed.includes(path) ? files.get(path) : undefined, path);
    }
  } finally {
    // Here and not in `t.after`, which would take the folder away first.
    await azurite.stop();
  }
});

const LONG = ['--datasets', 'teams-sms,voximplant-sms', '--days', '14', '--rows', '600', '--seed', '9'];

// On Windows a signal is always a kill.
for (const signal of POSIX ? (['SIGINT', 'SIGKILL'] as const) : (['SIGKILL'] as const)) {
  test(`after a ${signal} in the middle, the next start ends in the same partitions`, async t => {
    const folder = await newFolder(t);
    const [data, out] = [join(folder, 'data'), join(folder, 'out')];
    const { child, said, ended } = launch(t, [...LONG, '--data', data, '--exit', '--json']);
    const logged = async (): Promise<number> => {
      const log = await readFile(join(data, 'start.log'), 'utf8').catch(() => '');
      return log.split('"day landed"').length - 1;
    };
    const underWay = async (): Promise<boolean> => {
      assert.equal(child.exitCode, null, `it is still at work: ${JSON.stringify(said)}`);
      return (await logged()) >= 6;
    };
    await waitFor('six days land', underWay, { saw: () => said });
    child.kill(signal);
    const { code, stdout, stderr } = await ended();
    const interrupted: Summary | undefined = signal === 'SIGINT' ? JSON.parse(stdout) : undefined;
    if (interrupted !== undefined) {
      assert.equal(code, 130, stderr);
      const days = sumOf(interrupted, 'daysLanded');
      assert.ok(!interrupted.ok && days >= 6 && days < 28, `${days} days landed before the stop`);
    }

    const next = await landed(t, ...LONG, '--data', data, '--out', out);
    const files = await filesIn(out);
    assert.equal(files.size, 28);
    assert.deepEqual(files, truthOf(await equalSimulator(t, { seed: 9, rows: 600, arrived: arrivedBy(NOW) }), files));
    const before = interrupted === undefined ? 28 - sumOf(next, 'daysLanded') : sumOf(interrupted, 'daysLanded');
    assert.ok(before > 0, 'what landed before the kill was kept');
    assert.equal(sumOf(next, 'daysLanded'), 28 - before);
  });
}

test('with every fifth request gone wrong a week lands all the same, and the summary says what was met', async t => {
  const folder = await newFolder(t);
  const out = join(folder, 'out');
  const flags = ['--data', join(folder, 'data'), '--out', out, '--days', '7', '--rows', '60', '--seed', '3'];
  const summary = await landed(t, ...flags, '--faults', '0.2');
  const met = Object.values(summary.simulator?.faults ?? {}).reduce((sum, count) => sum + count, 0);
  // At least a request for each of 49 days.
  assert.ok(met > 5, `${met} faults`);
  const told = /Faults that occurred: (.*)/.exec(summary.said)?.[1] ?? '';
  for (const [name, count] of Object.entries(summary.simulator?.faults ?? {}))
    assert.ok(told.includes(`${name} ${count}`));
  assert.deepEqual(
    summary.status.datasets.map(({ dataset, daysOwed, daysHeld }) => [dataset, daysOwed, daysHeld]),
    DATASETS.map(({ name }) => [name, 7, 7]),
  );
  assert.deepEqual(troublesOf(summary), []);
  const files = await filesIn(out);
  assert.equal(files.size, 49);
  assert.deepEqual(files, truthOf(await equalSimulator(t, { seed: 3, rows: 60, arrived: arrivedBy(NOW) }), files));
});

test('a fault that is asked for by name is in every answer about its dataset or its day, and in no other', async t => {
  const data = join(await newFolder(t), 'data');
  const datasets = ['teams-sms', 'voximplant-sms', 'teams-blocked-users'];
  const [day, before] = [1, 2].map(back => addDays(dayOf(new Date(NOW)), -back));
  const named = ['--fault', 'error-key@voximplant-sms', '--fault', `too-many-rows@teams-sms/${day}`];
  const flags = ['--data', data, '--datasets', datasets.join(','), '--days', '2', '--rows', '30'];
  const { code, stdout, stderr } = await start(t, ...flags, ...named, '--fault', 'link-expired', '--exit', '--json');
  assert.equal(code, 1, stderr);
  const summary: Summary = JSON.parse(stdout);
  // While a dataset waits for a person it is tried with one day.
  assert.deepEqual(
    troublesOf(summary).map(text => text.replace(/^(voximplant-sms) \S+/, '$1')),
    [`teams-sms ${day} limits.page_rows`, 'voximplant-sms auth.rejected'],
  );
  assert.deepEqual(Object.keys(summary.simulator?.faults ?? {}).sort(), ['error-key', 'too-many-rows']);
  assert.match(stderr, /Faults that did not occur: link-expired\. No request matched/);

  const mended = await landed(t, '--data', data, '--days', '1');
  assert.match(mended.said, /--days 1: \S+ has 2 days already, and keeps them\./);
  assert.match(
    mended.said,
    /3 logs \(teams-sms, voximplant-sms, teams-blocked-users\), 2 days, from a simulated tenant/,
  );
  assert.deepEqual(
    mended.status.datasets.map(({ daysOwed, daysHeld }) => [daysOwed, daysHeld]),
    datasets.map(() => [2, 2]),
  );

  const doubted = await start(
    t,
    '--data',
    data,
    '--late',
    '--fault',
    `all-rows-gone@teams-sms/${before}`,
    '--exit',
    '--json',
  );
  const after: Summary = JSON.parse(doubted.stdout);
  assert.deepEqual(troublesOf(after), [`teams-sms ${before} shrink.emptied`]);
});

test('in the first minutes of a day the last one that is landed is the one before yesterday, and that is all that is owed', async t => {
  clockFrom('2027-01-01T00:20:00.000Z');
  t.after(() => clockFrom(new Date(NOW).toISOString()));
  const folder = await newFolder(t);
  const out = join(folder, 'out');
  const flags = ['--data', join(folder, 'data'), '--out', out, '--datasets', 'teams-sms', '--seed', '5'];
  const summary = await landed(t, ...flags, '--days', '2', '--rows', '30');
  const [log] = summary.status.datasets;
  assert.deepEqual([log?.daysOwed, log?.daysHeld], [2, 2]);
  const files = await filesIn(out);
  const days = ['2026-12-29', '2026-12-30'].map(day => partitionPath('teams-sms', day));
  assert.deepEqual([...files.keys()], days);
  assert.deepEqual(files, truthOf(await equalSimulator(t, { seed: 5, rows: 30 }), files));
});

test('another server on this machine is read instead of the simulator', async t => {
  const folder = await newFolder(t);
  const out = join(folder, 'out');
  const server = await startSimulator({ seed: 77, rows: 30, changedShare: 0, switches: { voximplantAuth: 'any' } });
  t.after(() => server.stop());
  const flags = ['--data', join(folder, 'data'), '--out', out, '--days', '2'];
  const summary = await landed(t, ...flags, '--graph', server.url, '--voximplant', server.url);
  assert.equal(summary.simulator, null);
  const files = await filesIn(out);
  assert.equal(files.size, 14);
  assert.deepEqual(files, truthOf(server, files));
});

/** The simulator as a real service has it: over https, with a certificate that the person at the machine trusts. */
async function behindTls(t: TestContext, simulator: Simulator, folder: string) {
  const pair = await selfSigned();
  const trusted = join(folder, 'trusted.pem');
  await writeFile(trusted, pair.cert);
  const front = createTlsServer(pair, (request, response) => {
    const { method, headers, url: path } = request;
    const behind = sendOn(simulator.url, { method, headers, path }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(behind);
  });
  t.after(() => close(front));
  const url = `https://127.0.0.1:${await listen(front)}${new URL(simulator.voximplantUrl).pathname}`;
  return { url, trusted };
}

test('--tenant reads the service that the environment names with the key that it has, and leaves no key in the folder', async t => {
  const folder = await newFolder(t);
  const [data, out] = [join(folder, 'data'), join(folder, 'out')];
  const service = await startSimulator({ seed: 78, rows: 30, changedShare: 0 });
  t.after(() => service.stop());
  const behind = await behindTls(t, service, folder);
  const id = '11111111-2222-3333-4444-555555555555';
  const key = service.account.keyFile;
  const env = {
    ...{ AZURE_TENANT_ID: id, AZURE_CLIENT_ID: id, AZURE_CLIENT_SECRET: 'marker-7f3a' },
    ...{ LANDLINE_VOXIMPLANT_URL: behind.url, LANDLINE_VOXIMPLANT_KEY: key, NODE_EXTRA_CA_CERTS: behind.trusted },
  };
  const flags = ['--tenant', '--datasets', 'voximplant-sms', '--days', '2', '--data', data, '--out', out];
  const { code, stdout, stderr } = await launch(t, [...flags, '--exit', '--json'], env).ended();
  assert.equal(code, 0, stderr);
  const summary: Summary = JSON.parse(stdout);
  assert.deepEqual([summary.ok, summary.simulator, sumOf(summary, 'daysLanded')], [true, null, 2]);
  assert.match(stderr, new RegExp(`Landing 1 log \\(voximplant-sms\\), 2 days, from the tenant ${id}`));
  const files = await filesIn(out);
  assert.equal(files.size, 2);
  assert.deepEqual(files, truthOf(service, files));

  const { private_key: secret } = JSON.parse(key);
  for (const text of [stdout, stderr, ...(await filesIn(data)).values()])
    assert.ok(!text.includes('marker-7f3a') && !text.includes(secret.slice(40, 100)));
  const other = await launch(t, [...flags, '--exit'], { ...env, AZURE_TENANT_ID: id.replaceAll('1', '9') }).ended();
  assert.equal(other.code, 2);
  assert.match(other.stderr, new RegExp(`holds days of the tenant ${id}`));
});

test('a source that refuses ends in exit code 1 and the reason, with what to do', async t => {
  const folder = await newFolder(t);
  const server = createServer((request, response) => {
    const graph = request.method === 'GET';
    const body = graph ? '{"error":{"code":"Forbidden","message":""}}' : '{"error":{"code":433,"msg":"unknown key"}}';
    response.writeHead(graph ? 403 : 200, { 'content-type': 'application/json' }).end(body);
  });
  t.after(() => close(server));
  const url = `http://127.0.0.1:${await listen(server)}`;
  const flags = ['--graph', url, '--voximplant', url, '--datasets', 'teams-sms,voximplant-sms', '--days', '3'];
  const { code, stdout, stderr } = await start(t, ...flags, '--data', folder, '--exit', '--json');
  assert.equal(code, 1, stderr);
  const summary: Summary = JSON.parse(stdout);
  assert.equal(summary.ok, false);
  assert.deepEqual(
    new Set(troublesOf(summary).map(text => text.split(' ')[2])),
    new Set(['auth.forbidden', 'auth.rejected']),
  );
  assert.match(stderr, /CallRecord-PstnCalls\.Read\.All.* This needs a person\./);
  // At the end what `landline status` says: each cause, and the command that shows what to do.
  assert.match(stderr, /- Teams SMS: \d days? failed \(auth\.forbidden\).*permission is missing/);
  assert.match(stderr, /- Voximplant SMS: \d days? failed \(auth\.rejected\).*error 433/);
  assert.match(stderr, /\n {2}npx landline --data \S+ show teams-sms \d{4}-\d\d-\d\d\n/);
});

test('a wrong flag, setting or folder is exit code 2 and a sentence on stderr', async t => {
  const folder = await newFolder(t);
  await landed(t, '--data', folder, '--days', '1', '--rows', '1', '--datasets', 'teams-sms', '--seed', '4');
  const wrong: [string[], RegExp][] = [
    [['--dayz', '3'], /unknown option '--dayz'\s+\(Did you mean --days\?\)/],
    [['--seed', '8', '--data', folder], /holds a simulated tenant with --seed 4/],
    [['--graph', 'http://127.0.0.1:1', '--data', folder], /holds rows of the simulator/],
    [['--tenant'], /AZURE_TENANT_ID: .*AZURE_CLIENT_ID: .*AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH: /s],
  ];
  for (const [args, sentence] of wrong) {
    const { code, stdout, stderr } = await start(t, ...args);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, sentence);
  }
});

// Windows says of what would be below a file only that it is not there, so this shows when the folder is made.
const IN_PLACE = /cannot be written to: a file is in its place \(EEXIST\)\. Name another/;

test('a data folder or an --out that cannot be made is exit code 2 and what to do, and no search without end', async t => {
  const folder = await newFolder(t);
  const file = join(folder, 'file');
  await writeFile(file, '');
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'azurite'), '');
  const wrong: [string[], RegExp][] = [
    [
      ['--data', file],
      POSIX ? /--data \S+file cannot be read: it is a file, or below one\. Name another folder\./ : IN_PLACE,
    ],
    [
      ['--data', join(file, 'below')],
      POSIX ? /--data \S+below cannot be read: it is a file, or below one\./ : IN_PLACE,
    ],
    [
      ['--data', join(folder, 'data')],
      /azurite cannot be written to: a file is in its place \(EEXIST\)\. Name another/,
    ],
    [
      ['--data', join(folder, 'other'), '--out', file],
      /--out \S+ cannot be written to: a file is in its place \(EEXIST\)/,
    ],
  ];
  // It is there, and nothing can be made in it.
  if (process.platform === 'linux')
    wrong.push([['--data', '/proc/x'], /azurite cannot be written to: .* \((ENOENT|EACCES)\)\. Name another/]);
  for (const [args, sentence] of wrong) {
    const { code, stdout, stderr } = await start(t, ...args, '--exit');
    assert.equal(code, 2, stderr + stdout);
    assert.match(stderr, sentence);
  }
});

test('the coverage page is where --port says, with a way to it from the root, and a port that is taken is exit code 2', async t => {
  const folder = await newFolder(t);
  const taken = createServer();
  t.after(() => taken.close());
  const port = await listen(taken);
  const flags = ['--datasets', 'teams-sms', '--days', '1', '--rows', '1', '--port', String(port), '--data', folder];
  const refused = await start(t, ...flags);
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(
    refused.stderr,
    new RegExp(`--port ${port}: another program on this machine uses it\\. Name another port`),
  );

  await close(taken);
  const { child, said, ended } = launch(t, flags);
  await waitFor('everything is landed', () => said.stdout.includes('Ctrl-C stops it'), { saw: () => said });
  assert.match(said.stdout, new RegExp(`the coverage page {3}http://127\\.0\\.0\\.1:${port}/api/status`));
  const front = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' });
  assert.deepEqual([front.status, front.headers.get('location')], [302, '/api/status']);
  assert.equal((await fetch(`http://127.0.0.1:${port}/api/status`)).status, 200);
  const second = await start(t, '--data', folder);
  assert.deepEqual([second.code, second.stdout], [2, '']);
  assert.match(
    second.stderr,
    new RegExp(
      `^error: .npm start. already uses .*; its page is http://127.0.0.1:${port}/api/status. Stop it in its terminal`,
    ),
  );
  child.kill('SIGINT');
  assert.equal((await ended()).code, POSIX ? 130 : null);
});

test('the China cloud is exit code 2 and the reason, before anything is started', async t => {
  const folder = join(await newFolder(t), 'data');
  const id = '11111111-2222-3333-4444-555555555555';
  const tenant = { AZURE_TENANT_ID: id, AZURE_CLIENT_ID: id, AZURE_CLIENT_SECRET: 'marker-7f3a' };
  const { ended } = launch(t, ['--tenant', '--exit', '--data', folder], { ...tenant, LANDLINE_CLOUD: 'china' });
  const { code, stdout, stderr } = await ended();
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(
    stderr,
    /LANDLINE_CLOUD: Microsoft does not offer the call-record log functions in the China cloud.* nothing to land/,
  );
  assert.doesNotMatch(stderr, /marker-7f3a/);
  await assert.rejects(readdir(folder), { code: 'ENOENT' });
});

test('each flag says what it expects', () => {
  const wrong: [string, RegExp][] = [
    ['--days 0', /whole number from 1 to 3650/],
    ['--days', /argument missing/],
    ['--rows many', /whole number from 0/],
    ['--seed -1', /whole number from 0/],
    ['--datasets teams-smss', /no dataset "teams-smss"; did you mean teams-sms\?/],
    ['--faults 2', /probability from 0 to 1/],
    ['--port 0', /whole number from 1 to 65535/],
    ['--fault forbiden', /no fault "forbiden"\. Did you mean forbidden\? docs\/faults\.md lists them all/],
    ['--fault zzz', /no fault "zzz"\. docs\/faults\.md lists them all/],
    ['--fault forbidden@teams-smss', /no dataset "teams-smss"; did you mean teams-sms\?/],
    ['--fault forbidden@teams-sms/yesterday', /UTC day such as 2026-01-31, got "yesterday"/],
    ['--fault error-key@teams-sms', /error-key is a fault of voximplant, but teams-sms is read from graph/],
    ['--tenant --fault forbidden', /--fault is only for the simulator/],
    ['--graph http://example.com', /address on this machine/],
    ['--graph ftp://127.0.0.1', /address on this machine/],
    ['--voximplant http://127.0.0.1.example.com', /address on this machine/],
    ['--graph http://127.0.0.1:1 --late', /--late is only for the simulator/],
    ['--tenant --faults 0.1', /--faults is only for the simulator/],
    ['--tenant --graph http://127.0.0.1:1', /--tenant reads the real services/],
    ['5', /Put two dashes before the flags/],
  ];
  for (const [line, message] of wrong) {
    assert.throws(() => parseOptions(line.split(' '), {}), { name: UsageError.name, message }, line);
  }
  assert.throws(() => parseOptions([], { npm_config_days: '5' }), /npm start -- --days/);
  assert.deepEqual(parseOptions(['--days', '5', '--datasets', 'teams-sms, teams-sms', '--exit'], {}), {
    ...{ exit: true, json: false, late: false, tenant: false },
    ...{ days: 5, datasets: ['teams-sms'] },
  });
});
