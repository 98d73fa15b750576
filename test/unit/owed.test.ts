import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from '../../shared/ledger/day-state.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { lastDay, maySettle } from '../../shared/ledger/settling.ts';
import { DAY_MS, endOf, HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry, Work } from '../../shared/words/ledger.ts';
import { at, DATASET, daysAgo, emptyHanded, entryOf, heldOn, NOON, TODAY } from './days.ts';

const why = (entry: Parameters<typeof owed>[2], day = entry?.day ?? daysAgo(1), now = NOON) =>
  owed(DATASET, day, entry, now);

test('the newest day to ask for is yesterday, once yesterday is over for an hour', () => {
  assert.equal(lastDay(Date.parse('2026-03-15T00:59:59.999Z')), '2026-03-13');
  assert.equal(lastDay(Date.parse('2026-03-15T01:00:00.000Z')), '2026-03-14');
});

test('a day nobody has touched is missing until the source forgets it', () => {
  assert.equal(why(undefined, daysAgo(1)), 'missing');
  assert.equal(why(undefined, daysAgo(90)), 'missing');
  assert.equal(why(undefined, daysAgo(91)), undefined);
});

test('a queued day is owed again only when its message was due three minutes ago', () => {
  const queuedAt = at(NOON - 3 * MINUTE_MS);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'queued', queuedAt }), undefined, NOON - 1), undefined);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'queued', queuedAt })), 'lost-message');
  const retryAt = at(NOON - MINUTE_MS);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'queued', queuedAt, retryAt })), undefined);
});

test('a fetch is taken over after three silent minutes', () => {
  const heartbeat = at(NOON - 3 * MINUTE_MS);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'fetching', heartbeat }), undefined, NOON - 1), undefined);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'fetching', heartbeat })), 'takeover');
});

test('what a clock that was many days ahead left behind binds nobody once it is set', () => {
  const ahead = at(NOON + 5 * DAY_MS);
  const left = (work: Partial<Work>) => why(emptyHanded(daysAgo(1), work));
  assert.equal(left({ state: 'queued', queuedAt: ahead }), 'lost-message');
  assert.equal(left({ state: 'queued', queuedAt: at(NOON), retryAt: ahead }), 'lost-message');
  assert.equal(left({ state: 'fetching', heartbeat: ahead }), 'takeover');
  assert.equal(left({ state: 'failed', retryAt: ahead }), 'failed');
  assert.equal(left({ state: 'queued', queuedAt: at(NOON), retryAt: at(NOON + DAY_MS) }), undefined, 'a real wait');
});

test('a failed day is owed at its hour, or when a person asks', () => {
  const retryAt = at(NOON + HOUR_MS);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'failed', retryAt })), undefined);
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'failed', retryAt }), undefined, NOON + HOUR_MS), 'failed');
  assert.equal(why(emptyHanded(daysAgo(1), { state: 'failed', retryAt, askedAt: at(NOON) })), 'asked');
});

test('a landed day is read again a day after each check until it has settled', () => {
  const day = daysAgo(2);
  assert.equal(why(entryOf(day, {}, heldOn(day, { checkedAt: at(NOON - 24 * HOUR_MS + 1) }))), undefined);
  assert.equal(why(entryOf(day, {}, heldOn(day, { checkedAt: at(NOON - 24 * HOUR_MS) }))), 'reread');
  const settledAt = at(NOON - 24 * HOUR_MS);
  assert.equal(why(entryOf(day, {}, heldOn(day, { checkedAt: settledAt, settledAt }))), undefined);
});

test('a settled day is read once more at 35 days, and not again', () => {
  const day = daysAgo(36);
  const settledAt = at(NOON - 30 * 24 * HOUR_MS);
  assert.equal(why(entryOf(day, {}, heldOn(day, { checkedAt: settledAt, settledAt }))), 'late-check');
  assert.equal(why(entryOf(day, {}, heldOn(day, { checkedAt: at(NOON - HOUR_MS), settledAt }))), undefined);
  // As late after the instant as any day is asked for, so that a source that is behind cannot make it due again.
  const due = endOf(day) + 35 * 24 * HOUR_MS;
  const checked = (checkedAt: number) => entryOf(day, {}, heldOn(day, { checkedAt: at(checkedAt), settledAt }));
  assert.equal(owed(DATASET, day, checked(due - 24 * HOUR_MS), due + HOUR_MS - 1), undefined);
  assert.equal(owed(DATASET, day, checked(due - 24 * HOUR_MS), due + HOUR_MS), 'late-check');
  assert.equal(owed(DATASET, day, checked(due + 10 * MINUTE_MS), due + HOUR_MS), undefined);
  const tooEarly = daysAgo(35);
  assert.equal(why(entryOf(tooEarly, {}, heldOn(tooEarly, { checkedAt: settledAt, settledAt }))), undefined);
});

test('a day that nothing changes about is read seven times: when it is over, five times until it settles, and at 35 days', () => {
  const day = daysAgo(0);
  const reads: [why: string, hours: number][] = [];
  let entry: DayEntry | undefined;
  for (let now = endOf(day); now < endOf(day) + 89 * DAY_MS; now += 5 * MINUTE_MS) {
    const owes = day <= lastDay(now) ? owed(DATASET, day, entry, now) : undefined;
    if (owes === undefined) continue;
    reads.push([owes, Math.floor((now - endOf(day)) / HOUR_MS)]);
    const settles = entry !== undefined && maySettle(DATASET, day, now);
    entry = entryOf(day, {}, heldOn(day, { checkedAt: at(now), ...(settles && { settledAt: at(now) }) }));
  }
  assert.deepEqual(reads, [
    ['missing', 1],
    ...[25, 49, 73, 97, 121].map(hours => ['reread', hours]),
    ['late-check', 35 * 24 + 1],
  ]);
});

