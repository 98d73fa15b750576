import type { CompleteRead } from '../commit/commit.ts';
import { Comparison, type Difference } from '../commit/compare.ts';
import { contentDigests } from '../rows/content-digest.ts';
import { lineUpInPlace } from '../rows/cut.ts';
import { Digest, fingerprintOf, isDigest } from '../rows/fingerprint.ts';
import { KeyTable, keyDigests } from '../rows/keys.ts';
import type { Oddity } from '../rows/place-in-day.ts';
import { instantOf } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Checkpoint, Held, Segment } from '../words/ledger.ts';
import type { Dataset, Window } from '../words/model.ts';
import type { Page, Partition } from '../words/ports.ts';
import { Lending } from './lent-rows.ts';
import type { LendingPorts } from './other-days.ts';
import { Parts } from './window-parts.ts';

/** The progress of one read of a day: what has been received, counted and staged so far. */

/** A cursor older than this is not trusted: the source may have forgotten the state behind it. */
export const CURSOR_MS = 15 * 60_000;

/** Keys that a checkpoint carries. Rows shift by a few when others arrive; eight pages notice far more than that. */
const RECENT_KEYS = 8_000;

/** What a read begins with. */
export interface ReadingOf {
  readonly dataset: Dataset;
  readonly window: Window;
  /** What the ledger holds of the day. */
  readonly held: Held | undefined;
  /** The partition that the read is compared with; `undefined` when there is none that can be believed. */
  readonly partition: Partition | undefined;
  /** Where an earlier worker stopped; ignored when its cursor is too old to trust, or it is damaged. */
  readonly checkpoint: Checkpoint | undefined;
}

export class Reading {
  readonly parts: Parts;
  readonly lending: Lending;
  cursor: string | undefined;
  pages = 0;
  rows = 0;
  bytes = 0;
  neighbours = 0;
  outside = 0;
  duplicates = 0;
  /** The source's clock at its earliest, in milliseconds; `Infinity` while it has not said. */
  servedAt = Number.POSITIVE_INFINITY;
  /** True between pages, when the progress can be resumed. */
  whole = true;
  /** Whether the last page of the last part was read. */
  ended = false;
  /** Staged by earlier workers. */
  segments: readonly Segment[] = [];
  private doubted = false;
  /** What pages stated to be more than came on them. */
  private readonly stated = new Set<number>();
  /** When the last page arrived, by our clock. */
  cursorAt: number;
  private readonly digest: Digest;
  private readonly keys: KeyTable;
  /** Keys of rows that were left to other days by this worker. */
  private readonly lent = new KeyTable();
  private readonly comparison: Comparison | undefined;
  /** While the partition is being read for it. */
  private beginning: Promise<void> | undefined;
  private readonly resumed: boolean;
  private readonly of: ReadingOf;
  private readonly on: LendingPorts;

  constructor(of: ReadingOf, on: LendingPorts) {
    const { dataset, window, held, partition, checkpoint } = of;
    const now = on.clock.now();
    this.of = of;
    this.on = on;
    const from = checkpoint !== undefined && isTrusted(checkpoint, window, partition, now) ? checkpoint : undefined;
    this.resumed = from !== undefined && from.pages > 0;
    this.digest = new Digest(from?.digest);
    this.keys = new KeyTable({ recentMax: RECENT_KEYS, tags: partition !== undefined });
    if (from !== undefined) this.keys.addAll(Buffer.from(from.recentKeys, 'base64'));
    this.comparison = partition && new Comparison(dataset, partition.receipt.fingerprint, from?.compared);
    this.lending = new Lending(dataset, window.day, held, from?.seams, on);
    // That the window had to be divided is kept from an old checkpoint too.
    const recent = from && Buffer.from(from.recentKeys, 'base64');
    this.parts = new Parts(window, from ?? { parts: checkpoint?.parts }, recent);
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
    this.doubted = from.doubted ?? false;
  }

  /** What to ask the source for next. */
  get asked(): Window {
    return this.parts.asked;
  }

  /** The partition is read before progress is saved: the worker that continues from there has not seen these rows. */
  async beginComparison(): Promise<void> {
    // A worker that stops waiting for it saves its progress, and waits for the same once more.
    this.beginning ??= this.readPartition().finally(() => {
      this.beginning = undefined;
    });
    return this.beginning;
  }

  private async readPartition(): Promise<void> {
    const { comparison } = this;
    if (comparison === undefined || comparison.begun) return;
    const chunks = await this.on.lake.read(this.of.dataset.name, this.of.window.day);
    if (chunks === undefined) return;
    const [taken, lent] = this.resumed ? [new KeyTable(), new KeyTable()] : [this.keys, this.lent];
    await comparison.begin(chunks, taken, lent);
  }

