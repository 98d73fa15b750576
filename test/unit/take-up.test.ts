import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedFor, goBack, takeUp } from '../../local/start/take-up.ts';
import { instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, daysAgo, emptyHanded, entryOf, heldOn, NOON } from './days.ts';

const DAY = daysAgo(1);
/** As a run that was killed in the middle leaves a day. */
const LEFT = { state: 'fetching', heartbeat: instantOf(NOON - MINUTE_MS) } as const;
const FORGOTTEN = heldOn(DAY, { forgottenAt: instantOf(NOON - 5 * MINUTE_MS) });

test('npm start asks for what an earlier run left in work or failed, and leaves alone what it landed', async () => {
  const ledger = memoryLedger();
  const failed = { state: 'failed', errorRemedy: 'retry', retryAt: instantOf(NOON + 60 * MINUTE_MS) } as const;
  const landed = entryOf(daysAgo(3));
  for (const entry of [entryOf(DAY, LEFT), emptyHanded(daysAgo(2), failed), landed])
    await ledger.putDay(entry, undefined);
  await takeUp(ledger, [DATASET], false, NOON);
  const work = async (day: string) => (await ledger.day(DATASET.name, day))?.value.work;
  const { state, heartbeat, askedAt } = (await work(DAY)) ?? {};
  assert.deepEqual([state, heartbeat, askedAt], ['idle', undefined, instantOf(NOON)]);
  assert.equal((await work(daysAgo(2)))?.askedAt, instantOf(NOON));
  assert.deepEqual((await ledger.day(DATASET.name, daysAgo(3)))?.value, landed);
});

test('npm start reads no day that a person was erased from, whoever left it', () => {
  const asked = askedFor(entryOf(DAY, LEFT, FORGOTTEN), true, instantOf(NOON));
  assert.deepEqual([asked?.work.state, asked?.work.askedAt], ['idle', undefined]);
  assert.equal(askedFor(entryOf(DAY, {}, FORGOTTEN), true, instantOf(NOON)), undefined);
  assert.equal(askedFor(entryOf(DAY), true, instantOf(NOON))?.work.askedAt, instantOf(NOON));
});

test('npm start goes back as far as its flag says, and never forward', async () => {
  const ledger = memoryLedger();
  await ledger.putWatermark({ dataset: DATASET.name, firstDay: daysAgo(10) }, undefined);
  const firstDay = async () => (await ledger.watermark(DATASET.name))?.value.firstDay;
  const other = { ...DATASET, name: 'never-planned' };
  await goBack(ledger, [other, DATASET], 5, NOON);
  assert.equal(await firstDay(), daysAgo(10));
  await goBack(ledger, [other, DATASET], 20, NOON);
  assert.equal(await firstDay(), daysAgo(20));
  assert.equal(await ledger.watermark('never-planned'), undefined);
});
