import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '../../shared/words/day.ts';
import { instantIn, rowsOn, worldOf } from './seam-world.ts';

/** What a day costs in operations of storage, from the plan that queues it to the plan that finds nothing to do. */

const [FIRST, DAY, LAST] = ['2026-03-10', '2026-03-11', '2026-03-12'] as const;

/** Before days knew of their borders. */
const LEDGER_BEFORE = 15;

/** With rows at midnight and a second before it, which come to two days each, and all of which land once. */
const TIMES = ['00:00:00', '12:00:00', '23:59:59'];

function counting(first: string, last: string) {
  const operations: string[] = [];
  const rows = rowsOn(first, last, TIMES);
  const serve = (from: number, to: number) => rows.filter(row => instantIn(row) >= from && instantIn(row) <= to);
  const on = worldOf({ first, last, serve, inFlight: 1, onOperation: op => void operations.push(op) });
  const counted = () => {
    const [ledger, jobs, read] = ['ledger.', 'jobs.', 'lake.read'].map(
      prefix => operations.filter(op => op.startsWith(prefix)).length,
    );
    const written = operations.filter(op => /^lake\.(stage|commit|keep|lastKept)/.test(op)).length;
    operations.length = 0;
    return { ledger, jobs, read, written };
  };
  return { on, counted };
}

test('a day that lands takes as many operations as before days knew of their borders, and reads no partition', async () => {
  const { on, counted } = counting(DAY, DAY);
  await on.rest();
  assert.equal(on.ids(DAY).length, TIMES.length);
  const { ledger, jobs, read, written } = counted();
  // The list of revisions ever kept, a block, and the commit.
  assert.deepEqual([ledger, jobs, read, written], [LEDGER_BEFORE, 1, 0, 3]);
});

test('a read that changes nothing, and one that settles, take no more than two operations above that', async () => {
  const { on, counted } = counting(FIRST, LAST);
  await on.rest();
  counted();
  const reads = () => [...on.reads.values()].reduce((sum, count) => sum + count, 0);
  const settled = () => on.settled().length;
  let most = 0;
  for (let hour = 0; hour < 24 * 8; hour += 1) {
    const [before, landed] = [reads(), on.entries().length];
    on.state.now += HOUR_MS;
    await on.rest();
    const { ledger = 0, read, written } = counted();
    const days = reads() - before;
    // As time passes, further days end and land.
    if (on.entries().length > landed) continue;
    assert.deepEqual([read, written], [0, 0], 'nothing is read from a partition, and nothing written');
    // Each plan takes three for the dataset and its gate, whatever it finds; with days in work there are as many more plans.
    if (days > 0) most = Math.max(most, ledger / days);
  }
  assert.ok(settled() >= 3);
  assert.ok(most <= LEDGER_BEFORE + 2, `${most} operations of the ledger`);
});
