import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium as launcher } from 'playwright-core';
import { run } from '../../cli/main.ts';
import { type Figures, figuresOf } from '../../cli/report/data.ts';
import { reportPage } from '../../cli/report/page.ts';
import { labelsOf } from '../../cli/report/ranked.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment } from '../../local/chromium.ts';
import type { CuratedStore } from '../../shared/curate/ports.ts';
import { slashed } from '../system.ts';
import { quarter, viewsOver } from './kit.ts';
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
      yield* globSync(`${prefix}**/*.parquet`, { cwd: root })
        .map(path => slashed(path))
        .sort();
    },
  };
}

test('the report says what the tables say, in one page without a network', async context => {
  const folder = await quarter(context, 40, true);
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
  assert.equal(html.match(/<svg /g)?.length, 7);
  assert.equal(html.match(/<script|<link|<img|src=|@import|url\((?!#)|http(?!:\/\/www\.w3\.org\/)s?:/)?.[0], undefined);
  assert.ok(!html.includes("O'Neil, Pat <b>"));

  const executablePath = chromium();
  assert.ok(executablePath, 'no Chromium');
  const browser = await launcher.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: chromiumEnvironment() });
  context.after(() => browser.close());
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const requests: string[] = [];
    page.on('request', request => requests.push(request.url()));
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    await page.setContent(html);
    assert.equal(await page.locator('svg').count(), 7);
    const sideways = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    assert.equal(sideways, false, `${width} px`);
    await page.locator('summary').first().click();
    assert.ok(await page.locator('td').first().isVisible());
    assert.deepEqual([requests, complaints], [[], []]);
    await page.close();
  }
});

const FIGURES: Figures = {
  firstDay: '2026-01-01',
  lastDay: '2026-01-05',
  calls: 0,
  minutes: 0,
  messages: 9,
  cost: new Map(),
  days: new Map(
    [1, 2, 5].map(day => [`2026-01-0${day}`, { inbound: 0, outbound: 0, other: 0, messages: day === 2 ? 1 : 900 }]),
  ),
  destinations: new Map(),
  trunks: new Map(),
  users: new Map(
    [
      ['11111111-aaaa', 'عمر الفاروق'],
      ['22222222-aaaa', 'عمر الفاروق'],
      ['33333333-aaaa', `O'Neil, Pat ${'of the very long name '.repeat(9)}`],
      ['44444444-aaaa', `O'Neil, Pat ${'of the very long name '.repeat(9)}`],
      ['55555555-aaaa', 'Avery Stone'],
      ['u_66666666ffff', undefined],
    ].map(([id = '', name]) => [id, { name, inbound: 1, outbound: 1 }]),
  ),
  owed: 5,
  held: 4,
  final: 3,
};

test('people of one name are told apart by their ids, and nobody else needs one', () => {
  const short = [...labelsOf(FIGURES.users).values()].map(({ name, id }) => [name.slice(0, 11), id]);
  assert.deepEqual(short, [
    ['عمر الفاروق', '11111111'],
    ['عمر الفاروق', '22222222'],
    ["O'Neil, Pat", '33333333'],
    ["O'Neil, Pat", '44444444'],
    ['Avery Stone', undefined],
    ['u_66666666', undefined],
  ]);
});

test('a name is cut at its end alone, beside its whole id, in either direction of writing', async context => {
  const html = reportPage(FIGURES, '2026-02-01T06:00:00.000Z');
  const browser = await launcher.launch({
    executablePath: chromium() ?? '',
    args: [...CHROMIUM_FLAGS],
    env: chromiumEnvironment(),
  });
  context.after(() => browser.close());
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.setContent(html);
    const labels = (await page.evaluate(`[...document.querySelectorAll('.ranked .label')].map(label => {
      const name = label.querySelector('bdi');
      const id = label.querySelector('span');
      const { left, right } = name.getBoundingClientRect();
      const style = getComputedStyle(name);
      return {
        direction: style.direction, ends: style.textOverflow, isCut: name.scrollWidth > name.clientWidth,
        begins: left >= label.getBoundingClientRect().left,
        idIsWhole: id === null || (id.scrollWidth <= id.clientWidth && id.getBoundingClientRect().left >= right
          && id.getBoundingClientRect().right <= label.getBoundingClientRect().right + 1),
      };
    })`)) as { direction: string; ends: string; isCut: boolean; begins: boolean; idIsWhole: boolean }[];
    assert.deepEqual(
      labels.map(({ direction, isCut }) => [direction, isCut]),
      [
        ['rtl', false],
        ['rtl', false],
        ['ltr', true],
        ['ltr', true],
        ['ltr', false],
        ['ltr', false],
      ],
    );
    assert.ok(labels.every(({ ends, begins, idIsWhole }) => ends === 'ellipsis' && begins && idIsWhole));
  }
});

test('the line goes straight from day to day, and not over days that are not there', async () => {
  const [picture = ''] = reportPage(FIGURES, '2026-02-01T06:00:00.000Z').match(/<svg[\s\S]*?<\/svg>/) ?? [];
  const [line] = [...picture.matchAll(/d="([^"]*)" fill="none"[^>]*stroke="var\(--messages\)"/g)].map(([, d]) => d);
  assert.match(line ?? '', /^M[\d.]+ [\d.]+L[\d.]+ [\d.]+(M|$)/);
  for (const day of ['3 Jan', '4 Jan']) assert.match(picture, new RegExp(`>${day}<`));
});

test('the report is dark where the reader has chosen so, and light on paper', async context => {
  const browser = await launcher.launch({
    executablePath: chromium() ?? '',
    args: [...CHROMIUM_FLAGS],
    env: chromiumEnvironment(),
  });
  context.after(() => browser.close());
  const page = await browser.newPage({ colorScheme: 'dark' });
  await page.setContent(reportPage(FIGURES, '2026-02-01T06:00:00.000Z'));
  const shown = `(() => {
    const line = document.querySelector('svg [stroke="var(--messages)"]');
    return [getComputedStyle(document.body).backgroundColor, getComputedStyle(line).stroke];
  })()`;
  assert.deepEqual(await page.evaluate(shown), ['rgb(20, 24, 27)', 'rgb(227, 154, 77)']);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.deepEqual(await page.evaluate(shown), ['rgb(255, 255, 255)', 'rgb(217, 130, 43)']);
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
