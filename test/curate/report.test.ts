import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium as launcher } from 'playwright-core';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/output.ts';
import { figuresOf } from '../../cli/report/data.ts';
import { reportPage } from '../../cli/report/page.ts';
import { CHROMIUM_FLAGS, chromium } from '../../local/chromium.ts';
import type { CuratedStore } from '../../shared/ports.ts';
import { january, viewsOver } from './kit.ts';
import { folderFor } from './rig.ts';

/** The curated files of a folder, as a store. */
function storeOf(folder: string): CuratedStore {
  const root = join(folder, 'curated');
  return {
    head: async () => undefined,
    write: async () => 'superseded',
    async read(path) {
      const bytes = await readFile(join(root, path));
      return (async function* () {
        yield bytes;
      })();
    },
    async *list(prefix) {
      const { globSync } = await import('node:fs');
      yield* globSync(`${prefix}**/*.parquet`, { cwd: root }).sort();
    },
  };
}

test('the report says what the tables say, in one page without a network', async context => {
  const folder = await january(context, 40, true);
  const figures = await figuresOf(storeOf(folder));
  const db = await viewsOver(context, folder);
  const [counts] = await db.rows(
    `SELECT (SELECT count(*) FROM fact_call)::INT AS calls, (SELECT count(*) FROM fact_message)::INT AS messages`,
  );
  assert.deepEqual({ calls: figures.calls, messages: figures.messages }, counts);
  const costs = await db.rows(
    `SELECT currency, (sum(coalesce(charge, 0) + coalesce(connection_charge, 0)) * 1000000)::HUGEINT::VARCHAR AS total FROM fact_call WHERE route = 'pstn' GROUP BY 1`,
  );
  for (const { currency, total } of costs)
    assert.equal(String(figures.cost.get(String(currency))?.get('2026-01')?.calls), total, String(currency));

  const html = reportPage(figures, '2026-02-01T06:00:00.000Z');
  assert.equal(html.match(/<svg /g)?.length, 11);
  assert.equal(html.match(/<script|<link|<img|src=|@import|url\((?!#)|http(?!:\/\/www\.w3\.org\/)s?:/)?.[0], undefined);
  assert.ok(!html.includes("O'Neil, Pat <b>"));

  const executablePath = chromium();
  assert.ok(executablePath, 'no Chromium');
  const browser = await launcher.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
  context.after(() => browser.close());
  for (const width of [1280, 390]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const requests: string[] = [];
    page.on('request', request => requests.push(request.url()));
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    await page.setContent(html);
    assert.equal(await page.locator('svg').count(), 11);
    const sideways = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    assert.equal(sideways, false, `${width} px`);
    await page.locator('summary').first().click();
    assert.ok(await page.locator('td').first().isVisible());
    assert.deepEqual([requests, complaints], [[], []]);
    await page.close();
  }
});

test('the commands of the tables explain themselves and refuse what cannot be meant', async context => {
  const lines: string[] = [];
  const notes: string[] = [];
  const out: Output = {
    line: (text = '') => void lines.push(text),
    json: value => void lines.push(JSON.stringify(value)),
    note: text => void notes.push(text),
    progress: () => undefined,
    paint: (_colour, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  for (const name of ['curate', 'forget', 'report']) assert.equal(await run([name, '--help'], out), 0);
  assert.match(lines.join('\n'), /landline curate --all[\s\S]*--dry-run[\s\S]*report\.html/);
  const data = folderFor(context);
  assert.equal(await run(['--data', data, 'forget', '--user', 'x', '--number', '1'], out), 2);
});
