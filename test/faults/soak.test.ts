import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { processOf } from '../wait.ts';

const SOAK = fileURLToPath(new URL('soak.ts', import.meta.url));

async function soak(...argv: readonly string[]) {
  const { said, ended } = processOf(`soak ${argv.join(' ')}`, spawn(process.execPath, [SOAK, ...argv]));
  const { code } = await ended();
  return { status: code, ...said };
}

test('the soak refuses what it cannot mean, and says what it expects', async () => {
  for (const [argv, message] of [
    [['--seed', 'abc'], /'abc' is invalid\. Expected a whole number/],
    [['--kills', 'x'], /'x' is invalid\. Expected a whole number from 1/],
    [['--seeds', '0'], /'0' is invalid\. Expected a whole number from 1/],
    [['--place', '1:nonsense'], /'1:nonsense' is invalid\. Expected none, or an operation and a fault .*crash-after/],
    [['seed'], /too many arguments/],
  ] as const) {
    const { status, stdout, stderr } = await soak(...argv);
    assert.deepEqual([status, stdout], [2, ''], argv.join(' '));
    assert.match(stderr, message);
  }
});

test('without a word of what to do, the soak says how many worlds it runs', async () => {
  assert.match((await soak('--help')).stdout, /Without any of these, 1,000 seeds are simulated\./);
});
