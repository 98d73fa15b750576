import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAround } from '../../cli/around-day.ts';
import { NO_SEAM, NO_SEAMS } from '../../shared/ledger/seams.ts';
import { unreadableDay } from '../../shared/stores/ledger-entities.ts';
import { DAY_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { at, DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

const [D1, D2, D3, D4] = [daysAgo(4), daysAgo(3), daysAgo(2), daysAgo(1)];

/** The second day lent a row to the third, which was read before and does not have it. */
const LENT = { at: at(NOON - 1_000), ...NO_SEAMS, after: { ...NO_SEAM, lent: 'aaaaaaaaaaa' } };

async function ledgerWith(entries: readonly DayEntry[], damaged: readonly Day[] = []) {
  const ledger = memoryLedger();
  for (const entry of entries) await ledger.putDay(entry, undefined);
  const thrown = new LandlineError({ reason: 'storage.failing', remedy: 'reject', message: 'It is damaged.' });
  const days = async (name: string) =>
    (await ledger.days(name)).map(each =>
      damaged.includes(each.value.day) ? { ...each, value: unreadableDay(name, each.value.day, thrown) } : each,
    );
  return { days };
}

const ENTRIES = [
  entryOf(D1),
  entryOf(D2, {}, heldOn(D2, { seams: LENT, checkedAt: at(NOON - 1_000) })),
  entryOf(D3, {}, heldOn(D3, { checkedAt: at(NOON - 2_000) })),
  entryOf(D4),
];

async function seen(day: Day, damaged: readonly Day[], entries: readonly DayEntry[] = ENTRIES, now = NOON) {
  const { owed, doubts, cut } = await lookAround(await ledgerWith(entries, damaged), DATASET, day, D1, now);
  return [owed, doubts.map(({ reason }) => reason), cut];
}

test('a day is owed for a border that only its neighbour knows of', async () => {
  assert.deepEqual(await seen(D3, []), ['seam', ['seam.open'], false]);
});

test('a damaged entry of another day hides neither that nor what is doubtful', async () => {
  assert.deepEqual(await seen(D3, [D1]), ['seam', ['seam.open'], true]);
  assert.deepEqual(await seen(D3, [D2]), [undefined, [], true], 'the neighbour that knows of it is the damaged one');
});

test('a damaged neighbour is not taken for one that has not landed', async () => {
  const later = NOON + 20 * DAY_MS;
  const settled = (day: Day) => entryOf(day, {}, heldOn(day, { settledAt: at(NOON) }));
  const entries = [D1, D2, D3, D4].map(settled);
  assert.deepEqual(await seen(D2, [D3], entries, later), [undefined, [], true]);
  assert.deepEqual(await seen(D2, [], entries.toSpliced(2, 1), later), [undefined, ['seam.open'], false]);
});

test('an empty day is not said to be before the first row where not all days could be looked at', async () => {
  const empty = [entryOf(D1, {}, heldOn(D1, { rows: 0 })), entryOf(D2), entryOf(D3)];
  assert.deepEqual(await seen(D1, [], empty), ['reread', ['log.empty'], false]);
  assert.deepEqual(await seen(D1, [D3], empty), ['reread', [], true]);
});

test('storage that does not answer is no damaged entry', async () => {
  const thrown = new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'No answer.' });
  const ledger = { ...(await ledgerWith([])), days: () => Promise.reject(thrown) };
  await assert.rejects(lookAround(ledger, DATASET, D1, D1, NOON), { message: 'No answer.' });
});
