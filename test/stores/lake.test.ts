import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type StorageClients, storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import type { Segment } from '../../shared/words/ledger.ts';
import { partitionPath, revisionPath } from '../../shared/words/paths.ts';
import type { Lake, ListedDay, Partition } from '../../shared/words/ports.ts';
import { memoryLake } from '../doubles/memory-lake.ts';
import { type LossyProxy, lossyProxy } from './lossy-proxy.ts';
import { receipt } from './values.ts';

const DAY = '2026-01-31';

/** How a gzip member begins that names no file and no time. */
const MEMBER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);

/** A lake, and a dataset of the test's own in it. */
interface Opened {
  readonly lake: Lake;
  readonly dataset: string;
  /** Whether partitions are written compressed, so that their length is not known from outside. */
  readonly gzip: boolean;
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
    const { lake, dataset, gzip } = await open();
    await stage(lake, dataset, { ticket: 3, blocks: ['c\n', 'd\n'] });
    await stage(lake, dataset, { ticket: 1, blocks: ['a\n', 'b\n'] });
    const segments = [
      { ticket: 1, count: 2 },
      { ticket: 3, count: 2 },
    ];
    assert.equal(await lake.commit(dataset, DAY, segments, receipt(3, 'x'), undefined), 'committed');

    const head = await lake.head(dataset, DAY);
    assert.deepEqual(head?.receipt, receipt(3, 'x'));
    assert.equal(head?.bytes, gzip ? undefined : 8);
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
    const { lake, dataset, gzip } = await open();
    assert.equal(await lake.commit(dataset, DAY, [], receipt(1, '0-0'), undefined), 'committed');
    assert.equal((await lake.head(dataset, DAY))?.bytes, gzip ? undefined : 0);
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
    return { lake, dataset, gzip: false, plant: async (day, text) => lake.plant(dataset, day, Buffer.from(text)) };
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
      reason: 'storage.failing',
      remedy: 'retry',
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

  async function fresh(gzip = false) {
    datasets += 1;
    const dataset = `dataset-${datasets}`;
    const plant = async (day: string, text: string): Promise<void> => {
      await blob('raw', partitionPath(dataset, day)).upload(text, text.length);
    };
    return { lake: blobLake(direct.blobs, { gzip }), dataset, gzip, plant };
  }

  lakeSuite(fresh);
  describe('compressed', () => lakeSuite(() => fresh(true)));

  test('a compressed partition is one gzip stream of a member per block, and a plain one says nothing of encodings', async () => {
    const { lake, dataset } = await fresh(true);
    const landed = await land(lake, dataset, { ticket: 1, blocks: ['a\n'.repeat(1_000), 'b\n'.repeat(1_000)] });
    const stored = blob('raw', partitionPath(dataset, DAY));
    const { contentEncoding, contentType } = await stored.getProperties();
    assert.deepEqual([contentEncoding, contentType], ['gzip', 'application/x-ndjson']);
    const bytes = await stored.downloadToBuffer();
    const second = bytes.indexOf(MEMBER, 1);
    assert.equal(gunzipSync(bytes.subarray(0, second)).toString(), 'a\n'.repeat(1_000));
    assert.equal(gunzipSync(bytes.subarray(second)).toString(), 'b\n'.repeat(1_000));
    assert.equal(gunzipSync(bytes).toString(), await textOf(lake, dataset));

    await stage(blobLake(direct.blobs), dataset, { ticket: 3, blocks: ['c\n'] });
    await blobLake(direct.blobs).commit(dataset, DAY, [{ ticket: 3, count: 1 }], receipt(3, 'f3', 2), landed.etag);
    assert.equal((await stored.getProperties()).contentEncoding, undefined);
    assert.equal((await stored.downloadToBuffer()).toString(), 'c\n');
  });

  test('a day without rows is no bytes at all when it is plain, and a member without lines when it is compressed', async () => {
    for (const gzip of [false, true]) {
      const { lake, dataset } = await fresh(gzip);
      await land(lake, dataset, { ticket: 1, blocks: [] });
      const empty = blob('raw', partitionPath(dataset, DAY));
      assert.equal((await empty.getProperties()).contentEncoding, gzip ? 'gzip' : undefined);
      const bytes = await empty.downloadToBuffer();
      assert.equal(bytes.length, gzip ? 20 : 0);
      if (gzip) assert.equal(gunzipSync(bytes).length, 0);
    }
  });

