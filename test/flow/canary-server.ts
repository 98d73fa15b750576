import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { addDays, dayOf, daysBetween } from '../../shared/words/day.ts';
import { close, listen } from '../wait.ts';

/** Sources whose every answer, good or bad, is full of things that must be seen nowhere but in partitions. */

/** What each of them stands for, in a form that no program makes by chance. */
export const CANARIES = {
  name: 'Canary-Name-Quellfeld',
  principal: 'canary.upn@quellfeld.example',
  number: '+99100canary4711',
  text: 'canary message text: the code is 934-Zeisig',
  address: '203.0.113.199-canary',
  error: 'canary error text naming Zeisig',
  link: 'canary-link-zeisig',
  account: 'canary-account-zeisig',
  token: 'canary-token-zeisig',
} as const;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface CanaryServer {
  readonly url: string;
  /** Every `Authorization` header that arrived. */
  readonly authorizations: Set<string>;
  stop(): Promise<void>;
}

export async function canaryServer(): Promise<CanaryServer> {
  const authorizations = new Set<string>();
  const server = createServer(async (request, response) => {
    authorizations.add(request.headers.authorization ?? '');
    const { status, type, body } = await answerTo(request);
    // What is said of an error repeats what it was asked with, as some gateways do.
    const said = body.replaceAll(CANARIES.error, `${CANARIES.error} ${request.headers.authorization}`);
    response.writeHead(status, { 'content-type': type, date: new Date().toUTCString() }).end(said);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, authorizations, stop: () => close(server) };
}

async function answerTo(request: IncomingMessage): Promise<Answer> {
  const form = new URLSearchParams(await text(request));
  const path = decodeURIComponent(request.url ?? '');
  if (path.startsWith('/platform_api/GetKeyRoles')) return voximplantError(433);
  const from = form.get('from_date')?.slice(0, 10);
  if (path.startsWith('/platform_api')) return from === undefined ? voximplantError(102) : voximplant(addDays(from, 1));
  const day = /fromDateTime=(\d{4}-\d\d-\d\d)/.exec(path)?.[1];
  return day === undefined ? json(404, { error: { code: 'NotFound', message: CANARIES.error } }) : graph(day, path);
}

/** Each day goes wrong in its own way, by its age. */
function graph(day: string, path: string): Answer {
  const rows = [1, 2, 3].map(n => graphRow(day, path, n));
  switch (daysBetween(day, dayOf(new Date()))) {
    case 2:
      return json(403, { error: { code: 'Forbidden', message: CANARIES.error } });
    case 3:
      return { status: 200, type: 'text/html', body: `<h1>${CANARIES.error} ${CANARIES.token}</h1>` };
    case 4:
      return { status: 200, type: 'application/json', body: JSON.stringify({ value: rows }).slice(0, -20) };
    case 5:
      return json(200, {
        value: rows,
        '@odata.nextLink': `https://elsewhere.example/${CANARIES.link}?t=${CANARIES.token}`,
      });
    case 6:
      return json(200, { value: [...rows, rows[0]] });
    case 7:
      return json(500, { error: { code: 'UnknownError', message: CANARIES.error }, value: rows });
    default:
      return json(200, { value: rows });
  }
}

function graphRow(day: string, path: string, n: number): unknown {
  return {
    id: `${path.length}-${day}-${n}`,
    startDateTime: `${day}T10:00:0${n}Z`,
    sentDateTime: `${day}T10:00:0${n}Z`,
    userDisplayName: CANARIES.name,
    userPrincipalName: CANARIES.principal,
    callerNumber: CANARIES.number,
    sourceNumber: CANARIES.number,
    clientLocalIpV4Address: CANARIES.address,
    // Nobody documents it: it is reported by its name, and never with its value.
    newField: CANARIES.text,
  };
}

function voximplant(day: string): Answer {
  const age = daysBetween(day, dayOf(new Date()));
  if (age === 2) return voximplantError(100);
  if (age === 3) return voximplantError(4711);
  const row = {
    message_id: 1,
    source_number: CANARIES.number,
    destination_number: CANARIES.number,
    processed_date: `${day} 10:00:00`,
    text: CANARIES.text,
    error_message: CANARIES.error,
  };
  return json(200, { result: [row], total_count: 1 });
}

function voximplantError(code: number): Answer {
  return json(200, { error: { msg: CANARIES.error, code } });
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
