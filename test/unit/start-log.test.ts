import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLine } from '../../local/host.ts';
import { IdlePlans } from '../../local/start/log.ts';
import { HOUR_MS } from '../../shared/words/day.ts';

type Said = Partial<LogLine> & { readonly message: string };

const event = (name: string, more: object = {}): string => JSON.stringify({ event: name, ...more });

/** What is written of the lines that an invocation of the planner says at a time. */
function written(plans: IdlePlans, invocationId: string, at: number, ...said: (string | Said)[]): string[] {
  return said.flatMap(each => {
    const more = typeof each === 'string' ? { message: each } : each;
    const line: LogLine = {
      ...{ time: new Date(at), level: 'information', category: 'user', functionName: 'plan', invocationId },
      ...more,
    };
    return plans.worthWriting(line).map(({ message }) => message);
  });
}

const [BEGUN, ENDED] = ['Executing plan (timer)', 'Executed plan (succeeded, 30 ms)'];
const IDLE = [BEGUN, event('plan made', { queued: 0 }), event('coverage reported'), ENDED];
const BUSY = [BEGUN, event('day queued'), event('plan made', { queued: 1 }), event('coverage reported'), ENDED];

test('of plans in which nothing was done one an hour is written', () => {
  const plans = new IdlePlans();
  assert.deepEqual(written(plans, 'a', 0, ...IDLE), IDLE);
  assert.deepEqual(written(plans, 'b', 5_000, ...IDLE), []);
  assert.deepEqual(written(plans, 'c', HOUR_MS, ...IDLE), IDLE);
});

test('a plan that queues, fails or warns is written whole, as soon as it does', () => {
  const plans = new IdlePlans();
  written(plans, 'a', 0, ...IDLE);
  assert.deepEqual(written(plans, 'b', 1, ...BUSY.slice(0, 2)), BUSY.slice(0, 2));
  assert.deepEqual(written(plans, 'b', 1, ...BUSY.slice(2)), BUSY.slice(2));
  assert.deepEqual(written(plans, 'c', 2, BEGUN, { level: 'error', message: 'Executed plan (failed, 3 ms)' }), [
    BEGUN,
    'Executed plan (failed, 3 ms)',
  ]);
  assert.deepEqual(written(plans, 'd', 3, BEGUN, { level: 'warning', message: 'slow' }), [BEGUN, 'slow']);
});

test('two plans at once do not hide each other, and other functions are written line by line', () => {
  const plans = new IdlePlans();
  written(plans, 'a', 0, ...IDLE);
  assert.deepEqual(written(plans, 'b', 1, BEGUN), []);
  assert.deepEqual(written(plans, 'c', 1, ...BUSY), BUSY);
  assert.deepEqual(written(plans, 'b', 1, ...IDLE.slice(1)), []);
  const fetching = { functionName: 'fetch', message: 'Executing fetch (landline-fetch, attempt 1)' };
  assert.deepEqual(written(plans, 'd', 1, fetching), [fetching.message]);
});