test('a shrunken day is witnessed after an hour; an emptied one waits for a person', () => {
  const day = daysAgo(2);
  const held = heldOn(day, { checkedAt: at(NOON - HOUR_MS) });
  const suspicion = { reason: 'shrink.unconfirmed', rows: 8, fingerprint: 'f', since: at(NOON - HOUR_MS) } as const;
  assert.equal(why(entryOf(day, { suspicion }, held)), 'witness');
  assert.equal(why(entryOf(day, { suspicion: { ...suspicion, since: at(NOON - HOUR_MS + 1) } }, held)), undefined);
  const emptied = { ...suspicion, reason: 'shrink.emptied', rows: 0 } as const;
  assert.equal(why(entryOf(day, { suspicion: emptied }, held)), undefined);
  assert.equal(why(entryOf(day, { suspicion: emptied, accepted: 'f' }, held)), 'accepted');
  assert.equal(why(entryOf(day, { suspicion: emptied, accepted: 'another read' }, held)), undefined);
  // A read would bring back the rows of a person who was erased.
  const erased = { ...held, forgottenAt: held.checkedAt };
  assert.equal(why(entryOf(day, { suspicion: emptied, accepted: 'f' }, erased)), undefined);
  const failed = { state: 'failed', retryAt: at(NOON - HOUR_MS) } as const;
  assert.equal(why(entryOf(day, failed, held)), 'failed');
  assert.equal(why(entryOf(day, failed, erased)), undefined);
  assert.equal(why(entryOf(day, { ...failed, askedAt: at(NOON) }, erased)), 'asked');
});

test('a partition that was found missing or damaged is owed as long as the source has the day', () => {
  for (const reason of ['partition.missing', 'partition.damaged'] as const) {
    const suspicion = { reason, rows: 0, fingerprint: 'f', since: at(NOON) };
    assert.equal(why(entryOf(daysAgo(50), { suspicion }, heldOn(daysAgo(50), { settledAt: at(NOON) }))), 'repair');
    assert.equal(why(entryOf(daysAgo(91), { suspicion })), undefined);
  }
});

test('a person may ask for any day that nobody is at', () => {
  const old = daysAgo(200);
  assert.equal(why(entryOf(old, { askedAt: at(NOON) })), 'asked');
  assert.equal(why(entryOf(old, { askedAt: at(NOON), state: 'fetching', heartbeat: at(NOON) })), undefined);
});

test('a person sees one state per day', () => {
  const seen = (entry: ReturnType<typeof entryOf> | undefined, day = daysAgo(2)) => stateOf(DATASET, day, entry, NOON);
  const day = daysAgo(2);
  const settled = heldOn(day, { settledAt: at(NOON) });
  assert.equal(seen(undefined), 'missing');
  assert.equal(seen(undefined, daysAgo(91)), 'expired');
  assert.equal(seen(entryOf(day)), 'open');
  assert.equal(seen(entryOf(day, {}, settled)), 'final');
  assert.equal(seen(entryOf(day, { state: 'queued', queuedAt: at(NOON) })), 'queued');
  assert.equal(seen(entryOf(day, { state: 'queued', retryAt: at(NOON + 1) })), 'waiting');
  assert.equal(seen(entryOf(day, { state: 'fetching' })), 'fetching');
  assert.equal(seen(entryOf(day, { state: 'failed', errorRemedy: 'retry' })), 'waiting');
  assert.equal(seen(entryOf(day, { state: 'failed', errorRemedy: 'restart' })), 'waiting');
  assert.equal(seen(entryOf(day, { state: 'failed', errorRemedy: 'reject' })), 'failed');
  assert.equal(seen(entryOf(day, { state: 'failed', errorRemedy: 'fix-config' })), 'failed');
  const suspicion = { reason: 'shrink.unconfirmed', rows: 8, fingerprint: 'f', since: at(NOON) } as const;
  assert.equal(seen(entryOf(day, { suspicion })), 'suspect');
  assert.equal(seen(entryOf(daysAgo(100)), daysAgo(100)), 'final');
  assert.ok(TODAY > day);
});

test('a failed day that the source has forgotten waits for nobody any more', () => {
  const old = daysAgo(91);
  const seen = (entry: ReturnType<typeof entryOf>) => stateOf(DATASET, old, entry, NOON);
  for (const errorRemedy of ['retry', 'fix-config'] as const) {
    const failed = { state: 'failed', errorRemedy, retryAt: at(NOON + HOUR_MS) } as const;
    assert.equal(owed(DATASET, old, emptyHanded(old, failed), NOON + 2 * HOUR_MS), undefined);
    assert.equal(seen(emptyHanded(old, failed)), 'expired');
    assert.equal(seen(entryOf(old, failed)), 'final');
    assert.notEqual(seen(emptyHanded(old, { ...failed, askedAt: at(NOON) })), 'expired');
  }
});
