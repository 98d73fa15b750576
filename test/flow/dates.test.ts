import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { addDays } from '../../shared/words/day.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { clockFrom } from '../clock.ts';
import { productFor } from './product-setup.ts';

/** The product on dates that are not like the others: which days it lands, and that each is the source's. */

const SMS = 'teams-sms';
const DAYS = 3;

/** Plans and lands at each of the instants, and checks what is held after each of them. */
async function landsAt(context: TestContext, ...steps: readonly (readonly [instant: string, lastDay: string])[]) {
  clockFrom(steps[0]?.[0] ?? '');
  const product = await productFor(context, { seed: 81, rows: 12, lateShare: 0, changedShare: 0 });
  const host = await product.host({ LANDLINE_DATASETS: SMS, LANDLINE_HISTORY_DAYS: String(DAYS) });
  const firstDay = addDays(steps[0]?.[1] ?? '', 1 - DAYS);
  for (const [instant, lastDay] of steps) {
    clockFrom(instant);
    assert.equal(await host.runTimer('plan'), true, instant);
    await host.drain();
    // The watermark follows the days that have landed by then.
    assert.equal(await host.runTimer('plan'), true, instant);
    const watermark = (await product.ledger.watermark(SMS))?.value;
    assert.deepEqual([watermark?.firstDay, watermark?.landedThrough], [firstDay, lastDay], instant);
    for (let day = firstDay; day <= lastDay; day = addDays(day, 1)) {
      const landed = await product.raw.getBlobClient(partitionPath(SMS, day)).downloadToBuffer();
      const truth = product.simulator.truth(SMS, day).map(row => `${row}\n`);
      assert.equal(landed.toString(), truth.join(''), `${instant}: ${day}`);
    }
    const names = await Array.fromAsync(product.raw.listBlobsFlat(), ({ name }) => name);
    assert.equal(names.includes(partitionPath(SMS, addDays(lastDay, 1))), false, `${instant}: ${lastDay} is the last`);
  }
  assert.deepEqual([product.events('day failed'), product.events('work failed')], [[], []]);
}

test('in the first hour of a year the day before is not owed yet, and after it it is', context =>
  landsAt(
    context,
    ['2026-12-31T23:59:58.000Z', '2026-12-30'],
    ['2027-01-01T00:00:03.000Z', '2026-12-30'],
    ['2027-01-01T00:20:00.000Z', '2026-12-30'],
    ['2027-01-01T03:00:00.000Z', '2026-12-31'],
  ));

test('29 February is a day like any other, and the one before 1 March', context =>
  landsAt(
    context,
    ['2028-02-29T12:00:00.000Z', '2028-02-28'],
    ['2028-03-01T00:01:00.000Z', '2028-02-28'],
    ['2028-03-01T12:00:00.000Z', '2028-02-29'],
    ['2028-03-02T12:00:00.000Z', '2028-03-01'],
  ));

for (const [change, before, after, last] of [
  ['forward', '2027-03-28T00:30:00.000Z', '2027-03-28T12:00:00.000Z', '2027-03-27'],
  ['back', '2027-10-31T00:30:00.000Z', '2027-10-31T12:00:00.000Z', '2027-10-30'],
] as const)
  test(`where the clocks go ${change}, the day is landed once and whole`, async context => {
    const { TZ } = process.env;
    process.env['TZ'] = 'Europe/Berlin';
    context.after(() => {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    });
    clockFrom(before);
    const offsets = [before, after].map(instant => new Date(instant).getTimezoneOffset());
    assert.notEqual(offsets[0], offsets[1], 'the zone is known to this machine');
    await landsAt(context, [before, addDays(last, -1)], [after, last], [after.replace('T12', 'T23'), last]);
  });

test('on each day of a week the day before lands, however few its rows', context => {
  const noons = Array.from({ length: 7 }, (_, at) => addDays('2026-12-06', at));
  return landsAt(context, ...noons.map(day => [`${day}T12:00:00.000Z`, addDays(day, -1)] as const));
});
