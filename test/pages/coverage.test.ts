import assert from 'node:assert/strict';
import { test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Facts } from '../../shared/status/facts.ts';
import { SHOWN_STATES } from '../../shared/status/states.ts';
import { browser, NEEDS_BROWSER, PHONE } from './browser.ts';
import { heldFacts, troubledFacts } from './tenant.ts';

const served = browser();

/** What axe-core finds, of whatever weight. */
async function findingsIn(page: Page): Promise<string[]> {
  // By the debugger: the page itself allows no script.
  await page.evaluate(axe.source);
  const found: AxeResults = await page.locator('body').evaluate(body => body.ownerDocument.defaultView.axe.run());
  assert.ok(found.passes.some(({ id }) => id === 'color-contrast'));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** A generated box of a cell, as it is drawn. */
function drawn(page: Page, selector: string): Promise<{ content: string; position: string; width: string }> {
  return page
    .locator(selector)
    .first()
    .evaluate(cell => {
      const { content, position, width } = cell.ownerDocument.defaultView.getComputedStyle(cell, '::after');
      return { content, position, width };
    });
}

/** What stands below the calendar of a dataset: the details of the chosen day. */
async function details(page: Page, dataset: string): Promise<string> {
  return (await drawn(page, `#${dataset} input:checked`)).content;
}

interface Look {
  readonly state: string;
  readonly mark: string;
  readonly look: string;
}

test('every state there is stands on the page with its colour, its mark and its name', NEEDS_BROWSER, async () => {
  const page = await served.open(troubledFacts());
  // Held days also differ by how many rows they have, and by what is doubtful about them.
  const seen = await page.locator('.logs input:not(.l1,.l3,.lf,.lm,.u)').evaluateAll((cells): Look[] =>
    cells.map(cell => {
      const { defaultView } = cell.ownerDocument;
      const { backgroundColor, borderStyle } = defaultView.getComputedStyle(cell);
      const content = defaultView.getComputedStyle(cell, '::before').content.replaceAll('"', '');
      const mark = content === 'none' ? '#' : content;
      return { state: cell.ariaLabel.split(/[ ,;.]/)[1], mark, look: `${backgroundColor} ${borderStyle} ${mark}` };
    }),
  );
  for (const { state, mark } of SHOWN_STATES) {
    const cells = seen.filter(cell => cell.state === state);
    assert.ok(cells.length > 0, `no day is ${state}`);
    assert.deepEqual([...new Set(cells.map(cell => cell.mark))], [mark], state);
    assert.equal(new Set(cells.map(cell => cell.look)).size, 1, state);
  }
  assert.equal(new Set(seen.map(({ look }) => look)).size, SHOWN_STATES.length);
  const legend = await page.locator('.legend li').allTextContents();
  assert.equal(legend.length, SHOWN_STATES.length + 1, 'and what is doubted');
});

test('the first thing on the page is the answer, and what to do about it', NEEDS_BROWSER, async () => {
  const troubled = await served.open(troubledFacts());
  assert.equal(
    await troubled.locator('h1').textContent(),
    '10 days are missing in 4 logs; 5 of these days need a person; 2 days are suspect.',
  );
  assert.match(
    (await troubled.locator('#teams-direct-routing-calls details').textContent()) ?? '',
    /auth\.forbidden.*docs\/consent\.md.*landline retry teams-direct-routing-calls/s,
  );
  const held = await served.open(heldFacts(90));
  assert.equal(await held.locator('h1').textContent(), 'Everything owed is held.');
  assert.equal(await held.locator('details').count(), 0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe-core finds nothing in ${colorScheme}`, NEEDS_BROWSER, async () => {
    const facts = troubledFacts();
    // Both ends of the year have all there is to find, and axe takes its time for each cell.
    const datasets = facts.datasets.map(each => ({
      ...each,
      days: [...each.days.slice(0, 8), ...each.days.slice(-40)],
    }));
    const page = await served.open({ ...facts, datasets }, { colorScheme });
    assert.deepEqual(await findingsIn(page), []);
    await page.context().close();
  });
}

test('a day in doubt has a mark of its own, says why, and axe-core finds nothing about it', NEEDS_BROWSER, async () => {
  const doubts = [{ reason: 'page.count', message: 'the source said more', next: 'read it again' }] as const;
  const facts = heldFacts(20);
  const datasets = facts.datasets.map(each => ({
    ...each,
    days: each.days.map((day, at) => (at % 5 === 0 ? { ...day, doubts } : day)),
  }));
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await served.open({ ...facts, datasets }, { colorScheme });
    const cell = page.locator('#teams-sms input.u').first();
    const look = await cell.evaluate(each => {
      const { defaultView } = each.ownerDocument;
      const { content } = defaultView.getComputedStyle(each, '::before');
      return [content, defaultView.getComputedStyle(each).borderStyle, each.ariaLabel.includes('doubted: page.count')];
    });
    assert.deepEqual(look, ['"*"', 'dotted', true]);
    const list = page.locator('#teams-sms details');
    assert.match((await list.textContent()) ?? '', /Held and doubted: 4 days.*the source said more.*read it again/s);
    assert.deepEqual(await findingsIn(page), []);
    await page.context().close();
  }
});

test('one tab stop per calendar, and the arrow keys show day after day', NEEDS_BROWSER, async () => {
  const page = await served.open(troubledFacts());
  await page.locator('#teams-sms input:checked').focus();
  assert.match(
    await details(page, 'teams-sms'),
    /2026-11-20 waiting.*Landline tries it again by itself at 2026-11-21 12:27 UTC/,
  );
  await page.keyboard.press('ArrowLeft');
  assert.match(await details(page, 'teams-sms'), /2026-11-19 fetching/);
  await page.keyboard.press('ArrowLeft');
  assert.match(
    await details(page, 'teams-sms'),
    /2026-11-18 open, [\d,]+ rows, landed 11-19 01:\d\d, checked 11-21 07:04/,
  );
  await page.keyboard.press('Tab');
  assert.deepEqual(await page.locator('#teams-sms summary:focus').count(), 1);
});

test('the details stand in the line below the calendar, on focus, on hover and on a tap', NEEDS_BROWSER, async () => {
  const page = await served.open(troubledFacts());
  const cell = page.locator('#teams-direct-routing-calls input.x').first();
  await cell.hover();
  const hovered = await drawn(page, '#teams-direct-routing-calls input.x');
  assert.match(
    hovered.content,
    /2026-11-16 failed; auth\.forbidden: Graph refused.*Next step: do what the message says/,
  );
  assert.equal(hovered.position, 'absolute');
  assert.ok(Number.parseFloat(hovered.width) > 600);
  const phone = await served.open(troubledFacts(), PHONE);
  await phone.locator('#voximplant-sms input.s').first().tap();
  assert.match(await details(phone, 'voximplant-sms'), /2026-10-19 suspect.*landline accept voximplant-sms 2026-10-19/);
});

test('a phone needs no sideways scrolling, and its cells are large enough to hit', NEEDS_BROWSER, async () => {
  for (const width of [320, 390]) {
    const page = await served.open(troubledFacts(), { ...PHONE, viewport: { width, height: 800 } });
    const sizes = await page
      .locator('.logs input')
      .first()
      .evaluate(cell => [cell.ownerDocument.documentElement.scrollWidth, cell.offsetWidth]);
    assert.deepEqual(sizes, [width, 22]);
  }
});

const MARKUP = '</section><img src=x onerror="document.title=1"><script>document.title=2</script>&lt;"\'\u0000\ud800';

/** Facts in which everything that could come from outside is markup. */
function hostileFacts(): Facts {
  const facts = troubledFacts();
  const datasets = facts.datasets.map(each => {
    const broken = each.trouble.map(day => ({ ...day, message: MARKUP, requestId: MARKUP, next: MARKUP }));
    return {
      ...each,
      title: MARKUP,
      dataset: MARKUP,
      trouble: broken,
      days: each.days.map(day => ({ ...day, message: MARKUP, reason: 'worker.bug' as const })),
    };
  });
  return { ...facts, datasets, off: [{ dataset: MARKUP, why: MARKUP }] };
}

test('markup in names and texts stays text', NEEDS_BROWSER, async () => {
  const page = await served.open(hostileFacts());
  assert.equal(await page.locator('img,script,iframe').count(), 0);
  assert.equal(await page.locator('section').count(), 3 + 7);
  assert.match(await page.title(), /Landline$/);
  const shown = MARKUP.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd');
  assert.equal(await page.locator('h2').first().textContent(), shown);
  assert.match(
    (await page.locator('input').last().getAttribute('aria-label')) ?? '',
    /<script>document\.title=2<\/script>/,
  );
});

test('the page asks for nothing else, and even a script in it would not run', NEEDS_BROWSER, async () => {
  served.complaints.length = 0;
  const page = await served.open(troubledFacts());
  assert.deepEqual(served.complaints, []);
  const ran: boolean = await page.locator('body').evaluate(body => {
    const script = body.ownerDocument.createElement('script');
    script.textContent = 'document.title="ran"';
    body.append(script);
    return body.ownerDocument.title === 'ran';
  });
  assert.equal(ran, false);
});
