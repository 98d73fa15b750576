import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { clockFrom } from '../clock.ts';
import { folderFor, land } from './setup.ts';

clockFrom('2026-02-01T06:00:00.000Z');

const DAYS = ['2026-01-05', '2026-01-06', '2026-01-07'];

function fileOf(day: string): string {
  return `v1/fact_message/dataset=teams-sms/date=${day}/part-0.parquet`;
}

test('a curated file that is damaged or gone is found, named, and made again', async context => {
  const azurite = await startAzurite();
  context.after(() => azurite.stop());
  const clients = storageClients(azurite);
  await createPlaces(clients);
  for (const day of DAYS)
    await land(blobLake(clients.blobs), 'teams-sms', day, [`{"id":"${day}","sentDateTime":"${day}T10:00:00Z"}`]);
  const folder = folderFor(context);
  const settings = join(folder, 'settings.json');
  const Values = {
    AzureWebJobsStorage: azurite.connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: 'http://127.0.0.1:9',
  };
  await writeFile(settings, JSON.stringify({ Values }));
  const command = async (...argv: string[]): Promise<{ code: number; said: string; json: Record<string, unknown> }> => {
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
    return { code, said: JSON.stringify(said), json: said[0] as Record<string, unknown> };
  };
  const ofCurated = async (): Promise<unknown[]> => {
    const { json } = await command('verify', '--curated', '--datasets', 'teams-sms', '--from', '2026-01-05');
    const findings = json['findings'] as { kind: string; day: string; message: string }[];
    return findings.filter(({ kind }) => kind === 'curated').map(({ day, message }) => [day, message.split('. ')[0]]);
  };

  assert.equal((await command('rebuild')).code, 0);
  // What the app has not made yet is no damage.
  assert.deepEqual(await ofCurated(), []);
  assert.equal((await command('curate', '--all')).code, 0);
  assert.deepEqual(await ofCurated(), []);

  const container = clients.blobs.getContainerClient('curated');
  const damaged = container.getBlockBlobClient(fileOf('2026-01-05'));
  const bytes = await damaged.downloadToBuffer();
  const metadata = (await damaged.getProperties()).metadata ?? {};
  bytes.fill(0xff, 40, 60);
  bytes.fill(0xff, bytes.length - 60, bytes.length - 8);
  await damaged.upload(bytes, bytes.length, { metadata });
  await container.deleteBlob(fileOf('2026-01-06'));
  assert.deepEqual(await ofCurated(), [
    ['2026-01-05', `curated/${fileOf('2026-01-05')}: its bytes are not those that its partition gives`],
    ['2026-01-06', `curated/${fileOf('2026-01-06')}: it is not there`],
  ]);
  const report = await command('report', '--out', join(folder, 'report.html'));
  assert.equal(report.code, 1);
  assert.match(report.said, /curated\.damaged.*date=2026-01-05.*landline .*curate teams-sms 2026-01-05 --force/);

  // Its label says that it is up to date.
  assert.equal((await command('curate', 'teams-sms')).json['curated'], 1);
  assert.equal((await ofCurated()).length, 1);
  assert.equal((await command('curate', 'teams-sms', '2026-01-05', '--force')).json['curated'], 1);
  assert.deepEqual(await ofCurated(), []);
  assert.equal((await command('report', '--out', join(folder, 'report.html'))).code, 0);
});
