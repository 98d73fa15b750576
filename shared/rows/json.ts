import { LandlineError } from '../words/errors.ts';

/**
 * JSON as bytes: RFC 8259 checked to the letter, nothing built, nothing changed.
 *
 * Every function takes the place of a token and returns the place behind it. All throw `LandlineError` with reason
 * `page.bad_json`, which names the place and never what stood there. The caller has checked that the bytes are UTF-8.
 */

export const QUOTE = 0x22;
const COMMA = 0x2c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const SPACE = 0x20;

/** Objects and arrays inside one another. Ours have four or five; deeper is not a log, and recursion needs an end. */
export const DEPTH_MAX = 64;

/** What a byte may be; one look-up instead of a chain of comparisons. */
const DIGIT = 1;
const HEX = 2;
const ESCAPE = 4; // behind a backslash, other than `u`
const GAP = 8; // white space between tokens

const KINDS = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (kind: number, bytes: string): void => {
    for (const byte of Buffer.from(bytes, 'latin1')) table[byte] = (table[byte] ?? 0) | kind;
  };
  mark(DIGIT | HEX, '0123456789');
  mark(HEX, 'abcdefABCDEF');
  mark(ESCAPE, '"\\/bfnrt');
  mark(GAP, ' \t\n\r');
  return table;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** The byte at `at`; 0 behind the end, which no token may hold: so the end needs no check of its own. */
export function byteAt(body: Buffer, at: number): number {
  return at < body.length ? (body[at] as number) : 0;
}

function is(body: Buffer, at: number, kind: number): boolean {
  return ((KINDS[byteAt(body, at)] as number) & kind) !== 0;
}

/** What becomes of a page that is refused. */
export const READ_AGAIN =
  'The page is read again by itself. If it stays so, look for a proxy that answers in place of the source.';

/** The failure of a body that is not what it should be, told without its content. */
export function badJson(what: string, at: number): LandlineError {
  const message = `The body is not well-formed JSON: ${what} at byte ${at}. ${READ_AGAIN}`;
  return new LandlineError({ reason: 'page.bad_json', remedy: 'retry', message });
}

function unexpected(body: Buffer, at: number, wanted: string): LandlineError {
  return badJson(at < body.length ? `no ${wanted}` : 'it ends too early', at);
}

/** Skips white space, if there is any. */
export function endOfGap(body: Buffer, at: number): number {
  if ((body[at] as number) > SPACE) return at;
  let end = at;
  while (is(body, end, GAP)) end++;
  return end;
}

/** @param at must be an opening quote */
export function endOfString(body: Buffer, at: number): number {
  if (byteAt(body, at) !== QUOTE) throw unexpected(body, at, 'string');
  let end = at + 1;
  for (;;) {
    // What stands for itself. Behind the end of the body is `undefined`, which ends this too.
    let byte = body[end] as number;
    while (byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE) byte = body[++end] as number;
    if (byte === QUOTE) return end + 1;
    if (byte !== BACKSLASH) throw unexpected(body, end, 'character that a string may hold');
    end = endOfEscape(body, end);
  }
}

function endOfEscape(body: Buffer, at: number): number {
  if (is(body, at + 1, ESCAPE)) return at + 2;
  if (byteAt(body, at + 1) !== 0x75) throw unexpected(body, at + 1, 'escape');
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (!is(body, digit, HEX)) throw unexpected(body, digit, 'hexadecimal digit');
  }
  return at + 6;
}

/** From behind a member's name, over the colon, to its value. */
export function startOfValue(body: Buffer, at: number): number {
  if (body[at] === COLON && (body[at + 1] as number) > SPACE) return at + 1;
  const colon = endOfGap(body, at);
  if (byteAt(body, colon) !== COLON) throw unexpected(body, colon, 'colon');
  return endOfGap(body, colon + 1);
}

/** Behind an item: whether a comma promises another one. Throws unless it is that or `close`. */
export function goesOn(body: Buffer, at: number, close: number): boolean {
  if (body[at] === COMMA) return true;
  if (body[at] !== close) throw unexpected(body, at, 'comma or closing bracket');
  return false;
}

/** @param depth objects and arrays around the value */
export function endOfValue(body: Buffer, at: number, depth: number): number {
  // Most values are strings. Apart, so that this is small enough to become part of its caller.
  return body[at] === QUOTE ? endOfString(body, at) : endOfOther(body, at, depth);
}

function endOfOther(body: Buffer, at: number, depth: number): number {
  switch (byteAt(body, at)) {
    case OPEN_BRACE:
      return endOfObject(body, at, depth + 1);
    case OPEN_BRACKET:
      return endOfArray(body, at, depth + 1);
    case 0x74:
      return endOfLiteral(body, at, TRUE);
    case 0x66:
      return endOfLiteral(body, at, FALSE);
    case 0x6e:
      return endOfLiteral(body, at, NULL);
    default:
      return endOfNumber(body, at);
  }
}

function endOfObject(body: Buffer, at: number, depth: number): number {
  if (depth > DEPTH_MAX) throw badJson(`more than ${DEPTH_MAX} levels`, at);
  let end = endOfGap(body, at + 1);
  let more = byteAt(body, end) !== CLOSE_BRACE;
  while (more) {
    const value = startOfValue(body, endOfString(body, end));
    end = endOfGap(body, endOfValue(body, value, depth));
    more = goesOn(body, end, CLOSE_BRACE);
    if (more) end = endOfGap(body, end + 1);
  }
  return end + 1;
}

function endOfArray(body: Buffer, at: number, depth: number): number {
  if (depth > DEPTH_MAX) throw badJson(`more than ${DEPTH_MAX} levels`, at);
  let end = endOfGap(body, at + 1);
  let more = byteAt(body, end) !== CLOSE_BRACKET;
  while (more) {
    end = endOfGap(body, endOfValue(body, end, depth));
    more = goesOn(body, end, CLOSE_BRACKET);
    if (more) end = endOfGap(body, end + 1);
  }
  return end + 1;
}

function endOfLiteral(body: Buffer, at: number, literal: Buffer): number {
  for (let i = 1; i < literal.length; i++) {
    if (byteAt(body, at + i) !== literal[i]) throw unexpected(body, at, 'value');
  }
  return at + literal.length;
}

function endOfNumber(body: Buffer, at: number): number {
  let end = byteAt(body, at) === MINUS ? at + 1 : at;
  // Digits behind a leading zero are left over and fail as "no comma".
  end = byteAt(body, end) === ZERO ? end + 1 : endOfDigits(body, end, 'value');
  if (byteAt(body, end) === POINT) end = endOfDigits(body, end + 1, 'digit');
  if ((byteAt(body, end) | SPACE) === 0x65) {
    const sign = byteAt(body, end + 1);
    end = endOfDigits(body, sign === PLUS || sign === MINUS ? end + 2 : end + 1, 'digit');
  }
  return end;
}

function endOfDigits(body: Buffer, at: number, wanted: string): number {
  if (!is(body, at, DIGIT)) throw unexpected(body, at, wanted);
  let end = at + 1;
  while (is(body, end, DIGIT)) end++;
  return end;
}
