/** What cutting a body gives: rows as places in its bytes, never built as values. See docs/format.md, 5 and 6. */

/** Which parts of a body matter. */
export interface CutSpec {
  /** Member of the top-level object that holds the rows. */
  readonly rowArray: string;
  /** Members of a row whose place in the body is wanted. */
  readonly fields: readonly string[];
  /** Rows a page may hold: cutting stops at the first beyond them. Any number when left out. */
  readonly rowsMax?: number;
}

/** The rows of one body, as places in it. The arrays have `count` entries or more. */
export interface Cut {
  readonly body: Buffer;
  readonly count: number;
  /** Row i is `body[starts[i]] … body[ends[i] - 1]`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The members whose places are in `spans`, as wanted. */
  readonly fields: readonly string[];
  /**
   * Where the value of field f of row i is: `spans[2 * (i * fields.length + f)]` to the element after it (exclusive).
   * Quotes of a string included. Start and end are 0 when the row lacks the field; the last counts when it repeats it.
   */
  readonly spans: Uint32Array;
  /** The other members of the top-level object, parsed. */
  readonly envelope: ReadonlyMap<string, unknown>;
  /** Names of row members in the order of first appearance. */
  readonly members: readonly string[];
}
