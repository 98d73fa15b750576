import { microsOf, readInstant } from '../../words/instants.ts';
import type { Cell, ColumnKind } from '../table-model.ts';
import { microsecondsAt, secondsAt } from './instant.ts';

/**
 * The bytes of a JSON value as the cell of a column: exactly, or not at all. A value that does not fit its column is
 * a misfit: the cell is null, and the value goes to `extra_json` as it was sent. Nothing is rounded.
 */

export const MISFIT: unique symbol = Symbol('misfit');
export type ReadCell = Cell | typeof MISFIT;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
const ZERO = 0x30;

/** @param start,end of the value in `body`; equal when the row lacks the field */
export function cellOf(kind: ColumnKind, body: Buffer, start: number, end: number): ReadCell {
  if (end <= start || body[start] === LOWER_N) return null;
  const quoted = body[start] === QUOTE;
  const text = quoted ? stringAt(body, start, end) : body.toString('latin1', start, end);
  if (text === '') return null;
  switch (kind) {
    case 'text':
      return quoted ? text : plainText(body, start, end, text);
    case 'int':
      return intOf(text);
    case 'money':
      return moneyOf(text);
    case 'flag':
      return flagOf(text);
    case 'time':
      return quoted ? timeOf(text) : MISFIT;
    case 'long':
    case 'date':
      return MISFIT;
  }
}

/** Of what may stand after the quote of such a string: a digit, `-`, `[`, `{`, the first of `true` and `false`, an escape. */
const BEGINS_ANOTHER: ReadonlySet<number> = new Set(Buffer.from('0123456789-[{tf\\'));
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/;

/** Whether it is a string that without its quotes would be another JSON value: `"1"`, whose cell looks like that of `1`. */
export function isQuotedValue(body: Buffer, start: number, end: number): boolean {
  if (body[start] !== QUOTE || !BEGINS_ANOTHER.has(body[start + 1] as number)) return false;
  const text = stringAt(body, start, end);
  return SCALAR.test(text) || (/^[[{]/.test(text) && isJson(text));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function stringAt(body: Buffer, start: number, end: number): string {
  let bits = 0;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = body[at] as number;
    if (byte === BACKSLASH) return JSON.parse(body.toString('utf8', start, end));
    bits |= byte;
  }
  // Most text is ASCII, which is quicker to take over than to decode.
  return body.toString(bits < 0x80 ? 'latin1' : 'utf8', start + 1, end - 1);
}

/** Numbers and true or false as they were written; objects and lists as the JSON text they are. */
function plainText(body: Buffer, start: number, end: number, text: string): string {
  return body[start] === 0x7b || body[start] === 0x5b ? body.toString('utf8', start, end) : text;
}

const WHOLE = /^-?\d{1,10}$/;

/** `60.0` and `6e1` are whole numbers too. */
function intOf(text: string): ReadCell {
  const value = WHOLE.test(text) ? Number(text) : Number(unscaled(text, 0) ?? Number.NaN);
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? value : MISFIT;
}

function flagOf(text: string): ReadCell {
  if (text === 'true') return true;
  return text === 'false' ? false : MISFIT;
}

/** Digits before and after the point that DECIMAL(18,6) holds. */
const WHOLE_DIGITS = 12;
export const MONEY_SCALE = 6;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

function moneyOf(text: string): bigint | typeof MISFIT {
  return unscaled(text, MONEY_SCALE) ?? MISFIT;
}

/**
 * A number times ten to the power of `scale`, by the digits of its text: nothing passes through floating point.
 *
 * @returns `undefined` for what is no number, has further digits, or more of them than a column holds
 */
function unscaled(text: string, scale: number): bigint | undefined {
  const parts = NUMBER.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = parts;
  const places = scale + Number(exponent ?? 0) - fraction.length;
  let digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (places >= 0) digits = digits === '' ? '' : digits + '0'.repeat(Math.min(places, 400));
  else {
    if (/[^0]/.test(digits.slice(Math.max(0, digits.length + places)))) return undefined;
    digits = digits.slice(0, Math.max(0, digits.length + places));
  }
  if (digits.length > WHOLE_DIGITS + MONEY_SCALE) return undefined;
  const amount = BigInt(digits === '' ? '0' : digits);
  return sign === '-' ? -amount : amount;
}

/** What the sources write for "never". */
const NEVER = '0001-01-01';

/** Whether a time says that there is none. */
export function isNever(text: string): boolean {
  if (!text.startsWith(NEVER)) return false;
  const body = Buffer.from(text);
  return isNeverAt(body, 0, body.length);
}

/** Whether the bytes of a time, of which nothing is escaped, say so. */
export function isNeverAt(body: Buffer, start: number, end: number): boolean {
  if (end - start < NEVER.length || body[start] !== ZERO || body[start + 1] !== ZERO) return false;
  for (let i = 2; i < NEVER.length; i++) if (body[start + i] !== NEVER.charCodeAt(i)) return false;
  return !Number.isNaN(secondsAt(body, start, end)) || readInstant(body.toString('utf8', start, end)) !== undefined;
}

/** Microseconds since 1970. Without a zone it is UTC. The seventh digit is in the text beside it. */
export function timeOf(text: string): bigint | null | typeof MISFIT {
  if (isNever(text)) return null;
  const body = Buffer.from(text);
  const seconds = secondsAt(body, 0, body.length);
  if (Number.isNaN(seconds)) {
    const instant = readInstant(text);
    return instant === undefined ? MISFIT : microsOf(instant);
  }
  return BigInt(seconds) * 1_000_000n + BigInt(microsecondsAt(body, 0, body.length));
}
