import { counted, grouped } from '../../shared/status/text.ts';
import { COLOURS } from './charts.ts';
import type { Figures } from './data.ts';
import { coloursOf, keys, NOTHING, numbers, section } from './parts.ts';
import { labelsOf, type Ranked, ranked, sumOf } from './ranked.ts';
import { percent } from './text.ts';

/** Who, where and why: lists from top to bottom. */

const TOP = 10;

export function destinations({ now: { destinations: all } }: Figures): string {
  const top = [...all].sort(([, a], [, b]) => b.calls - a.calls).slice(0, TOP);
  const bars = top.map(([name, { calls }]): Ranked => ({ label: { name }, values: [calls], end: grouped(calls) }));
  const rows = top.map(([name, { calls, seconds }]) => [{ name }, grouped(calls), grouped(Math.floor(seconds / 60))]);
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
  { name: 'Unknown', colour: COLOURS.other },
];

export function trunks({ now: { trunks: all } }: Figures): string {
  const shareOf = ({ good, failed }: { readonly good: number; readonly failed: number }): number =>
    failed / Math.max(1, good + failed);
  const top = [...all].sort(([, a], [, b]) => shareOf(b) - shareOf(a)).slice(0, TOP);
  const share = ({ good, failed }: { good: number; failed: number }): string => percent(failed, good + failed);
  const bars = top.map(
    ([name, each]): Ranked => ({
      label: { name },
      values: [each.failed, each.good, each.unknown],
      end: `${share(each)} failed`,
    }),
  );
  const rows = top.map(([name, each]) => [
    { name },
    grouped(each.failed),
    grouped(each.good),
    grouped(each.unknown),
    share(each),
  ]);
  const kinds = top.some(([, { unknown }]) => unknown > 0) ? OF_TRUNKS : OF_TRUNKS.slice(0, 2);
  return section(
    'Session border controllers',
    `${keys(kinds)} Legs over Direct Routing; the highest share of failed legs first.`,
    top.length === 0 ? NOTHING : ranked(bars, coloursOf(OF_TRUNKS)),
    numbers(['Session border controller', 'Failed', 'Succeeded', 'Unknown', 'Share of failed legs'], rows),
  );
}

export function codes({ now: { codes: all } }: Figures): string {
  const order = [...all].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const failed = order.reduce((sum, [, count]) => sum + count, 0);
  const bars = order.slice(0, TOP).map(
    ([name, count]): Ranked => ({
      label: { name },
      values: [count],
      end: `${grouped(count)} · ${percent(count, failed)}`,
    }),
  );
  return section(
    'Why legs fail',
    'SIP codes with which failed legs over Direct Routing ended. With 480, 486, 487 and 603 a person ended the call, not the network.',
    bars.length === 0 ? NOTHING : ranked(bars, [COLOURS.failed]),
    numbers(
      ['SIP code', 'Failed legs'],
      order.map(([name, count]) => [{ name }, grouped(count)]),
    ),
  );
}

const OF_USERS = [
  { name: 'Received', colour: COLOURS.inbound },
  { name: 'Sent', colour: COLOURS.outbound },
  { name: 'Direction unknown', colour: COLOURS.other },
];

export function users({ now: { users: all } }: Figures): string {
  const labels = labelsOf(all);
  const bars = [...all]
    .map(([id, { inbound, outbound, other }]): Ranked => {
      const label = labels.get(id) ?? { name: id };
      return { label, values: [inbound, outbound, other], end: grouped(inbound + outbound + other) };
    })
    .sort((a, b) => sumOf(b) - sumOf(a))
    .slice(0, 2 * TOP);
  const parts = [bars.slice(0, TOP), bars.slice(TOP)].filter(part => part.length > 0);
  const most = Math.max(...bars.map(sumOf));
  const halves = parts.map(part => ranked(part, coloursOf(OF_USERS), most)).join('');
  const rows = bars.map(({ label, values }) => [label, ...values.map(grouped)]);
  const kinds = bars.some(({ values }) => (values[2] ?? 0) > 0) ? OF_USERS : OF_USERS.slice(0, 2);
  return section(
    'Teams messages per user',
    `${keys(kinds)} The ${bars.length} users with the most Teams messages, of ${counted(all.size, 'user')}.`,
    parts.length === 0 ? NOTHING : `<div class="pair">${halves}</div>`,
    numbers(['User', 'Received', 'Sent', 'Direction unknown'], rows),
  );
}
