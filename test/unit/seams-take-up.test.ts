import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dayOfEntity, watermarkOfEntity } from '../../shared/stores/ledger-entities.ts';
import { receiptOf } from '../../shared/stores/receipt-metadata.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import { instantIn, rowsOn, worldOf } from './seam-world.ts';

/**
 * What the version before seams landed, as it lies in storage: six days of a log, three of them settled, from sources
 * whose bounds mean something else. landed-before-seams.json was written by that version's own planner and fetcher.
 */

interface Stored {
  readonly now: string;
  readonly watermark: Readonly<Record<string, string>>;
  readonly days: readonly {
    readonly entity: Readonly<Record<string, string | number>>;
    readonly metadata: Record<string, string>;
    readonly lines: string;
  }[];
}
type Name = 'lower-exclusive' | 'dates' | 'zone' | 'inclusive';
const FIXTURE: Readonly<Record<Name, Stored>> = JSON.parse(
  readFileSync(new URL('landed-before-seams.json', import.meta.url), 'utf8'),
);

const [FIRST, LAST] = ['2026-03-10', '2026-03-15'];
const TIMES = ['00:00:00', '02:30:00', '12:00:00', '23:59:59'];
const ROWS = rowsOn(FIRST, LAST, TIMES);
const dateOf = (at: number) => Math.floor(at / (24 * HOUR_MS));

const BOUNDS: Readonly<Record<Name, (at: number, from: number, to: number) => boolean>> = {
  'lower-exclusive': (at, from, to) => at > from && at <= to,
  dates: (at, from, to) => dateOf(at) >= dateOf(from) && dateOf(at) <= dateOf(to),
  zone: (at, from, to) => at - 5 * HOUR_MS >= from && at - 5 * HOUR_MS <= to,
  inclusive: (at, from, to) => at >= from && at <= to,
};

async function takenUp(name: Name) {
  const stored = FIXTURE[name];
  const serve = (from: number, to: number) => ROWS.filter(row => BOUNDS[name](instantIn(row), from, to));
  const on = worldOf({ first: FIRST, last: LAST, serve });
  on.state.now = Date.parse(stored.now);
  const { ledger, lake, dataset } = on;
  assert.ok(await ledger.putWatermark(watermarkOfEntity(dataset.name, stored.watermark), undefined));
  for (const { entity, metadata, lines } of stored.days) {
    const receipt = receiptOf(metadata);
    assert.ok(receipt);
    const day = String(entity['rowKey']);
    await lake.stage(dataset.name, day, receipt.ticket, 0, Buffer.from(lines));
    const segments = [{ ticket: receipt.ticket, count: 1 }];
    assert.equal(await lake.commit(dataset.name, day, segments, receipt, undefined), 'committed');
    assert.ok(await ledger.putDay(dayOfEntity(dataset.name, day, entity), undefined));
  }
  return on;
}

for (const name of ['lower-exclusive', 'dates', 'zone', 'inclusive'] as const)
  test(`what was landed before there were seams is taken up by reading it again: ${name}`, async () => {
    const on = await takenUp(name);
    const settledBefore = on.settled();
    assert.equal(settledBefore.length, 3);
    await on.pass(24 * 8);
    for (const { day } of FIXTURE[name].days.map(({ entity }) => ({ day: String(entity['rowKey']) }))) {
      assert.equal(await on.openSeamOf(day), undefined, `${day} has closed seams`);
      assert.ok(on.settled().includes(day), `${day} has settled`);
      const own = TIMES.map(time => `${day}T${time}`);
      // In another zone, the first hours of the first day are in the window of a day that was never asked for.
      const given = name === 'zone' && day === FIRST ? own.slice(2) : own;
      for (const id of given) assert.equal(on.holders().get(id)?.length, 1, id);
      if (name !== 'zone') for (const id of own) assert.deepEqual(on.holders().get(id), [day], id);
    }
    for (const [id, days] of on.holders()) assert.equal(days.length, 1, `${id} is in ${days}`);
  });

test('a sound log stays settled while it is taken up, each day is read once for it, and nothing is revised', async () => {
  const on = await takenUp('inclusive');
  const settled = on.settled();
  await on.rest();
  for (const day of settled) {
    assert.equal(on.reads.get(day), 1, day);
    assert.ok(on.settled().includes(day), day);
  }
  assert.ok(on.entries().every(({ held }) => held?.revision === 1));
});
