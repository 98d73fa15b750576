import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';
import { copyPath } from '../../cli/copy-path.ts';
import { chromiumPlaces } from '../../local/chromium.ts';
import { signalsOf } from '../../local/start/stop.ts';
import landline from '../../package.json' with { type: 'json' };
import { DATASETS } from '../../shared/datasets/index.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { slashed } from '../system.ts';

/** Paths as Windows and a Mac have them, made on whatever system this is. */

test('the copy of a partition goes below the folder, with the separators of the system', () => {
  for (const { name } of DATASETS) {
    const blob = partitionPath(name, '2026-01-31');
    assert.equal(copyPath('C:\\out', blob, win32), `C:\\out\\${name}\\date=2026-01-31\\${name}-2026-01-31.jsonl`);
    assert.equal(copyPath('./out', blob, posix), `out/${blob}`);
  }
  const curated = 'v1/fact_call/dataset=teams-pstn-calls/date=2026-01-31/part-0.parquet';
  assert.equal(copyPath('\\\\server\\share', curated, win32), `\\\\server\\share\\${curated.replaceAll('/', '\\')}`);
});

test('a blob whose name leads elsewhere, or is none for a file, is copied nowhere', () => {
  const names = [
    '../x',
    'v1/../../x',
    'v1//x',
    '/x',
    'v1/',
    'v1/..\\..\\x',
    'C:x',
    'v1/x:y',
    'v1/nul',
    'v1/COM1.parquet',
  ];
  for (const name of [...names, 'v1/x.', 'v1/x ', 'v1/a\nb', '.', '', 'v1/x*'])
    for (const system of [posix, win32]) assert.equal(copyPath('out', name, system), undefined, JSON.stringify(name));
});

test('a browser is looked for on the PATH, and on a Mac and on Windows where its installer puts it', () => {
  const onLinux = chromiumPlaces('linux', { PATH: '/usr/bin:/opt/bin' });
  assert.deepEqual(onLinux.slice(0, 2), ['/usr/bin/chromium', '/opt/bin/chromium']);
  const onMac = chromiumPlaces('darwin', { PATH: '/usr/bin' });
  assert.ok(onMac.includes('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'));
  const onWindows = chromiumPlaces('win32', { PATH: 'C:\\bin;D:\\more', ProgramFiles: 'C:\\Program Files' });
  assert.ok(onWindows.includes('D:\\more\\chromium.exe'));
  assert.ok(onWindows.includes('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'));
  assert.ok(onWindows.every(path => win32.isAbsolute(path) && path.endsWith('.exe')));
  assert.deepEqual(chromiumPlaces('win32', {}), []);
});

test('paths below the repository read the same on every system', () => {
  assert.equal(slashed(win32.join('shared', 'sources', 'graph.ts'), win32.sep), 'shared/sources/graph.ts');
  assert.equal(slashed(posix.join('shared', 'plan', 'plan.ts'), posix.sep), 'shared/plan/plan.ts');
});

test('the Node that npm ci brings is where the command line looks for it', () => {
  const ours = readFileSync(new URL('../../cli/landline.mjs', import.meta.url), 'utf8');
  assert.match(ours, /node_modules\/node-\$\{system\}-\$\{process\.arch\}\/bin\/\$\{binary\}/);
  for (const name of Object.keys(landline.optionalDependencies)) assert.match(name, /^node-(linux|win)-(x64|arm64)$/);
  const here = new URL(`../../node_modules/node-${process.platform}-${process.arch}/bin/node`, import.meta.url);
  if (process.platform === 'linux') assert.ok(existsSync(here));
});

test('npm start stops in good order on what each system sends, and nohup keeps it running', () => {
  assert.deepEqual(signalsOf('win32'), ['SIGINT', 'SIGBREAK', 'SIGHUP']);
  for (const system of ['linux', 'darwin'] as const) assert.ok(!signalsOf(system).includes('SIGHUP'));
});

test('no npm script needs a shell of one system', () => {
  for (const [name, script] of Object.entries(landline.scripts))
    assert.match(script, /^(node [\w./-]+( [a-z]+)?|biome [\w. -]+|tsc --noEmit|knip|npm run \w+)( && .*)?$/, name);
});
