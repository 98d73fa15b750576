import { digestOf } from '../rows/fingerprint.ts';
import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import type { Page } from '../words/ports.ts';
import type { Reading } from './reading.ts';

/** Pages in a row, each with a link to the next, that bring only rows that came before. One may be a shift of rows. */
const KNOWN_PAGES_MAX = 2;

export interface LinkLimits {
  /** Pages of one day. */
  readonly pagesMax: number;
  /** Empty pages in a row, each with a new link to the next. */
  readonly emptyPagesMax: number;
}

/** The links followed so far. Reading stops when links lead in a circle, or to page after page without new rows. */
export class FollowedLinks {
  private readonly dataset: Dataset;
  private readonly reading: Reading;
  private readonly limits: LinkLimits;
  /** As digests: forty thousand links, each as long as a link may be, would fill the memory. */
  private readonly seen = new Set<string>();
  /** Of the day, the one at hand included. */
  private pages = 0;
  private emptyPages = 0;
  private knownPages = 0;

  constructor(dataset: Dataset, reading: Reading, limits: LinkLimits) {
    this.dataset = dataset;
    this.reading = reading;
    this.limits = limits;
  }

  /** Before the next page is asked for. @throws LandlineError `paging.loop`, `paging.empty`, `limits.day_pages` */
  refuseEndless({ cut, next }: Page): void {
    const { emptyPagesMax, pagesMax } = this.limits;
    this.pages = this.reading.pages + 1;
    this.emptyPages = cut.count === 0 ? this.emptyPages + 1 : 0;
    if (next === undefined) return;
    // Each part of a divided window has a chain of its own, and a source that counts may use the same links in each.
    const link = digestOf(`${this.reading.parts.index} ${next}`);
    if (this.seen.has(link)) throw this.endless('paging.loop', 'a page links to one that was read before');
    this.seen.add(link);
    if (this.emptyPages > emptyPagesMax)
      throw this.endless('paging.empty', `${this.emptyPages} empty pages followed one another`);
    if (this.reading.pages >= pagesMax) throw this.endless('limits.day_pages', `a day has ${pagesMax} pages at most`);
  }

  /**
   * Called when the rows of a page have been counted: each link may be new, and still lead to the same rows.
   *
   * @param rows of the page
   * @param known how many of them came before in this read
   * @throws LandlineError `paging.loop`
   */
  refuseKnown(rows: number, known: number, next: string | undefined): void {
    this.knownPages = rows > 0 && known === rows && next !== undefined ? this.knownPages + 1 : 0;
    if (this.knownPages >= KNOWN_PAGES_MAX)
      throw this.endless('paging.loop', `${this.knownPages} pages brought only rows that came before`);
  }

  private endless(reason: 'paging.loop' | 'paging.empty' | 'limits.day_pages', why: string): LandlineError {
    const { dataset } = this;
    const remedy = reason === 'limits.day_pages' ? 'reject' : 'retry';
    const message = `Reading ${dataset.name} was stopped after ${this.pages} pages: ${why}. If it stays so, report it to the provider (${dataset.docsUrl}).`;
    return new LandlineError({ reason, remedy, message });
  }
}
