/**
 * The words of Landline, one meaning each, in code, logs, blob names, CLI and docs.
 *
 * source       an API family with its own sign-in, paging, dates and errors: `graph`, `voximplant`
 * dataset      one log of a source; a descriptor, data only: `teams-pstn-calls`, …
 * day          a UTC calendar day, `YYYY-MM-DD`; the unit of work, of the partition and of the ledger
 * window       the span of time a source is asked for to get a day; a little wider than the day
 * page         one response body of a source
 * cursor       what a source needs to give the next page: a link or an offset, always text
 * row          one record of a page, kept byte for byte as the source sent it
 * partition    the one blob that holds a dataset's day
 * receipt      what a partition says of itself, in its blob metadata
 * revision     the n-th different content of a partition, from 1
 * fingerprint  row count and an order-independent digest over the bytes of all rows
 * block        a stretch of rows staged for a partition, invisible until committed
 * segment      the run of blocks that one ticket staged
 * ledger       one entity per dataset and day, one watermark entity per dataset, one gate entity per source
 * watermark    `landedThrough` and `settledThrough`: the last day of the unbroken run since `firstDay`
 * ticket       a number on a day, raised whenever it is queued and whenever a worker claims it
 * checkpoint   the saved progress of a fetch: the cursor and everything staged before it
 * settle       a day stops being re-read: old enough, and its last re-read changed nothing
 * gate         per source: no request before this instant
 * curate       derive the typed Parquet table of a day from its landed partition
 */

import type { Remedy } from './errors.ts';

/** A UTC calendar day, `YYYY-MM-DD`. Days sort as text. */
export type Day = string;

/** An instant as ISO 8601 UTC text with milliseconds (`2026-01-31T00:00:00.000Z`). Instants sort as text. */
export type Instant = string;

export const SOURCES = ['graph', 'voximplant'] as const;
export type SourceName = (typeof SOURCES)[number];

/**
 * How far the window asked for reaches beyond the day, because sources disagree about their bounds.
 * Rows inside that reach belong to the neighbouring day.
 *
 * `instant`  D 00:00:00 … D+1 00:00:00, so a source may count its end or not
 * `second`   one second wider on both sides, for a source with whole seconds and unknown bounds
 * `none`     D 00:00:00 … the last tick of D, for aggregates whose windows must not overlap
 */
export type Overlap = 'instant' | 'second' | 'none';

/** One log of a source: data only. Adding one is a file in `datasets/` and its line in `datasets/index.ts`. */
export interface Dataset {
  /** First folder of every blob. Never renamed once data exists. */
  readonly name: string;
  readonly title: string;
  readonly source: SourceName;
  /** Graph API version, or the one version Voximplant has. */
  readonly api: string;
  /** API versions a setting may choose instead of `api`. */
  readonly apiChoices?: readonly string[];
  /** Function of Graph or method of Voximplant. */
  readonly call: string;
  /** Member of the body that holds the rows. */
  readonly rowArray: 'value' | 'result';
  /** Fields that together identify a row; a row that lacks the first is identified by all of its bytes. */
  readonly key: readonly [string, ...string[]];
  /** Field whose time says which day owns the row; absent when rows have none. */
  readonly eventTime?: string;
  readonly overlap: Overlap;
  /** Rows a full page holds; more than that is not believed. */
  readonly pageSize: number;
  /** Fields the provider documents. Others are landed too, and reported once as schema drift. */
  readonly fields: readonly string[];
  /** Days after its end during which a day is read again. */
  readonly settleDays: number;
  /** Hours between two reads of a day that is not settled. */
  readonly rereadHours: number;
  /** Age in days at which a settled day is read once more. */
  readonly lateCheckDays: number;
  /** Days the source keeps its rows; older days can no longer be landed. */
  readonly historyDays: number;
  /** What the app must have been granted to read it. */
  readonly permission: string;
  /** The provider's page. */
  readonly page: string;
}

