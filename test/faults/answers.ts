import { type Answer, httpDate, jsonAnswer } from '../../local/simulator/answers.ts';
import { BODY_FAULTS } from '../../local/simulator/faults/bodies.ts';
import type { Fault, Occasion, Page } from '../../local/simulator/faults/fault.ts';
import { LINK_FAULTS } from '../../local/simulator/faults/links.ts';
import { ROW_FAULTS } from '../../local/simulator/faults/rows.ts';
import { STATUS_FAULTS } from '../../local/simulator/faults/status.ts';
import { TRANSPORT_FAULTS } from '../../local/simulator/faults/transport.ts';
import { VOXIMPLANT_FAULTS } from '../../local/simulator/faults/voximplant.ts';
import { graphBody } from '../../local/simulator/graph.ts';
import { DEFAULT_SWITCHES } from '../../local/simulator/options.ts';
import { voximplantBody } from '../../local/simulator/voximplant.ts';
import { voximplantError } from '../../local/simulator/voximplant-errors.ts';
import { graphSource } from '../../shared/sources/graph.ts';
import { codingsOf, decoded } from '../../shared/sources/http/codings.ts';
import { failureOfExchange } from '../../shared/sources/http/failures.ts';
import type { Send, SourceResponse } from '../../shared/sources/http/send.ts';
import { voximplantSource } from '../../shared/sources/voximplant.ts';
import type { Dataset, Window } from '../../shared/words/model.ts';
import type { Source } from '../../shared/words/ports.ts';
import type { Dice } from './dice.ts';
import type { Row } from './truth.ts';

/**
 * What a source answers, as bytes, and how they go wrong on their way, by the simulator's own faults. The product's
 * sources read it, over an exchange in memory.
 */

const ORIGIN = 'http://source.test:8080';
const BODY_BYTES_MAX = 1_000_000;

/** Each is as large as a page that tells a worker something else than it is: those of a row's own text are truth.ts's. */
const {
  'context-missing': contextMissing,
  'count-missing': countMissing,
  'count-wrong': countWrong,
  'pretty-printed': prettyPrinted,
} = ROW_FAULTS;
const { 'id-twice': _changesRows, ...ofVoximplant } = VOXIMPLANT_FAULTS;
const FAULTS: Readonly<Record<string, Fault>> = {
  ...BODY_FAULTS,
  ...LINK_FAULTS,
  ...STATUS_FAULTS,
  ...TRANSPORT_FAULTS,
  ...ofVoximplant,
  'context-missing': contextMissing,
  'count-missing': countMissing,
  'count-wrong': countWrong,
  'pretty-printed': prettyPrinted,
};

/** What waits for a timeout needs a real clock. */
const NAMES = Object.keys(FAULTS).filter(name => FAULTS[name]?.slow !== true);

/** What goes wrong with a page: by which fault, and for how many tries of it. */
export interface DrawnFault {
  readonly name: string;
  readonly fault: Fault;
  readonly times: number;
}

/** @param further than the first page of the window */
export function drawFault(dice: Dice, { source }: Dataset, further: boolean): DrawnFault {
  const fits = NAMES.filter(name => {
    const fault = FAULTS[name];
    return (fault?.source ?? source) === source && (further || fault?.further !== true);
  });
  const name = dice.pick(fits as [string, ...string[]]);
  return { name, fault: FAULTS[name] as Fault, times: dice.between(1, 6) };
}

/** The rows of a window as the source has them now. */
export interface Stock {
  readonly rows: readonly Row[];
  /** Position of the page's first row, and rows of a full page. */
  readonly take: number;
  /** Whether the page lacks its last row. */
  readonly short: boolean;
}

export interface ExchangeOptions {
  readonly dataset: Dataset;
  readonly asked: Window;
  readonly drawn: DrawnFault | undefined;
  /** What the source has, when a request has arrived; a while after it was sent. */
  readonly stock: (signal: AbortSignal) => Promise<Stock>;
  readonly nowMs: () => number;
  /** Whether the answer is dated. */
  readonly dated: () => boolean;
}

