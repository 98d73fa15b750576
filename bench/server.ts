import { createServer } from 'node:http';

/**
 * The fast source of the benchmarks: pages of 1,000 calls from one pre-rendered body for each day, so that the server
 * costs as little as it can. Only the ids are stamped in, page by page; all else is equal. Prints its address; `/cpu` tells what it
 * used since the first page that was asked for after the last setting. Faithful to Graph where it matters for speed:
 * envelope, next link before the rows, size of a page.
 */

const PAGE_ROWS = 1_000;
const ID = '00000000-0000-4000-8000-000000000000';
const DAY = '0000-00-00';

function row(i: number): string {
  const minute = String(i % 60).padStart(2, '0');
  const hour = String(i % 24).padStart(2, '0');
  return (
    `{"id":"${ID}","callId":"${1835317186 + i}_112562680@203.0.113.176","userId":"db03c14b-06eb-4189-939b-${String(i % 997).padStart(12, '0')}"` +
    `,"userPrincipalName":"person.${i % 997}@contoso.example","userDisplayName":"Person Number ${i % 997}"` +
    `,"startDateTime":"${DAY}T${hour}:${minute}:08.2589935Z","endDateTime":"${DAY}T${hour}:${minute}:59.2589935Z"` +
    `,"duration":${i % 3600},"charge":0.${String(i % 10_000).padStart(4, '0')},"callType":"user_out","currency":"USD"` +
    `,"calleeNumber":"+1202555${String(i % 10_000).padStart(4, '0')}","usageCountryCode":"US","tenantCountryCode":"US"` +
    `,"connectionCharge":0.00,"callerNumber":"+12025550199","destinationContext":"Domestic"` +
    `,"destinationName":"United States","conferenceId":null,"licenseCapability":"MCOPSTN2"` +
    `,"inventoryType":"Subscriber","operator":"Microsoft","callDurationSource":"microsoft"}`
  );
}

const rows = Buffer.from(Array.from({ length: PAGE_ROWS }, (_, i) => row(i)).join(','));
const idPlaces = places(ID);
const dayPlaces = places(DAY);

function places(text: string): number[] {
  const found: number[] = [];
  for (let at = rows.indexOf(text); at >= 0; at = rows.indexOf(text, at + 1)) found.push(at);
  return found;
}

/** The rows of each day with its date in them, made once. */
const rowsOfDays = new Map<string, Buffer>();

function rowsOf(day: string): Buffer {
  const known = rowsOfDays.get(day);
  if (known !== undefined) return known;
  const made = Buffer.from(rows);
  for (const at of dayPlaces) made.write(day, at, 'latin1');
  rowsOfDays.set(day, made);
  return made;
}

const HEX = Buffer.from('0123456789abcdef');

/** Gives every row the id that it has on this page. The page before has been received: its link led here. */
function stampIds(made: Buffer, page: number): void {
  for (let i = 0; i < PAGE_ROWS; i++) {
    let id = page * PAGE_ROWS + i;
    const first = idPlaces[i] as number;
    for (let at = first + 7; at >= first; at--) {
      made[at] = HEX[id & 15] as number;
      id >>>= 4;
    }
  }
}

/** A page in pieces that are sent one after the other, so that no body is put together. */
function body(origin: string, day: string, page: number, pages: number, path: string): [Buffer, Buffer, Buffer] {
  const next = page + 1 < pages ? `"@odata.nextLink":"${origin}${path}?$skip=${(page + 1) * PAGE_ROWS}",` : '';
  const head = Buffer.from(`{"@odata.context":"x","@odata.count":${PAGE_ROWS},${next}"value":[`);
  const made = rowsOf(day);
  stampIds(made, page);
  return [head, made, TAIL];
}

const TAIL = Buffer.from(']}');

function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

const PATH = /^(\/[\w.]+\/communications\/callRecords\/getPstnCalls\([a-zA-Z]+=([^,)]+)[^)]*\))(?:\?\$skip=(\d+))?$/;

/** Pages of each day: set by `/pages/<n>`; milliseconds before each answer: set by `/latency/<ms>`. */
let pages = 1;
let latencyMs = 0;
/** A day that contenders land before they are measured. */
const WARM_UP = { day: '2026-05-31', pages: 100 };
/** CPU used before the first measured page; `undefined` until that comes. */
let cpuBefore: NodeJS.CpuUsage | undefined;
/** Of the next links: one contender takes no other than https. */
let scheme = 'http';

const server = createServer((request, response) => {
  const url = request.url ?? '';
  const set = /^\/(pages|latency|https)\/(\d+)$/.exec(url);
  if (set !== null) {
    if (set[1] === 'pages') pages = Number(set[2]);
    else if (set[1] === 'https') scheme = set[2] === '1' ? 'https' : 'http';
    else latencyMs = Number(set[2]);
    cpuBefore = undefined;
    response.end('{}');
    return;
  }
  if (url === '/cpu') {
    const { user, system } = process.cpuUsage(cpuBefore);
    response.end(JSON.stringify({ seconds: (user + system) / 1e6 }));
    return;
  }
  const match = PATH.exec(decodeURIComponent(url));
  if (match === null) {
    response.writeHead(404).end();
    return;
  }
  const [, path = '', from = '', skip = '0'] = match;
  // Landline's windows begin a second before their day.
  const day = new Date(Date.parse(from) + 1_000).toISOString().slice(0, 10);
  const origin = `${scheme}://${request.headers.host}`;
  const isWarmUp = day === WARM_UP.day;
  if (!isWarmUp) cpuBefore ??= process.cpuUsage();
  const answer = () => {
    const pieces = body(origin, day, Number(skip) / PAGE_ROWS, isWarmUp ? WARM_UP.pages : pages, path);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytesOf(pieces) });
    response.cork();
    for (const piece of pieces) response.write(piece);
    response.end();
  };
  if (latencyMs > 0 && !isWarmUp) setTimeout(answer, latencyMs);
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  console.log(
    JSON.stringify({ url: `http://127.0.0.1:${port}`, pageBytes: bytesOf(body('', '2026-01-01', 0, 2, '')) }),
  );
});
process.stdin.resume().on('end', () => process.exit(0));
