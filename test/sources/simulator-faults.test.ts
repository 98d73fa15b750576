import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Fault } from '../../local/simulator/faults/fault.ts';
import {
  FAULT_NAMES,
  FAULTS,
  type FaultName,
  type PagePosition,
  type Simulator,
  startSimulator,
} from '../../local/simulator/index.ts';
import { WAIT_MS, waitFor } from '../wait.ts';
import { callUrl, get, linkOf, objectIn, pagesFrom, rowTexts, serviceToken } from './simulator-requests.ts';

const NOW = Date.parse('2026-03-20T12:00:00.000Z');
/** A Tuesday with rows for three pages. */
const DAY = '2026-03-10';

const simulator: Simulator = await startSimulator({
  rows: 1_800,
  now: () => NOW,
  switches: { slowByteMs: 1, hugeBytes: 3_000_000 },
});
after(() => simulator.stop());
const token = await serviceToken(simulator, NOW);

const first = callUrl(simulator, 'v1.0', 'getPstnCalls', `${DAY}T00:00:00Z`, `${DAY}T23:59:59.9999999Z`);
const clean = await pagesFrom(first);
const urls = [first, ...clean.map(linkOf)].map(String);
const PLACES = { first: 0, middle: 1, last: 2 } as const;

/** What a client sees of one page, without ids that differ between requests. */
async function seen(
  source: 'graph' | 'voximplant',
  place: keyof typeof PLACES,
  signal = AbortSignal.timeout(WAIT_MS),
): Promise<string> {
  const window = { from_date: `${DAY} 00:00:00`, to_date: `${DAY} 23:59:59`, offset: String(PLACES[place] * 1_000) };
  try {
    const answer = await (source === 'graph'
      ? request(urls[PLACES[place]] ?? '', { headers: { authorization: 'Bearer x' }, signal })
      : request(`${simulator.voximplantUrl}/GetSmsHistory?${new URLSearchParams(window)}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          signal,
        }));
    const { 'request-id': _request, 'client-request-id': _client, ...headers } = answer.headers;
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return JSON.stringify([answer.statusCode, headers, hash('sha256', bytes)]);
  } catch (error) {
    return `failed: ${error instanceof Error ? error.name : ''}`;
  }
}

/** The same, by a client that gives up some time after the fault was injected: its answer may never come. */
async function givenUp(source: 'graph' | 'voximplant', place: keyof typeof PLACES, fault: FaultName): Promise<string> {
  const patience = new AbortController();
  const before = simulator.requests.length;
  const answer = seen(source, place, patience.signal);
  const isInjected = () => simulator.requests.slice(before).some(request => request.fault === fault);
  await waitFor(`${fault} is injected`, isInjected, { saw: () => simulator.requests.slice(before) });
  await sleep(300);
  patience.abort(new DOMException('It took too long', 'TimeoutError'));
  return answer;
}

async function threePages(source: 'graph' | 'voximplant') {
  return {
    first: await seen(source, 'first'),
    middle: await seen(source, 'middle'),
    last: await seen(source, 'last'),
  };
}

// Before the first test is made: tests start as soon as this module waits for anything.
const USUAL = { graph: await threePages('graph'), voximplant: await threePages('voximplant') };

for (const source of ['graph', 'voximplant'] as const) {
  const usual = USUAL[source];
  const dataset = source === 'graph' ? 'teams-pstn-calls' : 'voximplant-sms';
  for (const name of FAULT_NAMES) {
    const { source: only, seam }: Fault = FAULTS[name];
    // What shows only where two days meet: simulator-seams.test.ts.
    if ((only !== undefined && only !== source) || seam === true) continue;
    test(`${source}: ${name} is seen once, and then no more: ${FAULTS[name].meaning}`, async () => {
      const changed: string[] = [];
      for (const page of ['first', 'middle', 'last'] as const) {
        simulator.setFaults([{ fault: name, dataset, page, times: 1 }]);
        const answer = await (FAULTS[name].slow ? givenUp(source, page, name) : seen(source, page));
        const record = simulator.requests.at(-1);
        if (answer !== usual[page]) {
          changed.push(page);
          assert.equal(record?.fault, name);
        }
        assert.equal(await seen(source, page), usual[page]);
      }
      assert.ok(changed.length > 0);
      if (FAULTS[name].further === true) assert.ok(!changed.includes('first'));
    });
  }
}

/** One answer to a page with a fault. */
async function answerWithFault(fault: FaultName, page: keyof typeof PLACES = 'first') {
  simulator.setFaults([{ fault, page, times: 1 }]);
  return get(urls[PLACES[page]] ?? '');
}

test('waits are asked for as whole seconds, a fraction, a date, nonsense, half an hour, or not at all', async () => {
  const wait = async (fault: FaultName) => (await answerWithFault(fault)).headers['retry-after'];
  assert.equal(await wait('throttled'), '1');
  assert.equal(await wait('throttled-fraction'), '1.128');
  assert.equal(await wait('throttled-date'), 'Fri, 20 Mar 2026 12:00:01 GMT');
  assert.equal(await wait('throttled-nonsense'), 'soon');
  assert.equal(await wait('throttled-long'), '1800');
  assert.equal(await wait('throttled-without-header'), undefined);
  assert.equal(await wait('unavailable-retry-after'), '1');
});

test('foreign links lead to the second server, which notes who comes', async () => {
  const link = String(linkOf(await answerWithFault('link-other-port')));
  assert.equal(new URL(link).port, new URL(simulator.foreignUrl).port);
  const disguised = new URL(String(linkOf(await answerWithFault('link-host-as-user'))));
  assert.equal(disguised.host, new URL(simulator.foreignUrl).host);
  await get(link);
  assert.deepEqual(
    simulator.foreignRequests.map(({ kind, authorized }) => [kind, authorized]),
    [['foreign', true]],
  );
});

test('a truncated body has a content-length that agrees and is no JSON', async () => {
  const { headers, bytes, text } = await answerWithFault('json-truncated');
  assert.equal(headers['content-length'], String(bytes.length));
  assert.throws(() => JSON.parse(text));
  assert.throws(() => JSON.parse(`${text}]`));
});

test('a row inserted between two pages comes twice, a removed one not at all, and neither is in the truth', async () => {
  const truth = simulator.truth('teams-pstn-calls', DAY);
  simulator.setFaults([{ fault: 'row-inserted-between-pages' }]);
  const more = (await pagesFrom(first)).flatMap(page => rowTexts(page.text, 'value'));
  assert.equal(more.length, truth.length + 1);
  assert.deepEqual([more[999], more[1_000]], [truth[999], truth[999]]);
  simulator.setFaults([{ fault: 'row-removed-between-pages' }]);
  const fewer = (await pagesFrom(first)).flatMap(page => rowTexts(page.text, 'value'));
  assert.deepEqual(
    fewer,
    truth.filter((_, index) => index !== 1_000),
  );
  assert.deepEqual(simulator.truth('teams-pstn-calls', DAY), truth);
});

test('rows that a fault adds are noted as they were sent', async () => {
  const from = simulator.addedByFaults.length;
  const rows = rowTexts((await answerWithFault('rows-outside-window', 'last')).text, 'value');
  const added = simulator.addedByFaults.slice(from);
  assert.deepEqual(rows.slice(-2), added);
  assert.ok(added.every(row => row.includes('"startDateTime":"2026-02-12T')));
});

test('withheld rows are missing from every page, and come back', async () => {
  const truth = simulator.truth('teams-pstn-calls', DAY);
  const count = async (fault: FaultName) => {
    simulator.setFaults([{ fault, day: DAY }]);
    return (await pagesFrom(first)).flatMap(page => rowTexts(page.text, 'value')).length;
  };
  assert.equal(await count('fewer-rows'), truth.length - Math.floor(truth.length / 10));
  assert.equal(await count('late-rows'), truth.length - Math.ceil(truth.length / 20));
  assert.equal(await count('all-rows-gone'), 0);
  assert.equal(await count('empty-last-page'), truth.length);
  simulator.setFaults([{ fault: 'all-rows-gone', day: '2026-03-11' }]);
  assert.equal((await pagesFrom(first)).flatMap(page => rowTexts(page.text, 'value')).length, truth.length);
});

test('an endless list has a new link on every page and a row that never came before', async () => {
  simulator.setFaults([{ fault: 'endless-pages' }]);
  const beyond = await get(`${first}?$skip=9000`);
  assert.equal(rowTexts(beyond.text, 'value').length, 1);
  assert.match(String(linkOf(beyond)), /\$skip=10000$/);
});

test('rules apply to the page they name, as often as they say, in the order they stand', async () => {
  const status = async (page: PagePosition, place: keyof typeof PLACES) => {
    simulator.setFaults([{ fault: 'unavailable', page, times: 2 }]);
    return [(await get(String(urls[PLACES[place]]))).status, (await get(String(urls[PLACES[place]]))).status];
  };
  assert.deepEqual(await status('middle', 'middle'), [503, 503]);
  assert.deepEqual(await status('any', 'last'), [503, 503]);
  assert.deepEqual(await status('last', 'first'), [200, 200]);
  simulator.setFaults([
    { fault: 'unavailable', dataset: 'teams-sms' },
    { fault: 'bad-gateway', times: 1 },
  ]);
  assert.deepEqual([(await get(first)).status, (await get(first)).status], [502, 200]);
  assert.throws(() => simulator.setFaults([{ fault: 'no-such-fault' as FaultName }]), /no fault "no-such-fault"/);
});

test('by chance, a repeated request is let through, and the same seed has faults in the same requests', async () => {
  const run = async (seed: string) => {
    const other = await startSimulator({ seed, rows: 500, now: () => NOW, switches: { faults: 0.5 } });
    const faults: (string | undefined)[] = [];
    for (let hour = 10; hour < 24; hour += 1) {
      const url = callUrl(other, 'v1.0', 'getPstnCalls', `${DAY}T00:00:00Z`, `${DAY}T${hour}:00:00Z`);
      await get(url).catch(() => undefined);
      faults.push(other.requests.at(-1)?.fault);
      const again = await get(url).catch(() => undefined);
      if (faults.at(-1) !== undefined) assert.equal(again?.status, 200);
    }
    await other.stop();
    return faults;
  };
  const faults = await run('chance');
  assert.deepEqual(await run('chance'), faults);
  const names = faults.filter(name => name !== undefined);
  assert.ok(names.length > 2 && names.length < 12);
  for (const name of FAULT_NAMES) if (names.includes(name)) assert.ok(FAULTS[name].passing);
});

test('bodies are compressed for those who ask, when the switch is on', async () => {
  simulator.setFaults([]);
  simulator.switches.gzip = true;
  const headers = { authorization: 'Bearer x', 'accept-encoding': 'gzip, deflate' };
  const squeezed = await get(first, headers);
  assert.equal(squeezed.headers['content-encoding'], 'gzip');
  assert.equal((await get(first)).headers['content-encoding'], undefined);
  assert.ok(squeezed.bytes.length < Buffer.byteLength(clean[0]?.text ?? '') / 3);
  const fetched = await fetch(first, { headers });
  assert.deepEqual(objectIn(await fetched.text())['value'], objectIn(clean[0]?.text ?? '{}')['value']);
  simulator.switches.gzip = false;
});
