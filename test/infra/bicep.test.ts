import assert from 'node:assert/strict';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { absence, BICEP_VERSION, build, diagnosticsIn, findCompiler } from '../../infra/bicep.ts';
import { SNAPSHOTS, storedSnapshot, takeSnapshots } from '../../infra/snapshot.ts';
import { hashOfSources, INFRA, normalised, storedHash, TEMPLATE } from '../../infra/template.ts';
import { posixTest } from '../system.ts';

const compiler = findCompiler();

test('main.json is what the Bicep sources compile to, without an error or a warning', context => {
  // Where there is no compiler the stored digest of the sources says whether main.json was made from them.
  assert.equal(storedHash(), hashOfSources(), 'infra changed: npm run check:infra -- --write, then npm run fix');
  if ('tried' in compiler) {
    context.diagnostic(
      `NOT RUN: the Bicep compiler. Nothing was compiled, only compared by digest. ${absence(compiler.tried)}`,
    );
    return;
  }
  context.diagnostic(`RUN: Bicep ${compiler.version}, from ${compiler.from}`);
  const { diagnostics, output } = build(compiler, join(INFRA, 'main.bicep'));
  assert.deepEqual(
    diagnostics.filter(({ level }) => level !== 'info'),
    [],
  );
  assert.deepEqual(JSON.parse(readFileSync(TEMPLATE, 'utf8')), normalised(output));
});

test('main.json carries every file that the sources load, as it is', () => {
  const sources = ['kql/**/*.kql', 'alerts.json', 'workbook.json', 'roles.json', 'flex-regions.json'];
  const loaded = globSync([...sources, 'publish-package.sh'], {
    cwd: INFRA,
  });
  const contents = loaded.map(path => {
    const text = readFileSync(join(INFRA, path), 'utf8').replaceAll('\r', '');
    return path.endsWith('.json') ? JSON.parse(text) : text;
  });
  const carried = loadedIn(JSON.parse(readFileSync(TEMPLATE, 'utf8')));
  for (const [i, content] of contents.entries())
    assert.ok(
      carried.some(each => isDeepStrictEqual(each, content)),
      loaded[i],
    );
});

/** What the compiler puts in the place of `loadTextContent` and `loadJsonContent`: values of variables, at any depth. */
function loadedIn(template: unknown): unknown[] {
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) =>
    key === 'variables' && value !== null ? Object.values(value) : loadedIn(value),
  );
}

test('every set of parameters fits the template, and would deploy what its snapshot shows', context => {
  assert.ok(globSync('snapshots/*.txt', { cwd: INFRA }).length >= 4);
  if ('tried' in compiler) {
    context.diagnostic(
      'NOT RUN: snapshots. Without a compiler, template.test.ts deploys on paper; types are not checked.',
    );
    return;
  }
  const snapshots = takeSnapshots(compiler);
  assert.deepEqual(
    snapshots.map(({ name }) => `${name}.txt`),
    globSync('*.txt', { cwd: SNAPSHOTS }).sort(),
  );
  for (const { name, diagnostics, text } of snapshots) {
    assert.deepEqual(
      diagnostics.filter(({ level }) => level !== 'info'),
      [],
      name,
    );
    assert.equal(text, storedSnapshot(name), 'what is deployed has changed: npm run check:infra -- --write');
  }
});

test('what is broken is found by the compiler, with its place', context => {
  if ('tried' in compiler) return;
  const folder = mkdtempSync(join(tmpdir(), 'landline-broken-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'broken.bicep');
  writeFileSync(file, "param a strin\nresource b 'Microsoft.Storage/storageAccounts@2025-06-01' = {\n  name: c\n}\n");
  const { diagnostics, output } = build(compiler, file);
  assert.deepEqual(
    diagnostics.filter(({ level }) => level === 'error').map(({ line, code }) => [line, code]),
    [
      [1, 'BCP302'],
      [3, 'BCP057'],
    ],
  );
  assert.equal(output, '');
});

test('the sources use no module from a registry, so that a build needs no network', () => {
  for (const file of globSync('**/*.bicep', { cwd: INFRA }))
    assert.doesNotMatch(readFileSync(join(INFRA, file), 'utf8'), /'(br|ts)[:/]|^extension /m, file);
});

posixTest('the compiler of BICEP comes first, and one that does not run is named', context => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-bicep-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const fake = join(folder, 'bicep');
  writeFileSync(fake, '#!/bin/sh\necho "Bicep CLI version 0.99.1 (abc)"\n');
  chmodSync(fake, 0o755);
  const found = { version: '0.99.1', command: fake, prefix: [] };
  assert.deepEqual(findCompiler({ BICEP: fake, PATH: folder }), { from: 'BICEP', ...found });
  assert.deepEqual(findCompiler({ PATH: folder }), { from: fake, ...found });
  const nothing = findCompiler({ BICEP: join(folder, 'none'), PATH: join(folder, 'empty') });
  assert.ok('tried' in nothing);
  const [name] = /Azure\.Bicep\.CommandLine\.[a-z]+-[a-z0-9]+/.exec(nothing.tried[1] ?? '') ?? [];
  assert.deepEqual(nothing.tried, [
    `BICEP names ${join(folder, 'none')}, which does not answer to --version`,
    `NuGet: no dotnet on PATH to fetch ${name} ${BICEP_VERSION} with`,
    'no bicep on PATH',
    'no az on PATH',
  ]);
  assert.match(absence(nothing.tried), /aka\.ms\/bicep-install/);
});

test('diagnostics are read from what the compiler and az write', () => {
  const text = [
    'WARNING: A new Bicep release is available: v9.',
    '/x/main.bicep(3,7) : Warning no-unused-params: Parameter "a" is declared but never used. [https://aka.ms/x]',
    'ERROR: /x/main.bicep(4,1) : Error BCP007: This declaration type is not recognized.',
  ].join('\n');
  assert.deepEqual(
    diagnosticsIn(text).map(({ file, line, level, code }) => [file, line, level, code]),
    [
      ['/x/main.bicep', 3, 'warning', 'no-unused-params'],
      ['/x/main.bicep', 4, 'error', 'BCP007'],
    ],
  );
});
