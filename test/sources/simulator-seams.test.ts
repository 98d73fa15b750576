import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type FaultName, startSimulator } from '../../local/simulator/index.ts';
import { callUrl, callVoximplant, get, objectIn, pagesFrom, rowTexts, serviceToken } from './simulator-requests.ts';

/** The simulator's faults of bounds, and of two reads of one day: what is sent, seen without the product. */

const NOW = Date.parse('2026-03-20T12:00:00.000Z');
const [BEFORE, DAY, AFTER] = ['2026-03-09', '2026-03-10', '2026-03-11'] as const;

const simulator = await startSimulator({ rows: 1_200, now: () => NOW });
after(() => simulator.stop());
const token = await serviceToken(simulator, NOW);

const truth = (day: string) => simulator.truth('teams-pstn-calls', day);

/** The rows of one walk over DAY, both midnights asked for, under a fault. */
async function walk(fault?: FaultName, day: string = DAY, until: string = AFTER): Promise<string[]> {
  simulator.setFaults(fault === undefined ? [] : [{ fault }]);
  const pages = await pagesFrom(callUrl(simulator, 'v1.0', 'getPstnCalls', `${day}T00:00:00Z`, `${until}T00:00:00Z`));
  return pages.flatMap(({ text }) => rowTexts(text, 'value'));
}

const [firstOfDay = ''] = truth(DAY);
const [firstAfter = ''] = truth(AFTER);

test('bounds are inclusive on both sides, or on neither, or on one', async () => {
  const inner = truth(DAY).slice(1);
  assert.deepEqual(await walk(), [firstOfDay, ...inner, firstAfter]);
  assert.deepEqual(await walk('lower-bound-exclusive'), [...inner, firstAfter]);
  assert.deepEqual(await walk('upper-bound-exclusive'), [firstOfDay, ...inner]);
  assert.deepEqual(await walk('bounds-exclusive'), inner);
});

test('by dates only, the last date of the range is there as a whole', async () => {
  assert.deepEqual(await walk('dates-only'), [...truth(DAY), ...truth(AFTER)]);
});

test('in the zone of the account, a range is five hours later, and the times of rows are true', async () => {
  const rows = await walk('account-zone');
  const times = rows.map(row => /"startDateTime":"([^"]*)"/.exec(row)?.[1] ?? '').sort();
  assert.ok((times[0] ?? '') >= `${DAY}T05:00:00` && (times.at(-1) ?? '') <= `${AFTER}T05:00:00Z`);
  const known = new Set([...truth(DAY), ...truth(AFTER)]);
  assert.ok(rows.length > 1_000 && rows.every(row => known.has(row)));
});

test('the bounds of Voximplant go wrong in the same ways', async () => {
  const walked = async (fault?: FaultName): Promise<number> => {
    simulator.setFaults(fault === undefined ? [] : [{ fault }]);
    const form = { from_date: `${BEFORE} 23:59:59`, to_date: `${AFTER} 00:00:00` };
    return Number(objectIn((await callVoximplant(simulator, 'GetSmsHistory', form, token)).text)['total_count']);
  };
  const count = (day: string) => simulator.countRows('voximplant-sms', day);
  const all = await walked();
  assert.equal(all, count(DAY) + 2);
  assert.equal(await walked('lower-bound-exclusive'), all - 1);
  assert.equal(await walked('bounds-exclusive'), all - 2);
  assert.equal(await walked('dates-only'), count(BEFORE) + count(DAY) + count(AFTER));
});

test('two walks bring different rows in equal number, and all of them are true', async () => {
  const [one, other] = [await walk('unequal-walks'), await walk('unequal-walks')];
  const all = new Set([...truth(DAY), firstAfter]);
  assert.equal(one.length, other.length);
  assert.equal(one.length, all.size - Math.floor(all.size / 10));
  assert.equal(new Set(one).size, one.length);
  for (const row of [...one, ...other]) assert.ok(all.has(row));
  const both = one.filter(row => other.includes(row)).length;
  assert.ok(both < one.length - all.size / 20, `${both} of ${one.length} are in both`);
});

test('members stand in another order each time, and say the same', async () => {
  const [one, other, plain] = [await walk('members-reordered'), await walk('members-reordered'), await walk()];
  assert.ok(one.every((row, at) => row !== other[at]));
  const said = (rows: readonly string[]) => rows.map((row): unknown => JSON.parse(row));
  assert.deepEqual(said(one), said(plain));
  assert.deepEqual(said(other), said(plain));
});

test('times are spelled in other ways and are the same instants', async () => {
  const times = (rows: readonly string[]) => rows.map(row => /"startDateTime":"([^"]*)"/.exec(row)?.[1] ?? '');
  const plain = times(await walk());
  const odd = times(await walk('times-respelled'));
  assert.equal(odd[0], `${DAY}t00:00+0000`);
  for (const [at, time] of odd.entries()) {
    const usual = time.replace('t', 'T').replace(',', '.').replace('+0000', 'Z');
    assert.equal(usual.replace(/T(\d\d:\d\d)Z/, 'T$1:00Z'), plain[at]);
  }
});

test('a list that ends in the middle says by its count that more was meant', async () => {
  simulator.setFaults([{ fault: 'count-says-more' }]);
  const { text } = await get(callUrl(simulator, 'v1.0', 'getPstnCalls', `${DAY}T00:00:00Z`, `${AFTER}T00:00:00Z`));
  const body = objectIn(text);
  assert.ok(Number(body['@odata.count']) > rowTexts(text, 'value').length);
  assert.equal(body['@odata.nextLink'], undefined);
});

test('a day that the source has forgotten is a list without rows, and later days are there', async () => {
  assert.deepEqual(await walk('forgotten-day'), []);
  assert.ok((await walk('forgotten-day', '2026-03-18', '2026-03-19')).length > 100);
});
