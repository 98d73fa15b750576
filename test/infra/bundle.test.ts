import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Made, makeDeployable } from '../../infra/build.ts';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type LogLine, startHost } from '../../local/host.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { clockFrom } from '../clock.ts';
import { processOf } from '../wait.ts';
import { parse, run } from './kql.ts';
import { deployedQueries } from './queries.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
let folder: string;
let made: Made;

before(async () => {
  // Far from node_modules: what is not in the bundle cannot be found by accident.
  const parent = mkdtempSync(join(tmpdir(), 'landline-bundle-'));
  made = await makeDeployable(join(parent, 'made'));
  folder = join(parent, 'app');
  cpSync(made.folder, folder, { recursive: true });
});
after(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

test('the folder holds bundles, source maps, host.json and package.json, and nothing else', context => {
  const files = globSync('**/*', { cwd: folder }).filter(path => statSync(join(folder, path)).isFile());
  const functions = globSync('functions/*.ts', { cwd: ROOT }).map(path => basename(path, '.ts'));
  const bundles = files.filter(path => /^functions[/\\]/.test(path) && path.endsWith('.js'));
  assert.deepEqual(bundles.map(path => basename(path, '.js')).sort(), functions.sort());
  const others = files.filter(path => !/^(functions|chunks)[/\\][\w.-]+\.js(\.map)?$/.test(path));
  assert.deepEqual(others.sort(), ['host.json', 'package.json']);
  for (const path of files.filter(each => each.endsWith('.js')))
    assert.ok(
      files.includes(`${path}.map`) && readFileSync(join(folder, path), 'utf8').includes('sourceMappingURL'),
      path,
    );
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.deepEqual([manifest.type, manifest.main, manifest.dependencies], ['module', 'functions/*.js', undefined]);
  const sources = files.filter(path => path.endsWith('.map')).flatMap(path => sourcesIn(join(folder, path)));
  const ours = sources.filter(path => !path.includes('node_modules/'));
  assert.ok(ours.some(path => path.endsWith('shared/plan/plan.ts')));
  assert.deepEqual(
    ours.filter(path => /\/(local|cli|tools|test|bench)\//.test(path)),
    [],
  );
  const bytes = files
    .filter(path => path.endsWith('.js'))
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
  context.diagnostic(`code: ${(bytes / 1e6).toFixed(2)} MB`);
  assert.ok(bytes < 2.6e6, 'a bundle of this size has something in it that does not belong there');
});

test('the same sources make the same bytes, and those of one commit the same version', async () => {
  const again = await makeDeployable(join(folder, '..', 'again'));
  const files = (of: string): string[] =>
    globSync('**/*', { cwd: of })
      .filter(path => statSync(join(of, path)).isFile())
      .sort();
  assert.deepEqual(files(again.folder), files(folder));
  for (const path of files(folder))
    assert.ok(readFileSync(join(again.folder, path)).equals(readFileSync(join(folder, path))), path);
  assert.equal(again.version, made.version);
  assert.match(made.version, /^\d+\.\d+\.\d+(\+[0-9a-f]{12}(\.changed)?)?$/);
});

test('nothing asks for what is left out: lists of blobs in the format of Arrow', () => {
  for (const path of globSync('{functions,shared}/**/*.ts', { cwd: ROOT }))
    assert.doesNotMatch(readFileSync(join(ROOT, path), 'utf8'), /responseFormat/, path);
});

function sourcesIn(map: string): string[] {
  const { sources } = JSON.parse(readFileSync(map, 'utf8'));
  return Array.isArray(sources) ? sources.map(String) : [];
}

test('a cold process loads it, and it registers every function', async () => {
  const loader = `
    const Module = require('node:module'), { globSync } = require('node:fs'), { pathToFileURL } = require('node:url');
    const names = [], original = Module.prototype.require;
    const core = { version: '3', hostVersion: '4', registerFunction: m => names.push(m.name), setProgrammingModel() {}, registerHook() {}, log() {}, Disposable: class {} };
    Module.prototype.require = function (id) { return id === '@azure/functions-core' ? core : original.apply(this, arguments); };
    (async () => {
      for (const file of globSync('functions/*.js')) await import(pathToFileURL(require('node:path').resolve(file)));
      console.log(JSON.stringify(names.sort()));
    })();`;
  const expected = globSync('functions/*.ts', { cwd: ROOT }).map(path => basename(path, '.ts'));
  const { said, ended } = processOf('a cold process', spawn(process.execPath, ['--eval', loader], { cwd: folder }));
  const { code } = await ended();
  assert.deepEqual([code, said.stderr], [0, '']);
  assert.deepEqual(JSON.parse(said.stdout), expected.sort());
});

test('it runs a day, from the timer to the partition, and its telemetry answers the queries of the workbook', async context => {
  const [azurite, simulator] = await Promise.all([startAzurite(), startSimulator({ seed: 6, rows: 1_200 })]);
  context.after(() => Promise.all([azurite.stop(), simulator.stop()]));
  const { connectionString } = azurite;
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  const lines: LogLine[] = [];
  const host = await startHost({
    root: folder,
    connectionString,
    settings: {
      AzureWebJobsStorage: connectionString,
      PLAN_SCHEDULE: '0 0 0 1 1 *',
      LANDLINE_CREDENTIAL: 'simulator',
      LANDLINE_GRAPH_URL: simulator.graphUrl,
      LANDLINE_DATASETS: 'teams-sms',
      LANDLINE_HISTORY_DAYS: '1',
    },
    log: line => lines.push(line),
  });
  context.after(() => host.stop());
  assert.equal(await host.runTimer('plan'), true);
  await host.drain();
  assert.equal(await host.runTimer('plan'), true);

  const day = lastDay(NOW);
  const blob = clients.blobs.getContainerClient('raw').getBlobClient(partitionPath('teams-sms', day));
  const bytes = await blob.downloadToBuffer();
  const landed = bytes.toString('utf8');
  assert.equal(
    landed,
    simulator
      .truth('teams-sms', day)
      .map(row => `${row}\n`)
      .join(''),
  );

  const heartbeat = lines.findLast(({ message }) => message.startsWith('{"event":"coverage reported"'));
  assert.equal(JSON.parse(heartbeat?.message ?? '{}').appVersion, made.version);

  // What was logged is what Application Insights would hold; every query is asked.
  const AppTraces = lines
    .filter(({ category }) => category === 'user')
    .map(({ time, message }) => ({ TimeGenerated: time.getTime(), Message: message, _BilledSize: message.length }));
  const queries = deployedQueries();
  const ask = (name: string): readonly object[] => run(parse(queries.get(name) ?? ''), { AppTraces }, Date.now());
  for (const name of [...queries.keys()].filter(each => each.startsWith('alert '))) {
    const speaks = ask(name).length > 0;
    // The simulator sends a field that no documentation knows, as Graph does now and then.
    assert.equal(speaks, name === 'alert schema-drifted', name);
  }
  const [row] = ask('tile coverage');
  assert.deepEqual(
    { ...row, reportedAt: 0, ...EMPTY },
    { dataset: 'teams-sms', landedThrough: day, newestHeld: day, lagDays: 0, gapDays: 0, ...EMPTY, reportedAt: 0 },
  );
  const [cost] = ask('tile cost');
  const rows = simulator.countRows('teams-sms', day);
  const worked = { dataset: 'teams-sms', reads: 1, pages: Math.ceil(rows / 1_000), rows, bytes: bytes.length };
  assert.deepEqual({ ...cost, TimeGenerated: 0 }, { ...worked, TimeGenerated: 0 });
  assert.equal(ask('tile lag').length, 1);
});

/** Members of a coverage row that say nothing of this day. */
const EMPTY = {
  settledThrough: '',
  held: 0,
  paused: false,
  missing: 0,
  waiting: 0,
  failed: 0,
  suspect: 0,
  expiring: 0,
  expired: 0,
};
