import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays } from '../../shared/words/day.ts';
import { partitionPath, revisionPath } from '../../shared/words/paths.ts';
import { clockFrom } from '../clock.ts';
import { landline } from './cli-setup.ts';
import { productFor } from './product-setup.ts';

/** Partitions that a build before version 1 stored compressed: refused by name, and nothing of them is touched. */

const SMS = 'teams-sms';
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);
const OTHER = addDays(LAST, -1);

test('a compressed partition of an earlier build is refused by name wherever it is met, and lands once it is plain or gone', async context => {
  const product = await productFor(context, { seed: 71, rows: 40, switches: { auth: 'any' } });
  const settings = { LANDLINE_DATASETS: SMS, LANDLINE_HISTORY_DAYS: '2' };
  const host = await product.host(settings);
  const tick = async (): Promise<void> => {
    await host.runTimer('plan');
    await host.drain();
  };
  await tick();
  const folder = await mkdtemp(join(tmpdir(), 'landline-compressed-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values: { ...product.base, ...settings } }));
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await landline(folder, ...args, '--json', '--settings', file);
    if (stdout === '') throw new Error(stderr);
    return { code, answer: JSON.parse(stdout) };
  };

  const raw = product.raw.getBlockBlobClient(partitionPath(SMS, LAST));
  const plain = await raw.downloadToBuffer();
  const { metadata = {} } = await raw.getProperties();
  const compressed = gzipSync(plain);
  const asEarlier = {
    metadata,
    blobHTTPHeaders: { blobContentEncoding: 'gzip', blobContentType: 'application/x-ndjson' },
  };
  await raw.upload(compressed, compressed.length, asEarlier);
  await product.history
    .getBlockBlobClient(revisionPath(SMS, OTHER, 1))
    .upload(compressed, compressed.length, asEarlier);
  const named =
    /stored compressed \(Content-Encoding: gzip\).*[Mm]ake it plain again, or delete it.*Compressed partitions/;

  const verified = await run('verify');
  assert.deepEqual(
    verified.answer.findings.map(({ kind, day }: { kind: string; day: string }) => [kind, day]),
    [['damaged', LAST]],
  );
  assert.match(verified.answer.findings[0].message, named);
  const withHistory = (await run('verify', '--history')).answer.findings;
  assert.deepEqual(
    withHistory.map(({ kind, day }: { kind: string; day: string }) => [kind, day]),
    [
      ['history', OTHER],
      ['damaged', LAST],
    ],
  );
  assert.match(withHistory[0].message, named);
  assert.match((await run('show', SMS, LAST)).answer.foreign, named);
  const exported = await run('export', '--out', folder);
  assert.deepEqual(
    exported.answer.damaged.map(({ day }: { day: string }) => day),
    [LAST],
  );
  assert.match(exported.answer.damaged[0].why, named);
  const curated = await run('curate', SMS, LAST);
  assert.equal(curated.code, 1);
  assert.match(JSON.stringify(curated.answer), named);
  const rebuilt = await run('rebuild');
  assert.match(rebuilt.answer.unusable[0].why, named);
  const searched = await run('forget', '--user', '5f1c1f7e-2a39-4a2f-9f0e-1f2f3a4b0001', '--dry-run');
  const unsure: { day: string; why: string }[] = searched.answer.unsure;
  assert.deepEqual(
    unsure.map(({ day }) => day),
    [LAST, OTHER],
  );
  for (const { why } of unsure) assert.match(why, named);

  // Verify has marked the day, so it is read again; what it would replace cannot be kept.
  await tick();
  const { work } = (await product.ledger.day(SMS, LAST))?.value ?? {};
  assert.deepEqual([work?.state, work?.errorKind], ['failed', 'partition.damaged']);
  assert.match(work?.errorMessage ?? '', named);
  assert.deepEqual(await raw.downloadToBuffer(), compressed, 'nothing was replaced');

  // As docs/operations.md says: plain under its own metadata, or gone and asked for.
  await raw.upload(plain, plain.length, { metadata, blobHTTPHeaders: { blobContentType: 'application/x-ndjson' } });
  assert.equal((await run('verify')).code, 0);
  await raw.upload(compressed, compressed.length, asEarlier);
  await raw.delete();
  await run('retry', SMS, LAST);
  await tick();
  assert.deepEqual(await raw.downloadToBuffer(), plain);
  assert.equal((await run('verify')).code, 0);
});
