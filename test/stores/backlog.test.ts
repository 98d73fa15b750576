import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type StorageClients, storageClients } from '../../shared/stores/clients.ts';
import { queueBacklog, queueJobs } from '../../shared/stores/jobs.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { tablePulse } from '../../shared/stores/pulse.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { FetchMessage } from '../../shared/words/model.ts';
import type { Backlog, Jobs } from '../../shared/words/ports.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';

const MESSAGE: FetchMessage = { dataset: 'teams-sms', day: '2026-01-31', ticket: 7 };

interface Opened {
  readonly jobs: Jobs;
  readonly backlog: Backlog;
  /** The host gives up on a message: first a fetch, then a curation. */
  poison(): Promise<void>;
}

/** What every look into the queues sees. @param open empty queues, each time */
function backlogSuite(open: () => Promise<Opened>): void {
  test('empty queues have no depth', async () => {
    const { backlog } = await open();
    assert.deepEqual(await backlog.depth(), { fetch: 0, poison: 0 });
  });

  test('messages are counted, hidden ones too, and poison of every kind apart from them', async () => {
    const { jobs, backlog, poison } = await open();
    await jobs.send(MESSAGE, 0);
    await jobs.send(MESSAGE, HOUR_MS);
    await poison();
    assert.deepEqual(await backlog.depth(), { fetch: 2, poison: 1 });
    await poison();
    assert.deepEqual(await backlog.depth(), { fetch: 2, poison: 2 });
  });
}

describe('backlog in memory', () => {
  backlogSuite(async () => {
    const jobs = memoryJobs({ now: () => 0 });
    return { jobs, backlog: jobs, poison: async () => void jobs.poisoned.push(MESSAGE) };
  });
});

describe('backlog and pulse in storage', () => {
  let azurite: Azurite;
  let clients: StorageClients;
  let opened = 0;

  before(async () => {
    azurite = await startAzurite();
    clients = storageClients(azurite, 1);
  });
  after(() => azurite.stop());

  async function fresh() {
    opened += 1;
    const queue = clients.queue(`backlog-${opened}`);
    await queue.create();
    const poisonQueues = ['fetch', 'curate'].map(name => clients.queue(`backlog-${opened}-${name}-poison`));
    return { queue, poisonQueues };
  }

  backlogSuite(async () => {
    const { queue, poisonQueues } = await fresh();
    await Promise.all(poisonQueues.map(each => each.create()));
    const next = poisonQueues.values();
    const poison = async () => void (await next.next().value?.sendMessage('x'));
    return { jobs: queueJobs(queue), backlog: queueBacklog(queue, poisonQueues), poison };
  });

  test('a poison queue that the host has not made yet is empty', async () => {
    const { queue, poisonQueues } = await fresh();
    assert.deepEqual(await queueBacklog(queue, poisonQueues).depth(), { fetch: 0, poison: 0 });
    const [, curations] = poisonQueues;
    await curations?.create();
    await curations?.sendMessage('x');
    assert.deepEqual(await queueBacklog(queue, poisonQueues).depth(), { fetch: 0, poison: 1 });
  });

  test('a fetch queue that is missing is a failure with a next step', async () => {
    const missing = clients.queue('nowhere');
    await assert.rejects(queueBacklog(missing, [missing]).depth(), {
      message: /^Looking into queue "nowhere" failed \(404 QueueNotFound\)\. It does not exist/,
    });
  });

  test('the planner’s mark is absent at first, and then the last that was made', async () => {
    const table = clients.table('pulse');
    await table.createTable();
    const pulse = tablePulse(table);
    assert.equal(await pulse.last(), undefined);
    await pulse.beat('2026-01-31T00:00:00.000Z');
    await pulse.beat('2026-01-31T00:05:00.000Z');
    assert.equal(await pulse.last(), '2026-01-31T00:05:00.000Z');
    // It is nobody's day, watermark or gate.
    const ledger = tableLedger(table, () => crypto.randomUUID());
    assert.deepEqual(await ledger.days('plan'), []);
  });
});
