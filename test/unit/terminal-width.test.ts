import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, tableOfChanges } from '../../cli/commands/changes.ts';
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
