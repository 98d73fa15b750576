/**
 * The contracts between the stages (plan, fetch, commit) and the outside: what may be called twice or in parallel,
 * what "absent" is, which failures are final. Each has one real implementation, and an in-memory double that passes
 * the same contract suite (test/stores).
 *
 * Every method may throw a `LandlineError` with reason `storage.*`; by then the implementation has already retried
 * what is worth retrying, and whether the operation took effect is unknown.
 */

import type { Cut } from './cut.ts';
import type { DayEntry, Gate, Segment, Watermark } from './ledger.ts';
import type { CurateMessage, Dataset, Day, FetchMessage, Instant, Receipt, SourceName, Window } from './model.ts';
import type { Report } from './telemetry.ts';

/** Time as the stages see it. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A signal that aborts after `ms`. It keeps no process alive. */
  timeout(ms: number): AbortSignal;
}

/** A stored value and the version it was read at. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string;
}

/**
 * Table Storage: one entity per dataset and day, one watermark per dataset, one gate per source.
 *
 * Every write is a compare-and-set. It resolves to the new etag, or to `undefined` when somebody else wrote first and
 * nothing was changed. A conflict that is our own success whose answer was lost counts as success: each write carries
 * an id of its own, which is read back. Absent is the exact not-found answer; anything else throws.
 */
export interface Ledger {
  day(dataset: string, day: Day): Promise<Versioned<DayEntry> | undefined>;
  /**
   * Every entry of a dataset, by day, without `work.checkpoint`: for planning and looking, never for writing back.
   * The etag is that of the whole entry.
   */
  days(dataset: string): Promise<Versioned<DayEntry>[]>;
  /** @param etag the version that is replaced; `undefined` to create */
  putDay(entry: DayEntry, etag: string | undefined): Promise<string | undefined>;
  watermark(dataset: string): Promise<Versioned<Watermark> | undefined>;
  putWatermark(watermark: Watermark, etag: string | undefined): Promise<string | undefined>;
  gate(source: SourceName): Promise<Versioned<Gate> | undefined>;
  putGate(gate: Gate, etag: string | undefined): Promise<string | undefined>;
}

/** A landed day as the lake holds it. */
export interface Partition {
  readonly etag: string;
  /** Length of the blob. */
  readonly bytes: number;
  readonly receipt: Receipt;
}

/** A day that has a blob. */
export interface ListedDay {
  readonly day: Day;
  /** `undefined` when the blob has no whole receipt, or is stored compressed: `head` throws, and says which. */
  readonly partition: Partition | undefined;
}

/**
 * Blob Storage: the partitions in `raw` and the superseded revisions in `history`. Names come from paths.ts.
 * Readers see a partition as it was before a commit or as it is after it, never between.
 */
export interface Lake {
  /** The current partition, or a revision in `history`; `undefined` only when there is none. */
  head(dataset: string, day: Day, revision?: number): Promise<Partition | undefined>;
  /**
   * Stages the rows of one block, out of sight of every reader. Staging the same ticket and number again replaces it.
   *
   * @param content whole lines, each ending in LF; not kept after the call settles
   */
  stage(dataset: string, day: Day, ticket: number, number: number, content: Uint8Array): Promise<void>;
  /**
   * Replaces the partition by the blocks of `segments`, in order, in one atomic step.
   * All other staged blocks of the partition vanish with it.
   *
   * @param replaces etag of the partition that is replaced; `undefined` when there was none
   * @returns `superseded` when the partition changed meanwhile, or staged blocks are gone, and nothing was written.
   *   A conflict that is our own success counts as `committed`: ticket and fingerprint of the receipt tell.
   */
  commit(
    dataset: string,
    day: Day,
    segments: readonly Segment[],
    receipt: Receipt,
    replaces: string | undefined,
  ): Promise<'committed' | 'superseded'>;
  /**
   * Copies the partition, as it was at `partition.etag`, to `history` under its revision; resolves as well when that
   * revision is already there. History is write-once.
   *
   * @returns `superseded` when the partition has changed since
   */
  keep(dataset: string, day: Day, partition: Partition): Promise<'kept' | 'superseded'>;
  /**
   * The lines of the current partition, or of a revision in `history`; `undefined` when there is none. Chunks end
   * anywhere. Throws `partition.damaged` when the blob is stored compressed.
   */
  read(dataset: string, day: Day, revision?: number): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** The highest revision in `history`; 0 when there is none. */
  lastKept(dataset: string, day: Day): Promise<number>;
  /** Every day of a dataset that has a blob, by day. */
  list(dataset: string): AsyncIterable<ListedDay>;
}

