import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { browser, NEEDS_BROWSER, PHONE } from './browser.ts';
import { forbiddenFacts, troubledFacts } from './tenant.ts';

/** Where everything stands when nothing may be read: nothing is wider than the page, and no text lies over another. */

const served = browser();
const WIDTHS = [320, 390, 768, 1024, 1280, 1920];

test('nothing is wider than the page, however wide it is', NEEDS_BROWSER, async () => {
  for (const facts of [forbiddenFacts(), troubledFacts()])
    for (const options of [{}, { hasTouch: true, isMobile: true }]) {
      const page = await served.open(facts, options);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.locator('html').evaluate(html => html.scrollWidth);
        assert.ok(wide <= width, `${wide} px at ${width}`);
      }
      await page.context().close();
    }
});

interface Box {
  readonly top: number;
  readonly bottom: number;
}

/** The box of the details of the chosen day, which are generated: only the debugger knows where they are. */
async function detailsBox(debug: CDPSession, selector: string): Promise<Box> {
  const { root } = await debug.send('DOM.getDocument');
  const { nodeId } = await debug.send('DOM.querySelector', { nodeId: root.nodeId, selector });
  const { node } = await debug.send('DOM.describeNode', { nodeId });
  const details = node.pseudoElements?.find(({ pseudoType }) => pseudoType === 'after');
  assert.ok(details, 'no details');
  const { model } = await debug.send('DOM.getBoxModel', { backendNodeId: details.backendNodeId });
  const [, top = 0, , , , bottom = 0] = model.border;
  return { top, bottom };
}

/** Where the cells above the details end, and what is below them begins. */
function aroundDetails(page: Page, selector: string): Promise<Box> {
  return page.locator(selector).evaluate(calendar => {
    const { bottom } = calendar.firstElementChild.getBoundingClientRect();
    const next = calendar.nextElementSibling;
    const end =
      next === null ? calendar.parentElement.getBoundingClientRect().bottom : next.getBoundingClientRect().top;
    return { top: bottom, bottom: end };
  });
}

test('the details of a day lie over nothing, and what is below them stays where it is', NEEDS_BROWSER, async () => {
  for (const options of [{}, PHONE, { viewport: { width: 420, height: 900 } }]) {
    const page = await served.open(forbiddenFacts(), options);
    const debug = await page.context().newCDPSession(page);
    for (const calendar of ['.grid', '#teams-pstn-calls .cal', '#teams-dialout-usage .cal', '#voximplant-sms .cal']) {
      const cells = page.locator(`${calendar} input:visible`);
      const below = new Set<number>();
      for (let at = (await cells.count()) - 1; at >= 0; at -= 4) {
        await cells.nth(at).check();
        const [details, around] = [
          await detailsBox(debug, `${calendar} input:checked`),
          await aroundDetails(page, calendar),
        ];
        // The debugger tells places in the window, as the page does.
        assert.ok(
          details.top >= around.top && details.bottom <= around.bottom,
          `${calendar} ${at}: ${JSON.stringify([details, around])}`,
        );
        assert.ok(details.bottom - details.top > 40);
        below.add(around.bottom - around.top);
      }
      assert.equal(below.size, 1, `${calendar}: ${[...below]}`);
    }
    await page.context().close();
  }
});

test('no list of a card is covered or cut', NEEDS_BROWSER, async () => {
  for (const facts of [forbiddenFacts(), troubledFacts()]) {
    const page = await served.open(facts);
    // What is hit in the middle of each line is the line itself.
    const covered = await page
      .locator('.logs summary, .logs li > i + .num, .logs .line')
      .evaluateAll((lines): string[] =>
        lines.flatMap(line => {
          line.scrollIntoView({ block: 'center' });
          const { left, top, height } = line.getBoundingClientRect();
          const hit = line.ownerDocument.elementFromPoint(left + 4, top + height / 2);
          return line.checkVisibility() && !line.contains(hit) ? [line.textContent] : [];
        }),
      );
    assert.deepEqual(covered, []);
    await page.context().close();
  }
});

test('where the grid leaves out days, on a phone and on paper, it says so', NEEDS_BROWSER, async () => {
  const said = async (page: Page) => (await page.locator('.few:visible').allTextContents()).join();
  const shown = async (page: Page) => page.locator('.grid tbody tr').first().locator('input:visible').count();
  const wide = await served.open(troubledFacts());
  assert.deepEqual([await said(wide), await shown(wide)], ['', 35]);
  await wide.setViewportSize({ width: 768, height: 900 });
  assert.deepEqual([await said(wide), await shown(wide)], ['The last 14 days, to 20 Nov', 14]);
  await wide.setViewportSize({ width: 703, height: 900 });
  await wide.emulateMedia({ media: 'print' });
  assert.deepEqual([await said(wide), await shown(wide)], ['The last 10 days, to 20 Nov', 10]);
  const phone = await served.open(troubledFacts(), PHONE);
  assert.deepEqual([await said(phone), await shown(phone)], ['The last 10 days, to 20 Nov', 10]);
});

test('the details tell the message to its end, which is where it says what to do', NEEDS_BROWSER, async () => {
  const page = await served.open(forbiddenFacts());
  for (const calendar of ['.grid', '#teams-sms .cal'])
    assert.match(
      (await page.locator(`${calendar} input.x`).first().getAttribute('aria-label')) ?? '',
      /from before the permission was granted\. Grant it to the app’s identity .* Needed: CallRecord-PstnCalls\.Read\.All\. Next step:/,
    );
});
