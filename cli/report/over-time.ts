import { escaped } from '../../shared/status/html/markup.ts';
import { grouped } from '../../shared/status/text.ts';
import { COLOURS, overMonths, overTime, type Series, SIZES } from './charts.ts';
import type { Figures } from './data.ts';
import { CALL_LOGS, type Coverage, MESSAGE_LOGS } from './held.ts';
import { type Key, keys, NOTHING, numbers, section, table } from './parts.ts';
import { type Bucket, before, bucketsOf, type Period, stepOf } from './period.ts';
import type { Cost, DayFigures } from './sums.ts';
import { brief, decimalsOf, exact, rounded } from './text.ts';

/** Calls, messages and cost over time. What is not held is shaded and has no bar. */

const NOT_HELD = { name: 'Not held', colour: COLOURS.gap };
const IN_PART = { name: 'Held in part', colour: COLOURS.part };

function shadesOf(coverage: readonly Coverage[]): Key[] {
  return [...(coverage.includes('none') ? [NOT_HELD] : []), ...(coverage.includes('part') ? [IN_PART] : [])];
}

export function callsOverTime(figures: Figures, period: Period): string {
  const bars = [
    { name: 'In', colour: COLOURS.inbound, of: 'inbound' },
    { name: 'Out', colour: COLOURS.outbound, of: 'outbound' },
    { name: 'Direction unknown', colour: COLOURS.other, of: 'other' },
  ] as const;
  return overTimeOf(figures, period, 'Calls', CALL_LOGS, bars);
}

export function messagesOverTime(figures: Figures, period: Period): string {
  const bars = [{ name: 'Messages', colour: COLOURS.messages, of: 'messages' }] as const;
  return overTimeOf(figures, period, 'Messages', MESSAGE_LOGS, bars);
}

interface Bar {
  readonly name: string;
  readonly colour: string;
  readonly of: keyof DayFigures;
}

function overTimeOf(
  { now, held }: Figures,
  period: Period,
  what: string,
  logs: readonly string[],
  bars: readonly Bar[],
): string {
  const buckets = bucketsOf(period);
  const series = bars
    .map(({ name, colour, of }) => {
      const values = buckets.map(({ days }) => days.reduce((sum, day) => sum + (now.days.get(day)?.[of] ?? 0), 0));
      return { name, colour, values };
    })
    .filter(({ values }, i) => i < 2 || values.some(value => value > 0));
  const coverage = buckets.map((bucket, i) => coverageOf(bucket, i));
  if (!held.has(logs) && series.every(({ values }) => values.every(value => value === 0))) return '';
  const drawn: Series[] = series.map(each => ({
    ...each,
    values: each.values.map((value, i) => (coverage[i] === 'none' ? null : value)),
  }));
  const step = stepOf(period);
  const title = `${what} per ${step}`;
  const rows = buckets.map(({ name }, i) => [
    name,
    ...drawn.map(({ values }) => (typeof values[i] === 'number' ? grouped(values[i]) : '–')),
    { whole: 'all', part: 'a part', none: 'nothing' }[coverage[i] ?? 'none'],
  ]);
  const labels = buckets.map(({ label }) => label);
  const pictures = Object.entries(SIZES).map(
    ([name, size]) => `<div class="${name}">${overTime(labels, coverage, drawn, title, size)}</div>`,
  );
  const shades = shadesOf(coverage);
  const partly = coverage.includes('part') ? ' Where only a part is held, the true number may be higher.' : '';
  return section(
    title,
    `${keys([...series, ...shades])}${partly}`,
    // One of the two is shown, by the width of the screen.
    pictures.join(''),
    numbers(
      [step === 'day' ? 'Day' : step === 'week' ? 'Week of' : 'Month', ...series.map(({ name }) => name), 'Held'],
      rows,
    ),
  );

  /** Rows that are there are drawn, whatever an older status says. */
  function coverageOf(bucket: Bucket, at: number): Coverage {
    const rows = series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0);
    const known = held.isKnown ? held.ofBucket(logs, bucket) : 'part';
    return known === 'none' && rows > 0 ? 'part' : !held.isKnown && rows === 0 ? 'none' : known;
  }
}

const OF_COST = [
  { name: 'Calls', colour: COLOURS.calls },
  { name: 'Messages', colour: COLOURS.messages },
] as const;

/** A chart per currency, or a table where a single month leaves nothing to compare. */
export function costs({ now, before: earlier, held }: Figures, period: Period): string {
  const isCode = (name: string): number => Number(!/^[A-Z]{3}$/.test(name));
  const order = [...now.cost.keys()].sort((a, b) => isCode(a) - isCode(b) || (a < b ? -1 : 1));
  if (order.length === 0) return section('Cost per currency', 'Charges of calls and messages.', NOTHING, '');
  const months = bucketsOf(period, 'month');
  const totals = order.map(currency => ({ currency, ...sumOf(now.cost.get(currency)) }));
  const detail = order.flatMap(currency =>
    months.map(({ name }) => {
      const { calls, messages } = now.cost.get(currency)?.get(name) ?? { calls: 0n, messages: 0n };
      return [currency, name, ...[calls, messages, calls + messages].map(value => exact(value, currency))];
    }),
  );
  const below = numbers(['Currency', 'Month', 'Calls', 'Messages', 'Total'], detail);
  if (months.length === 1) {
    const logs = [...CALL_LOGS, ...MESSAGE_LOGS];
    const isCompared = held.isWhole(logs, period) && held.isWhole(logs, before(period));
    const rows = totals.map(({ currency, calls, messages }) => {
      const past = sumOf(earlier.cost.get(currency));
      const shown = [calls, messages, calls + messages].map(value => rounded(value, decimalsOf(currency)));
      return [currency, ...shown, isCompared ? rounded(past.calls + past.messages, decimalsOf(currency)) : '–'];
    });
    const head = ['Currency', 'Calls', 'Messages', 'Total', 'The period before'];
    return section(
      'Cost per currency',
      'Amounts of different currencies are never added up.',
      table(head, rows, 'plain'),
      below,
    );
  }
  const coverage = months.map(bucket =>
    held.isKnown ? held.ofBucket([...CALL_LOGS, ...MESSAGE_LOGS], bucket) : 'part',
  );
  const pictures = totals.map(({ currency, calls, messages }) => {
    const each = months.map(({ name }) => now.cost.get(currency)?.get(name) ?? { calls: 0n, messages: 0n });
    const bars = OF_COST.map((kind, i) => ({
      ...kind,
      values: each.map((cost, at) =>
        coverage[at] === 'none' ? null : Number(i === 0 ? cost.calls : cost.messages) / 1e6,
      ),
    }));
    const tops = each.map(cost => brief(cost.calls + cost.messages, currency));
    const labels = months.map(({ label }) => label);
    const picture = overMonths(labels, coverage, bars, tops, `Cost per month in ${currency}`);
    return `<div><h3>${escaped(currency)} · ${rounded(calls + messages, decimalsOf(currency))}</h3>${picture}</div>`;
  });
  const shades = shadesOf(coverage);
  return section(
    'Cost per currency and month',
    `${keys([...OF_COST, ...shades])} Each currency has a scale of its own. Amounts of different currencies are never added up.`,
    `<div class="months">${pictures.join('')}</div>`,
    below,
  );
}

function sumOf(months: ReadonlyMap<string, Cost> | undefined): Cost {
  const all = [...(months?.values() ?? [])];
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0n),
    messages: all.reduce((sum, { messages }) => sum + messages, 0n),
  };
}
