import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const page = read('docs/security.md');

test('docs/security.md covers every threat, and each test it names exists', () => {
  const rows = page.split('\n').filter(line => /^\| S\d+ \|/.test(line));
  assert.deepEqual(
    rows.map(row => row.split(' ')[1]),
    Array.from({ length: 32 }, (_, i) => `S${i + 1}`),
  );
  for (const row of rows) {
    const named = [...row.matchAll(/`(test\/[\w/.-]+)` "([^"]+)"/g)];
    assert.ok(named.length > 0, row.slice(0, 40));
    for (const [, file = '', title = ''] of named) {
      assert.ok(existsSync(`${ROOT}${file}`), file);
      assert.ok(read(file).includes(title), `${file} has no test "${title}"`);
    }
  }
});

test('docs/security.md names only files that exist as the place of a control', () => {
  const row = /^\| S\d+ \|[^|]*\|[^|]*\|([^|]*)\|/gm;
  for (const [, places = ''] of page.matchAll(row))
    for (const [, path = ''] of places.matchAll(/`([^`]+)`/g)) {
      const exists = existsSync(`${ROOT}${path}`) || globSync(`${path}*`, { cwd: ROOT }).length > 0;
      assert.ok(exists, path);
    }
});

test('nothing that is deployed writes CSV', () => {
  for (const path of globSync(['functions/**/*.ts', 'shared/**/*.ts'], { cwd: ROOT }))
    assert.doesNotMatch(read(path), /text\/csv|\.csv\b/i, path);
});

/** Forms of secrets that somebody may paste. What is shorter or has words in it is an example. */
const SECRETS: readonly RegExp[] = [
  /AccountKey=[A-Za-z0-9+/]{86}==/,
  /\b[A-Za-z0-9+/]{86}==/,
  /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/]{40}/,
  /[?&]sig=[A-Za-z0-9%]{40}/,
  /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/,
  /(?:client_?secret|password)["']?\s*[:=]\s*["'][A-Za-z0-9~_.-]{34,}["']/i,
];
const EMULATOR = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

test('the repository holds no secret but the emulator’s published key', () => {
  const outside = /^(node_modules|dist|release|\.git|\.landline[\w-]*)([/\\]|$)/;
  const paths = globSync('**/*', { cwd: ROOT, exclude: path => outside.test(path) }).filter(path => {
    const { size } = statSync(`${ROOT}${path}`);
    return (
      statSync(`${ROOT}${path}`).isFile() &&
      size < 2_000_000 &&
      !/\.(png|parquet|gz|wasm)$|package-lock\.json$/.test(path)
    );
  });
  assert.ok(paths.length > 100);
  for (const path of paths) {
    const text = read(path).replaceAll(EMULATOR, '');
    for (const secret of SECRETS) assert.doesNotMatch(text, secret, path);
  }
  const where = paths.filter(path => read(path).includes(EMULATOR));
  assert.deepEqual(
    where.filter(path => !/^(local|test|shared|cli)[/\\]/.test(path)),
    [],
  );
});
