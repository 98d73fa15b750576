import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runApart } from './batch-run.ts';
import { CHANGES, MESSAGE_FAULTS, OPERATION_FAULTS, SOURCE_FAULTS } from './profile.ts';
import { simulate } from './simulate.ts';

/** As many as one run of the tests can take; `npm run test:soak` runs more. */
const SEEDS = 500;

test('no invariant breaks, whatever a seed makes go wrong', async t => {
  const { summary, failures, counts } = await runApart('seeds', '1', String(SEEDS));
  t.diagnostic(summary);
  assert.deepEqual(failures, []);
  // A harness that injects nothing finds nothing.
  const kinds = [
    ...OPERATION_FAULTS,
    ...SOURCE_FAULTS.map(fault => `source ${fault}`),
    ...MESSAGE_FAULTS.map(fault => `message ${fault}`),
    ...CHANGES.map(change => `rows ${change}`),
    ...['ledger wiped', 'machine crashed', 'machine frozen', 'rows late while paging', 'rows withdrawn while paging'],
    ...[
      'landed',
      'revised',
      'unchanged',
      'refused',
      'continued',
      'delayed',
      'restarted',
      'failed',
      'superseded',
      'dropped',
    ],
  ];
  assert.deepEqual(
    kinds.filter(kind => (counts[kind] ?? 0) < 20),
    [],
  );
});

test('the same seed gives the same trace, another seed another', async () => {
  const seeds = [3, 14, 159];
  const first = await Promise.all(seeds.map(async seed => (await simulate(seed)).trace));
  for (const [i, seed] of seeds.entries()) assert.equal((await simulate(seed)).trace, first[i]);
  assert.equal(new Set(first).size, seeds.length);
});
