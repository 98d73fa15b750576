import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { recount } from '../../shared/rows/recount.ts';
import { type StorageClients, storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import type { Segment } from '../../shared/words/ledger.ts';
import { partitionPath, revisionPath } from '../../shared/words/paths.ts';
import type { Lake, ListedDay, Partition } from '../../shared/words/ports.ts';
import { memoryLake } from '../doubles/memory-lake.ts';
import { type LossyProxy, lossyProxy } from './lossy-proxy.ts';
import { receipt } from './values.ts';

const DAY = '2026-01-31';

/** A lake, and a dataset of the test's own in it. */
interface Opened {
  readonly lake: Lake;
  readonly dataset: string;
  /** Puts a blob where a partition belongs, past the lake and without a receipt. */
  plant(day: string, text: string): Promise<void>;
}

/** What every lake does. */
function lakeSuite(open: () => Promise<Opened>): void {
  test('a day that has not landed is undefined', async () => {
    const { lake, dataset } = await open();
    assert.equal(await lake.head(dataset, DAY), undefined);
    assert.equal(await lake.read(dataset, DAY), undefined);
    assert.equal(await lake.read(dataset, DAY, 1), undefined);
    assert.deepEqual(await daysOf(lake, dataset), []);
  });

  test('a committed day holds its blocks in the order of its segments, and its receipt', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 3, blocks: ['c\n', 'd\n'] });
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n', 'b\n'] });
    const segments = [
      { ticket: 1, count: 2 },
      { ticket: 3, count: 2 },
    ];
    assert.equal(await lake.commit(dataset, DAY, segments, receipt(3, 'x'), undefined), 'committed');

    const head = await lake.head(dataset, DAY);
    assert.deepEqual(head?.receipt, receipt(3, 'x'));
    assert.equal(head?.bytes, 8);
    assert.equal(await textOf(lake, dataset), 'a\nb\nc\nd\n');
  });

  test('a receipt says of a revision without a person’s rows when they were erased, and of no other', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    assert.ok(!('forgottenAt' in first.receipt));
    const erased = { ...receipt(3, '0-0', 2), forgottenAt: '2026-02-04T01:00:00.000Z' };
    assert.equal(await lake.commit(dataset, DAY, [], erased, first.etag), 'committed');
    assert.deepEqual((await lake.head(dataset, DAY))?.receipt, erased);
    assert.deepEqual((await daysOf(lake, dataset))[0]?.partition?.receipt, erased);
  });

  test('a day without rows is an empty partition, not an absent one', async () => {
    const { lake, dataset } = await open();
    assert.equal(await lake.commit(dataset, DAY, [], receipt(1, '0-0'), undefined), 'committed');
    assert.equal((await lake.head(dataset, DAY))?.bytes, 0);
    assert.equal(await textOf(lake, dataset), '');
  });

  test('staged blocks are out of sight', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    assert.equal(await lake.head(dataset, DAY), undefined);
    assert.equal(await lake.read(dataset, DAY), undefined);
    assert.deepEqual(await daysOf(lake, dataset), []);
  });

  test('staged blocks do not show through a partition that is there', async () => {
    const { lake, dataset } = await open();
    const before = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await stage(lake, dataset, { ticket: 3, blocks: ['b\n'] });
    assert.deepEqual(await lake.head(dataset, DAY), before);
    assert.equal(await textOf(lake, dataset), 'a\n');
  });

  test('a block that is staged again is replaced', async () => {
    const { lake, dataset } = await open();
    await lake.stage(dataset, DAY, 1, 0, Buffer.from('first\n'));
    await lake.stage(dataset, DAY, 1, 0, Buffer.from('second\n'));
    await lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'x'), undefined);
    assert.equal(await textOf(lake, dataset), 'second\n');
  });

  test('the content of a block may be reused after it was staged', async () => {
    const { lake, dataset } = await open();
    const content = Buffer.from('a\n');
    await lake.stage(dataset, DAY, 1, 0, content);
    content.fill('z');
    await lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'x'), undefined);
    assert.equal(await textOf(lake, dataset), 'a\n');
  });

  test('an empty block is refused', async () => {
    const { lake, dataset } = await open();
    await assert.rejects(lake.stage(dataset, DAY, 1, 0, Buffer.alloc(0)), RangeError);
  });

  test('a commit replaces the partition it names, with its receipt and a new etag', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const second = await land(lake, dataset, { ticket: 3, blocks: ['b\n', 'c\n'], replaces: first });
    assert.notEqual(second.etag, first.etag);
    assert.equal(second.receipt.ticket, 3);
    assert.equal(await textOf(lake, dataset), 'b\nc\n');
  });

  test('of two first commits at once one wins, and the partition is wholly its own', async () => {
    const { lake, dataset } = await open();
    const rivals = [
      { ticket: 1, blocks: ['a\n', 'b\n'] },
      { ticket: 3, blocks: ['c\n', 'd\n'] },
    ];
    for (const rival of rivals) await stage(lake, dataset, rival);
    const results = await Promise.all(
      rivals.map(({ ticket }) =>
        lake.commit(dataset, DAY, [{ ticket, count: 2 }], receipt(ticket, `f${ticket}`), undefined),
      ),
    );
    assert.deepEqual(results.toSorted(), ['committed', 'superseded']);
    const winner = results[0] === 'committed' ? 'a\nb\n' : 'c\nd\n';
    assert.equal(await textOf(lake, dataset), winner);
  });

  test('a commit over a partition that has changed since is superseded and changes nothing', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const second = await land(lake, dataset, { ticket: 3, blocks: ['b\n'], replaces: first });
    await stage(lake, dataset, { ticket: 5, blocks: ['c\n'] });
    const late = lake.commit(dataset, DAY, [{ ticket: 5, count: 1 }], receipt(5, 'z'), first.etag);
    assert.equal(await late, 'superseded');
    assert.deepEqual(await lake.head(dataset, DAY), second);
  });

  test('a commit over a partition that is not there is superseded', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const commit = lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'x'), '"0x1"');
    assert.equal(await commit, 'superseded');
    assert.equal(await lake.head(dataset, DAY), undefined);
  });

  test('a commit that is made again counts as committed: ticket and fingerprint are its identity', async () => {
    const { lake, dataset } = await open();
    await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const commit = (ticket: number, fingerprint: string) =>
      lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(ticket, fingerprint), undefined);
    assert.equal(await commit(1, 'f1'), 'committed');
    assert.equal(await commit(1, 'other'), 'superseded');
    assert.equal(await commit(2, 'f1'), 'superseded');
  });

  test('a commit takes all other staged blocks with it, so a rival finds his gone', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 1, blocks: ['zombie\n'] });
    const landed = await land(lake, dataset, { ticket: 3, blocks: ['a\n'] });
    const zombie = lake.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'z'), landed.etag);
    assert.equal(await zombie, 'superseded');
    assert.deepEqual(await lake.head(dataset, DAY), landed);
  });

  test('blocks that a zombie stages do not enter the commit of another ticket', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 3, blocks: ['a\n'] });
    await stage(lake, dataset, { ticket: 1, blocks: ['zombie\n'] });
    await lake.commit(dataset, DAY, [{ ticket: 3, count: 1 }], receipt(3, 'x'), undefined);
    assert.equal(await textOf(lake, dataset), 'a\n');
  });

  test('a commit of a block that was never staged is superseded and changes nothing', async () => {
    const { lake, dataset } = await open();
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const commit = (count: number) => lake.commit(dataset, DAY, [{ ticket: 1, count }], receipt(1, 'x'), undefined);
    assert.equal(await commit(2), 'superseded');
    assert.equal(await lake.head(dataset, DAY), undefined);
    assert.equal(await commit(1), 'committed');
  });

  test('a revision is kept byte for byte, under its number, and stays when the partition is replaced', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n', 'é\n'] });
    assert.equal(await lake.keep(dataset, DAY, first), 'kept');
    await land(lake, dataset, { ticket: 3, blocks: ['b\n'], replaces: first });
    assert.equal(await textOf(lake, dataset, 1), 'a\né\n');
    assert.equal(await textOf(lake, dataset), 'b\n');
    assert.equal(await lake.read(dataset, DAY, 2), undefined);
  });

  test('the highest revision in history is known, of this day and dataset only', async () => {
    const { lake, dataset } = await open();
    assert.equal(await lake.lastKept(dataset, DAY), 0);
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await lake.keep(dataset, DAY, first);
    assert.equal(await lake.lastKept(dataset, DAY), first.receipt.revision);
    assert.equal(await lake.lastKept(dataset, '2020-01-01'), 0);
  });

  test('an empty revision is kept as well', async () => {
    const { lake, dataset } = await open();
    const empty = await land(lake, dataset, { ticket: 1, blocks: [] });
    assert.equal(await lake.keep(dataset, DAY, empty), 'kept');
    assert.equal(await textOf(lake, dataset, 1), '');
  });

  test('keeping a revision twice, also at once, is the same as once', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const both = await Promise.all([lake.keep(dataset, DAY, first), lake.keep(dataset, DAY, first)]);
    assert.deepEqual(both, ['kept', 'kept']);
    assert.equal(await lake.keep(dataset, DAY, first), 'kept');
    assert.equal(await textOf(lake, dataset, 1), 'a\n');
  });

  test('a partition that has changed since is not kept under the old number', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await land(lake, dataset, { ticket: 3, blocks: ['b\n'], replaces: first });
    assert.equal(await lake.keep(dataset, DAY, first), 'superseded');
    assert.equal(await lake.read(dataset, DAY, 1), undefined);
  });

  test('other content under a number that history has used is an error, and history stays', async () => {
    const { lake, dataset } = await open();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await lake.keep(dataset, DAY, first);
    const again = await land(lake, dataset, { ticket: 3, blocks: ['b\n'], replaces: first, revision: 1 });
    await assert.rejects(lake.keep(dataset, DAY, again), {
      reason: 'storage.failing',
      remedy: 'reject',
      message: /history already holds other content/,
    });
    assert.equal(await textOf(lake, dataset, 1), 'a\n');
  });

  test('the landed days of a dataset are listed in order, as they would be read one by one', async () => {
    const { lake, dataset } = await open();
    for (const day of ['2026-02-01', '2025-12-31', DAY]) {
      await land(lake, dataset, { ticket: 1, blocks: [`${day}\n`], day });
    }
    await land(lake, `${dataset}-other`, { ticket: 1, blocks: ['a\n'] });
    const days = await daysOf(lake, dataset);
    assert.deepEqual(
      days.map(({ day }) => day),
      ['2025-12-31', DAY, '2026-02-01'],
    );
    for (const { day, partition } of days) assert.deepEqual(partition, await lake.head(dataset, day));
  });

  test('a blob that Landline did not write is listed without a partition, and the days beside it as ever', async () => {
    const { lake, dataset, plant } = await open();
    await plant('2026-01-30', 'a\n');
    const landed = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await plant('2026-02-01', '');
    assert.deepEqual(await daysOf(lake, dataset), [
      { day: '2026-01-30', partition: undefined },
      { day: DAY, partition: landed },
      { day: '2026-02-01', partition: undefined },
    ]);
  });

  test('a blob that Landline did not write is an error that names its day, never a receipt made up', async () => {
    const { lake, dataset, plant } = await open();
    await plant(DAY, 'a\n');
    const failure = {
      reason: 'partition.damaged',
      remedy: 'reject',
      message: new RegExp(`${dataset} ${DAY}.*no whole receipt`),
    };
    await assert.rejects(lake.head(dataset, DAY), failure);
    await assert.rejects(lake.commit(dataset, DAY, [], receipt(1, 'x'), undefined), failure);
    assert.equal(await textOf(lake, dataset), 'a\n');
  });
}

