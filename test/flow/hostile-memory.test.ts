import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { addDays } from '../../shared/words/day.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { close, listen, processOf } from '../wait.ts';

/** Eight days at once, each answered by somebody who wants the host to run out of memory, which has 512 MB. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORKER = fileURLToPath(new URL('hostile-worker.ts', import.meta.url));
const PSTN = 'teams-pstn-calls';
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
/** Of the full size; `HOSTILE_SHARE=1` is for a machine with nothing else to do. */
const SHARE = Number(process.env['HOSTILE_SHARE'] ?? '0.05');

const many = (count: number) => Math.round(count * SHARE);

/** What each day is answered with. */
const ATTACKS: readonly ((page: number, next: string) => string | Buffer)[] = [
  () => `{"value":[{"id":"1"${Array.from({ length: many(3_000_000) }, (_, at) => `,"n${at}":1`).join('')}}]}`,
  () => `{"value":[${Array.from({ length: many(100_000) }, (_, at) => `{"id":"${at}","x${at}":1}`)}]}`,
  () => `{"value":[${'{},'.repeat(many(11_000_000))}{}]}`,
  () => `{"value":[{"id":"${'x'.repeat(many(200_000_000))}"}]}`,
  () => `{"value":[{"id":${'['.repeat(many(10_000_000))}`,
  () => gzipSync(Buffer.alloc(many(1_000_000_000), ' ')),
  (page, next) =>
    `{"value":[{"id":"${page}"}]${page < 30 ? `,"@odata.nextLink":"${next}&x=${'y'.repeat(many(1_000_000))}"` : ''}}`,
  () => `{"error":${'{"innerError":'.repeat(many(1_000_000))}`,
];

test('a host with 512 MB lives through eight hostile days at once, and says of each what is wrong', async t => {
  const days = ATTACKS.map((_, at) => addDays(lastDay(NOW), -at));
  const server = createServer((request, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const day = /fromDateTime=(\d{4}-\d\d-\d\d)/.exec(decodeURIComponent(url.pathname))?.[1] ?? '';
    // The window begins a second before its day.
    const attack = ATTACKS[days.indexOf(addDays(day, 1))] ?? ATTACKS[0];
    const page = Number(url.searchParams.get('$skiptoken') ?? '0') + 1;
    const body = attack?.(page, `http://${request.headers.host}${url.pathname}?$skiptoken=${page}`) ?? '';
    response.on('error', () => {});
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(typeof body === 'string' ? {} : { 'content-encoding': 'gzip' }),
    });
    response.end(body);
  });
  const azurite = await startAzurite();
  t.after(async () => {
    await close(server);
    await azurite.stop();
  });
  const clients = storageClients(azurite);
  await createPlaces(clients);
  const settings = {
    PLAN_SCHEDULE: '0 0 0 1 1 *',
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: `http://127.0.0.1:${await listen(server)}`,
    LANDLINE_DATASETS: PSTN,
    LANDLINE_HISTORY_DAYS: String(ATTACKS.length),
    LANDLINE_FETCH_SECONDS: '60',
  };
  const worker = spawn(process.execPath, [
    '--max-old-space-size=512',
    WORKER,
    ROOT,
    azurite.connectionString,
    JSON.stringify(settings),
  ]);
  const { said, ended } = processOf('hostile worker', worker);
  const { code } = await ended();
  assert.equal(code, 0, said.stderr);
  const entries = await tableLedger(clients.table(LEDGER_TABLE), () => crypto.randomUUID()).days(PSTN);
  const told = entries.map(({ value: { day, held, work } }) => `${day} ${held?.rows ?? work.errorKind}`);
  assert.equal(entries.length, ATTACKS.length, told.join());
  for (const { value } of entries) assert.ok(value.held ?? value.work.errorKind, value.day);
  t.diagnostic(`${JSON.parse(said.stdout).peakMb} MB at the most; ${told.join(', ')}`);
});
