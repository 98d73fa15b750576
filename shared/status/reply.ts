import { eachDataset } from '../ledger/each-dataset.ts';
import { readDataset } from '../ledger/read-ledger.ts';
import { instantOf } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Gate } from '../words/ledger.ts';
import type { Dataset } from '../words/model.ts';
import { SOURCES } from '../words/model.ts';
import type { Backlog, Clock, Ledger, Pulse } from '../words/ports.ts';
import { VERSION } from '../words/version.ts';
import { type Facts, factsOf, type Read } from './facts.ts';
import { pageOf, troublePageOf } from './html/page.ts';
import { HEADERS } from './html/style.ts';

/** `GET /api/status`: what is held, for people as a page and for machines as JSON. Reads, and changes nothing. */

export interface StatusPorts {
  readonly datasets: readonly Dataset[];
  readonly off: Read['off'];
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  readonly pulse: Pulse;
  readonly clock: Clock;
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
  if (asked.method !== 'GET') return refuseMethod();
  const json = wantsJson(asked);
  try {
    const known = await facts();
    return json ? jsonReply(200, known) : htmlReply(200, pageOf(known));
  } catch (thrown) {
    const { reason, message } = failureOf(thrown);
    const asOf = instantOf(clock.now());
    return json
      ? jsonReply(503, { format: 1, version: VERSION, asOf, error: { reason, message } })
      : htmlReply(503, troublePageOf(message, asOf));
  }
}

export function refuseMethod(): Reply {
  return { status: 405, headers: { ...HEADERS, allow: 'GET', 'content-type': 'text/plain' }, body: 'Only GET.\n' };
}

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: { ...HEADERS, 'content-type': JSON_TYPE }, body: `${JSON.stringify(value)}\n` };
}

function htmlReply(status: number, body: string): Reply {
  return { status, headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }, body };
}

function wantsJson({ accept, format }: Asked): boolean {
  if (format === 'json' || format === 'html') return format === 'json';
  const types = (accept ?? '').toLowerCase();
  return types.includes('application/json') && !types.includes('text/html');
}

export async function readFacts(on: StatusPorts): Promise<Facts> {
  const [{ read: ledgers, unread }, gates, depth, plannedAt] = await Promise.all([
    eachDataset(on.datasets, dataset => readDataset(on.ledger, dataset)),
    Promise.all(SOURCES.map(source => on.ledger.gate(source))),
    // A queue that cannot be looked into is said on the page, and the rest of it still holds.
    on.backlog.depth().catch(() => undefined),
    on.pulse.last(),
  ]);
  const known: Gate[] = gates.flatMap(gate => (gate === undefined ? [] : [gate.value]));
  const unreadable = unread.map(({ dataset, thrown }) => ({
    dataset: dataset.name,
    message: failureOf(thrown).message,
  }));
  return factsOf({ now: on.clock.now(), ledgers, unreadable, off: on.off, gates: known, depth, plannedAt });
}
