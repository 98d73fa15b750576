import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type StorageClients, storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { dayOfEntity, entityOfDay } from '../../shared/stores/ledger-entities.ts';
import type { Ledger } from '../../shared/words/ports.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { type LossyProxy, lossyProxy } from './lossy-proxy.ts';
import { FULL_DAY, freshDay, WORK } from './values.ts';

const DATASET = 'teams-sms';
const DAY = '2026-01-31';

/** What every ledger does. @param open an empty ledger, each time */
function ledgerSuite(open: () => Promise<Ledger>): void {
  test('what is not there is undefined', async () => {
    const ledger = await open();
    assert.equal(await ledger.day(DATASET, DAY), undefined);
    assert.deepEqual(await ledger.days(DATASET), []);
    assert.equal(await ledger.watermark(DATASET), undefined);
    assert.equal(await ledger.gate('graph'), undefined);
  });

  test('a day comes back with every property of both facets, and its checkpoint of 8,000 keys', async () => {
    const ledger = await open();
    const etag = await ledger.putDay(FULL_DAY, undefined);
    assert.ok(etag);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: FULL_DAY, etag });
  });

  test('a day comes back without the properties it has not', async () => {
    const ledger = await open();
    const entry = freshDay(DATASET, DAY);
    const etag = await ledger.putDay(entry, undefined);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: entry, etag });
  });

  test('a write replaces the whole entity: what the new one lacks is gone', async () => {
    const ledger = await open();
    const created = await ledger.putDay(FULL_DAY, undefined);
    const etag = await ledger.putDay(freshDay(DATASET, DAY, 8), created);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: freshDay(DATASET, DAY, 8), etag });
  });

  test('a checkpoint before its first page keeps its undefined cursor and total, and no keys', async () => {
    const ledger = await open();
    const checkpoint = { ...WORK.checkpoint, cursor: undefined, total: undefined, segments: [], recentKeys: '' };
    const entry = { ...FULL_DAY, work: { ...WORK, checkpoint } };
    await ledger.putDay(entry, undefined);
    assert.deepEqual((await ledger.day(DATASET, DAY))?.value, entry);
  });

  test('days are listed in order, without their checkpoints, with the etag of the whole entry', async () => {
    const ledger = await open();
    const february = await ledger.putDay(freshDay(DATASET, '2026-02-01'), undefined);
    const january = await ledger.putDay(FULL_DAY, undefined);
    const last = await ledger.putDay(freshDay(DATASET, '2025-12-31'), undefined);
    await ledger.putDay(freshDay('teams-sms-other', DAY), undefined);
    await ledger.putWatermark({ dataset: DATASET, firstDay: '2025-12-31' }, undefined);

    const { checkpoint: _, ...work } = WORK;
    assert.deepEqual(await ledger.days(DATASET), [
      { value: freshDay(DATASET, '2025-12-31'), etag: last },
      { value: { ...FULL_DAY, work }, etag: january },
      { value: freshDay(DATASET, '2026-02-01'), etag: february },
    ]);
  });

  test('of two creators at once one wins, and the other changes nothing', async () => {
    const ledger = await open();
    const etags = await Promise.all([1, 2].map(ticket => ledger.putDay(freshDay(DATASET, DAY, ticket), undefined)));
    assert.equal(etags.filter(etag => etag !== undefined).length, 1);
    const winner = etags[0] === undefined ? 2 : 1;
    assert.equal((await ledger.day(DATASET, DAY))?.value.work.ticket, winner);
  });

  test('creating what exists changes nothing', async () => {
    const ledger = await open();
    const etag = await ledger.putDay(freshDay(DATASET, DAY, 1), undefined);
    assert.equal(await ledger.putDay(freshDay(DATASET, DAY, 2), undefined), undefined);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: freshDay(DATASET, DAY, 1), etag });
  });

  test('of two updates of the same version one wins', async () => {
    const ledger = await open();
    const etag = await ledger.putDay(freshDay(DATASET, DAY, 1), undefined);
    const etags = await Promise.all([2, 3].map(ticket => ledger.putDay(freshDay(DATASET, DAY, ticket), etag)));
    assert.equal(etags.filter(one => one !== undefined).length, 1);
    const winner = etags[0] === undefined ? 3 : 2;
    assert.equal((await ledger.day(DATASET, DAY))?.value.work.ticket, winner);
  });

  test('a write with a stale etag changes nothing, even if it would write the same content', async () => {
    const ledger = await open();
    const first = await ledger.putDay(freshDay(DATASET, DAY, 1), undefined);
    const second = await ledger.putDay(freshDay(DATASET, DAY, 2), first);
    assert.notEqual(second, first);
    assert.equal(await ledger.putDay(freshDay(DATASET, DAY, 2), first), undefined);
    assert.equal((await ledger.day(DATASET, DAY))?.etag, second);
  });

  test('an update of an entity that is not there changes nothing', async () => {
    const ledger = await open();
    const etag = await ledger.putDay(freshDay(DATASET, '2026-01-01'), undefined);
    assert.equal(await ledger.putDay(freshDay(DATASET, DAY), etag), undefined);
    assert.equal(await ledger.day(DATASET, DAY), undefined);
  });

  test('a watermark is compared and set like a day, and may lack its days', async () => {
    const ledger = await open();
    const empty = { dataset: DATASET, firstDay: '2025-01-01' };
    const moved = {
      ...empty,
      landedThrough: '2026-01-30',
      settledThrough: '2026-01-20',
      pausedAt: '2026-02-01T00:00:00.000Z',
    };
    const first = await ledger.putWatermark(empty, undefined);
    assert.deepEqual(await ledger.watermark(DATASET), { value: empty, etag: first });
    const second = await ledger.putWatermark(moved, first);
    assert.equal(await ledger.putWatermark(empty, first), undefined);
    assert.deepEqual(await ledger.watermark(DATASET), { value: moved, etag: second });
  });

  test('each source has its own gate, compared and set like a day', async () => {
    const ledger = await open();
    const gate = { source: 'graph', notBefore: '2026-02-01T00:30:00.000Z', reason: 'source.throttled' } as const;
    const etag = await ledger.putGate(gate, undefined);
    assert.equal(await ledger.putGate({ ...gate, notBefore: '2026-02-01T00:00:00.000Z' }, undefined), undefined);
    assert.deepEqual(await ledger.gate('graph'), { value: gate, etag });
    assert.equal(await ledger.gate('voximplant'), undefined);
  });
}

