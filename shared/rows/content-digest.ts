import type { Cut } from '../words/cut.ts';
import { LandlineError } from '../words/errors.ts';
import { Hash64 } from './hash64.ts';
import {
  badJson,
  byteAt,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  DEPTH_MAX,
  endOfGap,
  endOfString,
  endOfValue,
  goesOn,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  startOfValue,
} from './json.ts';

/**
 * What a row says, as 64 bits: equal for rows whose members have the same values, in whatever order, white space and
 * escapes. Numbers are taken as they are spelled. docs/format.md, *equal*.
 */

const [BACKSLASH, SPACE] = [0x5c, 0x20];

/** One for each kind of value, so that a text is never taken for a number. */
const [TEXT, PLAIN, LIST, OBJECT] = [1, 2, 3, 4];

/** The digest of the value read last. */
const value = new Int32Array(2);
/** Values inside one another need a hash each; the cutter has refused what is deeper than 64 levels. */
const hashes: Hash64[] = [];

/** Of every row: words `2 * row` and `2 * row + 1`. */
export function contentDigests({ body, count, starts, ends }: Cut): Int32Array {
  const digests = new Int32Array(2 * count);
  for (let row = 0; row < count; row++) contentDigest(body, starts[row] as number, ends[row] as number, digests, row);
  return digests;
}

/** Writes the digest of the row `body[start] … body[end - 1]` as words `2 * row` and `2 * row + 1`. Any bytes will do. */
export function contentDigest(body: Buffer, start: number, end: number, digests: Int32Array, row: number): void {
  try {
    if (readValue(body, endOfGap(body, start), 0) <= end) {
      digests.set(value, 2 * row);
      return;
    }
  } catch (thrown) {
    if (!(thrown instanceof LandlineError)) throw thrown;
    hashes.length = 0;
  }
  // A damaged line says nothing but its bytes.
  const hash = new Hash64();
  hash.addBytes(body, start, end);
  hash.finish(digests, row);
}

/** @returns the place behind the value */
function readValue(body: Buffer, at: number, depth: number): number {
  if (depth > DEPTH_MAX) throw badJson('too deep', at);
  switch (byteAt(body, at)) {
    case QUOTE:
      return readText(body, at, depth);
    case OPEN_BRACE:
      return readObject(body, at, depth);
    case OPEN_BRACKET:
      return readList(body, at, depth);
    default: {
      const end = endOfValue(body, at, depth);
      const hash = hashOf(depth);
      hash.add(PLAIN);
      hash.addBytes(body, at, end);
      hash.finish(value, 0);
      return end;
    }
  }
}

function readText(body: Buffer, at: number, depth: number): number {
  const hash = hashOf(depth);
  hash.add(TEXT);
  // Most texts have no escapes, and end at the first quote.
  let end = at + 1;
  let byte = body[end] as number;
  while (byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE) byte = body[++end] as number;
  if (byte === QUOTE) hash.addBytes(body, at + 1, end++);
  else {
    end = endOfString(body, at);
    const bytes = withoutEscapes(body, at, end);
    hash.addBytes(bytes, 0, bytes.length);
  }
  hash.finish(value, 0);
  return end;
}

/** What the text `body[start] … body[end - 1]` says, without its quotes. */
export function withoutEscapes(body: Buffer, start: number, end: number): Buffer {
  const text: string = JSON.parse(body.toString('utf8', start, end));
  return Buffer.from(text, text.isWellFormed() ? 'utf8' : 'utf16le');
}

/** The name of a member, with its quotes, and its digest. */
interface Name {
  readonly text: Buffer;
  readonly hi: number;
  readonly lo: number;
}

/** As they stood in the row before, by their place: the rows of a log have mostly the same ones in the same order. */
const names: Name[] = [];
const NAMES_MAX = 64;
const NAME_BYTES_MAX = 64;

function readName(body: Buffer, at: number, place: number): number {
  const before = names[place];
  if (before !== undefined && standsAt(body, at, before.text)) {
    value[0] = before.hi;
    value[1] = before.lo;
    return at + before.text.length;
  }
  const end = readText(body, at, 1);
  if (place < NAMES_MAX && end - at <= NAME_BYTES_MAX)
    names[place] = { text: Buffer.from(body.subarray(at, end)), hi: value[0] as number, lo: value[1] as number };
  return end;
}

function standsAt(body: Buffer, at: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (body[at + i] !== text[i]) return false;
  return true;
}

function readList(body: Buffer, at: number, depth: number): number {
  const hash = hashOf(depth);
  hash.add(LIST);
  let end = endOfGap(body, at + 1);
  let more = byteAt(body, end) !== CLOSE_BRACKET;
  while (more) {
    end = endOfGap(body, readValue(body, end, depth + 1));
    hash.add(value[0] as number);
    hash.add(value[1] as number);
    more = goesOn(body, end, CLOSE_BRACKET);
    if (more) end = endOfGap(body, end + 1);
  }
  hash.finish(value, 0);
  return end + 1;
}

/** Members are added up, so that their order does not count. */
function readObject(body: Buffer, at: number, depth: number): number {
  const hash = hashOf(depth);
  let [count, hi, lo] = [0, 0, 0];
  let end = endOfGap(body, at + 1);
  let more = byteAt(body, end) !== CLOSE_BRACE;
  while (more) {
    const nameEnd = depth === 0 ? readName(body, end, count) : readText(body, end, depth + 1);
    hash.add(value[0] as number);
    hash.add(value[1] as number);
    end = endOfGap(body, readValue(body, startOfValue(body, nameEnd), depth + 1));
    hash.add(value[0] as number);
    hash.add(value[1] as number);
    hash.finish(value, 0);
    hi = (hi + (value[0] as number)) | 0;
    lo = (lo + (value[1] as number)) | 0;
    count++;
    more = goesOn(body, end, CLOSE_BRACE);
    if (more) end = endOfGap(body, end + 1);
  }
  hash.add(OBJECT);
  hash.add(count);
  hash.add(hi);
  hash.add(lo);
  hash.finish(value, 0);
  return end + 1;
}

/** One that nobody is in the middle of using. */
function hashOf(depth: number): Hash64 {
  hashes[depth] ??= new Hash64();
  return hashes[depth];
}
