import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { blobCurated } from '../../shared/curate/curated-blobs.ts';
import type { CuratedLabel, CuratedStore } from '../../shared/curate/ports.ts';
import { blobEraser } from '../../shared/forget/history-eraser.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Eraser, Lake } from '../../shared/words/ports.ts';
import { memoryCurated } from '../doubles/memory-curated.ts';
import { memoryEraser, memoryLake } from '../doubles/memory-lake.ts';
import { receipt } from './values.ts';

const LABEL: CuratedLabel = { revision: 2, stamp: '1-masked', rows: 3, duplicates: 1, conflicts: 0, misfits: 4 };
const DAY = '2026-01-31';

async function* content(stretches: readonly string[], label = LABEL): AsyncGenerator<Uint8Array, CuratedLabel, void> {
  for (const stretch of stretches) yield Buffer.from(stretch);
  return label;
}

async function textOf(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  if (chunks === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString();
}

/** What every store of curated files does. */
function curatedSuite(open: () => { store: CuratedStore; path: string }): void {
  test('a file that is not there is undefined', async () => {
    const { store, path } = open();
    assert.equal(await store.head(path), undefined);
    assert.equal(await store.read(path), undefined);
  });

  test('a written file holds its stretches in order, and its label', async () => {
    const { store, path } = open();
    assert.equal(await store.write(path, content(['a', 'b', '', 'c']), undefined), 'written');
    const head = await store.head(path);
    assert.deepEqual(head?.label, LABEL);
    assert.equal(await textOf(await store.read(path)), 'abc');
    const names: string[] = [];
    for await (const name of store.list(path.slice(0, 12))) names.push(name);
    assert.ok(names.includes(path));
  });

  test('a file is replaced only as it was seen', async () => {
    const { store, path } = open();
    await store.write(path, content(['first']), undefined);
    const seen = (await store.head(path))?.etag;
    assert.equal(await store.write(path, content(['blind']), undefined), 'superseded');
    assert.equal(await store.write(path, content(['second'], { ...LABEL, revision: 3 }), seen), 'written');
    assert.equal(await store.write(path, content(['late']), seen), 'superseded');
    assert.equal(await textOf(await store.read(path)), 'second');
    assert.equal((await store.head(path))?.label.revision, 3);
  });

  test('two that write at once never mix, and a write that throws changes nothing', async () => {
    const { store, path } = open();
    const outcomes = await Promise.all(
      ['x', 'y'].map(sign => store.write(path, content([sign, sign, sign]), undefined)),
    );
    assert.deepEqual(outcomes.sort(), ['superseded', 'written']);
    assert.match((await textOf(await store.read(path))) ?? '', /^(xxx|yyy)$/);
    async function* broken(): AsyncGenerator<Uint8Array, CuratedLabel, void> {
      yield Buffer.from('half');
      throw new Error('cut off');
    }
    const before = await store.head(path);
    await assert.rejects(store.write(path, broken(), before?.etag), /cut off/);
    assert.deepEqual(await store.head(path), before);
  });
}

/** What every eraser does. */
function eraserSuite(open: () => { lake: Lake; eraser: Eraser; dataset: string }): void {
  test('the days that have a revision in history are told in order, each once, with and without a partition', async () => {
    const { lake, eraser, dataset } = open();
    const daysOf = async () => {
      const days: string[] = [];
      for await (const day of eraser.days(dataset)) days.push(day);
      return days;
    };
    assert.deepEqual(await daysOf(), []);
    for (const day of ['2026-02-02', '2026-01-31', '2026-02-01']) {
      for (const revision of [1, 2, 3]) {
        const before = await lake.head(dataset, day);
        if (before !== undefined) await lake.keep(dataset, day, before);
        await lake.stage(dataset, day, revision, 0, Buffer.from(`${revision}\n`));
        const told = { ...receipt(revision, `1-${revision}`), revision };
        await lake.commit(dataset, day, [{ ticket: revision, count: 1 }], told, before?.etag);
        if (day === '2026-02-01') break;
      }
    }
    assert.deepEqual(await daysOf(), ['2026-01-31', '2026-02-02']);
  });

  test('a revision in history is rewritten only as it was seen', async () => {
    const { lake, eraser, dataset } = open();
    await lake.stage(dataset, DAY, 1, 0, Buffer.from('a\nb\n'));
    await lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, '2-x'), undefined);
    assert.equal(await lake.head(dataset, DAY, 1), undefined);
    const head = await lake.head(dataset, DAY);
    assert.ok(head);
    await lake.keep(dataset, DAY, head);
    const kept = await lake.head(dataset, DAY, 1);
    assert.deepEqual(kept?.receipt, receipt(1, '2-x'));
    async function* lines(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('b\n');
    }
    const after = { ...receipt(1, '1-y'), rows: 1 };
    assert.equal(await eraser.rewrite(dataset, DAY, lines(), after, '"never"'), 'superseded');
    assert.equal(await textOf(await lake.read(dataset, DAY, 1)), 'a\nb\n');
    assert.equal(await eraser.rewrite(dataset, DAY, lines(), after, kept?.etag ?? ''), 'written');
    assert.equal(await textOf(await lake.read(dataset, DAY, 1)), 'b\n');
    assert.deepEqual((await lake.head(dataset, DAY, 1))?.receipt, after);
  });
}

