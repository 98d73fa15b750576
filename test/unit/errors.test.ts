import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventFieldsOf, LandlineError } from '../../shared/words/errors.ts';

const SECRET = '+12025550101';

test('of what nobody foresaw, its class and code and where it was thrown are told, and not its text', () => {
  const text = `row ${SECRET}\n    at row (file:///${SECRET}.ts:1:1)\n    at ${SECRET}`;
  const told = eventFieldsOf(Object.assign(new TypeError(text), { code: 'ERR_ODD' }));
  assert.deepEqual([told.reason, told.remedy], ['worker.bug', 'retry']);
  assert.match(told.cause ?? '', /^TypeError ERR_ODD at .*errors\.test\.ts:\d+:\d+\)?( at |$)/);
  assert.ok(!JSON.stringify(told).includes(SECRET));
  // What was changed after it was thrown, and what is no error at all.
  const changed = new Error(SECRET);
  changed.message = 'other';
  for (const thrown of [changed, SECRET, undefined, { message: SECRET }])
    assert.ok(!JSON.stringify(eventFieldsOf(thrown)).includes(SECRET));
});

test('of what was foreseen, the class and code behind it are told', () => {
  const cause = Object.assign(new Error(SECRET), { code: 'ECONNRESET' });
  const failure = { reason: 'source.unreachable', remedy: 'retry', message: 'It broke off.', cause } as const;
  assert.deepEqual(eventFieldsOf(new LandlineError(failure)), {
    reason: 'source.unreachable',
    remedy: 'retry',
    message: 'It broke off.',
    requestId: undefined,
    cause: 'Error ECONNRESET',
  });
});
