import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { FollowedLinks } from '../../shared/fetch/followed-links.ts';
import type { Reading } from '../../shared/fetch/reading.ts';
import type { Page } from '../../shared/words/ports.ts';

const LINKS = 10_000;
const LINK_BYTES = 16_000;
const reading = { pages: 0, parts: { index: 0 } } as unknown as Reading;

function pageTo(link: number): Page {
  // Not by `repeat`, which makes many texts of one piece of memory.
  const next = Buffer.alloc(LINK_BYTES, `${link}?`).toString('latin1');
  return { cut: { count: 1 }, next } as unknown as Page;
}

test('links are remembered to find a circle, and not kept: as many as a day may have would fill the memory', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const chain = new FollowedLinks(teamsSms, reading, { pagesMax: 40_000, emptyPagesMax: 1 });
  const before = heap();
  for (let link = 0; link < LINKS; link++) chain.refuseEndless(pageTo(link));
  const kept = heap() - before;
  assert.ok(kept < (LINKS * LINK_BYTES) / 10, `${kept} bytes`);
  assert.throws(() => chain.refuseEndless(pageTo(LINKS / 2)), { reason: 'paging.loop' });
});
