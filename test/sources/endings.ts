import type { FaultName } from '../../local/simulator/index.ts';
import type { ReasonCode, SourceName } from '../../shared/words/model.ts';
import type { End, Place } from './sweep.ts';

/**
 * How a day should end under each fault, decided from docs/sources.md and docs/promises.md
 * and not from what the product does. The conformance suite holds every dataset to it.
 */

/** What is right about one fault. */
export interface Course {
  /** Injected once: how the day ends, before anybody waits for a plan. */
  readonly once: End;
  /** Injected whenever the page is asked for. */
  readonly lasting: End;
  readonly reason?: ReasonCode;
  /** When what lands is just what was sent, and not the true rows, because nobody can tell or it has stayed so. */
  readonly asSent?: 'always' | 'lasting';
}

/** It is no fault: what is sent is landed. */
const LANDS: Course = { once: 'landed', lasting: 'landed' };
/** The rows are other ones than the true ones, and nothing says so. */
const AS_SENT: Course = { ...LANDS, asSent: 'always' };
const THROTTLED: Course = { once: 'landed', lasting: 'waiting', reason: 'source.throttled' };
/** A page that cannot be believed: asked for again, then tried again later. */
const retried = (reason: ReasonCode): Course => ({ once: 'landed', lasting: 'waiting', reason });
/** At once and for a person: nothing is gained by repeating it. */
const stopped = (reason: ReasonCode): Course => ({ once: 'failed', lasting: 'failed', reason });
/** Passing at first, a person's matter when it stays. */
const stoppedWhenItStays = (reason: ReasonCode): Course => ({ once: 'landed', lasting: 'failed', reason });
/** Rows that came twice: read again, and marked when it stays. */
const DOUBTED: Course = { once: 'landed', lasting: 'marked', reason: 'page.duplicates', asSent: 'lasting' };
const FAILING = retried('source.failing');
const BAD_JSON = retried('page.bad_json');
const NO_ROWS = retried('page.no_rows');
const NOT_JSON = retried('page.not_json');
const TOTAL = retried('page.total');
const REDIRECT = stopped('security.redirect');
const FOREIGN = stopped('security.foreign_link');
/** The window is divided, and its parts end before that page. */
const DIVIDED = LANDS;
const REFUSED = stopped('source.rejected');
const EXPIRED = retried('paging.expired');

type BySource = Readonly<Record<SourceName, Course>>;
type ByPlace = Readonly<Record<'first' | 'further', Course>>;

