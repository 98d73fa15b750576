import type { Direction } from '../code-classes.ts';
import type { ColumnBuffer } from './column-buffer.ts';

/** What tells which end of a call or message is the tenant's. */
export interface Ends {
  readonly direction: Direction;
  /** Whether the call was passed on, so that both ends may be outsiders. */
  readonly redirected: boolean;
}

export const UNKNOWN_ENDS: Ends = { direction: 'unknown', redirected: false };

const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound', 'unknown'];

/** All there are; a row's variant is its place here. */
export const ENDS: readonly Ends[] = DIRECTIONS.flatMap(direction => [
  { direction, redirected: false },
  { direction, redirected: true },
]);

const BEYOND_CODES = 2 ** 26;

/** The ends of each row, from its direction and its call class. */
export class RowEnds {
  private readonly direction: ColumnBuffer | undefined;
  private readonly callClass: ColumnBuffer | undefined;
  private readonly known = new Map<number, number>();

  constructor(direction: ColumnBuffer | undefined, callClass: ColumnBuffer | undefined) {
    this.direction = direction;
    this.callClass = callClass;
  }

  clear(): void {
    this.known.clear();
  }

  /** The variants of so many rows from `first` on. */
  variantsOf(first: number, rows: number): Uint8Array {
    const variants = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const one = this.direction?.codeAt(first + row) ?? 0;
      const other = this.callClass?.codeAt(first + row) ?? 0;
      const pair = one + BEYOND_CODES * other;
      let variant = this.known.get(pair);
      if (variant === undefined) {
        variant = this.variantOf(this.direction?.textOf(one) ?? 'unknown', this.callClass?.textOf(other) ?? '');
        this.known.set(pair, variant);
      }
      variants[row] = variant;
    }
    return variants;
  }

  private variantOf(direction: string, callClass: string): number {
    const redirected = callClass === 'transfer' || callClass === 'forwarding';
    return ENDS.findIndex(ends => ends.direction === direction && ends.redirected === redirected);
  }
}
