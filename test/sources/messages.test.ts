import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onCurate, onFetch, onPoison, onPoisonCurate } from '../../shared/app/triggers.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import type { FetchMessage } from '../../shared/words/model.ts';
import { DAY, NOW } from './simulated-day.ts';
import { testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** The queue's rows of the bad-input table that test/unit/message.test.ts does not have: what becomes of a message. */

/** Storage that nobody answers at: what reaches it throws, and what must not reach it is seen not to. */
const NOWHERE = ['Blob', 'Queue', 'Table'].map(name => `${name}Endpoint=http://127.0.0.1:9/devstoreaccount1;`).join('');
Object.assign(process.env, {
  AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;${NOWHERE}`,
  LANDLINE_CREDENTIAL: 'simulator',
  LANDLINE_GRAPH_URL: 'http://127.0.0.1:9',
  LANDLINE_DATASETS: 'teams-sms',
});

async function deliver(entry: unknown, to = onFetch): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  await to(entry, { log: write, warn: write, error: write });
  return lines;
}

const GOOD = { dataset: 'teams-sms', day: DAY, ticket: 7 };

test('what is no message is acknowledged and told, without a word of it, and nothing is touched', async () => {
  const others = [
    'marker{not json',
    '',
    7,
    null,
    true,
    [GOOD],
    { ...GOOD, day: '2024-13-01' },
    { ...GOOD, day: `${DAY}T00:00:00Z` },
    { ...GOOD, day: `${DAY}Z` },
  ];
  for (const other of [...others, { ...GOOD, marker: 'x'.repeat(64 * 1024) }]) {
    for (const to of [onFetch, onPoison, onPoisonCurate]) {
      const lines = await deliver(other, to);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^\{"event":"message rejected","why":"[^"]*","digest":"[0-9a-f]{12}"\}$/);
      assert.doesNotMatch(lines[0] ?? '', /marker|xxxx/);
    }
  }
});

test('one that is delivered again is told by the same digest', async () => {
  const told = async (entry: unknown) => JSON.parse((await deliver(entry))[0] ?? '').digest;
  assert.equal(await told('marker{not json'), await told('marker{not json'));
  assert.notEqual(await told('marker{not json'), await told('marker{not json '));
});

test('a message of another version is dropped with one report, wherever it comes from', async () => {
  for (const to of [onFetch, onCurate, onPoison, onPoisonCurate]) {
    const lines = await deliver({ ...GOOD, v: 2 }, to);
    assert.deepEqual([lines.length, JSON.parse(lines[0] ?? '').event], [1, 'message rejected']);
  }
});

test('a curation that the host gave up on is told, with what happens next, and needs no storage for it', async () => {
  const lines = await deliver({ dataset: 'teams-sms', day: DAY, revision: 3 }, onPoisonCurate);
  const { message, ...told } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(
    [lines.length, told],
    [1, { event: 'message poisoned', dataset: 'teams-sms', day: DAY, revision: 3 }],
  );
  assert.match(message, /the planner queues the day again by itself, after a wait that doubles/);
  // A message of the other queue is none of this one.
  assert.match((await deliver(GOOD, onPoisonCurate))[0] ?? '', /"event":"message rejected"/);
});

test('a message for a dataset that is off is acknowledged and told, and a name that is none of ours is told nowhere', async () => {
  const [off] = await deliver({ ...GOOD, dataset: 'voximplant-sms' });
  assert.match(off ?? '', /"event":"message dropped".*"why":"the dataset is switched off"/);
  for (const dataset of ['teams-faxes', '+12025550142', '../raw', '__proto__', 'constructor']) {
    const lines = await deliver({ ...GOOD, dataset });
    assert.equal(lines.length, 1, dataset);
    assert.match(lines[0] ?? '', /"event":"message rejected"/);
    assert.ok(!lines[0]?.includes(dataset), dataset);
  }
});

test('a day that nobody has queued is not fetched: of the future, of before the start, under another ticket', async () => {
  let requests = 0;
  const pipeline = testPipeline({
    clock: virtualClock(NOW),
    datasets: [teamsSms],
    sources: { graph: { read: () => Promise.reject(new Error(`request ${++requests}`)) } },
  });
  await pipeline.ask(teamsSms, DAY);
  await pipeline.plan();
  const [{ message } = { message: GOOD }] = pipeline.jobs.messages;
  const before = JSON.stringify(pipeline.ledger.entries());
  const others: FetchMessage[] = [
    { ...message, day: '2999-01-01' },
    { ...message, day: '0001-01-01' },
    { ...message, ticket: message.ticket - 1 },
    { ...message, ticket: message.ticket + 1 },
    { ...message, dataset: 'voximplant-sms' },
  ];
  for (const other of others) assert.equal(await fetchDay(other, pipeline.ports), 'dropped');
  assert.equal(JSON.stringify(pipeline.ledger.entries()), before);
  assert.equal(requests, 0);
  assert.equal(pipeline.told.filter(({ event }) => event === 'message dropped').length, others.length);
});

test('a message that comes twice is fetched once', async () => {
  const source = { read: () => Promise.reject(new Error('unforeseen')) };
  const pipeline = testPipeline({ clock: virtualClock(NOW), datasets: [teamsSms], sources: { graph: source } });
  await pipeline.ask(teamsSms, DAY);
  await pipeline.plan();
  const [{ message } = { message: GOOD }] = pipeline.jobs.messages;
  const outcomes = await Promise.all([fetchDay(message, pipeline.ports), fetchDay(message, pipeline.ports)]);
  assert.deepEqual(outcomes.sort(), ['dropped', 'failed']);
});
