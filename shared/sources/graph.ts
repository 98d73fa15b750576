import { cutRowsInPlace } from '../rows/cut.ts';
import { cutSpecOf } from '../rows/sift.ts';
import { LandlineError } from '../words/errors.ts';
import type { Dataset, Window } from '../words/model.ts';
import type { Clock, Page, Source } from '../words/ports.ts';
import { failureOfStatus, type Refusal, refuseUnlessJson, refuseUnlessSized } from './answers.ts';
import { httpDate } from './http/dates.ts';
import type { Answer, Send } from './http/send.ts';
import { patiently } from './patience.ts';

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

const NEXT_LINK = '@odata.nextLink';
/** What may be meant for it: Microsoft's own prose writes `@odata.NextLink`. */
const LIKE_NEXT_LINK = /nextlink$/i;
const COUNT = '@odata.count';

export function graphSource(settings: GraphSettings): Source {
  const { clock, random } = settings;
  return {
    async read(dataset, window, cursor, signal) {
      const link = cursor === undefined ? firstLink(settings.origin, dataset, window) : cursor;
      const url = trustedLink(link, settings.origin, dataset);
      let doubted = false;
      const once = async (): Promise<Page> => {
        const answer = await authorized(settings, url, signal);
        refuseUnlessOk(answer, dataset, cursor !== undefined, clock.now());
        const page = pageOf(answer, dataset, settings.origin);
        // A page whose own count is wrong is asked for once more; if it stays, the rows win over the count.
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

/** Of an address that can exist: a scheme, a host name of 253 characters, a port. The ledger cannot hold any length. */
const ORIGIN_MAX = 'https://'.length + 253 + ':65535'.length;

/**
 * The address of a link, if it is one we may send the token to: the configured origin, the dataset's API version and
 * function, nothing hidden in it. Everything else is refused before anything is sent.
 *
 * @param link as the source gave it, or as it was stored
 * @throws LandlineError `security.foreign_link`; its message names the host and never the link
 */
export function trustedLink(link: string, origin: string, dataset: Dataset): URL {
  const refuse = (why: string): never => {
    throw new LandlineError({
      reason: 'security.foreign_link',
      remedy: 'reject',
      message: `A page link of ${dataset.name} was not followed and no token was sent: ${why}. Links must stay on ${origin}, version ${dataset.api}, function ${dataset.call}. Find out who answers in the name of the source.`,
    });
  };
  const base = `${origin}/${dataset.api}/communications/callRecords/`;
  if (!URL.canParse(link, base)) return refuse('it is not an address');
  const url = new URL(link, base);
  if (url.origin !== origin) return refuse(`it leads to ${JSON.stringify(url.origin.slice(0, ORIGIN_MAX))}`);
  if (url.username !== '' || url.password !== '') return refuse('it carries credentials');
  // The parser resolves `..` and turns `\` into `/`; a server may also decode `%2f`. A plain link has none of these, but
  // what stands behind its question mark may be any text, encoded.
  const [path = ''] = link.split('?');
  if (/[\\\s#]/.test(link) || /%2f|%5c|%2e|%00/i.test(path)) return refuse('it hides characters of a path');
  const rest = url.pathname.startsWith(new URL(base).pathname) ? url.pathname.slice(new URL(base).pathname.length) : '';
  const call = /^(?:microsoft\.graph\.callrecords\.)?([a-z]+)(?:\(|%28)[^/]*$/i.exec(rest)?.[1];
  if (call?.toLowerCase() !== dataset.call.toLowerCase()) return refuse('it leads to another path');
  return url;
}

/** One request with the token; a refused token is replaced once. */
async function authorized(settings: GraphSettings, url: URL, signal: AbortSignal): Promise<Answer> {
  const ask = async (fresh: boolean): Promise<Answer> => {
    const headers = { authorization: `Bearer ${await settings.token(fresh)}`, accept: 'application/json' };
    return settings.send({ method: 'GET', url, headers }, signal);
  };
  const answer = await ask(false);
  return answer.status === 401 ? ask(true) : answer;
}

function refuseUnlessOk(answer: Answer, dataset: Dataset, midChain: boolean, now: number): void {
  const { status } = answer;
  if (status === 200) return;
  const expired = midChain && (status === 400 || status === 404 || status === 410);
  throw failureOfStatus(answer, `Graph refused ${dataset.call}`, dataset, now, {
    ...(expired && { refusal: EXPIRED_LINK }),
    code: errorCodeOf(answer.body),
    requestId: answer.header('request-id'),
  });
}

const EXPIRED_LINK: Refusal = {
  reason: 'paging.expired',
  remedy: 'restart',
  meaning: 'the page link is no longer valid, so the day is read again from its first page',
};

/** The error's code, when the body has one that looks like a code. Its message is not repeated: it may hold data. */
function errorCodeOf(body: Buffer): string | undefined {
  return /"code"\s*:\s*"([A-Za-z][A-Za-z0-9_.]{0,63})"/.exec(body.toString('latin1', 0, 4096))?.[1];
}

function pageOf(answer: Answer, dataset: Dataset, origin: string): Page {
  refuseUnlessJson(answer, dataset);
  const cut = cutRowsInPlace(answer.body, cutSpecOf(dataset));
  refuseUnlessSized(cut.count, dataset);
  const next = linkIn(cut.envelope, dataset);
  const count = cut.envelope.get(COUNT);
  return {
    cut,
    next: next === undefined ? undefined : absolute(next, origin, dataset),
    total: undefined,
    notice: typeof count === 'number' && count !== cut.count ? 'page.count' : undefined,
    servedAt: httpDate(answer.header('date')),
    release: answer.release,
  };
}

/**
 * The link to the next page as it was sent; `undefined` on the last one.
 *
 * @throws LandlineError `page.bad_json` for anything that may be meant as one and is not: the day would end too early
 */
function linkIn(envelope: ReadonlyMap<string, unknown>, dataset: Dataset): string | undefined {
  const refuse = (what: string): never => {
    const message = `A page of ${dataset.name} ${what}, so it is not known whether more pages follow. If it stays so, the source has changed, or something else answers in its name.`;
    throw new LandlineError({ reason: 'page.bad_json', remedy: 'retry', message });
  };
  for (const [name, value] of envelope)
    if (name !== NEXT_LINK && LIKE_NEXT_LINK.test(name) && value !== null && value !== '')
      refuse(`has a next link that is not named "${NEXT_LINK}"`);
  // A link that is null is no link: there is no next page.
  const link = envelope.get(NEXT_LINK) ?? undefined;
  if (link === undefined || (typeof link === 'string' && link !== '')) return link;
  return refuse('has a next link that is not a text');
}

/** The link unchanged, but for one that was relative: a stored cursor has to stand alone. */
function absolute(link: string, origin: string, dataset: Dataset): string {
  const url = trustedLink(link, origin, dataset);
  return /^https?:\/\//i.test(link) ? link : url.href;
}
