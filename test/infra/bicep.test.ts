import assert from 'node:assert/strict';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { absence, build, buildParameters, diagnosticsIn, findCompiler } from '../../infra/bicep.ts';
import { bicepFiles, flawsIn, flawsOf } from '../../infra/syntax.ts';
import { hashOfSources, INFRA, normalised, storedHash, TEMPLATE } from '../../infra/template.ts';
import { posixTest } from '../system.ts';

const compiler = findCompiler();

test('main.json is what the Bicep sources compile to, without an error or a warning', context => {
  // Where there is no compiler the stored digest of the sources says whether main.json was made from them.
  assert.equal(storedHash(), hashOfSources(), 'infra changed: npm run check:infra -- --write, then npm run fix');
  if ('tried' in compiler) {
    context.diagnostic(`Not compiled, only compared by digest. ${absence(compiler.tried)}`);
    return;
  }
  context.diagnostic(`Compiled by ${compiler.from}`);
  const { diagnostics, output } = build(compiler, join(INFRA, 'main.bicep'));
  assert.deepEqual(
    diagnostics.filter(({ level }) => level !== 'info'),
    [],
  );
  assert.deepEqual(JSON.parse(readFileSync(TEMPLATE, 'utf8')), normalised(output));
});

test('main.json carries every file that the sources load, as it is', () => {
  const loaded = globSync(['kql/**/*.kql', 'alerts.json', 'workbook.json', 'roles.json', 'publish-package.sh'], {
    cwd: INFRA,
  });
  const contents = loaded.map(path => {
    const text = readFileSync(join(INFRA, path), 'utf8').replaceAll('\r', '');
    return path.endsWith('.json') ? JSON.parse(text) : text;
  });
  // Two modules load roles.json.
  const all = loadedIn(JSON.parse(readFileSync(TEMPLATE, 'utf8')));
  const carried = all.filter((each, i) => all.findIndex(other => isDeepStrictEqual(each, other)) === i);
  assert.equal(carried.length, loaded.length);
  for (const [i, content] of contents.entries())
    assert.ok(
      carried.some(each => isDeepStrictEqual(each, content)),
      loaded[i],
    );
});

/** What the compiler put in the place of `loadTextContent` and `loadJsonContent`: variables of its own, named $fxv. */
function loadedIn(template: unknown): unknown[] {
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) => (key.startsWith('$fxv#') ? [value] : loadedIn(value)));
}

test('every set of parameters fits the template', context => {
  const files = globSync('parameters/*.bicepparam', { cwd: INFRA });
  assert.ok(files.length >= 4);
  if ('tried' in compiler) {
    context.diagnostic('Without a compiler, template.test.ts deploys them on paper; types are not checked.');
    return;
  }
  for (const file of files) {
    const { diagnostics } = buildParameters(compiler, join(INFRA, file));
    assert.deepEqual(
      diagnostics.filter(({ level }) => level !== 'info'),
      [],
      file,
    );
  }
});

test('every Bicep file is well-formed, by a grammar that is not the compiler', () => {
  const files = bicepFiles();
  assert.ok(files.includes('main.bicep') && files.includes('parameters/default.bicepparam'));
  for (const file of files) assert.deepEqual(flawsOf(join(INFRA, file)), [], file);
});

test('what is broken is found, with its place', context => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-syntax-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const placesOf = (name: string, lines: readonly string[]): string[] => {
    const file = join(folder, name);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return flawsOf(file).map(({ line, column }) => `${line}:${column}`);
  };
  assert.deepEqual(placesOf('good.bicep', ['param a string', 'var b = [a]']), []);
  assert.deepEqual(placesOf('good.bicepparam', ["using 'good.bicep'", "param a = 'x'"]), []);
  // The place is where the grammar gives up, which may be a little after where the bracket belongs.
  assert.deepEqual(placesOf('broken.bicep', ['param a string', 'var b = [a', 'var c = 1']), ['3:10']);
  assert.deepEqual(placesOf('broken.bicepparam', ["using 'good.bicep'", 'param a = {']), ['2:12']);
});

test('no bracket of main.bicep can be lost without a word', () => {
  const text = readFileSync(join(INFRA, 'main.bicep'), 'utf8');
  // Outside of texts and comments, where a bracket is only a character.
  const code = text.replace(/'(?:[^'\\]|\\.)*'|\/\/[^\n]*/g, skipped => ' '.repeat(skipped.length));
  const brackets = [...code.matchAll(/[[\](){}]/g)].map(({ index }) => index);
  assert.ok(brackets.length > 100);
  for (const at of brackets)
    assert.notDeepEqual(flawsIn(text.slice(0, at) + text.slice(at + 1)), [], text.slice(at - 30, at + 1));
});

test('the sources use no module from a registry, so that a build needs no network', () => {
  for (const file of globSync('**/*.bicep', { cwd: INFRA }))
    assert.doesNotMatch(readFileSync(join(INFRA, file), 'utf8'), /'(br|ts)[:/]|^extension /m, file);
});

posixTest('the compiler of BICEP comes first, and one that does not run is named', context => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-bicep-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const fake = join(folder, 'bicep');
  writeFileSync(fake, '#!/bin/sh\nexit 0\n');
  chmodSync(fake, 0o755);
  assert.deepEqual(findCompiler({ BICEP: fake, PATH: folder }), { from: 'BICEP', command: fake, prefix: [] });
  assert.deepEqual(findCompiler({ PATH: folder }), { from: fake, command: fake, prefix: [] });
  const nothing = findCompiler({ BICEP: join(folder, 'none'), PATH: join(folder, 'empty') });
  assert.ok('tried' in nothing);
  assert.deepEqual(nothing.tried, [
    `BICEP names ${join(folder, 'none')}, which does not answer to --version`,
    'no bicep on PATH',
    'no az on PATH',
    'no dotnet on PATH to fetch the NuGet package with',
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
