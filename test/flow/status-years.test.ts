import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { largeLedgers } from '../../bench/inside.ts';
import { writeLedger } from '../../bench/status.ts';
import { startAzurite } from '../../local/azurite.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { coverageOf } from '../../shared/ledger/coverage.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { addDays, HOUR_MS, instantOf } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { lossyProxy } from '../stores/lossy-proxy.ts';
import { landline } from './cli-setup.ts';

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
  const { datasets, asOf } = JSON.parse(stdout);
  const found = new Map<string, Record<string, unknown>>(
    datasets.map((each: { dataset: string }) => [each.dataset, each]),
  );
  const ledger = tableLedger(table, () => crypto.randomUUID());
  for (const dataset of DATASETS) {
    const [days, watermark] = await Promise.all([ledger.days(dataset.name), ledger.watermark(dataset.name)]);
    assert.ok(watermark !== undefined);
    const entries = days.map(({ value }) => value);
    const { days: states, held, ...rest } = coverageOf(dataset, watermark.value, entries, Date.parse(asOf));
    const { counts, daysHeld, newestHeld, lagDays, gapDays, rows } = found.get(dataset.name) ?? {};
    // A day without rows is counted as `empty`, which is no state of its own in the ledger.
    const { empty, ...others } = Object(counts);
    assert.deepEqual({ ...others, final: others.final + empty }, states, dataset.name);
    const { newestHeld: newest, lagDays: lag, gapDays: gaps, rows: sum } = rest;
    assert.deepEqual([daysHeld, newestHeld, lagDays, gapDays, rows], [held, newest, lag, gaps, sum]);
  }
  assert.deepEqual(
    Object(found.get(SMS)).gaps.map(({ from }: { from: Day }) => from),
    [ago(3)],
    'a day that the source has forgotten is lost, and no gap',
  );

  // A page of a listing has 1,000 entities.
  const listed = proxy.seen.filter(({ query }) => query.get('$filter') !== null);
  assert.equal(listed.length, 4 * DATASETS.length);
});