describe('lake in memory', () => {
  lakeSuite(async () => {
    const [lake, dataset] = [memoryLake(), 'teams-sms'];
    return { lake, dataset, plant: async (day, text) => lake.plant(dataset, day, Buffer.from(text)) };
  });
});

describe('lake in Blob Storage', () => {
  let azurite: Azurite;
  let proxy: LossyProxy;
  let direct: StorageClients;
  let lossy: Lake;
  let datasets = 0;

  before(async () => {
    azurite = await startAzurite();
    proxy = await lossyProxy(azurite.connectionString, 'Blob');
    direct = storageClients(azurite);
    lossy = blobLake(storageClients(proxy, 1).blobs);
  });
  after(async () => {
    await proxy.stop();
    await azurite.stop();
  });

  // First, because the container names are fixed and the tests after this one need them.
  test('a container that is missing is a failure with a next step, never an absent day', async () => {
    const lake = blobLake(direct.blobs);
    const failure = {
      reason: 'storage.refused',
      remedy: 'fix-config',
      message: /teams-sms.* in container "raw" failed \(404 ContainerNotFound\)\. It does not exist: deploy/,
    };
    await assert.rejects(lake.head('teams-sms', DAY), failure);
    await assert.rejects(lake.read('teams-sms', DAY), failure);
    await assert.rejects(lake.stage('teams-sms', DAY, 1, 0, Buffer.from('a\n')), failure);
    await assert.rejects(lake.commit('teams-sms', DAY, [], receipt(1, 'x'), undefined), failure);
    await assert.rejects(daysOf(lake, 'teams-sms'), failure);
  });

  test('the containers can be made ready more than once', async () => {
    await createPlaces(direct);
    await createPlaces(direct);
  });

  async function fresh() {
    datasets += 1;
    const dataset = `dataset-${datasets}`;
    const plant = async (day: string, text: string): Promise<void> => {
      await blob('raw', partitionPath(dataset, day)).upload(text, text.length);
    };
    return { lake: blobLake(direct.blobs), dataset, plant };
  }

  lakeSuite(fresh);

  test('a blob that is stored compressed is refused by name wherever it is met, and listed without a partition', async () => {
    const { lake, dataset } = await fresh();
    const landed = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const compressed = gzipSync('a\n');
    const { metadata = {} } = await blob('raw', partitionPath(dataset, DAY)).getProperties();
    const asBefore = { metadata, blobHTTPHeaders: { blobContentEncoding: 'gzip' } };
    for (const [container, path] of [
      ['raw', partitionPath(dataset, DAY)],
      ['history', revisionPath(dataset, DAY, 1)],
    ] as const)
      await blob(container, path).upload(compressed, compressed.length, asBefore);
    const failure = {
      reason: 'partition.damaged',
      remedy: 'reject',
      message: new RegExp(`${dataset} ${DAY}.*Content-Encoding: gzip.*Make it plain again, or delete it`),
    };
    await assert.rejects(lake.head(dataset, DAY), failure);
    await assert.rejects(lake.read(dataset, DAY), failure);
    await assert.rejects(lake.read(dataset, DAY, 1), failure);
    await assert.rejects(lake.keep(dataset, DAY, landed), failure);
    assert.deepEqual(await daysOf(lake, dataset), [{ day: DAY, partition: undefined }]);
    assert.equal(await lake.lastKept(dataset, DAY), 1);
  });

  test('a first commit whose answer was lost, and which the SDK repeats, is our own success', async () => {
    const { lake, dataset } = await fresh();
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    const sent = proxy.seen.length;
    proxy.loseAnswerTo(isCommit);
    const commit = lossy.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'x'), undefined);
    assert.equal(await commit, 'committed');
    assert.deepEqual(methodsSince(sent), ['PUT', 'PUT', 'HEAD']);
    assert.equal(await textOf(lake, dataset), 'a\n');
  });

  test('a replacement whose answer was lost, and which the SDK repeats, is our own success', async () => {
    const { lake, dataset } = await fresh();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await stage(lake, dataset, { ticket: 3, blocks: ['b\n'] });
    const sent = proxy.seen.length;
    proxy.loseAnswerTo(isCommit);
    const commit = lossy.commit(dataset, DAY, [{ ticket: 3, count: 1 }], receipt(3, 'y'), first.etag);
    assert.equal(await commit, 'committed');
    assert.deepEqual(methodsSince(sent), ['PUT', 'PUT', 'HEAD']);
    assert.equal(await textOf(lake, dataset), 'b\n');
  });

  test('a lost answer to a commit that was replaced since counts as superseded', async () => {
    const { lake, dataset } = await fresh();
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    proxy.loseAnswerTo(isCommit, async () => {
      const landed = await lake.head(dataset, DAY);
      await land(lake, dataset, { ticket: 3, blocks: ['b\n'], replaces: landed });
    });
    const commit = lossy.commit(dataset, DAY, [{ ticket: 1, count: 1 }], receipt(1, 'x'), undefined);
    assert.equal(await commit, 'superseded');
    assert.equal(await textOf(lake, dataset), 'b\n');
  });

  test('a lost answer to a block stages it again', async () => {
    const { lake, dataset } = await fresh();
    proxy.loseAnswerTo(({ query }) => query.get('comp') === 'block');
    await stage(lossy, dataset, { ticket: 1, blocks: ['a\n', 'b\n'] });
    await lake.commit(dataset, DAY, [{ ticket: 1, count: 2 }], receipt(1, 'x'), undefined);
    assert.equal(await textOf(lake, dataset), 'a\nb\n');
  });

  test('a copy to history whose answer was lost, and which the SDK repeats, is kept', async () => {
    const { lake, dataset } = await fresh();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    proxy.loseAnswerTo(isCommit);
    assert.equal(await lossy.keep(dataset, DAY, first), 'kept');
    assert.equal(await textOf(lake, dataset, 1), 'a\n');
  });

  /** A day of many lines whose receipt is true. */
  async function landTrue(dataset: string, replaces?: Partition): Promise<{ landed: Partition; text: string }> {
    const text = Array.from({ length: 2_000 }, (_, row) => `{"id":"${row}","revision":"${replaces?.etag}"}\n`).join('');
    const { rows, fingerprint } = await recount(Readable.from([Buffer.from(text)]));
    const revision = (replaces?.receipt.revision ?? 0) + 1;
    const ticket = 2 * revision + 1;
    const lake = blobLake(direct.blobs);
    await stage(lake, dataset, { ticket, blocks: [text] });
    const true_ = { ...receipt(ticket, fingerprint, revision), rows };
    assert.equal(await lake.commit(dataset, DAY, [{ ticket, count: 1 }], true_, replaces?.etag), 'committed');
    const landed = await lake.head(dataset, DAY);
    assert.ok(landed);
    return { landed, text };
  }

  const isDownload = ({ method, query }: { method: string; query: URLSearchParams }) =>
    method === 'GET' && query.get('comp') === null;

  for (const how of ['claim', 'reset', 'close'] as const) {
    const told =
      how === 'claim' ? /the download ended after 30000 of \d+ bytes/ : /failed \(the connection broke off\)/;

    test(`a download that comes short (${how}) is neither kept in history nor read for whole`, async () => {
      const { lake, dataset } = await fresh();
      const { landed, text } = await landTrue(dataset);
      proxy.shorten(isDownload, 30_000, how, true);
      const failure = { reason: 'storage.failing', remedy: 'retry', message: told };
      await assert.rejects(lossy.keep(dataset, DAY, landed), failure);
      assert.equal(await lake.read(dataset, DAY, 1), undefined, 'history has nothing of it');
      await assert.rejects(textOf(lossy, dataset), failure);
      proxy.mend();
      assert.equal(await lossy.keep(dataset, DAY, landed), 'kept');
      proxy.shorten(isDownload, 30_000, how, true);
      await assert.rejects(textOf(lossy, dataset, 1), failure);
      proxy.mend();
      assert.equal(await textOf(lossy, dataset, 1), text);
    });
  }

  test('a partition that is damaged itself is kept as it is, once two downloads agree about it', async () => {
    const { lake, dataset } = await fresh();
    const { landed, text } = await landTrue(dataset);
    const { metadata = {} } = await blob('raw', partitionPath(dataset, DAY)).getProperties();
    const damaged = text.replace('"7"', '"8"');
    await blob('raw', partitionPath(dataset, DAY)).upload(damaged, damaged.length, { metadata });
    const now = await lake.head(dataset, DAY);
    assert.ok(now);
    assert.equal(now.receipt.fingerprint, landed.receipt.fingerprint);
    assert.equal(await lake.keep(dataset, DAY, now), 'kept');
    assert.equal(await textOf(lake, dataset, 1), damaged);
  });

  test('a copy in history that an earlier build cut short is found before the partition is replaced', async () => {
    const { lake, dataset } = await fresh();
    const { landed, text } = await landTrue(dataset);
    const kept = blob('history', revisionPath(dataset, DAY, 1));
    const { metadata = {} } = await blob('raw', partitionPath(dataset, DAY)).getProperties();
    await kept.upload(text.slice(0, 30_000), 30_000, { metadata });
    await assert.rejects(lake.keep(dataset, DAY, landed), {
      reason: 'storage.failing',
      remedy: 'reject',
      message: /not all of its rows.*Delete that copy/,
    });
    await kept.delete();
    assert.equal(await lake.keep(dataset, DAY, landed), 'kept');
    assert.equal(await textOf(lake, dataset, 1), text);
  });

  test('blocks that an upload by hand left behind, with ids of another length, are named as what they are', async () => {
    const { lake, dataset } = await fresh();
    await blob('raw', partitionPath(dataset, DAY)).stageBlock(Buffer.from('hand').toString('base64'), 'a\n', 2);
    await assert.rejects(stage(lake, dataset, { ticket: 1, blocks: ['a\n'] }), {
      reason: 'storage.refused',
      remedy: 'fix-config',
      message: /InvalidBlobOrBlock.*upload by hand.*Uncommitted blocks/,
    });
  });

  test('a partition and its revision carry the receipt and the media type that docs/format.md promises', async () => {
    const { lake, dataset } = await fresh();
    await lake.keep(dataset, DAY, await land(lake, dataset, { ticket: 1, blocks: ['a\n'] }));
    for (const [container, path] of [
      ['raw', partitionPath(dataset, DAY)],
      ['history', revisionPath(dataset, DAY, 1)],
    ] as const) {
      const { metadata, contentType } = await blob(container, path).getProperties();
      assert.equal(contentType, 'application/x-ndjson');
      assert.deepEqual(metadata, {
        format: '1',
        revision: '1',
        rows: '2',
        pages: '1',
        fingerprint: 'f1',
        windowfrom: '2026-01-31T00:00:00.0000000Z',
        windowto: '2026-02-01T00:00:00.0000000Z',
        apiversion: 'v1.0',
        fetchedat: '2026-02-01T01:00:00.000Z',
        ticket: '1',
        rowsoutside: '3',
        rowsneighbour: '4',
      });
    }
  });

  test('a receipt with text that the service would refuse is a bug, told before anything is sent', async () => {
    const { lake, dataset } = await fresh();
    await assert.rejects(lake.commit(dataset, DAY, [], receipt(1, 'é'), undefined), RangeError);
    assert.equal(await lake.head(dataset, DAY), undefined);
  });

  test('a revision of many buffers is kept whole', async () => {
    const { lake, dataset } = await fresh();
    const block = `${'x'.repeat(1023)}\n`.repeat(3 * 1024);
    const landed = await land(lake, dataset, { ticket: 1, blocks: [block, block, block, block] });
    assert.equal(await lake.keep(dataset, DAY, landed), 'kept');
    assert.equal(await textOf(lake, dataset, 1), block.repeat(4));
  });

  test('blobs with other names and folders are not listed', async () => {
    const { lake, dataset } = await fresh();
    await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await blob('raw', `${dataset}/date=${DAY}`).upload('', 0, { metadata: { hdi_isfolder: 'true' } });
    await blob('raw', `${dataset}/date=${DAY}/_SUCCESS`).upload('', 0);
    await blob('raw', `${dataset}/date=2026-02-30/${dataset}-2026-02-30.jsonl`).upload('', 0);
    assert.equal((await daysOf(lake, dataset)).length, 1);
  });

  test('a lease that somebody holds on a partition is a failure, not a rival', async () => {
    const { lake, dataset } = await fresh();
    const first = await land(lake, dataset, { ticket: 1, blocks: ['a\n'] });
    await blob('raw', partitionPath(dataset, DAY)).getBlobLeaseClient().acquireLease(-1);
    await assert.rejects(lake.commit(dataset, DAY, [], receipt(3, 'y'), first.etag), {
      reason: 'storage.refused',
      remedy: 'fix-config',
      message: /\(412 LeaseIdMissing\).*break the lease/,
    });
  });

  function blob(container: string, path: string) {
    return direct.blobs.getContainerClient(container).getBlockBlobClient(path);
  }

  function methodsSince(sent: number): string[] {
    return proxy.seen.slice(sent).map(({ method }) => method);
  }

  function isCommit({ query }: { query: URLSearchParams }): boolean {
    return query.get('comp') === 'blocklist';
  }
});

