/** What curating may expect of the container `curated`; `words/ports.ts` has the contracts of landing. */

/** What a curated file says of itself, committed with its content. */
export interface CuratedLabel {
  /** Of the partition it was made from; 0 for a file that is made from no partition. */
  readonly revision: number;
  /** Version of the tables and privacy profile: files with another one are made again. */
  readonly stamp: string;
  readonly rows: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly misfits: number;
}

export interface CuratedFile {
  readonly etag: string;
  readonly label: CuratedLabel;
}

/** Blob Storage: the files of `curated`. Readers see a file as it was before a write or as it is after it. */
export interface CuratedStore {
  /** `undefined` only when there is none. A file without a whole label has label revision 0 and an empty stamp. */
  head(path: string): Promise<CuratedFile | undefined>;
  /**
   * Replaces the file in one atomic step, when `content` has ended. When it throws instead, nothing changes.
   *
   * @param content stretches of the file, each staged out of sight as it comes; returns the label
   * @param replaces etag of the file that is replaced; `undefined` when there was none
   * @returns `superseded` when the file changed meanwhile, and nothing was written
   */
  write(
    path: string,
    content: AsyncGenerator<Uint8Array, CuratedLabel, void>,
    replaces: string | undefined,
  ): Promise<'written' | 'superseded'>;
  /** The bytes of a file; `undefined` when there is none. Chunks end anywhere. */
  read(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Names of the files that start with `prefix`, in order. */
  list(prefix: string): AsyncIterable<string>;
}
