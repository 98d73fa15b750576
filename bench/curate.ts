import { Writable } from 'node:stream';
import { startSimulator } from '../local/simulator/index.ts';
import { curateDay } from '../shared/curate/curate-day.ts';
import { veilOf } from '../shared/curate/privacy.ts';
import type { Receipt } from '../shared/model.ts';
import type { CuratedLabel, CuratedStore, Lake, Ledger } from '../shared/ports.ts';

/**
 * Curates one day of many rows and measures it: `npx node bench/curate.ts [rows] [profile]`. The rows are made while
 * they are read and the file is thrown away, so that what is measured is curation alone, without a network. The
 * simulator's own share is measured first and taken off the processor time.
 */

const rows = Number(process.argv[2] ?? 1_000_000);
const profile = (process.argv[3] ?? 'masked') as 'full' | 'masked' | 'pseudonymous';
const DAY = '2026-01-05';
const DATASET = 'teams-pstn-calls';
const CHUNK_BYTES = 1024 * 1024;

const simulator = await startSimulator({ seed: 9, rows, now: () => Date.parse('2026-03-01T00:00:00Z') });
const total = simulator.countRows(DATASET, DAY);

async function* chunks(): AsyncGenerator<Uint8Array> {
  let lines: string[] = [];
  let length = 0;
  for (const row of simulator.eachRow(DATASET, DAY)) {
    lines.push(row, '\n');
    length += row.length + 1;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    length = 0;
  }
  yield Buffer.from(lines.join(''));
}

function seconds(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000_000;
}

const sourceStart = process.cpuUsage();
let rawBytes = 0;
for await (const chunk of chunks()) rawBytes += chunk.length;
const sourceSeconds = seconds(sourceStart);

const receipt = { revision: 1, rows: total, fingerprint: 'bench' } as Receipt;
const lake = {
  head: async () => ({ etag: '"1"', bytes: rawBytes, receipt }),
  read: async () => chunks(),
} as unknown as Lake;
let fileBytes = 0;
let label: CuratedLabel | undefined;
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const curated = {
  head: async () => undefined,
  async write(_path: string, content: AsyncGenerator<Uint8Array, CuratedLabel, void>) {
    let next = await content.next();
    for (; !next.done; next = await content.next()) {
      fileBytes += next.value.length;
      nowhere.write(next.value);
    }
    label = next.value;
    return 'written';
  },
} as unknown as CuratedStore;
const ledger = { day: async () => undefined } as unknown as Ledger;

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);
const start = process.cpuUsage();
const began = performance.now();
await curateDay(DATASET, DAY, { ledger, lake, curated, veil: veilOf(profile, 'x'.repeat(32)), report: () => undefined });
const wall = (performance.now() - began) / 1_000;
const cpu = seconds(start) - sourceSeconds;
clearInterval(watch);
await simulator.stop();

console.log(
  JSON.stringify({
    profile,
    rows: label?.rows,
    rawMB: Math.round(rawBytes / 1e6),
    parquetMB: Math.round(fileBytes / 1e6),
    wallSeconds: Number(wall.toFixed(1)),
    cpuSeconds: Number(cpu.toFixed(1)),
    rowsPerCpuSecond: Math.round(total / cpu),
    peakRssMB: Math.round(Math.max(peak, process.resourceUsage().maxRSS * 1024) / 1e6),
  }),
);
