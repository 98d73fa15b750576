import { linesOf } from '../rows/cut.ts';
import { Digest, fingerprintOf } from '../rows/fingerprint.ts';
import { keyDigests } from '../rows/keys.ts';
import { countOutside, cutSpecOf } from '../rows/sift.ts';
import type { Cut } from '../words/cut.ts';
import { windowOf } from '../words/day.ts';
import { isDamaged } from '../words/errors.ts';
import type { Dataset, Day, Fingerprint } from '../words/model.ts';
import type { Lake } from '../words/ports.ts';

/** What recounting a partition gives. */
export interface Recount {
  readonly rows: number;
  readonly bytes: number;
  readonly fingerprint: Fingerprint;
  /** Whether the last line lacks its end. */
  readonly cutOff: boolean;
  /** Whether its compressed bytes are damaged: what is counted is what could be read before that. */
  readonly unreadable: boolean;
}

/** What looking into the rows gives beside. */
export interface Looked extends Recount {
  /** Digests of their keys, two words a row. */
  readonly keys: Int32Array;
  /** Rows whose time is in another day, absent or unreadable. */
  readonly outside: number;
}

/** Counts and digests lines as docs/format.md defines it. Memory does not grow with the day. */
export function recount(chunks: AsyncIterable<Uint8Array>): Promise<Recount> {
  return count(chunks, [], () => undefined);
}

/** As `recount`, and looks into the rows: 8 bytes of memory for each. */
export async function recountRows(chunks: AsyncIterable<Uint8Array>, dataset: Dataset, day: Day): Promise<Looked> {
  const window = windowOf(day, dataset.overlap);
  const found: Int32Array[] = [];
  let outside = 0;
  const counted = await count(chunks, cutSpecOf(dataset).fields, cut => {
    found.push(keyDigests(cut, dataset.key.length));
    outside += countOutside(cut, dataset, window);
  });
  const keys = new Int32Array(2 * counted.rows);
  let at = 0;
  for (const some of found) {
    keys.set(some, at);
    at += some.length;
  }
  return { ...counted, keys, outside };
}

async function count(
  chunks: AsyncIterable<Uint8Array>,
  fields: readonly string[],
  look: (cut: Cut) => void,
): Promise<Recount> {
  const digest = new Digest();
  let rows = 0;
  let bytes = 0;
  let cutOff = false;
  let unreadable = false;
  try {
    for await (const cut of linesOf(chunks, fields)) {
      const { body, count, starts, ends } = cut;
      look(cut);
      for (let row = 0; row < count; row++) digest.add(body.subarray(starts[row], ends[row]));
      rows += count;
      bytes += body.length;
      cutOff = ends[count - 1] === body.length;
    }
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown;
    unreadable = true;
  }
  return { rows, bytes, fingerprint: fingerprintOf(rows, digest.text), cutOff, unreadable };
}

/**
 * How long the lines of a partition are, by reading it: for one that is stored compressed. Of a damaged one, as far as
 * it can be read: what is wrong with it is for `verify` to say.
 */
export async function lengthOf(lake: Lake, dataset: string, day: Day): Promise<number> {
  const chunks = await lake.read(dataset, day);
  return chunks === undefined ? 0 : (await recount(chunks)).bytes;
}