/** The queue of fetch messages. Delivery is at least once and in any order: a message is a hint. */
export interface Jobs {
  /** @param delayMs before it becomes visible, 0 to 7 days */
  send(message: FetchMessage, delayMs: number): Promise<void>;
}

/** How much waits in the queues: messages to fetch, hidden ones included, and all that the host gave up on. */
export interface Depth {
  readonly fetch: number;
  readonly poison: number;
}

/** Looks at the queues without touching what is in them. Counts are the service's own, and approximate. */
export interface Backlog {
  /** A poison queue that does not exist is empty: the host creates it with its first message. */
  depth(): Promise<Depth>;
}

/** Looks whether places of storage are there, and may be read and written to. Changes nothing, and may be repeated. */
export interface StorageProbe {
  /** @throws LandlineError what is wrong, with the operation that was refused */
  container(name: string): Promise<void>;
  /** @throws LandlineError as `container` */
  queue(name: string): Promise<void>;
}

/** When the planner last ran to its end. A mark for people: nothing is decided by it, so the last writer wins. */
export interface Pulse {
  beat(at: Instant): Promise<void>;
  /** @returns `undefined` when it never did */
  last(): Promise<Instant | undefined>;
}

/** Changes history, which nothing else does: only to erase a person's rows. docs/format.md, 14. */
export interface Eraser {
  /** Every day of a dataset that has a revision in `history`, by day. */
  days(dataset: string): AsyncIterable<Day>;
  /**
   * Replaces a revision in `history` in one atomic step.
   *
   * @param etag the version that is replaced
   * @returns `superseded` when it changed meanwhile
   */
  rewrite(
    dataset: string,
    day: Day,
    lines: AsyncIterable<Uint8Array>,
    receipt: Receipt,
    etag: string,
  ): Promise<'written' | 'superseded'>;
}

/** One page of a source, already checked: whole, well-formed, within limits, its link trusted. */
export interface Page {
  readonly cut: Cut;
  /** What to pass to get the next page; `undefined` after the last. */
  readonly next: string | undefined;
  /** All rows the source says the window has, where it states that. */
  readonly total: number | undefined;
  /** Something odd that does not stop the day, for the log. */
  readonly notice: 'page.count' | undefined;
  /** More rows than came on this page, which the source states to be on it or in the whole list: nobody knows which. */
  readonly stated?: number;
  /** The source's clock when it answered, in milliseconds since the epoch; `NaN` when it did not say. */
  readonly servedAt: number;
  /** Gives the memory of the page back for another one: its cut is void afterwards. Need not be called. */
  readonly release: () => void;
}

/**
 * An API family. Reads change nothing and may be repeated.
 * Throws `LandlineError` only, with the remedy that is left after its own retries.
 */
export interface Source {
  /**
   * @param cursor `undefined` for the first page, else `next` of the page before. One that was stored is checked again
   *   like a link that just arrived.
   * @param signal ends the wait and the request; rejects with the signal's reason
   */
  read(dataset: Dataset, window: Window, cursor: string | undefined, signal: AbortSignal): Promise<Page>;
}

/** The queue of curate messages: hints, like those of `Jobs`. */
export interface CurateJobs {
  send(message: CurateMessage): Promise<void>;
}

/** What the app wires up for the stages. A function takes a `Pick` of it: what it uses, and no more. */
export interface Ports {
  /** The logs that are switched on. */
  readonly datasets: readonly Dataset[];
  readonly sources: Readonly<Record<SourceName, Source>>;
  readonly ledger: Ledger;
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly curateJobs: CurateJobs;
  readonly backlog: Backlog;
  readonly probe: StorageProbe;
  readonly pulse: Pulse;
  readonly clock: Clock;
  readonly report: Report;
}