/** Blocks of a day, staged under one ticket. */
interface Staging {
  readonly ticket: number;
  readonly blocks: readonly string[];
  readonly day?: string;
}

async function stage(lake: Lake, dataset: string, { ticket, blocks, day = DAY }: Staging): Promise<void> {
  for (const [number, text] of blocks.entries()) await lake.stage(dataset, day, ticket, number, Buffer.from(text));
}

/** Stages and commits a day, as the next revision of what it replaces, with the fingerprint `f<ticket>`. */
async function land(
  lake: Lake,
  dataset: string,
  staging: Staging & { replaces?: Partition | undefined; revision?: number },
): Promise<Partition> {
  const { ticket, blocks, day = DAY, replaces } = staging;
  await stage(lake, dataset, staging);
  const segments: Segment[] = [{ ticket, count: blocks.length }];
  const revision = staging.revision ?? (replaces?.receipt.revision ?? 0) + 1;
  const result = await lake.commit(dataset, day, segments, receipt(ticket, `f${ticket}`, revision), replaces?.etag);
  assert.equal(result, 'committed');
  const landed = await lake.head(dataset, day);
  assert.ok(landed);
  return landed;
}

async function textOf(lake: Lake, dataset: string, revision?: number): Promise<string | undefined> {
  const chunks = await lake.read(dataset, DAY, revision);
  return chunks && Buffer.concat(await all(chunks)).toString();
}

async function daysOf(lake: Lake, dataset: string): Promise<ListedDay[]> {
  return all(lake.list(dataset));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
