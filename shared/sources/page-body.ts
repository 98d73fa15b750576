import { cutRowsInPlace } from '../rows/cut.ts';
import { READ_AGAIN } from '../rows/json.ts';
import { cutSpecOf } from '../rows/place-in-day.ts';
import type { Cut } from '../words/cut.ts';
import { LandlineError } from '../words/errors.ts';
import type { Dataset } from '../words/model.ts';
import type { SourceResponse } from './http/send.ts';

/** The rows of a 200, if it is a whole page: by its form, and because it does not say itself that it is incomplete. */

/** Names of members that report an error, of the answer or of one item: in OData 3 and 4, Voximplant, SOAP and others. */
const ERROR_NAME = /^@?(?:odata\.)?(?:err(?:or)?s?|exceptions?|faults?)$/i;

/** A body without any of these is not parsed a second time. */
const ERROR_SPELLINGS = ['"error"', '"errors"', '"Error"', '"Errors"', 'odata.error"'];

/** A larger body is not parsed a second time: that could fill the memory. */
const PARSED_BYTES_MAX = 1024 * 1024;

/** A larger item is a row: an item that is only an error has fewer bytes. */
const ITEM_BYTES_MAX = 256 * 1024;

/** How a large body begins that is only an error. */
const STARTS_WITH_ERROR = /^\s*\{\s*"(?:@?odata\.)?errors?"\s*:/i;

/** Members of an error object. An item that has no other members is an error. */
const ERROR_MEMBERS =
  /^(?:code|msg|message|target|details|inner_?error|status|title|type|severity|(?:client-)?request-?id|date|timestamp|exception\w*|stack\w*|trace\w*|@.*)$/i;

/**
 * Members that say, when they are true, that there are more rows than came: `truncated`, `isPartial`, `hasMore`,
 * `has_next_page`, `resultLimitExceeded` and the like. Compared in small letters, without the signs between words.
 */
const CUT_NAME =
  /^(?:is)?(?:truncated|incomplete|partial|capped)(?:results?|rows?|data|page)?$|^(?:has)?(?:more|next)(?:results?|rows?|records?|data|pages?|items?)?(?:available)?$|(?:limit|max\w*)(?:reached|exceeded|hit)$/;

/** Words of an error that the source gives no more rows of this range: of offsets, pages or results, and of a limit. */
const THING = String.raw`\b(?:skip|offset|pag(?:e|es|ing|ination)|results?|rows?|records?|items?|entries|window)\b`;
const LIMIT = String.raw`\b(?:limit(?:ed|s)?|max(?:imum)?|exceed(?:s|ed|ing)?|too (?:large|many|deep|high|big|far)|(?:greater|more|less) than|at most|beyond|truncated|narrow|only (?:the )?first)\b`;
const CUT_WORDS = new RegExp(`${THING}[^"]{0,80}${LIMIT}|${LIMIT}[^"]{0,80}${THING}`, 'i');

/** Words of throttling, which also speaks of limits. */
const THROTTLE_WORDS = /\brate\b|too many requests|throttl|quota|retry after|try again/i;

/** How much of an error's text is looked at. */
const WORDS_MAX = 4096;

/** Whether a refusal says that the rows of the range are too many for it, or that it pages no further. */
export function saysCut(text: string): boolean {
  const words = text.slice(0, WORDS_MAX);
  return CUT_WORDS.test(words) && !THROTTLE_WORDS.test(words);
}

/** The failure of a day that is larger than one query gives. @param why a clause from "it …" on, without a stop */
export function capped(dataset: Dataset, why: string): LandlineError {
  return new LandlineError({
    reason: 'limits.query',
    remedy: 'reject',
    message: `The source gives only a part of the rows of ${dataset.name} that were asked for: ${why}. No row landed. Ask the provider to raise its limit for one query (${dataset.docsUrl}).`,
  });
}

/**
 * Cuts the rows out of a page.
 *
 * @throws LandlineError `page.*` and `limits.*` of the cutting; `source.failing` for a page that carries an error beside
 *   its rows, among them, in place of them, or behind its body
 */
export function pageCut(response: SourceResponse, dataset: Dataset): Cut {
  if (response.header('odata-error') !== undefined) throw failed(dataset, 'behind its rows', undefined);
  const cut = cutOrError(response, dataset);
  for (const [name, value] of cut.envelope)
    if (ERROR_NAME.test(name) && value !== null) throw failedWith(dataset, 'beside its rows', value);
  if (cut.count === 0 && [...cut.envelope.values()].some(value => holdsRows(value, dataset))) throw noRows(dataset);
  if (mayHoldErrors(cut)) {
    for (let row = 0; row < cut.count; row++) {
      if ((cut.ends[row] ?? 0) - (cut.starts[row] ?? 0) > ITEM_BYTES_MAX) continue;
      const item: unknown = JSON.parse(cut.body.toString('utf8', cut.starts[row], cut.ends[row]));
      if (isOnlyError(item, dataset)) throw failed(dataset, 'among its rows', codeOf(item));
    }
  }
  return cut;
}

/** Whether a member beside an empty list of rows is a list with rows. */
function holdsRows(value: unknown, { key: [id = ''], eventTime = id }: Dataset): boolean {
  const isRow = (item: unknown) => typeof item === 'object' && item !== null && (id in item || eventTime in item);
  return Array.isArray(value) && value.some(isRow);
}

function noRows({ name, rowArray }: Dataset): LandlineError {
  const message = `A page of ${name} has no rows in "${rowArray}", and rows in another member. ${READ_AGAIN}`;
  return new LandlineError({ reason: 'page.no_rows', remedy: 'retry', message });
}

/** A body that has an error and no rows is reported as an error, not as a body without rows. */
function cutOrError({ body }: SourceResponse, dataset: Dataset): Cut {
  try {
    return cutRowsInPlace(body, cutSpecOf(dataset));
  } catch (thrown) {
    if (thrown instanceof LandlineError && thrown.reason === 'page.no_rows') {
      const error = errorIn(body);
      if (error !== undefined) throw failed(dataset, 'in place of its rows', codeOf(error));
    }
    throw thrown;
  }
}

/**
 * The error of a body: the value of its first member that is named like an error. A body of more than a megabyte is not
 * parsed: if it begins with an error, an empty object is returned. `pageCut` finds errors beside rows in a body of any
 * size.
 *
 * @returns `undefined` when there is no error, or the body is not a JSON object: then the check of the page reports it
 */
export function errorIn(body: Buffer): unknown {
  if (body.length > PARSED_BYTES_MAX) return STARTS_WITH_ERROR.test(body.toString('latin1', 0, 256)) ? {} : undefined;
  if (!ERROR_SPELLINGS.some(name => body.includes(name))) return undefined;
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    for (const [name, value] of Object.entries(parsed)) if (ERROR_NAME.test(name) && value !== null) return value;
  } catch {
    // Not JSON.
  }
  return undefined;
}

