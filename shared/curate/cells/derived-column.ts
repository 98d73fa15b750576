import type { Cell, ColumnKind } from '../table-model.ts';
import { ColumnBuffer } from './column-buffer.ts';

/** Codes of two columns as one number. */
const BEYOND_CODES = 2 ** 26;

/** A column that is worked out from one or two others: once for each pair of their values. */
export class DerivedColumn {
  readonly buffer: ColumnBuffer;
  private readonly inputs: readonly (ColumnBuffer | undefined)[];
  private readonly of: (first: string | null, second: string | null) => Cell;
  private readonly codes = new Map<number, number>();

  constructor(
    kind: ColumnKind,
    inputs: readonly (ColumnBuffer | undefined)[],
    of: (first: string | null, second: string | null) => Cell,
  ) {
    this.buffer = new ColumnBuffer(kind);
    this.inputs = inputs;
    this.of = of;
  }

  clear(): void {
    this.buffer.clear();
    this.codes.clear();
  }

  /** Adds a cell for each row that the inputs have and this has not. */
  fill(rows: number): void {
    const { buffer, codes } = this;
    const [first, second] = this.inputs;
    if (first === undefined && second === undefined) {
      buffer.pushAll(this.of(null, null), rows);
      return;
    }
    buffer.reserveRows(rows);
    for (let end = buffer.rows + rows; buffer.rows < end; ) {
      const one = first?.codeAt(buffer.rows) ?? 0;
      const other = second?.codeAt(buffer.rows) ?? 0;
      const pair = one + BEYOND_CODES * other;
      let code = codes.get(pair);
      if (code === undefined) {
        code = buffer.codeOf(this.of(first?.textOf(one) ?? null, second?.textOf(other) ?? null));
        codes.set(pair, code);
      }
      buffer.push(code);
    }
  }
}
