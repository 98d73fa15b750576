import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { waitFor } from '../wait.ts';
import { base64, lengthOf, newQueues, ROOT, said, start, takeAll, useHosts } from './host-setup.ts';

useHosts();

describe('timer to queue to queue', () => {
  test('what a timer puts out is handled, put out again, and deleted', async () => {
    const queues = await newQueues();
    const host = await start(queues);
    assert.equal(await host.runTimer('produce'), true);
    await host.drain();
    assert.deepEqual(await takeAll(queues.done), ['{\n  "done": "one"\n}', '{\n  "done": "two"\n}']);
    assert.equal(await lengthOf(queues.words), 0);
    assert.deepEqual(host.stats(), {
      produce: { started: 1, succeeded: 1, failed: 0 },
      consume: { started: 2, succeeded: 2, failed: 0 },
    });
    assert.equal(host.idle(), true);
  });

  test('a schedule that comes from a setting runs by itself', async () => {
    const queues = await newQueues();
    const host = await start(queues, { settings: { PRODUCE_SCHEDULE: '* * * * * *' } });
    await waitFor('two runs succeed', () => (host.stats()['consume']?.succeeded ?? 0) >= 2, { saw: host.stats });
    const timer = said().find(entry => 'timer' in entry)?.['timer'];
    assert.deepEqual(timer, { isPastDue: false, schedule: { adjustForDST: true }, scheduleStatus: null });
  });

  test('a timer that throws puts out nothing, and the host goes on', async () => {
    const queues = await newQueues();
    const host = await start(queues, { settings: { PRODUCE_FAILS: 'yes' } });
    assert.equal(await host.runTimer('produce'), false);
    await host.drain();
    assert.equal(await lengthOf(queues.words), 0);
    await queues.words.sendMessage(base64({ word: 'after' }));
    await host.drain();
    assert.equal(host.stats()['consume']?.succeeded, 1);
  });

  test('the admin endpoint starts a timer and answers before it is done', async () => {
    const queues = await newQueues();
    const host = await start(queues, { files: ['functions/produce.ts', 'functions/pages.ts'] });
    const admin = (name: string) => fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body: '{}' });
    assert.equal((await admin('produce')).status, 202);
    assert.equal((await admin('nothing')).status, 404);
    await host.drain();
    assert.equal(host.stats()['produce']?.succeeded, 1);
  });
});

describe('a bundle of the same app', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landline-host-'));
    const names = ['produce', 'consume', 'pages'];
    await build({
      stdin: { contents: names.map(name => `import './functions/${name}.ts';`).join('\n'), resolveDir: ROOT },
      outfile: join(folder, 'app.mjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      external: ['@azure/functions-core'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      logLevel: 'silent',
    });
  });
  after(() => rm(folder, { recursive: true }));

  test('runs as the sources do, timers, queues and HTTP', async () => {
    const queues = await newQueues();
    const hostJson = { version: '2.0' };
    const host = await start(queues, { root: folder, files: ['app.mjs'], hostJson });
    await host.runTimer('produce');
    await host.drain();
    assert.deepEqual(await takeAll(queues.done), ['{\n  "done": "one"\n}', '{\n  "done": "two"\n}']);
    const response = await fetch(`${host.url}/api/days/teams-sms/2026-01-31`);
    assert.equal(response.status, 200);
  });
});
