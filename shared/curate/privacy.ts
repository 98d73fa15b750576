import { createHmac } from 'node:crypto';
import { secondsAt } from './cells/instant.ts';
import type { Direction } from './code-classes.ts';
import { maskedNumber, passingCallId, passingId, passingInstant, passingJson, passingWords } from './safe-text.ts';
import type { Cell, Privacy } from './table-model.ts';
import { TABLE_VERSION } from './tables.ts';

/**
 * What each profile lets through. docs/privacy.md says the same field by field, and a test holds the two together.
 *
 * `full`          everything as it was sent
 * `masked`        outsiders' numbers without their last digits; no addresses, no message text
 * `pseudonymous`  users and numbers as keyed hashes, equal for equal people as long as the key stays; no names either
 */
export const PROFILES = ['full', 'masked', 'pseudonymous'] as const;
export type Profile = (typeof PROFILES)[number];

export interface PrivacyProfile {
  readonly name: Profile;
  /** Which key; part of what a file is labelled with, so that another key rebuilds every file. */
  readonly keyId: string;
  /** Whether a row's unknown fields keep their values. */
  readonly showsUnknown: boolean;
  /**
   * The cell as the profile shows it. The same value is asked for once, not once a row.
   *
   * @param direction,redirected of the call or message, for what is `isByDirection`; 'unknown' and false for all else
   * @param redirected the call was passed on, so that both ends may be outsiders
   */
  apply(privacy: Privacy, value: string, direction: Direction, redirected: boolean): Cell;
  /**
   * How far text is shown as it is, by a look at its bytes: to its end, or only its beginning.
   *
   * @param start,end of text of which nothing is escaped, in bytes that are UTF-8
   * @returns the place behind the last byte that is shown; `start` when `apply` has to decide
   */
  shownTo(privacy: Privacy, body: Buffer, start: number, end: number): number;
}

/** Whether a number is the tenant's or an outsider's by the direction of its call or message. */
export function isByDirection(privacy: Privacy): boolean {
  return privacy === 'from' || privacy === 'to';
}

/** @param secret the key of the pseudonyms; the other profiles have none */
export function privacyProfile(name: Profile, secret: string | undefined): PrivacyProfile {
  switch (name) {
    case 'full':
      return {
        name,
        keyId: '',
        showsUnknown: true,
        apply: (_privacy, value) => value,
        shownTo: (_privacy, _body, _start, end) => end,
      };
    case 'masked':
      return { name, keyId: '', showsUnknown: false, apply: masked, shownTo: shownToAllAt };
    case 'pseudonymous':
      return pseudonymous(secret ?? '');
  }
}

/** What says nothing about anybody, as every profile shows it. `undefined` for all else. */
function shownToAll(privacy: Privacy, value: string): Cell | undefined {
  switch (privacy) {
    case 'open':
    case 'unknown':
      return value;
    case 'word':
      return passingWords(value);
    case 'words':
      return passingJson(value);
    case 'id':
      return passingId(value);
    case 'instant':
      return passingInstant(value);
    case 'call-id':
      return passingCallId(value);
    case 'ip':
    case 'message':
      return null;
    default:
      return undefined;
  }
}

/** The same of most identifiers and instants, which hardly repeat, so that no text is made of them. */
function shownToAllAt(privacy: Privacy, body: Buffer, start: number, end: number): number {
  switch (privacy) {
    case 'open':
      return end;
    case 'instant':
      return Number.isNaN(secondsAt(body, start, end)) ? start : end;
    case 'id':
      return isIdAt(body, start, end) ? end : start;
    case 'call-id':
      return endOfCallId(body, start, end);
    default:
      return start;
  }
}

function isIdAt(body: Buffer, start: number, end: number): boolean {
  let hasLetter = false;
  let hasSign = false;
  for (let at = start; at < end; at++) {
    const byte = body[at] as number;
    if (!isOfId[byte]) return false;
    if (byte >= UPPER_A && byte !== UNDERSCORE) hasLetter = true;
    else if (byte < ZERO || byte > NINE) hasSign = true;
  }
  // Digits in groups are a number.
  return hasLetter || !hasSign;
}

/** Of the form that most have: up to eight digits, `_`, up to four digits, and an address behind an `@`. */
function endOfCallId(body: Buffer, start: number, end: number): number {
  const underscore = endOfDigits(body, start, Math.min(end, start + 8));
  if (underscore === start || body[underscore] !== UNDERSCORE) return start;
  const last = endOfDigits(body, underscore + 1, Math.min(end, underscore + 5));
  return last > underscore + 1 && (last === end || body[last] === AT) ? last : start;
}

function endOfDigits(body: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (body[at] as number) >= ZERO && (body[at] as number) <= NINE) at++;
  return at;
}

const [ZERO, NINE, AT, UPPER_A, UNDERSCORE] = [0x30, 0x39, 0x40, 0x41, 0x5f];

const isOfId: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9_-]/.test(String.fromCharCode(byte)),
);

function masked(privacy: Privacy, value: string, direction: Direction, redirected: boolean): Cell {
  switch (privacy) {
    case 'user':
    case 'name':
    case 'own':
      return value;
    case 'from':
      return direction === 'outbound' && !redirected ? value : maskedNumber(value);
    case 'to':
      return direction === 'inbound' && !redirected ? value : maskedNumber(value);
    case 'quote':
      return passingWords(value);
    default:
      return shownToAll(privacy, value) ?? null;
  }
}

function pseudonymous(secret: string): PrivacyProfile {
  if (secret === '') throw new RangeError('The profile pseudonymous needs a key');
  const hashes = new Map<string, string>();
  const hashed = (prefix: string, value: string): string => {
    const known = hashes.get(prefix + value);
    if (known !== undefined) return known;
    const hash = `${prefix}${createHmac('sha256', secret).update(prefix).update(value).digest('hex').slice(0, 32)}`;
    // A tenant has few users and the same numbers come back; more than this is not worth the memory.
    if (hashes.size >= 50_000) hashes.clear();
    hashes.set(prefix + value, hash);
    return hash;
  };
  return {
    name: 'pseudonymous',
    keyId: createHmac('sha256', secret).update('landline key id').digest('hex').slice(0, 8),
    showsUnknown: false,
    shownTo: shownToAllAt,
    apply(privacy, value) {
      switch (privacy) {
        case 'user':
          return hashed('u_', value.toLowerCase());
        case 'own':
        case 'from':
        case 'to':
          return hashed('n_', sameNumber(value));
        case 'name':
        case 'quote':
          return null;
        default:
          return shownToAll(privacy, value) ?? null;
      }
    },
  };
}

/** Two spellings of a number are one number: `+1 202…` and `1202…`. Anything else is itself. */
export function sameNumber(number: string): string {
  const plain = number.normalize('NFKC');
  const signs = plain.replace(/[^\d*]/g, '');
  return signs.length >= 5 && !/\p{L}/u.test(plain) ? signs : plain.trim().toLowerCase();
}

/** What a file is stamped with: version of the tables, profile and key. Equal stamps, equal content of equal rows. */
export function tableStamp({ name, keyId }: PrivacyProfile): string {
  return `${TABLE_VERSION}-${name}${keyId === '' ? '' : `-${keyId}`}`;
}
