import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/sift.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { Page } from '../../shared/words/ports.ts';
import { linesIn } from './lines.ts';
import type { Row, Truth } from './truth.ts';

/** Pages of the truth as it is when they are asked for, and a record of all that was ever sent. */

/** One page that was sent. Its number is in the cursor to the next one, so that every chain of pages is known. */
interface Sent {
  readonly before: number | undefined;
  readonly rows: readonly Row[];
  readonly at: number;
  readonly version: number;
  readonly total: number | undefined;
}

export interface Serving {
  readonly now: number;
  /** What the source says its clock is. */
  readonly servedAt: number;
  /** Whether a row is left out. */
  readonly short: boolean;
}

/** A chain of pages from the first to the last: what a day may land as. */
export interface WholeRead {
  /** Every row that came, in order, and whether it is the day's own. */
  readonly lines: readonly { readonly line: string; readonly own: boolean }[];
  /** Of every row that came. */
  readonly keys: ReadonlySet<string>;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Whether the rows changed while they were read. */
  readonly torn: boolean;
  readonly repeated: number;
  /** Whether the total it was told is what it got. */
  readonly totalsAgree: boolean;
}

export class PageRecord {
  /** By `dataset/day`, every whole read of it. */
  readonly wholeReads = new Map<string, WholeRead[]>();
  private readonly sent: Sent[] = [];
  private readonly freshAt = new Map<string, number>();
  private readonly pageRows: number;

  constructor(pageRows: number) {
    this.pageRows = pageRows;
  }

  /** The page behind a cursor, as of now. */
  page(truth: Truth, day: Day, cursor: string | undefined, how: Serving): Page {
    const { now, servedAt } = how;
    const { dataset } = truth;
    const [before, offset] = cursor === undefined ? [undefined, 0] : parse(cursor);
    const all = truth.windowRows(day);
    const rows = all.slice(offset, offset + this.pageRows - (how.short ? 1 : 0));
    const last = offset + this.pageRows >= all.length;
    const total = dataset.source === 'voximplant' ? all.length : undefined;
    const number = this.sent.push({ before, rows, at: now, version: truth.versionOf(day), total }) - 1;
    if (last) this.finish(truth, day, number);
    const next = last ? undefined : `${number}@${offset + this.pageRows}`;
    if (next !== undefined) this.freshAt.set(next, now);
    const cut = cutRowsInPlace(Buffer.from(bodyOf(dataset, rows, total)), cutSpecOf(dataset));
    // Memory that was given back holds something else: whoever still looks at it must be noticed.
    const release = () => void cut.body.fill('x');
    return { cut, next, total, notice: undefined, servedAt, release };
  }

  /** When the worker that holds a cursor last knew it was good. */
  freshness(cursor: string): number {
    return this.freshAt.get(cursor) ?? 0;
  }

  /** A worker has staged the page that came with the cursor. */
  refresh(cursor: string, now: number): void {
    this.freshAt.set(cursor, now);
  }

  private finish(truth: Truth, day: Day, last: number): void {
    const chain: Sent[] = [];
    for (let at: number | undefined = last; at !== undefined; ) {
      const sent: Sent | undefined = this.sent[at];
      if (sent === undefined) break;
      chain.unshift(sent);
      at = sent.before;
    }
    const rows = chain.flatMap(sent => sent.rows);
    const first = chain[0];
    const keys = new Set(rows.map(row => row.key));
    const received = rows.length;
    const read: WholeRead = {
      lines: rows.map(row => ({ line: row.line, own: row.day === day })),
      keys,
      startedAt: first?.at ?? 0,
      endedAt: chain.at(-1)?.at ?? 0,
      torn: chain.some(({ version }) => version !== first?.version),
      repeated: rows.length - keys.size,
      totalsAgree: chain.every(({ total }) => total === first?.total && (total === undefined || total === received)),
    };
    const key = `${truth.dataset.name}/${day}`;
    const reads = this.wholeReads.get(key) ?? [];
    reads.push(read);
    this.wholeReads.set(key, reads);
  }
}

/** Whether a day may land as this text: all of its own rows, and of the others those that stay. */
export function landsAs({ lines }: WholeRead, text: string): boolean {
  const landed = linesIn(text);
  let at = 0;
  for (const { line, own } of lines) {
    if (landed[at] === line) at += 1;
    else if (own) return false;
  }
  return at === landed.length;
}

function parse(cursor: string): [number, number] {
  const [before, offset] = cursor.split('@').map(Number);
  if (before === undefined || offset === undefined || Number.isNaN(before + offset))
    throw new LandlineError({ reason: 'source.rejected', remedy: 'reject', message: `No such cursor: ${cursor}` });
  return [before, offset];
}

function bodyOf(dataset: Dataset, rows: readonly Row[], total: number | undefined): string {
  const served = rows.map(row => row.served).join(', ');
  const more = total === undefined ? `"@odata.context":"x"` : `"total_count":${total},"count":${rows.length}`;
  return `{${more},"${dataset.rowArray}":[${served}]}`;
}
