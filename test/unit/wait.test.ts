import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { processOf, waitFor } from '../wait.ts';

test('a wait gives what came, from a promise or from a look that is taken again', async () => {
  assert.equal(await waitFor('a promise', Promise.resolve(0)), 0);
  let looks = 0;
  assert.equal(await waitFor('the third look', () => ++looks === 3 && 'three'), 'three');
  assert.equal(looks, 3);
});

test('a wait that reaches its limit says what it waited for and what it saw', async () => {
  const waiting = { limitMs: 50, saw: () => ({ landed: 4 }) };
  const told = /^Waited 0\.05 s for: five days land\. Seen: \{ landed: 4 \}$/;
  await assert.rejects(
    waitFor('five days land', () => false, waiting),
    { message: told },
  );
  await assert.rejects(waitFor('five days land', new Promise(() => {}), waiting), { message: told });
  // A look that never comes back as well.
  await assert.rejects(
    waitFor('five days land', () => new Promise(() => {}), waiting),
    { message: told },
  );
});

test('what goes wrong while it is waited for is told as it is', async () => {
  await assert.rejects(waitFor('a promise', Promise.reject(new Error('it broke'))), /it broke/);
  await assert.rejects(
    waitFor('a look', () => Promise.reject(new Error('it broke'))),
    /it broke/,
  );
});

test('of a process everything is heard', async () => {
  const script = 'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3';
  const process_ = processOf('node', spawn(process.execPath, ['--eval', script]));
  assert.deepEqual(
    [await process_.ended(), process_.said],
    [
      { code: 3, signal: null },
      { stdout: 'out', stderr: 'err' },
    ],
  );
});
