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
  const { stdout } = await run(process.execPath, [
    '--max-semi-space-size=64',
    pathOf('./planted-run.ts'),
    String(number),
  ]);
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

const EXPECTED = tableOf(readFileSync(pathOf('./README.md'), 'utf8'));

test('README.md lists every planted bug, in order, with rules that there are', () => {
  assert.deepEqual(
    [...EXPECTED.keys()],
    PLANTED_BUGS.map(({ name }) => name),
  );
  assert.ok([...EXPECTED.values()].flat().every(rule => rule in RULES));
});

/** Of one test: all of them take longer on a busy machine than a test may. */
const BUGS = 10;

for (let from = 0; from < PLANTED_BUGS.length; from += BUGS)
  test(`every planted bug from number ${from + 1} on is noticed, by an invariant that README.md names`, async t => {
    const unexpected: string[] = [];
    const rest = [...PLANTED_BUGS.entries()].slice(from, from + BUGS).values();
    await Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        for (const [number, { name }] of rest) {
          const { rule, by } = await noticed(number);
          t.diagnostic(`${name}: ${rule === undefined ? 'NOT NOTICED' : `rule ${rule}, ${by}`}`);
          if (rule === undefined || EXPECTED.get(name)?.includes(rule) !== true) unexpected.push(`${name}: ${rule}`);
        }
      }),
    );
    assert.deepEqual(unexpected, []);
  });
