import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reportPage } from '../../cli/report/page.ts';
import { before, bucketsOf, stepOf } from '../../cli/report/period.ts';
import { ACCOUNT_CURRENCY, NO_CURRENCY, Sums } from '../../cli/report/sums.ts';
import { brief, change, decimalsOf, exact, rounded, spanned } from '../../cli/report/text.ts';
import { heldDays, MADE_AT, made, WEEK } from './report-figures.ts';

/** What a report may not get wrong: gaps, periods, signs, currencies, and what a row does not say. */

const PSTN = 'teams-pstn-calls';
const LEGS = 'teams-direct-routing-calls';
const CALL = { route: 'pstn', direction: 'inbound', duration_seconds: 60 };
const JANUARY = { from: '2026-01-01', to: '2026-01-31' };

/** The heights of what is drawn in a colour, left to right. */
function barsOf(html: string, heading: string, colour: string): number[] {
  const chart = html.slice(html.indexOf(`<h2>${heading}`)).match(/<svg[\s\S]*?<\/svg>/)?.[0] ?? '';
  const paths = [
    ...chart.matchAll(new RegExp(`<path d="M([\\d.]+) ([\\d.]+)l[^"]*"[^>]*fill="var\\(--${colour}\\)"`, 'g')),
  ];
  return paths.map(([, , top]) => Number(top));
}

describe('gaps', () => {
  test('a day that is not held is shaded and has no bar; one that is held and empty has a bar of zero and no shade', () => {
    const status = heldDays(PSTN, WEEK, ['2026-01-07']);
    const figures = made(now => {
      for (const day of ['2026-01-05', '2026-01-06', '2026-01-08', '2026-01-10', '2026-01-11']) now.addCall(CALL, day);
    }, status);
    const html = reportPage(figures, WEEK, MADE_AT);
    assert.equal(barsOf(html, 'Calls per day', 'gap').length, 1);
    assert.equal(barsOf(html, 'Calls per day', 'part').length, 0);
    const row = (day: string): string => html.match(new RegExp(`<tr><td>${day}</td>.*?</tr>`))?.[0] ?? '';
    assert.match(row('2026-01-07'), /<td>–<\/td><td>–<\/td><td>nothing<\/td>/);
    assert.match(row('2026-01-09'), /<td>0<\/td><td>0<\/td><td>all<\/td>/);
    assert.match(html, /Not complete: 1 of 7 days \(7 days of 1 log\) is not held\. /);
  });

  test('before the history of a log begins, its days are held in part, and the head says when it begins', () => {
    const status = [...heldDays(PSTN, WEEK), ...heldDays(LEGS, { from: '2026-01-09', to: WEEK.to })];
    const html = reportPage(
      made(now => now.addCall(CALL, '2026-01-05'), status),
      WEEK,
      MADE_AT,
    );
    assert.equal(barsOf(html, 'Calls per day', 'part').length, 4);
    assert.equal(barsOf(html, 'Calls per day', 'gap').length, 0);
    assert.match(html, /Not complete: 4 of 14 days \(7 days of 2 logs\) are not held, all of them before history/);
    assert.match(html, /teams-direct-routing-calls<\/code>: history begins on 9 Jan 2026/);
  });

  test('a period that begins before history is not complete, and what is the same of all logs is said once', () => {
    const history = { from: '2026-01-09', to: WEEK.to };
    const status = [...heldDays(PSTN, history), ...heldDays(LEGS, history)];
    const html = reportPage(
      made(now => now.addCall(CALL, '2026-01-10'), status),
      WEEK,
      MADE_AT,
    );
    assert.match(html, /Not complete: 8 of 14 days \(7 days of 2 logs\) are not held, all of them before history/);
    assert.match(html, /<li>All logs: history begins on 9 Jan 2026<\/li>/);
    assert.doesNotMatch(html, /<code>teams-pstn-calls<\/code>: history/);
  });

  test('without a status nothing is called complete, and a day without rows is not drawn as zero', () => {
    const html = reportPage(
      made(now => now.addCall(CALL, '2026-01-05'), []),
      WEEK,
      MADE_AT,
    );
    assert.match(html, /does not know which days are held/);
    assert.equal(barsOf(html, 'Calls per day', 'gap').length, 6);
  });
});

