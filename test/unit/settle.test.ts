import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, type Watch } from '../../local/start/settle.ts';
import type { Standing } from '../../local/start/standing.ts';
import { MINUTE_MS } from '../../shared/words/day.ts';

function standing(dataset: string, due: readonly number[]): Standing {
  return { dataset, daysOwed: 1, held: new Map(), due };
}

/** A run of two datasets, of which one has a day to come and `lost` are without hope. */
function watch(idle: boolean, due: readonly number[], lost: readonly string[]): Watch {
  return {
    host: { idle: () => idle, runTimer: async () => true },
    look: async () => [standing('teams-sms', due), standing('voximplant-sms', [])],
    movedAt: () => Date.now(),
    hopeless: () => new Set(lost),
    onWait: () => undefined,
    signal: new AbortController().signal,
  };
}

test('a run ends when nothing is due any more, and when what is due is hours away', async () => {
  assert.equal(await settle(watch(true, [], [])), 'settled');
  assert.equal(await settle(watch(true, [Date.now() + 60 * MINUTE_MS], [])), 'impatient');
});

test('a run does not wait for datasets that only fail, though the host tries their days again and again', async () => {
  assert.equal(await settle(watch(false, [Date.now()], ['teams-sms'])), 'impatient');
  assert.equal(await settle(watch(true, [Date.now() + 30_000], ['teams-sms'])), 'impatient');
});

test('as long as another dataset has something to come, it is waited for', async () => {
  let looks = 0;
  const on = watch(false, [Date.now()], ['voximplant-sms']);
  const stop = new AbortController();
  const look = async () => {
    looks += 1;
    stop.abort();
    return on.look();
  };
  assert.equal(await settle({ ...on, look, signal: stop.signal }), 'stopped');
  assert.equal(looks, 1);
});
