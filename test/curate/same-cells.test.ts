import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CELLS, cellsOfKept } from './same-cells.ts';
import { duck, folderFor } from './setup.ts';

test('every cell of the kept lines, under every profile, is what it was', async context => {
  const now = await cellsOfKept(await duck(context), folderFor(context));
  const before = await readFile(CELLS, 'utf8');
  assert.ok(before.length > 100_000);
  assert.deepEqual(now.split('\n'), before.split('\n'), 'when it is meant: node test/curate/same-cells.ts --keep');
});
