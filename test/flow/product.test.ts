import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastDay } from '../../shared/ledger/settling.ts';
import { Digest, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import { addDays, dayOf, HOUR_MS } from '../../shared/words/day.ts';
import { dayOfPath, partitionPath } from '../../shared/words/paths.ts';
import { clockFrom } from '../clock.ts';
import { lossyProxy } from '../stores/lossy-proxy.ts';
import { type Product, productFor } from './product-setup.ts';

const TWO = { LANDLINE_DATASETS: 'teams-pstn-calls,teams-sms' };
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);
const FOUR_DAYS = [-3, -2, -1, 0].map(days => addDays(LAST, days));

async function textOf({ raw }: Product, dataset: string, day: string): Promise<string> {
  return (await raw.getBlobClient(partitionPath(dataset, day)).downloadToBuffer()).toString('utf8');
}

async function namesIn({ raw }: Product): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of raw.listBlobsFlat()) names.push(name);
  return names;
}

async function assertTruth(product: Product, dataset: 'teams-pstn-calls' | 'teams-sms'): Promise<void> {
  for (const day of FOUR_DAYS) {
    const landed = await textOf(product, dataset, day);
    const truth = product.simulator.truth(dataset, day);
    assert.equal(landed, truth.map(row => `${row}\n`).join(''), `${dataset} ${day}`);
    const digest = new Digest();
    for (const row of truth) digest.add(Buffer.from(row));
    const partition = await product.lake.head(dataset, day);
    assert.equal(partition?.receipt.rows, truth.length);
    assert.equal(partition?.receipt.fingerprint, fingerprintOf(truth.length, digest.text));
  }
}

test('two logs land row by row and byte by byte, one blob per dataset and day', async context => {
  const product = await productFor(context, { seed: 11, rows: 1_500, oddShare: 0.1 });
  const host = await product.host(TWO);
  await host.runTimer('plan');
  await host.drain();
  await assertTruth(product, 'teams-pstn-calls');
  await assertTruth(product, 'teams-sms');
  const expected = ['teams-pstn-calls', 'teams-sms'].flatMap(name => FOUR_DAYS.map(day => partitionPath(name, day)));
  assert.deepEqual((await namesIn(product)).sort(), expected.sort());

  // Planned again, nothing is owed and nothing lands twice.
  const requests = product.simulator.counters.requests;
  await host.runTimer('plan');
  await host.drain();
  assert.equal(product.simulator.counters.requests, requests);
  assert.equal(product.events('day landed').length, 8);
  // Without Application Insights the host gives an empty text for the trace, which is none.
  for (const event of ['plan made', 'day queued', 'day landed'])
    for (const told of product.events(event)) assert.ok(!('traceparent' in told), event);
  const watermark = await product.ledger.watermark('teams-sms');
  assert.deepEqual(watermark?.value, { dataset: 'teams-sms', firstDay: FOUR_DAYS[0], landedThrough: LAST });
  const [heartbeat] = product.events('coverage reported').slice(-1);
  assert.equal(heartbeat?.['lagDays'], 0);
});

test('a row at exactly midnight is in the partition of the day it begins, and in no other', async context => {
  const product = await productFor(context, { seed: 12, rows: 20 });
  const host = await product.host({ LANDLINE_DATASETS: 'teams-pstn-calls' });
  await host.runTimer('plan');
  await host.drain();
  const [before = '', day = ''] = FOUR_DAYS;
  const midnight = new RegExp(`"startDateTime":"${day}T00:00:00(\\.0+)?Z"`);
  assert.match(await textOf(product, 'teams-pstn-calls', day), midnight);
  assert.doesNotMatch(await textOf(product, 'teams-pstn-calls', before), midnight);
});

