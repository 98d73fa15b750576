import { isByDirection, type PrivacyProfile } from '../privacy.ts';
import type { Cell, Column, Privacy } from '../table-model.ts';
import { ENDS, type Ends, UNKNOWN_ENDS } from './call-ends.ts';
import { ColumnBuffer } from './column-buffer.ts';
import { copyShort } from './growing-bytes.ts';
import { microsecondsAt, secondsAt } from './instant.ts';
import type { Stretch } from './lines.ts';
import { SpellingIndex } from './spelling-index.ts';
import { cellOf, isNever, isNeverAt, isQuotedValue, MISFIT, type ReadCell } from './values.ts';

const QUOTE = 0x22;
const BACKSLASHES = 0x5c5c5c5c;
const LOWER_N = 0x6e;

/** Of so many values, the share of new ones from which on looking them up is not worth it. */
const HARDLY_REPEATS: readonly (readonly [values: number, share: number])[] = [
  [512, 0.9],
  [4_096, 0.5],
];

/** What `PrivacyProfile.shownTo` tells by a look at the bytes. */
const BY_BYTES: ReadonlySet<Privacy> = new Set<Privacy>(['open', 'id', 'instant', 'call-id']);

/** Seconds whose microseconds a double holds exactly. */
const EXACT_SECONDS = 9_000_000_000;

/** Reads a field of the source into the column that holds it. */
export class FieldReader {
  readonly column: Column;
  readonly buffer: ColumnBuffer;
  readonly field: string;
  /** Of the field among those of the cut. */
  readonly place: number;
  /** Whether the profile has to know the ends of a row to show this column of it. */
  readonly byDirection: boolean;
  private readonly profile: PrivacyProfile;
  /** Whether the column is one of those that tell rows apart. */
  private readonly identifies: boolean;

  private readonly index = new SpellingIndex();
  /** Text of which the profile may show the bytes as they are. */
  private readonly isOpenText: boolean;
  private readonly isInstantText: boolean;
  /** Whether the column hardly repeats its values: then looking them up is not worth it. */
  private distinct: boolean;

  /** @param place of the field among those of the cut @param identifies whether rows are told apart by the column */
  constructor(column: Column, field: string, place: number, profile: PrivacyProfile, identifies: boolean) {
    this.column = column;
    this.buffer = new ColumnBuffer(column.kind);
    this.byDirection = isByDirection(column.privacy);
    this.profile = profile;
    this.identifies = identifies && column.kind === 'text';
    this.field = field;
    this.place = place;
    this.isOpenText = column.kind === 'text' && (profile.name === 'full' || BY_BYTES.has(column.privacy));
    this.isInstantText = column.privacy === 'instant';
    this.distinct = this.isInstantText || column.kind === 'time';
  }

  /** Begins a row group. */
  clear(): void {
    this.buffer.clear();
    this.index.clear();
  }

  /**
   * Adds a cell for each row of the stretch.
   *
   * @param variants which of `ENDS` each row has; looked at only by a column that is `byDirection`
   * @param misfit told of a value that does not fit the column, whose cell is null
   */
  read(stretch: Stretch, variants: Uint8Array, misfit: (row: number) => void): void {
    this.buffer.reserveRows(stretch.rows);
    if (!this.distinct) this.readRepeating(stretch, variants, misfit);
    else if (this.column.kind === 'time') this.readInstants(stretch);
    else if (this.isOpenText && stretch.isUtf8) this.readOpenText(stretch);
    else this.readDistinct(stretch, variants, misfit);
  }

  /** What the profile shows of the value. */
  private cellAt(body: Buffer, start: number, end: number, ends: Ends = UNKNOWN_ENDS): ReadCell {
    const cell = cellOf(this.column.kind, body, start, end);
    if (typeof cell !== 'string') return cell === MISFIT && this.column.kind === 'time' ? null : cell;
    if (this.isInstantText && isNever(cell)) return null;
    const { privacy } = this.column;
    return privacy === 'open' ? cell : this.profile.apply(privacy, cell, ends.direction, ends.redirected);
  }

  /** Each spelling is decoded, parsed and masked once. */
  private readRepeating(stretch: Stretch, variants: Uint8Array, misfit: (row: number) => void): void {
    const { body, view, spans, width, rows } = stretch;
    const { buffer, index, place, byDirection } = this;
    for (let row = 0; row < rows; row++) {
      const span = width * row + 2 * place;
      const start = spans[span] as number;
      const end = spans[span + 1] as number;
      if (end <= start || body[start] === LOWER_N) {
        buffer.push(0);
        continue;
      }
      const variant = byDirection ? (variants[row] as number) : 0;
      const entry = index.find(view, start, end, variant);
      let code: number;
      if (entry >= 0) code = index.codeAt(entry);
      else {
        code = this.codeOfNew(stretch, start, end, byDirection ? ENDS[variant] : undefined);
        index.add(view, start, end, variant, code);
      }
      if (code < 0) misfit(row);
      buffer.push(code < 0 ? 0 : code);
    }
    const { present } = buffer;
    this.distinct = HARDLY_REPEATS.some(([values, share]) => present >= values && index.size > share * present);
  }

