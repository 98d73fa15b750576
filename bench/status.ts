import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TableClient } from '@azure/data-tables';
import { startAzurite } from '../local/azurite.ts';
import { DATASETS } from '../shared/datasets/index.ts';
import { storageClients } from '../shared/stores/clients.ts';
import { tableLedger } from '../shared/stores/ledger.ts';
import { entityOfDay, entityOfWatermark } from '../shared/stores/ledger-entities.ts';
import type { DayEntry, Watermark } from '../shared/words/ledger.ts';
import { largeLedgers } from './inside.ts';

/** What a look costs: `landline status` over ten years of every dataset in the emulator. */

/** Seconds of the wall clock, one for each run. */
export interface StatusSeconds {
  /** The whole process, from its start to its exit. */
  readonly command: readonly number[];
  /** Reading the days of all datasets, as the planner and the page do, in a process that has done so before. */
  readonly days: readonly number[];
}

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../cli/landline.mjs', import.meta.url));
const TABLE = 'landline';
/** As many as one transaction takes. */
const ENTITIES = 100;

export async function statusSeconds(runs = 5): Promise<StatusSeconds> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-bench-'));
  const azurite = await startAzurite();
  try {
    const table = storageClients(azurite).table(TABLE);
    await table.createTable();
    for (const { dataset, entries } of largeLedgers(Date.now())) {
      const [first, last] = [entries[0]?.day ?? '', entries.at(-1)?.day ?? ''];
      const watermark = { dataset: dataset.name, firstDay: first, landedThrough: last, settledThrough: last };
      await writeLedger(table, watermark, entries);
    }
    const settings = join(folder, 'settings.json');
    const Values = { AzureWebJobsStorage: azurite.connectionString };
    await writeFile(settings, JSON.stringify({ Values }));

    const ledger = tableLedger(table, () => crypto.randomUUID());
    const names = DATASETS.map(({ name }) => name);
    // Once unmeasured: the first run of a command fills the cache of compiled code, and the rest is warmed up as well.
    const times = (work: () => Promise<unknown>) => timesOf(work, runs);
    return {
      command: await times(() => run(process.execPath, [COMMAND, 'status', '--json', '--settings', settings])),
      days: await times(() => Promise.all(names.map(name => ledger.days(name)))),
    };
  } finally {
    await azurite.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes days past the ledger's own compare-and-set, which would take minutes for that many. */
export async function writeLedger(
  table: TableClient,
  watermark: Watermark,
  entries: readonly DayEntry[],
): Promise<void> {
  await table.createEntity(entityOfWatermark(watermark));
  for (let at = 0; at < entries.length; at += ENTITIES) {
    const some = entries.slice(at, at + ENTITIES).map(entityOfDay);
    await table.submitTransaction(some.map(entity => ['create', { ...entity, write: crypto.randomUUID() }]));
  }
}

async function timesOf(work: () => Promise<unknown>, runs: number): Promise<number[]> {
  await work();
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const before = performance.now();
    await work();
    seconds.push((performance.now() - before) / 1_000);
  }
  return seconds;
}