test('days that are not held are named by their runs, and those past four are counted', () => {
  const missing = (...days: string[]): string => {
    const html = reportPage(
      made(now => now.addCall(CALL, '2026-01-05'), heldDays(PSTN, JANUARY, days), JANUARY),
      JANUARY,
      MADE_AT,
    );
    return /<\/code>: (.*?)<\/li>/.exec(html)?.[1] ?? '';
  };
  assert.equal(
    missing('2026-01-11', '2026-01-12', '2026-01-13', '2026-01-20'),
    'not held: 11 to 13 Jan 2026, 20 Jan 2026',
  );
  const odd = [1, 3, 5, 7, 9, 10, 12].map(day => `2026-01-${String(day).padStart(2, '0')}`);
  assert.match(missing(...odd), /^not held: 1 Jan 2026, .*, 7 Jan 2026 and 3 days more$/);
  assert.deepEqual(
    [
      ['2026-01-28', '2026-02-03'],
      ['2025-12-31', '2026-01-01'],
    ].map(([from = '', to = '']) => spanned({ from, to })),
    ['28 Jan to 3 Feb 2026', '31 Dec 2025 to 1 Jan 2026'],
  );
});

test('legs are not called calls', () => {
  const tile = (...routes: string[]): string => {
    const fill = (now: Sums): void => {
      for (const route of routes) now.addCall({ ...CALL, route }, '2026-01-05');
    };
    return (
      /<div class="tile">.*?<\/div>/.exec(reportPage(made(fill), WEEK, MADE_AT))?.[0].replace(/<[^>]+>/g, ' ') ?? ''
    );
  };
  assert.match(tile('pstn', 'pstn', 'direct-routing'), /^ +3 +calls and legs +2 calls, 1 Direct Routing legs/);
  assert.match(tile('pstn'), /^ +1 +calls +$/);
  assert.match(tile('direct-routing'), /^ +1 +legs of calls over Direct Routing/);
});

