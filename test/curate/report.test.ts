import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium as launcher } from 'playwright-core';
import { run } from '../../cli/main.ts';
import { type Figures, figuresOf } from '../../cli/report/data.ts';
import { reportPage } from '../../cli/report/page.ts';
import { labelsOf } from '../../cli/report/ranked.ts';
import { ACCOUNT_CURRENCY, type Cost } from '../../cli/report/sums.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment } from '../../local/chromium.ts';
import { WAIT_MS } from '../wait.ts';
import { quarter, questions, ROWS, viewsOver } from './bi-queries.ts';
import { MADE_AT, made, storeOf, WEEK } from './report-figures.ts';
import { folderFor, millionths, type Rows } from './setup.ts';

test('the totals of the report are the answers of the questions, to the last digit', async context => {
  const folder = await quarter(context, ROWS, true);
  const { now, period, held } = await figuresOf(storeOf(folder), { zone: 'UTC' });
  assert.deepEqual(period, { from: '2026-01-01', to: '2026-03-31' });
  const db = await viewsOver(context, folder);
  const answer = (question: number): Promise<Rows> => db.rows(questions()[question - 1]?.sql ?? '');
  const sum = (rows: Rows, column: string): number => rows.reduce((all, row) => all + Number(row[column] ?? 0), 0);

  const costs = await answer(1);
  assert.ok(costs.length > 6);
  for (const { month, currency, cost } of costs)
    assert.equal(
      now.cost.get(String(currency))?.get(String(month))?.calls,
      millionths(String(cost)),
      `${month} ${currency}`,
    );
  const weekdays = await answer(3);
  const days = [...now.days.values()];
  const total = (of: 'inbound' | 'outbound' | 'other'): number => days.reduce((all, each) => all + each[of], 0);
  assert.deepEqual(
    [total('inbound'), total('outbound'), total('other'), now.calls],
    [
      sum(weekdays, 'inbound'),
      sum(weekdays, 'outbound'),
      sum(weekdays, 'unknown'),
      sum(weekdays, 'inbound') + sum(weekdays, 'outbound') + sum(weekdays, 'unknown'),
    ],
  );
  for (const { destination_name: name, calls, minutes } of await answer(4)) {
    const found = now.destinations.get(String(name));
    assert.deepEqual([found?.calls, Math.floor((found?.seconds ?? 0) / 60)], [Number(calls), Number(minutes)]);
  }
  for (const { trunk_fqdn: name, legs, failed } of await answer(5)) {
    const trunk = now.trunks.get(String(name)) ?? { good: 0, failed: 0, unknown: 0 };
    assert.deepEqual([trunk.good + trunk.failed + trunk.unknown, trunk.failed], [Number(legs), Number(failed)]);
  }
  assert.equal(
    [...now.codes.values()].reduce((all, count) => all + count, 0),
    sum(await answer(6), 'legs'),
  );
  for (const { user_id: id, user_display_name: name, messages } of await answer(8)) {
    const user = now.users.get(String(id));
    assert.deepEqual(
      [user?.name, (user?.inbound ?? 0) + (user?.outbound ?? 0) + (user?.other ?? 0)],
      [name, Number(messages)],
    );
  }
  const messages = await answer(9);
  assert.equal(now.messages, sum(messages, 'messages'));
  const amounts = new Map<string, bigint>();
  for (const { currency, charge } of messages) {
    const name = currency === null ? ACCOUNT_CURRENCY : String(currency);
    amounts.set(name, (amounts.get(name) ?? 0n) + millionths(String(charge)));
  }
  const drawn = [...now.cost].map(([name, months]): [string, bigint] => [name, messagesOf(months)]);
  assert.deepEqual(new Map(drawn.filter(([name]) => amounts.has(name))), amounts);
  for (const { local_hour: hour, calls } of await answer(11))
    assert.equal(
      now.hours.reduce((all, row) => all + (row[Number(hour)] ?? 0), 0),
      Number(calls),
    );
  const logs = held.coverage({ from: '2026-01-01', to: '2026-03-31' });
  const status = await answer(10);
  assert.equal(
    logs.reduce((all, log) => all + log.held + log.missing.length, 0),
    sum(status, 'days'),
  );
});

