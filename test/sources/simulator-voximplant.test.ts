import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { request } from 'undici';
import {
  type DatasetName,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../local/simulator/index.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import { callVoximplant, objectIn, reply, rowTexts, serviceToken } from './simulator-requests.ts';

const NOW = Date.parse('2026-03-20T12:00:00.000Z');
/** A Tuesday, ten days ago. */
const DAY = '2026-03-10';
const WINDOW = { from_date: '2026-03-09 23:59:59', to_date: '2026-03-11 00:00:01' };

const started: Simulator[] = [];
after(() => Promise.all(started.map(simulator => simulator.stop())));

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ rows: 1_800, now: () => NOW, ...options });
  started.push(simulator);
  return simulator;
}

function codeOf(text: string): unknown {
  const { error, errors } = objectIn(text);
  if (Array.isArray(errors)) assert.deepEqual(errors, [error]);
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

for (const [dataset, method] of [
  ['voximplant-sms', 'GetSmsHistory'],
  ['voximplant-a2p-sms', 'A2PGetSmsHistory'],
] as const satisfies readonly [DatasetName, string][]) {
  test(`${method} pages by offset, states the total, and brings the day with its neighbours' seconds`, async () => {
    const simulator = await start();
    const token = await serviceToken(simulator, NOW);
    const rows: string[] = [];
    for (let total = 1; rows.length < total; ) {
      const page = await callVoximplant(simulator, method, { ...WINDOW, offset: String(rows.length) }, token);
      total = Number(objectIn(page.text)['total_count']);
      rows.push(...rowTexts(page.text, 'result'));
      assert.ok(page.status === 200 && rows.length <= total);
    }
    const truth = simulator.truth(dataset, DAY);
    assert.ok(truth.length > 2_000);
    // The second before the day and the midnight after it: the two rows that belong to the neighbours.
    assert.deepEqual(rows.slice(1, -1), truth);
    assert.match(String(rows[0]), /"process(ed|ing)_date":"2026-03-09 23:59:59"/);
    assert.match(String(rows.at(-1)), /"process(ed|ing)_date":"2026-03-11 00:00:00"/);
  });
}

test('the method may be in the path or in cmd, the parameters in the query, a form or a multipart body', async () => {
  const simulator = await start({ rows: 30 });
  const token = await serviceToken(simulator, NOW);
  const headers = { authorization: `Bearer ${token}` };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const query = new URLSearchParams(WINDOW).toString();
  const { voximplantUrl } = simulator;
  const multipart = new FormData();
  for (const [name, value] of Object.entries({ cmd: 'GetSmsHistory', ...WINDOW })) multipart.set(name, value);
  const answers = [
    await reply(await request(`${voximplantUrl}/GetSmsHistory?${query}`, { method: 'POST', headers })),
    await reply(await request(`${voximplantUrl}/GetSmsHistory?${query}`, { headers })),
    await reply(
      await request(voximplantUrl, {
        method: 'POST',
        headers: { ...headers, ...form },
        body: `cmd=GetSmsHistory&${query}`,
      }),
    ),
    await fetch(voximplantUrl, { method: 'POST', headers, body: multipart }).then(async r => ({
      text: await r.text(),
    })),
  ];
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.ok(rowTexts(answers[0]?.text ?? '', 'result').length > 20);
  assert.equal(codeOf((await reply(await request(voximplantUrl, { method: 'POST', headers }))).text), 102);
  assert.equal(codeOf((await callVoximplant(simulator, 'GetSecrets', {}, token)).text), 103);
});

test('parameters that are not understood earn their error codes', async () => {
  const simulator = await start({ rows: 5 });
  const token = await serviceToken(simulator, NOW);
  const code = async (form: Record<string, string>) =>
    codeOf((await callVoximplant(simulator, 'GetSmsHistory', { ...WINDOW, ...form }, token)).text);
  assert.equal(await code({}), undefined);
  assert.equal(await code({ from_date: '2026-03-10T00:00:00Z' }), 111);
  assert.equal(await code({ to_date: '2026-02-30 00:00:00' }), 111);
  assert.equal(await code({ to_date: '2026-03-01 00:00:00' }), 123);
  assert.equal(await code({ count: 'many' }), 101);
  assert.equal(await code({ direction: 'both' }), 470);
  assert.equal(await code({ output: 'xls' }), 105);
  simulator.switches.voximplantRangeDays = 1;
  assert.equal(await code({}), 569);
});

test('a token must name the key, be signed by it, and live at most an hour around now', async () => {
  const simulator = await start({ rows: 5 });
  const seconds = NOW / 1_000;
  const answer = async (change: Parameters<typeof serviceToken>[2]) =>
    callVoximplant(simulator, 'GetSmsHistory', WINDOW, await serviceToken(simulator, NOW, change));
  const code = async (change: Parameters<typeof serviceToken>[2]) => codeOf((await answer(change)).text);
  assert.equal(await code({}), undefined);
  assert.equal(await code({ iss: String(simulator.account.accountId) }), undefined);
  assert.equal(await code({ iat: seconds - 5, exp: seconds + 3_595 }), undefined);
  assert.equal(await code({ iat: seconds - 5, exp: seconds + 3_600 }), 454);
  assert.equal(await code({ iat: seconds + 1, exp: seconds + 60 }), 455);
  assert.equal(await code({ iat: seconds - 60, exp: seconds }), 456);
  assert.equal(await code({ kid: 'another-key' }), 433);
  assert.equal(await code({ iss: 7 }), 100);
  const bad = await callVoximplant(simulator, 'GetSmsHistory', WINDOW, 'no.token');
  assert.deepEqual([bad.status, codeOf(bad.text)], [200, 447]);
  simulator.switches.voximplantErrors = '4xx';
  assert.equal((await answer({ kid: 'another-key' })).status, 401);
  simulator.switches.voximplantRole = 'Developer';
  assert.equal(await code({}), undefined);
  const a2p = await callVoximplant(simulator, 'A2PGetSmsHistory', WINDOW, await serviceToken(simulator, NOW));
  assert.equal(codeOf(a2p.text), 100);
});

test('the key file has the published shape', async () => {
  const simulator = await start({ rows: 1 });
  const plain = objectIn(simulator.account.keyFile);
  assert.deepEqual(Object.keys(plain), ['account_email', 'account_id', 'key_id', 'private_key']);
  assert.match(String(plain['private_key']), /^-----BEGIN PRIVATE KEY-----/);
});

test('rows have numbers in both forms, ids that no double tells apart, exact costs, and dates that are missing', async () => {
  const simulator = await start({ oddShare: 0.2 });
  const rows = simulator.truth('voximplant-sms', DAY);
  const text = rows.join('\n');
  for (const pattern of [
    /"source_number":\d/,
    /"source_number":"\d/,
    /"CONTOSO"/,
    /"cost":0\.0500,/,
    /"status_id":"2"/,
  ]) {
    assert.match(text, pattern);
  }
  assert.match(text, /"processed_date":""/);
  assert.ok(rows.some(row => !row.includes('processed_date')));
  const ids = rows.map(row => /"message_id":(\d+)/.exec(row)?.[1]);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(new Set(ids.map(Number)).size < ids.length);
  simulator.switches.voximplantNumbers = 'integer';
  assert.ok(!simulator.truth('voximplant-sms', DAY).join('').includes('_number":"1'));
  simulator.switches.voximplantText = false;
  assert.ok(!simulator.truth('voximplant-sms', DAY).join('').includes('"text":'));
});

test('a message that waits has no date, and has one when it is done', async () => {
  let now = Date.parse(`${DAY}T23:59:59.999Z`);
  const simulator = await start({ now: () => now, changedShare: 0.1, oddShare: 0 });
  const waiting = simulator.truth('voximplant-sms', DAY).filter(row => row.includes('"status_id":"3"'));
  assert.ok(waiting.length > 50 && waiting.every(row => !/"processed_date":"2/.test(row)));
  now += 72 * HOUR_MS;
  const done = simulator.truth('voximplant-sms', DAY);
  assert.ok(done.every(row => /"status_id":"[12]"/.test(row) && row.includes(`"processed_date":"${DAY} `)));
});

test('filters narrow the rows and the total', async () => {
  const simulator = await start({ rows: 200, oddShare: 0 });
  const token = await serviceToken(simulator, NOW);
  const texts = async (form: Record<string, string>) => {
    const page = await callVoximplant(simulator, 'GetSmsHistory', { ...WINDOW, ...form }, token);
    const rows = rowTexts(page.text, 'result');
    assert.equal(objectIn(page.text)['total_count'], rows.length);
    return rows;
  };
  const all = await texts({});
  const [inbound, outbound] = [await texts({ direction: 'in' }), await texts({ direction: 'OUT' })];
  assert.equal(inbound.length + outbound.length, all.length);
  assert.ok(inbound.every(row => row.includes('"direction":"IN"')));
  const large = all.find(row => /"message_id":\d{17}/.test(row)) ?? '';
  assert.deepEqual(await texts({ message_id: /\d{17}/.exec(large)?.[0] ?? '' }), [large]);
});
