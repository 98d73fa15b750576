import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCurated, planCuration, queueCuration } from '../../shared/curate/owed-curation.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { addDays, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry, Held, Work } from '../../shared/words/ledger.ts';
import type { CurateMessage } from '../../shared/words/model.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';

const NOW = Date.parse('2026-02-01T12:00:00Z');
const AS = '1-masked';

function entry(day: string, held: Partial<Held> = {}, work: Partial<Work> = {}): DayEntry {
  const fresh = freshEntry('teams-sms', day, 0);
  const counts = {
    rows: 1,
    bytes: 1,
    pages: 1,
    rowsAdded: 0,
    rowsChanged: 0,
    rowsRemoved: 0,
    rowsOutside: 0,
    rowsNeighbour: 0,
  };
  const landed = {
    revision: 2,
    fingerprint: 'x',
    landedAt: instantOf(NOW),
    checkedAt: instantOf(NOW),
    curatedRevision: 0,
  };
  return { ...fresh, held: { ...counts, ...landed, ...held }, work: { ...fresh.work, ...work } };
}

test('owed is what is behind its partition, or made by another version, profile or key; newest first', () => {
  const entries = [
    entry('2026-01-01'),
    entry('2026-01-02', { curatedRevision: 1, tableStamp: AS }),
    entry('2026-01-03', { curatedRevision: 2, tableStamp: AS }),
    entry('2026-01-04', { curatedRevision: 2, tableStamp: '0-masked' }),
    entry('2026-01-05', { curatedRevision: 2, tableStamp: '1-full' }),
    entry('2026-01-06', {}, { state: 'fetching' }),
    entry('2026-01-07', {}, { state: 'queued' }),
    entry('2026-01-08', {}, { state: 'failed' }),
    freshEntry('teams-sms', '2026-01-09', 0),
  ];
  assert.deepEqual(planCuration(entries, AS, NOW), [
    '2026-01-08',
    '2026-01-05',
    '2026-01-04',
    '2026-01-02',
    '2026-01-01',
  ]);
});

test('a queued day is left alone, twice as long after every try, and a bound keeps the queue short', () => {
  const queued = (tries: number, minutesAgo: number): DayEntry =>
    entry('2026-01-01', { curateQueuedAt: instantOf(NOW - minutesAgo * MINUTE_MS), curateTries: tries });
  assert.deepEqual(planCuration([queued(1, 9)], AS, NOW), []);
  assert.deepEqual(planCuration([queued(1, 10)], AS, NOW), ['2026-01-01']);
  assert.deepEqual(planCuration([queued(3, 39)], AS, NOW), []);
  assert.deepEqual(planCuration([queued(3, 40)], AS, NOW), ['2026-01-01']);
  assert.deepEqual(planCuration([queued(30, 24 * 60)], AS, NOW), ['2026-01-01']);
  const many = Array.from({ length: 100 }, (_, i) => entry(addDays('2025-06-01', i)));
  assert.equal(planCuration(many, AS, NOW).length, 64);
  assert.equal(planCuration([...many, queued(1, 1)], AS, NOW).length, 63);
});

test('a curation that kills its worker every time is tried eight times on its first day, and in the end once a day', async () => {
  const ledger = memoryLedger();
  await ledger.putDay(entry('2026-01-01'), undefined);
  let now = NOW;
  const tries: number[] = [];
  const on = {
    ledger,
    clock: { now: () => now, sleep: async () => {}, timeout: () => new AbortController().signal },
    stamp: AS,
    report: () => {},
    // Nothing comes of a message.
    curateJobs: { send: async () => void tries.push((now - NOW) / MINUTE_MS) },
  };
  for (; now < NOW + 10 * 24 * 60 * MINUTE_MS; now += 5 * MINUTE_MS)
    await queueCuration(
      'teams-sms',
      (await ledger.days('teams-sms')).map(({ value }) => value),
      on,
    );
  assert.deepEqual(tries.slice(0, 8), [0, 10, 30, 70, 150, 310, 630, 1_270]);
  assert.ok(tries.slice(9).every((at, i) => at - (tries[i + 8] ?? 0) === 24 * 60));
  assert.equal(tries.length, 17);
});

test('each day is queued once, and a queue that fails stops nothing else', async () => {
  const ledger = memoryLedger();
  const entries = [entry('2026-01-01'), entry('2026-01-02')];
  for (const each of entries) await ledger.putDay(each, undefined);
  const sent: CurateMessage[] = [];
  const failures: unknown[] = [];
  const clock = { now: () => NOW, sleep: async () => {}, timeout: () => new AbortController().signal };
  const on = {
    ledger,
    clock,
    stamp: AS,
    report: (event: string) => void (event === 'curation failed' && failures.push(event)),
    curateJobs: { send: async (message: CurateMessage) => void sent.push(message) },
  };
  assert.equal(await queueCuration('teams-sms', entries, on), 2);
  assert.equal(await queueCuration('teams-sms', entries, on), 0);
  assert.deepEqual(
    sent.map(({ day, revision }) => [day, revision]),
    [
      ['2026-01-02', 2],
      ['2026-01-01', 2],
    ],
  );
  const held = (await ledger.day('teams-sms', '2026-01-01'))?.value.held;
  assert.ok(held && !isCurated(held, AS) && held.curateTries === 1);

  await ledger.putDay(entry('2026-01-03'), undefined);
  const broken = { ...on, curateJobs: { send: () => Promise.reject(new Error('no queue')) } };
  assert.equal(await queueCuration('teams-sms', [entry('2026-01-03')], broken), 0);
  assert.equal(failures.length, 1);
});
