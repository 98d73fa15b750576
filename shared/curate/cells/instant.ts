import { TEXT_MAX } from '../../words/instants.ts';

/**
 * Reading the commonest forms of an instant from their bytes, since a table has millions: `YYYY-MM-DD`, `T` or a space,
 * `hh:mm:ss`, a fraction, and `Z` or an offset `±hh:mm`. Without a zone it is UTC. What is not read here may still be
 * an instant: words/instants.ts, with which this agrees, reads every form.
 */

const [DASH, DOT, COLON, SPACE, LETTER_T, LETTER_Z, PLUS] = [0x2d, 0x2e, 0x3a, 0x20, 0x54, 0x5a, 0x2b];
const ZERO = 0x30;

/** Bytes of a time to the second. */
const SECONDS_LENGTH = 19;

/** @returns seconds since 1970, without the fraction; NaN for what is no instant of these forms */
export function secondsAt(body: Buffer, start: number, end: number): number {
  if (end - start < SECONDS_LENGTH || end - start >= TEXT_MAX) return Number.NaN;
  const between = body[start + 10];
  if (body[start + 4] !== DASH || body[start + 7] !== DASH || (between !== LETTER_T && between !== SPACE))
    return Number.NaN;
  if (body[start + 13] !== COLON || body[start + 16] !== COLON) return Number.NaN;
  const year = 100 * twoDigits(body, start) + twoDigits(body, start + 2);
  const month = twoDigits(body, start + 5);
  const day = twoDigits(body, start + 8);
  const seconds = secondsOfDay(body, start + 11);
  const offset = offsetAt(body, endOfFraction(body, start + SECONDS_LENGTH, end), end);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  return 86_400 * daysSince1970(year, month, day) + seconds - offset;
}

/** @returns the first six digits of the fraction, as microseconds; only for what `secondsAt` has read */
export function microsecondsAt(body: Buffer, start: number, end: number): number {
  let at = start + SECONDS_LENGTH;
  if (body[at] !== DOT) return 0;
  let microseconds = 0;
  for (let unit = 100_000; unit >= 1 && ++at < end && isDigit(body[at] as number); unit /= 10)
    microseconds += unit * ((body[at] as number) - ZERO);
  return microseconds;
}

/** NaN for an hour no day has. */
function secondsOfDay(body: Buffer, at: number): number {
  const hour = twoDigits(body, at);
  const minute = twoDigits(body, at + 3);
  const second = twoDigits(body, at + 6);
  return hour < 24 && minute < 60 && second < 60 ? 3_600 * hour + 60 * minute + second : Number.NaN;
}

/** A point without digits behind it is not passed over. */
function endOfFraction(body: Buffer, at: number, end: number): number {
  if (at >= end || body[at] !== DOT) return at;
  let digit = at + 1;
  while (digit < end && isDigit(body[digit] as number)) digit += 1;
  return digit === at + 1 ? at : digit;
}

/** Seconds that the zone is ahead of UTC; NaN when something else stands there. */
function offsetAt(body: Buffer, at: number, end: number): number {
  if (at === end) return 0;
  const sign = body[at];
  if (sign === LETTER_Z) return at + 1 === end ? 0 : Number.NaN;
  if ((sign !== PLUS && sign !== DASH) || at + 6 !== end || body[at + 3] !== COLON) return Number.NaN;
  const hour = twoDigits(body, at + 1);
  const minute = twoDigits(body, at + 4);
  if (!(hour < 24 && minute < 60)) return Number.NaN;
  return (sign === DASH ? -60 : 60) * (60 * hour + minute);
}

/** NaN unless there are two digits. */
function twoDigits(body: Buffer, at: number): number {
  const tens = body[at] as number;
  const ones = body[at + 1] as number;
  return isDigit(tens) && isDigit(ones) ? 10 * (tens - ZERO) + ones - ZERO : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days of the Gregorian calendar, before its introduction too. Years that begin in March end with their leap day. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * monthFromMarch + 2) / 5) + day - 1 - 719_468;
}
