import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DefaultSettings, TaskUtils } from '@microsoft/powerquery-parser';

/** Power Query has no interpreter outside Windows; its language has Microsoft's own parser. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VERSION: string = createRequire(import.meta.url)('@microsoft/powerquery-parser/package.json').version;

async function flawOf(text: string): Promise<string | undefined> {
  const parsed = await TaskUtils.tryLexParse(DefaultSettings, text);
  return 'error' in parsed ? String(parsed.error.message) : undefined;
}

/** Every M text: files of their own, and blocks in the documents. */
function texts(): [place: string, text: string][] {
  const files = globSync('docs/**/*.{pq,pqm,m}', { cwd: ROOT }).map(path => [
    path,
    readFileSync(`${ROOT}${path}`, 'utf8'),
  ]);
  const blocks = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).flatMap(path =>
    [...readFileSync(`${ROOT}${path}`, 'utf8').matchAll(/^```(?:m|powerquery|pq)\r?\n([\s\S]*?)^```/gm)].map(
      ([, block = '']) => [path, block],
    ),
  );
  return [...files, ...blocks] as [string, string][];
}

test('Microsoft’s parser takes every M text of the documents', async context => {
  context.diagnostic(`RUN: @microsoft/powerquery-parser ${VERSION}`);
  const all = texts();
  assert.ok(all.length >= 2);
  for (const [place, text] of all) assert.equal(await flawOf(text), undefined, place);
});

test('what is no M is found', async () => {
  for (const text of ['let a = 1, in a', 'let a = 1 in', 'each [Name', 'let a = (x as text => x in a'])
    assert.notEqual(await flawOf(text), undefined, text);
});