test('a day without rows is an empty blob, and not a missing one', async context => {
  const product = await productFor(context, { seed: 13, rows: 0 });
  const host = await product.host({ LANDLINE_DATASETS: 'teams-sms', LANDLINE_HISTORY_DAYS: '1' });
  await host.runTimer('plan');
  await host.drain();
  assert.equal(await textOf(product, 'teams-sms', LAST), '');
  assert.equal((await product.lake.head('teams-sms', LAST))?.receipt.rows, 0);
});

test('a day longer than one fetch lands whole over several', async context => {
  // Pages come as fast as they can, until one never comes: the time of the fetch is up, however fast the machine is.
  const stalls = { fault: 'no-answer', dataset: 'teams-pstn-calls', page: 'middle', times: 1 } as const;
  const product = await productFor(context, { seed: 14, rows: 6_000, rules: [stalls] });
  const host = await product.host({
    LANDLINE_DATASETS: 'teams-pstn-calls',
    LANDLINE_HISTORY_DAYS: '1',
    LANDLINE_FETCH_SECONDS: '8',
  });
  await host.runTimer('plan');
  await host.drain();
  assert.equal(product.events('day continued').length, 1);
  const truth = product.simulator.truth('teams-pstn-calls', LAST);
  assert.equal(await textOf(product, 'teams-pstn-calls', LAST), truth.map(row => `${row}\n`).join(''));
});

test('garbage in the queue is logged, removed or poisoned, and changes nothing', async context => {
  const product = await productFor(context, { seed: 15, rows: 10 });
  const host = await product.host({ LANDLINE_DATASETS: 'teams-sms', LANDLINE_HISTORY_DAYS: '1' });
  await host.runTimer('plan');
  await host.drain();
  const before = await product.ledger.day('teams-sms', LAST);
  const requests = product.simulator.counters.requests;
  const tomorrow = addDays(dayOf(new Date(NOW)), 1);
  const ticket = before?.value.work.ticket ?? 0;
  const send = (value: unknown) =>
    product.queue.sendMessage(
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
    );
  await product.queue.sendMessage('*** not base64 ***');
  await send('not JSON');
  await send('[1, 2');
  await send('null');
  await send({ dataset: 'teams-faxes', day: LAST, ticket });
  await send({ dataset: 'voximplant-sms', day: LAST, ticket });
  await send({ dataset: 'teams-sms', day: tomorrow, ticket });
  await send({ dataset: 'teams-sms', day: '2024-13-01', ticket });
  await send({ dataset: 'teams-sms', day: LAST, ticket: ticket - 1 });
  await send(`{"__proto__":{"dataset":"teams-sms"},"dataset":"__proto__","day":"${LAST}","ticket":${ticket}}`);
  await send({
    dataset: 'teams-sms',
    day: LAST,
    ticket,
    url: 'http://127.0.0.1:9/',
    nextLink: 'x',
    container: 'curated',
  });
  await send({ v: 2, dataset: 'teams-sms', day: LAST, ticket });
  await host.drain();
  assert.equal(product.events('message rejected').length, 7);
  for (const { digest } of product.events('message rejected')) assert.match(String(digest), /^[0-9a-f]{12}$/);
  assert.equal(product.events('message dropped').length, 4);
  assert.ok(product.lines.some(({ category, level }) => category === 'host' && level === 'error'));
  assert.equal((await product.poison.getProperties()).approximateMessagesCount, 1);
  assert.equal((await product.queue.getProperties()).approximateMessagesCount, 0);
  assert.deepEqual(await product.ledger.day('teams-sms', LAST), before);
  assert.equal(product.simulator.counters.requests, requests);
  assert.equal((await namesIn(product)).filter(name => dayOfPath('teams-sms', name) === undefined).length, 0);
});

