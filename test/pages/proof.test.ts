import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, chromium as engine } from 'playwright-core';
import { checkText } from '../../cli/proof/check.ts';
import { proofOf } from '../../cli/proof/make.ts';
import { digestOf, type ProofDocument } from '../../cli/proof/model.ts';
import { proofPage } from '../../cli/proof/page.ts';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment } from '../../local/chromium.ts';
import { DATASET, daysAgo, entryOf, heldOn, NOON } from '../unit/days.ts';
import { NEEDS_BROWSER } from './browser.ts';

/** The proof as a person opens it. */

let running: Browser | undefined;
before(async () => {
  const executablePath = chromium();
  if (executablePath !== undefined)
    running = await engine.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: chromiumEnvironment() });
});
after(() => running?.close());

/** Ten days, of which two are not held; the log's title is markup. */
function document(rowsOn = (_age: number) => 10): ProofDocument {
  const held = [1, 2, 3, 4, 6, 7, 8, 10].map(age =>
    entryOf(daysAgo(age), {}, heldOn(daysAgo(age), { rows: rowsOn(age) })),
  );
  const dataset = { ...DATASET, title: 'Calls <script>alert(1)</script> & "more"' };
  const watermark = { dataset: dataset.name, firstDay: daysAgo(10) };
  const at = new Date(NOON).toISOString();
  const verified = { at, days: 8, rows: 80, bytes: 800, compared: 0, cleared: 0, findings: [] };
  const ledgers = [{ dataset, watermark, entries: held }];
  const range = { from: daysAgo(10), to: daysAgo(1) };
  const proof = proofOf({ ...range, ledgers, verified, settings: undefined, key: randomBytes(32), now: NOON });
  return { format: 1, kind: 'landline-proof', proof, digest: digestOf(proof) };
}

test('a proof with names that are markup stays text, and is checked all the same', () => {
  const page = proofPage(document());
  assert.ok(!page.includes('<script'), page);
  const { digest, shown } = checkText(page, 'proof.html');
  assert.deepEqual([digest, shown], ['right', 'right']);
});

test('empty days before the first row of a log are held, and no proof: each is named, and the sentence says so', () => {
  const { proof } = document(age => (age > 6 || age === 2 ? 0 : 10));
  assert.match(
    proof.sentence,
    /3 empty days are before the first day with rows of their log: no proof that there were no rows\.$/,
  );
  const early = proof.logs[0]?.days.filter(({ doubts }) => doubts?.includes('log.empty')).map(({ day }) => day);
  assert.deepEqual(early, [daysAgo(10), daysAgo(8), daysAgo(7)]);
  assert.match(
    proofPage(document(age => (age > 6 ? 0 : 10))),
    new RegExp(`${daysAgo(7)}</th><td>empty \\(log.empty\\)`),
  );
  assert.doesNotMatch(document().proof.sentence, /no proof/);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(
    `axe-core finds nothing in a proof in ${colorScheme}, and nothing is wider than the page`,
    NEEDS_BROWSER,
    async () => {
      assert.ok(running);
      const page = await running.newPage({ colorScheme, viewport: { width: 390, height: 844 } });
      await page.setContent(proofPage(document()));
      await page.evaluate(axe.source);
      const found: AxeResults = await page.locator('body').evaluate(body => body.ownerDocument.defaultView.axe.run());
      assert.deepEqual(
        found.violations.map(({ id }) => id),
        [],
      );
      const wide = await page.locator('html').evaluate(html => html.scrollWidth);
      assert.ok(wide <= 390, `${wide} px`);
      await page.close();
    },
  );
