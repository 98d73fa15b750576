import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { parseFetchMessage } from '../../shared/app/message.ts';
import { type StorageClients, storageClients } from '../../shared/stores/clients.ts';
import { queueCurateJobs, queueJobs } from '../../shared/stores/jobs.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { FetchMessage } from '../../shared/words/model.ts';
import type { Jobs } from '../../shared/words/ports.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { type LossyProxy, lossyProxy } from './lossy-proxy.ts';

const MESSAGE: FetchMessage = {
  dataset: 'teams-sms',
  day: '2026-01-31',
  ticket: 7,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const { traceparent: _, ...UNTRACED } = MESSAGE;

/** A queue, what was put into it, and what a worker would get of it now. */
interface Opened {
  readonly jobs: Jobs;
  sent(): Promise<{ message: FetchMessage; delayMs: number }[]>;
  visible(): Promise<FetchMessage[]>;
}

/** What every queue does. @param open an empty queue, each time */
function jobsSuite(open: () => Promise<Opened>): void {
  test('a message without a delay is there at once, with all it was sent with', async () => {
    const { jobs, visible } = await open();
    await jobs.send(MESSAGE, 0);
    assert.deepEqual(await visible(), [MESSAGE]);
  });

  test('a message without a trace has no member for it', async () => {
    const { jobs, visible } = await open();
    await jobs.send(UNTRACED, 0);
    assert.deepEqual(await visible(), [UNTRACED]);
  });

  test('a delayed message is in the queue, and out of sight', async () => {
    const { jobs, sent, visible } = await open();
    await jobs.send(MESSAGE, HOUR_MS);
    await jobs.send(UNTRACED, 0);
    assert.deepEqual(await visible(), [UNTRACED]);
    assert.equal((await sent()).length, 2);
  });

  for (const [asked, given, why] of [
    [0, 0, 'no delay is none'],
    [1, 1000, 'a delay is rounded up to whole seconds'],
    [90_001, 91_000, 'a delay is rounded up to whole seconds'],
    [7 * 24 * HOUR_MS, 604_800_000, 'seven days are allowed'],
    [8 * 24 * HOUR_MS, 604_800_000, 'a delay is never more than the service allows'],
    [-5000, 0, 'a time that has passed is now'],
  ] as const) {
    test(`${why}: ${asked} ms become ${given} ms`, async () => {
      const { jobs, sent } = await open();
      await jobs.send(MESSAGE, asked);
      assert.deepEqual(await sent(), [{ message: MESSAGE, delayMs: given }]);
    });
  }
}

describe('jobs in memory', () => {
  const now = Date.parse('2026-02-01T00:00:00.000Z');
  jobsSuite(async () => {
    const jobs = memoryJobs({ now: () => now });
    return {
      jobs,
      sent: async () => jobs.messages.map(({ message, visibleAt }) => ({ message, delayMs: visibleAt - now })),
      visible: async () => jobs.messages.flatMap(({ message, visibleAt }) => (visibleAt <= now ? [message] : [])),
    };
  });
});

describe('jobs in Queue Storage', () => {
  let azurite: Azurite;
  let proxy: LossyProxy;
  let clients: StorageClients;
  let queues = 0;

  before(async () => {
    azurite = await startAzurite();
    proxy = await lossyProxy(azurite.connectionString, 'Queue');
    clients = storageClients(proxy, 1);
  });
  after(async () => {
    await proxy.stop();
    await azurite.stop();
  });

  async function fresh() {
    queues += 1;
    const queue = clients.queue(`jobs-${queues}`);
    await queue.create();
    const sends = () => proxy.seen.filter(({ method, path }) => method === 'POST' && path.includes(`${queue.name}/`));
    return { queue, jobs: queueJobs(queue), sends };
  }

  jobsSuite(async () => {
    const { queue, jobs, sends } = await fresh();
    return {
      jobs,
      // The service does not show hidden messages to anybody, so the requests have to tell.
      sent: async () =>
        sends().map(({ body, query }) => ({
          message: decoded(/<MessageText>(.*)<\/MessageText>/.exec(body)?.[1]),
          delayMs: Number(query.get('visibilitytimeout')) * 1000,
        })),
      visible: async () => {
        const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
        return receivedMessageItems.map(({ messageText }) => decoded(messageText));
      },
    };
  });

  test('a message is base64 of JSON, as the Functions host reads it, and never expires', async () => {
    const { queue, jobs, sends } = await fresh();
    await jobs.send(UNTRACED, 0);
    const { peekedMessageItems } = await queue.peekMessages();
    const json = '{"v":1,"dataset":"teams-sms","day":"2026-01-31","ticket":7}';
    assert.equal(peekedMessageItems[0]?.messageText, Buffer.from(json).toString('base64'));
    assert.deepEqual(
      sends().map(({ query }) => query.get('messagettl')),
      ['-1'],
    );
  });

  test('a curate message says its version too', async () => {
    const { queue } = await fresh();
    await queueCurateJobs(queue).send({ dataset: 'teams-sms', day: '2026-01-31', revision: 2 });
    const { peekedMessageItems } = await queue.peekMessages();
    const json = '{"v":1,"dataset":"teams-sms","day":"2026-01-31","revision":2}';
    assert.equal(peekedMessageItems[0]?.messageText, Buffer.from(json).toString('base64'));
  });

  test('a lost answer sends the message twice rather than not at all', async () => {
    const { queue, jobs } = await fresh();
    proxy.loseAnswerTo(({ method }) => method === 'POST');
    await jobs.send(MESSAGE, 0);
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
    assert.equal(receivedMessageItems.length, 2);
  });

  test('a queue that is missing is a failure with a next step', async () => {
    await assert.rejects(queueJobs(clients.queue('nowhere')).send(MESSAGE, 0), {
      reason: 'storage.refused',
      message: /^Queueing teams-sms 2026-01-31 in queue "nowhere" failed \(404 QueueNotFound\)\. It does not exist/,
    });
  });
});

/** As a worker reads it. */
function decoded(text: string | undefined): FetchMessage {
  const parsed = parseFetchMessage(JSON.parse(Buffer.from(text ?? '', 'base64').toString()));
  assert.ok(parsed.kind === 'ours');
  return parsed.message;
}
