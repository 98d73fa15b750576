import type { Remedy } from './errors.ts';
import type { Dataset, Day, Fingerprint, Instant, ReasonCode, SourceName } from './model.ts';

/**
 * What the ledger holds: of each day what is held of it and what is being done about it, of each dataset its watermark,
 * of each source its gate. What the words mean is in model.ts, which everybody has them from.
 */

/** A run of blocks that one ticket staged: numbers `0` to `count - 1`. */
export interface Segment {
  readonly ticket: number;
  readonly count: number;
}

/**
 * What a day knows of its border with one neighbour, as digests of row keys written one behind the other (`keyText` in
 * rows/keys.ts), or `*` when there are more than 100: then only the partitions can tell.
 */
export interface Seam {
  /** Its own rows within a second of the border. Of unplaced rows: all that came, wherever they stand. */
  readonly own: string;
  /** Rows of the neighbour within that second that came here and were left to it. */
  readonly lent: string;
  /** Rows of the neighbour within that second that stay here, because it does not bring them. */
  readonly kept: string;
}

/**
 * `before`, `after`              the borders of the day
 * `unplacedBefore`, `unplacedAfter`  rows without a day to go to: what the day before brought too is left to it, and what this
 *                                day brought the day after leaves
 */
export type SeamName = 'before' | 'after' | 'unplacedBefore' | 'unplacedAfter';

/** Rows of another day that came far from the window, as a source sends them that filters by date or in another zone. */
export interface FarLoan {
  /** Their day. */
  readonly day: Day;
  /** Rows that were left to that day and that it did not hold when this one was read. */
  readonly open: number;
  /** Rows that stay here. */
  readonly kept: number;
  /** Of that day when it was looked at; 0 when it was not held. Absent where an older version noted the loan. */
  readonly revision?: number;
}

/** What a day knows of its borders, as of its last read. */
export interface Seams {
  /** When that read ended, by our clock: a source's tells whole seconds, too coarse to tell which of two reads was first. */
  readonly at: Instant;
  readonly before: Seam;
  readonly after: Seam;
  /** Absent when no unplaced row came. */
  readonly unplacedBefore?: Seam;
  readonly unplacedAfter?: Seam;
  /** Of at most 100 days; what is of further days is unplaced. */
  readonly far: readonly FarLoan[];
  /** Rows came that lie beyond the border in other days, and were left to these. */
  readonly elsewhere?: true;
}

/** How a read compares so far with the partition that it may replace. Sums of 64-bit digests, 16 hexadecimal digits. */
export interface Compared {
  /** Fingerprint of that partition. */
  readonly with: Fingerprint;
  /** Rows that are in both, and the sum of their keys. */
  readonly met: number;
  readonly metSum: string;
  /** Of these, rows that say something else now. */
  readonly changed: number;
  /** Of these, rows that are left to another day now. */
  readonly moved: number;
  /** Rows that the partition does not have. */
  readonly added: number;
}

/** Progress of a fetch, enough for another worker to go on from. */
export interface Checkpoint {
  /** Start of the window that is read: progress of another day is no progress of this one. */
  readonly window?: string;
  /** The next page to read; `undefined` before the first. */
  readonly cursor: string | undefined;
  /** When `cursor` was received. An old one is not trusted. */
  readonly cursorAt: Instant;
  readonly pages: number;
  readonly rows: number;
  readonly bytes: number;
  /** Running digest of the rows so far, see fingerprint.ts. */
  readonly digest: string;
  readonly segments: readonly Segment[];
  /** Rows of other days, left to them. */
  readonly neighbours: number;
  /** Rows landed although their time is in another day or missing. */
  readonly outside: number;
  /** Rows that came twice. */
  readonly duplicates: number;
  /** The total the source stated on its first page, if it states one. */
  readonly total: number | undefined;
  /** Key digests of the most recent rows, so that a shift across a continuation is noticed. Base64. */
  readonly recentKeys: string;
  /** Absent of a dataset whose rows have no time. */
  readonly seams?: Seams;
  /** Absent when there was no partition to compare with. */
  readonly compared?: Compared;
  /** The source said on some page that it has more rows than came. */
  readonly doubted?: true;
  /** Into how many parts the window is divided, and which of them the cursor is in, from 0; absent: it is one. */
  readonly parts?: number;
  readonly part?: number;
  /** What the source stated of earlier parts, and rows that came in two of them. */
  readonly totalBefore?: number;
  readonly repeats?: number;
  /** How many of the recent keys, the last ones, came in this part. */
  readonly partKeys?: number;
}

export type WorkState = 'idle' | 'queued' | 'fetching' | 'failed';