describe('periods', () => {
  test('past sixty days there is a bar per week, past sixty weeks one per month', () => {
    assert.deepEqual(
      [
        ['2026-01-01', '2026-03-01'],
        ['2026-01-01', '2026-03-02'],
        ['2025-01-01', '2025-12-31'],
        ['2024-01-01', '2025-12-31'],
      ].map(([from = '', to = '']) => [stepOf({ from, to }), bucketsOf({ from, to }).length]),
      [
        ['day', 60],
        ['week', 10],
        ['week', 53],
        ['month', 24],
      ],
    );
  });

  test('weeks begin on Monday, and one that the period cuts is held in part', () => {
    const weeks = bucketsOf({ from: '2026-01-01', to: '2026-03-31' });
    assert.deepEqual(
      [weeks[0], weeks[1], weeks.at(-1)].map(week => [week?.name, week?.days.length, week?.isCut]),
      [
        ['2025-12-29', 4, true],
        ['2026-01-05', 7, false],
        ['2026-03-30', 2, true],
      ],
    );
    assert.deepEqual(before(JANUARY), { from: '2025-12-01', to: '2025-12-31' });
  });

  test('a period is compared with the one before where both are held in full, and with nothing otherwise', () => {
    const both = { from: '2025-12-01', to: JANUARY.to };
    const fill = (now: Sums, earlier: Sums): void => {
      for (let i = 0; i < 3; i++) now.addCall(CALL, '2026-01-05');
      for (let i = 0; i < 2; i++) earlier.addCall(CALL, '2025-12-05');
    };
    const whole = reportPage(made(fill, heldDays(PSTN, both), JANUARY), JANUARY, MADE_AT);
    assert.match(whole, /<b>3<\/b><span>calls<\/span><span>\+50\.0 %<\/span>/);
    assert.match(whole, /Compared with 1 Dec 2025 to 31 Dec 2025/);
    const half = reportPage(made(fill, heldDays(PSTN, both, ['2025-12-24']), JANUARY), JANUARY, MADE_AT);
    assert.match(half, /<b>3<\/b><span>calls<\/span><\/div>/);
    assert.match(half, /Not compared with 1 Dec 2025 to 31 Dec 2025/);
  });

  test('hours are those of the zone, on both sides of a change of clocks', () => {
    const sums = new Sums('Europe/Berlin');
    for (const at of ['2026-03-28T23:30:00Z', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'])
      sums.addCall({ ...CALL, started_at: new Date(at) }, at.slice(0, 10));
    const sunday = sums.hours[6] ?? [];
    assert.deepEqual(
      sunday.flatMap((count, hour) => (count > 0 ? [[hour, count]] : [])),
      [
        [0, 1],
        [1, 1],
        [3, 1],
      ],
    );
    const kathmandu = new Sums('Asia/Kathmandu');
    kathmandu.addCall({ ...CALL, started_at: new Date('2026-01-04T18:14:59Z') }, '2026-01-04');
    kathmandu.addCall({ ...CALL, started_at: new Date('2026-01-04T18:15:00Z') }, '2026-01-04');
    assert.deepEqual([kathmandu.hours[6]?.[23], kathmandu.hours[0]?.[0]], [1, 1]);
  });
});

describe('amounts', () => {
  test('have their sign, also between minus one and zero', () => {
    assert.deepEqual(
      [-300_000n, -1_250_000n, -1n, 0n, 300_000n].map(value => [rounded(value, 2), exact(value, 'EUR')]),
      [
        ['-0.30', '-0.30'],
        ['-1.25', '-1.25'],
        ['0.00', '-0.000001'],
        ['0.00', '0.00'],
        ['0.30', '0.30'],
      ],
    );
  });

  test('have the decimals of their currency, and every digit among the numbers', () => {
    assert.deepEqual(['EUR', 'JPY', 'KWD', NO_CURRENCY, 'ZZZ'].map(decimalsOf), [2, 0, 3, 2, 2]);
    assert.deepEqual(
      [
        ['JPY', 5_000_000n],
        ['JPY', 5_010_000n],
        ['KWD', 5_000_000n],
        ['EUR', 123_456_789_012_345_678n],
      ].map(([currency, value]) => exact(value as bigint, String(currency))),
      ['5', '5.01', '5.000', '123,456,789,012.345678'],
    );
    assert.deepEqual([brief(12_345_600n, 'EUR'), brief(1_234_567_800_000n, 'JPY')], ['12.35', '1.2 M']);
  });

  test('of different currencies, and those that name none, are groups of their own', () => {
    const sums = new Sums('UTC');
    sums.addMessage({ channel: 'teams', charge: 1n }, '2026-01-05');
    sums.addMessage({ channel: 'voximplant', charge: 2n }, '2026-01-05');
    sums.addMessage({ channel: 'voximplant-a2p', charge: 4n }, '2026-01-05');
    sums.addCall({ ...CALL, charge: 8n, connection_charge: null }, '2026-01-05');
    sums.addCall({ ...CALL, charge: 16n, currency: 'EUR' }, '2026-01-05');
    assert.deepEqual(
      [...sums.cost].map(([name, months]) => [name, months.get('2026-01')]),
      [
        [NO_CURRENCY, { calls: 8n, messages: 1n }],
        [ACCOUNT_CURRENCY, { calls: 0n, messages: 6n }],
        ['EUR', { calls: 16n, messages: 0n }],
      ],
    );
  });

  test('of one month are a table, of several months a picture per currency, escaped', () => {
    const fill = (now: Sums): void => {
      for (const day of ['2026-01-05', '2026-02-05']) now.addCall({ ...CALL, charge: 16n, currency: '<i>' }, day);
    };
    const one = reportPage(made(fill, heldDays(PSTN, JANUARY), JANUARY), JANUARY, MADE_AT);
    assert.match(one, /<table class="plain">[\s\S]*<td>&lt;i&gt;<\/td>/);
    const two = { from: '2026-01-01', to: '2026-02-28' };
    const html = reportPage(made(fill, heldDays(PSTN, two), two), two, MADE_AT);
    assert.match(html, /<h3>&lt;i&gt; · 0\.00<\/h3><svg/);
    assert.ok(!html.includes('<i>·') && !html.includes('<h3><i>'));
  });
});

test('what a row does not say counts as neither: success, direction', () => {
  const sums = new Sums('UTC');
  const leg = { route: 'direct-routing', direction: 'unknown', trunk_fqdn: 'sbc' };
  for (const successful of [true, false, null, undefined])
    sums.addCall({ ...leg, successful, final_sip_code: 486, final_sip_code_phrase: 'Busy' }, '2026-01-05');
  assert.deepEqual(sums.trunks.get('sbc'), { good: 1, failed: 1, unknown: 2 });
  assert.deepEqual([...sums.codes], [['486 Busy', 1]]);
  assert.deepEqual(sums.days.get('2026-01-05'), { inbound: 0, outbound: 0, other: 4, messages: 0 });
  sums.addMessage({ channel: 'teams', user_id: 'u', user_display_name: 'old', direction: 'unknown' }, '2026-01-05');
  sums.addMessage({ channel: 'teams', user_id: 'u', user_display_name: 'new', direction: 'outbound' }, '2026-01-06');
  assert.deepEqual(sums.users.get('u'), { name: 'new', inbound: 0, outbound: 1, other: 1 });
});

test('a change has its sign, and none where there was nothing', () => {
  assert.deepEqual(
    [change(3, 2), change(1, 2), change(2, 2), change(2, 0)],
    ['+50.0 %', '−50.0 %', '±0.0 %', undefined],
  );
});
