import { eachDataset } from '../ledger/each-dataset.ts';
import { readDataset } from '../ledger/read-ledger.ts';
import { instantOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Gate } from '../words/ledger.ts';
import { SOURCES } from '../words/model.ts';
import type { Backlog, Clock, Ports, Pulse } from '../words/ports.ts';
import { VERSION } from '../words/version.ts';
import { type Facts, factsOf, type StatusInput } from './facts.ts';
import { pageOf, troublePageOf } from './html/page.ts';
import { HEADERS } from './html/style.ts';

/** `GET /api/status`: what is held, for people as a page and for machines as JSON. Reads, and changes nothing. */

export interface StatusPorts extends Pick<Ports, 'datasets' | 'ledger'> {
  readonly off: StatusInput['off'];
  /** `undefined` where nobody is to look into the queues. */
  readonly backlog: Backlog | undefined;
  readonly pulse: Pick<Pulse, 'last'>;
  readonly clock: Pick<Clock, 'now'>;
  /** `false` where no app runs, as over a data folder without `npm start`: then a silent planner is not reported. */
  readonly alive?: boolean;
}

/** All of a request that is looked at. No path, address or text of the caller's goes anywhere. */
export interface Asked {
  readonly method: string;
  readonly accept: string | null;
  /** `json` or `html` wins over `accept`. */
  readonly format: string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** @param facts reads them; what it throws becomes an answer that says so, in the form that was asked for */
export async function statusReply(asked: Asked, clock: Clock, facts: () => Promise<Facts>): Promise<Reply> {
  if (asked.method === 'HEAD') return headOf(await statusReply({ ...asked, method: 'GET' }, clock, facts));
  if (asked.method !== 'GET') return refuseMethod();
  const json = wantsJson(asked);
  try {
    const known = await facts();
    return json ? jsonReply(200, known) : htmlReply(200, pageOf(known), isMoving(known) ? REFRESH : {});
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    const asOf = instantOf(clock.now());
    return json
      ? jsonReply(503, { format: 1, version: VERSION, asOf, error: { reason, message } })
      : htmlReply(503, troublePageOf(message, asOf));
  }
}

/** What GET answers, without its body. */
export function headOf(reply: Reply): Reply {
  const headers = { ...reply.headers, 'content-length': String(Buffer.byteLength(reply.body)) };
  return { ...reply, headers, body: '' };
}

export function refuseMethod(): Reply {
  const headers = { ...HEADERS, allow: 'GET, HEAD', 'content-type': 'text/plain' };
  return { status: 405, headers, body: 'Only GET and HEAD.\n' };
}

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: { ...HEADERS, 'content-type': JSON_TYPE }, body: `${JSON.stringify(value)}\n` };
}

function htmlReply(status: number, body: string, more: Reply['headers'] = {}): Reply {
  return { status, headers: { ...HEADERS, ...more, 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The browser asks again by itself, without a script; docs/decisions/page.md says why by a header. */
const REFRESH = { refresh: '30' };

function isMoving({ datasets }: Facts): boolean {
  return datasets.some(({ counts }) => counts.fetching > 0 || counts.queued > 0);
}

function wantsJson({ accept, format }: Asked): boolean {
  if (format === 'json' || format === 'html') return format === 'json';
  const types = (accept ?? '').toLowerCase();
  return types.includes('application/json') && !types.includes('text/html');
}

export async function readFacts(on: StatusPorts): Promise<Facts> {
  const [{ read: ledgers, unread }, gates, depth, plannedAt] = await Promise.all([
    eachDataset(on.datasets, dataset => readDataset(on.ledger, dataset, on.clock.now())),
    Promise.all(SOURCES.map(source => on.ledger.gate(source))),
    // If a queue cannot be read, the page says so, and still shows the rest.
    on.backlog?.depth().catch(() => 'unreadable' as const),
    on.pulse.last(),
  ]);
  const known: Gate[] = gates.flatMap(gate => (gate === undefined ? [] : [gate.value]));
  const unreadable = [
    ...unread.map(({ dataset, thrown }) => ({ dataset: dataset.name, message: failureOf(thrown).message })),
    ...ledgers.flatMap(({ dataset, unreadable: message }) =>
      message === undefined ? [] : [{ dataset: `The watermark of ${dataset.name}`, message }],
    ),
    ...known.flatMap(({ source, unreadable: message }) =>
      message === undefined ? [] : [{ dataset: `The gate of ${source}`, message }],
    ),
  ];
  const { alive, off } = on;
  return factsOf({ now: on.clock.now(), alive, ledgers, unreadable, off, gates: known, depth, plannedAt });
}
