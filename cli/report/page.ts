import { escaped } from '../../shared/status/html/markup.ts';
import { grouped, minuteOf } from '../../shared/status/text.ts';
import { eachDay } from '../../shared/words/day.ts';
import { COLOURS, overDays, overMonths } from './charts.ts';
import type { Figures } from './data.ts';
import { type Label, labelsOf, type Ranked, ranked, shown, sumOf } from './ranked.ts';
import { STYLE } from './style.ts';
import { amount, brief, dated, percent } from './text.ts';

/** The sample report as one page: pictures first, their numbers behind a click, nothing from anywhere else. */

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
Amounts are exact and per currency. A call over Direct Routing counts once per leg, and its time includes the ringing. ${coverage(figures)}</footer>
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

function perDay({ days, firstDay, lastDay }: Figures): string {
  const names = [...eachDay(firstDay, lastDay)];
  const values = (of: 'inbound' | 'outbound' | 'other' | 'messages'): (number | null)[] =>
    names.map(day => days.get(day)?.[of] ?? null);
  const others = values('other');
  const bars = [
    { name: 'Calls in', colour: COLOURS.inbound, values: values('inbound') },
    { name: 'Calls out', colour: COLOURS.outbound, values: values('outbound') },
    ...(others.some(count => count !== null && count > 0)
      ? [{ name: 'Other calls', colour: COLOURS.other, values: others }]
      : []),
  ];
  const lines = [{ name: 'Messages', colour: COLOURS.messages, values: values('messages') }];
  const all = [...bars, ...lines];
  const countOf = (count: number | null | undefined): string => (typeof count === 'number' ? grouped(count) : '–');
  const rows = names.map((day, i) => [day, ...all.map(each => countOf(each.values[i]))]);
  return section(
    'Calls and messages per day',
    `${keys(all)} Bars are calls, the line is messages.`,
    // On a narrow screen the picture is moved sideways rather than made unreadable.
    `<div class="wide" tabindex="0">${overDays(names, bars, lines, 'Calls and messages per day')}</div>`,
    numbers(['Day', ...all.map(({ name }) => name)], rows),
  );
}

const OF_COST = [
  { name: 'Calls', colour: COLOURS.calls },
  { name: 'Messages', colour: COLOURS.messages },
];

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
    const values = [calls, messages].map(amounts => amounts.map(each => Number(each) / 1e6));
    const bars = OF_COST.map((each, i) => ({ ...each, values: values[i] ?? [] }));
    const picture = overMonths(months, bars, totals.map(brief), `Cost per month in ${name}`);
    return `<div><h3>${escaped(name)} · ${amount(whole, 2)}</h3>${picture}</div>`;
  });
  return section(
    'Cost per currency and month',
    `${keys(OF_COST)} Each currency has a scale of its own, and they are never added up.`,
    `<div class="months">${pictures.join('')}</div>`,
    numbers(['Currency', 'Month', 'Calls', 'Messages', 'Together'], rows),
  );
}

function destinations({ destinations: all }: Figures): string {
  const top = [...all].sort(([, a], [, b]) => b.calls - a.calls).slice(0, TOP);
  const bars = top.map(([name, { calls }]): Ranked => ({ label: { name }, values: [calls], end: grouped(calls) }));
  const rows = top.map(([name, { calls, minutes }]) => [{ name }, grouped(calls), grouped(Math.round(minutes))]);
  return section(
    'Top destinations',
    'Outbound calls by the country or region dialled.',
    top.length === 0 ? NOTHING : ranked(bars, [COLOURS.calls]),
    numbers(['Destination', 'Calls', 'Minutes'], rows),
  );
}

const OF_TRUNKS = [
  { name: 'Failed', colour: COLOURS.failed },
  { name: 'Succeeded', colour: COLOURS.good },
];

function trunks({ trunks: all }: Figures): string {
  const top = [...all]
    .sort(([, a], [, b]) => b.failed / (b.good + b.failed) - a.failed / (a.good + a.failed))
    .slice(0, TOP);
  const share = ({ good, failed }: { good: number; failed: number }): string => percent(failed, good + failed);
  const bars = top.map(
    ([name, each]): Ranked => ({ label: { name }, values: [each.failed, each.good], end: `${share(each)} failed` }),
  );
  const rows = top.map(([name, each]) => [{ name }, grouped(each.failed), grouped(each.good), share(each)]);
  return section(
    'Failed calls per trunk',
    `${keys(OF_TRUNKS)} Call legs over Direct Routing by session border controller, worst first.`,
    top.length === 0 ? NOTHING : ranked(bars, coloursOf(OF_TRUNKS)),
    numbers(['Trunk', 'Failed', 'Succeeded', 'Failed of all'], rows),
  );
}

const OF_USERS = [
  { name: 'Received', colour: COLOURS.inbound },
  { name: 'Sent', colour: COLOURS.outbound },
];

function users({ users: all }: Figures): string {
  const labels = labelsOf(all);
  const bars = [...all]
    .map(([id, { inbound, outbound }]): Ranked => {
      const label = labels.get(id) ?? { name: id };
      return { label, values: [inbound, outbound], end: grouped(inbound + outbound) };
    })
    .sort((a, b) => sumOf(b) - sumOf(a))
    .slice(0, 2 * TOP);
  const parts = [bars.slice(0, TOP), bars.slice(TOP)].filter(part => part.length > 0);
  const most = Math.max(...bars.map(sumOf));
  const halves = parts.map(part => ranked(part, coloursOf(OF_USERS), most)).join('');
  const rows = bars.map(({ label, values }) => [label, ...values.map(grouped)]);
  return section(
    'Teams messages per user',
    `${keys(OF_USERS)} The ${bars.length} users with the most, of ${grouped(all.size)}.`,
    parts.length === 0 ? NOTHING : `<div class="pair">${halves}</div>`,
    numbers(['User', 'Received', 'Sent'], rows),
  );
}

interface Key {
  readonly name: string;
  readonly colour: string;
}

function keys(all: readonly Key[]): string {
  const each = all.map(
    ({ name, colour }) =>
      `<span class="keyed"><span class="key" style="background:${colour}"></span>${escaped(name)}</span>`,
  );
  return each.join('');
}

function coloursOf(all: readonly Key[]): string[] {
  return all.map(({ colour }) => colour);
}

const NOTHING = '<p class="sub">There are none in this period.</p>';

function coverage({ owed, held, final }: Figures): string {
  if (owed === 0) return '';
  return `Of ${grouped(owed)} days of all datasets, ${grouped(held)} are held and ${grouped(final)} of these are final: the others may still change.`;
}

function section(title: string, sub: string, picture: string, table: string): string {
  return `<section><h2>${title}</h2><p class="sub">${sub}</p>${picture}${table}</section>`;
}

function numbers(head: readonly string[], rows: readonly (readonly (string | Label)[])[]): string {
  const cells = (tag: 'th' | 'td', row: readonly (string | Label)[]): string =>
    `<tr>${row.map(cell => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${typeof cell === 'string' ? escaped(cell) : shown(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map(row => cells('td', row)).join('');
  return `<details><summary>The numbers</summary><div class="scroll" tabindex="0"><table><thead>${cells('th', head)}</thead><tbody>${body}</tbody></table></div></details>`;
}
