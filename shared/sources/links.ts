import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import type { SourceResponse } from './http/send.ts';

/**
 * Links to the next page. A link is followed if it stays on the configured origin, API version and function, however it
 * is spelled. Every other link is refused before anything is sent, because the token would be sent with the request.
 */

/** The longest origin that can exist: scheme, host name of 253 characters, port. Messages cut a longer one. */
const ORIGIN_MAX = 'https://'.length + 253 + ':65535'.length;

/** The longest link: half of what a property of the ledger holds, and more than servers accept. */
const LINK_MAX = 16_384;

/**
 * Names of the next link: `@odata.nextLink` (OData 4), `@nextLink` (4.01), `odata.nextLink` (3), `nextLink`, any of them
 * in any case (Microsoft's prose writes `@odata.NextLink`), or as an annotation of the row array.
 */
const NEXT_LINK = /^(?:value@)?@?(?:odata\.)?nextlink$/i;

/** Names of what may be meant as a next link, but is not known to be one. */
const LIKE_NEXT_LINK =
  /(?:^|[^a-z])next[-_.]?(?:page)?[-_.]?(?:links?|url|uri|href|token|cursor)?$|nextlink$|skip[-_.]?token$|continuation[-_.]?(?:token)?$/i;

/** In the header `Link`: the relations of a link, as a quoted list of words or as one word. */
const LINK_RELATION = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/gi;

/** How deep such a name is looked for in other members: `{"_links":{"next":{"href":…}}}`, `{"meta":{"paging":{"next":…}}}`. */
const LIKE_DEPTH = 3;

/**
 * The link to the next page as it was sent; `undefined` on the last one.
 *
 * @throws LandlineError `page.bad_json` for anything that may be meant as one and is not: the day would end too early
 */
export function linkIn(envelope: ReadonlyMap<string, unknown>, dataset: Dataset): string | undefined {
  const refuse = (what: string): never => {
    throw unclear(what, dataset);
  };
  const links = new Set<string>();
  for (const [name, value] of envelope) {
    // A link that is null is no link: there is no next page.
    if (value === null || value === false) continue;
    if (NEXT_LINK.test(name))
      links.add(typeof value === 'string' && value !== '' ? value : refuse('has a next link that is not a text'));
    else if (isLikeNextLink(name, value, LIKE_DEPTH)) refuse('has a next link that is not named "@odata.nextLink"');
  }
  if (links.size > 1) refuse('has two next links that differ');
  const [link] = links;
  return link;
}

/** @throws LandlineError as `linkIn`: for a link to the next page in the header `Link` (RFC 8288), which is not followed */
export function refuseLinkHeader({ header }: SourceResponse, dataset: Dataset): void {
  for (const [, quoted, plain = ''] of (header('link') ?? '').matchAll(LINK_RELATION))
    if ((quoted ?? plain).toLowerCase().split(/\s+/).includes('next'))
      throw unclear('has a next link in a header', dataset);
}

function unclear(what: string, dataset: Dataset): LandlineError {
  const message = `A page of ${dataset.name} ${what}, so it is not known whether more pages follow. If it stays so, the source has changed, or something else answers instead of it.`;
  return new LandlineError({ reason: 'page.bad_json', remedy: 'retry', message });
}

function isLikeNextLink(name: string, value: unknown, depth: number): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false;
  if (LIKE_NEXT_LINK.test(name)) return true;
  if (typeof value === 'string') return name === 'rel' && value === 'next';
  if (typeof value !== 'object' || depth === 0) return false;
  return Object.entries(value).some(([inner, each]) => isLikeNextLink(inner, each, depth - 1));
}

/**
 * The address of a link, if it is one we may send the token to: the configured origin, the dataset's API version and
 * function, nothing hidden in it.
 *
 * @param link as the source gave it, or as it was stored
 * @param from the page that it stands on, for a link without a path
 * @throws LandlineError `security.foreign_link`; its message names the host and never the link
 */
export function trustedLink(link: string, origin: string, dataset: Dataset, from?: URL): URL {
  const refused: string[] = [];
  const text = encodedQuery(link);
  for (const base of basesOf(origin, dataset, link, from)) {
    const why = URL.canParse(text, base) ? flawOf(new URL(text, base), text, origin, dataset) : 'it is not an address';
    if (why === undefined) return new URL(text, base);
    refused.push(why);
  }
  throw new LandlineError({
    reason: 'security.foreign_link',
    remedy: 'reject',
    message: `A page link of ${dataset.name} was not followed and no token was sent: ${refused[0]}. Links must stay on ${origin}, version ${dataset.api}, function ${dataset.call}. Check whether a proxy is answering instead of the source.`,
  });
}

const folderOf = ({ api }: Dataset): string => `/${api}/communications/callRecords/`;

/**
 * What a relative link may be relative to: the folder of the function, as a URL is; the root of the service, as OData has
 * it; and the page itself, for a link that is only a query.
 */
function basesOf(origin: string, dataset: Dataset, link: string, from: URL | undefined): string[] {
  if (from !== undefined && /^\?./.test(link)) return [from.href];
  return [`${origin}${folderOf(dataset)}`, `${origin}/${dataset.api}/`, `${origin}/`];
}

/** Encodes what a source left raw in the query although a URL ends or changes at it: it is part of a value. */
function encodedQuery(link: string): string {
  const at = link.indexOf('?');
  if (at < 0) return link;
  const query = link.slice(at + 1).trimEnd();
  return (
    link.slice(0, at + 1) +
    query.replace(/[\s#\\"<>^`{|}]|[^\x21-\x7e]/gu, raw => encodeURIComponent(raw.toWellFormed()))
  );
}

/** A letter or digit may be written as its code, and is the same one: RFC 3986, 6.2.2.2. */
function withoutNeedlessCodes(path: string): string {
  return path.replace(/%(?:[46][1-9a-f]|[57][0-9a]|3[0-9])/gi, code => decodeURIComponent(code));
}

/** Why the token may not go there; `undefined` when it may. */
function flawOf(url: URL, text: string, origin: string, dataset: Dataset): string | undefined {
  if (text.length > LINK_MAX) return 'it is longer than an address may be';
  if (url.origin !== origin) return `it leads to ${JSON.stringify(url.origin.slice(0, ORIGIN_MAX))}`;
  if (url.username !== '' || url.password !== '') return 'it carries credentials';
  // The parser resolves `..` and turns `\` into `/`; a server may also decode `%2f`. A plain link has none of these.
  const [path = ''] = text.split('?');
  if (/[\\\s#]/.test(path) || /%2f|%5c|%2e|%00/i.test(path)) return 'it hides characters of a path';
  const folder = folderOf(dataset);
  const plain = withoutNeedlessCodes(url.pathname);
  const inFolder = plain.slice(0, folder.length).toLowerCase() === folder.toLowerCase();
  // The arguments may be left out: then the query says where the next page starts.
  const call = /^(?:microsoft\.graph\.callrecords\.)?([a-z]+)(?:(?:\(|%28)[^/]*)?$/i.exec(
    plain.slice(folder.length),
  )?.[1];
  return inFolder && call?.toLowerCase() === dataset.call.toLowerCase() ? undefined : 'it leads to another path';
}
