import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SOAK = fileURLToPath(new URL('soak.ts', import.meta.url));

function soak(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, ...argv], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the soak refuses what it cannot mean, and says what it expects', () => {
  for (const [argv, message] of [
    [['--seed', 'abc'], /'abc' is invalid\. Expected a whole number/],
    [['--kills', 'x'], /'x' is invalid\. Expected a whole number from 1/],
    [['--seeds', '0'], /'0' is invalid\. Expected a whole number from 1/],
    [['--place', '1:nonsense'], /'1:nonsense' is invalid\. Expected none, or an operation and a fault .*crash-after/],
    [['seed'], /too many arguments/],
  ] as const) {
    const { status, stdout, stderr } = soak(...argv);
    assert.deepEqual([status, stdout], [2, ''], argv.join(' '));
    assert.match(stderr, message);
  }
});

test('without a word of what to do, the soak says how many worlds it runs', () => {
  assert.match(soak('--help').stdout, /Without any of these, 1,000 seeds are simulated\./);
});
