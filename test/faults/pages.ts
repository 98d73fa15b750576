import type { Dataset, Day, Window } from '../../shared/words/model.ts';
import { linesIn } from './lines.ts';
import { endsDay, type Row, startsDay, type Truth } from './truth.ts';

/** A record of all pages that a worker took for pages, and of the whole reads that they make. */

/** One page that was taken. Its number is in the cursor to the next one, so that every chain of pages is known. */
interface Taken {
  /** Of the first page of a later part, every page that the part before it ended with. */
  readonly before: readonly number[];
  /** To the next page, as it came. */
  readonly link: string | undefined;
  /** Start of the part of the window. */
  readonly part: string;
  readonly rows: readonly Row[];
  readonly at: number;
  readonly version: number;
  readonly total: number | undefined;
  readonly believable: boolean;
}

export type TakenPage = Pick<Taken, 'link' | 'rows' | 'at' | 'version' | 'total' | 'believable'> & {
  /** The cursor that it was asked for with. */
  readonly cursor: string | undefined;
  readonly asked: Window;
  /** No page of the window, or of its part, follows. */
  readonly last: boolean;
};

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
  /** Whether no page of it went wrong in a way that it shows. */
  readonly believable: boolean;
}

/** Windows that are divided can be put together in several ways, where several workers read them. */
const WAYS_MAX = 64;

/** Parts of a window overlap by this much: shared/fetch/window-parts.ts. */
const OVERLAP_MS = 3_000;

export class PageRecord {
  /** By `dataset/day`, every whole read of it. */
  readonly wholeReads = new Map<string, WholeRead[]>();
  /** Rows of a page. */
  readonly pageRows: number;
  private readonly pages: Taken[] = [];
  /** The last pages of parts, by where the next part starts. */
  private readonly partEnds = new Map<string, number[]>();
  private readonly freshAt = new Map<string, number>();
  /** The pages that gave a cursor: several, where a chain leads in a circle. */
  private readonly givers = new Map<string, number[]>();

  constructor(pageRows: number) {
    this.pageRows = pageRows;
  }

  /** @returns its number */
  take(truth: Truth, page: TakenPage): number {
    const { cursor, asked, last, ...rest } = page;
    const { dataset } = truth;
    const key = `${dataset.name}/${asked.day}`;
    const first = cursor === undefined && startsDay(dataset, asked);
    const earlier = cursor === undefined ? this.partEnds.get(`${key}/${asked.from}`) : this.givers.get(cursor);
    const number = this.pages.push({ ...rest, part: asked.from, before: first ? [] : (earlier ?? []) }) - 1;
    if (!last) return number;
    if (endsDay(dataset, asked)) this.finish(dataset, asked.day, key, number);
    else {
      const next = `${new Date(Date.parse(asked.to) - OVERLAP_MS).toISOString().slice(0, 19)}.0000000Z`;
      const ends = this.partEnds.get(`${key}/${next}`) ?? [];
      this.partEnds.set(`${key}/${next}`, [...ends, number]);
    }
    return number;
  }

  /** The cursor to the page behind this one. What leads in a circle has to look like it. */
  cursorOf(number: number, link: string): string {
    let first = number;
    for (let page = this.pages[number]; page?.before.length === 1; ) {
      const [before = 0] = page.before;
      const earlier: Taken | undefined = this.pages[before];
      if (earlier?.part !== page.part) break;
      if (earlier.link === link) first = before;
      page = earlier;
    }
    const cursor = `${first}@${link}`;
    this.givers.set(cursor, [...(this.givers.get(cursor) ?? []), number]);
    return cursor;
  }

  /** When the worker that holds a cursor last knew it was good. */
  freshness(cursor: string): number {
    return this.freshAt.get(cursor) ?? 0;
  }

  /** A worker has received the cursor, or has staged the page that came with it. */
  refresh(cursor: string, now: number): void {
    this.freshAt.set(cursor, now);
  }

  private finish(dataset: Dataset, day: Day, key: string, last: number): void {
    const reads = this.wholeReads.get(key) ?? [];
    this.wholeReads.set(key, reads);
    for (const chain of this.chains(last))
      if (chain[0]?.part !== undefined && this.starts(dataset, day, chain[0])) reads.push(wholeOf(chain, day));
  }

  private starts(dataset: Dataset, day: Day, { part }: Taken): boolean {
    return startsDay(dataset, { day, from: part, to: '' });
  }

  /** Every chain of pages that ends with this one. */
  private chains(last: number): Taken[][] {
    const page = this.pages[last];
    if (page === undefined) return [];
    if (page.before.length === 0) return [[page]];
    return page.before
      .flatMap(before => this.chains(before))
      .slice(-WAYS_MAX)
      .map(chain => [...chain, page]);
  }
}

function wholeOf(chain: readonly Taken[], day: Day): WholeRead {
  const parts = [...Map.groupBy(chain, ({ part }) => part).values()];
  const keys = new Set<string>();
  const lines: { line: string; own: boolean }[] = [];
  let repeated = 0;
  let totalsAgree = true;
  for (const pages of parts) {
    const rows = pages.flatMap(page => page.rows);
    const mine = new Set<string>();
    for (const row of rows) {
      if (mine.has(row.key)) repeated += 1;
      // What came in an earlier part is passed over.
      else if (keys.has(row.key)) continue;
      mine.add(row.key);
      lines.push({ line: row.line, own: row.day === day });
    }
    for (const key of mine) keys.add(key);
    const [first] = pages;
    totalsAgree &&= pages.every(({ total }) => total === first?.total && (total ?? rows.length) === rows.length);
  }
  const [first] = chain;
  return {
    lines,
    keys,
    startedAt: first?.at ?? 0,
    endedAt: chain.at(-1)?.at ?? 0,
    torn: chain.some(({ version }) => version !== first?.version),
    repeated,
    totalsAgree,
    believable: chain.every(({ believable }) => believable),
  };
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
