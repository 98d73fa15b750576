import { hash } from 'node:crypto';
import { LandlineError } from '../words/errors.ts';
import type { Fingerprint } from '../words/model.ts';

/**
 * The fingerprint of a set of rows, as docs/format.md defines it: equal for equal sets, whatever their order or paging.
 */

/** The digest of no rows. */
export const EMPTY_DIGEST = '0'.repeat(32);

/** @param rows how many rows the digest is of */
export function fingerprintOf(rows: number, digest: string): Fingerprint {
  return `${rows}-${digest}`;
}

/** Whether the text is that of a digest. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Stands for a text of any length, to tell whether it came before. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64');
}

/** A running digest. Its text is its whole state, so that another worker can go on from it. */
export class Digest {
  /** A 128-bit number, high word first. */
  private readonly sum = new Uint32Array(4);

  /**
   * @param saved the `text` of a digest, to go on from
   * @throws LandlineError, remedy `restart`, when it is anything else
   */
  constructor(saved: string = EMPTY_DIGEST) {
    if (!isDigest(saved)) {
      const message = 'The saved digest is not 32 hexadecimal digits. The day is read again from its first page.';
      throw new LandlineError({ reason: 'worker.bug', remedy: 'restart', message });
    }
    for (let word = 0; word < 4; word++) this.sum[word] = Number.parseInt(saved.slice(8 * word, 8 * word + 8), 16);
  }

  /**
   * Adds a row: its bytes without an LF.
   *
   * @returns a tag of the row's content (the last 32 bits that went into the sum, signed), to tell whether the row of a
   *   key has changed
   */
  add(row: Uint8Array): number {
    // As text, since making a Buffer for the hash costs as much as hashing the row does.
    const sha256 = hash('sha256', row, 'binary');
    let carry = 0;
    for (let word = 3; word >= 0; word--) {
      const total = (this.sum[word] as number) + (wordAt(sha256, 4 * word) >>> 0) + carry;
      this.sum[word] = total; // modulo 2^32
      carry = total > 0xffffffff ? 1 : 0;
    }
    return wordAt(sha256, 12);
  }

  /** 32 hexadecimal digits. */
  get text(): string {
    return Array.from(this.sum, word => word.toString(16).padStart(8, '0')).join('');
  }
}

function wordAt(bytes: string, at: number): number {
  const high = (bytes.charCodeAt(at) << 24) | (bytes.charCodeAt(at + 1) << 16);
  return high | (bytes.charCodeAt(at + 2) << 8) | bytes.charCodeAt(at + 3);
}
