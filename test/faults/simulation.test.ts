import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runApart } from './batch-run.ts';
import { CHANGES, MESSAGE_FAULTS, OPERATION_FAULTS, SOURCE_FAULTS } from './profile.ts';
import { simulate } from './simulate.ts';

/** First seeds: as many worlds as one run of the tests can take; `npm run test:soak` runs more. */
const FROM = [1, 101, 201, 301, 401];
const SEEDS = 100;

/** What went wrong in all of them. */
const counts = new Map<string, number>();

for (const from of FROM)
  test(`no invariant breaks, whatever a seed from ${from} on makes go wrong`, async t => {
    const { summary, failures, counts: mine } = await runApart('seeds', String(from), String(SEEDS));
    t.diagnostic(summary);
    for (const [what, count] of Object.entries(mine)) counts.set(what, (counts.get(what) ?? 0) + count);
    assert.deepEqual(failures, []);
  });

test('each thing that can go wrong has gone wrong in these worlds: a harness that injects nothing finds nothing', () => {
  const kinds = [
    ...OPERATION_FAULTS,
    ...SOURCE_FAULTS.map(fault => `source ${fault}`),
    ...MESSAGE_FAULTS.map(fault => `message ${fault}`),
    ...CHANGES.map(change => `rows ${change}`),
    ...[
      'answer faulted',
      'ledger wiped',
      'machine crashed',
      'machine frozen',
      'rows late while paging',
      'rows withdrawn while paging',
    ],
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
    kinds.filter(kind => (counts.get(kind) ?? 0) < 20),
    [],
  );
});

test('the same seed gives the same trace, another seed another', async () => {
  const seeds = [3, 14, 159];
  const first = await Promise.all(seeds.map(async seed => (await simulate(seed)).trace));
  for (const [i, seed] of seeds.entries()) assert.equal((await simulate(seed)).trace, first[i]);
  assert.equal(new Set(first).size, seeds.length);
});
