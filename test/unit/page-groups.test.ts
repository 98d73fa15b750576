import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextOf } from '../../cli/terminal/trouble.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { runsOf } from '../../shared/status/day-runs.ts';
import { type Facts, factsOf } from '../../shared/status/facts.ts';
import { pageOf } from '../../shared/status/html/page.ts';
import { addDays, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Work } from '../../shared/words/ledger.ts';
import { heldLedger, NOW } from '../pages/tenant.ts';

/** What the page says of neighbouring days with the same trouble holds for all of them. */

const SMS = 'teams-sms';

/** A month of messages, of whose newest days the given number is in trouble. */
function facts(days: number, trouble: Partial<Work>): Facts {
  const log = DATASETS.find(({ name }) => name === SMS);
  assert.ok(log !== undefined);
  const ledger = heldLedger(log, 30);
  const entries = ledger.entries.map((entry, at): DayEntry => {
    if (at < ledger.entries.length - days) return entry;
    return { ...entry, work: { ...entry.work, ...trouble } };
  });
  const depth = { fetch: 0, poison: 0 };
  const read = { now: NOW, unreadable: [], off: [], gates: [], depth, plannedAt: instantOf(NOW) };
  return factsOf({ ...read, ledgers: [{ ...ledger, entries }] });
}

/** What is wrong, and what to do, as text. */
function told(of: Facts): string {
  const list = /<details open>.*?<\/details>/s.exec(pageOf(of))?.[0] ?? '';
  return list.replace(/<\/p>/g, ' ').replace(/<[^>]+>/g, '');
}

const FORBIDDEN: Partial<Work> = {
  state: 'failed',
  failures: 1,
  retryAt: instantOf(NOW + 60_000),
  errorKind: 'auth.forbidden',
  errorRemedy: 'fix-config',
  errorMessage: 'Graph refused it.',
  requestId: 'id-1',
};

test('of one day the page tells its rows, its request and its command', () => {
  const text = told(facts(1, FORBIDDEN));
  assert.match(text, /2026-11-20: failed auth\.forbidden/);
  assert.match(text, /Request id-1\. The [\d,]+ rows that landed before stay as they are\./);
  assert.match(text, /then: landline retry teams-sms 2026-11-20 /);
});

test('of several days it tells the rows of none, and one command for all, as the command line does', () => {
  const of = facts(14, FORBIDDEN);
  const text = told(of);
  assert.match(text, /2026-11-07 to 2026-11-20 \(14 days\): failed auth\.forbidden/);
  assert.match(text, /Request of 2026-11-07 id-1\. What landed before stays as it is\./);
  assert.doesNotMatch(text, /[\d,]+ rows that landed/);
  const [log] = of.datasets;
  assert.ok(log !== undefined);
  const run = runsOf(log.trouble).find(([first]) => first?.state === 'failed') ?? [];
  const [first] = run;
  const next = first && nextOf(SMS, first, run);
  assert.match(next ?? '', /landline retry teams-sms$/);
  assert.ok(text.includes(`Next step: ${next} `), text);
});

test('days that the source says are empty now are accepted by their range', () => {
  const suspicion = { reason: 'shrink.emptied', rows: 0, fingerprint: 'f', since: instantOf(NOW) } as const;
  assert.match(told(facts(3, { suspicion })), /landline accept teams-sms --from 2026-11-18 --to 2026-11-20 /);
  assert.match(told(facts(1, { suspicion })), /landline accept teams-sms 2026-11-20 /);
});

test('days in the same doubt are each named where they are to be read again', () => {
  const of = facts(0, {});
  const doubts = (day: string) =>
    [{ reason: 'page.count', message: 'more', next: `read it again: landline retry teams-sms ${day}` }] as const;
  const last = of.datasets[0]?.lastDay ?? '';
  const datasets = of.datasets.map(each => ({
    ...each,
    days: each.days.map(day => (day.day >= addDays(last, -1) ? { ...day, doubts: doubts(day.day) } : day)),
  }));
  assert.match(pageOf({ ...of, datasets }), /read it again: landline retry teams-sms 2026-11-19 2026-11-20</);
});
