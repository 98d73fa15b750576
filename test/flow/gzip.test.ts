import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { lastDay } from '../../shared/ledger/owed.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { addDays, HOUR_MS } from '../../shared/words/day.ts';
import { partitionPath, revisionPath } from '../../shared/words/paths.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { duck } from '../curate/rig.ts';
import { waitFor } from '../wait.ts';
import { landline } from './cli-rig.ts';
import { type Product, productFor } from './product-rig.ts';

/** Partitions that are written compressed (LANDLINE_GZIP), as the product and its readers meet them. */

const [PSTN, SMS] = ['teams-pstn-calls', 'teams-sms'] as const;
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);

/** A blob as it is stored, and the lines in it. */
async function stored(product: Product, container: 'raw' | 'history', path: string) {
  const blob = product[container].getBlockBlobClient(path);
  const { contentEncoding, metadata = {} } = await blob.getProperties();
  const bytes = await blob.downloadToBuffer();
  const gzip = contentEncoding === 'gzip';
  return { blob, gzip, metadata, bytes, text: (gzip ? gunzipSync(bytes) : bytes).toString() };
}

function truth({ simulator }: Product, dataset: typeof PSTN | typeof SMS, day = LAST): string {
  return simulator
    .truth(dataset, day)
    .map(row => `${row}\n`)
    .join('');
}

/** The command line over the product's storage, as JSON. */
async function commandsOf(context: TestContext, { base }: Product, settings: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'landline-gzip-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values: { ...base, ...settings } }));
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await landline(folder, ...args, '--json', '--settings', file);
    if (stdout === '') throw new Error(stderr);
    return { code, answer: JSON.parse(stdout) };
  };
  return { folder, run };
}

async function ask(product: Product, dataset: string, day: string): Promise<void> {
  const found = await product.ledger.day(dataset, day);
  assert.ok(found?.value.held);
  const asked = { ...found.value, work: { ...found.value.work, askedAt: new Date().toISOString() } };
  assert.ok(await product.ledger.putDay(asked, found.etag));
}

test('compressed partitions are read by whoever is told, counted by their plain bytes, and heal like others', async context => {
  const product = await productFor(context, { seed: 71, rows: 6_000, switches: { auth: 'any' } });
  const settings = { LANDLINE_DATASETS: PSTN, LANDLINE_HISTORY_DAYS: '2', LANDLINE_GZIP: 'on' };
  const host = await product.host(settings);
  const { folder, run } = await commandsOf(context, product, settings);
  const tick = async (): Promise<void> => {
    await host.runTimer('plan');
    await host.drain();
  };
  await tick();

  const expected = truth(product, PSTN);
  const partition = await stored(product, 'raw', partitionPath(PSTN, LAST));
  assert.deepEqual([partition.gzip, partition.text === expected], [true, true]);
  assert.ok(partition.bytes.length * 3 < expected.length, `${partition.bytes.length} of ${expected.length}`);
  const held = (await product.ledger.day(PSTN, LAST))?.value.held;
  assert.equal(held?.bytes, Buffer.byteLength(expected));

  // A reader that goes by the name of the file is told what it holds.
  const copy = join(folder, 'copy.jsonl');
  await writeFile(copy, partition.bytes);
  const { rows } = await duck(context);
  const counted = `SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM read_json('${copy}', compression = 'gzip')`;
  const ids = new Set(product.simulator.truth(PSTN, LAST).map(row => JSON.parse(row).id));
  assert.deepEqual(await rows(counted), [{ rows: String(held?.rows), ids: String(ids.size) }]);

  const whole = (await run('verify', '--source', '2')).answer;
  const days = [addDays(LAST, -1), LAST].map(day => Buffer.byteLength(truth(product, PSTN, day)));
  assert.deepEqual([whole.clean, whole.days, whole.compared], [true, 2, 2]);
  assert.equal(whole.bytes, (days[0] ?? 0) + (days[1] ?? 0));
  assert.equal((await run('curate', PSTN, LAST)).code, 0);
  assert.equal((await run('export', '--out', folder)).code, 0);
  assert.equal(await readFile(join(folder, partitionPath(PSTN, LAST)), 'utf8'), expected);

  // The ledger is written anew from the partitions, with the same numbers.
  await storageClients(product).table(LEDGER_TABLE).deleteEntity(PSTN, LAST);
  assert.equal((await run('rebuild')).code, 0);
  const rebuilt = (await product.ledger.day(PSTN, LAST))?.value.held;
  assert.deepEqual([rebuilt?.bytes, rebuilt?.fingerprint], [held?.bytes, held?.fingerprint]);

  // Cut off: found, landed anew, and the damaged bytes are in history as they were.
  const cut = partition.bytes.subarray(0, partition.bytes.length - 1_000);
  const { metadata } = partition;
  await partition.blob.upload(cut, cut.length, { metadata, blobHTTPHeaders: { blobContentEncoding: 'gzip' } });
  assert.equal((await run('export', '--out', folder)).answer.damaged.length, 1);
  const { code, answer } = await run('verify');
  assert.deepEqual([code, answer.findings.length, answer.findings[0].kind], [1, 1, 'damaged']);
  assert.match(
    answer.findings[0].message,
    /compressed bytes are damaged or cut off \(\d+ of its \d+ rows can be read\)/,
  );
  await tick();
  assert.deepEqual((await stored(product, 'raw', partitionPath(PSTN, LAST))).text, expected);
  const kept = product.history.getBlobClient(revisionPath(PSTN, LAST, 1));
  assert.equal((await kept.getProperties()).contentEncoding, 'gzip');
  assert.deepEqual(await kept.downloadToBuffer(), cut);
  assert.equal((await run('verify')).code, 0);
});

