import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptShrink, askDay, extendHistory, retryDays, setPaused } from '../../shared/ledger/asking.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { plan } from '../../shared/plan/plan.ts';
import { addDays, DAY_MS, HOUR_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry, Watermark } from '../../shared/words/ledger.ts';
import { ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, daysAgo, emptyHanded, entryOf, heldOn, NOON } from './days.ts';

const LAST = lastDay(NOON);

async function ledgerWith(entries: readonly DayEntry[], watermark: Partial<Watermark> = {}) {
  const store = ledgerStore();
  const ledger = memoryLedger({}, store);
  await ledger.putWatermark({ dataset: DATASET.name, firstDay: daysAgo(10), ...watermark }, undefined);
  for (const entry of entries) await ledger.putDay(entry, undefined);
  const entry = async (day: string) => (await ledger.day(DATASET.name, day))?.value;
  const marks = async () => (await ledger.watermark(DATASET.name))?.value;
  return { ledger, store, entry, marks };
}

test('a day that is asked for is owed, whether held, failed or never seen', async () => {
  const failed = emptyHanded(daysAgo(3), { state: 'failed', retryAt: instantOf(NOON + HOUR_MS), failures: 2 });
  const settled = entryOf(daysAgo(4), {}, heldOn(daysAgo(4), { settledAt: instantOf(NOON) }));
  const { ledger, entry } = await ledgerWith([failed, settled]);
  for (const day of [daysAgo(3), daysAgo(4), daysAgo(5)]) {
    assert.equal(await askDay(ledger, DATASET, day, NOON), 'asked');
    const asked = await entry(day);
    assert.equal(asked?.work.askedAt, instantOf(NOON));
    assert.equal(owed(DATASET, day, asked, NOON), 'asked');
  }
  assert.equal((await entry(daysAgo(3)))?.work.failures, 2);
});

test('a day that is in work, not over, before history or forgotten by the source is not asked for, and why is told', async () => {
  const fetching = entryOf(daysAgo(2), { state: 'fetching', heartbeat: instantOf(NOON) });
  const { ledger, entry, store } = await ledgerWith([fetching], { firstDay: daysAgo(200) });
  assert.equal(await askDay(ledger, DATASET, daysAgo(2), NOON), 'in-work');
  assert.deepEqual(await entry(daysAgo(2)), fetching);
  assert.equal(await askDay(ledger, DATASET, addDays(LAST, 1), NOON), 'too-new');
  assert.equal(await askDay(ledger, DATASET, daysAgo(91), NOON), 'expired');
  assert.equal(await askDay(ledger, DATASET, daysAgo(90), NOON), 'asked');
  const other = { ...DATASET, name: 'other' };
  assert.equal(await askDay(ledger, other, daysAgo(2), NOON), 'before-history');
  const { ledger: young } = await ledgerWith([]);
  assert.equal(await askDay(young, DATASET, daysAgo(11), NOON), 'before-history');
  assert.equal(store.days.all().length, 2);
});

test('asking for a day that a person was erased from takes the mark away, since its rows may come back', async () => {
  const { ledger, entry } = await ledgerWith([
    entryOf(daysAgo(3), {}, heldOn(daysAgo(3), { forgottenAt: instantOf(NOON), settledAt: instantOf(NOON) })),
  ]);
  assert.equal(owed(DATASET, daysAgo(3), await entry(daysAgo(3)), NOON + DAY_MS), undefined);
  assert.equal(await askDay(ledger, DATASET, daysAgo(3), NOON), 'asked');
  const asked = await entry(daysAgo(3));
  assert.equal(asked?.held?.forgottenAt, undefined);
  assert.equal(asked?.held?.settledAt, instantOf(NOON));
  assert.equal(owed(DATASET, daysAgo(3), asked, NOON), 'asked');
});

test('retry asks for days that failed or are suspect, and for no others', async () => {
  const suspicion = { reason: 'partition.damaged', rows: 9, fingerprint: '9-x', since: instantOf(NOON) } as const;
  const { ledger } = await ledgerWith([
    entryOf(daysAgo(1)),
    emptyHanded(daysAgo(2), { state: 'failed', errorRemedy: 'fix-config', errorKind: 'auth.forbidden' }),
    emptyHanded(daysAgo(3), { state: 'failed', errorRemedy: 'retry', retryAt: instantOf(NOON + MINUTE_MS) }),
    entryOf(daysAgo(4), { suspicion }),
    emptyHanded(daysAgo(5), { state: 'queued', queuedAt: instantOf(NOON) }),
    entryOf(daysAgo(6), { suspicion }, heldOn(daysAgo(6), { forgottenAt: instantOf(NOON) })),
  ]);
  assert.deepEqual(
    (await retryDays(ledger, DATASET, NOON)).map(({ day, outcome }) => [day, outcome]),
    [
      [daysAgo(6), 'erased'],
      [daysAgo(4), 'asked'],
      [daysAgo(3), 'asked'],
      [daysAgo(2), 'asked'],
    ],
  );
});

