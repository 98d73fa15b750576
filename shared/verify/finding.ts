import type { Day, ReasonCode } from '../words/model.ts';

/** What a verification finds. docs/operations.md says of each kind what to do. */

/**
 * `damaged`        the bytes are not those the receipt was written for, or there is no receipt
 * `missing`        the ledger holds the day and the lake does not
 * `unlisted`       the ledger does not know the partition, or knows an older revision of it
 * `contradicted`   ledger and receipt differ about the same revision, or the ledger knows a newer one
 * `unread`         storage does not give the partition out; the day is not judged
 * `history`        a revision in `history` is not what its receipt says, or has none
 * `kept-damaged`   the same of a damaged partition that went there when its day landed anew, with the same rows: no trouble
 * `curated`        the curated file of the day is gone, or is not what its partition gives
 * `ledger`         an entity of the ledger cannot be read
 * `newer-format`   written by a newer Landline; not judged
 * `stray`          a name in the container that is no partition
 * `seam`           a settled day lacks rows that its neighbour lent to it, or holds rows that the neighbour has too
 * `twice`          two settled days hold the same row
 * `settling`       the same of a day that is still re-read: no trouble
 * `source-differs` the source now has other rows for a settled day
 * `source-news`    the source has other rows for a day that is still re-read: no trouble
 * `source-unread`  the source could not be read for the comparison
 */
export type FindingKind =
  | 'damaged'
  | 'missing'
  | 'unlisted'
  | 'contradicted'
  | 'unread'
  | 'history'
  | 'kept-damaged'
  | 'curated'
  | 'ledger'
  | 'newer-format'
  | 'stray'
  | 'seam'
  | 'twice'
  | 'settling'
  | 'source-differs'
  | 'source-news'
  | 'source-unread';

export interface Finding {
  readonly kind: FindingKind;
  readonly reason?: ReasonCode;
  readonly dataset?: string;
  readonly day?: Day;
  /** Of a stray, and of a curated file. */
  readonly name?: string;
  /** What was found. Names, days and counts; never a row. */
  readonly message: string;
  /** `busy`: a worker has the day; the next verification marks it if it is still so. */
  readonly mark?: 'marked' | 'already' | 'busy';
}
