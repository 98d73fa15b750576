import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { startAzurite } from '../../local/azurite.ts';
import { startHost } from '../../local/host.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { clockFrom } from '../clock.ts';
import { landline as shell } from '../flow/cli-setup.ts';
import { close, listen } from '../wait.ts';

/** `landline doctor`, over an app in the local host and over a settings file. */

const ORDER = ['broken', 'warning', 'skipped', 'fine'];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

clockFrom('2026-03-11T12:00:00.000Z');

async function folderFor(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-doctor-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** What the command said, and its exit code. */
async function landline(...argv: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out: Output = {
    line: (text = '') => void lines.push(text),
    json: value => void lines.push(JSON.stringify(value)),
    note: text => void lines.push(text),
    progress: () => {},
    paint: (_colour, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  return { code: await run(argv, out), said: lines.join('\n') };
}

async function brokenApp(context: TestContext): Promise<string> {
  const host = await startHost({
    root: ROOT,
    files: ['functions/doctor.ts'],
    connectionString: 'UseDevelopmentStorage=true',
    settings: { LANDLINE_CLOUD: 'china' },
    functionKey: 'the-key',
    log: () => {},
  });
  context.after(() => host.stop());
  return host.url ?? '';
}

test('asked of an app, the doctor prints what the app found, with the next step and who can do it', async context => {
  const url = await brokenApp(context);
  const { code, said } = await landline('doctor', '--app', url, '--key', 'the-key');
  assert.equal(code, 1);
  assert.match(
    said,
    /^Landline source\n1 broken\.\n\nbroken {3}configuration LANDLINE_CLOUD: Microsoft does not offer .* China cloud/,
  );
  assert.match(
    said,
    /\n {9}next: az functionapp config appsettings set .*"LANDLINE_CLOUD=<value>".*the next deployment undoes it, unless the parameter/,
  );
  assert.match(said, /\n {9}who: {2}whoever may change the Function App/);
  const json = await landline('--json', 'doctor', '--app', url, '--key', 'the-key');
  assert.equal(JSON.parse(json.said).findings[0].about, 'LANDLINE_CLOUD');
  const results = [...said.matchAll(/^(broken|warning|skipped|fine) /gm)].map(([, result]) => result);
  assert.deepEqual(
    results,
    results.toSorted((a = '', b = '') => ORDER.indexOf(a) - ORDER.indexOf(b)),
  );
});

test('an app from before it said its version is understood', async context => {
  const answer = JSON.stringify({ format: 1, asOf: '2026-01-31T00:00:00.000Z', result: 'fine', findings: [] });
  const server = createServer((_, response) => response.end(answer));
  const port = await listen(server);
  context.after(() => close(server));
  const { code, said } = await landline('doctor', '--app', `http://127.0.0.1:${port}`);
  assert.deepEqual([code, said], [0, 'Landline unknown\nEverything is fine.']);
});

test('a wrong key, a wrong address and an app that is not there are told apart', async context => {
  const url = await brokenApp(context);
  const wrongKey = await landline('doctor', '--app', url, '--key', 'another');
  assert.deepEqual([wrongKey.code, /does not accept the key/.test(wrongKey.said)], [2, true]);
  assert.equal((await landline('doctor', '--app', 'http://contoso.example')).code, 2);
  const nobody = await landline('doctor', '--app', 'http://127.0.0.1:9');
  assert.deepEqual([nobody.code, /cannot be reached/.test(nobody.said)], [3, true]);
  assert.doesNotMatch(wrongKey.said, /another/);
});

test('over a settings file it looks from this machine', async context => {
  const folder = await folderFor(context);
  const file = join(folder, 'local.settings.json');
  const key = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)';
  const Values = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', LANDLINE_VOXIMPLANT_KEY: key };
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values }));
  const { code, said } = await landline('--settings', file, 'doctor');
  assert.equal(code, 1);
  assert.match(said, /^broken {3}key-vault LANDLINE_VOXIMPLANT_KEY: Its Key Vault reference is not resolved/m);
});

test('of `npm start` it asks the one that runs, and never the settings of a real tenant instead', async context => {
  const folder = await folderFor(context);
  const data = join(folder, '.landline');
  await writeFile(join(folder, 'local.settings.json'), JSON.stringify({ Values: { LANDLINE_CLOUD: 'moon' } }));
  const refused = async (...argv: string[]) => {
    const { code, stdout, stderr } = await shell(folder, 'doctor', ...argv);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /^error: npm start is not running over \.landline: start it, or/);
  };
  await refused('--local');
  await refused('--data', '.landline');
  await mkdir(data);
  await refused();
  // As a `npm start` that was killed leaves it behind.
  const [azurite, simulator] = await Promise.all([startAzurite(), startSimulator()]);
  context.after(() => simulator.stop());
  const settings = {
    AzureWebJobsStorage: azurite.connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
  };
  await writeFile(join(data, 'running.json'), JSON.stringify({ settings }));
  const found = await shell(folder, 'doctor').finally(() => azurite.stop());
  assert.match(found.stdout, /^fine {5}configuration: The configuration is whole/m, found.stderr);
  assert.match(found.stdout, /^Landline \S+\n9 broken\.\n\nbroken {3}ledger /);
  assert.equal(found.code, 1);
  await refused();
});
