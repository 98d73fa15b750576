/** Mixes bytes and words into 64 bits: well, and not cryptographically. */
export class Mixer {
  private hi = 0;
  private lo = 0;

  mixBytes(body: Buffer, start: number, end: number): void {
    // The length first: it keeps neighbouring values apart, and a short last word from one padded with zeros.
    this.mix(end - start);
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const low = (body[at] as number) | ((body[at + 1] as number) << 8);
      this.mix(low | ((body[at + 2] as number) << 16) | ((body[at + 3] as number) << 24));
    }
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | (body[at] as number);
    this.mix(rest);
  }

  /** A permutation of the state for every word; and two words never lead from one state to the same one. */
  mix(word: number): void {
    const hi = Math.imul(this.hi ^ word, 0x9e3779b1);
    const lo = Math.imul(this.lo ^ hi, 0x85ebca77);
    this.lo = (lo << 17) | (lo >>> 15);
    this.hi = (((hi << 13) | (hi >>> 19)) + this.lo) | 0;
  }

  /** Writes the digest and starts anew. */
  finish(digests: Int32Array, row: number): void {
    const hi = avalanche(this.hi ^ this.lo);
    digests[2 * row] = hi;
    digests[2 * row + 1] = avalanche((this.lo + hi) | 0);
    this.hi = 0;
    this.lo = 0;
  }
}

/** Lets every bit reach every other: the finalizer of MurmurHash3. */
function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
