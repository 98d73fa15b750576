import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPair } from '../../local/simulator/tokens.ts';
import { LEDGER_TABLE } from '../../shared/compose.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { CANARIES, type CanaryServer, canaryServer } from './canary-server.ts';
import { type Product, productFor } from './product-rig.ts';

/** Personal data and secrets go into partitions, or nowhere. */

/** Everything that anybody can see of a run, but for the content of blobs; by where it was seen. */
async function seenOf(product: Product, connectionString: string, answers: Readonly<Record<string, string>>) {
  const clients = storageClients({ connectionString });
  const seen: Record<string, string[]> = {
    log: product.lines.map(({ message, category }) => `${category} ${message}`),
  };
  const entities: string[] = [];
  for await (const entity of clients.table(LEDGER_TABLE).listEntities()) entities.push(textOf(entity));
  const blobs: string[] = [];
  for await (const { name: container } of clients.blobs.listContainers())
    for await (const { name, metadata, tags } of clients.blobs
      .getContainerClient(container)
      .listBlobsFlat({ includeMetadata: true }))
      blobs.push(JSON.stringify([container, name, metadata, tags]));
  const messages: string[] = [];
  for (const queue of [product.queue, product.poison]) {
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    messages.push(...peekedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString()));
  }
  for (const [name, text] of Object.entries(answers)) seen[name] = [text];
  return { ...seen, ledger: entities, blobs, messages };
}

/** Binary properties too, as text and as they are. */
function textOf(entity: Readonly<Record<string, unknown>>): string {
  return Object.entries(entity)
    .map(
      ([name, value]) =>
        `${name}=${value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)}`,
    )
    .join('\n');
}

/** Secrets in the form in which they were used, whole and by their telling parts. */
function secretsOf(server: CanaryServer, connectionString: string): string[] {
  const tokens = [...server.authorizations]
    .map(header => header.replace(/^Bearer /, ''))
    .filter(token => token.length > 40);
  assert.ok(tokens.length > 0);
  const keys = keyPair()
    .privatePem.split('\n')
    .filter(line => line.length > 40);
  const accountKey = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? '';
  return [...tokens, ...tokens.flatMap(token => token.split('.').slice(1)), ...keys.slice(0, 3), accountKey];
}

async function got(url: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, init);
  return `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

test('numbers, names, texts, tokens and keys are in partitions or nowhere, whatever goes wrong', async context => {
  const product = await productFor(context, { seed: 51, rows: 1 });
  const server = await canaryServer();
  context.after(() => server.stop());
  const key = JSON.parse(product.simulator.account.keyFile('plain'));
  const host = await product.host({
    LANDLINE_DATASETS: 'teams-pstn-calls,teams-sms,voximplant-sms',
    LANDLINE_HISTORY_DAYS: '7',
    LANDLINE_GRAPH_IN_FLIGHT: '16',
    LANDLINE_VOXIMPLANT_IN_FLIGHT: '4',
    LANDLINE_GRAPH_URL: server.url,
    LANDLINE_VOXIMPLANT_URL: `${server.url}/platform_api`,
    LANDLINE_VOXIMPLANT_KEY: JSON.stringify({ ...key, account_id: CANARIES.account }),
  });
  await host.runTimer('plan');
  await host.drain();
  await host.runTimer('plan');
  await host.drain();

  const answers = {
    page: await got(`${host.url}/api/status?code=x&html=<b>${CANARIES.name}</b>&dataset=${CANARIES.text}`),
    json: await got(`${host.url}/api/status?format=json&x=${CANARIES.name}`),
    refused: await got(`${host.url}/api/status?x=${CANARIES.name}`, { method: 'POST', body: CANARIES.text }),
    doctor: await got(`${host.url}/api/doctor`),
  };
  // What went wrong did go wrong, and is told; what was planted did arrive.
  const reasons = new Set(product.events('day failed').map(({ reason }) => reason));
  for (const reason of [
    'auth.forbidden',
    'page.not_json',
    'page.bad_json',
    'security.foreign_link',
    'source.rejected',
    'source.failing',
  ])
    assert.ok(reasons.has(reason), `no day failed for ${reason}`);
  assert.ok(product.events('schema drifted').some(({ fields }) => String(fields).includes('newField')));
  assert.match(answers.page, /^200 .*<h1>\d+ days of 3 logs are not held/s);
  assert.match(answers.json, /^200 .*"state":"suspect"/s);
  assert.match(answers.refused, /^405 /);
  assert.match(answers.doctor, /^200 .*"check":"dataset","about":"voximplant-sms"/s);
  let landed = '';
  for await (const { name } of product.raw.listBlobsFlat())
    landed += (await product.raw.getBlobClient(name).downloadToBuffer()).toString();
  const sent = [CANARIES.name, CANARIES.principal, CANARIES.number, CANARIES.text, CANARIES.address];
  assert.deepEqual(
    sent.filter(canary => !landed.includes(canary)),
    [],
  );

  const seen = await seenOf(product, product.connectionString, answers);
  for (const where of ['log', 'ledger', 'blobs', 'page', 'json', 'doctor'] as const)
    assert.ok(
      Object.entries(seen).some(([name, texts]) => name === where && texts.length > 0),
      where,
    );
  const canaries = [...Object.values(CANARIES), ...secretsOf(server, product.connectionString)];
  const leaks = Object.entries(seen).flatMap(([where, texts]) =>
    texts.flatMap(text =>
      canaries.filter(canary => text.includes(canary)).map(canary => `${where}: ${canary} in ${text.slice(0, 200)}`),
    ),
  );
  assert.deepEqual(leaks, []);
});