/** Why a day's read is not believed, and when a witness said so. */
export interface Suspicion {
  readonly reason: ReasonCode;
  readonly rows: number;
  readonly fingerprint: Fingerprint;
  readonly since: Instant;
  /** Of a read that was refused: rows of the partition that did not come, their sum, and rows that came for the first time. */
  readonly vanished?: number;
  readonly vanishedSum?: string;
  readonly added?: number;
  /** The partition was found damaged before, and is still to be written again. */
  readonly damaged?: true;
}

/** What the lake holds of a day. All of it is also in the partition's receipt or can be recounted. */
export interface Held {
  readonly revision: number;
  readonly rows: number;
  readonly bytes: number;
  readonly pages: number;
  readonly fingerprint: Fingerprint;
  /** When the current revision was committed. */
  readonly landedAt: Instant;
  /** When the source was last read to the end and agreed with, or became, the current revision. */
  readonly checkedAt: Instant;
  readonly settledAt?: Instant;
  /** Against the previous revision. */
  readonly rowsAdded: number;
  readonly rowsChanged: number;
  readonly rowsRemoved: number;
  readonly rowsOutside: number;
  readonly rowsNeighbour: number;
  readonly curatedRevision: number;
  /** Version of the tables and privacy profile that `curatedRevision` was curated with. */
  readonly tableStamp?: string;
  /** When the day was last queued for curation, and how often since it was last curated. */
  readonly curateQueuedAt?: Instant;
  readonly curateTries?: number;
  /** Absent of a dataset whose rows have no time, and of a day that was last read before there were seams. */
  readonly seams?: Seams;
  /** The source said, at the last read, that it has more rows than came: `@odata.count`. */
  readonly doubted?: true;
  /** When a person's rows were erased from the day. It is not read again unless somebody asks: they would come back. */
  readonly forgottenAt?: Instant;
}

/** What is being done about a day. */
export interface Work {
  readonly state: WorkState;
  readonly ticket: number;
  /** When the day was queued; with `retryAt`, when its message becomes visible. */
  readonly queuedAt?: Instant;
  readonly heartbeat?: Instant;
  /** Not before: a wait the source asked for, or a backoff. */
  readonly retryAt?: Instant;
  readonly checkpoint?: Checkpoint;
  /** Failed attempts in a row. Waiting is not failing. */
  readonly failures: number;
  /** When the first of these failed; absent when none did, and where that was noted by a version that did not say. */
  readonly failingSince?: Instant;
  /** Complete reads in a row that contradicted themselves. */
  readonly rereads: number;
  /** Fingerprint of the last of them that ended; absent when none did. */
  readonly contradicted?: Fingerprint;
  /** Workers in a row that had the day and fell silent; absent when none. */
  readonly takeovers?: number;
  /** Reads in a row that were for an open seam; absent when none. */
  readonly seamReads?: number;
  readonly suspicion?: Suspicion;
  /** A person asked for the day to be read, whatever it holds. */
  readonly askedAt?: Instant;
  /** A person's decision: the fingerprint that may be committed although it shrinks the day. */
  readonly accepted?: Fingerprint;
  readonly errorKind?: ReasonCode;
  readonly errorRemedy?: Remedy;
  readonly errorMessage?: string;
  readonly requestId?: string;
}

/** The ledger entity of a day: two facets, so that a day can be held and be re-read at once. */
export interface DayEntry {
  readonly dataset: string;
  readonly day: Day;
  readonly held?: Held;
  readonly work: Work;
  /** The entity cannot be believed, and `work` says why: nothing else is known of the day, and nobody writes over it. */
  readonly unreadable?: true;
}

export interface Watermark {
  readonly dataset: string;
  /** Nothing before it is owed. Moves back only when a person extends history. */
  readonly firstDay: Day;
  readonly landedThrough?: Day;
  readonly settledThrough?: Day;
  /** Set by a person: until it is taken away, nothing of the dataset is queued. */
  readonly pausedAt?: Instant;
}

export interface Gate {
  readonly source: SourceName;
  /** No request to the source before this instant. */
  readonly notBefore: Instant;
  readonly reason: ReasonCode;
  /** Why the entity cannot be believed. Then it is open, and the next one that closes it mends it. */
  readonly unreadable?: string;
}

/** What the ledger knows of one dataset. */
export interface DatasetLedger {
  readonly dataset: Dataset;
  readonly watermark: Watermark | undefined;
  readonly entries: readonly DayEntry[];
  /** Why its watermark cannot be believed. Then `watermark` is worked out from the days, and is not written. */
  readonly unreadable?: string;
}