test('a configuration that is not usable is reported in one message, and nothing is written', async context => {
  const product = await productFor(context, { seed: 16, rows: 10 });
  const host = await product.host({ LANDLINE_HISTORY_DAYS: 'soon', LANDLINE_DATASETS: 'teams-fax' });
  // To the host it is no failure: it could do nothing but log two exceptions.
  assert.equal(await host.runTimer('plan'), true);
  const [rejected] = product.events('config rejected');
  assert.match(String(rejected?.['message']), /LANDLINE_HISTORY_DAYS.*\n.*LANDLINE_DATASETS/);
  assert.deepEqual(await namesIn(product), []);
  assert.deepEqual(await product.ledger.days('teams-sms'), []);
  assert.equal(product.simulator.counters.requests, 0);
});

test('a fetch or a curation that fails is an event and no exception of the host, and its message is not given back', async context => {
  const product = await productFor(context, { seed: 19, rows: 10 });
  const proxy = await lossyProxy(product.connectionString, 'Table');
  context.after(() => proxy.stop());
  const one = { LANDLINE_DATASETS: 'teams-sms', LANDLINE_HISTORY_DAYS: '1' };
  const host = await product.host({ ...one, AzureWebJobsStorage: proxy.connectionString });
  // The claim of the day, which a worker notes in the ledger before anything else.
  const refusal = { status: 403, code: 'AuthorizationPermissionMismatch' };
  proxy.refuse(({ method, body }) => method !== 'GET' && body.includes('"fetching"'), refusal);
  await host.runTimer('plan');
  await host.drain();
  const [failed, ...others] = product.events('work failed');
  assert.deepEqual([failed?.['function'], failed?.['reason'], others], ['fetch', 'storage.forbidden', []]);
  assert.deepEqual(host.stats()['fetch'], { started: 1, succeeded: 1, failed: 0 });
  assert.equal((await product.queue.getProperties()).approximateMessagesCount, 0);
  // The ledger knows of the day, so that the planner owes it again.
  assert.equal((await product.ledger.day('teams-sms', LAST))?.value.work.state, 'queued');
  await host.stop();

  const text = JSON.stringify({ v: 1, dataset: 'teams-sms', day: LAST, revision: 1 });
  await product.curate.sendMessage(Buffer.from(text).toString('base64'));
  const worker = await product.host({ ...one, LANDLINE_HISTORY_DAYS: 'soon' }, ['curate']);
  await worker.drain();
  assert.equal(product.events('config rejected').length, 1);
  assert.deepEqual(worker.stats()['curate'], { started: 1, succeeded: 1, failed: 0 });
});

test('a secret that stands in the settings of a deployed app is told once, by name', async context => {
  const product = await productFor(context, { seed: 18, rows: 0 });
  const host = await product.host({
    LANDLINE_DATASETS: 'teams-sms',
    WEBSITE_SITE_NAME: 'contoso-landline',
    WEBSITE_KEYVAULT_REFERENCES: JSON.stringify({ AzureWebJobsStorage: { status: 'Resolved' } }),
    AZURE_CLIENT_SECRET: 'marker-7f3a',
  });
  await host.runTimer('plan');
  await host.runTimer('plan');
  const doubted = product.events('config doubted');
  assert.deepEqual(
    doubted.map(({ setting }) => setting),
    ['AZURE_CLIENT_SECRET'],
  );
  assert.match(String(doubted[0]?.['message']), /put the secret into Key Vault/);
  assert.doesNotMatch(JSON.stringify(product.lines), /marker-7f3a/);
});

