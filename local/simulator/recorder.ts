import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counters, RequestRecord } from './contract.ts';
import type { Served } from './pages.ts';

/** What the simulator was asked and what it answered, for whoever looks afterwards. */

const RECORDS_MAX = 10_000;

/** What a request to the simulator itself is about. */
export type Kind = keyof Counters['concurrencyMax'];

export class Recorder {
  /** The last of them, oldest first. */
  readonly requests: RequestRecord[] = [];
  readonly counters: Counters = {
    requests: 0,
    pages: 0,
    rows: 0,
    bytes: 0,
    faults: {},
    concurrencyMax: { graph: 0, voximplant: 0, token: 0 },
  };
  private readonly inProgress = { graph: 0, voximplant: 0, token: 0 };

  /** A request has come; it is in progress until its response is closed. */
  began(kind: Kind, record: RequestRecord, response: ServerResponse): void {
    const { requests, counters, inProgress } = this;
    requests.push(record);
    if (requests.length > RECORDS_MAX) requests.shift();
    counters.requests += 1;
    inProgress[kind] += 1;
    counters.concurrencyMax[kind] = Math.max(counters.concurrencyMax[kind], inProgress[kind]);
    response.once('close', () => {
      inProgress[kind] -= 1;
    });
  }

  /** The answer to a request is known; it may not have been sent yet. */
  served(record: RequestRecord, { answer, fault, rows }: Served): void {
    const { counters } = this;
    record.fault = fault;
    record.rows = rows;
    record.status = answer.status;
    if (fault !== undefined) counters.faults[fault] = (counters.faults[fault] ?? 0) + 1;
    if (answer.status === 200 && record.kind !== 'token') counters.pages += 1;
    counters.rows += rows;
    counters.bytes += answer.body.length;
  }
}

export function recordOf(request: IncomingMessage, kind: RequestRecord['kind'], atMs: number): RequestRecord {
  return {
    atMs,
    kind,
    method: request.method ?? '',
    path: request.url ?? '',
    host: request.headers.host ?? '',
    authorized: request.headers.authorization !== undefined,
    status: 0,
    fault: undefined,
    rows: 0,
  };
}
