import { crc32 } from 'node:zlib';
import { contentDigests } from '../rows/content-digest.ts';
import { Hash64 } from '../rows/hash64.ts';
import { KeyTable } from '../rows/keys.ts';
import type { Cut } from '../words/cut.ts';

/** One for all: code that was made fast for a class is thrown away when no object of it is left. */
const hash = new Hash64();

/** What a line is known by: its bytes, or what they say, which takes longer to find. */
export type KnownBy = 'bytes' | 'meaning';

/** Thrown where a key comes again with other bytes: only what the lines say tells whether they are equal. */
class Respelled extends Error {
  override readonly name = 'Respelled';
}

/**
 * Few days have a key twice, so the others need not pay for finding what each line says.
 *
 * @param make begins anew, from the first line, each time that it is called
 */
export async function byBytesFirst<T>(make: (knownBy: KnownBy) => Promise<T>): Promise<T> {
  try {
    return await make('bytes');
  } catch (thrown) {
    if (thrown instanceof Respelled) return make('meaning');
    throw thrown;
  }
}

/**
 * Which keys of a partition were met before, and with which content. Keys are known by 64 bits of digest, and the
 * content of a key by 32: a million rows take 25 MB, and a row whose key was there with other content is taken for a
 * repetition once in four thousand million times.
 */
export class Repeats {
  private readonly knownBy: KnownBy;
  /** Tagged with the content that came first. */
  private readonly keys: KeyTable;
  /** The contents that came later, by key. */
  private readonly later = new Map<string, number[]>();

  /** @param rows of the partition, as far as is known */
  constructor(rows: number, knownBy: KnownBy) {
    this.knownBy = knownBy;
    this.keys = new KeyTable({ tags: true, rows });
  }

  /** The content of each line, in the first of two words. */
  contentsOf(cut: Cut): Int32Array {
    if (this.knownBy === 'meaning') return contentDigests(cut);
    const { body, starts, ends, count } = cut;
    const digests = new Int32Array(2 * count);
    for (let row = 0; row < count; row++) digests[2 * row] = crc32(body.subarray(starts[row], ends[row]));
    return digests;
  }

  /**
   * @param keys of `digestsOf` @param contents of `contentsOf`
   * @returns 0 for the first row of a key, 1 and up for other contents of it, `undefined` for a repetition
   * @throws Respelled when bytes do not tell
   */
  ordinalOf(keys: Int32Array, contents: Int32Array, row: number): number | undefined {
    const content = contents[2 * row] as number;
    if (this.keys.add(keys, row, content)) return 0;
    const first = this.keys.tagOf(keys, row);
    if (first === content) return undefined;
    if (this.knownBy === 'bytes') throw new Respelled();
    const key = `${keys[2 * row]} ${keys[2 * row + 1]}`;
    const later = this.later.get(key) ?? [];
    if (later.includes(content)) return undefined;
    this.later.set(key, [...later, content]);
    return later.length + 1;
  }
}

/** The digest of each of some ranges of bytes, whatever they say. */
export function digestsOf(body: Buffer, starts: Uint32Array, ends: Uint32Array, count: number): Int32Array {
  const digests = new Int32Array(2 * count);
  for (let row = 0; row < count; row++) {
    hash.addBytes(body, starts[row] as number, ends[row] as number);
    hash.finish(digests, row);
  }
  return digests;
}