test('a shrink is accepted only as it was seen; the acceptance makes the day owed', async () => {
  const day = daysAgo(3);
  const suspicion = { reason: 'shrink.emptied', rows: 0, fingerprint: '0-0', since: instantOf(NOON) } as const;
  const { ledger, entry } = await ledgerWith([
    entryOf(day, { suspicion }, heldOn(day, { checkedAt: instantOf(NOON) })),
  ]);
  assert.equal(owed(DATASET, day, await entry(day), NOON), undefined);
  assert.equal(await acceptShrink(ledger, DATASET, day, '5-5', NOON), 'changed');
  assert.equal((await entry(day))?.work.accepted, undefined);
  assert.equal(await acceptShrink(ledger, DATASET, day, '0-0', NOON), 'accepted');
  assert.equal((await entry(day))?.work.accepted, '0-0');
  assert.equal(owed(DATASET, day, await entry(day), NOON), 'accepted');
});

test('nothing but a held shrink can be accepted', async () => {
  const suspicion = { reason: 'partition.damaged', rows: 0, fingerprint: '0-0', since: instantOf(NOON) } as const;
  const shrink = { ...suspicion, reason: 'shrink.unconfirmed' } as const;
  const { ledger } = await ledgerWith([
    entryOf(daysAgo(1), { suspicion }),
    entryOf(daysAgo(2)),
    entryOf(daysAgo(3), { suspicion: shrink, state: 'queued', queuedAt: instantOf(NOON) }),
    entryOf(daysAgo(5), { suspicion: shrink }, heldOn(daysAgo(5), { forgottenAt: instantOf(NOON) })),
  ]);
  const outcomes = [1, 2, 3, 4, 5].map(age => acceptShrink(ledger, DATASET, daysAgo(age), '0-0', NOON));
  assert.deepEqual(await Promise.all(outcomes), ['not-refused', 'not-refused', 'in-work', 'not-refused', 'erased']);
});

test('history that begins earlier counts its runs anew, and not beyond what the source has', async () => {
  const held = [11, 10, 9, 8].map(age => entryOf(daysAgo(age)));
  const { ledger, marks } = await ledgerWith(held, { landedThrough: daysAgo(8), pausedAt: instantOf(NOON) });
  assert.deepEqual(await extendHistory(ledger, DATASET, daysAgo(10), NOON), {
    outcome: 'already',
    firstDay: daysAgo(10),
  });
  assert.deepEqual(await extendHistory(ledger, DATASET, daysAgo(11), NOON), {
    outcome: 'extended',
    firstDay: daysAgo(11),
  });
  const paused = { pausedAt: instantOf(NOON) };
  assert.deepEqual(await marks(), { dataset: 'calls', firstDay: daysAgo(11), landedThrough: daysAgo(8), ...paused });
  assert.deepEqual(await extendHistory(ledger, DATASET, daysAgo(500), NOON), {
    outcome: 'extended',
    firstDay: daysAgo(89),
  });
  assert.deepEqual(await marks(), { dataset: 'calls', firstDay: daysAgo(89), ...paused });
  const unknown = await extendHistory(ledger, { ...DATASET, name: 'other' }, daysAgo(20), NOON);
  assert.deepEqual(unknown, { outcome: 'unknown', firstDay: undefined });
});

test('the planner keeps an extended history although its setting is shorter', async () => {
  const { ledger, marks } = await ledgerWith([]);
  await extendHistory(ledger, DATASET, daysAgo(60), NOON);
  const settings = { historyDays: 10, inFlight: { graph: 100, voximplant: 1 } };
  const { watermarks, queue } = plan(
    [{ dataset: DATASET, watermark: await marks(), entries: [] }],
    new Map(),
    settings,
    NOON,
  );
  assert.equal(watermarks[0]?.firstDay, daysAgo(60));
  assert.equal(queue.length, 60);
});

test('a paused dataset is noted as such, and resumed', async () => {
  const { ledger, marks } = await ledgerWith([], { landedThrough: daysAgo(9) });
  assert.equal(await setPaused(ledger, DATASET, false, NOON), 'already');
  assert.equal(await setPaused(ledger, DATASET, true, NOON), 'paused');
  assert.equal((await marks())?.pausedAt, instantOf(NOON));
  assert.equal(await setPaused(ledger, DATASET, true, NOON + 1), 'already');
  assert.equal(await setPaused(ledger, DATASET, false, NOON), 'resumed');
  assert.deepEqual(await marks(), { dataset: 'calls', firstDay: daysAgo(10), landedThrough: daysAgo(9) });
  assert.equal(await setPaused(ledger, { ...DATASET, name: 'other' }, true, NOON), 'unknown');
});

test('who always comes second gives up after a few tries, and says so', async () => {
  const { ledger } = await ledgerWith([entryOf(daysAgo(1))]);
  let puts = 0;
  const second = {
    ...ledger,
    putDay: async () => {
      puts += 1;
      return undefined;
    },
    putWatermark: async () => undefined,
  };
  assert.equal(await askDay(second, DATASET, daysAgo(1), NOON), 'contended');
  assert.equal(puts, 5);
  assert.equal((await extendHistory(second, DATASET, daysAgo(60), NOON)).outcome, 'contended');
  assert.equal(await setPaused(second, DATASET, true, NOON), 'contended');
});
