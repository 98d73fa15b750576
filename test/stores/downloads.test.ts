import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { chunksIn, download } from '../../shared/stores/download.ts';
import { blobsIn } from '../../shared/stores/listing.ts';
import type { Operation } from '../../shared/stores/storage-errors.ts';
import { close, listen } from '../wait.ts';

/** What a service may do in the middle of an answer. */

const OPERATION: Operation = { service: 'blob', what: 'Reading a blob' };

let azurite: Azurite;
let container: ContainerClient;
before(async () => {
  azurite = await startAzurite();
  container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('listed');
  await container.create();
});
after(() => azurite.stop());

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

/** A service whose only blob is sent as the test says. */
async function serving(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  const service = new BlobServiceClient(`http://127.0.0.1:${await listen(server)}/account`);
  return {
    blob: service.getContainerClient('raw').getBlockBlobClient('blob'),
    [Symbol.asyncDispose]: () => close(server),
  };
}

test('a download that breaks off before anybody reads it fails for its reader, and for nobody else', async () => {
  const body = new PassThrough();
  const chunks = chunksIn(body, OPERATION);
  body.destroy(Object.assign(new Error('secret'), { code: 'ECONNRESET' }));
  // An error that nobody listens for would have ended the process by now.
  await new Promise(resolve => setImmediate(resolve));
  await assert.rejects(whole(chunks), { reason: 'storage.failing', message: /^Reading a blob failed/ });
});

test('a body of which nothing more comes is given up on, and only while it is waited for', async () => {
  const body = new PassThrough();
  body.write('some');
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
  const idle = timers();
  const chunks = chunksIn(body, { ...OPERATION, timeoutMs: 30 });
  assert.equal(String((await chunks.next()).value), 'some');
  assert.equal(timers(), idle, 'who works on what has come may take its time');
  await assert.rejects(chunks.next(), { reason: 'storage.failing', message: /no answer in time/ });
  assert.equal(body.destroyed, true);
});

test('who stops reading ends the download', async () => {
  const body = new PassThrough();
  body.write('some');
  for await (const chunk of chunksIn(body, OPERATION)) {
    assert.equal(String(chunk), 'some');
    break;
  }
  assert.equal(body.destroyed, true);
});

test('the limit of a download ends the wait for its beginning, and not what was begun', async () => {
  {
    await using silent = await serving(() => {});
    const limit = AbortSignal.timeout(30);
    await assert.rejects(download(silent.blob, undefined, limit), { name: 'AbortError' });
  }
  let rest: (() => void) | undefined;
  await using slow = await serving(response => {
    response.writeHead(200, { 'content-length': '8', etag: '"1"' }).write('some');
    rest = () => void response.end('more');
  });
  const limit = new AbortController();
  const { readableStreamBody } = await download(slow.blob, undefined, limit.signal);
  limit.abort();
  rest?.();
  assert.equal(await whole(chunksIn(readableStreamBody, OPERATION)), 'somemore');
});

test('a listing is whole, in order, however many pages it has', async () => {
  const names = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'];
  for (const name of [...names, 'b/1']) await container.getBlockBlobClient(name).upload('', 0);
  for (const pageSize of [1, 2, 5, 6, undefined]) {
    const listed: string[] = [];
    for await (const { name } of blobsIn(container, { prefix: 'a/' }, OPERATION, pageSize)) listed.push(name);
    assert.deepEqual(listed, names, `${pageSize} a page`);
  }
  for await (const { name } of blobsIn(container, { prefix: 'c/' }, OPERATION)) assert.fail(name);
});
