/**
 * The one parser of instants: for the day a row belongs to, for typed tables, and wherever else a source's time is read.
 *
 * It reads every form of RFC 3339 (5.6, with its notes: lower-case letters, a blank in place of the `T`), of OData
 * (Edm.DateTimeOffset with seconds left out, Edm.Date, and `/Date(…)/` of version 2), and what ISO 8601 adds that
 * sources are seen to send: a comma before the fraction, offsets without a colon or minutes, no separators at all.
 * A time without a zone is UTC.
 */

/** An instant to 100 ns, the finest unit of any source; finer digits are cut off. */
export interface FineInstant {
  /** Whole seconds since 1970, negative before it. */
  readonly seconds: number;
  /** 100 ns after that second, 0 to 9,999,999. */
  readonly ticks: number;
  /** Set when the text named a day and no time: the instant is its first. */
  readonly dateOnly?: true;
}

const TICKS_PER_SECOND = 10_000_000;

const DATE = /(?<year>-?\d{4,6})-(?<month>\d\d)-(?<day>\d\d)/.source;
const TIME = /[Tt ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?/.source;
const ZONE = / ?(?<zone>[Zz]|(?<sign>[+\-\u2212])(?<zoneHour>\d\d)(?::?(?<zoneMinute>\d\d))?)?/.source;
const EXTENDED = new RegExp(`^${DATE}(?:${TIME}${ZONE})?$`);

const BASIC_DATE = /(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)/.source;
const BASIC_TIME = /[Tt ](?<hour>\d\d)(?<minute>\d\d)(?:(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?/.source;
const BASIC = new RegExp(`^${BASIC_DATE}${BASIC_TIME}${ZONE}$`);

/** OData JSON, version 2: milliseconds since 1970 in UTC; the offset behind them, in minutes, is for display only. */
const ODATA_V2 = /^\\?\/Date\((?<ms>-?\d{1,16})(?:[+-]\d{1,4})?\)\\?\/$/;

/** A text of this length or more is no instant. */
export const TEXT_MAX = 80;

/** @returns `undefined` for a text that is no instant: of another form, or with a day or an hour that does not exist */
export function readInstant(text: string): FineInstant | undefined {
  if (text.length >= TEXT_MAX) return undefined;
  const trimmed = text.trim();
  const parts = (EXTENDED.exec(trimmed) ?? BASIC.exec(trimmed))?.groups;
  return parts === undefined ? readODataV2(trimmed) : fromParts(parts);
}

function readODataV2(text: string): FineInstant | undefined {
  const ms = Number(ODATA_V2.exec(text)?.groups?.['ms'] ?? Number.NaN);
  if (Number.isNaN(new Date(ms).getTime())) return undefined;
  const seconds = Math.floor(ms / 1_000);
  return { seconds, ticks: (ms - seconds * 1_000) * (TICKS_PER_SECOND / 1_000) };
}

type Parts = Readonly<Record<string, string | undefined>>;

function fromParts(parts: Parts): FineInstant | undefined {
  const midnight = midnightOf(Number(parts['year']), Number(parts['month']), Number(parts['day']));
  const offset = offsetOf(parts);
  if (midnight === undefined || offset === undefined) return undefined;
  const { hour, fraction = '' } = parts;
  if (hour === undefined) return { seconds: midnight, ticks: 0, dateOnly: true };
  const [minute, second] = [Number(parts['minute']), Number(parts['second'] ?? '0')];
  if (Number(hour) > 23 || minute > 59 || second > 60) return undefined;
  const seconds = midnight + Number(hour) * 3_600 + minute * 60 + Math.min(second, 59) - offset;
  if (second === 60) return isLeap(seconds) ? { seconds, ticks: TICKS_PER_SECOND - 1 } : undefined;
  return { seconds, ticks: Number(fraction.slice(0, 7).padEnd(7, '0')) };
}

/** In seconds since 1970; `undefined` for a day that is in no calendar. */
function midnightOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? date.getTime() / 1_000 : undefined;
}

/** In seconds, east of Greenwich positive; `undefined` for an offset that no clock has. */
function offsetOf(parts: Parts): number | undefined {
  if (parts['sign'] === undefined) return 0;
  const [hours, minutes] = [Number(parts['zoneHour']), Number(parts['zoneMinute'] ?? '0')];
  if (hours > 23 || minutes > 59) return undefined;
  return (parts['sign'] === '+' ? 1 : -1) * (hours * 3_600 + minutes * 60);
}

/**
 * Leap seconds end a month in UTC. Our time has no number for them: one is taken for the last tick of its day, so that it
 * stays in that day.
 *
 * @param seconds the second before it
 */
function isLeap(seconds: number): boolean {
  const after = new Date((seconds + 1) * 1_000);
  return after.getUTCDate() === 1 && (seconds + 1) % 86_400 === 0;
}

/**
 * The instant as `2026-03-08T10:15:00.0000000Z`. Such texts compare as their instants do.
 *
 * @returns `undefined` for an instant before the year 0 or after 9999, which has no such text
 */
export function utcText({ seconds, ticks }: FineInstant): string | undefined {
  const text = new Date(seconds * 1_000).toISOString();
  return text.length === 24 ? `${text.slice(0, 19)}.${String(ticks).padStart(7, '0')}Z` : undefined;
}

/** Microseconds since 1970, rounded down: the seventh digit is lost. */
export function microsOf({ seconds, ticks }: FineInstant): bigint {
  return BigInt(seconds) * 1_000_000n + BigInt(Math.floor(ticks / 10));
}
