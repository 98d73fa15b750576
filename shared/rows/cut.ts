import { isUtf8 } from 'node:buffer';
import type { Cut, CutSpec } from '../words/cut.ts';
import { LandlineError } from '../words/errors.ts';
import {
  badJson,
  byteAt,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  endOfGap,
  endOfString,
  endOfValue,
  goesOn,
  OPEN_BRACE,
  OPEN_BRACKET,
  READ_AGAIN,
  startOfValue,
} from './json.ts';
import { NAME_BYTES_MAX, NAMES_MAX, RowSpans, tooManyNames } from './row-spans.ts';

/** Cutting rows out of a body byte for byte, lining them up, and reading them back: see docs/format.md, 5 and 6. */

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Of all members beside the rows together: a link, a count, an error. What goes beyond it is checked and not built, since
 * `{}` takes twenty times its bytes in memory.
 */
const ENVELOPE_BYTES_MAX = 64 * 1024;

/** Values that say what a page is, such as `true` or a count, are built in any case. */
const SHORT_BYTES = 32;

/** Stands for a member that was not built: it is there, and it is no text, number or list. */
const TOO_LARGE: unknown = Object.freeze({});

/**
 * Checks the whole body as JSON and finds its rows, in one pass and without building them. A byte order mark at the
 * start is passed over.
 *
 * @param body the cut refers to it. Changed in one way, and only when all is well: CR and LF bytes become spaces
 * @throws LandlineError, remedy `retry`: `page.bad_json` for a body that is cut off, malformed, deeper than 64 levels,
 *   not UTF-8, or names a top-level member twice; `page.no_rows` for one without an array of objects where rows belong.
 *   Remedy `reject`: `limits.page_rows` and `limits.page_names` for one with more rows or names than a page can have, as
 *   soon as that is seen
 */
export function cutRowsInPlace(body: Buffer, spec: CutSpec): Cut {
  if (!isUtf8(body)) throw badJson('it is not UTF-8', firstNotUtf8(body));
  const places = new RowSpans(body, spec.fields, NAMES_MAX);
  const envelope = new Map<string, unknown>();
  const seen = new Set<string>();
  let nameBytes = 0;
  let room = ENVELOPE_BYTES_MAX;

  const start = endOfGap(body, body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0);
  if (byteAt(body, start) !== OPEN_BRACE) throw noRows(body, start, 0, 'The body is not an object');
  let at = endOfGap(body, start + 1);
  let more = byteAt(body, at) !== CLOSE_BRACE;
  while (more) {
    const nameEnd = endOfString(body, at);
    nameBytes += nameEnd - at;
    if (nameBytes > NAME_BYTES_MAX) throw tooManyNames(NAMES_MAX);
    const name: string = JSON.parse(body.toString('utf8', at, nameEnd));
    if (seen.has(name)) throw badJson('a member named twice', at);
    seen.add(name);
    if (seen.size > NAMES_MAX) throw tooManyNames(NAMES_MAX);
    const value = startOfValue(body, nameEnd);
    if (name === spec.rowArray) {
      at = cutArray(places, value, spec);
    } else {
      at = endOfValue(body, value, 1);
      const built = at - value <= Math.max(room, SHORT_BYTES);
      envelope.set(name, built ? JSON.parse(body.toString('utf8', value, at)) : TOO_LARGE);
      if (built) room -= at - value;
    }
    at = endOfGap(body, at);
    more = goesOn(body, at, CLOSE_BRACE);
    if (more) at = endOfGap(body, at + 1);
  }
  const end = endOfGap(body, at + 1);
  if (end < body.length) throw badJson('there is more behind its end', end);
  if (!seen.has(spec.rowArray)) throw noRows(body, start, 0, `The body has no "${spec.rowArray}"`);
  unfoldInPlace(body);
  return cutOf(places, envelope);
}

function cutArray(places: RowSpans, at: number, { rowArray, rowsMax = Number.POSITIVE_INFINITY }: CutSpec): number {
  const { body } = places;
  if (byteAt(body, at) !== OPEN_BRACKET) throw noRows(body, at, 1, `"${rowArray}" is not an array`);
  let end = endOfGap(body, at + 1);
  let more = byteAt(body, end) !== CLOSE_BRACKET;
  while (more) {
    if (byteAt(body, end) !== OPEN_BRACE) throw noRows(body, end, 2, `An item of "${rowArray}" is not an object`);
    end = endOfGap(body, places.add(end));
    if (places.count > rowsMax) throw tooManyRows(rowsMax);
    more = goesOn(body, end, CLOSE_BRACKET);
    if (more) end = endOfGap(body, end + 1);
  }
  return end + 1;
}

