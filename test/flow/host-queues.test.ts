import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { waitFor } from '../wait.ts';
import {
  base64,
  dequeueCount,
  lastMetadata,
  lengthOf,
  lines,
  newQueues,
  said,
  start,
  takeAll,
  useHosts,
} from './host-setup.ts';

useHosts();

describe('queue messages', () => {
  test('JSON arrives parsed, other text as text, with the metadata of the message', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ word: 'one', id: 'mine' }));
    await queues.words.sendMessage(Buffer.from('no json').toString('base64'));
    const host = await start(queues);
    await host.drain();
    const entries = said();
    assert.deepEqual(new Set(entries.map(({ entry }) => entry)), new Set([{ word: 'one', id: 'mine' }, 'no json']));
    for (const { entry, metadata } of entries) {
      const { id, dequeueCount, queueTrigger, popReceipt, insertionTime, expirationTime, nextVisibleTime } =
        metadata as Record<string, unknown>;
      assert.deepEqual(queueTrigger, entry);
      assert.equal(dequeueCount, 1);
      assert.equal(typeof popReceipt, 'string');
      for (const time of [insertionTime, expirationTime, nextVisibleTime]) assert.ok(Date.parse(String(time)) > 0);
      assert.equal(id === 'mine', typeof entry === 'object');
    }
  });

  test('a message that keeps failing is tried maxDequeueCount times and then poisoned with the same body', async () => {
    const queues = await newQueues();
    const sent = base64({ fail: true, note: 'ü' });
    await queues.words.sendMessage(sent);
    const host = await start(queues);
    await host.drain();
    assert.deepEqual(
      said().map(({ metadata }) => dequeueCount(metadata)),
      [1, 2, 3],
    );
    const { receivedMessageItems } = await queues.poison.receiveMessages();
    assert.deepEqual(
      receivedMessageItems.map(({ messageText, dequeueCount }) => ({ messageText, dequeueCount })),
      [{ messageText: sent, dequeueCount: 1 }],
    );
    assert.equal(await lengthOf(queues.words), 0);
  });

  test('a failed message comes back only after the configured delay', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ fail: true }));
    const queuesJson = { visibilityTimeout: '00:00:30', maxDequeueCount: 3 };
    const host = await start(queues, { hostJson: { version: '2.0', extensions: { queues: queuesJson } } });
    await host.drain();
    assert.equal(host.stats()['consume']?.failed, 1);
    assert.equal(await lengthOf(queues.words), 1);
    assert.deepEqual(await takeAll(queues.words), []);
  });

  test('a message that is not base64 goes to poison as it is, without a run', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage('{"word":"plain"}');
    const host = await start(queues);
    await host.drain();
    assert.equal(host.stats()['consume']?.started, 0);
    const { receivedMessageItems } = await queues.poison.receiveMessages();
    assert.equal(receivedMessageItems[0]?.messageText, '{"word":"plain"}');
    assert.equal(await lengthOf(queues.words), 0);
  });

  test('bytes that are not UTF-8 cannot be bound: every attempt fails before the function, and then they are poison', async () => {
    const queues = await newQueues();
    const text = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64');
    await queues.words.sendMessage(text);
    const files = ['functions/consume.ts', 'functions/poison.ts'];
    const hostJson = { version: '2.0', extensions: { queues: { maxDequeueCount: 3 } } };
    const host = await start(queues, { files, hostJson });
    const refused = () => lines.filter(({ message }) => /are not UTF-8/.test(message)).length >= 4;
    await waitFor('every attempt fails', refused, { saw: host.stats });
    assert.deepEqual([host.stats()['consume']?.started, host.stats()['poison']?.started], [0, 0]);
    // It is sent to the poison queue before it leaves the other, so who reads that one may be faster.
    await waitFor('the message has left the queue', async () => (await lengthOf(queues.words)) === 0);
    assert.equal(await lengthOf(queues.poison), 1, 'only a person can remove it');
  });

  test('a poison queue has no poison queue: what fails there stays, invisible', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ fail: true }));
    const files = ['functions/consume.ts', 'functions/poison.ts'];
    const host = await start(queues, { files, settings: { POISON_FAILS: 'yes' } });
    await host.drain();
    assert.deepEqual(said().at(-1), { poisoned: { fail: true } });
    assert.deepEqual(host.stats()['poison'], { started: 1, succeeded: 0, failed: 1 });
    assert.equal(await lengthOf(queues.poison), 1);
    assert.deepEqual(await takeAll(queues.poison), []);
  });

  test('while a handler runs its message stays hidden, because the host keeps extending it', async () => {
    const [extended, forgotten] = [await newQueues(), await newQueues()];
    const slow = base64({ word: 'slow', waitMs: 9_000 });
    await Promise.all([extended.words.sendMessage(slow), forgotten.words.sendMessage(slow)]);
    const files = ['functions/consume.ts'];
    const hostJson = { version: '2.0', extensions: { queues: { batchSize: 1, newBatchThreshold: 8 } } };
    const [good, bad] = [
      await start(extended, { files, hostJson, invisibleMs: 4_000, renewMs: 500 }),
      await start(forgotten, { files, hostJson, invisibleMs: 1_000, renewMs: 60_000 }),
    ];
    const again = () => (bad.stats()['consume']?.started ?? 0) > 1;
    await Promise.all([good.drain(), waitFor('the message is given out again', again, { saw: bad.stats })]);
    assert.equal(good.stats()['consume']?.started, 1);
    assert.equal(await lengthOf(extended.words), 0);
    // Without extensions the same message is given out again while the first handler still works on it.
    assert.ok(said().some(({ metadata }) => dequeueCount(metadata) === 2));
    await bad.kill();
  });

  test('no more than batchSize messages run at once when the threshold is 0', async () => {
    const queues = await newQueues();
    const host = await start(queues);
    for (let i = 0; i < 9; i++) await queues.words.sendMessage(base64({ waitMs: 300 }));
    let most = 0;
    const look = (): boolean => {
      const { started = 0, succeeded = 0 } = host.stats()['consume'] ?? {};
      most = Math.max(most, started - succeeded);
      return succeeded === 9;
    };
    await waitFor('nine messages are handled', look, { saw: host.stats });
    assert.ok(most > 1 && most <= 4, `${most} at once`);
  });

  test('after a kill the message reappears and is handled by the next host, and the dead one leaves no trace', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ word: 'late', waitMs: 500 }));
    const files = ['functions/consume.ts'];
    const first = await start(queues, { files, invisibleMs: 1_000 });
    await waitFor('the first host begins', () => first.stats()['consume']?.started === 1, { saw: first.stats });
    await first.kill();
    const second = await start(queues, { files, invisibleMs: 5_000 });
    await waitFor('the second host ends', () => second.stats()['consume']?.succeeded === 1, { saw: second.stats });
    await second.drain();
    assert.equal(dequeueCount(lastMetadata()), 2);
    assert.equal(first.stats()['consume']?.succeeded, 1, 'the dead handler itself ran to its end');
    assert.deepEqual(await takeAll(queues.done), ['{\n  "done": "late"\n}']);
    assert.equal(await lengthOf(queues.words), 0);
  });

  test('stop waits for the handlers that run', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ word: 'last', waitMs: 300 }));
    const host = await start(queues);
    await waitFor('the host begins', () => host.stats()['consume']?.started === 1, { saw: host.stats });
    await host.stop();
    assert.equal(host.stats()['consume']?.succeeded, 1);
    assert.equal(await lengthOf(queues.words), 0);
  });

  test('a run over functionTimeout is reported, because nothing here could end it', async () => {
    const queues = await newQueues();
    await queues.words.sendMessage(base64({ waitMs: 1_200 }));
    const host = await start(queues, { hostJson: { version: '2.0', functionTimeout: '00:00:01' } });
    await host.drain();
    assert.ok(lines.some(({ level, message }) => level === 'error' && /exceeded functionTimeout/.test(message)));
  });
});
