import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import type { Page } from '../words/ports.ts';
import type { Reading } from './reading.ts';

/** Empty pages in a row, each with a link to the next, before that counts as an endless chain. */
const EMPTY_PAGES_MAX = 3;

/** The links followed so far. A source that leads in circles, or on and on through nothing, is stopped. */
export class Chain {
  private readonly dataset: Dataset;
  private readonly reading: Reading;
  private readonly pagesMax: number;
  private readonly seen = new Set<string>();
  private emptyPages = 0;

  constructor(dataset: Dataset, reading: Reading, pagesMax: number) {
    this.dataset = dataset;
    this.reading = reading;
    this.pagesMax = pagesMax;
  }

  refuseEndless({ cut, next }: Page): void {
    this.emptyPages = cut.count === 0 ? this.emptyPages + 1 : 0;
    if (next === undefined) return;
    // Each part of a divided window has a chain of its own, and a source that counts may use the same links in each.
    const link = `${this.reading.parts.index} ${next}`;
    if (this.seen.has(link)) throw this.endless('paging.loop', 'a page links to one that was read before');
    this.seen.add(link);
    if (this.emptyPages > EMPTY_PAGES_MAX) throw this.endless('paging.empty', 'empty pages follow one another');
    if (this.reading.pages >= this.pagesMax)
      throw this.endless('limits.day_pages', `a day has ${this.pagesMax} pages at most`);
  }

  private endless(reason: 'paging.loop' | 'paging.empty' | 'limits.day_pages', why: string): LandlineError {
    const { dataset, reading } = this;
    const remedy = reason === 'limits.day_pages' ? 'reject' : 'retry';
    const message = `Reading ${dataset.name} was stopped after ${reading.pages + 1} pages: ${why}. If it stays so, report it to the provider (${dataset.docsUrl}).`;
    return new LandlineError({ reason, remedy, message });
  }
}
