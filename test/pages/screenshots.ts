import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BrowserContextOptions, chromium as engine } from 'playwright-core';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment, NO_CHROMIUM } from '../../local/chromium.ts';
import { pageOf } from '../../shared/status/html/page.ts';
import { troubledFacts } from './tenant.ts';

/** Writes the screenshots of docs/images: `node test/pages/screenshots.ts`. Nothing else writes them. */

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));

const SHOTS: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['coverage-light', { colorScheme: 'light', viewport: { width: 1200, height: 1130 } }],
  ['coverage-dark', { colorScheme: 'dark', viewport: { width: 1200, height: 1130 } }],
  ['coverage-phone', { colorScheme: 'light', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
];

const executablePath = chromium();
if (executablePath === undefined) throw new Error(NO_CHROMIUM);
const browser = await engine.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: chromiumEnvironment() });
await mkdir(FOLDER, { recursive: true });
for (const [name, options] of SHOTS) {
  const page = await browser.newPage(options);
  await page.setContent(pageOf(troubledFacts()));
  // The log in trouble is what the pictures are for; the phone shows how one calendar is laid out.
  if (options.isMobile === true)
    await page.locator('#teams-direct-routing-calls').evaluate(section => section.scrollIntoView({ block: 'end' }));
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  await page.close();
}
await browser.close();
