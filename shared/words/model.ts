/** The words of Landline as types; glossary.md says what each means. One meaning each, in code, logs, blobs, CLI and docs. */

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
 * `second`  one second wider on both sides: a bound that is exclusive cuts off only what the neighbour brings
 * `none`    D 00:00:00 … the last tick of D, for aggregates whose windows must not overlap
 */
export type Overlap = 'second' | 'none';

/** One log of a source: data only. Adding one is a file in `datasets/` and its line in `datasets/index.ts`. */
export interface Dataset {
  /** First folder of every blob. Never renamed once data exists. */
  readonly name: string;
  readonly title: string;
  readonly source: SourceName;
  /** Graph API version, or the one version Voximplant has. */
  readonly api: string;
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
  /** The provider's documentation of it. */
  readonly docsUrl: string;
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
  /** When this revision was written to erase a person's rows; absent from any other. */
  readonly forgottenAt?: Instant;
}

/**
 * What the messages below are as JSON, in their member `v`; a message without it is of version 1. A message of any other
 * version is dropped with one report: that loses nothing, because the planner queues a silent day again.
 */
export const MESSAGE_VERSION = 1;

/** A hint to fetch a day. The ledger decides; losing or repeating a message loses or repeats nothing. */
export interface FetchMessage {
  readonly dataset: string;
  readonly day: Day;
  readonly ticket: number;
  readonly traceparent?: string | undefined;
}

/** A hint to curate a day. What the partition is when the message is taken up is what counts. */
export interface CurateMessage {
  readonly dataset: string;
  readonly day: Day;
  readonly revision: number;
  readonly traceparent?: string | undefined;
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
  | 'limits.page_names'
  | 'limits.day_pages'
  | 'limits.query'
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
  | 'rows.outside'
  | 'seam.open'
  | 'log.empty'
  | 'security.foreign_link'
  | 'security.redirect'
  | 'shrink.unconfirmed'
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
  | 'storage.refused'
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