/** All tries of one page. */
export class Exchange {
  /** Of the last answer: its own rows, whatever became of them on the way. */
  rows: readonly Row[] = [];
  /** Whether the last answer may be taken for a page. */
  believable = true;
  private turn = 0;
  private readonly options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.options = options;
  }

  readonly send: Send = async (request, signal) => {
    const stock = await this.options.stock(signal);
    const { dataset, drawn } = this.options;
    this.turn += 1;
    const fault = drawn !== undefined && this.turn <= drawn.times ? drawn.fault : undefined;
    const skip = skipOf(request);
    const page = this.page(stock, skip);
    const occasion = this.occasion(stock, skip, request.url);
    let answer = fault?.instead?.(occasion);
    if (answer === undefined) {
      fault?.page?.(page, occasion);
      answer = rendered(dataset, page);
    }
    if (fault?.wire !== undefined) answer = fault.wire(answer, occasion);
    if (page.rows.length === 0) this.rows = [];
    this.believable = fault === undefined || fault.recovery === 'accept' || isHarmless(fault, page, occasion);
    return received(answer, request.url, this.options);
  };

  /** The page that starts at `skip`, before anything goes wrong. */
  private page({ rows, take, short }: Stock, skip: number): Page {
    const { dataset } = this.options;
    this.rows = rows.slice(skip, skip + take - (short ? 1 : 0));
    const graph = dataset.source === 'graph';
    return {
      rows: this.rows.map(({ served }) => served),
      count: String(graph ? this.rows.length : rows.length),
      link: graph && skip + take < rows.length ? JSON.stringify(this.linkTo(skip + take)) : undefined,
      linkName: '@odata.nextLink',
      more: [],
      context: true,
      member: undefined,
      space: '',
    };
  }

  private linkTo(skip: number): string {
    const { api, call } = this.options.dataset;
    return `${ORIGIN}/${api}/communications/callRecords/${call}(fromDateTime=a,toDateTime=b)?$skip=${skip}`;
  }

  private occasion({ rows, take }: Stock, skip: number, url: URL): Occasion {
    const { dataset, asked, nowMs } = this.options;
    return {
      source: dataset.source,
      dataset: dataset.name as Occasion['dataset'],
      api: dataset.api as Occasion['api'],
      origin: ORIGIN,
      foreignUrl: 'http://elsewhere.test:8443',
      address: url.href,
      skip,
      take,
      total: rows.length,
      nowMs: nowMs(),
      day: asked.day,
      walk: 1,
      switches: DEFAULT_SWITCHES,
      turn: this.turn,
      linkTo: to => this.linkTo(to),
      strangeRow: () => '{}',
      undatedRow: () => '{}',
      note: () => {},
      refuse: (status, code, message, headers = {}) => refusal(dataset, status, code, message, headers),
    };
  }
}

/** The product's own source, over this exchange. */
export function sourceOver(
  { send }: Exchange,
  dataset: Dataset,
  on: Pick<Parameters<typeof graphSource>[0], 'clock' | 'random'>,
): Source {
  const around = { ...on, send, token: async () => 'token' };
  return dataset.source === 'graph'
    ? graphSource({ ...around, origin: ORIGIN })
    : voximplantSource({ ...around, url: `${ORIGIN}/platform_api` });
}

/** Of a total that can come out as the rows that were sent, so that nobody can tell. */
const COUNT_FAULTS: ReadonlySet<Fault> = new Set([
  VOXIMPLANT_FAULTS['total-count-too-small'],
  VOXIMPLANT_FAULTS['page-empty-before-end'],
]);

function isHarmless(fault: Fault, page: Page, { source, skip, total }: Occasion): boolean {
  // A count that is wrong on a page of Graph counts nothing that matters: the rows win.
  if (fault === countWrong) return source === 'graph';
  // A link back over no rows brings none twice, and skips none: it only has an empty page asked for again.
  if (fault === LINK_FAULTS['link-repeats']) return skip >= total;
  if (fault === LINK_FAULTS['link-to-first-page']) return total === 0;
  // A total that is just what has come by then is what the last page would say.
  return COUNT_FAULTS.has(fault) && page.count === String(skip + page.rows.length);
}

function skipOf({ url, body }: Parameters<Send>[0]): number {
  const query = decodeURIComponent(url.search);
  const [, skip = '0'] =
    /\$skip=(\d+)/.exec(query) ?? /\$skiptoken=(\d+):/.exec(query) ?? /offset=(\d+)/.exec(body ?? '') ?? [];
  return Number(skip);
}

function rendered(dataset: Dataset, page: Page): Answer {
  const { member, space } = page;
  const list = member ?? `[${space}${page.rows.join(`,${space}`)}${space}]`;
  const rows = member === '' ? undefined : Buffer.from(list);
  const body =
    dataset.source === 'graph'
      ? graphBody(page, rows, page.context ? 'x' : undefined, dataset.api as 'v1.0' | 'beta')
      : voximplantBody(page, rows);
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function refusal(
  dataset: Dataset,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>>,
): Answer {
  if (dataset.source === 'graph') return jsonAnswer(status, { error: { code, message } }, headers);
  const answer = voximplantError({ 400: 101, 401: 456, 403: 104, 404: 103, 429: 340 }[status] ?? 2, DEFAULT_SWITCHES);
  return { ...answer, status, headers: { ...answer.headers, ...headers } };
}

/** As `sender` hands it on. */
function received(
  { status, headers, trailers, body, delivery }: Answer,
  url: URL,
  { nowMs, dated }: ExchangeOptions,
): SourceResponse {
  if (delivery === 'reset' || delivery === 'cut')
    throw failureOfExchange(url, Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  const date = dated() ? { date: httpDate(nowMs()) } : {};
  const fields: Readonly<Record<string, string>> = { ...trailers, ...date, ...headers };
  const header = (name: string): string | undefined => fields[name];
  try {
    const codings = codingsOf(header('content-encoding'));
    const plain =
      codings.length === 0 || body.length === 0 ? Buffer.from(body) : decoded(body, codings, url, BODY_BYTES_MAX);
    return { status, header, body: plain, release() {} };
  } catch (thrown) {
    throw failureOfExchange(url, thrown);
  }
}
