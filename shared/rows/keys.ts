import type { Cut } from '../words/cut.ts';
import { contentDigest, withoutEscapes } from './content-digest.ts';
import { Hash64 } from './hash64.ts';

/**
 * Which row is which: 64-bit digests of row keys, and a table that holds a million of them in little memory.
 *
 * A digest is two signed 32-bit words, kept in pairs in an `Int32Array`. It is well mixed, not cryptographic. That is
 * enough: a day of a million rows meets a collision about once in 37 million days, and all that follows from one is
 * that a day is read again, or that a change is counted as another.
 */

/** One for all: code that was made fast for a class is thrown away when no object of it is left. */
const hash = new Hash64();

const BACKSLASH = 0x5c;
const QUOTE_BYTE = 0x22;
const QUOTE = Buffer.from('"');

/** Bytes of a digest in `KeyTable.recent`. */
const DIGEST_BYTES = 8;

/**
 * The digest of every row's key: of the bytes of its values, but for the escapes of a text and the quotes of one that is
 * digits, which say the same in another spelling. A row without a value in the first key field (absent, `null` or `""`)
 * is known by all that it says, in whatever order and spelling.
 *
 * @param keyFields how many fields make the key: the first ones of `cut.fields`
 * @returns words `2 * row` and `2 * row + 1`, for `KeyTable`
 */
export function keyDigests(cut: Cut, keyFields: number): Int32Array {
  const { body, count, starts, ends, spans } = cut;
  const width = 2 * cut.fields.length;
  const digests = new Int32Array(2 * count);
  const escaped = body.includes(BACKSLASH);
  for (let row = 0; row < count; row++) {
    const first = width * row;
    if (isNothing(body, spans[first] ?? 0, spans[first + 1] ?? 0)) {
      contentDigest(body, starts[row] as number, ends[row] as number, digests, row);
    } else {
      for (let span = first; span < first + 2 * keyFields; span += 2) {
        const [start, end] = [spans[span] as number, spans[span + 1] as number];
        if (escaped && body.subarray(start, end).includes(BACKSLASH)) addText(body, start, end);
        else if (isQuotedNumber(body, start, end)) hash.addBytes(body, start + 1, end - 1);
        else hash.addBytes(body, start, end);
      }
      hash.finish(digests, row);
    }
  }
  return digests;
}

/** Whether the value is a text of digits: an id that one answer writes as a number, another may write as a text. */
function isQuotedNumber(body: Buffer, start: number, end: number): boolean {
  if (body[start] !== QUOTE_BYTE || end - start < 3) return false;
  for (let at = start + 1; at < end - 1; at++) if (((body[at] as number) ^ 0x30) > 9) return false;
  return true;
}

/** The text, with its quotes, as it would stand there without escapes. */
function addText(body: Buffer, start: number, end: number): void {
  const text = Buffer.concat([QUOTE, withoutEscapes(body, start, end), QUOTE]);
  hash.addBytes(text, 0, text.length);
}

/** The digest of a row's key as text of 11 characters. */
export function keyText(digests: Int32Array, row: number): string {
  const bytes = Buffer.alloc(DIGEST_BYTES);
  bytes.writeInt32LE(digests[2 * row] as number, 0);
  bytes.writeInt32LE(digests[2 * row + 1] as number, 4);
  return bytes.toString('base64url');
}

/** Whether a value says nothing: absent, `null`, or the empty string. No other value has these lengths and starts. */
function isNothing(body: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return length === 0 || (length === 2 && body[start] === 0x22) || (length === 4 && body[start] === 0x6e);
}

/** A power of two, and small: most days have a few hundred rows. */
const SLOTS_AT_FIRST = 1024;

const ROWS_EXPECTED_MAX = 2 ** 20;

export interface KeyTableOptions {
  /** Keep a 32-bit tag with every key. */
  readonly tags?: boolean;
  /** Rows that are expected: what it has room for at first, so that it need not grow; never taken for more than a million. */
  readonly rows?: number;
  /** How many of the keys added or touched last `recent` returns; none unless given. */
  readonly recentMax?: number;
}

/**
 * A set of key digests, or a map from them to tags. Open addressing over typed arrays, never more than half full: a
 * million keys take 17 MB (25 MB with tags; half as much again while it grows), and nothing is allocated per key.
 */
export class KeyTable {
  size = 0;
  /** Two words a slot; both are 0 when it is free. */
  private keys: Int32Array<ArrayBuffer>;
  private tags: Int32Array<ArrayBuffer>;
  private readonly ring: Int32Array;
  private added = 0;

  constructor({ tags = false, rows = 0, recentMax = 0 }: KeyTableOptions = {}) {
    let slots = SLOTS_AT_FIRST;
    while (slots < 2 * Math.min(rows, ROWS_EXPECTED_MAX)) slots *= 2;
    this.keys = new Int32Array(2 * slots);
    this.tags = new Int32Array(tags ? slots : 0);
    this.ring = new Int32Array(2 * recentMax);
  }

