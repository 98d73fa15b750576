import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LIMIT_VARIABLE, PRELOAD } from './limit.ts';

/**
 * Runs suites, each test file in a process of its own. Fails when a test fails or does not end within the limit, when a
 * file's process was killed, and also when a test is skipped or when there was none to run: a check that did not happen
 * has not passed.
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
/** The longest test takes two minutes on two cores with nothing else to do, and took ten beside twenty busy processes. */
const LIMIT_SECONDS = 900;

const HELP = `Usage: node test/run.ts [--limit <seconds>] [suite or file ...]

Runs all suites, or those named, or single files (test/flow/start.test.ts).
Suites: ${Object.keys(SUITES).join(', ')}
  --limit <seconds>  how long a test may take before it is ended and counts as failed (${LIMIT_SECONDS})
  --help             this`;

const cwd = fileURLToPath(new URL('.', import.meta.url));

function refuse(why: string): never {
  console.error(`${why}\n\n${HELP}`);
  process.exit(2);
}

function asked() {
  try {
    const options = { limit: { type: 'string', default: String(LIMIT_SECONDS) }, help: { type: 'boolean' } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function filesOf(name: string): string[] {
  const pattern = SUITES[name];
  if (pattern !== undefined) return globSync(`${pattern}/*.test.ts`, { cwd }).map(file => `${cwd}${file}`);
  const files = globSync(name).map(file => resolve(file));
  return files.length > 0 ? files : refuse(`There is no suite and no file ${name}.`);
}

const { values, positionals } = asked();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const limitMs = Number(values.limit) * 1_000;
if (!(limitMs > 0)) refuse(`--limit ${values.limit}: expected seconds.`);
// Read by limit.ts in the process of each file.
process.env[LIMIT_VARIABLE] = String(limitMs);

const named = positionals.length === 0 ? Object.keys(SUITES) : positionals;
const tests = run({
  files: [...new Set(named.flatMap(filesOf))],
  concurrency: CONCURRENCY,
  timeout: limitMs,
  execArgv: [...PRELOAD],
});

/** What must be seen at the end, whatever was printed before. */
const closing: string[] = [];
let summed = false;

tests.on('test:fail', ({ name, file = '', details }) => {
  const where = relative(process.cwd(), file);
  const { failureType, signal } = Object(details.error);
  if (failureType === 'testTimeoutFailure') closing.push(`Not ended after ${values.limit} s: "${name}" in ${where}`);
  else if (signal) closing.push(`Killed (${signal}): the process of ${where}`);
});
tests.on('test:stderr', ({ file, message }) => {
  if (/The process is killed\.$/m.test(message)) closing.push(`${relative(process.cwd(), file)}: ${message.trim()}`);
});
tests.on('test:summary', ({ file, success, counts }) => {
  if (file !== undefined) return;
  summed = true;
  const idle = counts.skipped + counts.todo + counts.cancelled;
  if (counts.tests === 0) closing.push('No test was run.');
  if (idle > 0) closing.push(`${idle} tests did not run to their end (skipped, todo or cancelled): that is no pass.`);
  if (!success || closing.length > 0) process.exitCode = 1;
});
tests.compose(spec).pipe(process.stdout);
process.on('exit', () => {
  if (!summed) closing.push('The run itself ended before it had counted its tests.');
  if (closing.length === 0) return;
  process.exitCode = 1;
  console.error(['', ...closing].join('\n'));
});
