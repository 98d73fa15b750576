import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type LogLine, startHost } from '../../local/host.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { CURATE_POISON_QUEUE, POISON_QUEUE } from '../../shared/words/storage-names.ts';

/** Steps of docs/operations.md that only a person takes, held to the app. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** What stands under a heading, up to the next one. */
function sectionOf(page: string, heading: string): string {
  return page.split(/^(?=#+ )/m).find(text => text.replace(/^#+ /, '').startsWith(`${heading}\n`)) ?? '';
}

test('planning by hand plans while the timer stands still, by the request of the runbook', async context => {
  const section = sectionOf(read('docs/operations.md'), 'Planning by hand');
  const [, method = '', address = ''] = /curl --fail --request (\w+) "([^"]+)"/.exec(section) ?? [];
  const [, header = ''] =
    /--header "([\w-]+): \$\(az functionapp keys list[\s\S]*?--query masterKey/.exec(section) ?? [];
  const [, body = ''] = /--data '([^']*)'/.exec(section) ?? [];

  const [azurite, simulator] = await Promise.all([startAzurite(), startSimulator({ seed: 3, rows: 5 })]);
  const { connectionString } = azurite;
  await createPlaces(storageClients({ connectionString }));
  const lines: LogLine[] = [];
  const host = await startHost({
    root: ROOT,
    files: ['functions/plan.ts', 'functions/status.ts'],
    connectionString,
    // The timer never runs.
    schedules: false,
    functionKey: 'the master key',
    settings: {
      AzureWebJobsStorage: connectionString,
      PLAN_SCHEDULE: '0 */5 * * * *',
      LANDLINE_CREDENTIAL: 'simulator',
      LANDLINE_GRAPH_URL: simulator.graphUrl,
      LANDLINE_VOXIMPLANT_URL: simulator.voximplantUrl,
      LANDLINE_DATASETS: 'teams-sms',
      LANDLINE_HISTORY_DAYS: '1',
    },
    log: line => lines.push(line),
  });
  context.after(async () => {
    await host.stop();
    await simulator.stop();
    await azurite.stop();
  });
  const url = address.replace('https://<APP_NAME>.azurewebsites.net', host.url ?? '');
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(url, { method, body, headers })).status, 401, 'it takes the key');
  const answer = await fetch(url, { method, body, headers: { ...headers, [header]: 'the master key' } });
  assert.equal(answer.status, 202);
  await host.drain();
  assert.ok(lines.some(({ message }) => message.startsWith('{"event":"plan made"')));
});

test('the runbook names both poison queues, and says which messages stay there', () => {
  const section = sectionOf(read('docs/operations.md'), 'Messages that only a person can remove');
  for (const queue of [POISON_QUEUE, CURATE_POISON_QUEUE]) assert.ok(section.includes(`\`${queue}\``), queue);
  assert.match(section, /not base64, or whose base64 holds bytes that are not UTF-8/);
  assert.match(section, /az storage message delete [\s\S]*--pop-receipt/);
});

test('the page on scaling has a group of instances for every function, and the parameter bounds each', () => {
  const page = read('docs/scaling.md');
  const [bullet = ''] = page.split(/^(?=- )/m).filter(text => text.includes('has instances of its own'));
  const functions = globSync('functions/*.ts', { cwd: ROOT }).map(path => basename(path, '.ts'));
  assert.deepEqual(
    functions.filter(name => !bullet.includes(`\`${name}\``)),
    [],
  );
  const web = functions.filter(name => read(`functions/${name}.ts`).includes('app.http('));
  const words = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  assert.ok(bullet.includes(`each of the ${words[functions.length - web.length + 1]} groups`));
  assert.match(
    read('infra/main.bicep'),
    /Maximum number of instances of each function [\s\S]*?param maximumInstanceCount/,
  );
});
