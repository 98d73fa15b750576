import type { Dataset, Window } from '../words/model.ts';
import type { Clock, Page, Source } from '../words/ports.ts';
import { httpDate } from './http/dates.ts';
import type { Send, SourceResponse } from './http/send.ts';
import { linkIn, refuseLinkHeader, trustedLink } from './links.ts';
import { capped, codeIn, pageCut, refuseCut, saysCut } from './page-body.ts';
import { failureOfStatus, type Refusal, refuseUnlessJson } from './refusals.ts';
import { patiently } from './retries.ts';

/**
 * Microsoft Graph: the log functions of `communications/callRecords`.
 *
 * What is known of them: the arguments go into the path as full UTC timestamps; a body holds `value` and, unless it is
 * the last one, `@odata.nextLink`; the link is requested unchanged, because its arguments are not always named like
 * ours; `@odata.count` counts the rows of the page; an empty page with a link does not end paging.
 * Sources: the pages named in `datasets/`, and learn.microsoft.com/graph/paging, …/graph/throttling.
 */

export interface GraphSettings {
  /** Scheme and host, for example `https://graph.microsoft.com`. */
  readonly origin: string;
  /** A bearer token; `fresh` when the last one was refused. Throws `LandlineError` with reason `auth.*`. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly send: Send;
  /** From 0 up to 1, to spread delays. */
  readonly random: () => number;
  readonly clock: Clock;
}

/** As OData 4, 4.01 and 3 name the count. */
const COUNTS = ['@odata.count', '@count', 'odata.count'];

export function graphSource(settings: GraphSettings): Source {
  const { clock, random } = settings;
  return {
    async read(dataset, window, cursor, signal) {
      const link = cursor === undefined ? firstLink(settings.origin, dataset, window) : cursor;
      const url = trustedLink(link, settings.origin, dataset);
      let doubted = false;
      const once = async (): Promise<Page> => {
        const response = await authorized(settings, url, signal);
        refuseUnlessOk(response, dataset, cursor !== undefined, clock.now());
        const page = pageOf(response, dataset, settings.origin, url);
        // A page whose own count is wrong is requested once more. If it is wrong again, the rows that came are taken.
        if (page.notice === undefined || doubted) return page;
        doubted = true;
        return once();
      };
      return patiently(once, { clock, random }, signal);
    },
  };
}

function firstLink(origin: string, dataset: Dataset, window: Window): string {
  const [from, to] = [seconds(window.from), seconds(window.to)];
  return `${origin}/${dataset.api}/communications/callRecords/${dataset.call}(fromDateTime=${from},toDateTime=${to})`;
}

/** Full UTC timestamps, without a fraction that is zero: the form Microsoft's own examples use. */
function seconds(time: string): string {
  return time.replace('.0000000Z', 'Z');
}

/** One request with the token; a refused token is replaced once. */
async function authorized(settings: GraphSettings, url: URL, signal: AbortSignal): Promise<SourceResponse> {
  const ask = async (fresh: boolean): Promise<SourceResponse> => {
    const headers = { authorization: `Bearer ${await settings.token(fresh)}`, accept: 'application/json' };
    return settings.send({ method: 'GET', url, headers }, signal);
  };
  const response = await ask(false);
  return response.status === 401 ? ask(true) : response;
}

function refuseUnlessOk(response: SourceResponse, dataset: Dataset, midChain: boolean, now: number): void {
  const { status, body } = response;
  if (status === 200) return;
  const said = body.toString('latin1', 0, 4096);
  if (TOO_MUCH.has(status) && saysCut(said)) throw capped(dataset, `it answers ${status} and speaks of a limit`);
  const expired = midChain && (status === 400 || status === 404 || status === 410);
  throw failureOfStatus(response, `Graph refused ${dataset.call}`, dataset, now, {
    ...(expired && { refusal: EXPIRED_LINK }),
    code: codeIn(said),
    requestId: response.header('request-id'),
  });
}

/** Statuses by which sources refuse a page that lies too far into a result. */
const TOO_MUCH: ReadonlySet<number> = new Set([400, 403, 413, 416, 422]);

const EXPIRED_LINK: Refusal = {
  reason: 'paging.expired',
  remedy: 'restart',
  meaning: 'the page link is no longer valid, so the day is read again from its first page',
};

function pageOf(response: SourceResponse, dataset: Dataset, origin: string, url: URL): Page {
  refuseUnlessJson(response, dataset);
  const cut = pageCut(response, dataset);
  const link = linkIn(cut.envelope, dataset);
  refuseLinkHeader(response, dataset);
  if (link === undefined) refuseCut(cut, dataset);
  const count = COUNTS.map(name => countOf(cut.envelope.get(name))).find(value => value !== undefined);
  const stated = count !== undefined && count > cut.count ? count : undefined;
  return {
    cut,
    next: link === undefined ? undefined : absolute(link, origin, dataset, url),
    total: undefined,
    notice: count !== undefined && count !== cut.count ? 'page.count' : undefined,
    ...(stated !== undefined && { stated }),
    servedAt: httpDate(response.header('date')),
    release: response.release,
  };
}

/** As a number, or as the text of one: OData writes large numbers so for clients that ask for it. */
function countOf(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** The link unchanged; a relative one is made absolute, because a stored cursor is used without its page. */
function absolute(link: string, origin: string, dataset: Dataset, from: URL): string {
  const url = trustedLink(link, origin, dataset, from);
  return /^https?:\/\//i.test(link) ? link : url.href;
}
