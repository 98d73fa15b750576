import type { CompleteRead } from '../commit/commit.ts';
import { lineUpInPlace } from '../rows/cut.ts';
import { Digest, fingerprintOf, isDigest } from '../rows/fingerprint.ts';
import { KeyTable, keyDigests } from '../rows/keys.ts';
import { sift } from '../rows/sift.ts';
import { instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Checkpoint, Segment } from '../words/ledger.ts';
import type { Dataset, Window } from '../words/model.ts';
import type { Page } from '../words/ports.ts';

/** The progress of one read of a day: what has been received, counted and staged so far. */

/** A cursor older than this is not trusted: the source may have forgotten the state behind it. */
export const CURSOR_MS = 15 * 60_000;

/** Keys that a checkpoint carries. Rows shift by a few when others arrive; eight pages notice far more than that. */
const RECENT_KEYS = 8_000;

export class Reading {
  cursor: string | undefined;
  pages = 0;
  rows = 0;
  bytes = 0;
  neighbours = 0;
  outside = 0;
  duplicates = 0;
  total: number | undefined;
  /** The source's clock at its earliest, in milliseconds; `Infinity` while it has not said. */
  servedAt = Number.POSITIVE_INFINITY;
  /** Whether no page is counted by half, so that the reading may be gone on from. */
  whole = true;
  /** Staged by earlier workers. */
  segments: readonly Segment[] = [];
  private cursorAt: number;
  private readonly digest: Digest;
  private readonly keys: KeyTable;
  private readonly dataset: Dataset;

  /** @param checkpoint where an earlier worker stopped; ignored when its cursor is too old to trust, or it is damaged */
  constructor(dataset: Dataset, checkpoint: Checkpoint | undefined, now: number) {
    const from = checkpoint !== undefined && isTrusted(checkpoint, now) ? checkpoint : undefined;
    this.dataset = dataset;
    this.digest = new Digest(from?.digest);
    this.keys = new KeyTable({ recentMax: RECENT_KEYS });
    if (from !== undefined) this.keys.addAll(Buffer.from(from.recentKeys, 'base64'));
    this.cursorAt = now;
    if (from === undefined) return;
    this.cursor = from.cursor;
    this.cursorAt = Date.parse(from.cursorAt);
    this.segments = from.segments;
    this.pages = from.pages;
    this.rows = from.rows;
    this.bytes = from.bytes;
    this.neighbours = from.neighbours;
    this.outside = from.outside;
    this.duplicates = from.duplicates;
    this.total = from.total;
  }

  /**
   * Counts and digests the rows of a page and lines up those that land, within its memory. Call `advance` when the
   * lines are on their way.
   */
  take(page: Page, window: Window): Buffer {
    this.whole = false;
    if (!Number.isNaN(page.servedAt)) this.servedAt = Math.min(this.servedAt, page.servedAt);
    const { kept, rows, neighbours, outside } = sift(page.cut, this.dataset, window);
    const { body, count, starts, ends } = page.cut;
    const keys = keyDigests(page.cut, this.dataset.key.length);
    for (let row = 0; row < count; row++) {
      if (kept[row] !== 0) this.digest.add(body.subarray(starts[row], ends[row]));
      // A row of the overlap that comes twice hides one that is missing just as well.
      if (!this.keys.add(keys, row)) this.duplicates += 1;
    }
    this.rows += rows;
    this.neighbours += neighbours;
    this.outside += outside;
    this.expectTotal(page.total);
    const lines = lineUpInPlace(page.cut, row => kept[row] === 1);
    this.bytes += lines.length;
    return lines;
  }

  /** A total that moves while the day is read means that rows have shifted from page to page. */
  private expectTotal(total: number | undefined): void {
    this.total ??= total;
    if (total === undefined || total === this.total) return;
    throw new LandlineError({
      reason: 'page.total',
      remedy: 'restart',
      message: `The number of rows of ${this.dataset.name} changed while they were read, so the day is read again.`,
    });
  }

  /** The reading goes on at `next`. @param arrivedAt when the page that says so arrived */
  advance(next: string | undefined, arrivedAt: number): void {
    this.pages += 1;
    this.cursor = next;
    this.cursorAt = arrivedAt;
    this.whole = true;
  }

  /** @param segments where all lines taken so far are staged */
  checkpoint(segments: readonly Segment[]): Checkpoint {
    return {
      cursor: this.cursor,
      cursorAt: instantOf(this.cursorAt),
      pages: this.pages,
      rows: this.rows,
      bytes: this.bytes,
      digest: this.digest.text,
      segments,
      neighbours: this.neighbours,
      outside: this.outside,
      duplicates: this.duplicates,
      total: this.total,
      recentKeys: this.keys.recent().toString('base64'),
    };
  }

  complete(): CompleteRead {
    return {
      rows: this.rows,
      fingerprint: fingerprintOf(this.rows, this.digest.text),
      duplicates: this.duplicates,
      neighbours: this.neighbours,
      outside: this.outside,
      total: this.total,
    };
  }
}

function isTrusted({ cursorAt, digest }: Checkpoint, now: number): boolean {
  return now <= Date.parse(cursorAt) + CURSOR_MS && isDigest(digest);
}