  /** Whether the comparison has to begin with the first row. */
  get comparesFromStart(): boolean {
    return this.resumed && this.comparison !== undefined;
  }

  /** After the last page. @returns `undefined` when there is nothing that can be compared with */
  async difference(): Promise<Difference | undefined> {
    await this.beginComparison();
    return this.comparison?.begun === true ? this.comparison.difference : undefined;
  }

  /**
   * Counts and digests the rows of a page and lines up those that land, within its memory. Call `advance` when the
   * lines are on their way.
   *
   * @param odd of `oddRowsOf`, and `lending.prepare` has seen them
   */
  take(page: Page, odd: readonly Oddity[]): Buffer {
    this.whole = false;
    if (!Number.isNaN(page.servedAt)) this.servedAt = Math.min(this.servedAt, page.servedAt);
    if (page.stated !== undefined) this.stated.add(page.stated);
    const { body, count, starts, ends } = page.cut;
    const keys = keyDigests(page.cut, this.of.dataset.key.length);
    const content = this.comparison && contentDigests(page.cut);
    const kept = this.parts.withoutRepeats(keys, count, this.keys);
    for (const each of odd) {
      if (kept[each.row] === 0) continue;
      const stays = this.lending.keeps(each, keys);
      if (!stays) kept[each.row] = LENT;
      else if (each.place?.day !== this.of.window.day) this.outside += 1;
    }
    for (let row = 0; row < count; row++) {
      const fate = kept[row];
      if (fate === 0) continue;
      const tag = content?.[2 * row + 1] ?? 0;
      if (fate === 1) this.digest.add(body.subarray(starts[row], ends[row]));
      if (fate === 1) this.rows += 1;
      else this.neighbours += 1;
      // A row of the overlap that comes twice may also stand in place of a missing one.
      if (!this.keys.add(keys, row, tag)) this.duplicates += 1;
      else {
        if (fate === LENT) this.lent.add(keys, row);
        if (this.comparison?.begun === true) this.comparison.note(keys, row, tag, fate === LENT);
      }
    }
    this.expectTotal(page.total);
    const lines = lineUpInPlace(page.cut, row => kept[row] === 1);
    this.bytes += lines.length;
    return lines;
  }

  /** A total that moves while the day is read means that rows have shifted from page to page. */
  private expectTotal(total: number | undefined): void {
    if (this.parts.expectTotal(total)) return;
    throw new LandlineError({
      reason: 'page.total',
      remedy: 'restart',
      message: `The number of rows of ${this.of.dataset.name} changed while they were read, so the day is read again.`,
    });
  }

  /** The read continues at `next`. @param arrivedAt when the page with that link arrived */
  advance(next: string | undefined, arrivedAt: number): void {
    this.pages += 1;
    this.cursor = next;
    this.cursorAt = arrivedAt;
    this.ended = next === undefined && !this.parts.next();
    this.whole = true;
  }

  /** @param segments where all lines taken so far are staged */
  checkpoint(segments: readonly Segment[]): Checkpoint {
    const { seams } = this.lending;
    return {
      window: this.of.window.from,
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
      recentKeys: this.keys.recent().toString('base64'),
      ...this.parts.state,
      ...(seams && { seams }),
      ...(this.comparison?.begun === true && { compared: this.comparison.state }),
      ...((this.doubted || this.stated.size > 0) && { doubted: true }),
    };
  }

  /** Whether fewer rows came than were stated. One number on every page may be that of the whole list (OData). */
  private get lacksStated(): boolean {
    if (this.stated.size === 0) return this.doubted;
    const came = this.rows + this.neighbours + this.parts.repeats;
    return this.doubted || this.stated.size > 1 || !this.stated.has(came);
  }

  complete(): CompleteRead {
    const { seams } = this.lending;
    return {
      rows: this.rows,
      fingerprint: fingerprintOf(this.rows, this.digest.text),
      duplicates: this.duplicates,
      neighbours: this.neighbours + this.parts.repeats,
      outside: this.outside,
      total: this.parts.totalOfAll,
      ...(seams && { seams }),
      ...(this.lacksStated && { doubted: true }),
    };
  }
}

/** Of a row of a page: 1 lands, 0 is passed over. */
const LENT = 2;

/** Progress is trusted only if its rows were compared with the partition that is there now. */
function isTrusted(checkpoint: Checkpoint, { from }: Window, partition: Partition | undefined, now: number): boolean {
  const { window, cursorAt, digest, pages, compared } = checkpoint;
  const known = pages === 0 || partition === undefined || compared?.with === partition.receipt.fingerprint;
  const mine = window === from && isDigest(digest);
  // A clock that is a little behind is still trusted. A date far ahead is not: no worker can have written it.
  const dated = Date.parse(cursorAt) <= now + CURSOR_MS;
  return known && mine && dated && now <= Date.parse(cursorAt) + CURSOR_MS;
}
