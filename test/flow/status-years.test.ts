import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { largeLedgers } from '../../bench/inside.ts';
import { writeLedger } from '../../bench/status.ts';
import { startAzurite } from '../../local/azurite.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { addDays, HOUR_MS, instantOf } from '../../shared/day.ts';
import { type Day, type DayEntry, SOURCES } from '../../shared/model.ts';
import { coverageOf } from '../../shared/plan/coverage.ts';
import { lastDay } from '../../shared/plan/owed.ts';
import { LEDGER_TABLE } from '../../shared/storage-names.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { clockFrom } from '../clock.ts';
import { lossyProxy } from '../stores/lossy-proxy.ts';
import { landline } from './cli-rig.ts';

/** How long it takes is measured by bench/status.ts; here is what it asks for, and that it is right. */

/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);
const SMS = 'teams-sms';

/** What is wrong with days of one log, far back and lately. */
function changed(entry: DayEntry): DayEntry | undefined {
  if (entry.dataset !== SMS) return entry;
  const { work } = entry;
  const since = instantOf(NOW);
  const suspicion = { rows: 0, fingerprint: `0-${'0'.repeat(32)}`, since };
  switch (entry.day) {
    case ago(3_500):
    case ago(3):
      return undefined;
    case ago(2_500):
      return { ...entry, work: { ...work, suspicion: { ...suspicion, reason: 'partition.missing' } } };
    case ago(40):
      return { ...entry, work: { ...work, suspicion: { ...suspicion, reason: 'partition.damaged' } } };
    case ago(30):
      return { ...entry, work: { ...work, state: 'failed', errorRemedy: 'reject', failures: 3 } };
    case ago(20):
      return { ...entry, work: { ...work, state: 'queued', retryAt: instantOf(NOW + HOUR_MS) } };
    default:
      return entry;
  }
}

function ago(days: number): Day {
  return addDays(LAST, -days);
}

test('ten years of seven logs are counted day by day, in four requests a log, one for its watermark, one a source and one for the planner', async context => {
  const azurite = await startAzurite();
  const proxy = await lossyProxy(azurite.connectionString, 'Table');
  const folder = await mkdtemp(join(tmpdir(), 'landline-years-'));
  context.after(async () => {
    await proxy.stop();
    await azurite.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const table = storageClients(azurite).table(LEDGER_TABLE);
  await table.createTable();
  for (const { dataset, entries } of largeLedgers(NOW)) {
    const firstDay = entries[0]?.day ?? LAST;
    const mine = entries.flatMap(entry => changed(entry) ?? []);
    await writeLedger(table, { dataset: dataset.name, firstDay, landedThrough: LAST }, mine);
  }
  const settings = join(folder, 'settings.json');
  await writeFile(settings, JSON.stringify({ Values: { AzureWebJobsStorage: proxy.connectionString } }));

  const { code, stdout } = await landline(folder, 'status', '--json', '--settings', settings);
  assert.equal(code, 1, 'one day failed');
  const { datasets, at } = JSON.parse(stdout);
  const found = new Map<string, Record<string, unknown>>(
    datasets.map((each: { dataset: string }) => [each.dataset, each]),
  );
  const none = { open: 0, queued: 0, fetching: 0, waiting: 0, missing: 0, failed: 0, suspect: 0, expired: 0 };
  for (const { name } of DATASETS) {
    const states =
      name === SMS
        ? { ...none, final: 3_644, missing: 1, expired: 1, suspect: 2, failed: 1, waiting: 1 }
        : { ...none, final: 3_650 };
    assert.deepEqual(found.get(name)?.['states'], states, name);
    assert.equal(found.get(name)?.['next'], name === SMS ? `landline show ${SMS} ${ago(30)}` : 'none');
  }

  // The same as by everything that the ledger knows.
  const ledger = tableLedger(table, () => crypto.randomUUID());
  const dataset = DATASETS.find(({ name }) => name === SMS);
  const [days, watermark] = await Promise.all([ledger.days(SMS), ledger.watermark(SMS)]);
  assert.ok(dataset !== undefined && watermark !== undefined);
  const entries = days.map(({ value }) => value);
  const { days: counts, ...rest } = coverageOf(dataset, watermark.value, entries, Date.parse(at));
  const { states, landedThrough, firstDay, rows, held, lagDays, expiring, uncurated } = found.get(SMS) ?? {};
  const { settledThrough: _, dataset: __, lastDay: ___, ...expected } = rest;
  assert.deepEqual({ landedThrough, firstDay, rows, held, lagDays, expiring, uncurated }, expected);
  assert.deepEqual(states, counts);

  // A page of a listing has 1,000 entities. What is not needed for a count stays where it is.
  const asked = proxy.seen.map(({ method, query }) => `${method} ${query.get('$select') ?? 'all'}`);
  assert.deepEqual(asked.filter(each => each !== 'GET all').length, 4 * DATASETS.length);
  assert.equal(asked.length, 5 * DATASETS.length + SOURCES.length + 1);
  for (const property of ['fingerprint', 'errorMessage', 'landedAt', 'checkpoint'])
    assert.ok(!asked.some(each => each.includes(property)), property);
});
