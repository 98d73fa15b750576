import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, chromium as engine, type Page } from 'playwright-core';
import { figuresOf } from '../../cli/report/data.ts';
import { reportPage } from '../../cli/report/page.ts';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment } from '../../local/chromium.ts';
import { NEEDS_BROWSER } from '../pages/browser.ts';
import { WAIT_MS } from '../wait.ts';
import { ROWS, simulated } from './bi-queries.ts';
import { MADE_AT, storeOf } from './report-figures.ts';

/** The report of a real month as it is read: on a screen, light and dark, on a phone, and on paper. */

describe('a report of a month', NEEDS_BROWSER, () => {
  const ends: (() => unknown)[] = [];
  let running: Browser;
  let html = '';
  before(async () => {
    const month = { from: '2026-03-01', to: '2026-03-31' };
    // Amounts as long as any.
    const what = { rows: ROWS, hugeCharges: true, first: month.from, last: month.to, begins: {} };
    const folder = await simulated({ after: act => void ends.push(act) }, what);
    html = reportPage(await figuresOf(storeOf(folder), { ...month, zone: 'Europe/Berlin' }), month, MADE_AT);
    running = await engine.launch({
      executablePath: chromium() ?? '',
      args: [...CHROMIUM_FLAGS],
      env: chromiumEnvironment(),
    });
  });
  after(async () => {
    await running?.close();
    for (const end of ends.reverse()) await end();
  });

  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await running.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.setDefaultTimeout(WAIT_MS);
    await page.setContent(html);
    return page;
  }

  /** What axe-core finds, by all its rules and of whatever weight. */
  async function findingsIn(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    const found: AxeResults = await page.locator('body').evaluate(body => body.ownerDocument.defaultView.axe.run());
    const read = found.passes.find(({ id }) => id === 'color-contrast')?.nodes.map(node => node.html) ?? [];
    assert.ok(read.filter(node => node.startsWith('<td style="--v:0.')).length > 50, 'the heat map is looked at');
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.length}, ${nodes[0]?.html.slice(0, 120)}`);
  }

  for (const colorScheme of ['light', 'dark'] as const)
    test(`axe-core finds nothing in ${colorScheme}, on a screen, a phone and paper`, async () => {
      for (const width of [1280, 390]) {
        const page = await open(width, colorScheme);
        assert.deepEqual(await findingsIn(page), [], `${width} px`);
        if (width > 703) {
          await page.emulateMedia({ media: 'print' });
          assert.deepEqual(await findingsIn(page), [], 'print');
        }
        await page.close();
      }
    });

  /** Boxes in which something is wider than they are, but those behind a click. */
  function cutBoxes(page: Page): Promise<string[]> {
    return page
      .locator('html, section, .wide, .broad, .slim, .tile')
      .evaluateAll((boxes): string[] =>
        boxes.flatMap(box =>
          box.scrollWidth > box.clientWidth ? [`${box.tagName} ${box.className} ${box.scrollWidth}`] : [],
        ),
      );
  }

  test('on a phone every day, amount and hour is seen without moving anything sideways', async () => {
    for (const width of [390, 768, 1024, 1280]) {
      const page = await open(width);
      assert.deepEqual(await cutBoxes(page), [], `${width} px`);
      // Each of the 31 days has its bar, and all of them are within the window.
      const ends = await page
        .locator('svg:visible path[fill="var(--messages)"]')
        .evaluateAll((bars): number[] => bars.map(bar => bar.getBoundingClientRect().right));
      assert.equal(ends.length, 31);
      assert.ok(ends.every(end => end <= width));
      const hours = await page
        .locator('.heat td')
        .evaluateAll((cells): number[] => cells.map(cell => cell.getBoundingClientRect().right));
      assert.ok(hours.length === 7 * 24 && hours.every(end => end <= width));
      await page.close();
    }
  });

  test('on a phone the amounts stand below one another, each with what it is', async () => {
    const page = await open(390);
    const first = page.locator('.plain tbody tr').first();
    const told = await first
      .locator('td')
      .evaluateAll((cells): string[] =>
        cells.map(cell => cell.ownerDocument.defaultView.getComputedStyle(cell, '::before').content),
      );
    assert.deepEqual(told, ['none', ...['Calls', 'Messages', 'Total', 'The period before'].map(head => `"${head}"`)]);
    await page.close();
  });

  test('nothing is wider than a page of paper', async () => {
    // A4 within margins of 12 mm.
    const page = await open(703);
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(await cutBoxes(page), []);
    const wide = await page.locator('.plain').evaluate(table => {
      const card = table.parentElement.getBoundingClientRect();
      return table.getBoundingClientRect().right - card.right;
    });
    assert.ok(wide < 0, `${wide} px`);
    assert.deepEqual(
      [await page.locator('.broad:visible').count(), await page.locator('.slim:visible').count()],
      [2, 0],
    );
    await page.close();
  });
});
