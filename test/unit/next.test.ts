import assert from 'node:assert/strict';
import { test } from 'node:test';
import { owed } from '../../shared/ledger/owed.ts';
import { nextStep } from '../../shared/status/next-step.ts';
import type { DayEntry, Held, Suspicion } from '../../shared/words/ledger.ts';
import { at, DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

function suspect(age: number, reason: Suspicion['reason'], held: Partial<Held> = {}): DayEntry {
  const suspicion = { reason, rows: 9, fingerprint: 'f', since: at(NOON) };
  return entryOf(daysAgo(age), { suspicion }, heldOn(daysAgo(age), held));
}

function step(entry: DayEntry, paused = false): string | undefined {
  return nextStep(DATASET, entry.day, 'suspect', entry, { paused }, NOON)?.text;
}

function commandOf(entry: DayEntry): string | undefined {
  return nextStep(DATASET, entry.day, 'suspect', entry, { paused: false }, NOON)?.command;
}

test('a partition that is gone or damaged needs nobody as long as the planner owes its repair', () => {
  for (const reason of ['partition.damaged', 'partition.missing'] as const) {
    const entry = suspect(50, reason, { settledAt: at(NOON) });
    assert.equal(owed(DATASET, entry.day, entry, NOON), 'repair');
    assert.equal(step(entry), 'nothing: Landline lands it anew by itself');
    assert.match(step(entry, true) ?? '', /landline resume calls/);
  }
});

test('a partition that the source no longer has, or that a person was erased from, is restored by a person', () => {
  const lost = suspect(91, 'partition.missing');
  const erased = suspect(50, 'partition.damaged', { forgottenAt: at(NOON) });
  for (const entry of [lost, erased]) {
    assert.equal(owed(DATASET, entry.day, entry, NOON), undefined);
    assert.match(step(entry) ?? '', /bring back the blob that was landed.*landline verify --datasets calls/);
    assert.equal(commandOf(entry), `landline show calls ${entry.day}`);
  }
  assert.doesNotMatch(step(lost) ?? '', /retry/, 'a retry would be refused');
  assert.match(step(erased) ?? '', new RegExp(`landline retry calls ${erased.day}$`));
  const gone = suspect(91, 'partition.missing', { forgottenAt: at(NOON) });
  for (const entry of [erased, gone])
    assert.match(step(entry) ?? '', /has the rows of the person: then run landline forget again/);
  assert.doesNotMatch(step(gone) ?? '', /retry/);
});

test('a day that waits for another one names it, and what to run', () => {
  const holdup = { paused: false, blocker: { day: daysAgo(4), reason: 'auth.forbidden' } } as const;
  const waiting = nextStep(DATASET, daysAgo(2), 'missing', undefined, holdup, NOON);
  const command = `landline show calls ${daysAgo(4)}`;
  assert.deepEqual(waiting, {
    text: `it waits for ${daysAgo(4)} (auth.forbidden), which needs a person: ${command}`,
    command,
  });
});

test('a day that waits behind a closed gate says until when, and why', () => {
  const gate = { source: 'graph', notBefore: at(NOON), reason: 'source.throttled' } as const;
  assert.deepEqual(nextStep(DATASET, daysAgo(2), 'missing', undefined, { paused: false, gate }, NOON), {
    text: `nothing: it waits until ${at(NOON).slice(0, 16).replace('T', ' ')} UTC, as the source asked (source.throttled)`,
  });
});

test('nobody is told to accept before having looked', () => {
  const [shrunk, emptied] = [suspect(3, 'shrink.unconfirmed'), suspect(3, 'shrink.emptied')];
  assert.match(step(shrunk) ?? '', /^nothing: the day is replaced when a second read/);
  assert.equal(commandOf(emptied), `landline show calls ${daysAgo(3)}`);
  assert.match(step(emptied) ?? '', /^find out why .* only if that is right: landline accept calls/);
});

test('what was accepted and then failed needs a person again', () => {
  const work = { state: 'failed', errorRemedy: 'fix-config', accepted: 'f' } as const;
  const entry = entryOf(daysAgo(3), { ...suspect(3, 'shrink.unconfirmed').work, ...work });
  assert.match(
    nextStep(DATASET, entry.day, 'failed', entry, { paused: false }, NOON)?.text ?? '',
    /^do what the message says/,
  );
});

test('what a person has asked for or accepted asks for nothing more', () => {
  const emptied = suspect(3, 'shrink.emptied');
  for (const work of [{ askedAt: at(NOON) }, { accepted: 'f' }]) {
    const entry = { ...emptied, work: { ...emptied.work, ...work } };
    assert.match(step(entry) ?? '', /^nothing: somebody has asked for this read/);
    assert.match(step(entry, true) ?? '', /landline resume calls/);
  }
});

test('a day waits at least as long as its source is left alone, also one that was asked for', () => {
  const gate = { source: 'graph', notBefore: at(NOON + 60 * 60_000), reason: 'source.throttled' } as const;
  const waiting = entryOf(daysAgo(2), { state: 'queued', retryAt: at(NOON + 60_000) });
  const textOf = (entry: DayEntry, holdup: object) =>
    nextStep(DATASET, entry.day, 'waiting', entry, { paused: false, ...holdup }, NOON)?.text;
  assert.match(textOf(waiting, {}) ?? '', /tries it again by itself at \S+ 12:01 UTC$/);
  assert.match(textOf(waiting, { gate }) ?? '', /tries it again by itself at \S+ 13:00 UTC$/);
  const asked = entryOf(daysAgo(2), { askedAt: at(NOON) }, heldOn(daysAgo(2)));
  assert.match(textOf(asked, {}) ?? '', /asked for this read; the planner queues it$/);
  assert.match(
    textOf(asked, { gate }) ?? '',
    /asked for this read; it waits until \S+ 13:00 UTC, as the source asked$/,
  );
});
