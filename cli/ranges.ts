import { type Command, InvalidArgumentError } from 'commander';
import { lastDay } from '../shared/ledger/settling.ts';
import { addDays, dayOf, eachDay, isDay } from '../shared/words/day.ts';
import type { Dataset, Day } from '../shared/words/model.ts';
import { datasets, refuseUnfinished } from './command.ts';
import { UsageError } from './usage-error.ts';

/**
 * Days as people write them: `2026-01-31`, `yesterday`, `-7d` or `7d` (seven days ago), and `2026-01` for a month. One
 * set of options for every command that takes a range.
 */

export interface RangeOptions {
  readonly from?: DayText;
  readonly to?: DayText;
  readonly month?: DayText;
  readonly datasets?: Dataset[];
}

/** A checked text. What it means depends on today. */
export type DayText = string;

/** Both included; absent: without bound. */
export interface Range {
  readonly from?: Day;
  readonly to?: Day;
}

export const DAY_FORMS = 'a day such as 2026-01-31, yesterday, -7d or 2026-01';

/** A dash before an argument would make it an option, so that it may be left out. */
const AGO = /^-?(\d{1,5})d$/;

/** The same where one day is meant. */
export const ONE_DAY_FORMS = 'a day such as 2026-01-31, yesterday or -7d';

export function dayText(text: string): DayText {
  return isMonth(text) ? text : dayAmong(text, DAY_FORMS);
}

/** For an argument that means one day: a month does not. */
export function oneDayText(text: string): DayText {
  if (!isMonth(text)) return dayAmong(text, ONE_DAY_FORMS);
  throw new InvalidArgumentError(`${text} is a month: name one of its days, such as ${edgeOfMonth(text, 'last')}.`);
}

function dayAmong(text: string, forms: string): DayText {
  if (isDay(text) || text === 'yesterday' || AGO.test(text)) return text;
  if (text === 'today' || text === 'tomorrow')
    throw new InvalidArgumentError(`${text} is not over yet: the newest day is yesterday.`);
  const [, month = '', day = ''] = /^(\d{4}-\d{2})-(\d{2})$/.exec(text) ?? [];
  if (Number(day) > 0 && isMonth(month)) {
    const last = edgeOfMonth(month, 'last');
    const name = new Date(last).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
    throw new InvalidArgumentError(`${text} is not a day: ${name} ${month.slice(0, 4)} has ${last.slice(8)}.`);
  }
  throw new InvalidArgumentError(`Expected ${forms}; days are UTC.`);
}

function monthText(text: string): DayText {
  if (isMonth(text)) return text;
  throw new InvalidArgumentError('Expected a month such as 2026-01.');
}

function isMonth(text: string): boolean {
  return /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`);
}

/** For arguments that repeat. */
export function dayTexts(text: string, before: readonly DayText[] | undefined): DayText[] {
  return [...(before ?? []), dayText(text)];
}

/** Adds `--from`, `--to`, `--month` and `--datasets`. */
export function withRange(command: Command, options: { readonly needed?: boolean } = {}): Command {
  return withDays(command, options).option(DATASETS_FLAG, 'only these logs', datasets);
}

/** Adds `--from`, `--to` and `--month`. */
export function withDays(command: Command, { needed = false }: { readonly needed?: boolean } = {}): Command {
  const why = needed ? ' (needed, unless --month is given)' : '';
  return command
    .option('--from <day>', `first day: ${DAY_FORMS}${why}`, dayText)
    .option('--to <day>', 'last day, in the same forms', dayText)
    .option('--month <month>', 'a whole month, such as 2026-01', monthText);
}

export const DATASETS_FLAG = '--datasets <a,b>';

/** @throws UsageError when the range ends before it begins, has no day that is over, or is said twice */
export function rangeOf({ from, to, month }: RangeOptions, now: number): Range {
  if (month !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError('--month is a range of its own: leave out --from and --to.');
  const range = {
    ...boundOf('from', from ?? month, 'first', now),
    ...boundOf('to', to ?? month, 'last', now),
  };
  if (range.from !== undefined && range.to !== undefined && range.to < range.from)
    throw new UsageError(`The range ends (${range.to}) before it begins (${range.from}).`);
  if (range.from !== undefined) refuseUnfinished(range.from, now);
  return range;
}

/** Whether any day was named. */
export function isBounded({ from, to, month }: RangeOptions): boolean {
  return (from ?? to ?? month) !== undefined;
}

/** @throws UsageError when neither a first day nor a month is named */
export function neededRangeOf(options: RangeOptions, now: number): Range & { readonly from: Day } {
  const { from, ...rest } = rangeOf(options, now);
  if (from === undefined) throw new UsageError('Name the days: --from DAY, or --month 2026-01.');
  return { from, ...rest };
}

export function isIn(day: Day, { from, to }: Range): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

/** The range without bounds that are not there: up to the newest day that is over. */
export function closed({ from, to }: Range, first: Day, now: number): { readonly from: Day; readonly to: Day } {
  const newest = lastDay(now);
  return { from: from ?? first, to: to === undefined || to > newest ? newest : to };
}

function boundOf(name: 'from' | 'to', text: DayText | undefined, end: 'first' | 'last', now: number): Range {
  return text === undefined ? {} : { [name]: dayOfText(text, end, now) };
}

/** @param end which day of a month is meant */
export function dayOfText(text: DayText, end: 'first' | 'last', now: number): Day {
  const [, ago] = AGO.exec(text === 'yesterday' ? '1d' : text) ?? [];
  if (ago !== undefined) return addDays(dayOf(new Date(now)), -Number(ago));
  return isMonth(text) ? edgeOfMonth(text, end) : text;
}

/** Every day that a text means: the days of a month, or the one. */
export function daysOfText(text: DayText, now: number): Day[] {
  return [...eachDay(dayOfText(text, 'first', now), dayOfText(text, 'last', now))];
}

function edgeOfMonth(month: string, end: 'first' | 'last'): Day {
  const first = `${month}-01`;
  if (end === 'first') return first;
  // Some day of the next month, whatever the length of this one.
  return addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1);
}
