import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampTZValue } from '@duckdb/node-api';
import { type CuratePorts, curateDay } from '../../shared/curate/curate-day.ts';
import { type Profile, privacyProfile } from '../../shared/curate/privacy.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { Digest, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import { windowOf } from '../../shared/words/day.ts';
import type { Receipt } from '../../shared/words/model.ts';
import { CONTAINERS, partitionPath } from '../../shared/words/paths.ts';
import type { Lake } from '../../shared/words/ports.ts';
import { type MemoryCurated, memoryCurated } from '../doubles/memory-curated.ts';
import { type MemoryLake, memoryLake } from '../doubles/memory-lake.ts';
import { type MemoryLedger, memoryLedger } from '../doubles/memory-ledger.ts';

/** Partitions landed without a source, curated in memory, laid out on disk as the containers are, read by DuckDB. */

export const SECRET = 'a key that is only for tests, 32+';

export interface MemoryPorts extends CuratePorts {
  readonly lake: MemoryLake;
  readonly curated: MemoryCurated;
  readonly ledger: MemoryLedger;
  readonly events: { readonly event: string; readonly fields: Record<string, unknown> }[];
}

export function memoryPorts(profile: Profile = 'full'): MemoryPorts {
  const events: { event: string; fields: Record<string, unknown> }[] = [];
  return {
    datasets: DATASETS,
    ledger: memoryLedger(),
    lake: memoryLake(),
    curated: memoryCurated(),
    profile: privacyProfile(profile, SECRET),
    events,
    report: (event, fields) => events.push({ event, fields: { ...fields } }),
  };
}

export function receiptOf(dataset: string, day: string, rows: readonly string[], revision: number): Receipt {
  const digest = new Digest();
  for (const row of rows) digest.add(Buffer.from(row));
  const found = DATASETS.find(({ name }) => name === dataset);
  const { from, to } = windowOf(day, found?.overlap ?? 'second');
  return {
    format: 1,
    revision,
    rows: rows.length,
    pages: 1,
    fingerprint: fingerprintOf(rows.length, digest.text),
    windowFrom: from,
    windowTo: to,
    apiVersion: found?.api ?? 'v1.0',
    fetchedAt: '2026-02-01T00:00:00.000Z',
    ticket: revision,
    rowsOutside: 0,
    rowsNeighbour: 0,
  };
}

/** Puts the rows into the lake as the next revision of the day. */
export async function land(lake: Lake, dataset: string, day: string, rows: readonly string[]): Promise<Receipt> {
  const before = await lake.head(dataset, day);
  const receipt = receiptOf(dataset, day, rows, (before?.receipt.revision ?? 0) + 1);
  if (before !== undefined) await lake.keep(dataset, day, before);
  if (rows.length > 0)
    await lake.stage(dataset, day, receipt.ticket, 0, Buffer.from(rows.map(row => `${row}\n`).join('')));
  const segments = [{ ticket: receipt.ticket, count: rows.length > 0 ? 1 : 0 }];
  await lake.commit(dataset, day, segments, receipt, before?.etag);
  return receipt;
}

/** Lands and curates. */
export async function curated(on: MemoryPorts, dataset: string, day: string, rows: readonly string[]): Promise<void> {
  await land(on.lake, dataset, day, rows);
  await curateDay(dataset, day, on);
}

/** A folder for one test, gone when it ends. */
export function folderFor(context: { after(act: () => unknown): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'landline-curate-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes what the containers hold below `folder`: `raw/…` and `curated/…`. */
export async function layOut(
  on: MemoryPorts,
  days: ReadonlyMap<string, readonly string[]>,
  folder: string,
): Promise<void> {
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  for (const [dataset, list] of days) {
    for (const day of list) {
      const bytes = on.lake.partition(dataset, day)?.bytes ?? Buffer.alloc(0);
      await put(`${CONTAINERS.raw}/${partitionPath(dataset, day)}`, bytes);
    }
  }
  for (const [path, { bytes }] of on.curated.files) await put(`${CONTAINERS.curated}/${path}`, bytes);
}

export type Rows = Record<string, string | number | boolean | null>[];

export interface Duck {
  /** Rows as JSON: decimals, timestamps and 64-bit integers are text. */
  rows(sql: string): Promise<Rows>;
  run(sql: string): Promise<void>;
}

export async function duck(context: Pick<TestContext, 'after'>): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection: DuckDBConnection = await instance.connect();
  context.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  await connection.run("SET TimeZone = 'UTC'");
  // The client writes instants in the zone of the process, whatever the connection says.
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;
  return {
    rows: async sql => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Rows,
    run: async sql => {
      await connection.run(sql);
    },
  };
}

/** A row with every number as its own text: what the source sent, read by other means than ours. */
export function parsedExactly(row: string): Record<string, unknown> {
  return JSON.parse(row, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  );
}

/** An amount in millionths, by shifting the digits of its text. */
export function millionths(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}
