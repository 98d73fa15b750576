import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The tests hold on any day and on a busy machine: what would make them depend on either is looked for here. */

const TESTS = fileURLToPath(new URL('../', import.meta.url));
const FILES = globSync('**/*.ts', { cwd: TESTS }).map(path => path.replaceAll('\\', '/'));

/** The files in which the pattern is found, but for those that may have it, and this one. */
function filesWith(pattern: RegExp, allowed: readonly string[] = [], unless?: RegExp): string[] {
  return FILES.filter(path => {
    if (allowed.includes(path) || path === 'unit/any-day.test.ts') return false;
    const text = readFileSync(join(TESTS, path), 'utf8');
    return pattern.test(text) && unless?.test(text) !== true;
  });
}

/** By itself, or with the four days that two stories share. */
const CHOOSES_ITS_DATE = /from '(\.\.\/)*(\.\/)?(clock|four-days)\.ts'/;
const WAITS_WITH_A_LIMIT = /from '(\.\.\/)*(\.\/)?wait\.ts'/;

test('whoever reads the clock has chosen its date', () => {
  const allowed = [
    'clock.ts',
    // They run in the process of a test that has.
    'flow/canary-outputs.ts',
    'flow/canary-server.ts',
    'flow/doctor-setup.ts',
    'flow/keyless-setup.ts',
    // From now on, whenever that is: nothing but the difference matters.
    'unit/settle.test.ts',
    'sources/sign-in.test.ts',
  ];
  assert.deepEqual(filesWith(/\bDate\.now\(\)|\bnew Date\(\)/, allowed, CHOOSES_ITS_DATE), []);
});

test('whoever starts the product, or a part of it as a process, has chosen the date', () => {
  const allowed = [
    // Setups of tests that have, and HTTP alone.
    ...[
      'flow/product-setup.ts',
      'flow/cli-setup.ts',
      'flow/hostile-worker.ts',
      'faults/kill-worker.ts',
      'unit/host.test.ts',
    ],
    // No day is read.
    'infra/runbook.test.ts',
  ];
  const starts = /\bstartHost\(|\bproductFor\(|\bstartCliSetup\(|local\/start\.ts|\blandline\(folder/;
  assert.deepEqual(filesWith(starts, allowed, CHOOSES_ITS_DATE), []);
});

test('no test measures time', () => {
  assert.deepEqual(
    filesWith(/\bcpuUsage\b|\bresourceUsage\(\)(?!\.maxRSS)|\bperformance\.now\b|\bhrtime\b/, ['clock.ts']),
    [],
  );
});

test('whoever listens or sleeps does so with a limit', () => {
  assert.deepEqual(
    filesWith(/\bimport \{[^}]*\bonce\b[^}]*\} from 'node:events'/, ['dates.ts', 'wait.ts'], WAITS_WITH_A_LIMIT),
    [],
  );
  const sleeps = /from 'node:timers\/promises'/;
  const allowed = ['clock.ts', 'wait.ts', 'fixtures/host-app/functions/consume.ts'];
  assert.deepEqual(filesWith(sleeps, allowed, WAITS_WITH_A_LIMIT), []);
  assert.deepEqual(filesWith(/\.listen\(0\b/, ['wait.ts']), []);
});
