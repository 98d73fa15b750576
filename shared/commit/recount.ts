import { linesOf } from '../rows/cut.ts';
import { Digest, fingerprintOf } from '../rows/fingerprint.ts';
import { isDamaged } from '../words/errors.ts';
import type { Day, Fingerprint } from '../words/model.ts';
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

/** Counts and digests lines as docs/format.md defines it. Memory does not grow with the day. */
export async function recount(chunks: AsyncIterable<Uint8Array>): Promise<Recount> {
  const digest = new Digest();
  let rows = 0;
  let bytes = 0;
  let cutOff = false;
  let unreadable = false;
  try {
    for await (const { body, count, starts, ends } of linesOf(chunks)) {
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
