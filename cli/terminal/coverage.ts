import type { DatasetFacts } from '../../shared/status/dataset-facts.ts';
import type { Facts } from '../../shared/status/facts.ts';
import type { Point } from '../../shared/status/point.ts';
import { isDoubted, markOfDay, SHOWN_STATES } from '../../shared/status/states.ts';
import { counted, grouped, minuteOf } from '../../shared/status/text.ts';
import { docsUrl } from '../../shared/words/version.ts';
import { COLOURS, LEGEND } from './colours.ts';
import { columnsOf, type Output, table, wrapped } from './output.ts';
import { asTyped, withTyped } from './typed.ts';

/** What is needed of an output: `npm start` has one of its own. */
type Teller = Pick<Output, 'line' | 'paint' | 'width'>;

/** The coverage page as a terminal shows it: the verdict, what to do, and a line for each log. */

/** Days at the end of the calendar that are shown one by one, where there is room. */
const DAYS_MAX = 28;
const DAYS_MIN = 7;

const LEVEL_COLOURS = { held: 'green', landing: 'cyan', attention: 'red' } as const;

/**
 * @param where the app or folder that is looked at
 * @param self how the command line is called for it, such as `landline --data folder`
 */
export function tellFacts(facts: Facts, where: string, out: Teller, self: string): void {
  const { verdict, datasets } = facts;
  out.line(`${where}, ${minuteOf(facts.asOf)} UTC`);
  out.line(out.paint('bold', out.paint(LEVEL_COLOURS[verdict.level], verdict.sentence)));
  for (const point of verdict.points) tellPoint(point, out, self);
  if (datasets.length > 0) {
    out.line();
    for (const line of tableOf(datasets, out)) out.line(line);
    out.line();
    for (const line of wrapped(LEGEND.replaceAll(/(\S) (\w+)/g, '$1\u00a0$2'), columnsOf(out)))
      out.line(line.replaceAll('\u00a0', ' '));
  }
  if (facts.unplanned.length > 0)
    out.line(`Not planned (switched off, or the app has not run): ${facts.unplanned.join(', ')}`);
  for (const { dataset, why } of facts.off) out.line(`${dataset} is off: ${why}.`);
}

function tellPoint({ text, command, help }: Point, out: Teller, self: string): void {
  out.line(`- ${withTyped(text, self)}`);
  if (command !== undefined) out.line(`  ${out.paint('bold', asTyped(command, self))}`);
  if (help !== undefined) out.line(`  ${out.paint('gray', docsUrl(help) ?? `docs/${help}`)}`);
}

interface Column {
  readonly head: string;
  /** Columns of the terminal below which it is left out. */
  readonly from: number;
  cell(each: DatasetFacts): string;
}

const COLUMNS: readonly Column[] = [
  { head: 'log', from: 0, cell: ({ dataset }) => dataset },
  { head: 'held', from: 0, cell: ({ daysHeld, daysOwed }) => `${grouped(daysHeld)}/${grouped(daysOwed)}` },
  { head: 'newest', from: 76, cell: ({ newestHeld }) => newestHeld ?? 'none' },
  { head: 'gaps', from: 60, cell: ({ gapDays }) => (gapDays === 0 ? 'none' : grouped(gapDays)) },
  { head: 'rows', from: 90, cell: ({ rows }) => grouped(rows) },
  { head: 'state', from: 100, cell: stateOf },
];

/** The calendar takes what the other columns leave. */
function tableOf(datasets: readonly DatasetFacts[], out: Teller): string[] {
  const shown = COLUMNS.filter(({ from }) => columnsOf(out) >= from);
  const cells = datasets.map(each => shown.map(column => column.cell(each)));
  const taken = shown.map(({ head }, at) => Math.max(head.length, ...cells.map(row => row[at]?.length ?? 0)));
  const room = columnsOf(out) - taken.reduce((sum, width) => sum + width + 2, 0);
  const longest = Math.max(1, ...datasets.map(({ days }) => days.length));
  const days = Math.min(DAYS_MAX, Math.max(DAYS_MIN, room), longest);
  const head = [...shown.map(column => column.head), days > 13 ? `last ${days} days` : 'days'];
  return table(
    head,
    datasets.map((each, at) => [...(cells[at] ?? []), calendar(each, days, out)]),
  );
}

function calendar({ days }: DatasetFacts, length: number, out: Teller): string {
  const last = days.slice(-length);
  const marks = last.map(day => out.paint(isDoubted(day) ? 'yellow' : COLOURS[day.state], markOfDay(day))).join('');
  return ' '.repeat(length - last.length) + marks;
}

/** What is not well or in work, as counts, what needs a person first. */
function stateOf({ counts, pausedAt }: DatasetFacts): string {
  const well = new Set(['final', 'open', 'empty']);
  const busy = SHOWN_STATES.toReversed().flatMap(({ state }) =>
    well.has(state) || counts[state] === 0 ? [] : [`${grouped(counts[state])} ${state}`],
  );
  const all = [...(pausedAt === undefined ? [] : ['paused']), ...busy];
  return all.length === 0 ? 'well' : all.slice(0, 2).join(', ');
}

/** Days in a row of one log that are not held. */
export function tellGaps({ dataset, gaps, gapDays }: DatasetFacts, out: Teller): void {
  if (gapDays === 0) return;
  const list = gaps.map(({ from, to, days }) => (days === 1 ? from : `${from} to ${to} (${counted(days, 'day')})`));
  out.line();
  out.line(`${dataset}, gaps: ${list.join(', ')}`);
}
