import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type LogLine, startHost } from '../../local/host.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { blobCurated } from '../../shared/curate/curated-blobs.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { acceptShrink, refusedRead } from '../../shared/ledger/asking.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { addDays, HOUR_MS } from '../../shared/words/day.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import { CURATE_QUEUE, LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';

/** The registrations themselves, curate among them, in the local host over Azurite and the simulator. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);

test('what lands is curated by the queue under the trace of its plan, replaced when late rows come, and a failure never blocks landing', async context => {
  const clock = { now: NOW };
  const lateness = { lateShare: 0.2, changedShare: 0, lateHours: [100, 200] as const };
  const simulated = startSimulator({ seed: 17, rows: 150, ...lateness, now: () => clock.now });
  const [azurite, simulator] = await Promise.all([startAzurite(), simulated]);
  const { connectionString } = azurite;
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  const lines: LogLine[] = [];
  const host = await startHost({
    root: ROOT,
    files: ['plan', 'fetch', 'poison', 'curate'].map(name => `functions/${name}.ts`),
    connectionString,
    settings: {
      AzureWebJobsStorage: connectionString,
      PLAN_SCHEDULE: '0 0 0 1 1 *',
      LANDLINE_CREDENTIAL: 'simulator',
      LANDLINE_GRAPH_URL: simulator.graphUrl,
      LANDLINE_VOXIMPLANT_URL: simulator.voximplantUrl,
      LANDLINE_DATASETS: 'teams-pstn-calls,teams-sms',
      LANDLINE_HISTORY_DAYS: '2',
      // Only with Application Insights does the host start traces.
      APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-0000-0000-000000000000',
    },
    log: line => lines.push(line),
  });
  context.after(async () => {
    await host.stop();
    await simulator.stop();
    await azurite.stop();
  });
  const events = (name: string): Record<string, unknown>[] =>
    lines
      .filter(({ category }) => category === 'user')
      .map(({ message }) => JSON.parse(message))
      .filter(({ event }) => event === name);
  const ledger = tableLedger(clients.table(LEDGER_TABLE), () => crypto.randomUUID());
  const curated = blobCurated(clients.blobs);
  const run = async (): Promise<void> => {
    await host.runTimer('plan');
    await host.drain();
  };
  const rowsOf = async (path: string): Promise<Record<string, unknown>[]> => {
    const bytes = await clients.blobs.getContainerClient('curated').getBlobClient(path).downloadToBuffer();
    return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  };
  const files = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of curated.list('v1/fact_')) names.push(name);
    return names;
  };

  await run();
  const days = [addDays(LAST, -1), LAST];
  const expected = days.flatMap(day => [
    curatedPath('fact_call', 'teams-pstn-calls', day),
    curatedPath('fact_message', 'teams-sms', day),
  ]);
  assert.deepEqual(await files(), expected.sort());
  const path = curatedPath('fact_message', 'teams-sms', LAST);
  const first = await rowsOf(path);
  assert.equal(first.length, simulator.truth('teams-sms', LAST).length);
  const entry = await ledger.day('teams-sms', LAST);
  assert.deepEqual([entry?.value.held?.curatedRevision, entry?.value.held?.tableStamp], [1, '3-masked']);
  assert.equal(events('table curated').length, 4);
  assert.deepEqual(events('curation failed'), []);

  // One value follows each day from the planner's run to its table, over both queues.
  const [planned] = events('plan made');
  assert.match(String(planned?.['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  for (const name of ['day queued', 'day landed', 'curation queued', 'table curated'])
    assert.deepEqual(
      events(name).map(({ traceparent }) => traceparent),
      Array.from({ length: 4 }, () => planned?.['traceparent']),
      name,
    );

  // Garbage in the queue changes nothing; planned again, nothing is owed, and the status is up to date.
  const sent = ['null', '{"dataset":"teams-sms"}', '{"dataset":"teams-faxes","day":"2026-01-01","revision":1}'];
  for (const text of sent) await clients.queue(CURATE_QUEUE).sendMessage(Buffer.from(text).toString('base64'));
  await run();
  assert.equal(events('message rejected').length, 3);
  assert.equal(events('table curated').length, 4);
  const status = await rowsOf('v1/partition_status/part-0.parquet');
  assert.deepEqual(
    status.map(row => [row['source_dataset'], row['state'], row['revision'], row['curated_revision']]),
    ['teams-pstn-calls', 'teams-pstn-calls', 'teams-sms', 'teams-sms'].map(name => [name, 'open', 1, 1]),
  );
  assert.equal((await rowsOf('v1/dim_country/part-0.parquet')).length, 249);

  // Late rows: the file is replaced, and it stays the only one.
  clock.now += 300 * HOUR_MS;
  const ask = async (): Promise<void> => {
    const found = await ledger.day('teams-sms', LAST);
    assert.ok(found);
    const work = { ...found.value.work, askedAt: new Date().toISOString() };
    await ledger.putDay({ ...found.value, work }, found.etag);
  };
  await ask();
  await run();
  assert.deepEqual(await files(), expected.sort());
  const second = await rowsOf(path);
  assert.ok(second.length > first.length);
  assert.equal(second.length, simulator.truth('teams-sms', LAST).length);
  assert.equal((await curated.head(path))?.label.revision, 2);

  // Without its container, curation fails and says so; the day lands all the same.
  await clients.blobs.getContainerClient('curated').delete();
  simulator.switches.smsIds = 'all';
  await ask();
  await run();
  // Rows with other ids are other rows: those that are held have vanished, which somebody has to accept.
  const refused = refusedRead((await ledger.day('teams-sms', LAST))?.value);
  await acceptShrink(ledger, teamsSms, LAST, refused?.fingerprint ?? '', Date.now());
  await run();
  assert.equal((await ledger.day('teams-sms', LAST))?.value.held?.revision, 3);
  assert.ok(events('curation failed').some(({ day }) => day === LAST));
  assert.equal(events('day failed').length, 0);
  assert.equal(events('work failed').length, 0);
});
