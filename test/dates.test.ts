import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { processOf } from './wait.ts';

/** What `npm run test:dates` says before it tries anything. */

async function dates(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const file = fileURLToPath(new URL('dates.ts', import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { said, ended } = processOf(`test:dates ${args.join(' ')}`, child);
  const { code } = await ended();
  return { code, ...said };
}

test('where there is no libfaketime, it tries nothing and says how to get it', async () => {
  const { code, stdout, stderr } = await dates({ PATH: '' }, '--only', 'monday');
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^No date was tried\. `faketime` .*sudo apt-get install faketime/);
});

test('a date that it does not have is refused, with those that it has', async () => {
  const { code, stderr } = await dates({ PATH: '' }, '--only', 'someday');
  assert.equal(code, 2);
  assert.match(stderr, /^There is no date someday\.[\s\S]*new-year +2027-01-01 00:20:00 UTC[\s\S]*Europe\/Berlin/);
});
