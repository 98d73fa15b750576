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

/** Numbers of the rows of the table below a heading. */
function numbersBelow(page: string, heading: string): number[] {
  const text = textOf(page);
  const at = text.indexOf(`\n${heading}\n`);
  assert.ok(at >= 0, `${page} has no "${heading}"`);
  const part = text.slice(at + heading.length + 2).split(/^#+ /m)[0] ?? '';
  return [...part.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));
}

for (const [title, table, page, heading] of [
  ['trap of Graph', GRAPH_TRAPS, 'docs/sources.md', '### Traps of Graph'],
  ['trap of Voximplant', VOXIMPLANT_TRAPS, 'docs/sources.md', '### Traps of Voximplant'],
  ['failure mode that a socket can show', FAULT_MATRIX, 'docs/promises.md', '## Failure modes'],
  ['bad setting', BAD_CONFIG, 'docs/promises.md', '### Settings'],
  ['bad message', BAD_MESSAGES, 'docs/promises.md', '### Messages'],
  ['bad page', BAD_PAYLOADS, 'docs/promises.md', '### Pages'],
] as const satisfies readonly (readonly [string, Table, string, string])[]) {
  test(`every ${title} of ${page} is shown somewhere`, () => {
    const rows = numbersBelow(page, heading);
    assert.ok(rows.length > 5);
    assert.deepEqual(Object.keys(table).map(Number), rows);
    for (const [row, places] of Object.entries(table)) {
      assert.ok(places.length > 0, `row ${row}`);
      for (const shown of places) assert.ok(exists(shown), `row ${row}: ${JSON.stringify(shown)} is nowhere`);
    }
  });
}
