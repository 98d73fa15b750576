import { DAY_MS } from '../../shared/words/day.ts';

/** Instants to 100 ns. As one number they would not fit a double, so: days since 1970 and ticks of 100 ns in the day. */
export interface Moment {
  readonly day: number;
  readonly tick: number;
}

export const TICKS_PER_MS = 10_000;
export const TICKS_PER_SECOND = 1_000 * TICKS_PER_MS;
export const TICKS_PER_DAY = DAY_MS * TICKS_PER_MS;

export function momentOf(ms: number): Moment {
  const day = Math.floor(ms / DAY_MS);
  return { day, tick: Math.floor((ms - day * DAY_MS) * TICKS_PER_MS) };
}

/** Milliseconds since the epoch, rounded down. */
export function msOf(at: Moment): number {
  return at.day * DAY_MS + Math.floor(at.tick / TICKS_PER_MS);
}

/** `ticks` later; earlier when negative. */
export function after(at: Moment, ticks: number): Moment {
  const tick = at.tick + ticks;
  const days = Math.floor(tick / TICKS_PER_DAY);
  return { day: at.day + days, tick: tick - days * TICKS_PER_DAY };
}

/** Negative when `a` is earlier, 0 when equal, positive when later. */
export function compare(a: Moment, b: Moment): number {
  return a.day - b.day || a.tick - b.tick;
}

export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`) / DAY_MS;
}

let lastDay = -1;
let lastText = '';

/** `YYYY-MM-DD`. */
export function dayText(day: number): string {
  if (day !== lastDay) {
    lastDay = day;
    lastText = new Date(day * DAY_MS).toISOString().slice(0, 10);
  }
  return lastText;
}

const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

function clock(tick: number): string {
  const seconds = Math.floor(tick / TICKS_PER_SECOND);
  return `${TWO[Math.floor(seconds / 3600)]}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}`;
}

/** As Graph writes most instants: up to seven fractional digits, none for a whole second. */
export function fineText(at: Moment): string {
  const fraction = at.tick % TICKS_PER_SECOND;
  const start = `${dayText(at.day)}T${clock(at.tick)}`;
  if (fraction === 0) return `${start}Z`;
  const digits = String(fraction).padStart(7, '0');
  return fraction % 10 === 0 ? `${start}.${digits.replace(/0+$/, '')}Z` : `${start}.${digits}Z`;
}

/** As Direct Routing writes instants: always three fractional digits. */
export function milliText(at: Moment): string {
  const ms = Math.floor((at.tick % TICKS_PER_SECOND) / TICKS_PER_MS);
  return `${dayText(at.day)}T${clock(at.tick)}.${String(ms).padStart(3, '0')}Z`;
}

/** As Voximplant writes instants: whole seconds, UTC, no zone. */
export function secondText(at: Moment): string {
  return `${dayText(at.day)} ${clock(at.tick)}`;
}

const OFFSET_TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(Z|[+-]\d{2}:\d{2}))?$/i;

/** Reads an Edm.DateTimeOffset or a bare date (midnight UTC); `undefined` when it is neither. */
export function parseOffsetTime(text: string): Moment | undefined {
  const parts = OFFSET_TIME.exec(text);
  if (parts === null) return undefined;
  const [, day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  const at = wholeSecond(day, hour, minute, second);
  if (at === undefined) return undefined;
  const fine = after(at, Number(fraction.padEnd(7, '0')));
  if (zone.toUpperCase() === 'Z') return fine;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return after(fine, (zone.startsWith('-') ? 1 : -1) * minutes * 60 * TICKS_PER_SECOND);
}

/** Reads `yyyy-MM-dd HH:mm:ss`; `undefined` when it is anything else. */
export function parseSecondTime(text: string): Moment | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [, day = '', hour = '', minute = '', second = ''] = parts;
  return wholeSecond(day, hour, minute, second);
}

function wholeSecond(day: string, hour: string, minute: string, second: string): Moment | undefined {
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}.000Z`);
  // `Date.parse` takes 24:00:00 and February 30: only a text that comes back unchanged is a real instant.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== `${day}T${hour}:${minute}:${second}`) {
    return undefined;
  }
  return momentOf(ms);
}
