import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coverageOf } from '../../shared/ledger/coverage.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { factsOf } from '../../shared/status/facts.ts';
import { addDays, eachDay, HOUR_MS, instantOf } from '../../shared/words/day.ts';
import type { Remedy } from '../../shared/words/errors.ts';
import type { DayEntry, Watermark } from '../../shared/words/ledger.ts';
import type { Depth } from '../../shared/words/ports.ts';
import { lineOf } from '../../shared/words/telemetry.ts';
import { DATASET, emptyHanded, entryOf, heldOn, NOON } from '../unit/days.ts';
import { parse, type Row, run } from './kql.ts';
import { deployedQueries } from './queries.ts';

/** Page, command line and alerts look at one ledger, each in its own way. Whatever it holds, they never disagree about it. */

const NOW = NOON;
const LAST = lastDay(NOW);
const FIRST = addDays(LAST, -DATASET.historyDays - 2);
const ALL = [...eachDay(FIRST, LAST)];

const REMEDIES: readonly Remedy[] = ['retry', 'wait', 'restart', 'reject', 'fix-config'];
const hours = fc.integer({ min: -60, max: 2 });
const instant = hours.map(each => instantOf(NOW + each * HOUR_MS));

/** What the ledger may hold of a day: any state of the work, with or without a partition. */
const entry = (day: string): fc.Arbitrary<DayEntry | undefined> =>
  fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 1 },
    {
      weight: 4,
      arbitrary: fc
        .record({
          held: fc.boolean(),
          settled: fc.boolean(),
          rows: fc.constantFrom(0, 10),
          state: fc.constantFrom('idle', 'queued', 'fetching', 'failed' as const),
          remedy: fc.constantFrom(...REMEDIES),
          reason: fc.constantFrom('source.failing', 'storage.refused', 'storage.forbidden', 'auth.forbidden' as const),
          at: instant,
          suspicion: fc.constantFrom(undefined, undefined, undefined, 'shrink.emptied', 'partition.damaged' as const),
          asked: fc.boolean(),
          forgotten: fc.integer({ min: 0, max: 9 }),
          curateTries: fc.constantFrom(0, 0, 0, 4),
        })
        .map(given => {
          const failed = given.state === 'failed';
          const work = {
            state: given.state,
            ...(given.state !== 'idle' && { queuedAt: given.at, heartbeat: given.at, retryAt: given.at }),
            ...(failed && {
              failures: 3,
              errorKind: given.reason,
              errorRemedy: given.remedy,
              errorMessage: 'It failed.',
            }),
            ...(given.suspicion !== undefined && {
              suspicion: { reason: given.suspicion, rows: 0, fingerprint: 'x', since: given.at },
            }),
            ...(given.asked && failed && { askedAt: given.at }),
          };
          if (!given.held) return emptyHanded(day, work);
          const held = heldOn(day, {
            rows: given.rows,
            ...(given.settled && { settledAt: given.at }),
            ...(given.forgotten === 0 && { forgottenAt: given.at }),
            ...(given.curateTries > 0 && { curateTries: given.curateTries, curateQueuedAt: instantOf(NOW - HOUR_MS) }),
          });
          return entryOf(day, work, held);
        }),
    },
  );

const ledger = fc
  .record({
    // Most days are well, so that a single one is often all there is to see.
    odd: fc.uniqueArray(fc.constantFrom(...ALL), { maxLength: 4 }),
    seed: fc.nat(),
    depth: fc.constantFrom<Depth>(
      { fetch: 0, poison: 0 },
      { fetch: 3, poison: 0 },
      { fetch: 101, poison: 0 },
      { fetch: 0, poison: 2 },
    ),
  })
  .chain(({ odd, depth }) =>
    fc.tuple(...odd.map(day => entry(day).map(made => [day, made] as const))).map(made => ({ odd: made, depth })),
  );

/** The days that are given, among days that are well. */
function withOthers(odd: readonly (readonly [string, DayEntry | undefined])[]): DayEntry[] {
  const changed = new Map(odd);
  return ALL.flatMap(day => {
    if (changed.has(day)) return changed.get(day) ?? [];
    return [entryOf(day, {}, heldOn(day, { settledAt: instantOf(NOW - HOUR_MS) }))];
  });
}

function queryOf(name: string) {
  return parse(deployedQueries().get(`alert ${name}`) ?? '');
}
const ALERTS = {
  failed: queryOf('failed'),
  suspect: queryOf('suspect'),
  expiring: queryOf('expiring'),
  missing: queryOf('missing'),
};

