/** One thing that a person should know. */
export interface Point {
  readonly text: string;
  /** What a person runs first. */
  readonly command?: string;
  /** The page of the documents that explains it, with its heading: `operations.md#suspect`. */
  readonly help?: string;
}
