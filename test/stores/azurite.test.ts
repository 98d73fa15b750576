import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TableServiceClient } from '@azure/data-tables';
import { startAzurite } from '../../local/azurite.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { processOf, waitFor } from '../wait.ts';

const INSECURE = { allowInsecureConnection: true };
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landline-azurite-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('what is in a folder survives a stop and a start', async t => {
  const first = await startAzurite(folder);
  t.after(() => first.stop());
  const written = storageClients(first);
  await written.table('ledger').createTable();
  await written.table('ledger').createEntity({ partitionKey: 'a', rowKey: 'b', n: 7 });
  await written.blobs.getContainerClient('raw').create();
  await written.blobs.getContainerClient('raw').getBlockBlobClient('a').upload('row\n', 4);
  await written.queue('jobs').create();
  await written.queue('jobs').sendMessage('hint');
  await first.stop();

  const second = await startAzurite(folder);
  t.after(() => second.stop());
  const found = storageClients(second);
  assert.equal((await found.table('ledger').getEntity<{ n: number }>('a', 'b')).n, 7);
  assert.equal(
    (await found.blobs.getContainerClient('raw').getBlockBlobClient('a').downloadToBuffer()).toString(),
    'row\n',
  );
  assert.equal((await found.queue('jobs').receiveMessages()).receivedMessageItems[0]?.messageText, 'hint');
});

test('a folder in use is refused, with the process that uses it; stopping twice is fine', async t => {
  const first = await startAzurite(folder);
  t.after(() => first.stop());
  await assert.rejects(startAzurite(folder), new RegExp(`pid ${first.pid}\\) already uses`));
  await first.stop();
});

test('of two that open a folder at the same moment one gets it, and what a dead one left behind is taken over', async t => {
  const both = await Promise.allSettled([startAzurite(folder), startAzurite(folder)]);
  const [refused, ...others] = both.filter(each => each.status === 'rejected');
  assert.deepEqual([others, String(refused?.reason).includes('already uses')], [[], true]);
  for (const each of both) if (each.status === 'fulfilled') await each.value.stop();
  // The id is that of a process that has ended.
  const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await waitFor('a process ends', once(ended, 'exit'));
  await writeFile(join(folder, 'azurite-in-use.json'), JSON.stringify({ pid: ended.pid }));
  const next = await startAzurite(folder);
  t.after(() => next.stop());
});

test('a folder with a damaged file is refused with the name of the file and what to do, and is free again', async t => {
  const blobs = join(folder, '__azurite_db_blob__.json');
  const whole = await readFile(blobs);
  await writeFile(blobs, whole.subarray(0, whole.length / 2));
  await assert.rejects(startAzurite(folder), {
    message: `${blobs} cannot be read: it is cut off or damaged. Restore the folder from a backup, or name another one with --data: what was landed here can be landed again.`,
  });
  await writeFile(blobs, whole);
  const next = await startAzurite(folder);
  t.after(() => next.stop());
  assert.ok(await storageClients(next).blobs.getContainerClient('raw').exists());
});

test('an Azurite whose parent was killed saves its data, ends, and frees its folder', async t => {
  // The parent writes a table, tells where its child listens, and is killed before it can stop it.
  const script = `
    import { startAzurite } from ${JSON.stringify(new URL('../../local/azurite.ts', import.meta.url))};
    import { storageClients } from ${JSON.stringify(new URL('../../shared/stores/clients.ts', import.meta.url))};
    const azurite = await startAzurite(${JSON.stringify(folder)});
    await storageClients(azurite).table('orphan').createTable();
    console.log(azurite.connectionString);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { said, ended } = processOf('the parent', parent);
  await waitFor(
    'the parent tells where its child listens, or ends',
    () => said.stdout !== '' || parent.exitCode !== null,
  );
  parent.kill('SIGKILL');
  assert.equal((await ended()).signal, 'SIGKILL');

  // A start waits until the one before has left the folder.
  const next = await startAzurite(folder);
  t.after(() => next.stop());
  const endpoint = /BlobEndpoint=([^;]+)/.exec(said.stdout)?.[1] ?? '';
  await assert.rejects(fetch(endpoint), { message: 'fetch failed' });
  const tables: string[] = [];
  for await (const { name } of TableServiceClient.fromConnectionString(next.connectionString, INSECURE).listTables()) {
    if (name !== undefined) tables.push(name);
  }
  assert.deepEqual(tables, ['ledger', 'orphan']);
});
