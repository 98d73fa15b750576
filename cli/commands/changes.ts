import { counted, grouped, minuteOf } from '../../shared/status/text.ts';
import { instantOf, startOf } from '../../shared/words/day.ts';
import type { Day, Instant } from '../../shared/words/model.ts';
import { chosen, examples, type On, type Register } from '../command.ts';
import {
  closed,
  DAY_FORMS,
  type DayText,
  dayOfText,
  dayText,
  isIn,
  type Range,
  type RangeOptions,
  rangeOf,
  withRange,
} from '../ranges.ts';
import { type Output, tableIn } from '../terminal/output.ts';

interface Options extends RangeOptions {
  readonly since: DayText;
}

export interface Change {
  readonly dataset: string;
  readonly day: Day;
  readonly revision: number;
  readonly rows: number;
  readonly rowsAdded: number;
  readonly rowsChanged: number;
  readonly rowsRemoved: number;
  /** When this revision was committed. */
  readonly at: Instant;
  /** A person's rows were erased. */
  readonly erased?: true;
}

export const changes: Register = (program, { act }) => {
  withRange(program.command('changes'))
    .description('Lists days that got a new revision lately: late rows, corrections, rows taken back')
    .option('--since <day>', `changed on this day or later: ${DAY_FORMS}`, dayText, '7d')
    .addHelpText(
      'after',
      '\nRows are counted against the revision before. "erased" means that a person was erased from the day. --since is about when a day changed; --from, --to and --month are about the day itself.',
    )
    .addHelpText(
      'after',
      examples(
        'landline changes',
        'landline changes --since 30d --datasets teams-pstn-calls',
        'landline changes --month 2026-01 --since 2026-02-01',
      ),
    )
    .action(act(tellChanges));
};

async function tellChanges(on: On, options: Options): Promise<0> {
  const { out, ledger, now } = on;
  const range = rangeOf(options, now);
  const since = instantOf(startOf(dayOfText(options.since, 'first', now)));
  const found: Change[] = [];
  for (const { name } of chosen(on, options.datasets)) {
    let unknown = 0;
    for (const { value } of await ledger.days(name)) {
      if (value.unreadable && isIn(value.day, range)) unknown++;
      const { day, held } = value;
      if (held === undefined || held.revision < 2 || held.landedAt < since || !isIn(day, range)) continue;
      const { revision, rows, rowsAdded, rowsChanged, rowsRemoved, landedAt: at, forgottenAt } = held;
      const erased = forgottenAt === undefined ? {} : { erased: true as const };
      found.push({ dataset: name, day, revision, rows, rowsAdded, rowsChanged, rowsRemoved, at, ...erased });
    }
    if (unknown > 0)
      out.note(`Whether ${counted(unknown, 'day')} of ${name} changed is not known: run \`${on.self} rebuild\`.`);
  }
  // Those of one minute by log and day: workers end in any order.
  found.sort((a, b) => minuteOf(b.at).localeCompare(minuteOf(a.at)));
  if (on.json) out.json({ since, changes: found });
  else if (found.length === 0) for (const line of noneLines(limitsOf(options, range, now), since)) out.line(line);
  else {
    for (const line of tableOfChanges(out, found)) out.line(line);
    if (found.length > SUMMED_FROM) for (const line of sumsOf(found)) out.line(line);
    const [newest] = found;
    const days = sentence(limitsOf(options, range, now), `${counted(found.length, 'day')} changed since`);
    out.line(`${days} ${minuteOf(since)} UTC, the newest change first: + added, ~ changed, − removed.`);
    if (newest !== undefined) out.line(`Which rows: ${on.self} diff ${newest.dataset} ${newest.day}`);
  }
  return 0;
}

/** Days in one answer of which nobody adds up those of a log. */
const SUMMED_FROM = 20;

/** What was asked about, in words; empty: every day of every log. */
export function limitsOf({ datasets }: Pick<Options, 'datasets'>, range: Range, now: number): string {
  const { from, to } = range;
  const { to: last } = closed(range, '', now);
  const days =
    from === undefined
      ? to === undefined
        ? undefined
        : `the days up to ${last}`
      : from === last
        ? from
        : `${from} to ${last}`;
  return [days, datasets?.map(({ name }) => name).join(', ')].filter(Boolean).join(' of ');
}

/** Without limits the sentence stands by itself. */
function sentence(limits: string, text: string): string {
  return limits === '' ? text : `Of ${limits}, ${text}`;
}

export function noneLines(limits: string, since: Instant): string[] {
  const at = `day changed since ${minuteOf(since)} UTC.`;
  if (limits === '') return [`No ${at}`];
  return [
    `Of ${limits}, no ${at}`,
    'Others may have: --from, --to and --month name the days, and --since when they changed.',
  ];
}

/** A line for each log: days, and what they gained and lost. */
export function sumsOf(changes: readonly Change[]): string[] {
  return [...Map.groupBy(changes, ({ dataset }) => dataset)].map(([dataset, mine]) => {
    const sum = (of: (each: Change) => number) => grouped(mine.reduce((total, each) => total + of(each), 0));
    const rows = `+${sum(each => each.rowsAdded)} ~${sum(each => each.rowsChanged)} −${sum(each => each.rowsRemoved)}`;
    return `${dataset}: ${counted(mine.length, 'day')}, ${rows} rows`;
  });
}

/** What a person asks first stands first: on a narrow terminal the time is left out, then the rows. */
const HEAD = ['log', 'day', 'rev', 'change', 'rows', 'when (UTC)'];

export function tableOfChanges(out: Pick<Output, 'width'>, changes: readonly Change[]): string[] {
  return tableIn(out, HEAD, changes.map(cellsOf), HEAD.length - 2);
}

function cellsOf({ dataset, day, revision, rows, rowsAdded, rowsChanged, rowsRemoved, at, erased }: Change): string[] {
  const counts = [`+${grouped(rowsAdded)}`, `~${grouped(rowsChanged)}`, `−${grouped(rowsRemoved)}`];
  const change = counts.filter(text => !/^.0$/.test(text)).join(' ') || 'none';
  return [dataset, day, `r${revision}`, erased ? `${change} erased` : change, grouped(rows), minuteOf(at)];
}
