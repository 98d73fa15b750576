import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runApart } from './batch-run.ts';
import { isWrite, sweepOne } from './sweep.ts';

test('no single fault at any storage operation breaks an invariant', async t => {
  const { summary, failures, operations } = await runApart('sweep');
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
  const kinds = new Set(operations.map(op => op.split(' ')[0]));
  const all = ['day', 'days', 'gate', 'putDay', 'putGate', 'putWatermark', 'watermark'].map(each => `ledger.${each}`);
  const lake = ['commit', 'head', 'keep', 'read', 'stage'].map(each => `lake.${each}`);
  assert.deepEqual(
    [...all, ...lake, 'jobs.send'].filter(kind => !kinds.has(kind)),
    [],
    'the scenario uses every operation',
  );
  assert.ok(operations.filter(isWrite).length > 60);
});

test('the scenario has revisions, a witness, a continuation and a throttled source', async () => {
  const { counts } = await sweepOne();
  for (const what of ['landed', 'revised', 'unchanged', 'refused', 'continued', 'delayed'])
    assert.ok((counts.get(what) ?? 0) > 0, what);
});
