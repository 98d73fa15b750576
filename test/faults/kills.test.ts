import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKills } from './kills.ts';

test('killed and frozen worker processes lose nothing and leave nothing behind', async t => {
  const { summary, failures } = await runKills(20, 1);
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
});
