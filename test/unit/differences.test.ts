import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { On } from '../../cli/command.ts';
import { differencesOf } from '../../cli/rows/differences.ts';
import { goingRows } from '../../cli/rows/going.ts';
import { differencesJson, tellDifferences } from '../../cli/rows/tell.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import type { Source } from '../../shared/words/ports.ts';

const SMS = DATASETS.find(({ name }) => name === 'teams-sms');

const row = (id: string, more: object = {}) => ({ id, sentDateTime: `2026-01-31T10:00:0${id}Z`, ...more });
const content = (...rows: object[]) => {
  const text = rows.map(each => `${JSON.stringify(each)}\n`).join('');
  return async () =>
    (async function* () {
      yield Buffer.from(text);
    })();
};

async function compared(max = 50) {
  assert.ok(SMS);
  const older = content(row('1'), row('2', { smsId: 'a', charge: 1 }), row('3', { to: '+12025550123' }), row('3'));
  const newer = content(row('1'), row('4'), row('2', { smsId: 'a', charge: 2 }), row('2', { charge: 9 }));
  const byId = { ...SMS, key: ['id'] as const };
  return differencesOf(byId, older, newer, max);
}

test('rows are compared by key: added, changed with the members that differ, removed', async () => {
  const { rows, ...counts } = await compared();
  assert.deepEqual(counts, { added: 1, changed: 1, removed: 1 });
  assert.deepEqual(
    rows.map(({ kind, line, members }) => [kind, line, members]),
    [
      ['removed', 3, []],
      ['changed', 3, ['charge']],
      ['added', 2, []],
    ],
  );
  assert.equal((await compared(1)).rows.length, 1);
});

test('nothing of a row is shown but its place, its time and names of members, unless somebody asks', async () => {
  const found = await compared();
  const said: string[] = [];
  const out: Output = {
    line: text => void said.push(text ?? ''),
    json: () => {},
    note: () => {},
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  tellDifferences(found, false, out);
  const masked = `${said.join('\n')}${JSON.stringify(differencesJson(found, false))}`;
  assert.ok(!masked.includes('2025550123'), masked);
  assert.match(masked, /- line 3 {2}2026-01-31T10:00:03/);
  assert.match(masked, /~ line 3 .* charge/);
  tellDifferences(found, true, out);
  assert.ok(said.join('\n').includes('+12025550123'));
  assert.ok(JSON.stringify(differencesJson(found, true)).includes('+12025550123'));
});

test('a source whose pages never end is not told as a missing sign-in', async () => {
  assert.ok(SMS);
  const source: Source = {
    async read(dataset) {
      const cut = cutRowsInPlace(Buffer.from('{"value":[]}'), cutSpecOf(dataset));
      return { cut, next: 'again', total: undefined, notice: undefined, servedAt: Number.NaN, release() {} };
    },
  };
  const on = { sources: async () => ({ graph: source, voximplant: source }) } as unknown as On;
  assert.match(String(await goingRows(on, SMS, '2026-01-31', 5)), /link to one another without an end/);
});
