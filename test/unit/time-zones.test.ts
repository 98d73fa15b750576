import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Whatever zone a machine has, days are UTC. These files expect values that are written out. */

const FILES = [
  'unit/day.test.ts',
  'unit/instants.test.ts',
  'unit/owed.test.ts',
  'unit/plan.test.ts',
  'unit/reading.test.ts',
  'unit/page.test.ts',
  'curate/values.test.ts',
  'curate/owed-curation.test.ts',
].map(file => fileURLToPath(new URL(`../${file}`, import.meta.url)));

/** A day that does not follow the one before makes loops that never end. All files together take two seconds. */
const RUN_MS = 60_000;

/** A zone that the machine does not know would be UTC, and prove nothing. */
const IN_A_ZONE = 'data:text/javascript,if (new Date(0).getTimezoneOffset() === 0) throw new Error("UTC")';

for (const zone of ['America/New_York', 'Pacific/Kiritimati', 'Asia/Kathmandu']) {
  test(`days, plans, pages and curated instants are the same under TZ=${zone}`, async () => {
    // Without this a runner within a test believes that it is one of its files.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ['--test', '--test-isolation=none', `--import=${IN_A_ZONE}`, ...FILES];
    const child = spawn(process.execPath, args, {
      env: { ...env, TZ: zone },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        said += String(chunk);
      });
    const [code] = await once(child, 'close');
    assert.equal(code, 0, said);
    assert.match(said, /pass [1-9]\d/);
  });
}
