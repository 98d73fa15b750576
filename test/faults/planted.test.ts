import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RULES } from './findings.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { Noticed } from './planted-run.ts';

/** Two cores. */
const SIDE_BY_SIDE = 2;

const run = promisify(execFile);

async function noticed(number: number): Promise<Noticed> {
  const { stdout } = await run(process.execPath, [pathOf('./planted-run.ts'), String(number)]);
  return JSON.parse(stdout);
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Names of bugs and the rules by which each may be noticed first, as README.md says. */
function tableOf(readme: string): Map<string, string[]> {
  const rows = [...readme.matchAll(/^\| (.+?) \| `[\w/.-]+` \| (.+?) \|$/gm)];
  return new Map(rows.map(([, name = '', rules = '']) => [name, rules.split(', ')]));
}

test('every planted bug is noticed, by an invariant that README.md names', async t => {
  const table = tableOf(readFileSync(pathOf('./README.md'), 'utf8'));
  assert.deepEqual(
    [...table.keys()],
    PLANTED_BUGS.map(({ name }) => name),
  );
  const unexpected: string[] = [];
  const rest = PLANTED_BUGS.entries();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const [number, { name }] of rest) {
        const { rule, by } = await noticed(number);
        t.diagnostic(`${name}: ${rule === undefined ? 'NOT NOTICED' : `rule ${rule}, ${by}`}`);
        if (rule === undefined || table.get(name)?.includes(rule) !== true) unexpected.push(`${name}: ${rule}`);
      }
    }),
  );
  assert.deepEqual(unexpected, []);
  assert.ok([...table.values()].flat().every(rule => rule in RULES));
});
