import assert from 'node:assert/strict';
import { test } from 'node:test';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { Digest, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import { instantOf } from '../../shared/words/day.ts';
import type { Receipt } from '../../shared/words/model.ts';
import type { Source } from '../../shared/words/ports.ts';
import { heldOn } from '../unit/days.ts';
import { DAY, NOW } from './simulated-day.ts';
import { testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

const LINE = '{"id":"the row that was left"}';

/** A partition that was written without a person's rows. */
function erasedReceipt(): Receipt {
  const digest = new Digest();
  digest.add(Buffer.from(LINE));
  return {
    format: 1,
    revision: 2,
    rows: 1,
    pages: 1,
    fingerprint: fingerprintOf(1, digest.text),
    windowFrom: `${DAY}T00:00:00Z`,
    windowTo: `${DAY}T23:59:59Z`,
    apiVersion: 'beta',
    fetchedAt: instantOf(NOW - 3_600_000),
    ticket: 1,
    rowsOutside: 0,
    rowsNeighbour: 0,
    forgottenAt: instantOf(NOW),
  };
}

for (const [which, known] of [
  ['was lost', undefined],
  ['is older than the erasure', heldOn(DAY)],
] as const) {
  test(`a day that a person was erased from is not read again by an app whose ledger ${which}`, async () => {
    const source: Source = { read: () => assert.fail('the source still has the rows that were erased') };
    const pipeline = testPipeline({ datasets: [teamsSms], clock: virtualClock(NOW), sources: { graph: source } });
    await pipeline.lake.stage(teamsSms.name, DAY, 1, 0, Buffer.from(`${LINE}\n`));
    await pipeline.lake.commit(teamsSms.name, DAY, [{ ticket: 1, count: 1 }], erasedReceipt(), undefined);
    const entry = freshEntry(teamsSms.name, DAY, NOW);
    if (known !== undefined) await pipeline.ledger.putDay({ ...entry, held: known }, undefined);
    await pipeline.ask(teamsSms, DAY);
    await pipeline.drive();
    assert.deepEqual(pipeline.outcomes, ['unchanged']);
    assert.deepEqual(pipeline.landed(teamsSms, DAY), [LINE]);
    const { held, work } = pipeline.entry(teamsSms, DAY);
    assert.deepEqual([held?.revision, held?.forgottenAt, held?.settledAt], [2, instantOf(NOW), instantOf(NOW)]);
    assert.equal(work.state, 'idle');
  });
}