function tooManyRows(rowsMax: number): LandlineError {
  const message = `A page holds more than ${rowsMax} rows, the most that one of this source has. Check whether a proxy is answering instead of the source.`;
  return new LandlineError({ reason: 'limits.page_rows', remedy: 'reject', message });
}

/** Where decoding first has to repair something. */
function firstNotUtf8(body: Buffer): number {
  const repaired = Buffer.from(body.toString());
  let at = 0;
  while (at < body.length && body[at] === repaired[at]) at++;
  return at;
}

/** A malformed body is told as one: what stands at `at` must be a value before it can be the wrong one. */
function noRows(body: Buffer, at: number, depth: number, what: string): LandlineError {
  endOfValue(body, at, depth);
  const message = `${what} (byte ${at}). ${READ_AGAIN}`;
  return new LandlineError({ reason: 'page.no_rows', remedy: 'retry', message });
}

/** In checked JSON a raw CR or LF can only be white space between tokens. */
function unfoldInPlace(body: Buffer): void {
  if (!body.includes(LF) && !body.includes(CR)) return;
  for (let at = 0; at < body.length; at++) {
    if (body[at] === LF || body[at] === CR) body[at] = SPACE;
  }
}

function cutOf(places: RowSpans, envelope: ReadonlyMap<string, unknown>): Cut {
  const { body, count, starts, ends, fields, spans } = places;
  return { body, count, starts, ends, fields, spans, envelope, members: places.members() };
}

/**
 * Moves the kept rows of a cut together, in order, each with an LF behind it, within the cut's own body: behind every
 * row is a byte that is no longer needed. The cut is used up: its places are wrong afterwards.
 *
 * @param kept asked once for each row, in order, before anything of that row moves
 * @returns the lines, as a view of the body; empty when no row is kept
 */
export function lineUpInPlace(cut: Cut, kept: (row: number) => boolean): Buffer {
  const { body, count, starts, ends } = cut;
  let first = -1;
  let end = 0; // first … end: the lines so far
  let from = 0; // from … to: rows that are one byte apart and so can move as one
  let to = 0;
  for (let row = 0; row < count; row++) {
    if (!kept(row)) continue;
    const start = starts[row] as number;
    if (first < 0) {
      first = end = from = start;
    } else if (start !== to) {
      end = moveInPlace(body, end, from, to);
      from = start;
    }
    to = (ends[row] as number) + 1;
    body[to - 1] = LF;
  }
  return first < 0 ? body.subarray(0, 0) : body.subarray(first, moveInPlace(body, end, from, to));
}

function moveInPlace(body: Buffer, end: number, from: number, to: number): number {
  if (end !== from) body.copyWithin(end, from, to);
  return end + to - from;
}

/**
 * Reads a partition back: its lines as cuts, about one for each chunk, every line a row exactly as it is stored.
 * Nothing is changed, and nothing is an error: a line that is not a JSON object is a row without fields, and a partition
 * that does not end in LF has one last row that reaches the end of its body (`ends[i] === body.length`).
 *
 * @param chunks end anywhere; not kept
 * @param fields members whose places are wanted; without any, lines are found but not looked into, which is faster
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  fields: readonly string[] = [],
): AsyncGenerator<Cut, void> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const whole = chunk.lastIndexOf(LF) + 1;
    if (whole > 0) {
      yield cutLines(Buffer.concat([...begun, chunk.subarray(0, whole)]), fields);
      begun = [];
    }
    // Copied, because the chunk belongs to whoever made it and this outlives the turn. (`slice` of a Buffer is a view.)
    if (whole < chunk.length) begun.push(Buffer.from(chunk.subarray(whole)));
  }
  if (begun.length > 0) yield cutLines(Buffer.concat(begun), fields);
}

function cutLines(body: Buffer, fields: readonly string[]): Cut {
  const places = new RowSpans(body, fields);
  for (let at = 0; at < body.length; ) {
    const found = body.indexOf(LF, at);
    const end = found < 0 ? body.length : found;
    places.addLine(at, end);
    at = end + 1;
  }
  return cutOf(places, new Map());
}
