/** Mixes bytes and words into 64 bits: well, and not cryptographically. */
export class Hash64 {
  private hi = 0;
  private lo = 0;

  addBytes(body: Buffer, start: number, end: number): void {
    // The length first: it keeps neighbouring values apart, and a short last word from one padded with zeros.
    let mixed = stirred(this.hi, end - start);
    // In local variables, as `add` does for one word: most of the time of a digest goes here.
    let lo = lowAfter(this.lo, mixed);
    let hi = highAfter(mixed, lo);
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const low = (body[at] as number) | ((body[at + 1] as number) << 8);
      mixed = stirred(hi, low | ((body[at + 2] as number) << 16) | ((body[at + 3] as number) << 24));
      lo = lowAfter(lo, mixed);
      hi = highAfter(mixed, lo);
    }
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | (body[at] as number);
    mixed = stirred(hi, rest);
    this.lo = lowAfter(lo, mixed);
    this.hi = highAfter(mixed, this.lo);
  }

  /** A permutation of the state for every word; and two words never lead from one state to the same one. */
  add(word: number): void {
    const mixed = stirred(this.hi, word);
    this.lo = lowAfter(this.lo, mixed);
    this.hi = highAfter(mixed, this.lo);
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

function stirred(hi: number, word: number): number {
  return Math.imul(hi ^ word, 0x9e3779b1);
}

function lowAfter(lo: number, mixed: number): number {
  const low = Math.imul(lo ^ mixed, 0x85ebca77);
  return (low << 17) | (low >>> 15);
}

function highAfter(mixed: number, lo: number): number {
  return (((mixed << 13) | (mixed >>> 19)) + lo) | 0;
}

/** Lets every bit reach every other: the finalizer of MurmurHash3. */
function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