  /**
   * Adds the key of a row, unless it is there already.
   *
   * @param digests of `keyDigests`
   * @returns whether it was new; of a known key, the first tag stays
   */
  add(digests: Int32Array, row: number, tag = 0): boolean {
    const hi = digests[2 * row] as number;
    const lo = loOf(hi, digests[2 * row + 1] as number);
    const slot = this.slotOf(hi, lo);
    if (!this.isFree(slot)) return false;
    this.keys[2 * slot] = hi;
    this.keys[2 * slot + 1] = lo;
    if (this.tags.length > 0) this.tags[slot] = tag;
    this.size++;
    this.remember(hi, lo);
    if (4 * this.size > this.keys.length) this.grow();
    return true;
  }

  /** Has `recent` return a known key as one of the last: it came again. */
  touch(digests: Int32Array, row: number): void {
    const hi = digests[2 * row] as number;
    this.remember(hi, loOf(hi, digests[2 * row + 1] as number));
  }

  /** The tag of a row's key (0 in a table without tags); `undefined` when the key is not there. */
  tagOf(digests: Int32Array, row: number): number | undefined {
    const hi = digests[2 * row] as number;
    const slot = this.slotOf(hi, loOf(hi, digests[2 * row + 1] as number));
    return this.isFree(slot) ? undefined : (this.tags[slot] ?? 0);
  }

  /** Removes the key of a row and returns its tag (0 in a table without tags); `undefined` when it is not there. */
  take(digests: Int32Array, row: number): number | undefined {
    const hi = digests[2 * row] as number;
    const slot = this.slotOf(hi, loOf(hi, digests[2 * row + 1] as number));
    if (this.isFree(slot)) return undefined;
    const tag = this.tags[slot] ?? 0;
    this.size--;
    this.vacate(slot);
    return tag;
  }

  /** The keys added or touched last, at most `recentMax`, oldest first, eight bytes each. */
  recent(): Buffer {
    const kept = Math.min(this.added, this.ring.length / 2);
    const bytes = Buffer.alloc(DIGEST_BYTES * kept);
    for (let i = 0; i < kept; i++) {
      const at = this.ringAt(this.added - kept + i);
      bytes.writeInt32LE(this.ring[at] as number, DIGEST_BYTES * i);
      bytes.writeInt32LE(this.ring[at + 1] as number, DIGEST_BYTES * i + 4);
    }
    return bytes;
  }

  /** Adds keys that another table returned as its recent ones. */
  addAll(bytes: Buffer): void {
    const digests = new Int32Array(2);
    for (let at = 0; at + DIGEST_BYTES <= bytes.length; at += DIGEST_BYTES) {
      digests[0] = bytes.readInt32LE(at);
      digests[1] = bytes.readInt32LE(at + 4);
      if (!this.add(digests, 0)) this.touch(digests, 0);
    }
  }

  private remember(hi: number, lo: number): void {
    if (this.ring.length === 0) return;
    const at = this.ringAt(this.added++);
    this.ring[at] = hi;
    this.ring[at + 1] = lo;
  }

  private ringAt(turn: number): number {
    return (2 * turn) % this.ring.length;
  }

  private isFree(slot: number): boolean {
    return this.keys[2 * slot] === 0 && this.keys[2 * slot + 1] === 0;
  }

  /** Where the key is or, when it is not there, where it belongs. */
  private slotOf(hi: number, lo: number): number {
    const { keys } = this;
    const mask = keys.length / 2 - 1;
    let slot = lo & mask;
    while (!this.isFree(slot) && (keys[2 * slot] !== hi || keys[2 * slot + 1] !== lo)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Frees a slot and closes the gap, so that no key behind it becomes unreachable. */
  private vacate(slot: number): void {
    const mask = this.keys.length / 2 - 1;
    let free = slot;
    for (let next = (free + 1) & mask; !this.isFree(next); next = (next + 1) & mask) {
      const home = (this.keys[2 * next + 1] as number) & mask;
      if (((next - home) & mask) < ((next - free) & mask)) continue;
      this.keys.copyWithin(2 * free, 2 * next, 2 * next + 2);
      this.tags.copyWithin(free, next, next + 1);
      free = next;
    }
    this.keys.fill(0, 2 * free, 2 * free + 2);
  }

  private grow(): void {
    const { keys, tags } = this;
    this.keys = new Int32Array(2 * keys.length);
    this.tags = new Int32Array(2 * tags.length);
    for (let slot = 0; slot < keys.length / 2; slot++) {
      const hi = keys[2 * slot] as number;
      const lo = keys[2 * slot + 1] as number;
      if (hi === 0 && lo === 0) continue;
      const to = this.slotOf(hi, lo);
      this.keys[2 * to] = hi;
      this.keys[2 * to + 1] = lo;
      if (tags.length > 0) this.tags[to] = tags[slot] as number;
    }
    // Given back at once: for a large day these are megabytes that nothing else would make the collector look for.
    keys.buffer.transfer(0);
    tags.buffer.transfer(0);
  }
}

/** A key of zeros would look like a free slot, so it is taken for its neighbour. */
function loOf(hi: number, lo: number): number {
  return hi === 0 && lo === 0 ? 1 : lo;
}
