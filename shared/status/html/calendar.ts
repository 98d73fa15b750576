import { DAY_MS, startOf } from '../../words/day.ts';
import type { DatasetFacts, DayFacts } from '../dataset-facts.ts';
import type { Shown } from '../states.ts';
import { grouped, MONTHS, minuteOf } from '../text.ts';
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

/** Longer texts are in the list below the calendar. */
const MESSAGE_CHARS = 120;

/** @param group the name of the radio buttons: one letter, another for each calendar */
export function calendar({ title, days }: DatasetFacts, group: string): Html {
  const months: DayFacts[][] = [];
  for (const day of days) {
    const month = months.at(-1);
    if (month?.[0]?.day.slice(0, 7) === day.day.slice(0, 7)) month.push(day);
    else months.push([day]);
  }
  const newest = days.at(-1);
  const blocks = months.map((month, i) => {
    const [first] = month;
    const cells = month.map(day => cell(day, group, day === first, day === newest));
    return html`<div class=m><p>${first === undefined ? '' : monthName(first.day, i === 0)}</p><div>${cells}</div></div>`;
  });
  const long = days.some(day => day.message !== undefined || day.next !== undefined) ? ' long' : '';
  return html`<div class="cal${long}" role=radiogroup aria-label="${title}: days">${blocks}</div>`;
}

function monthName(day: string, withYear: boolean): string {
  const month = Number(day.slice(5, 7));
  const name = MONTHS[month - 1] ?? '';
  return withYear || month === 1 ? `${name} ${day.slice(0, 4)}` : name;
}

function cell(day: DayFacts, group: string, first: boolean, newest: boolean): Html {
  const classes = [CELLS[day.state], first ? `d${weekday(day.day)}` : ''].filter(name => name !== '').join(' ');
  const label = labelOf(day);
  if (newest) return html`<input type=radio name=${group} checked class="${classes}" aria-label="${label}">`;
  if (classes === '') return html`<input type=radio name=${group} aria-label="${label}">`;
  return html`<input type=radio name=${group} class="${classes}" aria-label="${label}">`;
}

/** 1 for Monday to 7 for Sunday. */
function weekday(day: string): number {
  // The epoch was a Thursday.
  return ((startOf(day) / DAY_MS + 3) % 7) + 1;
}

/** All there is to say about a day, in one line. */
export function labelOf(day: DayFacts): string {
  const held = day.held ? heldText(day) : '';
  const message = day.message ?? '';
  const short = message.length > MESSAGE_CHARS ? `${message.slice(0, MESSAGE_CHARS - 1)}…` : message;
  const reason = day.reason === undefined ? '' : `; ${day.reason}${short === '' ? '' : `: ${short}`}`;
  const stop = /[.…]$/.test(reason) ? '' : '.';
  const next = day.next === undefined ? '' : `${stop} Next step: ${day.next}`;
  return `${day.day} ${day.state}${held}${reason}${next}`;
}

/**
 * The first revision, which most days have, is not named, and the second is `r2`. Dates leave out the year, which is
 * the day's or the one after; of a settled day, the minute matters to nobody.
 */
function heldText({ rows = 0, revision = 1, landedAt = '', checkedAt = '', settledAt, ...day }: DayFacts): string {
  const revised = revision === 1 ? '' : `, r${revision}${differences(day)}`;
  const [from, to] = [5, settledAt === undefined ? 16 : 10];
  const [landed, checked] = [minuteOf(landedAt).slice(from, to), minuteOf(checkedAt).slice(from, to)];
  return `, ${grouped(rows)} rows${revised}, landed ${landed}, checked ${checked}`;
}

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
