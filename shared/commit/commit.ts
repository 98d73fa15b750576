import { maySettle } from '../ledger/settling.ts';
import { instantOf } from '../words/day.ts';
import type { Held, Seams, Segment } from '../words/ledger.ts';
import type { Dataset, Day, Instant, Receipt, Window } from '../words/model.ts';
import type { Lake, Partition } from '../words/ports.ts';
import { type Changes, compareRevisions } from './compare.ts';

/**
 * Making a complete, guarded read visible: the revision that is replaced goes to `history` first, then one conditional
 * step replaces the partition. Readers see the day before or after, never between. docs/format.md, 3 and 11 to 13.
 */

export const FORMAT = 1;

/** A read of all pages. */
export interface CompleteRead {
  readonly rows: number;
  readonly fingerprint: string;
  readonly duplicates: number;
  /** Rows of other days that were left to them, and rows that came in two parts of the window. */
  readonly neighbours: number;
  /** Rows among `rows` whose time is in another day or missing. */
  readonly outside: number;
  /** Rows the source says the window has; `undefined` when it does not say. */
  readonly total: number | undefined;
  /** Absent of a dataset whose rows have no time. */
  readonly seams?: Seams;
  /** The source said on some page that it has more rows than came. */
  readonly doubted?: true;
}

/** A read that passed the guards, and what it is committed over. */
export interface Commit {
  readonly dataset: Dataset;
  readonly window: Window;
  readonly read: CompleteRead;
  readonly segments: readonly Segment[];
  readonly pages: number;
  readonly ticket: number;
  /** The partition as it was before the read began; `undefined` when there was none. */
  readonly replaces: Partition | undefined;
  /** The revision the ledger knows; 0 when none. */
  readonly knownRevision: number;
}

/**
 * Copies the revision that will be replaced to `history`, which takes minutes when it is large.
 *
 * @returns the number of the revision that may be committed now, or `superseded` as by `commitRead`
 */
export async function keepReplaced(lake: Lake, commit: Commit): Promise<number | 'superseded'> {
  const { dataset, window, replaces, knownRevision } = commit;
  const last = replaces?.receipt.revision ?? (await lake.lastKept(dataset.name, window.day));
  const revision = revisionAfter(last, knownRevision);
  if (replaces === undefined) return revision;
  return (await lake.keep(dataset.name, window.day, replaces)) === 'superseded' ? 'superseded' : revision;
}

/** @returns the receipt that is now in force, or `superseded` when the partition changed since `replaces` was read */
export async function commitRead(
  lake: Lake,
  commit: Commit,
  revision: number,
  now: number,
): Promise<Receipt | 'superseded'> {
  const { dataset, window, read, replaces } = commit;
  const receipt: Receipt = {
    format: FORMAT,
    revision,
    rows: read.rows,
    pages: commit.pages,
    fingerprint: read.fingerprint,
    windowFrom: window.from,
    windowTo: window.to,
    apiVersion: dataset.api,
    fetchedAt: instantOf(now),
    ticket: commit.ticket,
    rowsOutside: read.outside,
    rowsNeighbour: read.neighbours,
  };
  const outcome = await lake.commit(dataset.name, window.day, commit.segments, receipt, replaces?.etag);
  return outcome === 'committed' ? receipt : 'superseded';
}

/** Revisions that the ledger may know and nothing in the lake tells of: some may have been removed there. */
const LOST_MAX = 1_000;

/**
 * The number after the last one that was ever used: one that is used again would name two contents. A ledger that is far
 * ahead of the lake is damaged, and is not believed.
 *
 * @param last by the partition; without one, because a person removed it or there never was one, by `history`
 * @param known by the ledger
 */
export function revisionAfter(last: number, known: number): number {
  return Math.max(last, Math.min(known, last + LOST_MAX)) + 1;
}

/** A day that was read to the end, and what is known of it. */
export interface Noted {
  readonly dataset: Dataset;
  readonly day: Day;
  /** The one in force, from this read or from an earlier one with the same rows. */
  readonly receipt: Receipt;
  /** What the ledger knew; behind the receipt when a worker died between commit and ledger. */
  readonly before: Held | undefined;
  /** Of the lines. */
  readonly bytes: number;
  /** Whether the day may settle: it is not marked, and its seams are closed. */
  readonly sound: boolean;
  /** What changed against the revision before, when the read has been compared with it. */
  readonly changes?: Changes | undefined;
  /** Of the read; absent when the receipt is not this read's. */
  readonly read?: Pick<CompleteRead, 'seams' | 'doubted'>;
}

/**
 * What the ledger notes of the day.
 *
 * @param now the more careful of our clock and the source's, in milliseconds
 */
export async function heldAfter(lake: Lake, noted: Noted, now: number): Promise<Held> {
  const { dataset, day, receipt, before, bytes, sound } = noted;
  const known = before?.revision === receipt.revision ? before : undefined;
  const changes = known ?? noted.changes ?? (await compareRevisions(lake, dataset, day, receipt.revision));
  const settledAt = known?.settledAt ?? (known && maySettle(dataset, day, now) ? instantOf(now) : undefined);
  const { seams, doubted } = noted.read ?? known ?? {};
  return {
    ...fromReceipt(receipt, bytes),
    landedAt: known?.landedAt ?? receipt.fetchedAt,
    checkedAt: instantOf(now),
    ...(settledAt === undefined || !sound ? {} : { settledAt }),
    rowsAdded: changes.rowsAdded,
    rowsChanged: changes.rowsChanged,
    rowsRemoved: changes.rowsRemoved,
    ...(seams && { seams }),
    ...(doubted && { doubted }),
    curatedRevision: before?.curatedRevision ?? 0,
    ...(before?.tableStamp === undefined ? {} : { tableStamp: before.tableStamp }),
    ...(known?.curateQueuedAt === undefined ? {} : { curateQueuedAt: known.curateQueuedAt }),
    ...(known?.curateTries === undefined ? {} : { curateTries: known.curateTries }),
  };
}

/** What the ledger repeats of a partition. @param bytes of its lines */
export function fromReceipt(receipt: Receipt, bytes: number) {
  const { revision, rows, pages, fingerprint, rowsOutside, rowsNeighbour } = receipt;
  return { revision, rows, bytes, pages, fingerprint, rowsOutside, rowsNeighbour };
}

/** A revision that was not read but written without a person's rows, and is read no more: they would come back. */
export function asErased({ seams: _, ...held }: Held, forgottenAt: Instant): Held {
  return { ...held, landedAt: forgottenAt, settledAt: forgottenAt, forgottenAt };
}
