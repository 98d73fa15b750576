import { copyShort, GrowingBytes } from './growing-bytes.ts';

const SLOTS_AT_FIRST = 256;
const ENTRIES_AT_FIRST = 128;

/** Words of an entry, and which is which. */
const WORDS = 4;
const [HASH, START, SHAPE, CODE] = [0, 1, 2, 3];

/** Variants that a spelling may have; of its length they are the lowest bits in `SHAPE`. */
const VARIANTS = 8;

/**
 * Which spellings of a value were met, and the code that each stands for: a value that comes again is neither decoded
 * nor shaped again. Open addressing over typed arrays, at most half full; nothing is allocated for a look-up.
 */
export class SpellingIndex {
  size = 0;
  /** Number of the entry plus 1; 0 is free. */
  private slots = new Int32Array(SLOTS_AT_FIRST);
  private entries = new Int32Array(WORDS * ENTRIES_AT_FIRST);
  private readonly spellings = new GrowingBytes(0);
  /** The hash that was looked up in vain. */
  private missed = 0;
  /** The entry that was found last. */
  private last = 0;

  clear(): void {
    if (this.size === 0) return;
    this.size = 0;
    this.spellings.length = 0;
    this.slots.fill(0);
  }

  /**
   * @param view of the body that the value stands in
   * @param variant values of other variants are other values; below 8
   * @returns number of the entry, for `codeAt`; -1 when it is new and may be added
   */
  find(view: DataView, start: number, end: number, variant: number): number {
    // What came last comes next more often than anything else.
    const { last } = this;
    const shape = VARIANTS * (end - start) + variant;
    if (last < this.size && this.isSpelled(last, shape, view, start, end)) return last;
    const hash = hashOf(view, start, end, variant);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = (this.slots[slot] as number) - 1;
      if (entry < 0) break;
      if (this.entries[WORDS * entry + HASH] === hash && this.isSpelled(entry, shape, view, start, end)) {
        this.last = entry;
        return entry;
      }
      slot = (slot + 1) & mask;
    }
    this.missed = hash;
    return -1;
  }

  codeAt(entry: number): number {
    return this.entries[WORDS * entry + CODE] as number;
  }

  /** Adds what `find` has just not found. */
  add(view: DataView, start: number, end: number, variant: number, code: number): void {
    const { spellings } = this;
    const entry = this.size++;
    const at = WORDS * entry;
    if (at === this.entries.length) this.entries = grown(this.entries);
    this.entries[at + HASH] = this.missed;
    this.entries[at + START] = spellings.length;
    this.entries[at + SHAPE] = VARIANTS * (end - start) + variant;
    this.entries[at + CODE] = code;
    spellings.reserve(end - start);
    copyShort(view, start, end, spellings.view, spellings.length);
    spellings.length += end - start;
    if (2 * this.size > this.slots.length) this.growSlots();
    else this.place(entry);
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    let slot = (this.entries[WORDS * entry + HASH] as number) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  private isSpelled(entry: number, shape: number, view: DataView, start: number, end: number): boolean {
    if (this.entries[WORDS * entry + SHAPE] !== shape) return false;
    const known = this.spellings.view;
    let at = this.entries[WORDS * entry + START] as number;
    let from = start;
    for (; from + 4 <= end; from += 4, at += 4) {
      if (known.getInt32(at, true) !== view.getInt32(from, true)) return false;
    }
    for (; from < end; from += 1, at += 1) if (known.getUint8(at) !== view.getUint8(from)) return false;
    return true;
  }

  private growSlots(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let entry = 0; entry < this.size; entry++) this.place(entry);
  }
}

function grown(entries: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * entries.length);
  more.set(entries);
  return more;
}

/** Not cryptographic: what it finds is compared byte by byte. */
function hashOf(view: DataView, start: number, end: number, seed: number): number {
  let hash = (end - start) ^ Math.imul(seed, 0x85ebca6b);
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mix(hash, view.getInt32(at, true));
  let rest = 0;
  for (; at < end; at += 1) rest = (rest << 8) | view.getUint8(at);
  hash = mix(hash, rest);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return (mixed << 13) | (mixed >>> 19);
}
