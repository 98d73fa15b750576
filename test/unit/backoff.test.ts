import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffOf } from '../../shared/fetch/backoff.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { Failure } from '../../shared/words/errors.ts';
import type { Work } from '../../shared/words/ledger.ts';
import { at, IDLE, NOON } from './days.ts';

const failure = (remedy: Failure['remedy'], more: Partial<Failure> = {}): Failure => ({
  reason: 'source.failing',
  remedy,
  message: '',
  ...more,
});
const backoff = (remedy: Failure['remedy'], work: Partial<Work> = {}, more: Partial<Failure> = {}) =>
  backoffOf(failure(remedy, more), { ...IDLE, ...work }, NOON);

test('a wait lasts as long as the source said, or a minute, and counts as no failure', () => {
  const until = at(NOON + HOUR_MS);
  assert.deepEqual(backoff('wait', { failures: 7 }, { until }), { kind: 'delay', until });
  assert.deepEqual(backoff('wait'), { kind: 'delay', until: at(NOON + 60_000) });
});

test('passing trouble is tried again ever later, up to an hour', () => {
  const delays = [0, 1, 2, 3, 8, 100].map(failures => {
    const made = backoff('retry', { failures });
    return made.kind === 'fail' ? (Date.parse(made.retryAt) - NOON) / 1_000 : undefined;
  });
  assert.deepEqual(delays, [15, 30, 60, 120, 3_600, 3_600]);
});

test('a read that cannot be trusted starts again twice, then is left for a while', () => {
  assert.deepEqual(backoff('restart'), { kind: 'restart', rereads: 1 });
  assert.deepEqual(backoff('restart', { rereads: 1 }), { kind: 'restart', rereads: 2 });
  assert.deepEqual(backoff('restart', { rereads: 2 }), { kind: 'fail', retryAt: at(NOON + 15_000) });
});

test('what needs a person is tried once an hour all the same', () => {
  for (const remedy of ['reject', 'fix-config'] as const)
    assert.deepEqual(backoff(remedy, { failures: 3 }), { kind: 'fail', retryAt: at(NOON + HOUR_MS) });
});
