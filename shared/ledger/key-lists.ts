/**
 * Lists of row keys in the ledger, each one text: the digests one behind the other, as `keyText` of rows/keys.ts writes
 * them, or `MANY`. Pure.
 */

/** Digests that a list of a seam holds. The seams of a day take 36 KB at most, of the 64 KiB of a property. */
const SEAM_KEYS_MAX = 100;
export const MANY = '*';
/** Of a digest. */
const CHARS = 11;

export function withKey(list: string, key: string): string {
  return list === MANY || list.length >= SEAM_KEYS_MAX * CHARS ? MANY : list + key;
}

/** Whether the list has the key; of too many, nobody knows. */
export function hasKey(list: string, key: string): boolean {
  for (let at = list.indexOf(key); at >= 0; at = list.indexOf(key, at + 1)) if (at % CHARS === 0) return true;
  return false;
}

/** How many keys the list holds, if there are not too many. */
export function keysIn(list: string): number {
  return list.length / CHARS;
}

/** The same for a person. */
export function keysText(list: string): string {
  return list === MANY ? `more than ${SEAM_KEYS_MAX}` : String(keysIn(list));
}

/** How many of the keys are in the other list. */
function shared(list: string, keys: string): number {
  let count = 0;
  for (let at = 0; at < keys.length; at += CHARS) if (hasKey(list, keys.slice(at, at + CHARS))) count += 1;
  return count;
}

/** Whether a row that was lent is not among those of its day, as far as anybody can tell. */
export function lacks(own: string, lent: string): boolean {
  if (lent === '' || (lent === own && lent !== MANY)) return false;
  return own === MANY || lent === MANY || shared(own, lent) * CHARS < lent.length;
}

/** Whether a row that is kept is among those of its day too, or one row among those of two days. */
export function sharesWith(own: string, kept: string): boolean {
  return kept !== '' && own !== MANY && kept !== MANY && shared(own, kept) > 0;
}
