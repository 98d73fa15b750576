import { fileURLToPath } from 'node:url';
import { chromium as engine } from 'playwright-core';
import { figuresOf, type Wanted } from '../../cli/report/data.ts';
import { reportPage } from '../../cli/report/page.ts';
import { CHROMIUM_FLAGS, chromium, NO_CHROMIUM } from '../../local/chromium.ts';
import { simulated } from './bi-queries.ts';
import { storeOf } from './report-figures.ts';

/** Writes the pictures of the report in docs/images: `node test/curate/report-images.ts`. Nothing else writes them. */

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));

const executablePath = chromium();
if (executablePath === undefined) throw new Error(NO_CHROMIUM);
const ends: (() => unknown)[] = [];
const context = { after: (act: () => unknown) => void ends.push(act) };
// A year in which Direct Routing begins in November.
const folder = await simulated(context, {
  rows: 40,
  askedAfter: 2,
  first: '2025-04-06',
  last: '2026-03-31',
  begins: { 'teams-direct-routing-calls': '2025-11-10' },
});
const store = storeOf(folder);
const browser = await engine.launch({ executablePath, args: [...CHROMIUM_FLAGS] });

async function shoot(name: string, wanted: Wanted, isDark = false): Promise<void> {
  const figures = await figuresOf(store, wanted);
  if (figures.period === undefined) throw new Error('Nothing is curated');
  const colorScheme = isDark ? 'dark' : 'light';
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 1400 } });
  await page.setContent(reportPage(figures, figures.period, '2026-04-01T06:00:00.000Z'));
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  const paper = process.argv[2];
  if (paper !== undefined)
    await page.pdf({ path: `${paper}/${name}.pdf`, preferCSSPageSize: true, printBackground: true });
  await page.close();
}

await shoot('report-month', { from: '2026-03-01', to: '2026-03-31', zone: 'Europe/Berlin' });
await shoot('report-year', { zone: 'Europe/Berlin' });
await browser.close();
for (const end of ends.reverse()) await end();
