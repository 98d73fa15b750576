import { closeSync, openSync, readSync } from 'node:fs';
import { curateDay } from '../shared/curate/curate-day.ts';
import type { CuratedLabel, CuratedStore } from '../shared/curate/ports.ts';
import { type Profile, privacyProfile } from '../shared/curate/privacy.ts';
import type { Receipt } from '../shared/words/model.ts';
import type { Lake, Ledger } from '../shared/words/ports.ts';
import { usageFromHere } from './usage.ts';

/**
 * Curates some days one after the other, in a process of its own. Arguments: privacy profile, then file and rows of each
 * partition. The partitions are read as they would be from storage, and the Parquet files are thrown away, so that what
 * is measured is curation alone, without a network.
 */

/** Bytes of what storage sends at once. */
const CHUNK_BYTES = 64 * 1024;

/** Streams of Node would be a tenth of what is measured. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) yield chunk.subarray(0, bytes);
  closeSync(file);
}

const [name = 'masked', ...days] = process.argv.slice(2);
// All that the process has used so far: starting Node, and loading this and what it imports.
const { user, system } = process.cpuUsage();
const started = (user + system) / 1e6;

let fileBytes = 0;
const curated = {
  head: async () => undefined,
  async write(_path: string, content: AsyncGenerator<Uint8Array, CuratedLabel, void>) {
    let next = await content.next();
    for (; !next.done; next = await content.next()) fileBytes += next.value.length;
    return 'written';
  },
} as unknown as CuratedStore;
const ledger = { day: async () => undefined } as unknown as Ledger;
const profile = privacyProfile(name as Profile, 'x'.repeat(32));

const used = usageFromHere();
let rows = 0;
for (let i = 0; i < days.length; i += 2) {
  const count = Number(days[i + 1]);
  const receipt = { revision: 1, rows: count, fingerprint: 'bench' } as Receipt;
  const lake = {
    head: async () => ({ etag: '"1"', bytes: 0, receipt }),
    read: async () => chunksOf(days[i] ?? ''),
  } as unknown as Lake;
  await curateDay('teams-pstn-calls', '2026-01-05', { ledger, lake, curated, profile, report: () => undefined });
  rows += count;
}
console.log(JSON.stringify({ rows, fileBytes, startCpuSeconds: started, ...used() }));
