import { hash } from 'node:crypto';

/** What was seen of a file's rows, so that exact repetitions are left out and conflicts are counted. */

const SLOTS_AT_FIRST = 1024;
/** Key digest and content digest, 64 bits each. */
const WORDS = 4;

/**
 * A key's first content is held in 16 bytes of typed array, so a million rows take 32 to 64 MB; only keys that come
 * again with other content cost more. Equal content is believed at 64 bits of SHA-256 under an equal key.
 */
export class KnownRows {
  private words = new Int32Array(WORDS * SLOTS_AT_FIRST);
  private size = 0;
  private readonly further = new Map<string, string[]>();

  /** @returns 0 for the first row of a key, 1 and up for other contents of it, `undefined` for an exact repetition */
  ordinalOf(key: string, row: Uint8Array): number | undefined {
    const keyDigest = hash('sha256', key, 'binary');
    const content = hash('sha256', row, 'binary');
    const slot = this.slotOf(wordAt(keyDigest, 0), wordAt(keyDigest, 4) | 1);
    const at = WORDS * slot;
    if (this.words[at + 1] === 0) {
      this.fill(at, keyDigest, content);
      return 0;
    }
    if (this.words[at + 2] === wordAt(content, 0) && this.words[at + 3] === wordAt(content, 4)) return undefined;
    const others = this.further.get(key) ?? [];
    if (others.includes(content)) return undefined;
    this.further.set(key, [...others, content]);
    return others.length + 1;
  }

  private fill(at: number, keyDigest: string, content: string): void {
    this.words[at] = wordAt(keyDigest, 0);
    this.words[at + 1] = wordAt(keyDigest, 4) | 1;
    this.words[at + 2] = wordAt(content, 0);
    this.words[at + 3] = wordAt(content, 4);
    this.size += 1;
    if (2 * WORDS * this.size > this.words.length) this.grow();
  }

  /** Where the key is or belongs. The second word is never 0, so that a free slot is known by it. */
  private slotOf(high: number, low: number): number {
    const mask = this.words.length / WORDS - 1;
    let slot = high & mask;
    for (;;) {
      const at = WORDS * slot;
      if (this.words[at + 1] === 0 || (this.words[at] === high && this.words[at + 1] === low)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const before = this.words;
    this.words = new Int32Array(2 * before.length);
    for (let at = 0; at < before.length; at += WORDS) {
      const low = before[at + 1] as number;
      if (low === 0) continue;
      this.words.set(before.subarray(at, at + WORDS), WORDS * this.slotOf(before[at] as number, low));
    }
  }
}

function wordAt(bytes: string, at: number): number {
  const high = (bytes.charCodeAt(at) << 24) | (bytes.charCodeAt(at + 1) << 16);
  return high | (bytes.charCodeAt(at + 2) << 8) | bytes.charCodeAt(at + 3);
}
