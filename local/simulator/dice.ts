/** Chance that can be repeated: every draw is a function of whole numbers, never of the clock or of earlier calls. */

/** Mixes whole numbers into one unsigned 32-bit number; equal numbers give an equal result. */
export function mix(seed: number, a: number, b: number, c: number, d: number): number {
  let hash = seed | 0;
  hash = stir(hash, a);
  hash = stir(hash, b);
  hash = stir(hash, c);
  hash = stir(hash, d);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function stir(hash: number, word: number): number {
  let part = Math.imul(word, 0xcc9e2d51);
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
  const mixed = hash ^ part;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** `mix` as a share: at least 0, less than 1. */
export function share(seed: number, a: number, b: number, c: number, d: number): number {
  return mix(seed, a, b, c, d) / 2 ** 32;
}

/** A 32-bit number for any text. */
export function textSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const HEX4 = Array.from({ length: 65_536 }, (_, word) => word.toString(16).padStart(4, '0'));

/** Four hexadecimal digits of the low 16 bits. */
function hex4(word: number): string {
  return HEX4[word & 0xffff] ?? '';
}

/** Eight hexadecimal digits of the low 32 bits. */
function hex8(word: number): string {
  return hex4(word >>> 16) + hex4(word);
}

/** A run of draws (sfc32). One object is used for many rows: `reset` before each. */
export class Dice {
  private a = 0;
  private b = 0;
  private c = 0;
  private turn = 1;

  reset(seed: number, dataset: number, day: number, index: number): this {
    this.a = mix(seed, dataset, day, index, 101);
    this.b = mix(seed, dataset, day, index, 102);
    this.c = index;
    this.turn = 1;
    return this;
  }

  /** 32 bits. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.turn) | 0;
    this.turn = (this.turn + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0, less than `end`. */
  below(end: number): number {
    return Math.floor((this.next() / 2 ** 32) * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** A version 4 GUID. Draws can collide between rows; row ids are therefore made by `rowGuid`. */
  guid(): string {
    const [a, b, c, d] = [this.next(), this.next(), this.next(), this.next()];
    return `${hex8(a)}-${hex4(b)}-4${hex4(b >>> 16).slice(1)}-${variant(c)}-${hex4(c >>> 16)}${hex8(d)}`;
  }
}

/** A GUID that no other row of the simulator has: day and index can be found in it again. */
export function rowGuid(seed: number, dataset: number, day: number, index: number): string {
  const spread = Math.imul(index ^ seed, 0x9e3779b1);
  const tail = mix(seed, dataset, day, index, 103);
  return `${hex8(spread)}-${hex4(day)}-4${hex4(tail).slice(1)}-${variant(tail >>> 8)}-${hex4(dataset)}${hex8(tail)}`;
}

function variant(word: number): string {
  return hex4((word & 0x3fff) | 0x8000);
}