/** @throws LandlineError `limits.query` for a last page that says that it is not the end */
export function refuseCut(cut: Cut, dataset: Dataset): void {
  for (const [name, value] of cut.envelope)
    if ((value === true || value === 'true') && CUT_NAME.test(name.toLowerCase().replace(/^@?odata\.|[-_@]/g, '')))
      throw capped(dataset, 'it says that its result is not whole, and has no link to the rest');
}

/** Whether a page may have items that are errors. The names of its members nearly always show that it has none. */
function mayHoldErrors({ members }: Cut): boolean {
  return members.some(name => ERROR_NAME.test(name) || /^(?:msg|message|code)$/i.test(name));
}

function isOnlyError(item: unknown, { fields }: Dataset): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const entries = Object.entries(item);
  if (entries.some(([name]) => fields.includes(name))) return false;
  if (entries.some(([name, value]) => ERROR_NAME.test(name) && value !== null)) return true;
  const says = entries.some(([name]) => /^(?:msg|message)$/i.test(name));
  return says && entries.every(([name]) => ERROR_MEMBERS.test(name));
}

function failedWith(dataset: Dataset, where: string, error: unknown): LandlineError {
  if (saysCut(JSON.stringify(error) ?? '')) return capped(dataset, 'it says so beside the rows');
  return failed(dataset, where, codeOf(error));
}

function failed(dataset: Dataset, where: string, code: string | undefined): LandlineError {
  const named = code === undefined ? '' : ` (${code})`;
  return new LandlineError({
    reason: 'source.failing',
    remedy: 'retry',
    message: `A page of ${dataset.name} carries an error ${where}${named}, so it is not whole. Landline reads it again by itself; if it stays so, look at the provider’s status page.`,
  });
}

/** The error's code, when it has one that looks like a code. Its message is not repeated: it may hold data. */
function codeOf(error: unknown): string | undefined {
  return codeIn(JSON.stringify(error)?.slice(0, WORDS_MAX) ?? '');
}

/** A code is letters, or a number that is too short to be a phone number. */
export function codeIn(text: string): string | undefined {
  return /"code"\s*:\s*"?([A-Za-z][A-Za-z0-9_.]{0,63}|\d{1,6})\b/.exec(text)?.[1];
}
