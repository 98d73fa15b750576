import { startOf } from '../../words/day.ts';
import type { DatasetFacts, DayFacts } from '../dataset-facts.ts';
import { isDoubted, type Shown } from '../states.ts';
import { counted, grouped, MONTHS, minuteOf, monthOf, weekdayOf } from '../text.ts';
import { room } from './details-space.ts';
import { type Html, html } from './markup.ts';

/** A year of days as months side by side, weeks across, weekdays down. A page has 2,500 of them: bytes count here. */

/** The class of a cell; a final day, which is most of them, needs none. */
export const CELLS: Readonly<Record<Shown, string>> = {
  final: '',
  open: 'o',
  empty: 'e',
  queued: 'q',
  fetching: 'g',
  waiting: 'w',
  missing: 'n',
  suspect: 's',
  failed: 'x',
  expired: 't',
};

/** The class of a cell whose day is doubted, beside that of its state. */
export const DOUBT_CELL = 'u';

/** Such a message is told in full, as what to do stands at its end. Longer ones are in the list below the calendar. */
const MESSAGE_CHARS = 480;

/** @param group the name of the radio buttons: one letter, another for each calendar */
export function calendar({ title, days }: DatasetFacts, group: string): Html {
  const months = [...Map.groupBy(days, ({ day }) => day.slice(0, 7)).values()];
  const newest = days.at(-1);
  const blocks = months.map((month, i) => {
    const [first] = month;
    const cells = month.map(day => cell(day, group, { first: day === first, chosen: day === newest }));
    return html`<div class=m><p>${first === undefined ? '' : monthName(first.day, i === 0)}</p><div>${cells}</div></div>`;
  });
  return html`<div class=cal role=radiogroup aria-label="${title}: days"><div class=ms>${blocks}</div>${room(days.map(day => labelOf(day)))}</div>`;
}

function monthName(day: string, withYear: boolean): string {
  return withYear || day.slice(5, 7) === '01' ? `${monthOf(day)} ${day.slice(0, 4)}` : monthOf(day);
}

interface CellOptions {
  /** The title of the log, where its name does not stand above the calendar. */
  readonly log?: string;
  readonly chosen?: boolean;
  /** The first day of its month: it says on which weekday the month begins. */
  readonly first?: boolean;
}

/** A day as a radio button: one stop of the tab key for a calendar, arrow keys from day to day, a tap on a phone. */
export function cell(day: DayFacts, group: string, { log, chosen = false, first = false }: CellOptions): Html {
  const classes = [
    CELLS[day.state],
    shadeOf(day),
    isDoubted(day) ? DOUBT_CELL : '',
    (day.revision ?? 1) > 1 ? 'v' : '',
    first ? `d${weekdayOf(day.day) + 1}` : '',
  ].filter(name => name !== '');
  const label = labelOf(day, log);
  const names = classes.join(' ');
  // Thousands of cells: without the quotes where HTML allows it.
  const styled = classes.length > 1 ? html` class="${names}"` : names === '' ? undefined : html` class=${names}`;
  return html`<input type=radio name=${group}${chosen ? html` checked` : undefined}${styled} aria-label="${label}">`;
}

/** Held days are shaded by their rows against what is usual; a usual day needs no class. */
function shadeOf({ state, rows, usualRows, unusual }: DayFacts): string {
  if (unusual !== undefined) return unusual === 'few' ? 'lf' : 'lm';
  if (rows === undefined || usualRows === undefined || state !== 'final') return '';
  return rows < usualRows * 0.7 ? 'l1' : rows > usualRows * 1.4 ? 'l3' : '';
}

/** All there is to say about a day, in one line. @param log its title, where it is not above the day */
export function labelOf(day: DayFacts, log?: string): string {
  const held = day.held ? heldText(day) : '';
  const message = day.message ?? '';
  const short = message.length > MESSAGE_CHARS ? `${message.slice(0, MESSAGE_CHARS - 1)}…` : message;
  const reason = day.reason === undefined ? '' : `; ${day.reason}${short === '' ? '' : `: ${short}`}`;
  const stop = /[.…]$/.test(reason) ? '' : '.';
  const next = day.next === undefined ? '' : `${stop} Next step: ${day.next}`;
  const doubts = day.doubts === undefined ? '' : `; doubted: ${day.doubts.map(doubt => doubt.reason).join(', ')}`;
  return `${log === undefined ? '' : `${log}, `}${day.day} ${day.state}${held}${doubts}${reason}${next}`;
}

/**
 * The first revision, which most days have, is not named, and the second is `r2`. Dates leave out the year, which is
 * the day's or the one after. When a settled day was read matters to nobody here: `landline show` says it.
 */
function heldText(day: DayFacts): string {
  const { rows = 0, revision = 1, landedAt = '', checkedAt = '', settledAt, usualRows = 0, unusual } = day;
  const revised = revision === 1 ? '' : `, r${revision}${differences(day)}`;
  const odd =
    unusual === undefined
      ? ''
      : `, unusually ${unusual}: about ${grouped(usualRows)} on a ${WEEKDAYS[weekdayOf(day.day)] ?? ''}`;
  const held = `, ${grouped(rows)} rows${odd}${revised}`;
  if (settledAt !== undefined) return held;
  return `${held}, landed ${minuteOf(landedAt).slice(5)}, checked ${minuteOf(checkedAt).slice(5)}`;
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** Against the revision before, as far as there are any. */
function differences({ rowsAdded, rowsChanged, rowsRemoved }: Partial<DayFacts>): string {
  const counts = [
    [rowsAdded, 'late'],
    [rowsChanged, 'changed'],
    [rowsRemoved, 'removed'],
  ] as const;
  const told = counts.flatMap(([count = 0, what]) => (count === 0 ? [] : [`${grouped(count)} ${what}`]));
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** Years before the calendar: a line of marks for each month, so that ten years stay a small page. */
export function olderYears({ years }: DatasetFacts): Html | undefined {
  if (years.length === 0) return undefined;
  const blocks = years.map(
    ({ year, from, marks, held }) =>
      html`<details class=year><summary>${year}: ${held} of ${counted(marks.length, 'day')} held</summary><pre >${monthsOf(from, marks)}</pre></details>`,
  );
  return html`<div class=years>${blocks}</div>`;
}

/** Months of which every day is well are named together. */
function monthsOf(from: string, marks: string): Html[] {
  const lines: Html[] = [];
  let well: string[] = [];
  const tellWell = () => {
    if (well.length > 0) lines.push(html`${well.length === 1 ? well[0] : `${well[0]} to ${well.at(-1)}`}: every day\n`);
    well = [];
  };
  const day = new Date(startOf(from));
  for (let at = 0; at < marks.length; ) {
    const [year, month, first] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()];
    const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate() - first + 1;
    const mine = marks.slice(at, at + days);
    const name = MONTHS[month] ?? '';
    if (/^[#+0]*$/.test(mine)) well.push(name);
    else {
      tellWell();
      lines.push(html`${name} ${' '.repeat(first - 1)}${coloured(mine)}\n`);
    }
    at += days;
    day.setUTCMonth(month + 1, 1);
  }
  tellWell();
  return lines;
}

/** Days that are well need no colour. */
function coloured(marks: string): Html[] {
  return [...marks.matchAll(/[#+0]+|(.)\1*/g)].map(([run]) =>
    /^[#+0]/.test(run) ? html`${run}` : html`<b>${run}</b>`,
  );
}
