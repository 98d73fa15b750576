import { readInstant } from '../words/instants.ts';

/**
 * What of a source's text may be shown to those who must not see numbers and addresses. Told by what may pass: a form
 * that nobody has thought of is hidden.
 */

/** Stands for what was hidden. */
const HIDDEN = '…';

/** Digits that a text may have beside GUIDs: a code or a year, and no number of a telephone. */
const DIGITS_MAX = 4;

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.source;

/** Digits of any script, and those of Chinese and Japanese, which count as letters. */
const NUMERALS = /[\p{N}〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖]/gu;

const WORD = /[\p{L}\p{M}]+(?:[._'’&/-]+[\p{L}\p{M}]+)*/u.source;
/** Names of kinds and places with a number in them, such as `MCOPSTN1` or `AT&T-2`. */
const CODE = /[\p{L}\p{M}0-9]+(?:[_&/-]+[\p{L}\p{M}0-9]+)*/u.source;
const [BEFORE, AFTER] = [/[("'[{<“‘«]*/.source, /_?[)"'\]}>.,;:!?…”’»]*/.source];
const TOKEN = new RegExp(`^${BEFORE}(?:${WORD}|_?${CODE})${AFTER}$`, 'iu');
const GUIDS = new RegExp(`(?<![0-9a-z-])${GUID}(?![0-9a-z-])`, 'giu');
const ANY_GUID = new RegExp(GUID, 'i');
const ONE_GUID = new RegExp(`^${GUID}$`, 'i');
const SIGNS = /^[-–—&/,.;:!?()[\]…|]*$/u;

/**
 * Words as they are; `…` for each that is neither a word nor a short number, and for all numbers where they are many. A
 * GUID may be a user's, and one that passes in a text tells whose hash stands beside it.
 */
export function passingWords(text: string): string {
  // Most texts are one word.
  if (/^[A-Za-z_]*$/.test(text)) return text;
  const plain = text.normalize('NFKC');
  const hidesNumbers = numeralsOf(plain) > DIGITS_MAX;
  const pieces = text.split(/(\s+)/u);
  const shown = pieces.map((piece, i) => (i % 2 === 1 || passes(piece, hidesNumbers) ? piece : HIDDEN));
  const all = shown.join('');
  return all === text ? text : all.replace(/…(?:\s+…)+/gu, HIDDEN);
}

function passes(piece: string, hidesNumbers: boolean): boolean {
  const plain = piece.normalize('NFKC');
  if (SIGNS.test(plain)) return true;
  return TOKEN.test(plain) && !ANY_GUID.test(plain) && !(hidesNumbers && numeralsOf(plain) > 0);
}

function numeralsOf(text: string): number {
  return text.replace(GUIDS, '').match(NUMERALS)?.length ?? 0;
}

const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * A list or an object of JSON, with `…` for the names and values of it that do not pass as words. A GUID that is a value
 * passes: it is what administrative units are named by.
 */
export function passingJson(text: string): string {
  if (!isJson(text)) return passingWords(text);
  const textOf = (literal: string): string => String(JSON.parse(literal));
  const literals = text.match(LITERAL) ?? [];
  const hidesNumbers = numeralsOf(literals.map(textOf).join(' ')) > DIGITS_MAX;
  return text.replace(LITERAL, literal => {
    const value = textOf(literal);
    const passed = (ONE_GUID.test(value) || passingWords(value) === value) && !(hidesNumbers && numeralsOf(value) > 0);
    return passed ? literal : `"${HIDDEN}"`;
  });
}

function isJson(text: string): boolean {
  try {
    return /^[[{]/.test(text) && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** An identifier as it is when it looks like one: ASCII letters, digits and a few signs. A number with a plus does not. */
export function passingId(text: string): string | null {
  if (/^[A-Za-z0-9]+$/.test(text)) return text;
  return /^(?!\+)[\w.=~/+-]+$/.test(text) && /[a-z]/i.test(text) ? text : null;
}

const CALL_IDS: readonly RegExp[] = [
  new RegExp(`^${GUID}$`, 'i'),
  // As Microsoft publishes it, with an address behind it.
  /^\d{1,8}_\d{1,4}$/,
  /^(?=.*[a-f])[0-9a-f]{24,64}$/i,
  /^(?!.*\d{6})(?=(?:[^A-Za-z]*[A-Za-z]){8})[A-Za-z0-9_=-]{12,128}$/,
];

/** The identifier of a call in one of the forms that it is known to have, without an address behind it. */
export function passingCallId(text: string): string {
  const [id = ''] = text.normalize('NFKC').split(/@|%40/i);
  return CALL_IDS.some(form => form.test(id)) ? id : HIDDEN;
}

/** An instant as it was written; nothing for any other text. */
export function passingInstant(text: string): string | null {
  return readInstant(text) === undefined ? null : text;
}

/** The name of a field: words, or an annotation of OData. */
export function passingName(name: string): string {
  return /^[A-Za-z]*@odata\.[A-Za-z]+$/.test(name) ? name : passingWords(name);
}

/** Digits of a number that are shown at the most: of an extension, or of a list, nothing comes through. */
const SHOWN_MAX = 7;
/** Digits of an outsider's number that are hidden at the least; the sources hide three or four, where a law says so. */
const HIDDEN_MIN = 4;
/** ITU-T E.164. */
const NUMBER_MAX = 15;

/** Digits with what they are grouped by. */
const NUMBER = /^\+?[\d*(][\d*() ./-]*$/;

/**
 * A number without its last four digits, and never more than the first seven; stars that a source put there count as
 * digits. Whatever is no number (a name, an extension, a list) is withheld.
 */
export function maskedNumber(number: string): string {
  const plain = number.normalize('NFKC').trim();
  if (plain.toLowerCase() === 'anonymous') return number;
  const digits = plain.match(/[\d*]/g)?.length ?? 0;
  if (!NUMBER.test(plain) || digits > NUMBER_MAX) return 'withheld';
  const shown = Math.min(SHOWN_MAX, digits - HIDDEN_MIN);
  let met = 0;
  return plain.replace(/[\d*]/g, sign => (met++ < shown ? sign : '*'));
}
