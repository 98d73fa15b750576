import assert from 'node:assert/strict';
import { compareRevisions } from '../../shared/commit/compare.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { NO_SEAMS } from '../../shared/ledger/seams.ts';
import { recountRows } from '../../shared/rows/recount.ts';
import { endOf, HOUR_MS, instantOf, windowOf } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day, Receipt } from '../../shared/words/model.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { type LakeStore, lakeStore, memoryLake } from '../doubles/memory-lake.ts';
import { ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, NOON } from './days.ts';

/** A lake and its ledger in memory, with landed days in them. */

export async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

export function rowsText(...ids: readonly number[]): string {
  return ids.map(id => `{"id":"${id}","startDateTime":"2026-03-01T00:00:0${id % 10}Z"}\n`).join('');
}

export function landed(dataset: Dataset = DATASET) {
  const blobs: LakeStore = lakeStore();
  const entities = ledgerStore();
  const lake = memoryLake({}, blobs);
  const ledger = memoryLedger({}, entities);
  const clock = { now: () => NOON };
  const extraNames: string[] = [];

  return {
    lake,
    ledger,
    clock,
    entities,
    datasets: [dataset],
    extraNames,
    async *names(prefix: string): AsyncGenerator<string> {
      for (const [key, { committed }] of blobs.blobs) {
        const [name = '', day = ''] = key.split('/');
        if (committed !== undefined && key.startsWith(prefix)) yield partitionPath(name, day);
      }
      yield* extraNames.filter(name => name.startsWith(prefix));
    },

    /** Commits the next revision as a fetch does; and notes it, unless told not to. */
    async land(day: Day, text: string, change: Partial<Receipt> = {}, note = true): Promise<void> {
      const before = await lake.head(dataset.name, day);
      const { rows, bytes, fingerprint, outside } = await recountRows(chunksOf(text), dataset, day);
      const window = windowOf(day, dataset.overlap);
      const ticket = 1_773_000_000 + blobs.commits;
      const landedAt = instantOf(endOf(day) + (2 + blobs.commits) * HOUR_MS);
      const receipt: Receipt = {
        format: 1,
        revision: (before?.receipt.revision ?? 0) + 1,
        rows,
        pages: 1,
        fingerprint,
        windowFrom: window.from,
        windowTo: window.to,
        apiVersion: dataset.api,
        fetchedAt: landedAt,
        ticket,
        rowsOutside: outside,
        rowsNeighbour: 2,
        ...change,
      };
      if (before !== undefined) assert.equal(await lake.keep(dataset.name, day, before), 'kept');
      const segments = text === '' ? [] : [{ ticket, count: 1 }];
      if (text !== '') await lake.stage(dataset.name, day, ticket, 0, Buffer.from(text));
      assert.equal(await lake.commit(dataset.name, day, segments, receipt, before?.etag), 'committed');
      if (!note) return;
      const found = await ledger.day(dataset.name, day);
      const { format: _f, windowFrom: _w, windowTo: _t, apiVersion: _a, fetchedAt: _d, ticket: _k, ...same } = receipt;
      const changes = await compareRevisions(lake, dataset, day, receipt.revision);
      const entry = found?.value ?? freshEntry(dataset.name, day, NOON);
      const held = {
        ...same,
        ...changes,
        bytes,
        landedAt,
        checkedAt: landedAt,
        curatedRevision: 0,
        seams: { at: landedAt, ...NO_SEAMS },
      };
      assert.ok(await ledger.putDay({ ...entry, held, work: { ...entry.work, ticket } }, found?.etag));
    },

    /** Changes the bytes of a partition behind everybody's back. */
    tamper(day: Day, change: (bytes: Buffer) => Buffer): void {
      const blob = blobs.blobs.get(`${dataset.name}/${day}`);
      assert.ok(blob?.committed);
      const { blocks } = blob.committed;
      lake.replaceBytes(dataset.name, day, change(Buffer.concat(blocks.map(block => block.content))));
    },

    /** Deletes a partition behind everybody's back. */
    remove(day: Day): void {
      lake.remove(dataset.name, day);
    },

    async change(day: Day, change: (entry: DayEntry) => DayEntry): Promise<void> {
      const found = await ledger.day(dataset.name, day);
      assert.ok(found);
      assert.ok(await ledger.putDay(change(found.value), found.etag));
    },

    async entry(day: Day): Promise<DayEntry | undefined> {
      return (await ledger.day(dataset.name, day))?.value;
    },
  };
}
