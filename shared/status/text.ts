import { daysBetween } from '../words/day.ts';

/** Numbers, days and instants as a person reads them: the same everywhere, whatever the machine's language. Pure. */

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Jan`. */
export function monthOf(day: string): string {
  return MONTHS[Number(day.slice(5, 7)) - 1] ?? '';
}

/** `31 Jan`. */
export function dateOf(day: string): string {
  return `${Number(day.slice(8))} ${monthOf(day)}`;
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: string): number {
  // The epoch was a Thursday.
  return (daysBetween('1970-01-01', day) + 3) % 7;
}

/** `1 day`, `5,203 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Whole numbers with separators; `toLocaleString` costs a hundred times as much. */
export function grouped(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `2026-01-31 14:05`: UTC, as precise as a person needs it. */
export function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

/** `40 minutes`, `3 hours`, `2 days`: rounded up, as an estimate is read. */
export function durationOf(minutes: number): string {
  if (minutes < 120) return counted(minutes, 'minute');
  return minutes < 2_880 ? counted(Math.ceil(minutes / 60), 'hour') : counted(Math.ceil(minutes / 1_440), 'day');
}
