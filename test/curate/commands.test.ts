import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { blobCurated } from '../../shared/curate/curated-blobs.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { clockFrom } from '../clock.ts';
import { folderFor, land, SECRET } from './setup.ts';

clockFrom('2026-02-01T06:00:00.000Z');

const DAY = '2026-01-05';
const FILE = `v1/fact_message/dataset=teams-sms/date=${DAY}/part-0.parquet`;

function sms(id: string, user: string): string {
  return `{"id":"${id}","sentDateTime":"${DAY}T10:00:00Z","userId":"${user}","callCharge":0.01,"currency":"USD","sourceNumber":"+12025550142","smsType":"sms_in"}`;
}

test('the tables are made, drawn and cleared of a person from the command line', async context => {
  const azurite = await startAzurite();
  context.after(() => azurite.stop());
  const clients = storageClients(azurite);
  await createPlaces(clients);
  const lake = blobLake(clients.blobs);
  const gone = '5f1c1f7e-2a39-4a2f-9f0e-1f2f3a4b0001';
  const stays = '6f1c1f7e-2a39-4a2f-9f0e-1f2f3a4b0002';
  await land(lake, 'teams-sms', DAY, [sms('a', gone)]);
  await land(lake, 'teams-sms', DAY, [sms('a', gone), sms('b', stays)]);

  const folder = folderFor(context);
  const settings = join(folder, 'local.settings.json');
  const Values = {
    AzureWebJobsStorage: azurite.connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: 'http://127.0.0.1:9',
  };
  await writeFile(settings, JSON.stringify({ Values }));
  const command = async (...argv: string[]): Promise<[code: number, said: unknown]> => {
    const said: unknown[] = [];
    const out: Output = {
      line: (text = '') => void said.push(text),
      json: value => void said.push(value),
      note: text => void said.push(text),
      progress: () => undefined,
      paint: (_colour, text) => text,
      interactive: false,
      confirm: async () => false,
    };
    const code = await run(['--settings', settings, '--json', ...argv], out);
    return [code, said[0]];
  };

  assert.equal((await command('report', '--out', join(folder, 'none.html')))[0], 1);
  assert.deepEqual(await command('curate', '--all'), [
    0,
    { stamp: '3-masked', curated: 1, current: 0, failed: 0, failures: [] },
  ]);
  assert.equal((await command('curate', 'teams-sms', '2026-01-06'))[0], 1);
  const to = join(folder, 'copied');
  const database = join(folder, 'calls.duckdb');
  const options = ['--datasets', 'teams-sms', '--duckdb', database, '--csv'];
  const [copied, exported] = await command('export', '--curated', '--out', to, ...options);
  assert.deepEqual([copied, (exported as { files: string[] }).files], [0, [FILE]]);
  assert.deepEqual(
    await readFile(join(to, FILE)),
    await clients.blobs.getContainerClient('curated').getBlobClient(FILE).downloadToBuffer(),
  );
  assert.equal((exported as { views: string }).views, join(to, 'landline.sql'));
  const range = ['--datasets', 'teams-sms', '--from', '2026-01-03', '--to', DAY];
  const [part, told] = await command('export', '--curated', '--out', to, ...range);
  const [absent] = (told as { absent: { days: string[] }[] }).absent;
  assert.deepEqual([part, absent?.days.slice(0, 2)], [4, ['2026-01-03', '2026-01-04']]);
  assert.match(await readFile(join(to, 'csv/fact_message.csv'), 'utf8'), /^key,source_dataset,.*\r\nteams-sms:a,/);
  assert.ok(existsSync(database));
  for (const option of ['--csv', '--duckdb=x']) assert.equal((await command('export', '--out', to, option))[0], 2);
  // The folder is no database.
  assert.equal((await command('export', '--curated', '--out', to, '--duckdb', to))[0], 2);
  const page = join(folder, 'report.html');
  const [drawn, summary] = await command('report', '--out', page);
  assert.equal(drawn, 0);
  assert.deepEqual(summary, { out: page, calls: 0, messages: 2, firstDay: DAY, lastDay: DAY });
  assert.match(await readFile(page, 'utf8'), /<h2>Teams messages per user<\/h2>/);

  const other = join(folder, 'other.html');
  for (const options of [
    ['--month', '2026-01'],
    ['--from', DAY, '--to', DAY, '--zone', 'Europe/Berlin'],
  ])
    assert.equal((await command('report', '--out', other, ...options))[0], 0, options.join(' '));
  for (const options of [
    ['--month', '2026-13'],
    ['--month', '2026-01', '--to', DAY],
    ['--zone', 'Mars'],
    ['--from', '2026-01-06', '--to', DAY],
    ['--from', '2026-01-06'],
  ])
    assert.equal((await command('report', '--out', other, ...options))[0], 2, options.join(' '));

  const found = [{ dataset: 'teams-sms', day: DAY, raw: 1, history: [{ revision: 1, rows: 1 }] }];
  assert.deepEqual(await command('forget', '--user', gone, '--dry-run'), [
    0,
    {
      days: found,
      unsure: [],
      met: { spellings: [{ spelling: 'the whole name or id', rows: 2 }], longer: [], unsearched: 0 },
      removed: false,
    },
  ]);
  // Nobody can be asked, and nobody said yes.
  assert.equal((await command('forget', '--user', gone))[0], 1);
  const record = join(folder, 'erasure.json');
  // A record that cannot be written is found out before the rows are gone, and none is overwritten.
  const nowhere = join(folder, 'nowhere', 'erasure.json');
  for (const file of [nowhere, page])
    assert.equal((await command('forget', '--user', gone, '--yes', '--record', file))[0], 2, file);
  assert.equal((await lake.head('teams-sms', DAY))?.receipt.revision, 2);
  assert.equal((await command('forget', '--user', gone, '--record', record))[0], 1);
  await assert.rejects(readFile(record), { code: 'ENOENT' }, 'nothing was erased');
  const [forgotten] = await command('forget', '--user', gone, '--yes', '--record', record);
  assert.equal(forgotten, 0);
  const written = await readFile(record, 'utf8');
  assert.deepEqual([JSON.parse(written).days, JSON.parse(written).left], [found, 0]);
  assert.ok(!written.includes(gone));
  // What cannot be reached is told, and in the record too.
  assert.match(
    JSON.parse(written).elsewhere.join('\n'),
    /soft delete.*copies of the account.*\n.*source itself still has/,
  );
  for (const container of ['raw', 'history', 'curated']) {
    const blobs = clients.blobs.getContainerClient(container);
    for await (const { name } of blobs.listBlobsFlat())
      assert.ok(!(await blobs.getBlobClient(name).downloadToBuffer()).includes(gone), name);
  }
  assert.equal((await lake.head('teams-sms', DAY))?.receipt.revision, 3);
  assert.equal((await command('forget', '--number', '123'))[0], 2);
});

