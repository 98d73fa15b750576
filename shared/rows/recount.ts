import { windowOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Dataset, Day, Fingerprint } from '../words/model.ts';
import { linesOf } from './cut.ts';
import { Digest, fingerprintOf } from './fingerprint.ts';
import { keyDigests } from './keys.ts';
import { countOutside, cutSpecOf } from './place-in-day.ts';

/** What recounting a partition gives. */
export interface Recount {
  readonly rows: number;
  readonly bytes: number;
  readonly fingerprint: Fingerprint;
  /** Whether the last line lacks its end. */
  readonly cutOff: boolean;
}

/** What looking into the rows gives beside. */
export interface Looked extends Recount {
  /** Digests of their keys, two words a row. */
  readonly keys: Int32Array;
  /** Rows whose time is in another day, absent or unreadable. */
  readonly outside: number;
}

const LF = 0x0a;

/** Counts and digests lines as docs/format.md defines it, in chunks that end anywhere. Memory does not grow with the day. */
class Recounter {
  private readonly digest = new Digest();
  private rows = 0;
  private bytes = 0;
  /** Of a line that goes on in the next chunk. */
  private begun: Uint8Array[] = [];

  /** @param chunk not kept */
  add(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    let at = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      this.line(chunk.subarray(at, end));
      at = end + 1;
    }
    // `slice` of a Buffer is a view.
    if (at < chunk.length) this.begun.push(Uint8Array.prototype.slice.call(chunk, at));
  }

  private line(rest: Uint8Array): void {
    this.digest.add(this.begun.length === 0 ? rest : Buffer.concat([...this.begun, rest]));
    this.begun = [];
    this.rows += 1;
  }

  end(): Recount {
    const cutOff = this.begun.length > 0;
    if (cutOff) this.line(new Uint8Array(0));
    return { rows: this.rows, bytes: this.bytes, fingerprint: fingerprintOf(this.rows, this.digest.text), cutOff };
  }
}

/** Counts and digests the lines of a partition. */
export async function recount(chunks: AsyncIterable<Uint8Array>): Promise<Recount> {
  const counter = new Recounter();
  for await (const chunk of chunks) counter.add(chunk);
  return counter.end();
}

/** As `recount`, and looks into the rows: 8 bytes of memory for each. */
export async function recountRows(chunks: AsyncIterable<Uint8Array>, dataset: Dataset, day: Day): Promise<Looked> {
  const window = windowOf(day, dataset.overlap);
  const counter = new Recounter();
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      counter.add(chunk);
      yield chunk;
    }
  }
  const found: Int32Array[] = [];
  let outside = 0;
  for await (const cut of linesOf(counted(), cutSpecOf(dataset).fields)) {
    found.push(keyDigests(cut, dataset.key.length));
    outside += countOutside(cut, dataset, window);
  }
  const recounted = counter.end();
  const keys = new Int32Array(2 * recounted.rows);
  let at = 0;
  for (const some of found) {
    keys.set(some, at);
    at += some.length;
  }
  return { ...recounted, keys, outside };
}

/** The lines that passed are not those that were expected. `found` is the fingerprint that they have. */
export class NotAsExpected extends Error {
  override readonly name = 'NotAsExpected';
  readonly found: Fingerprint;

  constructor(found: Fingerprint) {
    super('Lines have another fingerprint than expected');
    this.found = found;
  }
}

/**
 * Passes chunks on and throws at their end, before whoever writes them takes them for whole, unless they are the bytes
 * that were expected.
 *
 * @param about what is read, for the message
 * @throws LandlineError `storage.failing` when there are fewer or more bytes; `NotAsExpected` when it is other lines
 */
export async function* proved(
  chunks: AsyncIterable<Uint8Array>,
  expected: Pick<Recount, 'bytes' | 'fingerprint'>,
  about: string,
): AsyncGenerator<Uint8Array> {
  const counter = new Recounter();
  for await (const chunk of ofLength(chunks, expected.bytes, about)) {
    counter.add(chunk);
    yield chunk;
  }
  const { fingerprint } = counter.end();
  if (fingerprint !== expected.fingerprint) throw new NotAsExpected(fingerprint);
}

/**
 * Passes chunks on and throws at their end when they are fewer or more bytes than the blob has: a download that breaks
 * off, or that a proxy shortens, may claim to be whole.
 *
 * @throws LandlineError `storage.failing`, to be tried again
 */
export async function* ofLength(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  about: string,
): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const chunk of chunks) {
    passed += chunk.length;
    yield chunk;
  }
  if (passed === bytes) return;
  const message = `${about}: the download ended after ${passed} of ${bytes} bytes, as if it were whole. Nothing was done with it, and it will be tried again; if it lasts, look for a proxy between the app and the storage account.`;
  throw new LandlineError({ reason: 'storage.failing', remedy: 'retry', message });
}
