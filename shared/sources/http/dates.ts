/** Dates in the headers of answers: RFC 9110, 5.6.7. */

/** What all three forms have in common, so that `Date`, which also reads dates into "-5" and "1,5", gets nothing else. */
const HTTP_DATE =
  /^((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? [\w -]{6,11} \d\d:\d\d:\d\d(?: \d{4})?)(?: GMT| UTC| Z| [+-]0000)?$/i;

/**
 * The instant that a header names, in milliseconds; `NaN` when it is absent or no such date. It is GMT, also in the form
 * that does not say so (`Sun Mar 15 12:00:10 2026`) and that `Date` would read in the zone of the machine.
 */
export function httpDate(header: string | undefined): number {
  const [, date] = HTTP_DATE.exec(header?.trim() ?? '') ?? [];
  return date === undefined ? Number.NaN : Date.parse(`${date} GMT`);
}
