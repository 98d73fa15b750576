import type { IncomingMessage } from 'node:http';
import { type Answer, jsonAnswer } from './answers.ts';
import { DATASETS, type Dataset } from './datasets.ts';
import type { Page } from './faults/fault.ts';
import { rangeOf } from './graph-arguments.ts';
import { bearerOf } from './graph-sign-in.ts';
import { after, compare, type Moment, momentOf, parseSecondTime, TICKS_PER_DAY } from './moments.ts';
import { objectOf, type Served, servePage, type World } from './pages.ts';
import { type ServiceAccount, serviceTokenFault } from './tokens.ts';
import { filtered, type Range, type View } from './views.ts';
import { voximplantError } from './voximplant-errors.ts';

/** GetSmsHistory and A2PGetSmsHistory of the Voximplant Management API. */

const COUNT_MAX = 1_000;
const DELIVERIES = ['QUEUED', 'DISPATCHED', 'ABORTED', 'REJECTED', 'DELIVERED', 'FAILED', 'EXPIRED', 'UNKNOWN'];
/** What a status of HTTP would be called by a code of the API. */
const CODE_OF_STATUS: Readonly<Record<number, number>> = { 400: 101, 401: 456, 403: 104, 404: 103, 429: 340 };

/** A body of 200. */
export function voximplantBody(page: Page, rows: Buffer | undefined): Buffer {
  return objectOf(
    [
      ...(rows === undefined ? [] : [['result', rows] as const]),
      ...(page.count === undefined ? [] : [['total_count', page.count] as const]),
      ...page.more,
    ],
    page.space,
  );
}

/** All parameters of a call, from the query and from a form in the body; `undefined` when the form cannot be read. */
async function readParameters(request: IncomingMessage, body: Buffer): Promise<URLSearchParams | undefined> {
  const all = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0 || !/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return all;
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) if (typeof value === 'string') all.set(name, value);
    return all;
  } catch {
    return undefined;
  }
}

/** Answers one call. The method is the last segment of the path, or the parameter `cmd`. */
export async function serveVoximplant(
  world: World,
  request: IncomingMessage,
  origin: string,
  body: Buffer,
  account: ServiceAccount,
): Promise<Served> {
  const { switches } = world;
  const nowMs = world.now();
  const turn = world.nextTurn();
  const refused = (code: number): Served => ({ answer: voximplantError(code, switches), rows: 0 });
  const parameters = await readParameters(request, body);
  if (parameters === undefined) return refused(101);

  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const call = /^\/platform_api\/([^/]+)\/?$/.exec(path)?.[1] ?? parameters.get('cmd');
  if (call === null) return refused(102);
  const dataset = DATASETS.find(one => one.source === 'voximplant' && one.call === call);
  if (dataset === undefined && call !== 'GetKeyRoles') return refused(103);

  const bearer = bearerOf(request);
  if (bearer === undefined) return refused(100);
  if (switches.voximplantAuth === 'checked') {
    const fault = serviceTokenFault(bearer, account, nowMs);
    if (fault !== undefined) return refused(fault);
  }
  // Open to keys without any role.
  if (dataset === undefined)
    return { answer: jsonAnswer(200, { result: [{ role_id: 1, role_name: switches.voximplantRole }] }), rows: 0 };
  if (!dataset.roles.includes(switches.voximplantRole)) return refused(100);

  const output = parameters.get('output') ?? 'json';
  if (output !== 'json' && output !== 'csv') return refused(105);
  const take = wholeNumber(parameters.get('count'), COUNT_MAX);
  const skip = wholeNumber(parameters.get('offset'), 0);
  if (take === undefined || take === 0 || skip === undefined) return refused(101);
  const range = readRange(world, dataset, parameters, momentOf(nowMs));
  if (typeof range === 'number') return refused(range);
  const tests = testsOf(dataset, parameters);
  if (typeof tests === 'number') return refused(tests);
  const viewOf = (other: Range): View => {
    const view = world.tenant.viewAsServed(dataset, 'platform_api', other, nowMs, turn);
    return tests.length === 0 ? view : filtered(view, row => tests.every(test => test(row)));
  };

  const line = `${call}?${[...parameters].sort().join('&')}`;
  const served = servePage(world, {
    dataset,
    api: 'platform_api',
    range,
    view: viewOf(range),
    viewOf,
    skip,
    take: Math.min(take, COUNT_MAX),
    origin,
    address: `${origin}${request.url ?? ''}`,
    line,
    nowMs,
    linkTo: () => '',
    refuse: (status, _code, _message, headers = {}) => {
      const answer = voximplantError(CODE_OF_STATUS[status] ?? 2, switches);
      return { ...answer, status, headers: { ...answer.headers, ...headers } };
    },
    render: (page, rows) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: voximplantBody(page, rows),
    }),
  });
  return output === 'csv' && served.fault === undefined ? { ...served, answer: csvOf(served.answer) } : served;
}

