import { escaped } from '../../shared/page/html.ts';
import { grouped, minuteOf } from '../../shared/page/text.ts';
import { COLOURS, overDays, overMonths, ranked } from './charts.ts';
import type { Figures } from './data.ts';
import { amount, brief, dated, percent } from './text.ts';

/** The sample report as one page: pictures first, their numbers behind a click, nothing from anywhere else. */

const STYLE = `
:root { color-scheme: light; --ink: ${COLOURS.ink}; --quiet: ${COLOURS.quiet}; --line: ${COLOURS.line}; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f4ef; color: var(--ink); font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1136px; margin: 0 auto; padding: 48px 24px 64px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 20px; margin-bottom: 28px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0; font-weight: 680; }
header p { margin: 0; color: var(--quiet); }
h2 { font-size: 19px; line-height: 1.3; letter-spacing: -0.01em; margin: 0 0 2px; font-weight: 650; }
h3 { font-size: 14px; margin: 0; font-weight: 600; color: var(--quiet); }
.sub { margin: 0 0 18px; color: var(--quiet); font-size: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 16px; margin-bottom: 16px; }
.tile, section { background: #fff; border: 1px solid var(--line); border-radius: 14px; }
.tile { padding: 18px 20px; }
.tile b { display: block; font-size: 30px; line-height: 1.15; letter-spacing: -0.02em; font-weight: 660; font-variant-numeric: tabular-nums; }
.tile span { color: var(--quiet); font-size: 14px; }
section { padding: 24px 26px 18px; margin-bottom: 16px; min-width: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; margin-bottom: 16px; }
.pair section { margin: 0; display: flex; flex-direction: column; }
.pair details { margin-top: auto; }
.months { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 24px 32px; }
svg { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; }
.wide > svg { min-width: 380px; }
.wide.days > svg { min-width: 760px; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin: 0 6px 0 14px; }
.key:first-child { margin-left: 0; }
details { margin-top: 14px; font-size: 14px; }
summary { cursor: pointer; color: var(--quiet); padding: 4px 0; width: max-content; }
summary:focus-visible { outline: 2px solid ${COLOURS.calls}; outline-offset: 3px; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 8px; border-top: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 550; border-top: 0; }
th:first-child, td:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere; }
.scroll { max-height: 320px; overflow: auto; }
footer { color: var(--quiet); font-size: 14px; margin-top: 28px; }
@media print { body { background: #fff; } details { display: none; } section, .tile { break-inside: avoid; } }
`;

const TOP = 10;

