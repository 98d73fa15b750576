import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setAside } from '../../shared/handlers/deferral.ts';
import { parseCurateMessage, parseFetchMessage } from '../../shared/message.ts';
import { lineOf } from '../../shared/telemetry.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

/** Delivers an entry and whatever is put back for it, until nothing is: what was put back, and what was told. */
async function deliver(entry: unknown, parse: typeof parseFetchMessage | typeof parseCurateMessage) {
  const back: { members: unknown; delayMs: number }[] = [];
  const told: Record<string, unknown>[] = [];
  let next: unknown = entry;
  for (let turns = 1; next !== undefined; turns++) {
    assert.ok(turns < 20, 'it goes round and round');
    const parsed = parse(next);
    next = undefined;
    assert.ok(parsed.kind !== 'ours');
    await setAside(parsed, 'a message', {
      // As it comes out of the queue again.
      putBack: async (members, delayMs) => {
        next = JSON.parse(JSON.stringify(members));
        back.push({ members: next, delayMs });
      },
      clock: { now: () => NOW, sleep: async () => {}, timeout: () => new AbortController().signal },
      report: (event, fields) => void told.push(JSON.parse(lineOf(event, fields))),
    });
  }
  return { back, told };
}

for (const [queue, parse] of [
  ['fetch', parseFetchMessage],
  ['curate', parseCurateMessage],
] as const) {
  test(`a ${queue} message of a newer version is put back six times, ten minutes each, then dropped and told`, async () => {
    const newer = { v: 3, dataset: 'teams-sms', parts: [{ day: '2026-02-28' }], text: 'marker' };
    const { back, told } = await deliver(newer, parse);
    assert.deepEqual(
      back,
      [1, 2, 3, 4, 5, 6].map(deferred => ({ members: { ...newer, deferred }, delayMs: 600_000 })),
    );
    assert.deepEqual(
      told.map(({ event, version, deferred, until }) => [event, version, deferred, until]),
      [
        ...[1, 2, 3, 4, 5, 6].map(deferred => ['message deferred', 3, deferred, '2026-03-01T12:10:00.000Z']),
        ['message dropped', undefined, undefined, undefined],
      ],
    );
    assert.match(String(told.at(-1)?.['why']), /version 3: a newer app has sent it, and none has taken it/);
    assert.doesNotMatch(JSON.stringify(told), /marker/);
  });
}

test('a hostile count does not make a message go round', async () => {
  for (const deferred of [-1e9, 'never', 1e300]) {
    const { back, told } = await deliver({ v: 2, deferred }, parseFetchMessage);
    assert.deepEqual([back, told.map(({ event }) => event)], [[], ['message dropped']]);
  }
});

test('what is no message of any version is told by its digest and nothing else, and not put back', async () => {
  const { back, told } = await deliver('marker{', parseFetchMessage);
  assert.deepEqual(back, []);
  assert.equal(told.length, 1);
  assert.match(
    JSON.stringify(told[0]),
    /^\{"event":"message rejected","why":"it is not a message;.*","digest":"[0-9a-f]{12}"\}$/,
  );
});

test('what cannot be put back is a failure, and the host delivers it again', async () => {
  const parsed = parseFetchMessage({ v: 2 });
  assert.ok(parsed.kind === 'newer');
  const clock = { now: () => NOW, sleep: async () => {}, timeout: () => new AbortController().signal };
  const putBack = () => Promise.reject(new Error('no queue'));
  await assert.rejects(
    setAside(parsed, 'a message', { putBack, clock, report: () => assert.fail('told') }),
    /no queue/,
  );
});
