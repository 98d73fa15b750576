import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type DatasetName,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../local/simulator/index.ts';
import { addDays, eachDay, HOUR_MS } from '../../shared/words/day.ts';
import { callUrl, get, linkOf, objectIn, pagesFrom, rowTexts } from './simulator-requests.ts';

const NOW = Date.parse('2026-03-20T12:00:00.000Z');
/** A Tuesday, ten days ago. */
const DAY = '2026-03-10';

const started: Simulator[] = [];
after(() => Promise.all(started.map(simulator => simulator.stop())));

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ rows: 1_800, now: () => NOW, ...options });
  started.push(simulator);
  return simulator;
}

/** The row texts of a window, through the pages. */
async function served(simulator: Simulator, api: string, call: string, from: string, to: string): Promise<string[]> {
  const pages = await pagesFrom(callUrl(simulator, api, call, from, to));
  return pages.flatMap(page => rowTexts(page.text, 'value'));
}

const CALLS: readonly [DatasetName, string, string, string][] = [
  ['teams-pstn-calls', 'v1.0', 'getPstnCalls', 'startDateTime'],
  ['teams-direct-routing-calls', 'v1.0', 'getDirectRoutingCalls', 'startDateTime'],
  ['teams-sms', 'beta', 'getSmsLog', 'sentDateTime'],
  ['teams-blocked-users', 'beta', 'getPstnBlockedUsersLog', 'blockDateTime'],
];

for (const [dataset, api, call, time] of CALLS) {
  test(`paging ${call} over a day brings its true rows, byte for byte, and no other but the next midnight`, async () => {
    const simulator = await start();
    const truth = simulator.truth(dataset, DAY);
    const next = addDays(DAY, 1);
    const rows = await served(simulator, api, call, `${DAY}T00:00:00Z`, `${next}T00:00:00Z`);
    const others = dataset === 'teams-direct-routing-calls' ? 0 : 1;
    assert.equal(truth.length, simulator.countRows(dataset, DAY));
    assert.ok(truth.length > 2_000);
    assert.deepEqual(rows.slice(0, truth.length), truth);
    assert.equal(rows.length, truth.length + others);
    assert.equal(new Set(rows).size, rows.length);
    assert.match(String(rows[0]), new RegExp(`"${time}":"${DAY}T00:00:00(\\.000)?Z"`));
    assert.match(String(truth.at(-1)), new RegExp(`"${time}":"${DAY}T23:59:59\\.(999|9999999)Z"`));
    if (others === 1) assert.match(String(rows.at(-1)), new RegExp(`"${time}":"${next}T00:00:00Z"`));
  });
}

