import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCommand } from '../../cli/terminal/colours.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { nextStep } from '../../shared/status/next-step.ts';
import type { DayEntry, Held, Suspicion } from '../../shared/words/ledger.ts';
import { at, DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

function suspect(age: number, reason: Suspicion['reason'], held: Partial<Held> = {}): DayEntry {
  const suspicion = { reason, rows: 9, fingerprint: 'f', since: at(NOON) };
  return entryOf(daysAgo(age), { suspicion }, heldOn(daysAgo(age), held));
}

function step(entry: DayEntry, paused = false): string | undefined {
  return nextStep(DATASET, entry.day, 'suspect', entry, paused, NOON)?.text;
}

test('a partition that is gone or damaged needs nobody as long as the planner owes its repair', () => {
  for (const reason of ['partition.damaged', 'partition.missing'] as const) {
    const entry = suspect(50, reason, { settledAt: at(NOON) });
    assert.equal(owed(DATASET, entry.day, entry, NOON), 'repair');
    assert.equal(step(entry), 'nothing: it is landed anew by itself');
    assert.equal(nextCommand(DATASET, 'suspect', [entry], NOON), 'nothing: it is landed anew by itself');
    assert.match(step(entry, true) ?? '', /landline resume calls/);
  }
});

test('a partition that the source no longer has, or that a person was erased from, is restored by a person', () => {
  const lost = suspect(91, 'partition.missing');
  const erased = suspect(50, 'partition.damaged', { forgottenAt: at(NOON) });
  for (const entry of [lost, erased]) {
    assert.equal(owed(DATASET, entry.day, entry, NOON), undefined);
    assert.match(step(entry) ?? '', /bring back the blob that was landed.*landline verify --dataset calls/);
    assert.equal(nextCommand(DATASET, 'suspect', [entry], NOON), `landline show calls ${entry.day}`);
  }
  assert.doesNotMatch(step(lost) ?? '', /retry/, 'a retry would be refused');
  assert.match(step(erased) ?? '', new RegExp(`landline retry calls ${erased.day}$`));
  const gone = suspect(91, 'partition.missing', { forgottenAt: at(NOON) });
  for (const entry of [erased, gone]) assert.match(step(entry) ?? '', /names the person: run landline forget again/);
  assert.doesNotMatch(step(gone) ?? '', /retry/);
});

test('the command to run is about the first day that does not mend itself', () => {
  const days = [suspect(50, 'partition.damaged'), suspect(3, 'shrink.unconfirmed'), suspect(2, 'page.duplicates')];
  assert.equal(nextCommand(DATASET, 'suspect', days, NOON), `landline retry calls ${daysAgo(2)}`);
});

test('nobody is told to accept before having looked', () => {
  const [shrunk, emptied] = [suspect(3, 'shrink.unconfirmed'), suspect(3, 'shrink.emptied')];
  assert.match(nextCommand(DATASET, 'suspect', [shrunk], NOON), /^nothing: it is replaced when a second read/);
  assert.equal(nextCommand(DATASET, 'suspect', [emptied], NOON), `landline show calls ${daysAgo(3)}`);
  assert.match(step(emptied) ?? '', /^find out why .* only if that is right: landline accept calls/);
});

test('what was accepted and then failed needs a person again', () => {
  const work = { state: 'failed', errorRemedy: 'fix-config', accepted: 'f' } as const;
  const entry = entryOf(daysAgo(3), { ...suspect(3, 'shrink.unconfirmed').work, ...work });
  assert.match(nextStep(DATASET, entry.day, 'failed', entry, false, NOON)?.text ?? '', /^do what the message says/);
});

test('what a person has asked for or accepted asks for nothing more', () => {
  const emptied = suspect(3, 'shrink.emptied');
  for (const work of [{ askedAt: at(NOON) }, { accepted: 'f' }]) {
    const entry = { ...emptied, work: { ...emptied.work, ...work } };
    assert.match(step(entry) ?? '', /^nothing: somebody has asked for it/);
    assert.match(step(entry, true) ?? '', /landline resume calls/);
  }
});