let count = 0;
const nextPath = (): string => `v1/fact_test/dataset=d${++count}/date=${DAY}/part-0.parquet`;

describe('curated files in memory', () => {
  curatedSuite(() => ({ store: memoryCurated(), path: nextPath() }));
  eraserSuite(() => {
    const lake = memoryLake();
    return { lake, eraser: memoryEraser(lake), dataset: 'teams-sms' };
  });
});

describe('curated files in Azurite', () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await createPlaces(storageClients(azurite));
  });
  after(() => azurite.stop());
  curatedSuite(() => ({ store: blobCurated(storageClients(azurite).blobs), path: nextPath() }));
  const open = () => {
    const { blobs } = storageClients(azurite);
    return { lake: blobLake(blobs), eraser: blobEraser(blobs), dataset: `d${++count}` };
  };
  eraserSuite(open);

  /** Stores with one revision of two lines in history. */
  async function withKept() {
    const stores = open();
    const { lake, dataset } = stores;
    await lake.stage(dataset, DAY, 1, 0, Buffer.from('a\nb\n'));
    await lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, '2-x'), undefined);
    const head = await lake.head(dataset, DAY);
    assert.ok(head);
    await lake.keep(dataset, DAY, head);
    return stores;
  }

  test('a revision is rewritten as what is left of it, also when no row is left', async () => {
    const { lake, eraser, dataset } = await withKept();
    for (const left of ['b\n', '']) {
      async function* lines(): AsyncGenerator<Uint8Array> {
        if (left !== '') yield Buffer.from(left);
      }
      const before = await lake.head(dataset, DAY, 1);
      const after = { ...receipt(1, `after ${left.length}`), rows: left.length / 2 };
      assert.equal(await eraser.rewrite(dataset, DAY, lines(), after, before?.etag ?? ''), 'written');
      assert.equal(await textOf(await lake.read(dataset, DAY, 1)), left);
      assert.equal((await lake.head(dataset, DAY, 1))?.bytes, left.length);
    }
  });

  test('lines that fail while a revision is rewritten change nothing', async () => {
    const { lake, eraser, dataset } = await withKept();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('b\n');
      throw new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message: 'cut off' });
    }
    const etag = (await lake.head(dataset, DAY, 1))?.etag ?? '';
    const after = { ...receipt(1, '1-y'), rows: 1 };
    await assert.rejects(eraser.rewrite(dataset, DAY, broken(), after, etag), /cut off/);
    assert.equal(await textOf(await lake.read(dataset, DAY, 1)), 'a\nb\n');
  });
});
