import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { curateDay } from '../shared/curate/curate-day.ts';
import { type Profile, veilOf } from '../shared/curate/privacy.ts';
import type { Receipt } from '../shared/model.ts';
import type { CuratedLabel, CuratedStore, Lake, Ledger } from '../shared/ports.ts';

/**
 * Curates one day of many rows and measures it: `npx node bench/curate.ts [rows] [profile]`. Another process writes the
 * partition to a file first; this one reads it as it would from storage and throws the Parquet file away, so that what
 * is measured is curation alone, without a network.
 */

const DATASET = 'teams-pstn-calls';
const DAY = '2026-01-05';

async function writePartition(path: string, rows: number): Promise<void> {
  const { startSimulator } = await import('../local/simulator/index.ts');
  const simulator = await startSimulator({ seed: 9, rows: 10_000, now: () => Date.parse('2026-03-01T00:00:00Z') });
  const lines = function* (): Generator<string> {
    let left = rows;
    for (let day = 5; left > 0; day++) {
      const name = new Date(Date.UTC(2024, 0, day)).toISOString().slice(0, 10);
      if (simulator.countRows(DATASET, name) === 0) continue;
      for (const row of simulator.eachRow(DATASET, name)) if (left-- > 0) yield `${row}\n`;
    }
  };
  await pipeline(batched(lines()), createWriteStream(path));
  await simulator.stop();
}

function* batched(lines: Iterable<string>): Generator<string> {
  let batch = '';
  for (const line of lines) {
    batch += line;
    if (batch.length < 1_000_000) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}

async function measure(path: string, rows: number, profile: Profile): Promise<void> {
  const receipt = { revision: 1, rows, fingerprint: 'bench' } as Receipt;
  const lake = {
    head: async () => ({ etag: '"1"', bytes: 0, receipt }),
    read: async () => createReadStream(path),
  } as unknown as Lake;
  let fileBytes = 0;
  let peak = 0;
  const curated = {
    head: async () => undefined,
    async write(_path: string, content: AsyncGenerator<Uint8Array, CuratedLabel, void>) {
      let next = await content.next();
      for (; !next.done; next = await content.next()) {
        fileBytes += next.value.length;
        peak = Math.max(peak, process.memoryUsage.rss());
      }
      return 'written';
    },
  } as unknown as CuratedStore;
  const ledger = { day: async () => undefined } as unknown as Ledger;
  const report = (): undefined => undefined;
  const start = process.cpuUsage();
  const began = performance.now();
  await curateDay(DATASET, DAY, { ledger, lake, curated, veil: veilOf(profile, 'x'.repeat(32)), report });
  const { user, system } = process.cpuUsage(start);
  const cpu = (user + system) / 1_000_000;
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
  console.log(
    JSON.stringify({
      profile,
      rows,
      rawMB: megabytes(statSync(path).size),
      parquetMB: megabytes(fileBytes),
      wallSeconds: Number(((performance.now() - began) / 1_000).toFixed(1)),
      cpuSeconds: Number(cpu.toFixed(1)),
      rowsPerCpuSecond: Math.round(rows / cpu),
      peakRssMB: megabytes(Math.max(peak, process.resourceUsage().maxRSS * 1024)),
    }),
  );
}

const [first = '1000000', profile = 'masked', path] = process.argv.slice(2);
if (path !== undefined) {
  await (profile === 'write' ? writePartition(path, Number(first)) : measure(path, Number(first), profile as Profile));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'landline-bench-'));
  const file = join(folder, 'partition.jsonl');
  const self = fileURLToPath(import.meta.url);
  for (const what of ['write', profile]) spawnSync(process.execPath, [self, first, what, file], { stdio: 'inherit' });
  rmSync(folder, { recursive: true });
}
