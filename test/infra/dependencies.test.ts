import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';

const ROOT = new URL('../../', import.meta.url);
const LIST = new URL('docs/decisions/dependencies.md', ROOT);

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        dev: z.boolean().optional(),
        devOptional: z.boolean().optional(),
        optional: z.boolean().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')));
const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')));

/** Names of everything that may run in production: the direct dependencies and all below them. */
function production(): string[] {
  const names = Object.entries(lock.packages)
    .filter(([path, { dev, devOptional, optional }]) => path !== '' && !dev && !devOptional && !optional)
    .map(([path]) => path.split('node_modules/').at(-1) ?? path);
  return [...new Set(names)].sort();
}

test('the production dependency tree is exactly the list in docs/decisions/dependencies.md', () => {
  const listed = [...readFileSync(LIST, 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
  assert.deepEqual(listed.sort(), production());
});

test('every direct dependency is justified there, and pinned to one version', () => {
  const page = readFileSync(LIST, 'utf8');
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    const [, reason] = new RegExp(`^\\| \`${name}\` \\| direct: (.+) \\|$`, 'm').exec(page) ?? [];
    assert.ok((reason ?? '').length > 20, `${name} has no reason`);
  }
  for (const [name, version] of Object.entries(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+/, name);
});

test('every locked package is held to a digest, and comes from no place but the registry, and only known ones run a script at install', () => {
  for (const [path, { resolved, integrity }] of Object.entries(lock.packages)) {
    if (path === '') continue;
    if (resolved !== undefined) assert.match(resolved, /^https:\/\/registry\.npmjs\.org\//, path);
    assert.match(integrity ?? '', /^sha512-/, path);
  }
  const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const known = ['node_modules/esbuild', 'node_modules/fsevents'];
  assert.deepEqual(
    scripted.map(([path]) => path).filter(path => !known.includes(path)),
    [],
  );
});