function messagesOf(months: ReadonlyMap<string, Cost>): bigint {
  return [...months.values()].reduce((all, { messages }) => all + messages, 0n);
}

test('a month is one page without a network, which says what is missing and compares with nothing half', async context => {
  const folder = await quarter(context, ROWS, true);
  const store = storeOf(folder);
  const month = { from: '2026-03-01', to: '2026-03-31' };
  const figures = await figuresOf(store, { ...month, zone: 'Europe/Berlin' });
  const html = reportPage(figures, month, MADE_AT);
  // Calls and messages over time, each for a screen and for a phone; the one month of cost is a table.
  assert.equal(html.match(/<svg /g)?.length, 4);
  assert.equal(html.match(/<script|<link|<img|src=|@import|url\((?!#)|http(?!:\/\/www\.w3\.org\/)s?:/)?.[0], undefined);
  assert.ok(!html.includes("O'Neil, Pat <b>"));
  assert.match(html, /Complete: all 31 days of 7 logs are held\. /);
  // Direct Routing began in February, and a day of messages of February is missing.
  assert.match(html, /Not compared with 29 Jan 2026 to 28 Feb 2026, because that period is not held in full/);
  const february = { from: '2026-02-01', to: '2026-02-28' };
  const gaps = reportPage(await figuresOf(store, { ...february, zone: 'UTC' }), february, MADE_AT);
  assert.match(
    gaps,
    /Not complete: 10 of 196 days \(28 days of 7 logs\) are not held, 9 of them before history begins\. /,
  );
  assert.match(gaps, /<code>teams-direct-routing-calls<\/code>: history begins on 10 Feb 2026/);
  assert.match(gaps, /<code>teams-sms<\/code>: not held: 17 Feb 2026/);

  const executablePath = chromium();
  assert.ok(executablePath, 'no Chromium');
  const browser = await launcher.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: chromiumEnvironment() });
  context.after(() => browser.close());
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(WAIT_MS);
    const requests: string[] = [];
    page.on('request', request => requests.push(request.url()));
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    await page.setContent(html);
    assert.equal(await page.locator('svg:visible').count(), 2);
    const sideways = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    assert.equal(sideways, false, `${width} px`);
    await page.locator('summary').first().click();
    assert.ok(await page.locator('.scroll td').first().isVisible());
    assert.deepEqual([requests, complaints], [[], []]);
    await page.close();
  }
});

const NAMED: Figures = made(now => {
  const names = [
    ['11111111-aaaa', 'عمر الفاروق'],
    ['22222222-aaaa', 'عمر الفاروق'],
    ['33333333-aaaa', `O'Neil, Pat ${'of the very long name '.repeat(9)}`],
    ['44444444-aaaa', `O'Neil, Pat ${'of the very long name '.repeat(9)}`],
    ['55555555-aaaa', 'Avery Stone'],
    ['u_66666666ffff', null],
  ];
  for (const [id, name] of names)
    for (const direction of ['inbound', 'outbound'])
      now.addMessage({ channel: 'teams', user_id: id, user_display_name: name, direction }, '2026-01-05');
});

test('people of one name are told apart by their ids, and nobody else needs one', () => {
  const short = [...labelsOf(NAMED.now.users).values()].map(({ name, id }) => [name.slice(0, 11), id]);
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
  const html = reportPage(NAMED, WEEK, MADE_AT);
  const browser = await launcher.launch({
    executablePath: chromium() ?? '',
    args: [...CHROMIUM_FLAGS],
    env: chromiumEnvironment(),
  });
  context.after(() => browser.close());
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(WAIT_MS);
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

test('the report is dark where the reader has chosen so, and light on paper', async context => {
  const browser = await launcher.launch({
    executablePath: chromium() ?? '',
    args: [...CHROMIUM_FLAGS],
    env: chromiumEnvironment(),
  });
  context.after(() => browser.close());
  const page = await browser.newPage({ colorScheme: 'dark' });
  page.setDefaultTimeout(WAIT_MS);
  await page.setContent(reportPage(NAMED, WEEK, MADE_AT));
  const shown = `(() => {
    const line = document.querySelector('svg [fill="var(--messages)"]');
    return [getComputedStyle(document.body).backgroundColor, getComputedStyle(line).fill];
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