test('the dial-out report adds up the range: two days have at most the sum of both, and each group once', async () => {
  const simulator = await start({ rows: 300 });
  const call = 'getPstnOnlineMeetingDialoutReport';
  const one = await served(simulator, 'beta', call, `${DAY}T00:00:00Z`, `${DAY}T23:59:59.9999999Z`);
  assert.deepEqual(one, simulator.truth('teams-dialout-usage', DAY));
  const calls = (rows: readonly string[]) => rows.reduce((sum, row) => sum + Number(objectIn(row)['totalCalls']), 0);
  const next = simulator.truth('teams-dialout-usage', addDays(DAY, 1));
  const both = await served(simulator, 'beta', call, `${DAY}T00:00:00Z`, `${addDays(DAY, 1)}T23:59:59.9999999Z`);
  assert.equal(calls(both), calls(one) + calls(next));
  const groups = both.map(row => row.replace(/"totalCalls.*$/, ''));
  assert.equal(new Set(groups).size, groups.length);
  // A range that reaches the next midnight counts the call there too.
  const touching = await served(simulator, 'beta', call, `${DAY}T00:00:00Z`, `${addDays(DAY, 1)}T00:00:00Z`);
  assert.equal(calls(touching), calls(one) + 1);
});

test('a page has 1,000 rows, its own count, and a link under other argument names, before or after the rows', async () => {
  const simulator = await start();
  const url = callUrl(simulator, 'v1.0', 'getPstnCalls', '2026-03-10', '2026-03-11');
  const [first, , last] = await pagesFrom(url);
  const body = objectIn(first?.text ?? '');
  assert.equal(body['@odata.count'], 1_000);
  const path = `${simulator.graphUrl}/v1.0/communications/callRecords`;
  assert.equal(body['@odata.nextLink'], `${path}/getPstnCalls(from=2026-03-10,to=2026-03-11)?$skip=1000`);
  assert.deepEqual(Object.keys(body), ['@odata.context', '@odata.count', 'value', '@odata.nextLink']);
  assert.deepEqual(Object.keys(objectIn(last?.text ?? '')), ['@odata.context', '@odata.count', 'value']);
  const beta = objectIn((await get(callUrl(simulator, 'beta', 'getSmsLog', DAY, '2026-03-11'))).text);
  assert.deepEqual(Object.keys(beta), ['@odata.context', '@odata.count', '@odata.nextLink', 'value']);
  assert.match(
    String(beta['@odata.nextLink']),
    /getSmsLog\(fromDateTime=2026-03-10,toDateTime=2026-03-11\)\?\$skip=1000$/,
  );
});

test('both spellings, any case, raw or encoded colons, either argument names and order ask the same', async () => {
  const simulator = await start({ rows: 50 });
  const [from, to] = ['2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'];
  const root = `${simulator.graphUrl}/v1.0/communications`;
  const spellings = [
    `${root}/callRecords/getPstnCalls(fromDateTime=${from},toDateTime=${to})`,
    `${root}/callRecords/microsoft.graph.callRecords.getPstnCalls(fromDateTime=${from},toDateTime=${to})`,
    `${root}/callrecords/getpstncalls(fromdatetime=${from},todatetime=${to})`,
    `${root}/callRecords/getPstnCalls(toDateTime=${to},fromDateTime=${from})`,
    `${root}/callRecords/getPstnCalls(from=${from},to=${to})`,
    `${root}/callRecords/getPstnCalls%28fromDateTime=${encodeURIComponent(from)},toDateTime=${encodeURIComponent(to)}%29`,
    `${root}/callRecords/getPstnCalls(fromDateTime=2026-03-10,toDateTime=2026-03-11)`,
    `${root}/callRecords/getPstnCalls(fromDateTime=2026-03-10T02:00:00%2B02:00,toDateTime=2026-03-10T19:00:00-05:00)`,
  ];
  const answers = await Promise.all(spellings.map(url => get(url)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    spellings.map(() => 200),
  );
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
});

test('the ends of a range are counted as documented, or as the switch says', async () => {
  const simulator = await start({ rows: 20 });
  const instant = async (call: string, api: string) => {
    const at = `${DAY}T00:00:00Z`;
    return (await served(simulator, api, call, at, at)).length;
  };
  assert.equal(await instant('getPstnCalls', 'v1.0'), 1);
  assert.equal(await instant('getDirectRoutingCalls', 'v1.0'), 0);
  assert.equal(await instant('getSmsLog', 'beta'), 1);
  simulator.switches.bounds = { 'teams-sms': { from: 'inclusive', to: 'exclusive' } };
  assert.equal(await instant('getSmsLog', 'beta'), 0);
});

test('arguments that are empty, malformed or too far apart are refused in the documented shape', async () => {
  const simulator = await start({ rows: 5 });
  const empty = await get(callUrl(simulator, 'v1.0', 'getPstnCalls', '', ''), {
    authorization: 'Bearer x',
    'client-request-id': 'c-1',
  });
  assert.equal(empty.status, 400);
  const id = String(empty.headers['request-id']);
  const message = "Expression expected at position 13 in 'fromDateTime=,toDateTime='.";
  const innerError = { date: '2026-03-20T12:00:00', 'request-id': id, 'client-request-id': 'c-1' };
  assert.deepEqual(objectIn(empty.text), { error: { code: 'BadRequest', message, innerError } });
  assert.equal(empty.headers['date'], 'Fri, 20 Mar 2026 12:00:00 GMT');
  const status = async (api: string, call: string, from: string, to: string) =>
    (await get(callUrl(simulator, api, call, from, to))).status;
  assert.equal(await status('v1.0', 'getPstnCalls', 'soon', '2026-03-11'), 400);
  assert.equal(await status('v1.0', 'getPstnCalls', '2026-02-30', '2026-03-11'), 400);
  assert.equal(await status('v1.0', 'getPstnCalls', '2026-03-10T00:00:00', '2026-03-11'), 400);
  assert.equal(await status('v1.0', 'getPstnCalls', '2025-12-01', '2026-03-01'), 200);
  assert.equal(await status('v1.0', 'getPstnCalls', '2025-12-01', '2026-03-01T00:00:00.0000001Z'), 406);
  simulator.switches.overRangeStatus = 400;
  assert.equal(await status('v1.0', 'getPstnCalls', '2025-12-01', '2026-03-02'), 400);
  assert.equal(await status('v1.0', 'getSmsLog', '2026-03-10', '2026-03-11'), 404);
  assert.equal(await status('v2.0', 'getPstnCalls', '2026-03-10', '2026-03-11'), 404);
  simulator.switches.cloud = 'china-21vianet';
  assert.equal(await status('v1.0', 'getPstnCalls', '2026-03-10', '2026-03-11'), 404);
});

test('the same seed gives the same bytes, another seed others', async () => {
  const [one, two, other] = [await start({ seed: 'a' }), await start({ seed: 'a' }), await start({ seed: 'b' })];
  const bytes = async (simulator: Simulator) => {
    const pages = await pagesFrom(callUrl(simulator, 'beta', 'getPstnCalls', DAY, '2026-03-11'));
    return pages.map(page => page.text.replaceAll(simulator.url, 'http://simulator'));
  };
  assert.deepEqual(await bytes(one), await bytes(two));
  assert.notDeepEqual(await bytes(one), await bytes(other));
});

test('working days have more rows than weekends, office hours more than nights, and the mean is what was asked', async () => {
  const simulator = await start({ rows: 1_000, volumes: { 'teams-blocked-users': 3 } });
  const days = [...eachDay('2026-02-02', '2026-03-01')];
  const counts = days.map(day => simulator.countRows('teams-pstn-calls', day));
  const mean = counts.reduce((sum, count) => sum + count, 0) / days.length;
  assert.ok(mean > 900 && mean < 1_100, `mean ${mean}`);
  assert.ok(simulator.countRows('teams-pstn-calls', '2026-02-08') < 400);
  assert.ok(simulator.countRows('teams-blocked-users', '2026-02-10') < 10);
  const hours = simulator.truth('teams-pstn-calls', DAY).map(row => /T(\d\d):/.exec(row)?.[1]);
  assert.ok(hours.filter(hour => hour === '09').length > 10 * hours.filter(hour => hour === '03').length);
});

test('rows exist up to now; late rows come later, in their place; a charge is corrected later', async () => {
  let now = Date.parse(`${DAY}T12:00:00.000Z`);
  const simulator = await start({ now: () => now, lateShare: 0.1, changedShare: 0.1 });
  const noon = simulator.truth('teams-pstn-calls', DAY);
  assert.ok(noon.every(row => /"startDateTime":"2026-03-10T(0\d|1[01]|12:00:00Z)/.test(row)));
  now += 12 * HOUR_MS;
  const midnight = simulator.truth('teams-pstn-calls', DAY);
  now += 5 * 24 * HOUR_MS;
  const final = simulator.truth('teams-pstn-calls', DAY);
  assert.ok(noon.length < midnight.length && midnight.length < final.length);
  const idOf = (row: string) => row.slice(0, 50);
  const later = new Map(final.map(row => [idOf(row), row]));
  assert.deepEqual(
    midnight.map(idOf).filter(id => !later.has(id)),
    [],
  );
  const changed = midnight.filter(row => later.get(idOf(row)) !== row);
  assert.ok(changed.length > 50 && changed.every(row => row.includes('"charge":0.00,')));
  assert.deepEqual(await served(simulator, 'v1.0', 'getPstnCalls', DAY, `${DAY}T23:59:59.9999999Z`), final);
});

test('a day of a million rows is served page by page from any place', async () => {
  const simulator = await start({ rows: 800_000 });
  const total = simulator.countRows('teams-pstn-calls', DAY);
  assert.ok(total > 900_000);
  const url = callUrl(simulator, 'v1.0', 'getPstnCalls', DAY, `${DAY}T23:59:59.9999999Z`);
  const page = await get(`${url}?$skip=${total - 1_500}`);
  const last = await get(String(linkOf(page)));
  assert.equal(rowTexts(page.text, 'value').length, 1_000);
  assert.equal(rowTexts(last.text, 'value').length, 500);
  assert.equal(linkOf(last), undefined);
});

test('a changed order still brings every row once; an unstable one does not', async () => {
  const simulator = await start();
  const truth = simulator.truth('teams-pstn-calls', DAY);
  const rows = () => served(simulator, 'v1.0', 'getPstnCalls', DAY, `${DAY}T23:59:59.9999999Z`);
  simulator.switches.order = 'shuffled';
  const shuffled = await rows();
  assert.notDeepEqual(shuffled, truth);
  assert.deepEqual([...shuffled].sort(), [...truth].sort());
  simulator.switches.order = 'unstable';
  assert.ok(new Set(await rows()).size < truth.length);
});
