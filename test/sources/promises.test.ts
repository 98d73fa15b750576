import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '../../local/simulator/index.ts';
import {
  BAD_CONFIG,
  BAD_MESSAGES,
  BAD_PAYLOADS,
  FAULT_MATRIX,
  GRAPH_TRAPS,
  type Shown,
  type Table,
  VOXIMPLANT_TRAPS,
} from './promises.ts';

const ROOT = new URL('../../', import.meta.url);

function textOf(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** What every test calls itself: the texts between quotes, which a title built from parts has in pieces. */
const TESTS = globSync('test/**/*.test.ts', { cwd: fileURLToPath(ROOT) })
  .filter(file => !file.endsWith('promises.test.ts'))
  .map(textOf)
  .join('\n');

function exists(shown: Shown): boolean {
  if ('test' in shown) return TESTS.includes(shown.test);
  if ('fault' in shown) return shown.fault in FAULTS;
  const [file, text] = shown.code;
  return textOf(file).includes(text);
}

for (const [title, table, rows] of [
  ['trap of Graph', GRAPH_TRAPS, 30],
  ['trap of Voximplant', VOXIMPLANT_TRAPS, 25],
  ['row of the fault matrix that a socket can show', FAULT_MATRIX, 34],
  ['bad configuration', BAD_CONFIG, 7],
  ['bad message', BAD_MESSAGES, 8],
  ['bad payload', BAD_PAYLOADS, 9],
] as const satisfies readonly (readonly [string, Table, number])[]) {
  test(`every ${title} is shown somewhere: ${rows} of them`, () => {
    assert.deepEqual(
      Object.keys(table).map(Number),
      Array.from({ length: rows }, (_, at) => at + 1),
    );
    for (const [row, places] of Object.entries(table)) {
      assert.ok(places.length > 0, `row ${row}`);
      for (const shown of places) assert.ok(exists(shown), `row ${row}: ${JSON.stringify(shown)} is nowhere`);
    }
  });
}

test('the tables have as many rows as the references, where these are at hand', () => {
  const count = (file: string, from: string, to: string, row = /^\| \d+ \|/gm): number | undefined => {
    try {
      const text = readFileSync(new URL(`../shared/reference/${file}`, ROOT), 'utf8');
      const part = text.slice(text.indexOf(from), text.indexOf(to));
      return [...part.matchAll(row)].length;
    } catch {
      return undefined;
    }
  };
  assert.ok([30, undefined].includes(count('graph-call-logs.md', '## 11. Traps', '## 12.')));
  assert.ok([25, undefined].includes(count('voximplant-sms-history.md', '## 8. Traps', '**Simulator switches')));
  // The first row of each group names it, the others have an empty cell there.
  const inGroup = (from: string, to: string) => count('reliability.md', from, to, /^\| (\*\*[\w ]+\*\*)? ?\|/gm);
  assert.ok([7, undefined].includes(inGroup('| **Config** | missing', '| **Queue** | not JSON')));
  assert.ok([8, undefined].includes(inGroup('| **Queue** | not JSON', '| **Admin HTTP** |')));
  assert.ok([9, undefined].includes(inGroup('| **API payload** |', '## 4. Security')));
});
