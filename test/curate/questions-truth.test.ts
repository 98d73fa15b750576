import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeDimensionFiles } from '../../shared/curate/dimension-files.ts';
import { questions, viewsOver } from './bi-queries.ts';
import { curated, folderFor, layOut, memoryPorts, type Rows } from './setup.ts';

/** What the questions may not get wrong, over rows made by hand: large sums, what a row does not say, one user of two names. */

const DAY = '2026-01-05';

test('questions add the largest amounts, count what a row does not say as neither, and know a renamed user as one', async context => {
  const on = memoryPorts('full');
  const largest = '999999999999.999999';
  const call = (id: string): string =>
    `{"id":"${id}","callType":"user_out","startDateTime":"${DAY}T10:00:00Z","charge":${largest},"connectionCharge":${largest},"currency":"IDR"}`;
  await curated(on, 'teams-pstn-calls', DAY, [call('a'), call('b')]);
  const leg = (id: string, more: string): string => `{"id":"${id}","trunkFullyQualifiedDomainName":"sbc"${more}}`;
  const outcomes = [',"successfulCall":true', ',"successfulCall":false,"finalSipCode":503', '', ''];
  const legs = outcomes.map((more, i) => leg(`leg ${i}`, more));
  await curated(on, 'teams-direct-routing-calls', DAY, legs);
  const message = (id: string, hour: number, name: string): string =>
    `{"id":"${id}","sentDateTime":"${DAY}T0${hour}:00:00Z","userId":"u","userDisplayName":"${name}","smsUnits":1}`;
  await curated(on, 'teams-sms', DAY, [message('a', 9, 'New'), message('b', 8, 'Old')]);
  await writeDimensionFiles(on.curated, [], Date.parse('2026-02-01T00:00:00Z'), on.report);
  const folder = folderFor(context);
  await layOut(on, new Map(), folder);
  const db = await viewsOver(context, folder);
  const answer = async (question: number): Promise<Rows> => db.rows(questions()[question - 1]?.sql ?? '');

  assert.deepEqual(await answer(1), [{ month: '2026-01', currency: 'IDR', cost: '3999999999999.999996', calls: '2' }]);
  assert.deepEqual(await answer(5), [{ trunk_fqdn: 'sbc', legs: '4', failed: '1', failed_percent: 50 }]);
  assert.deepEqual(
    (await answer(6)).map(({ legs: failed }) => failed),
    ['1'],
  );
  assert.deepEqual(await answer(17), [{ trunk_fqdn: 'sbc', legs: '4', effective_percent: 50 }]);
  assert.deepEqual(await answer(8), [{ user_display_name: 'New', user_id: 'u', messages: '2', units: '2' }]);
});
