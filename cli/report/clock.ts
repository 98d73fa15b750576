/** Weekday and hour of an instant in a zone, quickly: rows are many, quarters of an hour are few. */

const QUARTER_MS = 900_000;
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export class Clock {
  private readonly format: Intl.DateTimeFormat;
  private readonly known = new Map<number, { readonly weekday: number; readonly hour: number }>();

  /** @throws RangeError for a zone that the time zone database does not have */
  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  }

  /** @param instant in milliseconds. @returns 0 for Monday, and the hour from 0 to 23 */
  at(instant: number): { readonly weekday: number; readonly hour: number } {
    // Every zone is a whole number of quarters away from UTC.
    const quarter = Math.floor(instant / QUARTER_MS);
    const found = this.known.get(quarter);
    if (found !== undefined) return found;
    const parts = this.format.formatToParts(quarter * QUARTER_MS);
    const part = (type: string): string => parts.find(each => each.type === type)?.value ?? '';
    const made = { weekday: WEEKDAYS.indexOf(part('weekday')), hour: Number(part('hour')) };
    this.known.set(quarter, made);
    return made;
  }
}
