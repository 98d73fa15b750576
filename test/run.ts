import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

/**
 * Runs suites, each test file in a process of its own: all of them, or those named (`node test/run.ts unit flow`).
 * Fails when a test fails, and also when one is skipped or when there was none to run: a check that did not happen has
 * not passed.
 */

/** Slowest first, so that no long file is left over at the end. */
const SUITES: Readonly<Record<string, string>> = {
  faults: 'faults/**',
  flow: 'flow/**',
  sources: 'sources/**',
  curate: 'curate/**',
  bi: 'bi/**',
  infra: 'infra/**',
  repository: 'repository/**',
  pages: 'pages/**',
  stores: 'stores/**',
  unit: '{unit/**,.}',
};

/** Files at once. Much of their time is waiting for the emulator's clock, which counts whole seconds. */
const CONCURRENCY = 4;

const named = process.argv.slice(2);
const unknown = named.filter(name => SUITES[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. There are: ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}

const cwd = fileURLToPath(new URL('.', import.meta.url));
const chosen = Object.entries(SUITES).filter(([name]) => named.length === 0 || named.includes(name));
const files = chosen.flatMap(([, pattern]) => globSync(`${pattern}/*.test.ts`, { cwd })).map(file => `${cwd}${file}`);

let summed = false;
const tests = run({ files: [...new Set(files)], concurrency: CONCURRENCY });
tests.on('test:summary', ({ file, success, counts }) => {
  if (file !== undefined) return;
  summed = true;
  const idle = counts.skipped + counts.todo + counts.cancelled;
  if (success && idle === 0 && counts.tests > 0) return;
  process.exitCode = 1;
  if (counts.tests === 0) console.error('No test was run.');
  if (idle > 0) console.error(`${idle} tests did not run to their end (skipped, todo or cancelled): that is no pass.`);
});
tests.compose(spec).pipe(process.stdout);
process.on('exit', () => {
  if (!summed) process.exitCode = 1;
});
