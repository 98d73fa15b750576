import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { owed } from '../../shared/ledger/owed.ts';
import { isExpired, lastDay } from '../../shared/ledger/settling.ts';
import { type PlanSettings, plan } from '../../shared/plan/plan.ts';
import { addDays, DAY_MS, eachDay, HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { DatasetLedger, DayEntry, Watermark, WorkState } from '../../shared/words/ledger.ts';
import type { Dataset, SourceName } from '../../shared/words/model.ts';
import { at, DATASET, daysAgo, emptyHanded, entryOf, heldOn, NOON } from './days.ts';

const OPEN: ReadonlyMap<SourceName, number> = new Map();
const SETTINGS: PlanSettings = { historyDays: 14, inFlight: { graph: 4, voximplant: 1 } };

function ledgerOf(entries: readonly DayEntry[] = [], dataset: Dataset = DATASET, watermark?: Watermark): DatasetLedger {
  return { dataset, watermark, entries };
}

function queued(ledgers: readonly DatasetLedger[], settings = SETTINGS, gates = OPEN, now = NOON): string[] {
  return plan(ledgers, gates, settings, now).queue.map(({ dataset, day, why }) => `${dataset.name} ${day} ${why}`);
}

const days = (ledgers: readonly DatasetLedger[], settings = SETTINGS): string[] =>
  plan(ledgers, OPEN, settings, NOON).queue.map(({ day }) => day);

test('an empty ledger owes every day: the last week newest first, then the oldest first', () => {
  const all = days([ledgerOf()], { ...SETTINGS, inFlight: { graph: 100, voximplant: 1 } });
  assert.deepEqual(all.slice(0, 7), [1, 2, 3, 4, 5, 6, 7].map(daysAgo));
  assert.deepEqual(all.slice(7), [14, 13, 12, 11, 10, 9, 8].map(daysAgo));
});

test('no more days of a source are in flight than the setting allows', () => {
  assert.equal(days([ledgerOf()]).length, 4);
  const busy = [
    emptyHanded(daysAgo(1), { state: 'fetching', heartbeat: at(NOON) }),
    emptyHanded(daysAgo(2), { state: 'queued', queuedAt: at(NOON), retryAt: at(NOON + HOUR_MS) }),
  ];
  assert.deepEqual(days([ledgerOf(busy)]), [daysAgo(3), daysAgo(4)]);
});

test('a lost message and a silent worker make room for themselves', () => {
  const lost = [
    emptyHanded(daysAgo(1), { state: 'fetching', heartbeat: at(NOON - 4 * MINUTE_MS) }),
    emptyHanded(daysAgo(2), { state: 'queued', queuedAt: at(NOON - 6 * MINUTE_MS) }),
  ];
  assert.deepEqual(queued([ledgerOf(lost)]).slice(0, 2), [
    `calls ${daysAgo(1)} takeover`,
    `calls ${daysAgo(2)} lost-message`,
  ]);
});

test('nothing is queued before the gate of its source opens, and other sources go on', () => {
  const other: Dataset = { ...DATASET, name: 'texts', source: 'voximplant' };
  const gates = new Map<SourceName, number>([['graph', NOON + 1]]);
  assert.deepEqual(queued([ledgerOf(), ledgerOf([], other)], SETTINGS, gates), [`texts ${daysAgo(1)} missing`]);
  assert.equal(queued([ledgerOf()], SETTINGS, gates, NOON + 1).length, 4);
});

test('datasets of a source take turns', () => {
  const other: Dataset = { ...DATASET, name: 'texts' };
  assert.deepEqual(queued([ledgerOf(), ledgerOf([], other)]), [
    `calls ${daysAgo(1)} missing`,
    `texts ${daysAgo(1)} missing`,
    `calls ${daysAgo(2)} missing`,
    `texts ${daysAgo(2)} missing`,
  ]);
});

test('what is missing comes before what is only read again', () => {
  const stale = heldOn(daysAgo(1), { checkedAt: at(NOON - 30 * HOUR_MS) });
  const one = { ...SETTINGS, historyDays: 2, inFlight: { graph: 2, voximplant: 1 } };
  assert.deepEqual(queued([ledgerOf([entryOf(daysAgo(1), {}, stale)])], one), [
    `calls ${daysAgo(2)} missing`,
    `calls ${daysAgo(1)} reread`,
  ]);
});

test('a dataset that lacks its permission is tried with one day an hour, and the others go on', () => {
  const failedDay = (age: number, dueInMs: number) =>
    emptyHanded(daysAgo(age), { state: 'failed', errorRemedy: 'fix-config', retryAt: at(NOON + dueInMs) });
  const other: Dataset = { ...DATASET, name: 'texts' };
  const later = [failedDay(1, HOUR_MS), failedDay(2, HOUR_MS)];
  assert.deepEqual(queued([ledgerOf(later), ledgerOf([], other)]).length, 4);
  assert.ok(queued([ledgerOf(later), ledgerOf([], other)]).every(line => line.startsWith('texts')));
  assert.deepEqual(queued([ledgerOf([failedDay(1, 0), failedDay(2, 0)])]), [`calls ${daysAgo(2)} failed`]);
  assert.deepEqual(queued([ledgerOf([failedDay(1, 0), failedDay(2, HOUR_MS)])]), [], 'another was tried in this hour');
  assert.equal(queued([ledgerOf([failedDay(1, 0), failedDay(2, 47 * HOUR_MS)])]).length, 1, 'by a clock ahead');
  const probing = emptyHanded(daysAgo(3), { state: 'fetching', heartbeat: at(NOON) });
  assert.deepEqual(queued([ledgerOf([failedDay(1, 0), failedDay(2, 0), probing])]), []);
});

test('a day that a clock queued before it was over blocks nothing once the clock is set', () => {
  const ahead = NOON + 5 * DAY_MS;
  const early = emptyHanded(daysAgo(-2), { state: 'failed', errorRemedy: 'fix-config', retryAt: at(ahead) });
  assert.equal(queued([ledgerOf([early])]).length, 4);
});

test('a gate that a clock days ahead closed is open once the clock is set', () => {
  assert.equal(queued([ledgerOf()], SETTINGS, new Map([['graph', NOON + DAY_MS]])).length, 0, 'a real wait');
  assert.equal(queued([ledgerOf()], SETTINGS, new Map([['graph', NOON + 5 * DAY_MS]])).length, 4);
});

test('a day that the source has forgotten since it failed blocks nothing any more', () => {
  const lost = emptyHanded(daysAgo(91), { state: 'failed', errorRemedy: 'fix-config', retryAt: at(NOON - HOUR_MS) });
  const held = entryOf(daysAgo(92), { state: 'failed', errorRemedy: 'fix-config', retryAt: at(NOON - HOUR_MS) });
  const last = { ...lost, day: daysAgo(90) };
  assert.equal(queued([ledgerOf([lost, held])]).length, 4);
  assert.deepEqual(queued([ledgerOf([last])]), [`calls ${daysAgo(90)} failed`]);
});

test('a paused dataset is left alone until it is resumed', () => {
  const paused: Watermark = { dataset: 'calls', firstDay: daysAgo(14), pausedAt: at(NOON) };
  assert.deepEqual(queued([ledgerOf([], DATASET, paused)]), []);
  assert.equal(plan([ledgerOf([], DATASET, paused)], OPEN, SETTINGS, NOON).watermarks[0]?.pausedAt, at(NOON));
});

test('history begins as far back as the setting and the source allow, and then stays where it began', () => {
  const firstDay = (settings: PlanSettings, recorded?: Watermark, now = NOON) =>
    plan([ledgerOf([entryOf(daysAgo(1))], DATASET, recorded)], OPEN, settings, now).watermarks[0]?.firstDay;
  assert.equal(firstDay({ ...SETTINGS, historyDays: 14 }), daysAgo(14));
  assert.equal(firstDay({ ...SETTINGS, historyDays: 400 }), daysAgo(89));
  const recorded: Watermark = { dataset: 'calls', firstDay: daysAgo(14) };
  assert.equal(firstDay({ ...SETTINGS, historyDays: 3 }, recorded), daysAgo(14));
  assert.equal(firstDay({ ...SETTINGS, historyDays: 30 }, recorded), daysAgo(14));
  assert.equal(firstDay(SETTINGS, recorded, NOON + 10 * DAY_MS), daysAgo(14));
  assert.equal(firstDay(SETTINGS, recorded, NOON + 100 * DAY_MS), daysAgo(14), 'what was lost since stays visible');
});

test('whatever the minute of the first plan, its first day can be read for a day at least', () => {
  for (let minute = 0; minute < 1_440; minute += 10) {
    const now = NOON + minute * MINUTE_MS;
    const first = plan([ledgerOf()], OPEN, { ...SETTINGS, historyDays: 400 }, now).watermarks[0]?.firstDay ?? '';
    assert.ok(!isExpired(DATASET, first, now + DAY_MS), `${minute} minutes after noon`);
  }
});

test('until a day is held, history begins no earlier than the source can still give it', () => {
  const from = (firstDay: string, entries: readonly DayEntry[], settings = SETTINGS) =>
    plan([ledgerOf(entries, DATASET, { dataset: 'calls', firstDay })], OPEN, settings, NOON).watermarks[0]?.firstDay;
  const refused = emptyHanded(daysAgo(100), { state: 'failed', errorRemedy: 'fix-config', retryAt: at(NOON) });
  assert.equal(from(daysAgo(100), [refused]), daysAgo(89), 'the permission came after weeks');
  assert.equal(from(daysAgo(20), [refused]), daysAgo(20), 'what a longer wait or a person brought stays');
  assert.equal(from(addDays(daysAgo(0), 30), []), daysAgo(14), 'a clock that was ahead is forgotten');
});

test('a clock that is days behind moves no watermark back', () => {
  const watermark: Watermark = { dataset: 'calls', firstDay: daysAgo(90), landedThrough: daysAgo(1) };
  const entries = [...eachDay(daysAgo(90), daysAgo(1))].map(day => entryOf(day));
  const longest = { ...SETTINGS, historyDays: 400 };
  for (const behind of [1, 3, 400])
    assert.deepEqual(plan([ledgerOf(entries, DATASET, watermark)], OPEN, longest, NOON - behind * DAY_MS).watermarks, [
      watermark,
    ]);
});

test('a watermark covers the unbroken run from the first day, and only that', () => {
  const settled = (age: number) => entryOf(daysAgo(age), {}, heldOn(daysAgo(age), { settledAt: at(NOON) }));
  const entries = [settled(14), settled(13), entryOf(daysAgo(12)), entryOf(daysAgo(10)), settled(9)];
  assert.deepEqual(plan([ledgerOf(entries)], OPEN, SETTINGS, NOON).watermarks, [
    { dataset: 'calls', firstDay: daysAgo(14), landedThrough: daysAgo(12), settledThrough: daysAgo(13) },
  ]);
});

const states: readonly WorkState[] = ['idle', 'queued', 'fetching', 'failed'];
const anyEntry = (age: number): fc.Arbitrary<DayEntry | undefined> =>
  fc
    .option(
      fc.record({
        state: fc.constantFrom(...states),
        held: fc.boolean(),
        settled: fc.boolean(),
        agoMinutes: fc.integer({ min: -120, max: 3_000 }),
      }),
      { nil: undefined },
    )
    .map(made => {
      if (made === undefined) return undefined;
      const { state, held, settled, agoMinutes } = made;
      const instant = at(NOON - agoMinutes * MINUTE_MS);
      const work = { state, queuedAt: instant, heartbeat: instant, retryAt: instant } as const;
      const settledAt = settled ? { settledAt: instant } : {};
      return held
        ? entryOf(daysAgo(age), work, heldOn(daysAgo(age), { checkedAt: instant, ...settledAt }))
        : emptyHanded(daysAgo(age), work);
    });

const anyLedger = fc.tuple(...Array.from({ length: 14 }, (_, i) => anyEntry(14 - i)));

test('any plan queues only what is owed, each day once, within the bound', () => {
  fc.assert(
    fc.property(anyLedger, fc.integer({ min: 1, max: 20 }), (made, bound) => {
      const entries = made.filter(entry => entry !== undefined);
      const settings = { ...SETTINGS, inFlight: { graph: bound, voximplant: 1 } };
      const { queue, owedLater } = plan([ledgerOf(entries)], OPEN, settings, NOON);
      const byDay = new Map(entries.map(entry => [entry.day, entry]));
      const due = [...eachDay(daysAgo(14), lastDay(NOON))].filter(day => owed(DATASET, day, byDay.get(day), NOON));
      const busy = entries.filter(
        ({ day, work }) =>
          (work.state === 'queued' || work.state === 'fetching') && !owed(DATASET, day, byDay.get(day), NOON),
      ).length;
      const queuedDays = queue.map(({ day }) => day);
      assert.equal(new Set(queuedDays).size, queuedDays.length);
      assert.ok(queuedDays.every(day => due.includes(day)));
      assert.equal(queuedDays.length, Math.min(due.length, Math.max(0, bound - busy)));
      assert.equal(owedLater, due.length - queuedDays.length);
    }),
    { numRuns: 1_000 },
  );
});

test('any watermark agrees with counting from the first day, and never moves back', () => {
  fc.assert(
    fc.property(anyLedger, anyLedger, (before, after) => {
      const entriesOf = (made: readonly (DayEntry | undefined)[]) => made.filter(entry => entry !== undefined);
      const first = plan([ledgerOf(entriesOf(before))], OPEN, SETTINGS, NOON).watermarks[0];
      let day = daysAgo(14);
      const held = new Map(entriesOf(before).map(entry => [entry.day, entry.held]));
      while (held.get(day) !== undefined) day = addDays(day, 1);
      assert.equal(first?.landedThrough, day === daysAgo(14) ? undefined : addDays(day, -1));
      const second = plan([ledgerOf(entriesOf(after), DATASET, first)], OPEN, SETTINGS, NOON).watermarks[0];
      assert.ok((second?.landedThrough ?? '') >= (first?.landedThrough ?? ''));
      assert.ok((second?.settledThrough ?? '') >= (first?.settledThrough ?? ''));
    }),
    { numRuns: 1_000 },
  );
});

test('no series of planners, whatever their clocks and settings, moves a first day or a mark back', () => {
  const planner = fc.record({
    skewMinutes: fc.integer({ min: -3 * 1_440, max: 3 * 1_440 }),
    historyDays: fc.integer({ min: 1, max: 400 }),
    made: anyLedger,
  });
  fc.assert(
    fc.property(fc.array(planner, { minLength: 2, maxLength: 6 }), planners => {
      let recorded: Watermark | undefined;
      for (const { skewMinutes, historyDays, made } of planners) {
        const ledger = ledgerOf(
          made.filter(entry => entry !== undefined),
          DATASET,
          recorded,
        );
        const settings = { ...SETTINGS, historyDays };
        const next = plan([ledger], OPEN, settings, NOON + skewMinutes * MINUTE_MS).watermarks[0];
        assert.ok(next);
        if (recorded?.landedThrough !== undefined || ledger.entries.some(({ held }) => held !== undefined))
          assert.equal(next.firstDay, recorded?.firstDay ?? next.firstDay);
        assert.ok((next.landedThrough ?? '') >= (recorded?.landedThrough ?? ''));
        assert.ok((next.settledThrough ?? '') >= (recorded?.settledThrough ?? ''));
        recorded = next;
      }
    }),
    { numRuns: 500 },
  );
});
