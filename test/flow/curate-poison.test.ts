import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueueClient } from '@azure/storage-queue';
import { owesCuration } from '../../shared/curate/owed-curation.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { clockFrom } from '../clock.ts';
import { productFor } from './product-setup.ts';

/** `maxDequeueCount` of host.json: after so many tries the host moves a message to the poison queue. */
const TRIES = 5;

/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);

/** Takes the one message of a queue as often as the host tries it, as workers do that die while they have it. */
async function killWorkers(queue: QueueClient): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [message] = (await queue.receiveMessages()).receivedMessageItems;
    assert.ok(message);
    await queue.updateMessage(message.messageId, message.popReceipt, message.messageText, 0);
  }
}

test('a curation that the host gives up on is told and taken off the queue, and the day is curated when it is owed again', async context => {
  const product = await productFor(context, { seed: 18, rows: 10 });
  const { ledger, curate, curatePoison } = product;
  const settings = { LANDLINE_DATASETS: 'teams-sms', LANDLINE_HISTORY_DAYS: '1' };
  const send = (text: string) => curatePoison.sendMessage(Buffer.from(text).toString('base64'));
  const depth = () => product.events('coverage reported').at(-1)?.['poison'];

  const reader = await product.host(settings, ['plan', 'fetch']);
  await reader.runTimer('plan');
  await reader.drain();
  await killWorkers(curate);
  await send('marker{not json');
  await send(JSON.stringify({ v: 2, dataset: 'teams-sms', day: LAST }));
  await reader.runTimer('plan');
  assert.equal(depth(), 2, 'the planner counts what nobody has noted yet');
  await reader.stop();

  const worker = await product.host(settings, ['plan', 'curate', 'poison-curate']);
  await worker.drain();
  const [told, ...others] = product.events('message poisoned');
  assert.deepEqual([told?.['dataset'], told?.['day'], told?.['revision'], others], ['teams-sms', LAST, 1, []]);
  assert.equal(product.events('message rejected').length, 2);
  assert.deepEqual(product.events('table curated'), []);
  for (const queue of [curate, curatePoison]) assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
  await worker.runTimer('plan');
  await worker.drain();
  assert.equal(depth(), 0);

  // As the report says: left alone at first, and then owed again.
  const found = await ledger.day('teams-sms', LAST);
  assert.ok(found?.value.held);
  const { held } = found.value;
  assert.deepEqual([held.curateTries, held.curatedRevision], [1, 0]);
  assert.equal(owesCuration(found.value, '1-masked', Date.now()), false);
  const before = instantOf(Date.now() - 10 * MINUTE_MS);
  await ledger.putDay({ ...found.value, held: { ...held, curateQueuedAt: before } }, found.etag);
  await worker.runTimer('plan');
  await worker.drain();
  assert.equal(product.events('table curated').length, 1);
  assert.equal((await ledger.day('teams-sms', LAST))?.value.held?.curatedRevision, 1);
  assert.deepEqual(product.events('work failed'), []);
});
