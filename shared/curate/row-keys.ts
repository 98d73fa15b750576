import { hash } from 'node:crypto';
import { ColumnBuffer } from './cells/column-buffer.ts';
import { copyShort } from './cells/growing-bytes.ts';
import { digestsOf, type Repeats } from './repeated-rows.ts';
import type { Column, Table } from './table-model.ts';

/**
 * The keys of rows, and how many rows of a partition share one. From cells as the profile shows them, so that a key
 * tells nothing that its row does not.
 */
export class RowKeys {
  readonly keys = new ColumnBuffer('text');
  readonly conflicts = new ColumnBuffer('int');
  /** Rows of the partition so far whose key was there with other content. */
  conflicting = 0;
  private readonly prefix: Buffer;
  private readonly columns: readonly ColumnBuffer[];
  private readonly fallback: readonly ColumnBuffer[];
  private readonly all: readonly (ColumnBuffer | undefined)[];
  private readonly repeats: Repeats;

  /**
   * @param columns all columns of the table in order, with those that are in the file's buffers; the columns of the key
   *   and of its conflicts are not there
   */
  constructor(table: Table, dataset: string, columns: readonly (ColumnBuffer | undefined)[], repeats: Repeats) {
    const named = (names: readonly string[]): ColumnBuffer[] =>
      names.flatMap(name => columns[table.columns.findIndex(column => column.name === name)] ?? []);
    this.prefix = Buffer.from(`${dataset}:`);
    this.columns = named(table.key[dataset] ?? []);
    this.fallback = named(table.keyFallback);
    // Not where it stands, nor since when: the same row has the same key on every line and in every revision.
    this.all = columns.filter((_, i) => !isPlace(table.columns[i]));
    this.repeats = repeats;
  }

  clear(): void {
    this.keys.clear();
    this.conflicts.clear();
  }

  /**
   * Adds the keys of the rows that the other columns have by now.
   *
   * @param contents digest of each row's line
   * @returns 1 for each row that repeats another and has to go; `undefined` when none does
   */
  fill(contents: Int32Array): Uint8Array | undefined {
    const { keys } = this;
    const [first, rows] = [keys.rows, contents.length / 2];
    keys.reserveRows(rows);
    this.conflicts.reserveRows(rows);
    for (let row = first; row < first + rows; row++) keys.push(this.addKey(row));
    return this.compare(first, contents);
  }

  private addKey(row: number): number {
    const { keys, prefix } = this;
    const only = this.columns[0];
    const code = only?.codeAt(row) ?? 0;
    if (only === undefined || this.columns.length > 1 || code === 0 || only.isOdd(code))
      return keys.add(`${prefix.toString('latin1')}${this.hashed(row)}`);
    const { values } = keys;
    const start = only.startOf(code);
    const end = only.endOf(code);
    const bytes = prefix.length + end - start;
    values.reserve(4 + bytes);
    values.view.setUint32(values.length, bytes, true);
    values.bytes.set(prefix, values.length + 4);
    copyShort(only.values.view, start, end, values.view, values.length + 4 + prefix.length);
    return keys.end(4 + bytes);
  }

  private hashed(row: number): string {
    const named = (this.columns[0]?.codeAt(row) ?? 0) === 0 ? this.fallback : this.columns;
    const identity = named.every(column => column.codeAt(row) === 0) ? this.all : named;
    const texts = identity.map(column => column?.identityAt(row) ?? '');
    return hash('sha256', JSON.stringify(texts)).slice(0, 32);
  }

  private compare(first: number, contents: Int32Array): Uint8Array | undefined {
    const { keys, conflicts } = this;
    const rows = contents.length / 2;
    const starts = new Uint32Array(rows);
    const ends = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const code = keys.codes[first + row] as number;
      starts[row] = keys.startOf(code);
      ends[row] = keys.endOf(code);
    }
    const digests = digestsOf(keys.values.bytes, starts, ends, rows);
    let repeated: Uint8Array | undefined;
    conflicts.pushSame(conflicts.codeOf(0), rows);
    for (let row = 0; row < rows; row++) {
      const ordinal = this.repeats.ordinalOf(digests, contents, row);
      if (ordinal === 0) continue;
      if (ordinal === undefined) {
        repeated ??= new Uint8Array(rows);
        repeated[row] = 1;
      } else {
        this.conflicting += 1;
        conflicts.codes[first + row] = conflicts.codeOf(ordinal);
      }
    }
    return repeated;
  }
}

function isPlace(column: Column | undefined): boolean {
  const origin = column?.origin ?? {};
  return 'derived' in origin && (origin.derived === 'row-ordinal' || origin.derived === 'revision');
}