  /** @returns the code of a spelling that was not met before; -1 for a misfit */
  private codeOfNew({ body, view, isUtf8 }: Stretch, start: number, end: number, ends: Ends | undefined): number {
    const quoted = this.identifies && isQuotedValue(body, start, end);
    const shown = isUtf8 && this.isOpenText && !quoted ? this.shownTo(body, view, start, end) : start;
    if (shown > start) return this.addPlain(view, start + 1, shown);
    const cell = this.cellAt(body, start, end, ends);
    if (quoted && typeof cell === 'string') return this.buffer.addQuoted(cell);
    return cell === MISFIT ? -1 : this.buffer.codeOf(cell);
  }

  /** No look-up: every value is decoded, parsed and masked. */
  private readDistinct(stretch: Stretch, variants: Uint8Array, misfit: (row: number) => void): void {
    const { buffer, place, byDirection } = this;
    const { body, spans, width, rows } = stretch;
    for (let row = 0; row < rows; row++) {
      const span = width * row + 2 * place;
      const ends = byDirection ? ENDS[variants[row] as number] : undefined;
      const [start, end] = [spans[span] as number, spans[span + 1] as number];
      const cell = this.cellAt(body, start, end, ends);
      if (cell === MISFIT) misfit(row);
      buffer.push(cell === MISFIT ? 0 : this.addNew(cell, body, start, end));
    }
  }

  private readInstants({ body, spans, width, rows }: Stretch): void {
    const { buffer, place } = this;
    for (let row = 0; row < rows; row++) {
      const span = width * row + 2 * place;
      const start = (spans[span] as number) + 1;
      const end = (spans[span + 1] as number) - 1;
      const seconds = body[start - 1] === QUOTE && end > start ? secondsAt(body, start, end) : Number.NaN;
      const plain = Math.abs(seconds) < EXACT_SECONDS && !isNeverAt(body, start, end);
      if (plain) buffer.push(buffer.addWhole(1e6 * seconds + microsecondsAt(body, start, end)));
      else {
        const cell = this.cellAt(body, start - 1, end + 1);
        buffer.push(cell === MISFIT ? 0 : buffer.add(cell));
      }
    }
  }

  /** Where the bytes that are the cell end, from behind the quote on; `start` when it is not made of bytes alone. */
  private shownTo(body: Buffer, view: DataView, start: number, end: number): number {
    if (!isPlain(body, view, start, end)) return start;
    const shown = this.profile.shownTo(this.column.privacy, body, start + 1, end - 1);
    return shown > start + 1 ? shown : start;
  }

  /** Text that the profile shows is taken over byte for byte, unless something in it is escaped. */
  private readOpenText({ body, view, spans, width, rows }: Stretch): void {
    const { buffer, place, isInstantText } = this;
    for (let row = 0; row < rows; row++) {
      const span = width * row + 2 * place;
      const start = spans[span] as number;
      const end = spans[span + 1] as number;
      const shown = this.identifies && isQuotedValue(body, start, end) ? start : this.shownTo(body, view, start, end);
      if (shown === start) {
        const cell = this.cellAt(body, start, end);
        buffer.push(cell === MISFIT ? 0 : this.addNew(cell, body, start, end));
      } else if (isInstantText && isNeverAt(body, start + 1, end - 1)) buffer.push(0);
      else buffer.push(this.addPlain(view, start + 1, shown));
    }
  }

  private addNew(cell: Cell, body: Buffer, start: number, end: number): number {
    const quoted = this.identifies && typeof cell === 'string' && isQuotedValue(body, start, end);
    return quoted ? this.buffer.addQuoted(cell) : this.buffer.add(cell);
  }

  private addPlain(view: DataView, start: number, end: number): number {
    const { buffer } = this;
    const { values } = buffer;
    values.reserve(4 + end - start);
    values.view.setUint32(values.length, end - start, true);
    copyShort(view, start, end, values.view, values.length + 4);
    return buffer.end(4 + end - start);
  }
}

/** Whether it is a string with something in it and nothing escaped: its bytes are its text. */
function isPlain(body: Buffer, view: DataView, start: number, end: number): boolean {
  return end - start > 2 && body[start] === QUOTE && !hasBackslash(view, start + 1, end - 1);
}

/** Four bytes at a time: a byte of the difference that is zero borrows from its neighbour. */
function hasBackslash(view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const difference = view.getInt32(at, true) ^ BACKSLASHES;
    if ((((difference - 0x01010101) | 0) & ~difference & 0x80808080) !== 0) return true;
  }
  for (; at < end; at += 1) if (view.getUint8(at) === 0x5c) return true;
  return false;
}