function seenBy(entries: readonly DayEntry[], depth: Depth) {
  const watermark: Watermark = { dataset: DATASET.name, firstDay: FIRST };
  const coverage = coverageOf(DATASET, watermark, entries, NOW);
  const { days, ...rest } = coverage;
  const report = (hoursAgo: number): Row => {
    const queues = { queueDepth: depth.fetch, poison: depth.poison };
    const Message = lineOf('coverage reported', { ...rest, ...days, paused: false, ...queues });
    return { TimeGenerated: NOW - hoursAgo * HOUR_MS, Message, _BilledSize: Message.length };
  };
  const fires = (name: keyof typeof ALERTS, hoursAgo: readonly number[] = [0.1]): boolean =>
    run(ALERTS[name], { AppTraces: hoursAgo.map(report) }, NOW).length > 0;
  const ledgers = [{ dataset: DATASET, watermark, entries }];
  const plannedAt = instantOf(NOW);
  const read = { now: NOW, ledgers, unreadable: [], off: [], gates: [], plannedAt };
  const facts = factsOf({ ...read, depth });
  // The command line looks into no queue.
  const attention = factsOf({ ...read, depth: undefined }).verdict.level === 'attention';
  return { coverage, days, facts, fires, attention };
}

const RUNS = { numRuns: 600 };

test('page and command line count the same days in the same states', () => {
  fc.assert(
    fc.property(ledger, ({ odd, depth }) => {
      const { days, coverage, facts } = seenBy(withOthers(odd), depth);
      const [dataset] = facts.datasets;
      assert.ok(dataset);
      const { empty, ...counts } = dataset.counts;
      const { final, open, ...others } = days;
      assert.deepEqual({ ...counts, final: 0, open: 0 }, { ...others, final: 0, open: 0 });
      assert.equal(counts.final + counts.open + empty, final + open);
      assert.deepEqual(
        [dataset.daysHeld, dataset.expiring.length, dataset.uncurated],
        [coverage.held, coverage.expiring, coverage.uncurated],
      );
    }),
    RUNS,
  );
});

test('what an alert speaks of, the page says and the command line calls for attention, and the other way round', () => {
  fc.assert(
    fc.property(ledger, ({ odd, depth }) => {
      const { coverage, days, facts, fires, attention } = seenBy(withOthers(odd), depth);
      const { level, points } = facts.verdict;
      const says = (pattern: RegExp): boolean => points.some(({ text }) => pattern.test(text));
      const person = days.failed > 0;
      const queues = depth.poison > 0 || depth.fetch > 100;
      assert.equal(fires('failed'), person || queues || coverage.uncurated > 0);
      assert.equal(person, says(/days? failed \(/), 'failed days');
      assert.equal(coverage.uncurated > 0, says(/the typed tables of/), 'typed tables');
      assert.equal(queues, says(/messages? (wait|in the poison queues)/), 'queues');
      assert.equal(fires('suspect'), says(/suspect: the source|damaged or gone/), 'suspect days');
      assert.equal(fires('expiring'), says(/the source will soon no longer have/), 'expiring days');
      // The command line sees no queues; of all else it says the same.
      assert.equal(attention, fires('suspect') || fires('expiring') || person || coverage.uncurated > 0);
      assert.equal(level === 'attention', attention || queues);
    }),
    RUNS,
  );
});

test('a day of which the alert says that it does not move is never hidden behind a page on which all is held', () => {
  fc.assert(
    fc.property(ledger, ({ odd, depth }) => {
      const { days, facts, fires } = seenBy(withOthers(odd), depth);
      if (days.waiting === 0 || !fires('missing', [25, 15, 5, 0.1])) return;
      assert.notEqual(facts.verdict.sentence, 'Everything owed is held.');
    }),
    RUNS,
  );
});

test('a refusal that waiting cannot mend is for a person on all three, also of a day that is held', () => {
  for (const held of [true, false])
    for (const errorRemedy of ['fix-config', 'reject'] as const) {
      const work = {
        state: 'failed',
        failures: 1,
        errorKind: 'storage.refused',
        errorRemedy,
        retryAt: instantOf(NOW),
      } as const;
      const odd = held ? entryOf(LAST, work) : emptyHanded(LAST, work);
      const others = ALL.filter(day => day !== LAST).map(day =>
        entryOf(day, {}, heldOn(day, { settledAt: instantOf(NOW) })),
      );
      const { attention, facts, fires } = seenBy([...others, odd], { fetch: 0, poison: 0 });
      assert.deepEqual(
        [facts.verdict.level, attention, fires('failed')],
        ['attention', true, true],
        `${held} ${errorRemedy}`,
      );
    }
});
