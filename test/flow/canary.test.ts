import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimulator } from '../../local/simulator/index.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays } from '../../shared/words/day.ts';
import { clockFrom } from '../clock.ts';
import { testPipeline } from '../sources/test-pipeline.ts';
import { virtualClock } from '../sources/virtual-clock.ts';
import { leaksOf, type Seen, saidByCommands, secretsOf, storedIn, workedThrough } from './canary-outputs.ts';
import { CANARIES, canaryServer } from './canary-server.ts';
import { examine, finding } from './doctor-setup.ts';
import { productFor } from './product-setup.ts';

/** Personal data and secrets go into partitions, or nowhere. */

/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');

async function got(url: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, init);
  return `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

test('numbers, names, texts, tokens and keys are in partitions or nowhere, whatever goes wrong', async context => {
  const product = await productFor(context, { seed: 51, rows: 1 });
  const server = await canaryServer();
  context.after(() => server.stop());
  const key = JSON.parse(product.simulator.account.keyFile);
  const settings = {
    ...product.base,
    LANDLINE_DATASETS: 'teams-pstn-calls,teams-sms,voximplant-sms',
    LANDLINE_HISTORY_DAYS: '7',
    LANDLINE_GRAPH_IN_FLIGHT: '16',
    LANDLINE_VOXIMPLANT_IN_FLIGHT: '4',
    LANDLINE_GRAPH_URL: server.url,
    LANDLINE_VOXIMPLANT_URL: `${server.url}/platform_api`,
    LANDLINE_VOXIMPLANT_KEY: JSON.stringify({ ...key, account_id: CANARIES.account }),
  };
  const messages = await workedThrough(product, settings);
  const host = await product.host(settings, ['status', 'doctor']);

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
  assert.match(answers.page, /^200 .*<h1[^>]*>\d+ days are missing in 3 logs/s);
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

  const seen: Seen = {
    log: product.lines.map(({ message, category }) => `${category} ${message}`),
    messages,
    ...(await storedIn(product.connectionString)),
    ...Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, [text]])),
    ...(await saidByCommands(context, settings)),
  };
  for (const [where, texts] of Object.entries(seen)) assert.ok(texts.length > 0, where);
  assert.ok(messages.length > 16, `${messages.length} messages were seen in the queue`);
  assert.match(seen['landline show']?.join('\n') ?? '', /auth\.forbidden[\s\S]*page\.duplicates/);
  const canaries = [...Object.values(CANARIES), ...secretsOf(server, product.connectionString)];
  assert.deepEqual(leaksOf(seen, canaries), []);
});

test('the token for Graph is sent, and told nowhere', async context => {
  const [server, simulator] = await Promise.all([canaryServer(), startSimulator({ seed: 51, rows: 1 })]);
  context.after(() => Promise.all([server.stop(), simulator.stop()]));
  const token = simulator.graphToken({ aud: simulator.graphUrl, roles: ['Other.Role'], note: CANARIES.token });
  const clock = virtualClock(NOW);
  const pipeline = testPipeline({ clock, datasets: [teamsPstnCalls], origin: server.url, token: async () => token });
  for (let age = 0; age < 7; age++) await pipeline.ask(teamsPstnCalls, addDays(lastDay(NOW), -age));
  await pipeline.drive();
  assert.ok(server.authorizations.has(`Bearer ${token}`));
  assert.ok(pipeline.told.some(({ line }) => line.includes('auth.forbidden')));

  const healthy = await examine(simulator, { token: async () => token });
  assert.equal(finding(healthy, 'graph-token').result, 'broken', 'the token was read');
  const refused = await examine(simulator, {
    token: async () => Promise.reject(new Error(`AADSTS7000215: ${token} is refused`)),
  });
  assert.equal(finding(refused, 'graph-token').result, 'broken');

  const seen = { pipeline: [pipeline.words()], doctor: [JSON.stringify([healthy, refused])] };
  assert.deepEqual(leaksOf(seen, [CANARIES.token, token, ...token.split('.').slice(1)]), []);
});