function wholeNumber(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The range asked for, or an error code. An end left out leaves it open. */
function readRange(world: World, dataset: Dataset, parameters: URLSearchParams, now: Moment): Range | number {
  const side = (name: string, otherwise: Moment): Moment | undefined => {
    const text = parameters.get(name);
    return text === null || text === '' ? otherwise : parseSecondTime(text);
  };
  const from = side('from_date', { day: now.day - dataset.retentionDays, tick: 0 });
  const to = side('to_date', after(now, TICKS_PER_DAY));
  if (from === undefined || to === undefined) return 111;
  if (compare(from, to) > 0) return 123;
  const days = to.day - from.day + (to.tick - from.tick) / TICKS_PER_DAY;
  return days > world.switches.voximplantRangeDays ? 569 : rangeOf(from, to, dataset, world.switches);
}

type Test = (row: string) => boolean;

/** What the filters ask of a row, or an error code. */
function testsOf(dataset: Dataset, parameters: URLSearchParams): Test[] | number {
  const tests: Test[] = [];
  for (const name of ['source_number', 'destination_number']) {
    const wanted = parameters.get(name) ?? '';
    if (wanted !== '') tests.push(row => fieldOf(row, name) === wanted);
  }
  const ids = parameters.get('message_id') ?? '';
  if (ids !== '' && ids !== 'any') {
    const wanted = new Set(ids.split(';'));
    tests.push(row => wanted.has(fieldOf(row, 'message_id')));
  }
  const direction = parameters.get('direction') ?? '';
  if (dataset.name === 'voximplant-sms' && direction !== '') {
    if (!/^(IN|OUT|in|out)$/.test(direction)) return 470;
    tests.push(row => fieldOf(row, 'direction').toUpperCase() === direction.toUpperCase());
  }
  const delivery = parameters.get('delivery_status') ?? '';
  if (dataset.name === 'voximplant-a2p-sms' && delivery !== '') {
    const word = DELIVERIES[Number(delivery) - 1];
    if (word === undefined) return 101;
    tests.push(row => fieldOf(row, 'delivery_status') === word);
  }
  return tests;
}

/** A field of a row as text, digits as they were written. */
function fieldOf(row: string, name: string): string {
  return new RegExp(`"${name}":"?([^",}]*)`).exec(row)?.[1] ?? '';
}

/** The rows as a CSV file, as `output=csv` asks for. */
function csvOf(answer: Answer): Answer {
  const body: unknown = JSON.parse(answer.body.toString());
  const rows: unknown = typeof body === 'object' && body !== null && 'result' in body ? body.result : [];
  const lines = (Array.isArray(rows) ? rows : []).map((row: unknown) =>
    Object.values(typeof row === 'object' && row !== null ? row : {})
      .map(value => `"${String(value).replaceAll('"', '""')}"`)
      .join(','),
  );
  return { status: 200, headers: { 'content-type': 'text/csv' }, body: Buffer.from(lines.join('\r\n')) };
}
