import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  type DatasetName,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../local/simulator/index.ts';
import { arrivedBy } from '../../local/start/folder.ts';
import { simulatedTenant } from '../../local/start/sources.ts';
import { addDays } from '../../shared/words/day.ts';
import { objectIn, rowTexts } from './simulator-requests.ts';

const NOW = Date.parse('2026-03-20T12:00:00.000Z');
/** A Tuesday, ten days ago. */
const DAY = '2026-03-10';

const started: Simulator[] = [];
after(() => Promise.all(started.map(simulator => simulator.stop())));

async function start(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator({ rows: 1_800, now: () => NOW, ...options });
  started.push(simulator);
  return simulator;
}

test('rows are as odd as the published ones: empty users, masked numbers, exact amounts, absent times', async () => {
  const simulator = await start({ oddShare: 0.2 });
  const has = (dataset: DatasetName, patterns: readonly RegExp[], api?: 'beta') => {
    const text = simulator.truth(dataset, DAY, api).join('\n');
    for (const pattern of patterns) assert.match(text, pattern, `${dataset} ${pattern}`);
  };
  const unknown = [/"propertyAddedLater":/, /"sequenceNumber":\d{20}[,}]/, /_not_in_any_list/];
  const amounts = [/"charge":0\.00,/, /"charge":0\.0130,/, /"charge":1234567890\.12,/, /"charge":0,/];
  const users = [/"userId":null,"userPrincipalName":""/, /📞/, /\\u00e9/, /山田/, /"calleeNumber":"\+\d+\*{3,4}"/];
  has('teams-pstn-calls', [...unknown, ...amounts, ...users, /\.\d{7}Z"/, /"conferenceId":"00/]);
  has('teams-pstn-calls', [/"clientPublicIpV6Address":/, /"administrativeUnitInfos":\[\{"id":/], 'beta');
  has('teams-direct-routing-calls', [/"0001-01-01T00:00:00Z"/, /:\d\d\.\d{3}Z"/, /"\+1001"/, /Internal Revenue/]);
  has('teams-sms', [/^\{"smsId"/m, /^\{"id"/m, /"sentDateTime":"2026-02-12T/]);
  has('teams-blocked-users', [/"Unblocked"/, /"blocked"/, /"userTelephoneNumber":null/]);
  simulator.switches.smsIds = 'none';
  assert.ok(simulator.truth('teams-sms', DAY).every(row => row.startsWith('{"smsId"')));
});

test('what `npm start` simulates costs what a tenant may have to pay', async () => {
  const simulator = await start(simulatedTenant({ from: 'simulator', days: 1, seed: 1, rows: 1_800, late: true }));
  for (const dataset of ['teams-pstn-calls', 'teams-sms'] as const) {
    const text = simulator.truth(dataset, DAY).join('\n');
    const amounts = [...text.matchAll(/"(?:charge|connectionCharge|callCharge)":([\d.]+)/g)].map(([, amount]) =>
      Number(amount),
    );
    assert.ok(amounts.length > 1_000);
    assert.ok(Math.max(...amounts) < 100, dataset);
  }
});

test('of the older days of two weeks that `npm start` simulates, one lacks hours until its late rows come', async () => {
  const arrived = arrivedBy(NOW);
  let through: string | undefined;
  const holds = { from: 'simulator', days: 14, seed: 1, rows: 1_800, late: false } as const;
  const simulator = await start(simulatedTenant(holds, () => through));
  const days = Array.from({ length: 9 }, (_, back) => addDays(arrived, -back));
  const counted = () => days.map(day => simulator.countRows('teams-pstn-calls', day));
  const before = counted();
  through = arrived;
  const gained = counted().map((rows, at) => (rows - (before[at] ?? 0)) / rows);
  const few = gained.filter(share => share > 0 && share < 0.1);
  assert.deepEqual([few.length, gained.filter(share => share > 0.3 && share < 0.4).length], [8, 1]);
});

test('in what `npm start` simulates no message has the time of another day, or none once it is processed', async () => {
  const simulator = await start(simulatedTenant({ from: 'simulator', days: 1, seed: 1, rows: 1_800, late: true }));
  for (const row of simulator.truth('teams-sms', DAY)) assert.match(row, new RegExp(`"sentDateTime":"${DAY}T`));
  for (const row of simulator.truth('voximplant-sms', DAY)) assert.match(row, new RegExp(`"processed_date":"${DAY} `));
});

test('rows have the fields of the samples, where the reference folder is at hand', async () => {
  const folder = new URL('../../../shared/reference/samples/', import.meta.url);
  if (!existsSync(folder)) return;
  const simulator = await start({ oddShare: 0 });
  for (const [file, dataset, api] of [
    ['graph-getPstnCalls.page1.json', 'teams-pstn-calls', undefined],
    ['documented-getPstnCalls.json', 'teams-pstn-calls', 'beta'],
    ['graph-getDirectRoutingCalls.page1.json', 'teams-direct-routing-calls', undefined],
    ['documented-getSmsLog.json', 'teams-sms', undefined],
  ] as const) {
    const [sample] = rowTexts(JSON.stringify(objectIn(readFileSync(new URL(file, folder), 'utf8'))), 'value');
    const made = simulator.truth(dataset, DAY, api).find(row => dataset !== 'teams-sms' || row.startsWith('{"smsId"'));
    const fields = (row: string | undefined) => Object.keys(objectIn(row ?? '{}')).sort();
    assert.deepEqual(fields(made), fields(sample), file);
  }
});
