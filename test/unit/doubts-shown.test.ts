import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellFacts } from '../../cli/terminal/coverage.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { tellDoubts } from '../../cli/terminal/trouble.ts';
import { doubtRunsOf } from '../../shared/status/doubt-runs.ts';
import { factsOf } from '../../shared/status/facts.ts';
import { pageOf } from '../../shared/status/html/page.ts';
import { addDays, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Held, Suspicion } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { DATASET, daysAgo, entryOf, heldOn, IDLE, NOON } from './days.ts';

/** What is doubtful about days that count as held is seen by everybody who looks at them, wherever they look. */

const FIRST = daysAgo(10);

function factsWith(change: (day: Day) => Partial<Held>, suspicion?: { day: Day; of: Suspicion }) {
  const entries: DayEntry[] = Array.from({ length: 10 }, (_, at) => {
    const day = addDays(FIRST, at);
    const work = suspicion?.day === day ? { ...IDLE, suspicion: suspicion.of } : IDLE;
    return entryOf(day, work, heldOn(day, change(day)));
  });
  return factsOf({
    now: NOON,
    ledgers: [{ dataset: DATASET, watermark: { dataset: DATASET.name, firstDay: FIRST }, entries }],
    unreadable: [],
    off: [],
    gates: [],
    depth: { fetch: 0, poison: 0 },
    plannedAt: instantOf(NOON),
  });
}

function terminal(): Output & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    line: (text = '') => void lines.push(text),
    json: () => {},
    note: () => {},
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
    width: 120,
  };
}

test('an empty day before the first row of its log looks otherwise than one that is known to be empty', () => {
  const first = daysAgo(6);
  const facts = factsWith(day => ({ rows: day < first || day === daysAgo(2) ? 0 : 10 }));
  const out = terminal();
  tellFacts(facts, 'here', out, 'landline');
  const said = out.lines.join('\n');
  assert.match(said, /well +\*\*\*\*\+\+\+\+0\+$/m);
  assert.match(said, /\* doubted/);
  assert.match(
    said,
    /Calls: 4 empty days are before the first day with rows, and do not prove that there were no rows\./,
  );
  const page = pageOf(facts);
  assert.equal(page.match(/class="e u/g)?.length, 8, 'in the grid and in the calendar');
  assert.match(page, new RegExp(`${FIRST} empty, 0 rows[^"]*; doubted: log.empty`));
  assert.match(
    page,
    new RegExp(
      `${FIRST} to ${daysAgo(7)} \\(4 days\\)</span> <code>log.empty</code><p>the day is before the first day with rows`,
    ),
  );
  assert.equal(facts.verdict.level, 'held', 'it asks for nothing');
});

test('the calendar of a terminal is no wider than the longest log, whatever room there is', () => {
  for (const width of [60, 120]) {
    const out = { ...terminal(), width };
    tellFacts(
      factsWith(() => ({})),
      'here',
      out,
      'landline',
    );
    const [head = '', row = ''] = out.lines.filter(line => /^(log|calls) /i.test(line));
    assert.match(head, / days$/);
    assert.match(row, /(?:none|well) {2,3}\+{10}$/, row);
  }
});

test('a count that says more, rows outside and their next steps stand on the page and in the status of the log', () => {
  const facts = factsWith(day => (day === daysAgo(4) ? { doubted: true, rowsOutside: 2 } : {}));
  const page = pageOf(facts);
  for (const text of [
    'page.count',
    'rows.outside',
    '2 rows of this day have a time',
    'Next step: <b>if the provider confirms that there are more rows',
  ])
    assert.ok(page.includes(text), text);
  assert.match(page, /<b>doubted<\/b> held, with a smaller problem/);
  const out = terminal();
  for (const each of facts.datasets) tellDoubts(each, out, 'landline');
  assert.match(
    out.lines.join('\n'),
    new RegExp(`${daysAgo(4)}: page.count\n +the source stated.*\n +Next step: if the`),
  );
  assert.match(
    String(facts.verdict.points.map(({ text }) => text)),
    /1 held day is doubted \(page.count, rows.outside\)/,
  );
});

test('days with the same doubt are told together, and each doubt of a day by itself', () => {
  const [page, rows] = ['page.count', 'rows.outside'].map(reason => ({ reason, message: reason, next: '' }) as never);
  const days = [[page], [page, rows], [], [page]].map((doubts, at) => ({ day: addDays(FIRST, at), doubts }) as never);
  assert.deepEqual(
    doubtRunsOf(days).map(({ from, days: count, doubt }) => [from, count, doubt.reason]),
    [
      [FIRST, 2, 'page.count'],
      [addDays(FIRST, 1), 1, 'rows.outside'],
      [addDays(FIRST, 3), 1, 'page.count'],
    ],
  );
});

test('a refused read says how many rows did not come and how many came, not their difference', () => {
  const of: Suspicion = {
    reason: 'shrink.unconfirmed',
    rows: 11,
    fingerprint: `11-${'b'.repeat(32)}`,
    since: instantOf(NOON),
    vanished: 4,
    vanishedSum: 'c'.repeat(16),
    added: 5,
  };
  const facts = factsWith(() => ({}), { day: daysAgo(3), of });
  const [day] = facts.datasets.flatMap(({ trouble }) => trouble);
  assert.equal(day?.message, 'The last read lacked 4 held rows and brought 5 other rows (−4 +5).');
  assert.ok(pageOf(facts).includes('(−4 +5)'));
});