export function reportPage(figures: Figures, madeAt: string): string {
  const { firstDay, lastDay } = figures;
  const period = firstDay === '' ? 'nothing is curated yet' : `${dated(firstDay)} to ${dated(lastDay)}, UTC days`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Calls and messages, ${escaped(period)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>Calls and messages</h1><p>${escaped(period)}</p></header>
${tiles(figures)}
${perDay(figures)}
${costs(figures)}
<div class="pair">
${destinations(figures)}
${trunks(figures)}
</div>
${users(figures)}
<footer>Made by <code>landline report</code> on ${escaped(minuteOf(madeAt))} UTC from the curated tables: docs/bi says how to ask more.
Amounts are exact and per currency. ${coverage(figures)}</footer>
</main>
</body>
</html>
`;
}

function tiles({ calls, minutes, messages, trunks: byTrunk }: Figures): string {
  const legs = [...byTrunk.values()].reduce((sum, { good, failed }) => sum + good + failed, 0);
  const failed = [...byTrunk.values()].reduce((sum, each) => sum + each.failed, 0);
  const all = [
    [grouped(calls), 'calls'],
    [grouped(Math.round(minutes / 60)), 'hours of calls'],
    [grouped(messages), 'messages'],
    [legs === 0 ? '–' : `${percent(failed, legs)}`, 'of Direct Routing calls failed'],
  ];
  return `<div class="tiles">${all.map(([value, what]) => `<div class="tile"><b>${value}</b><span>${what}</span></div>`).join('')}</div>`;
}

function perDay({ days }: Figures): string {
  const names = [...days.keys()].sort();
  const values = (of: 'inbound' | 'outbound' | 'other' | 'messages'): number[] =>
    names.map(day => days.get(day)?.[of] ?? 0);
  const others = values('other');
  const bars = [
    { name: 'Calls in', colour: COLOURS.inbound, values: values('inbound') },
    { name: 'Calls out', colour: COLOURS.outbound, values: values('outbound') },
    ...(others.some(count => count > 0) ? [{ name: 'Other calls', colour: COLOURS.other, values: others }] : []),
  ];
  const lines = [{ name: 'Messages', colour: COLOURS.messages, values: values('messages') }];
  const rows = names.map(day => [
    day,
    ...[...bars, ...lines].map(({ values: all }) => grouped(all[names.indexOf(day)] ?? 0)),
  ]);
  return section(
    'Calls and messages per day',
    'Bars are calls, the line is messages.',
    `<div class="wide days" tabindex="0">${overDays(names, bars, lines, 'Calls and messages per day')}</div>`,
    numbers(['Day', ...[...bars, ...lines].map(({ name }) => name)], rows),
  );
}

function costs({ cost }: Figures): string {
  const months = [...new Set([...cost.values()].flatMap(byMonth => [...byMonth.keys()]))].sort();
  const order = [...cost.keys()].sort((a, b) => Number(a === '') - Number(b === '') || (a < b ? -1 : 1));
  const rows: string[][] = [];
  const pictures = order.map(currency => {
    const byMonth = cost.get(currency);
    const of = (what: 'calls' | 'messages'): bigint[] => months.map(month => byMonth?.get(month)?.[what] ?? 0n);
    const [calls, messages] = [of('calls'), of('messages')];
    const totals = months.map((_, i) => (calls[i] ?? 0n) + (messages[i] ?? 0n));
    const name = currency === '' ? "The Voximplant account's currency" : currency;
    months.forEach((month, i) => {
      rows.push([name, month, amount(calls[i] ?? 0n), amount(messages[i] ?? 0n), amount(totals[i] ?? 0n)]);
    });
    const whole = totals.reduce((sum, each) => sum + each, 0n);
    const bars = [
      { name: 'Calls', colour: COLOURS.calls, values: calls.map(each => Number(each) / 1e6) },
      { name: 'Messages', colour: COLOURS.messages, values: messages.map(each => Number(each) / 1e6) },
    ];
    const picture = overMonths(months, bars, totals.map(brief), `Cost per month in ${name}`);
    return `<div><h3>${escaped(name)} · ${amount(whole, 2)}</h3>${picture}</div>`;
  });
  const keys = `<span class="key" style="background:${COLOURS.calls}"></span>Calls<span class="key" style="background:${COLOURS.messages}"></span>Messages`;
  return section(
    'Cost per currency and month',
    `${keys} · each currency has a scale of its own, and they are never added up.`,
    `<div class="months">${pictures.join('')}</div>`,
    numbers(['Currency', 'Month', 'Calls', 'Messages', 'Together'], rows),
  );
}

function destinations({ destinations: all }: Figures): string {
  const top = [...all].sort(([, a], [, b]) => b.calls - a.calls).slice(0, TOP);
  const names = top.map(([name]) => name);
  const bars = [{ name: 'Calls', colour: COLOURS.calls, values: top.map(([, { calls }]) => calls) }];
  const ends = top.map(([, { calls }]) => grouped(calls));
  const rows = top.map(([name, { calls, minutes }]) => [name, grouped(calls), grouped(Math.round(minutes))]);
  return section(
    'Top destinations',
    'Outbound calls by the country or region dialled.',
    top.length === 0 ? NOTHING : wide(ranked(names, bars, ends, 'Outbound calls by destination')),
    numbers(['Destination', 'Calls', 'Minutes'], rows),
  );
}

function trunks({ trunks: all }: Figures): string {
  const top = [...all]
    .sort(([, a], [, b]) => b.failed / (b.good + b.failed) - a.failed / (a.good + a.failed))
    .slice(0, TOP);
  const bars = [
    { name: 'Failed', colour: COLOURS.failed, values: top.map(([, { failed }]) => failed) },
    { name: 'Succeeded', colour: COLOURS.good, values: top.map(([, { good }]) => good) },
  ];
  const ends = top.map(([, { good, failed }]) => `${percent(failed, good + failed)} failed`);
  const rows = top.map(([name, { good, failed }]) => [
    name,
    grouped(failed),
    grouped(good),
    percent(failed, good + failed),
  ]);
  return section(
    'Failed calls per trunk',
    'Call legs over Direct Routing by session border controller, worst first.',
    top.length === 0
      ? NOTHING
      : wide(
          ranked(
            top.map(([name]) => name),
            bars,
            ends,
            'Failed and good calls per trunk',
          ),
        ),
    numbers(['Trunk', 'Failed', 'Succeeded', 'Failed of all'], rows),
  );
}

function users({ users: all }: Figures): string {
  const total = ({ inbound, outbound }: { inbound: number; outbound: number }): number => inbound + outbound;
  const top = [...all].sort(([, a], [, b]) => total(b) - total(a)).slice(0, 2 * TOP);
  const half = (part: typeof top): string =>
    wide(
      ranked(
        part.map(([name]) => name),
        [
          { name: 'Received', colour: COLOURS.inbound, values: part.map(([, { inbound }]) => inbound) },
          { name: 'Sent', colour: COLOURS.outbound, values: part.map(([, { outbound }]) => outbound) },
        ],
        part.map(([, each]) => grouped(total(each))),
        'Messages per user',
        false,
      ),
    );
  const parts = [top.slice(0, TOP), top.slice(TOP)].filter(part => part.length > 0);
  const keys = `<span class="key" style="background:${COLOURS.inbound}"></span>Received<span class="key" style="background:${COLOURS.outbound}"></span>Sent`;
  const rows = top.map(([name, { inbound, outbound }]) => [name, grouped(inbound), grouped(outbound)]);
  return section(
    'Teams messages per user',
    `${keys} · the ${top.length} users with the most, of ${grouped(all.size)}.`,
    parts.length === 0 ? NOTHING : `<div class="pair">${parts.map(half).join('')}</div>`,
    numbers(['User', 'Received', 'Sent'], rows),
  );
}

/** On a narrow screen a picture is moved sideways rather than made unreadable. */
function wide(svg: string): string {
  return `<div class="wide" tabindex="0">${svg}</div>`;
}

const NOTHING = '<p class="sub">There are none in this period.</p>';

function coverage({ states }: Figures): string {
  const whole = states.get('final') ?? 0;
  const all = [...states.values()].reduce((sum, count) => sum + count, 0);
  if (all === 0) return '';
  const open = states.get('open') ?? 0;
  return `Of ${grouped(all)} days of all datasets, ${grouped(whole)} are final, ${grouped(open)} may still change, and ${grouped(all - whole - open)} are not held.`;
}

function section(title: string, sub: string, picture: string, table: string): string {
  return `<section><h2>${title}</h2><p class="sub">${sub}</p>${picture}${table}</section>`;
}

function numbers(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map(cell => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map(row => cells('td', row)).join('');
  return `<details><summary>The numbers</summary><div class="scroll" tabindex="0"><table><thead>${cells('th', head)}</thead><tbody>${body}</tbody></table></div></details>`;
}