/** What each fault should come to; a new fault of the simulator does not compile without a line here. */
const COURSES: Readonly<Record<FaultName, Course | BySource | ByPlace>> = {
  'connection-reset': retried('source.unreachable'),
  'connection-reset-mid-body': retried('source.unreachable'),
  'no-answer': retried('source.slow'),
  'slow-body': retried('source.slow'),
  'html-200': NOT_JSON,
  'content-type-text': NOT_JSON,
  'json-truncated': BAD_JSON,
  'json-truncated-between-rows': BAD_JSON,
  'json-trailing-bytes': BAD_JSON,
  'body-empty': BAD_JSON,
  'gzip-valid': LANDS,
  'gzip-upper-case': LANDS,
  'gzip-alias': LANDS,
  'headers-large': LANDS,
  'gzip-truncated': BAD_JSON,
  'gzip-without-trailer': BAD_JSON,
  'gzip-on-plain-body': BAD_JSON,
  'gzip-bad-checksum': BAD_JSON,
  'byte-order-mark': LANDS,
  'not-utf8': BAD_JSON,
  utf16: BAD_JSON,
  'huge-page': stopped('limits.page_bytes'),
  throttled: THROTTLED,
  'throttled-fraction': THROTTLED,
  'throttled-date': THROTTLED,
  'throttled-without-header': THROTTLED,
  'throttled-nonsense': THROTTLED,
  'throttled-long': { ...THROTTLED, once: 'waiting' },
  'server-error': FAILING,
  'server-error-empty': FAILING,
  'bad-gateway': FAILING,
  unavailable: FAILING,
  'unavailable-retry-after': THROTTLED,
  'gateway-timeout': FAILING,
  'server-error-retry-after': FAILING,
  'gateway-520': FAILING,
  'gateway-522': FAILING,
  'gateway-524': FAILING,
  'overloaded-529': FAILING,
  'overloaded-529-retry-after': THROTTLED,
  'conflict-retry-after': retried('source.rejected'),
  'throttled-years': { ...THROTTLED, once: 'waiting' },
  'paging-capped': DIVIDED,
  // The simulator's 401 says for Voximplant that the token has expired.
  unauthorized: { graph: stoppedWhenItStays('auth.rejected'), voximplant: stoppedWhenItStays('clock.skew') },
  forbidden: stopped('auth.forbidden'),
  // On a link that was good before: the link has expired.
  'not-found': { first: REFUSED, further: EXPIRED },
  'bad-request': { first: REFUSED, further: EXPIRED },
  // The simulator's 406 and 410 carry Voximplant's "internal error", and its error code decides.
  'not-acceptable': { graph: stopped('source.range'), voximplant: FAILING },
  'link-expired': { graph: EXPIRED, voximplant: FAILING },
  'link-rejected': { graph: EXPIRED, voximplant: REFUSED },
  'redirect-301': REDIRECT,
  'redirect-302': REDIRECT,
  'redirect-303': REDIRECT,
  'redirect-307': REDIRECT,
  'redirect-308': REDIRECT,
  'redirect-other-host': REDIRECT,
  'not-modified': REFUSED,
  // On the first page the loop is over by the second: its rows come twice, and the day is read again.
  'link-repeats': { first: retried('paging.loop'), further: { ...retried('paging.loop'), once: 'waiting' } },
  'link-to-first-page': { first: retried('paging.loop'), further: { ...retried('paging.loop'), once: 'waiting' } },
  'link-other-host': FOREIGN,
  'link-other-port': FOREIGN,
  'link-other-scheme': FOREIGN,
  'link-other-path': FOREIGN,
  'link-other-version': FOREIGN,
  'link-dot-segments': FOREIGN,
  'link-credentials': FOREIGN,
  'link-host-as-user': FOREIGN,
  'link-protocol-relative': FOREIGN,
  'link-backslashes': FOREIGN,
  'link-fullwidth': FOREIGN,
  // The simulator's host is an address of digits, and for those the dot changes nothing: it is the same origin. For a
  // name it does change: test/unit/links.test.ts.
  'link-trailing-dot': LANDS,
  'link-number': BAD_JSON,
  'link-empty': BAD_JSON,
  'link-null': LANDS,
  'link-not-a-link': FOREIGN,
  'link-relative': LANDS,
  'link-query-only': LANDS,
  'link-service-relative': LANDS,
  'link-lower-case': LANDS,
  'link-upper-case': LANDS,
  'link-parameterless': LANDS,
  'link-raw-hash': LANDS,
  'link-raw-blank': LANDS,
  'link-name-case': LANDS,
  'link-name-plain': LANDS,
  'link-twice': BAD_JSON,
  'link-elsewhere': BAD_JSON,
  'empty-pages': LANDS,
  'empty-page': { once: 'landed', lasting: 'waiting', reason: 'paging.empty' },
  'empty-last-page': LANDS,
  'value-missing': NO_ROWS,
  'value-null': NO_ROWS,
  'value-object': NO_ROWS,
  'value-text': NO_ROWS,
  'value-not-rows': NO_ROWS,
  'value-duplicate': BAD_JSON,
  'body-list': NO_ROWS,
  'error-in-200': FAILING,
  'error-beside-rows': FAILING,
  'error-beside-nothing': FAILING,
  'errors-beside-rows': FAILING,
  'error-among-rows': FAILING,
  'error-behind-rows': FAILING,
  // Pages of every part are cut as well, down to the smallest.
  'result-cut': stoppedWhenItStays('limits.query'),
  // On one page only, its rows are those of the first page, and come twice.
  'skip-ignored': DOUBTED,
  'context-missing': LANDS,
  'count-missing': LANDS,
  'count-wrong': { graph: LANDS, voximplant: TOTAL },
  'pretty-printed': LANDS,
  'rows-pretty-printed': AS_SENT,
  'unknown-field': AS_SENT,
  'odd-numbers': AS_SENT,
  'lone-surrogate': AS_SENT,
  'deep-nesting': BAD_JSON,
  'huge-row': AS_SENT,
  'row-without-key': AS_SENT,
  'row-key-null': AS_SENT,
  'row-key-number': AS_SENT,
  'rows-outside-window': { graph: AS_SENT, voximplant: TOTAL },
  'duplicate-row': { graph: DOUBTED, voximplant: TOTAL },
  'row-inserted-between-pages': { graph: DOUBTED, voximplant: TOTAL },
  'row-removed-between-pages': { graph: DOUBTED, voximplant: TOTAL },
  'late-rows': { graph: AS_SENT, voximplant: TOTAL },
  'fewer-rows': { graph: AS_SENT, voximplant: TOTAL },
  'all-rows-gone': { graph: AS_SENT, voximplant: TOTAL },
  'too-many-rows': stopped('limits.page_rows'),
  'endless-pages': { graph: stoppedWhenItStays('limits.day_pages'), voximplant: TOTAL },
  'lower-bound-exclusive': AS_SENT,
  'upper-bound-exclusive': AS_SENT,
  'bounds-exclusive': AS_SENT,
  'account-zone': AS_SENT,
  'dates-only': AS_SENT,
  'bounds-wide': AS_SENT,
  'bounds-ignored': AS_SENT,
  'another-day': AS_SENT,
  'rows-without-time': AS_SENT,
  'unequal-walks': { graph: AS_SENT, voximplant: TOTAL },
  'members-reordered': AS_SENT,
  'keys-respelled': AS_SENT,
  'times-respelled': AS_SENT,
  'count-says-more': { ...LANDS, asSent: 'lasting' },
  'forgotten-day': { graph: AS_SENT, voximplant: TOTAL },
  'error-fatal': FAILING,
  'error-internal': FAILING,
  'error-database': FAILING,
  'error-configuration': FAILING,
  'error-rate-limit': THROTTLED,
  'error-token-expired': stoppedWhenItStays('clock.skew'),
  'error-token-future': stoppedWhenItStays('clock.skew'),
  'error-authorization': stopped('auth.forbidden'),
  'error-forbidden-command': stopped('auth.forbidden'),
  'error-key': stopped('auth.rejected'),
  // Shorter ranges are asked for, and refused as well, down to the smallest.
  'error-date-range': stoppedWhenItStays('limits.query'),
  'error-unknown': REFUSED,
  'error-401': stoppedWhenItStays('clock.skew'),
  'total-count-missing': TOTAL,
  'total-count-text': TOTAL,
  'total-count-too-large': TOTAL,
  'total-count-too-small': TOTAL,
  // Asked for once more, at once; if it stays empty, the source pages no further.
  'page-empty-before-end': { first: TOTAL, further: DIVIDED },
  'id-twice': DOUBTED,
  'csv-answer': NOT_JSON,
};

