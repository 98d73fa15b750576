import { createHmac } from 'node:crypto';
import type { Direction } from './code-classes.ts';
import type { Cell, Privacy } from './model.ts';
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
}

/** Digits of an outsider's number that `masked` hides; the sources hide three or four, where a law says so. */
const HIDDEN_DIGITS = 4;

/** Hidden where letters stand instead of a number: a caller's name. */
const WITHHELD = 'withheld';

/** Whether a number is the tenant's or an outsider's by the direction of its call or message. */
export function isByDirection(privacy: Privacy): boolean {
  return privacy === 'from' || privacy === 'to';
}

/** @param secret the key of the pseudonyms; the other profiles have none */
export function privacyProfile(name: Profile, secret: string | undefined): PrivacyProfile {
  switch (name) {
    case 'full':
      return { name, keyId: '', showsUnknown: true, apply: (_privacy, value) => value };
    case 'masked':
      return { name, keyId: '', showsUnknown: false, apply: masked };
    case 'pseudonymous':
      return pseudonymous(secret ?? '');
  }
}

function masked(privacy: Privacy, value: string, direction: Direction, redirected: boolean): Cell {
  switch (privacy) {
    case 'open':
    case 'user':
    case 'name':
    case 'own':
      return value;
    case 'from':
      return direction === 'outbound' && !redirected ? value : maskedNumber(value);
    case 'to':
      return direction === 'inbound' && !redirected ? value : maskedNumber(value);
    case 'call-id':
      return withoutAddress(value);
    case 'quote':
      return withoutNumbers(value);
    case 'ip':
    case 'message':
      return null;
    case 'unknown':
      return value;
  }
}

/** All but the last four digits; stars that a source put there count as digits. A name is withheld. */
export function maskedNumber(number: string): string {
  if (/\p{L}/u.test(number)) return number.toLowerCase() === 'anonymous' ? number : WITHHELD;
  let left = HIDDEN_DIGITS;
  let hidden = '';
  for (let at = number.length - 1; at >= 0; at--) {
    const sign = number[at] ?? '';
    const counts = left > 0 && /[\d*]/.test(sign);
    if (counts) left -= 1;
    hidden = (counts ? '*' : sign) + hidden;
  }
  return hidden;
}

function withoutAddress(callId: string): string {
  const at = callId.indexOf('@');
  return at < 0 ? withoutNumbers(callId, 40) : callId.slice(0, at);
}

/** Runs of digits that could be a number, and addresses, become three dots. */
function withoutNumbers(text: string, digitsMin = 5): string {
  return text
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '…')
    .replace(/(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]*/gi, '…')
    .replace(new RegExp(`\\+?\\d(?:[ ().-]?\\d){${digitsMin - 1},}`, 'g'), '…');
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
    apply(privacy, value) {
      switch (privacy) {
        case 'open':
        case 'unknown':
          return value;
        case 'user':
          return hashed('u_', value.toLowerCase());
        case 'own':
        case 'from':
        case 'to':
          return hashed('n_', sameNumber(value));
        case 'call-id':
          return withoutAddress(value);
        case 'name':
        case 'ip':
        case 'message':
        case 'quote':
          return null;
      }
    },
  };
}

/** Two spellings of a number are one number: `+1 202…` and `1202…`. Anything else is itself. */
export function sameNumber(number: string): string {
  const signs = number.replace(/[^\d*]/g, '');
  return signs.length >= 5 && !/\p{L}/u.test(number) ? signs : number.trim().toLowerCase();
}

/** What a file is stamped with: version of the tables, profile and key. Equal stamps, equal content of equal rows. */
export function tableStamp({ name, keyId }: PrivacyProfile): string {
  return `${TABLE_VERSION}-${name}${keyId === '' ? '' : `-${keyId}`}`;
}
