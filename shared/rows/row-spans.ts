import { LandlineError } from '../words/errors.ts';
import { byteAt, CLOSE_BRACE, endOfGap, endOfString, endOfValue, goesOn, OPEN_BRACE, startOfValue } from './json.ts';

/** Parents of a row's values: the body, the row array, the row. */
const ROW_DEPTH = 3;

/** Rows that fit before the arrays grow. A full page of either source has 1,000. */
const ROWS_AT_FIRST = 1024;

/** Different names of members on a page, and members of a row. The sources have some thirty. */
export const NAMES_MAX = 4_096;

/** Of all different names of a page together. The sources' have some hundreds. */
export const NAME_BYTES_MAX = 1024 * 1024;

export function tooManyNames(max: number): LandlineError {
  const message = `A page has more than ${max} names of members in one object or in all of its rows, or a megabyte of them, which no log has. Check whether a proxy is answering instead of the source.`;
  return new LandlineError({ reason: 'limits.page_names', remedy: 'reject', message });
}

/** Collects where the rows of one body and their wanted fields are. Allocates nothing per row. */
export class RowSpans {
  readonly body: Buffer;
  readonly fields: readonly string[];
  count = 0;
  starts = new Uint32Array(ROWS_AT_FIRST);
  ends = new Uint32Array(ROWS_AT_FIRST);
  spans: Uint32Array;
  private readonly names: Names;
  private readonly width: number;

  /** @param namesMax different names that rows may have */
  constructor(body: Buffer, fields: readonly string[], namesMax = Number.POSITIVE_INFINITY) {
    this.body = body;
    this.fields = fields;
    this.names = new Names(body, fields, namesMax);
    this.width = 2 * fields.length;
    this.spans = new Uint32Array(this.width * ROWS_AT_FIRST);
  }

  /**
   * Adds the row whose `{` is at `at`, and returns the place behind its `}`.
   *
   * @throws LandlineError `page.bad_json`; the row's fields may be half written by then
   */
  add(at: number): number {
    this.makeRoom();
    const { body, names, spans } = this;
    const base = this.width * this.count;
    let end = endOfGap(body, at + 1);
    let more = byteAt(body, end) !== CLOSE_BRACE;
    let name = 0;
    let members = 0;
    while (more) {
      if (++members > NAMES_MAX) throw tooManyNames(NAMES_MAX);
      name = names.at(end, name);
      const value = startOfValue(body, end + names.lengthOf(name));
      end = endOfValue(body, value, ROW_DEPTH);
      const field = names.fieldOf(name);
      if (field >= 0) {
        spans[base + 2 * field] = value;
        spans[base + 2 * field + 1] = end;
      }
      end = endOfGap(body, end);
      more = goesOn(body, end, CLOSE_BRACE);
      if (more) end = endOfGap(body, end + 1);
    }
    this.push(at, end + 1);
    return end + 1;
  }

  /** Adds a line as a row, whatever is in it. One that is not just a JSON object has no fields. */
  addLine(start: number, end: number): void {
    this.makeRoom();
    const row = this.count;
    if (this.width > 0 && !this.isRow(start, end)) {
      this.count = row;
      this.spans.fill(0, this.width * row, this.width * (row + 1));
    }
    if (this.count === row) this.push(start, end);
  }

  /** Names of row members in the order of first appearance. */
  members(): string[] {
    return this.names.all();
  }

  private isRow(start: number, end: number): boolean {
    try {
      return byteAt(this.body, start) === OPEN_BRACE && this.add(start) === end;
    } catch (thrown) {
      if (thrown instanceof LandlineError) return false;
      throw thrown;
    }
  }

  private push(start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  private makeRoom(): void {
    if (this.count < this.starts.length) return;
    this.starts = twice(this.starts);
    this.ends = twice(this.ends);
    this.spans = twice(this.spans);
  }
}

function twice(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * array.length);
  grown.set(array);
  return grown;
}

/**
 * The names of row members, by number; 0 stands before the first of a row.
 *
 * Rows mostly repeat one another's order, so the name that came next last time is compared first, byte by byte with the
 * place where it was first spelled. Only another name is scanned and looked up.
 */
class Names {
  private readonly body: Buffer;
  /** Of the body, to compare four bytes at a time. */
  private readonly view: DataView;
  private readonly fields: readonly string[];
  private readonly known = new Map<string, number>();
  private readonly starts = [0];
  private readonly lengths = [0];
  private readonly wanted = [-1];
  private readonly next = [0];
  private readonly max: number;
  private bytes = 0;

  constructor(body: Buffer, fields: readonly string[], max: number) {
    this.max = max;
    this.body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.fields = fields;
  }

  /** The number of the name that starts at `at`, in a row where `before` is the one before it. */
  at(at: number, before: number): number {
    const guess = this.next[before] as number;
    if (guess > 0 && this.isSpelledAt(at, guess)) return guess;
    const raw = this.body.toString('latin1', at, endOfString(this.body, at));
    const name = this.known.get(raw) ?? this.learn(raw, at);
    this.next[before] = name;
    return name;
  }

  /** Bytes of the name as spelled, quotes included. */
  lengthOf(name: number): number {
    return this.lengths[name] as number;
  }

  /** Its number among the wanted fields; -1 when it is not wanted. */
  fieldOf(name: number): number {
    return this.wanted[name] as number;
  }

  /** Each once, although escapes allow one name to be spelled in many ways. */
  all(): string[] {
    return [...new Set(Array.from(this.known.keys(), decoded))];
  }

  private isSpelledAt(at: number, name: number): boolean {
    const { body, view } = this;
    const start = this.starts[name] as number;
    const length = this.lengths[name] as number;
    if (at + length > body.length) return false;
    // One letter in quotes is less than a word; for all others, the last word overlaps the one before.
    if (length < 4) return body.compare(body, start, start + length, at, at + length) === 0;
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (view.getInt32(at + i, true) !== view.getInt32(start + i, true)) return false;
    }
    return view.getInt32(at + last, true) === view.getInt32(start + last, true);
  }

  private learn(raw: string, at: number): number {
    const name = this.known.size + 1;
    this.bytes += raw.length;
    if (name > this.max || (this.bytes > NAME_BYTES_MAX && Number.isFinite(this.max))) throw tooManyNames(NAMES_MAX);
    this.known.set(raw, name);
    this.starts.push(at);
    this.lengths.push(raw.length);
    this.wanted.push(this.fields.indexOf(decoded(raw)));
    this.next.push(0);
    return name;
  }
}

/**
 * Places of nothing. There is one of them at all times, because each body has its own: the engine throws away what it
 * made fast for a class as soon as no object of it is left.
 */
export const NOWHERE: RowSpans = new RowSpans(Buffer.alloc(0), []);

function decoded(raw: string): string {
  return JSON.parse(Buffer.from(raw, 'latin1').toString());
}