test('a day without rows is read by the same glob as the others, and is whole', async context => {
  const product = await productFor(context, { seed: 74, rows: 0 });
  const settings = { LANDLINE_DATASETS: SMS, LANDLINE_HISTORY_DAYS: '1', LANDLINE_GZIP: 'on' };
  const host = await product.host(settings);
  await host.runTimer('plan');
  await host.drain();
  const { folder, run } = await commandsOf(context, product, settings);
  const empty = await stored(product, 'raw', partitionPath(SMS, LAST));
  assert.deepEqual([empty.gzip, empty.text], [true, '']);
  assert.deepEqual((await product.ledger.day(SMS, LAST))?.value.held?.bytes, 0);
  assert.equal((await run('verify')).code, 0);
  await writeFile(join(folder, 'a.jsonl'), empty.bytes);
  await writeFile(join(folder, 'b.jsonl'), gzipSync('{"id":"1"}\n'));
  const { rows } = await duck(context);
  const counted = `SELECT count(id) AS rows FROM read_json('${join(folder, '*.jsonl')}', compression = 'gzip')`;
  assert.deepEqual(await rows(counted), [{ rows: '1' }]);
});

test('a day is revised compressed and plain again: each revision stays as it was written, and all are read', async context => {
  const clock = { now: NOW };
  const product = await productFor(context, {
    seed: 72,
    rows: 300,
    lateShare: 0.4,
    changedShare: 0,
    lateHours: [100, 200],
    now: () => clock.now,
  });
  const texts: string[] = [];
  for (const LANDLINE_GZIP of ['off', 'on', 'off']) {
    const host = await product.host({ LANDLINE_DATASETS: SMS, LANDLINE_HISTORY_DAYS: '1', LANDLINE_GZIP });
    if (texts.length > 0) await ask(product, SMS, LAST);
    await host.runTimer('plan');
    await host.drain();
    await host.stop();
    texts.push(truth(product, SMS));
    const partition = await stored(product, 'raw', partitionPath(SMS, LAST));
    assert.deepEqual([partition.gzip, partition.text], [LANDLINE_GZIP === 'on', texts.at(-1)]);
    clock.now += 150 * HOUR_MS;
  }
  for (const [at, gzip] of [false, true].entries()) {
    const kept = await stored(product, 'history', revisionPath(SMS, LAST, at + 1));
    assert.deepEqual([kept.gzip, kept.text], [gzip, texts[at]]);
  }
  const lines = texts.map(text => text.split('\n').length);
  const added = [(lines[1] ?? 0) - (lines[0] ?? 0), (lines[2] ?? 0) - (lines[1] ?? 0)];
  assert.ok(added.every(count => count > 0));
  assert.deepEqual(
    product.events('day revised').map(({ rowsAdded, rowsRemoved, bytes }) => [rowsAdded, rowsRemoved, bytes]),
    [1, 2].map(at => [added[at - 1], 0, Buffer.byteLength(texts[at] ?? '')]),
  );
});

for (const [before, after] of [
  ['off', 'on'],
  ['on', 'off'],
] as const) {
  test(`the setting goes from ${before} to ${after} in the middle of a day: it is read again once, and lands of one kind`, async context => {
    // The first fetch ends at a page that never comes.
    const stalls = { fault: 'no-answer', dataset: PSTN, page: 'middle', times: 1 } as const;
    const product = await productFor(context, { seed: 73, rows: 6_000, rules: [stalls] });
    const settings = { LANDLINE_DATASETS: PSTN, LANDLINE_HISTORY_DAYS: '1', LANDLINE_FETCH_SECONDS: '8' };
    const first = await product.host({ ...settings, LANDLINE_GZIP: before });
    await first.runTimer('plan');
    await waitFor('the day goes on in a second fetch', () => product.events('day continued').length > 0, {
      saw: () => product.lines.map(({ message }) => message),
    });
    await first.stop();
    const saved = (await product.ledger.day(PSTN, LAST))?.value.work.checkpoint;
    assert.ok(saved !== undefined && saved.segments.length > 0, 'blocks of the first kind wait to be committed');

    const second = await product.host({ ...settings, LANDLINE_GZIP: after });
    await second.drain();
    assert.deepEqual(
      product.events('day restarted').map(({ reason }) => reason),
      ['storage.failing'],
    );
    const partition = await stored(product, 'raw', partitionPath(PSTN, LAST));
    assert.deepEqual([partition.gzip, partition.text === truth(product, PSTN)], [after === 'on', true]);
    const { work, held } = (await product.ledger.day(PSTN, LAST))?.value ?? {};
    assert.deepEqual([work?.state, work?.rereads, held?.revision], ['idle', 0, 1]);
    assert.equal(held?.bytes, Buffer.byteLength(partition.text));
  });
}
