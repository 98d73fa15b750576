import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/output.ts';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/places.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { folderFor, land } from './rig.ts';

const DAY = '2026-01-05';

function sms(id: string, user: string): string {
  return `{"id":"${id}","sentDateTime":"${DAY}T10:00:00Z","userId":"${user}","callCharge":0.01,"currency":"USD","sourceNumber":"+12025550142","smsType":"sms_in"}`;
}

for (const gzip of [false, true]) {
  test(`the tables are made, drawn and cleared of a person from the command line, and what is ${gzip ? 'compressed' : 'plain'} stays so`, context =>
    tablesAreMade(context, gzip));
}

async function tablesAreMade(context: TestContext, gzip: boolean): Promise<void> {
  const azurite = await startAzurite();
  context.after(() => azurite.stop());
  const clients = storageClients(azurite);
  await createPlaces(clients);
  const lake = blobLake(clients.blobs, { gzip });
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
    // What is there decides, and not the setting.
    LANDLINE_GZIP: gzip ? 'off' : 'on',
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
    { as: '1-masked', curated: 1, current: 0, failed: 0, failures: [] },
  ]);
  assert.equal((await command('curate', 'teams-sms', '2026-01-06'))[0], 1);
  const to = join(folder, 'copied');
  const [copied, exported] = await command('export', '--curated', '--to', to, '--dataset', 'teams-sms');
  const file = `v1/fact_message/dataset=teams-sms/date=${DAY}/part-0.parquet`;
  assert.deepEqual([copied, (exported as { files: string[] }).files], [0, [file]]);
  assert.deepEqual(
    await readFile(join(to, file)),
    await clients.blobs.getContainerClient('curated').getBlobClient(file).downloadToBuffer(),
  );
  const page = join(folder, 'report.html');
  const [drawn, summary] = await command('report', '--out', page);
  assert.equal(drawn, 0);
  assert.deepEqual(summary, { out: page, calls: 0, messages: 2, firstDay: DAY, lastDay: DAY });
  assert.match(await readFile(page, 'utf8'), /<h2>Teams messages per user<\/h2>/);

  const found = [{ dataset: 'teams-sms', day: DAY, raw: 1, history: [{ revision: 1, rows: 1 }] }];
  assert.deepEqual(await command('forget', '--user', gone, '--dry-run'), [
    0,
    { days: found, unsure: [], removed: false },
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
  for (const container of ['raw', 'history', 'curated']) {
    const blobs = clients.blobs.getContainerClient(container);
    for await (const { name, properties } of blobs.listBlobsFlat()) {
      const stored = await blobs.getBlobClient(name).downloadToBuffer();
      const isCompressed = gzip && container !== 'curated';
      assert.equal(properties.contentEncoding === 'gzip', isCompressed, name);
      assert.ok(!(isCompressed ? gunzipSync(stored) : stored).includes(gone), name);
    }
  }
  assert.equal((await lake.head('teams-sms', DAY))?.receipt.revision, 3);
  assert.equal((await command('forget', '--number', '123'))[0], 2);
}