/** Runs the command line as if this key were in the environment, and says what it said. */
async function keyed(
  key: string | undefined,
  ...argv: readonly string[]
): Promise<{ code: number; note: string; lines: readonly string[] }> {
  const notes: string[] = [];
  const lines: string[] = [];
  const out: Output = {
    line: (text = '') => void lines.push(text),
    json: () => undefined,
    note: text => void notes.push(text),
    progress: () => undefined,
    paint: (_colour, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  if (key !== undefined) process.env['LANDLINE_PSEUDONYM_KEY'] = key;
  try {
    return { code: await run(argv, out), note: notes.join('\n'), lines };
  } finally {
    delete process.env['LANDLINE_PSEUDONYM_KEY'];
  }
}

test('where tables are pseudonymous, who writes them needs their key, and who only looks does not', async context => {
  const folder = folderFor(context);
  await mkdir(join(folder, 'azurite'));
  const azurite = await startAzurite(join(folder, 'azurite'));
  const clients = storageClients(azurite);
  await createPlaces(clients);
  const lake = blobLake(clients.blobs);
  const gone = '5f1c1f7e-2a39-4a2f-9f0e-1f2f3a4b0001';
  await land(lake, 'teams-sms', DAY, [sms('a', gone), sms('b', 'somebody else')]);

  const settings = join(folder, 'settings.json');
  const Values = {
    AzureWebJobsStorage: azurite.connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: 'http://127.0.0.1:9',
    LANDLINE_PRIVACY: 'pseudonymous',
    LANDLINE_PSEUDONYM_KEY: '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/key)',
  };
  await writeFile(settings, JSON.stringify({ Values }));
  const app = ['--settings', settings];
  assert.match((await keyed(undefined, ...app, 'curate', '--all')).note, /reference to Key Vault is resolved only in/);
  assert.match(
    (await keyed('short', ...app, 'curate', '--all')).note,
    /expected a random secret of at least 32 characters/,
  );
  assert.equal((await keyed(SECRET, ...app, 'curate', '--all')).code, 0);
  assert.equal((await keyed(undefined, ...app, 'status')).code, 1);
  const { label } = (await blobCurated(clients.blobs).head(FILE)) ?? {};
  assert.match(label?.stamp ?? '', /^3-pseudonymous-/);

  const erase = ['forget', '--user', gone, '--yes'];
  const other = `${SECRET} and another`;
  const refused = [
    await keyed(undefined, ...app, ...erase),
    await keyed(other, ...app, ...erase),
    await keyed(other, ...app, 'curate', '--all'),
  ];
  assert.equal((await keyed(undefined, ...app, 'forget', '--user', gone, '--dry-run')).code, 0);
  await azurite.stop();
  // Where only a folder or an account is named, too.
  const data = ['--data', folder];
  assert.equal((await keyed(undefined, ...data, 'forget', '--user', gone, '--dry-run')).code, 0);
  refused.push(await keyed(undefined, ...data, ...erase), await keyed(other, ...data, ...erase));
  for (const { code, note } of refused) assert.equal(code, 2, note);
  const [unresolved, wrong, wrongToo, asked, wrongThere] = refused.map(({ note }) => note);
  assert.match(unresolved ?? '', /put the secret itself into LANDLINE_PSEUDONYM_KEY in the environment/);
  assert.match(asked ?? '', /put the secret that is their key into LANDLINE_PSEUDONYM_KEY in the environment/);
  for (const each of [wrong, wrongToo, wrongThere]) assert.match(each ?? '', /is not the key that the curated tables/);
  const { code, note, lines } = await keyed(SECRET, ...data, ...erase);
  assert.deepEqual([code, note], [0, 'Erasing. If it is interrupted, run it again: what is done stays done.']);
  assert.match(
    lines.slice(-5).join('\n'),
    /nothing is left\.\n[\s\S]*as the whole name or id: 1 row\nNot reached: soft delete, .*\nThe source itself still has/,
  );

  const again = await startAzurite(join(folder, 'azurite'));
  context.after(() => again.stop());
  const after = storageClients(again);
  assert.equal((await blobLake(after.blobs).head('teams-sms', DAY))?.receipt.revision, 2);
  const renewed = (await blobCurated(after.blobs).head(FILE))?.label;
  assert.deepEqual([renewed?.revision, renewed?.stamp], [2, label?.stamp]);
});