/** Where the place on the page, or the dataset, makes a fault another one than its name says; the first match counts. */
const ODD: readonly (readonly [fault: FaultName, where: RegExp, course: Course])[] = [
  // Voximplant has no links to expire: its offset is as good on every page.
  // Asked for by whole days, its window cannot be divided.
  ['paging-capped', /^teams-dialout-usage /, stopped('limits.query')],
  ['result-cut', /^teams-dialout-usage /, stopped('limits.query')],
  ['result-cut', / middle$/, DIVIDED],
  ['error-date-range', / middle$/, DIVIDED],
  ['page-empty-before-end', / last$/, TOTAL],
  ['not-found', /^voximplant-.* (middle|last)$/, REFUSED],
  ['bad-request', /^voximplant-.* (middle|last)$/, REFUSED],
  // Only the list's last page has room to go on; and a row that is two rows too many finds room only there.
  ['endless-pages', /^teams-.* (first|middle)$/, LANDS],
  ['rows-outside-window', / (first|middle)$/, LANDS],
  // The link on the last page leads on to nothing, and from there again.
  ['link-trailing-dot', /^teams-.* last$/, { once: 'landed', lasting: 'waiting', reason: 'paging.empty' }],
  // A shift that is over by the next page shows there, as a row that comes twice; on the last page nothing can show it.
  ['row-removed-between-pages', /^teams-.* last$/, AS_SENT],
  ['late-rows', /^teams-.* first$/, LANDS],
  ['fewer-rows', /^teams-.* first$/, DOUBTED],
  // The whole answer is "nothing", with a total that agrees.
  ['all-rows-gone', /^voximplant-.* first$/, AS_SENT],
  ['forgotten-day', /^voximplant-.* first$/, AS_SENT],
  ['unequal-walks', /^teams-.* first$/, retried('page.duplicates')],
  // A full page has room for a row twice only in place of another, and the total stays right.
  ['duplicate-row', /^voximplant-.* (first|middle)$/, DOUBTED],
  // The first page has its own rows; the last leads on to pages that have them again.
  ['skip-ignored', / first$/, LANDS],
  ['skip-ignored', /^teams-.* last$/, retried('paging.loop')],
];

export function courseOf(fault: FaultName, dataset: string, source: SourceName, place: Place): Course {
  const odd = ODD.find(([name, where]) => name === fault && where.test(`${dataset} ${place}`));
  if (odd !== undefined) return odd[2];
  const course = COURSES[fault];
  if ('graph' in course) return course[source];
  if ('further' in course) return place === 'first' ? course.first : course.further;
  return course;
}