describe('ledger in memory', () => {
  ledgerSuite(async () => memoryLedger());
});

describe('ledger in Table Storage', () => {
  let azurite: Azurite;
  let proxy: LossyProxy;
  let direct: StorageClients;
  let proxied: StorageClients;
  let tables = 0;

  before(async () => {
    azurite = await startAzurite();
    proxy = await lossyProxy(azurite.connectionString, 'Table');
    direct = storageClients(azurite);
    proxied = storageClients(proxy, 1);
  });
  after(async () => {
    await proxy.stop();
    await azurite.stop();
  });

  /** A table of the test's own, and ledgers over it through the proxy and past it. */
  async function fresh() {
    tables += 1;
    const table = direct.table(`ledger${tables}`);
    await table.createTable();
    return {
      table,
      ledger: tableLedger(table, randomUUID),
      lossy: tableLedger(proxied.table(table.tableName), randomUUID),
    };
  }

  ledgerSuite(async () => (await fresh()).ledger);

  test('a creation whose answer was lost, and which the SDK repeats, is our own success', async () => {
    const { lossy, ledger } = await fresh();
    const sent = proxy.seen.length;
    proxy.loseAnswerTo(({ method }) => method === 'POST');
    const etag = await lossy.putDay(freshDay(DATASET, DAY), undefined);
    assert.deepEqual(methodsSince(sent), ['POST', 'POST', 'GET']);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: freshDay(DATASET, DAY), etag });
  });

  test('an update whose answer was lost, and which the SDK repeats, is our own success', async () => {
    const { lossy, ledger } = await fresh();
    const created = await ledger.putDay(freshDay(DATASET, DAY, 1), undefined);
    const sent = proxy.seen.length;
    proxy.loseAnswerTo(({ method }) => method === 'PUT');
    const etag = await lossy.putDay(freshDay(DATASET, DAY, 2), created);
    assert.deepEqual(methodsSince(sent), ['PUT', 'PUT', 'GET']);
    assert.deepEqual(await ledger.day(DATASET, DAY), { value: freshDay(DATASET, DAY, 2), etag });
  });

  test('a repeat that finds the very same content of somebody else is not our success', async () => {
    const { lossy, ledger } = await fresh();
    await ledger.putDay(freshDay(DATASET, DAY), undefined);
    assert.equal(await lossy.putDay(freshDay(DATASET, DAY), undefined), undefined);
  });

  test('a lost answer to a write that was overwritten since counts as superseded', async () => {
    const { lossy, ledger } = await fresh();
    const created = await ledger.putDay(freshDay(DATASET, DAY, 1), undefined);
    proxy.loseAnswerTo(
      ({ method }) => method === 'PUT',
      async () => ledger.putDay(freshDay(DATASET, DAY, 3), (await ledger.day(DATASET, DAY))?.etag),
    );
    assert.equal(await lossy.putDay(freshDay(DATASET, DAY, 2), created), undefined);
    assert.equal((await ledger.day(DATASET, DAY))?.value.work.ticket, 3);
  });

  test('the reason of a refusal is found in the body when the service sends no header for it', async () => {
    const { ledger, table } = await fresh();
    const bare = await lossyProxy(azurite.connectionString, 'Table');
    bare.hideHeader('x-ms-error-code');
    const lossy = tableLedger(storageClients(bare, 1).table(table.tableName), randomUUID);
    assert.equal(await lossy.day(DATASET, DAY), undefined);
    await ledger.putDay(freshDay(DATASET, DAY), undefined);
    assert.equal(await lossy.putDay(freshDay(DATASET, DAY), undefined), undefined);
    await bare.stop();
  });

  test('a table that is missing is a failure with a next step, never an absent day', async () => {
    const ledger = tableLedger(direct.table('nowhere'), randomUUID);
    const failure = {
      reason: 'storage.refused',
      remedy: 'fix-config',
      message: /teams-sms.*table "nowhere" failed \(404 TableNotFound\)\. It does not exist: deploy/,
    };
    await assert.rejects(ledger.day(DATASET, DAY), failure);
    await assert.rejects(ledger.days(DATASET), failure);
    await assert.rejects(ledger.watermark(DATASET), failure);
    await assert.rejects(ledger.putDay(freshDay(DATASET, DAY), undefined), failure);
    await assert.rejects(
      ledger.putDay(freshDay(DATASET, DAY), `W/"datetime'2026-01-31T00%3A00%3A00.0000000Z'"`),
      failure,
    );
  });

  test('a service that does not answer is a passing failure', async () => {
    const away = await lossyProxy(azurite.connectionString, 'Table');
    await away.stop();
    const ledger = tableLedger(storageClients(away, 1).table('ledger'), randomUUID);
    await assert.rejects(ledger.day(DATASET, DAY), {
      reason: 'storage.failing',
      remedy: 'retry',
      message: /^Reading teams-sms 2026-01-31 in table "ledger" failed \(ECONNREFUSED\)/,
    });
  });

  test('a request that is not signed rightly names the clock and the key, and shows neither', async () => {
    const wrong = azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('wrong')}`);
    const ledger = tableLedger(storageClients({ connectionString: wrong }).table('ledger1'), randomUUID);
    await assert.rejects(ledger.day(DATASET, DAY), { reason: 'storage.forbidden', remedy: 'fix-config' });
  });

  test('a damaged entity names the dataset, the day and the property, but not its value', async () => {
    const { table, ledger } = await fresh();
    const damage = { ...entityOfDay(FULL_DAY), ticket: 'secret', suspicion: '{' };
    await table.createEntity(damage);
    const failure = {
      reason: 'storage.failing',
      remedy: 'reject',
      message: /^The ledger entity of teams-sms 2026-01-31 is damaged \(ticket, suspicion\)\. Run `landline rebuild`/,
    };
    await assert.rejects(ledger.day(DATASET, DAY), failure);
  });

  test('a damaged entity hides no other in a list, and is told there as a day that needs a person', async () => {
    const { table, ledger } = await fresh();
    await table.createEntity({ ...entityOfDay(FULL_DAY), landedAt: '2026-13-45T00:00:00.000Z' });
    await ledger.putDay(freshDay(DATASET, '2026-02-01'), undefined);
    const [damaged, sound] = (await ledger.days(DATASET)).map(({ value }) => value);
    assert.deepEqual(sound, freshDay(DATASET, '2026-02-01'));
    const { unreadable, held, work } = damaged ?? sound ?? FULL_DAY;
    assert.deepEqual([unreadable, held, work.state, work.errorRemedy], [true, undefined, 'failed', 'reject']);
    assert.match(work.errorMessage ?? '', /teams-sms 2026-01-31 is damaged \(landedAt\)/);
    if (damaged) await assert.rejects(ledger.putDay(damaged, undefined), TypeError);
  });

  test('a damaged gate is open, says what is wrong, and is written over by the next one', async () => {
    const { table, ledger } = await fresh();
    await table.createEntity({
      partitionKey: 'gate',
      rowKey: 'graph',
      notBefore: '2026-99-01T00:00:00.000Z',
      reason: 'source.throttled',
    });
    const found = await ledger.gate('graph');
    assert.match(found?.value.unreadable ?? '', /gate of graph is damaged \(notBefore\)/);
    assert.equal(found?.value.notBefore, '1970-01-01T00:00:00.000Z');
    const gate = { source: 'graph', notBefore: '2026-02-01T00:30:00.000Z', reason: 'source.throttled' } as const;
    assert.ok(await ledger.putGate(gate, found?.etag));
    assert.deepEqual((await ledger.gate('graph'))?.value, gate);
  });

  test('days and instants are those of a calendar, numbers have an end, and progress that lies is none', async () => {
    const { table, ledger } = await fresh();
    for (const [property, value] of [
      ['landedAt', '2026-02-30T00:00:00.000Z'],
      ['heartbeat', '2026-01-01T24:61:00.000Z'],
      ['queuedAt', '2026-13-45'],
      ['revision', 2 ** 53 - 1],
      ['revision', 0],
      ['failures', 2 ** 40],
      ['seams', JSON.stringify({ ...FULL_DAY.held?.seams, at: '2026-99-01T00:00:00.000Z' })],
    ] as const) {
      await table.upsertEntity({ ...entityOfDay(FULL_DAY), [property]: value }, 'Replace');
      await assert.rejects(ledger.day(DATASET, DAY), { message: new RegExp(`damaged \\(${property}\\)`) }, property);
    }
    for (const firstDay of ['2026-02-30', '0001-01-01', 'soon']) {
      await table.upsertEntity({ partitionKey: DATASET, rowKey: 'watermark', firstDay }, 'Replace');
      await assert.rejects(ledger.watermark(DATASET), { message: /damaged \(firstDay\)/ }, firstDay);
    }
    const { checkpoint } = WORK;
    const segments = [{ ticket: 1, count: 50_000_000 }];
    const lies = { ...checkpoint, segments, recentKeys: undefined };
    await table.upsertEntity({ ...entityOfDay(FULL_DAY), checkpoint: JSON.stringify(lies) }, 'Replace');
    assert.equal((await ledger.day(DATASET, DAY))?.value.work.checkpoint, undefined);
  });

  test('properties and rows of a newer version are ignored', async () => {
    const { table, ledger } = await fresh();
    await table.createEntity({ ...entityOfDay(freshDay(DATASET, DAY)), shiny: true });
    await table.createEntity({ partitionKey: DATASET, rowKey: 'zone' });
    assert.deepEqual((await ledger.day(DATASET, DAY))?.value, freshDay(DATASET, DAY));
    assert.equal((await ledger.days(DATASET)).length, 1);
  });

  function methodsSince(sent: number): string[] {
    return proxy.seen.slice(sent).map(({ method }) => method);
  }
});

test('properties that a selection gives as null are absent', () => {
  const { partitionKey: _, rowKey: __, ...properties } = entityOfDay(freshDay(DATASET, DAY));
  const selected = { ...properties, revision: null, heartbeat: null, suspicion: null, checkpoint: null };
  assert.deepEqual(dayOfEntity(DATASET, DAY, selected), freshDay(DATASET, DAY));
});
