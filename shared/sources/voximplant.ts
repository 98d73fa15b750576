import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import type { Clock, Page, Source } from '../words/ports.ts';
import { httpDate } from './http/dates.ts';
import type { Send, SourceResponse } from './http/send.ts';
import { capped, pageCut, refuseCut } from './page-body.ts';
import { refuseUnlessJson } from './refusals.ts';
import { patiently } from './retries.ts';
import { isOfStaleToken, refuseErrors } from './voximplant-errors.ts';

/**
 * Voximplant's Management API: the message histories.
 *
 * What is known of them: a signed token instead of a sign-in; parameters as a form, so that numbers stay out of access
 * logs; dates in UTC without a zone, bounds of unknown kind; pages by offset, over rows in no promised order; errors
 * come inside a 200; `total_count` is of the whole window. Sources: the pages named in `datasets/`.
 */

export interface VoximplantSettings {
  /** For example `https://api.voximplant.com/platform_api`. */
  readonly url: string;
  /** A bearer token; `fresh` when the last one was refused: voximplant-token.ts. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly send: Send;
  /** From 0 up to 1, to spread delays. */
  readonly random: () => number;
  readonly clock: Clock;
}

export function voximplantSource(settings: VoximplantSettings): Source {
  const { clock, random } = settings;
  return {
    read(dataset, window, cursor, signal) {
      const offset = offsetOf(cursor, dataset);
      const url = new URL(`${settings.url.replace(/\/$/, '')}/${dataset.call}`);
      const body = new URLSearchParams({
        from_date: plain(window.from),
        to_date: plain(window.to),
        count: String(dataset.pageSize),
        offset: String(offset),
      }).toString();
      const ask = async (fresh: boolean): Promise<SourceResponse> => {
        const headers = {
          authorization: `Bearer ${await settings.token(fresh)}`,
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        };
        return settings.send({ method: 'POST', url, headers, body }, signal);
      };
      let doubted = false;
      const once = async (): Promise<Page> => {
        const first = await ask(false);
        // A token that was refused for its times is minted anew, once.
        const response = isOfStaleToken(first) ? await ask(true) : first;
        refuseErrors(response, dataset, clock.now());
        const page = pageOf(response, dataset, offset);
        if (!endsEarly(page, offset)) return page;
        // The page is requested once more. If it is empty again, the source gives no further pages.
        if (doubted)
          throw capped(dataset, `it has no rows from row ${offset} on, although it says that there are more`);
        doubted = true;
        return once();
      };
      return patiently(once, { clock, random }, signal);
    },
  };
}

/** Whether a page behind the first has no rows where the source itself says that there are some. */
function endsEarly({ cut, total }: Page, offset: number): boolean {
  return offset > 0 && cut.count === 0 && total !== undefined && total > offset;
}

/** `2026-01-31 00:00:00`, UTC; seconds are the finest unit. */
function plain(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

function offsetOf(cursor: string | undefined, dataset: Dataset): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,12}$/.test(cursor)) return Number(cursor);
  const message = `The saved cursor of ${dataset.name} is not an offset. The day is read again from its first page.`;
  throw new LandlineError({ reason: 'paging.expired', remedy: 'restart', message });
}

function pageOf(response: SourceResponse, dataset: Dataset, offset: number): Page {
  refuseUnlessJson(response, dataset);
  const cut = pageCut(response, dataset);
  const total = cut.envelope.get('total_count');
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) {
    const message = `A page of ${dataset.name} does not say how many rows there are, so it cannot be proved complete. If it stays so, the source has changed, or something else answers instead of it.`;
    throw new LandlineError({ reason: 'page.total', remedy: 'retry', message });
  }
  const read = offset + cut.count;
  // The read ends when as many rows came as the count says, and the page is not full. It also ends at an empty page
  // before that; the count then shows that rows are missing.
  const more = cut.count > 0 && (read < total || cut.count === dataset.pageSize);
  if (!more) refuseCut(cut, dataset);
  return {
    cut,
    next: more ? String(read) : undefined,
    total,
    notice: undefined,
    servedAt: httpDate(response.header('date')),
    release: response.release,
  };
}
