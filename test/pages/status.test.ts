import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startHost } from '../../local/host.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { dayOf } from '../../shared/words/day.ts';
import { clockFrom } from '../clock.ts';
import { productFor } from '../flow/product-setup.ts';

/** The two HTTP functions in the host, over a real ledger. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');

test('after a run the page says that everything is held, and the doctor finds nothing and leaves nothing', async context => {
  const product = await productFor(context, { seed: 61, rows: 30, oddShare: 0 });
  const host = await product.host({
    LANDLINE_VOXIMPLANT_KEY: product.simulator.account.keyFile,
    LANDLINE_HISTORY_DAYS: '3',
  });
  const before = await (await fetch(`${host.url}/api/status`)).text();
  assert.match(before, /<h1>Nothing has been planned yet\.<\/h1>/);
  await host.runTimer('plan');
  await host.drain();
  await host.runTimer('plan');
  await host.drain();

  const page = await fetch(`${host.url}/api/status?dataset=../x&url=https://elsewhere.example`, {
    headers: { accept: 'text/html' },
  });
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const text = await page.text();
  assert.match(text, /<h1>Everything owed is held\.<\/h1>/);
  assert.doesNotMatch(text, /elsewhere/);
  const json = await (await fetch(`${host.url}/api/status`, { headers: { accept: 'application/json' } })).json();
  const { verdict, queue, plannedAt, datasets } = Object(json);
  assert.deepEqual(verdict, { level: 'held', sentence: 'Everything owed is held.', points: [] });
  assert.deepEqual(queue, { fetch: 0, poison: 0 });
  assert.equal(dayOf(new Date(plannedAt)), dayOf(new Date(NOW)));
  assert.equal(datasets.length, 7);
  assert.deepEqual(Object(datasets[0]).landedThrough, lastDay(NOW));

  const diagnosis = Object(await (await fetch(`${host.url}/api/doctor`)).json());
  assert.equal(diagnosis.result, 'fine', JSON.stringify(diagnosis, undefined, 1));
  const named = (names: readonly string[]) =>
    diagnosis.findings
      .filter(({ check }: { check: string }) => names.includes(check))
      .map(({ meaning }: { meaning: string }) => meaning);
  assert.deepEqual(named(['ledger', 'lake', 'queue']), [
    'The ledger can be read and written, as the holder of the connection string.',
    'The partitions, their history and the tables can be read and written, as the holder of the connection string.',
    'All four queues can be read and written: 0 messages waiting, 0 given up, as the holder of the connection string.',
  ]);
  assert.equal(await product.ledger.watermark('doctor'), undefined);
  for await (const { name } of product.raw.listBlobsFlat({ includeUncommitedBlobs: true }))
    assert.doesNotMatch(name, /^doctor/);
  const reported = product.events('coverage reported').at(-1);
  assert.deepEqual(
    [reported?.['held'], reported?.['queueDepth'], reported?.['poison'], reported?.['paused']],
    [3, 0, 0, false],
  );
  const refused = await fetch(`${host.url}/api/doctor`, { method: 'POST', body: '{}' });
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
});

test('without the key nobody gets an answer, and with it a broken configuration is explained', async context => {
  const host = await startHost({
    root: ROOT,
    files: ['functions/status.ts', 'functions/doctor.ts'],
    connectionString: 'UseDevelopmentStorage=true',
    settings: { LANDLINE_HISTORY_DAYS: 'soon' },
    functionKey: 'the-key',
    log: () => {},
  });
  context.after(() => host.stop());
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${host.url}/api/${path}`, { headers });
  assert.deepEqual([(await get('status')).status, (await get('doctor')).status], [401, 401]);
  // The address alone leads to the page, with the key; what is at no path says where the page is.
  const root = await fetch(`${host.url}/?code=the-key`, { redirect: 'manual' });
  assert.deepEqual([root.status, root.headers.get('location')], [302, '/api/status?code=the-key']);
  for (const path of ['', 'nothing']) {
    const nowhere = await get(path);
    assert.deepEqual([nowhere.status, nowhere.headers.get('content-type')], [404, 'text/plain; charset=utf-8']);
    assert.equal(await nowhere.text(), 'Nothing is at this path. The coverage page is at /api/status.\n');
  }
  const page = await get('status?code=the-key');
  assert.equal(page.status, 503);
  const text = await page.text();
  assert.match(text, /LANDLINE_HISTORY_DAYS: expected a whole number of days/);
  assert.doesNotMatch(text, /the-key/);
  const diagnosis = Object(await (await get('doctor', { 'x-functions-key': 'the-key' })).json());
  assert.equal(diagnosis.findings[0].about, 'LANDLINE_HISTORY_DAYS');
});