test('late rows become a new revision, and the first one is in history', async context => {
  const clock = { now: NOW };
  const product = await productFor(context, {
    seed: 17,
    rows: 300,
    lateShare: 0.2,
    changedShare: 0,
    lateHours: [100, 200],
    now: () => clock.now,
  });
  const host = await product.host({ LANDLINE_DATASETS: 'teams-sms', LANDLINE_HISTORY_DAYS: '1' });
  await host.runTimer('plan');
  await host.drain();
  const first = await textOf(product, 'teams-sms', LAST);
  clock.now += 300 * HOUR_MS;
  const found = await product.ledger.day('teams-sms', LAST);
  assert.ok(found?.value.held);
  const asked = { ...found.value, work: { ...found.value.work, askedAt: new Date().toISOString() } };
  await product.ledger.putDay(asked, found.etag);
  await host.runTimer('plan');
  await host.drain();
  const truth = product.simulator.truth('teams-sms', LAST);
  assert.equal(await textOf(product, 'teams-sms', LAST), truth.map(row => `${row}\n`).join(''));
  const kept = await product.history.getBlobClient(`teams-sms/date=${LAST}/r0001.jsonl`).downloadToBuffer();
  assert.equal(kept.toString('utf8'), first);
  const [revised] = product.events('day revised');
  const late = truth.length - first.split('\n').length + 1;
  assert.ok(late > 0);
  assert.deepEqual([revised?.['rowsAdded'], revised?.['rowsRemoved'], revised?.['revision']], [late, 0, 2]);
});

test('a dataset that is added lands its history; one that is switched off and on goes on where it was, and no other changes', async context => {
  const product = await productFor(context, { seed: 19, rows: 40 });
  const { ledger, lake } = product;
  const [PSTN, SMS] = ['teams-pstn-calls', 'teams-sms'] as const;
  const [, EARLY = ''] = FOUR_DAYS;
  /** One run of an app that has these datasets, and the days it took, by dataset. */
  const runWith = async (...datasets: readonly string[]) => {
    const before = product.events('day claimed').length;
    const host = await product.host({ LANDLINE_DATASETS: datasets.join(',') });
    await host.runTimer('plan');
    await host.drain();
    await host.stop();
    const claimed = product.events('day claimed').slice(before);
    return claimed.map(({ dataset, day }) => `${dataset} ${day}`).sort();
  };
  const everythingOf = async (name: string) => ({
    entries: await ledger.days(name),
    watermark: await ledger.watermark(name),
    partitions: await Promise.all(FOUR_DAYS.map(day => lake.head(name, day))),
  });

  assert.equal((await runWith(PSTN)).length, 4);
  const calls = await everythingOf(PSTN);
  assert.equal(calls.watermark?.value.landedThrough, LAST);
  assert.equal((await everythingOf(SMS)).watermark, undefined);

  assert.deepEqual(
    await runWith(PSTN, SMS),
    FOUR_DAYS.map(day => `${SMS} ${day}`),
  );
  assert.equal((await ledger.watermark(SMS))?.value.landedThrough, LAST);
  assert.deepEqual(await everythingOf(PSTN), calls);

  // Off with a day that is owed and a message on its way: neither is touched, and nothing is forgotten.
  const found = await ledger.day(PSTN, EARLY);
  assert.ok(found);
  const asked = { ...found.value, work: { ...found.value.work, askedAt: new Date().toISOString() } };
  await ledger.putDay(asked, found.etag);
  const { ticket } = found.value.work;
  const message = Buffer.from(JSON.stringify({ dataset: PSTN, day: EARLY, ticket })).toString('base64');
  await product.queue.sendMessage(message);
  const [off, messages] = [await everythingOf(PSTN), await everythingOf(SMS)];
  assert.deepEqual(await runWith(SMS), []);
  assert.deepEqual(
    product.events('message dropped').map(({ dataset, day }) => [dataset, day]),
    [[PSTN, EARLY]],
  );
  assert.deepEqual([await everythingOf(PSTN), await everythingOf(SMS)], [off, messages]);

  assert.deepEqual(await runWith(PSTN, SMS), [`${PSTN} ${EARLY}`]);
  assert.deepEqual(await everythingOf(SMS), messages);
  const on = await everythingOf(PSTN);
  assert.deepEqual([on.watermark, on.partitions], [calls.watermark, calls.partitions]);
  const others = ({ entries }: typeof calls) => entries.filter(({ value }) => value.day !== EARLY);
  assert.deepEqual(others(on), others(calls));
  assert.equal(product.events('day landed').length, 8);
});
