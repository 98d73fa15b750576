import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, limitsOf, noneLines, sumsOf, tableOfChanges } from '../../cli/commands/changes.ts';
import { DATASETS } from '../../shared/datasets/index.ts';

/** What a narrow terminal shows: a line for each thing, and what fits beside it. */

function changeOf(dataset: string, counts: Partial<Change>): Change {
  const none = { rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0 };
  return { dataset, day: '2026-03-10', revision: 2, rows: 6_921, at: '2026-03-14T09:10:00.000Z', ...none, ...counts };
}

const CHANGES = [
  ...DATASETS.map(({ name }) => changeOf(name, { rowsAdded: 19 })),
  changeOf('teams-sms', { rowsAdded: 3, rowsChanged: 2, rowsRemoved: 1 }),
  changeOf('teams-sms', { rowsRemoved: 4, erased: true }),
  changeOf('teams-sms', {}),
];

for (const width of [60, 80, 100, 120])
  test(`changes are one line a day in ${width} columns, and the time is the first to go`, () => {
    const lines = tableOfChanges({ width }, CHANGES);
    assert.equal(lines.length, CHANGES.length + 1, lines.join('\n'));
    assert.ok(
      lines.every(line => line.length <= width),
      lines.join('\n'),
    );
    const said = lines.slice(-3).map(line => /r2 +(\S.*?)(?: +6,921.*)?$/.exec(line)?.[1]);
    assert.deepEqual(said, ['+3 ~2 −1', '−4 erased', 'none']);
    assert.equal(lines.filter(line => line.includes('2026-03-14 09:10')).length, width < 80 ? 0 : CHANGES.length);
  });

test('that nothing changed is said of what was asked about, and not of every day', () => {
  const now = Date.parse('2026-03-11T12:00:00.000Z');
  const [since, datasets] = ['2026-03-04T00:00:00.000Z', DATASETS.slice(0, 2)];
  for (const [limits, said] of [
    [limitsOf({}, {}, now), 'No day changed since 2026-03-04 00:00 UTC.'],
    [limitsOf({}, { from: '2026-03-10' }, now), 'Of 2026-03-10, no day changed since 2026-03-04 00:00 UTC.'],
    [limitsOf({}, { to: '2026-03-02' }, now), 'Of the days up to 2026-03-02, no day'],
    [
      limitsOf({ datasets }, { from: '2026-03-01', to: '2026-03-31' }, now),
      'Of 2026-03-01 to 2026-03-10 of teams-pstn-calls, teams-direct-routing-calls, no day',
    ],
    [limitsOf({ datasets: datasets.slice(1) }, {}, now), 'Of teams-direct-routing-calls, no day'],
  ] as const)
    assert.ok(noneLines(limits, since)[0]?.startsWith(said), noneLines(limits, since)[0]);
  assert.deepEqual([noneLines('', since).length, noneLines('2026-03-10', since).length], [1, 2]);
});

test('changes are added up for each log', () => {
  const days = Array.from({ length: 3 }, () => changeOf('teams-sms', { rowsAdded: 400, rowsRemoved: 1 }));
  assert.deepEqual(sumsOf([...days, changeOf('voximplant-sms', { rowsChanged: 2 })]), [
    'teams-sms: 3 days, +1,200 ~0 −3 rows',
    'voximplant-sms: 1 day, +0 ~2 −0 rows',
  ]);
});
