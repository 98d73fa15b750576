import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PRELOAD } from './limit.ts';
import { POSIX } from './system.ts';
import { processOf } from './wait.ts';

/** What the run itself does with a test that does not end. Its limit is seconds here. */

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

async function ran(file: string) {
  // This process is a test file as well, and what it starts would take itself for one of the same run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const path = fileURLToPath(new URL(`fixtures/endless/${file}`, import.meta.url));
  const child = spawn(process.execPath, [RUN, '--limit', '3', path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { said, ended } = processOf(`the run of ${file}`, child);
  const { code } = await ended();
  return { code, stdout: said.stdout, closing: said.stderr };
}

test('a test that waits without end fails the run within its limit, and is named at the end', async () => {
  const { code, stdout, closing } = await ran('waits.ts');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /✔ this one ends/);
  assert.match(stdout, /✖ this one waits for what never comes/);
  assert.match(closing, /Not ended after 3 s: "this one waits for what never comes" in \S*waits\.ts/);
});

test('a test that never gives way is killed with its process, and is named at the end', async () => {
  const { code, stdout, closing } = await ran('loops.ts');
  assert.equal(code, 1, stdout);
  assert.match(closing, /loops\.ts: Not ended after 3 s: "this one never gives way"\. The process is killed/);
  // Windows tells nobody how a process ended.
  if (POSIX) assert.match(closing, /Killed \(SIGKILL\): the process of \S*loops\.ts/);
});

test('a process that does not end after its last test is a failure', async () => {
  const { code, stdout, closing } = await ran('leaves-open.ts');
  assert.equal(code, 1, stdout);
  assert.match(closing, /leaves-open\.ts: All tests have ended, and 3 s later the process has not/);
});

test('the limit is preloaded by its address, since the path of a file on Windows is no module', () => {
  const [flag, address = ''] = PRELOAD;
  assert.deepEqual(
    [flag, new URL(address).protocol, new URL('limit.ts', import.meta.url).href],
    ['--import', 'file:', address],
  );
});
