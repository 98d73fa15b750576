import type { Cut } from '../words/cut.ts';
import { RowEnds } from './cells/call-ends.ts';
import { ColumnBuffer } from './cells/column-buffer.ts';
import { DerivedColumn } from './cells/derived-column.ts';
import { FieldReader } from './cells/field-reader.ts';
import { type Stretch, stretchOf } from './cells/lines.ts';
import { derivedColumn, type OfFile } from './derivations.ts';
import type { PrivacyProfile } from './privacy.ts';
import { type KnownBy, Repeats } from './repeated-rows.ts';
import { RowKeys } from './row-keys.ts';
import type { Column, Table } from './table-model.ts';
import { Extras } from './unknown-fields.ts';

/** What was met while a partition was shaped into rows. */
export interface Counts {
  /** Lines of the partition. */
  readonly lines: number;
  /** Rows of the file. */
  readonly rows: number;
  /** Lines left out because the same line was there already. */
  readonly duplicates: number;
  /** Rows with the key of an earlier row and other content. */
  readonly conflicts: number;
  /** Values that did not fit their column and are in `extra_json`. */
  readonly misfits: number;
}

const NO_VARIANTS = new Uint8Array(0);

/**
 * Shapes the lines of one partition into the columns of its table, a row group at a time. Column by column: what a
 * value means is asked once for each spelling of it, and nothing is built for a cell.
 */
export class Shaper {
  /** The columns of the table in order, with the rows of the row group so far. */
  readonly columns: readonly ColumnBuffer[];
  private readonly readers: readonly FieldReader[];
  private readonly derived: readonly DerivedColumn[];
  private readonly ends: RowEnds;
  private readonly extras: Extras;
  private readonly repeats: Repeats;
  private readonly keys: RowKeys;
  private readonly ordinals = new ColumnBuffer('long');
  private readonly extraJson = new ColumnBuffer('text');
  private met = { lines: 0, duplicates: 0, misfits: 0 };

  /** @param knownBy what lines are known by; by their bytes, the first that is spelled in two ways throws `Respelled` */
  constructor(table: Table, file: OfFile, profile: PrivacyProfile, knownBy: KnownBy) {
    const { dataset } = file;
    const fields = [...new Set(table.columns.flatMap(column => fieldOf(column, dataset) ?? []))];
    const identity = [...(table.key[dataset] ?? []), ...table.keyFallback];
    const made = new Map<string, FieldReader | DerivedColumn>();
    const bufferOf = (name: string): ColumnBuffer | undefined => made.get(name)?.buffer;
    for (const column of table.columns) {
      if ('derived' in column.origin) continue;
      const field = fieldOf(column, dataset);
      if (field === undefined) made.set(column.name, new DerivedColumn(column.kind, [], () => null));
      else {
        const identifies = identity.includes(column.name);
        made.set(column.name, new FieldReader(column, field, fields.indexOf(field), profile, identifies));
      }
    }
    for (const { name, kind, origin } of table.columns) {
      const column = 'derived' in origin ? derivedColumn(kind, origin.derived, file, bufferOf) : undefined;
      if (column !== undefined) made.set(name, column);
    }
    this.readers = [...made.values()].filter(column => column instanceof FieldReader);
    this.derived = [...made.values()].filter(column => column instanceof DerivedColumn);
    this.ends = new RowEnds(bufferOf('direction'), bufferOf('call_class'));
    this.extras = new Extras(dataset, fields, profile.showsUnknown);
    this.repeats = new Repeats(file.rows, knownBy);
    const known = table.columns.map(({ name, origin }) => {
      const what = 'derived' in origin ? origin.derived : undefined;
      return what === 'row-ordinal' ? this.ordinals : what === 'extra' ? this.extraJson : bufferOf(name);
    });
    this.keys = new RowKeys(table, dataset, known, this.repeats);
    this.columns = table.columns.map(({ origin }, i) => {
      const isKey = 'derived' in origin && origin.derived === 'key';
      return known[i] ?? (isKey ? this.keys.keys : this.keys.conflicts);
    });
  }

  /** Which fields of the lines are wanted. There may be more of them from one cut to the next. */
  get fields(): readonly string[] {
    return this.extras.fields;
  }

  get counts(): Counts {
    const { lines, duplicates, misfits } = this.met;
    return { lines, rows: lines - duplicates, duplicates, conflicts: this.keys.conflicting, misfits };
  }

  /** Rows of the row group so far. */
  get rows(): number {
    return this.ordinals.rows;
  }

  /** Bytes of the values of the row group so far. */
  get bytes(): number {
    return this.columns.reduce((sum, { values }) => sum + values.length, 0);
  }

  /** Begins the next row group. */
  clear(): void {
    for (const column of [...this.readers, ...this.derived, this.ends, this.keys]) column.clear();
    this.ordinals.clear();
    this.extraJson.clear();
  }

  /** Adds the lines of a cut. @param cut with the places of `fields` @throws Respelled */
  add(cut: Cut): void {
    const first = this.rows;
    const stretch = stretchOf(cut);
    const { rows } = stretch;
    for (const reader of this.readers) if (!reader.byDirection) this.read(reader, stretch, NO_VARIANTS);
    for (const column of this.derived) column.fill(rows);
    const variants = this.ends.variantsOf(first, rows);
    for (const reader of this.readers) if (reader.byDirection) this.read(reader, stretch, variants);
    this.ordinals.pushNumbers(this.met.lines + 1, rows);
    this.met.lines += rows;
    this.addExtras(cut, stretch);
    const repeated = this.keys.fill(this.repeats.contentsOf(cut));
    if (repeated === undefined) return;
    this.met.duplicates += repeated.reduce((sum, each) => sum + each, 0);
    for (const column of this.columns) column.removeRows(first, repeated);
  }

  private read(reader: FieldReader, stretch: Stretch, variants: Uint8Array): void {
    reader.read(stretch, variants, row => {
      const { body, spans, width } = stretch;
      const span = width * row + 2 * reader.place;
      this.met.misfits += 1;
      this.extras.add(row, reader.field, () => body.toString('utf8', spans[span], spans[span + 1]));
    });
  }

  private addExtras(cut: Cut, { width, rows }: Stretch): void {
    const { extras, extraJson } = this;
    extras.collect(cut, width);
    extras.collectOthers(cut);
    extraJson.reserveRows(rows);
    if (extras.isEmpty) extraJson.pushSame(0, rows);
    else for (let row = 0; row < rows; row++) extraJson.push(extraJson.codeOf(extras.objectOf(row)));
    extras.clear();
  }
}

function fieldOf({ origin }: Column, dataset: string): string | undefined {
  return 'fields' in origin ? origin.fields[dataset] : undefined;
}