  for (const [before, after] of [
    ['plain', 'compressed'],
    ['compressed', 'plain'],
  ] as const) {
    const lakeOf = (kind: string) => blobLake(direct.blobs, { gzip: kind === 'compressed' });

    test(`a ${before} partition is kept as it is stored and replaced by a ${after} one, and both are read by either lake`, async () => {
      const { dataset } = await fresh();
      const first = await land(lakeOf(before), dataset, { ticket: 1, blocks: ['a\n'] });
      const raw = blob('raw', partitionPath(dataset, DAY));
      const stored = await raw.downloadToBuffer();
      assert.equal(await lakeOf(after).keep(dataset, DAY, first), 'kept');
      await land(lakeOf(after), dataset, { ticket: 3, blocks: ['b\n'], replaces: first });
      for (const lake of [lakeOf(before), lakeOf(after)]) {
        assert.deepEqual([await textOf(lake, dataset), await textOf(lake, dataset, 1)], ['b\n', 'a\n']);
        assert.deepEqual(await daysOf(lake, dataset), [{ day: DAY, partition: await lake.head(dataset, DAY) }]);
      }
      const kept = blob('history', revisionPath(dataset, DAY, 1));
      assert.deepEqual(await kept.downloadToBuffer(), stored);
      const encodings = [kept, raw].map(async each => (await each.getProperties()).contentEncoding === 'gzip');
      assert.deepEqual(await Promise.all(encodings), [before === 'compressed', after === 'compressed']);
    });

    test(`${before} blocks never enter a ${after} partition: the commit is superseded and changes nothing`, async () => {
      const { dataset } = await fresh();
      const segments = [
        { ticket: 1, count: 2 },
        { ticket: 3, count: 1 },
      ];
      await stage(lakeOf(before), dataset, { ticket: 1, blocks: ['a\n', 'b\n'] });
      await stage(lakeOf(after), dataset, { ticket: 3, blocks: ['c\n'] });
      assert.equal(await lakeOf(after).commit(dataset, DAY, segments, receipt(3, 'x'), undefined), 'superseded');
      assert.equal(await lakeOf(after).head(dataset, DAY), undefined);
      // Read again from its first page, it lands beside what is left of the attempt before.
      await land(lakeOf(after), dataset, { ticket: 5, blocks: ['a\n', 'b\n', 'c\n'] });
      assert.equal(await textOf(lakeOf(before), dataset), 'a\nb\nc\n');
    });
  }

  // Little alike: in bytes that repeat themselves a flipped bit may stand for the same text.
  const LINES = Array.from({ length: 3 }, () => `${randomBytes(100_000).toString('base64')}\n`);

  const DAMAGES: readonly (readonly [string, (stored: Buffer) => Buffer])[] = [
    ['cut off within its last member', stored => stored.subarray(0, stored.length - 3)],
    ['emptied', () => Buffer.alloc(0)],
    ['flipped in one bit', stored => flipped(stored, stored.length >> 1)],
    ['given another checksum', stored => flipped(stored, stored.length - 6)],
    ['followed by something else', stored => Buffer.concat([stored, Buffer.from('a\n')])],
    ['plain under the header of a compressed one', stored => gunzipSync(stored)],
  ];

  for (const [what, damage] of DAMAGES) {
    test(`a compressed partition that is ${what} is damaged, and reading it ends`, async () => {
      const { lake, dataset } = await fresh(true);
      await land(lake, dataset, { ticket: 1, blocks: LINES });
      await tamper(dataset, damage);
      await assert.rejects(textOf(lake, dataset), {
        reason: 'partition.damaged',
        remedy: 'reject',
        message: new RegExp(`${dataset} ${DAY}.*compressed bytes are damaged or cut off`),
      });
    });
  }

  test('a compressed partition that is cut between two members reads as fewer rows, which its receipt knows', async () => {
    const { lake, dataset } = await fresh(true);
    await land(lake, dataset, { ticket: 1, blocks: LINES });
    await tamper(dataset, stored => stored.subarray(0, stored.indexOf(MEMBER, 1)));
    assert.equal(await textOf(lake, dataset), LINES[0]);
  });

  test('a compressed partition of many pieces is read whole, and whoever has read enough may stop', async () => {
    const { lake, dataset } = await fresh(true);
    const noise = Array.from({ length: 4 }, () => `${randomBytes(1_500_000).toString('base64')}\n`);
    await land(lake, dataset, { ticket: 1, blocks: noise });
    let sum = 0;
    for await (const chunk of (await lake.read(dataset, DAY)) ?? []) sum += chunk.length;
    assert.equal(sum, noise.join('').length);
    for await (const chunk of (await lake.read(dataset, DAY)) ?? []) {
      assert.ok(chunk.length > 0);
      break;
    }
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
      reason: 'storage.failing',
      message: /\(412 LeaseIdMissing\)/,
    });
  });

  /** Writes the partition anew with other bytes, and all else as it was. */
  async function tamper(dataset: string, change: (stored: Buffer) => Buffer): Promise<void> {
    const partition = blob('raw', partitionPath(dataset, DAY));
    const changed = change(await partition.downloadToBuffer());
    const { metadata = {}, contentEncoding = '' } = await partition.getProperties();
    await partition.upload(changed, changed.length, {
      metadata,
      blobHTTPHeaders: { blobContentEncoding: contentEncoding },
    });
  }

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

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

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