/** The span a source is asked for. Instants with seven fractional digits: 100 ns is the finest unit of any source. */
export interface Window {
  readonly day: Day;
  readonly from: string;
  readonly to: string;
}

/** Row count and digest of a set of rows; equal for equal sets, whatever their order or paging. Text, see fingerprint.ts. */
export type Fingerprint = string;

/** What a partition says of itself. Committed in the same operation as its content; see docs/format.md. */
export interface Receipt {
  readonly format: number;
  readonly revision: number;
  readonly rows: number;
  readonly pages: number;
  readonly fingerprint: Fingerprint;
  readonly windowFrom: string;
  readonly windowTo: string;
  readonly apiVersion: string;
  readonly fetchedAt: Instant;
  readonly ticket: number;
  /** Rows landed although their time is outside the window or missing. */
  readonly rowsOutside: number;
  /** Rows of the overlap, left to the neighbouring day. */
  readonly rowsNeighbour: number;
}

/** A run of blocks that one ticket staged: numbers `0` to `count - 1`. */
export interface Segment {
  readonly ticket: number;
  readonly count: number;
}

/** Progress of a fetch, enough for another worker to go on from. */
export interface Checkpoint {
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
  /** Rows of the overlap, left to the neighbouring day. */
  readonly neighbours: number;
  /** Rows landed although their time is outside the window or missing. */
  readonly outside: number;
  /** Rows that came twice. */
  readonly duplicates: number;
  /** The total the source stated on its first page, if it states one. */
  readonly total: number | undefined;
  /** Key digests of the most recent rows, so that a shift across a continuation is noticed. Base64. */
  readonly recentKeys: string;
}

export type WorkState = 'idle' | 'queued' | 'fetching' | 'failed';

/** Why a day's read is not believed, and when a witness said so. */
export interface Suspicion {
  readonly reason: ReasonCode;
  readonly rows: number;
  readonly fingerprint: Fingerprint;
  readonly since: Instant;
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
  readonly curatedAs?: string;
  /** When the day was last queued for curation, and how often since it was last curated. */
  readonly curateQueuedAt?: Instant;
  readonly curateTries?: number;
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
  /** Complete reads in a row that contradicted themselves. */
  readonly rereads: number;
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
}

/** A hint to fetch a day. The ledger decides; losing or repeating a message loses or repeats nothing. */
export interface FetchMessage {
  readonly dataset: string;
  readonly day: Day;
  readonly ticket: number;
  readonly traceparent?: string;
}

/** A hint to curate a day. What the partition is when the message is taken up is what counts. */
export interface CurateMessage {
  readonly dataset: string;
  readonly day: Day;
  readonly revision: number;
  readonly traceparent?: string;
}

/** Why something failed, waits or is held. Stable: alerts, docs and tests name them. Explained in docs/operations.md. */
export type ReasonCode =
  | 'auth.unavailable'
  | 'auth.rejected'
  | 'auth.forbidden'
  | 'auth.expired'
  | 'clock.skew'
  | 'config.invalid'
  | 'limits.page_bytes'
  | 'limits.page_rows'
  | 'limits.day_pages'
  | 'page.not_json'
  | 'page.bad_json'
  | 'page.no_rows'
  | 'page.count'
  | 'page.duplicates'
  | 'page.total'
  | 'partition.damaged'
  | 'partition.missing'
  | 'paging.loop'
  | 'paging.empty'
  | 'paging.expired'
  | 'security.foreign_link'
  | 'security.redirect'
  | 'shrink.held'
  | 'shrink.emptied'
  | 'source.rejected'
  | 'source.failing'
  | 'source.throttled'
  | 'source.unreachable'
  | 'source.slow'
  | 'source.tls'
  | 'source.range'
  | 'storage.failing'
  | 'storage.forbidden'
  | 'storage.full'
  | 'worker.poisoned'
  | 'worker.bug';

/** What a person sees of a day. */
export type DayState =
  | 'final'
  | 'open'
  | 'queued'
  | 'fetching'
  | 'waiting'
  | 'missing'
  | 'failed'
  | 'suspect'
  | 'expired';
