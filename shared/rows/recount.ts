import type { Fingerprint } from '../words/model.ts';
import { linesOf } from './cut.ts';
import { Digest, fingerprintOf } from './fingerprint.ts';

/** What recounting a partition gives. */
export interface Recount {
  readonly rows: number;
  readonly bytes: number;
  readonly fingerprint: Fingerprint;
  /** Whether the last line lacks its end. */
  readonly cutOff: boolean;
}

/** Counts and digests lines as docs/format.md defines it. Memory does not grow with the day. */
export async function recount(chunks: AsyncIterable<Uint8Array>): Promise<Recount> {
  const digest = new Digest();
  let rows = 0;
  let bytes = 0;
  let cutOff = false;
  for await (const { body, count, starts, ends } of linesOf(chunks)) {
    for (let row = 0; row < count; row++) digest.add(body.subarray(starts[row], ends[row]));
    rows += count;
    bytes += body.length;
    cutOff = ends[count - 1] === body.length;
  }
  return { rows, bytes, fingerprint: fingerprintOf(rows, digest.text), cutOff };
}
