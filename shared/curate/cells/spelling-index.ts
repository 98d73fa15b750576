import { copyShort, GrowingBytes } from './growing-bytes.ts';

const SLOTS_AT_FIRST = 256;
const ENTRIES_AT_FIRST = 128;

/**
 * Which spellings of a value were met, and the code that each stands for: a value that comes again is neither decoded
 * nor shaped again. Open addressing over typed arrays, at most half full; nothing is allocated for a look-up.
 */
export class SpellingIndex {
  size = 0;
  private slots = new Int32Array(SLOTS_AT_FIRST);
  private hashes = new Int32Array(ENTRIES_AT_FIRST);
  private starts = new Uint32Array(ENTRIES_AT_FIRST);
  private lengths = new Uint32Array(ENTRIES_AT_FIRST);
  private variants = new Uint8Array(ENTRIES_AT_FIRST);
  private codes = new Int32Array(ENTRIES_AT_FIRST);
  private readonly spellings = new GrowingBytes(1024);
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
   * @param variant values of other variants are other values
   * @returns number of the entry, for `codeAt`; -1 when it is new and may be added
   */
  find(view: DataView, start: number, end: number, variant: number): number {
    // What came last comes next more often than anything else.
    const { last } = this;
    if (last < this.size && this.variants[last] === variant && this.isSpelled(last, view, start, end)) return last;
    const hash = hashOf(view, start, end, variant);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = (this.slots[slot] as number) - 1;
      if (entry < 0) break;
      if (this.hashes[entry] === hash && this.variants[entry] === variant && this.isSpelled(entry, view, start, end)) {
        this.last = entry;
        return entry;
      }
      slot = (slot + 1) & mask;
    }
    this.missed = hash;
    return -1;
  }

  codeAt(entry: number): number {
    return this.codes[entry] as number;
  }

  /** Adds what `find` has just not found. */
  add(view: DataView, start: number, end: number, variant: number, code: number): void {
    if (this.size === this.hashes.length) this.growEntries();
    const entry = this.size++;
    this.hashes[entry] = this.missed;
    this.starts[entry] = this.spellings.length;
    this.lengths[entry] = end - start;
    this.variants[entry] = variant;
    this.codes[entry] = code;
    this.spellings.reserve(end - start);
    copyShort(view, start, end, this.spellings.view, this.spellings.length);
    this.spellings.length += end - start;
    if (2 * this.size > this.slots.length) this.growSlots();
    else this.place(entry);
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    const hash = this.hashes[entry] as number;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  private isSpelled(entry: number, view: DataView, start: number, end: number): boolean {
    if (this.lengths[entry] !== end - start) return false;
    const known = this.spellings.view;
    let at = this.starts[entry] as number;
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

  private growEntries(): void {
    const length = 2 * this.hashes.length;
    const grown = <T extends Int32Array | Uint32Array | Uint8Array>(array: T, bigger: T): T => {
      bigger.set(array);
      return bigger;
    };
    this.hashes = grown(this.hashes, new Int32Array(length));
    this.starts = grown(this.starts, new Uint32Array(length));
    this.lengths = grown(this.lengths, new Uint32Array(length));
    this.variants = grown(this.variants, new Uint8Array(length));
    this.codes = grown(this.codes, new Int32Array(length));
  }
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
