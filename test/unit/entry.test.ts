import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimed, done, failed, freshEntry, queued, workErrorOf } from '../../shared/ledger/entry.ts';
import { DAY_MS, HOUR_MS, instantOf } from '../../shared/words/day.ts';

test('a message is noted as far as the ledger has room for it, and in whole characters', () => {
  const noted = (message: string) => workErrorOf({ reason: 'worker.bug', remedy: 'retry', message }).errorMessage;
  assert.equal(noted('short'), 'short');
  assert.equal(noted('x'.repeat(100_000))?.length, 2_000);
  assert.ok(noted(`${'x'.repeat(1_999)}\u{1f600}`)?.isWellFormed());
});

test('a day that fails again and again knows since when, until it is read', () => {
  const noon = Date.parse('2026-11-21T12:00:00Z');
  const workError = workErrorOf({ reason: 'source.slow', remedy: 'retry', message: 'slow' });
  const failedAt = (entry: ReturnType<typeof freshEntry>, now: number) =>
    failed(claimed(queued(entry, now, undefined), now), now, workError, instantOf(now + HOUR_MS), undefined);
  const first = failedAt(freshEntry('teams-sms', '2026-11-20', noon), noon);
  const third = failedAt(failedAt(first, noon + HOUR_MS), noon + DAY_MS);
  assert.deepEqual([third.work.failures, third.work.failingSince], [3, instantOf(noon)]);
  const read = done(third, undefined, undefined);
  assert.equal(read.work.failingSince, undefined);
  assert.equal(failedAt(read, noon + 2 * DAY_MS).work.failingSince, instantOf(noon + 2 * DAY_MS));
});

test('a day that failed before anybody noted since when does not make one up', () => {
  const noon = Date.parse('2026-11-21T12:00:00Z');
  const fresh = freshEntry('teams-sms', '2026-11-20', noon);
  const before = { ...fresh, work: { ...fresh.work, failures: 2 } };
  const workError = workErrorOf({ reason: 'source.slow', remedy: 'retry', message: 'slow' });
  assert.equal(failed(before, noon, workError, instantOf(noon), undefined).work.failingSince, undefined);
});
