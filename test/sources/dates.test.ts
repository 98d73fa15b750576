import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { httpDate } from '../../shared/sources/http/dates.ts';
import { sender, servedAt } from '../../shared/sources/http/send.ts';
import { windowOf } from '../../shared/words/day.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { serviceKey } from './keys.ts';
import { type Asked, answering, type Reply } from './scripted-server.ts';
import { DAY, NOW } from './simulated-day.ts';
import { testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Dates of answers are GMT in all of their forms, also on a machine that is set to another zone. */

const SERVED = '2026-03-15T12:00:10.000Z';
/** The form that names no zone: obsolete, and still to be read. */
const ASCTIME = 'Sun Mar 15 12:00:10 2026';

before(() => {
  process.env['TZ'] = 'Asia/Kathmandu';
});

test('every form of an HTTP date is read as GMT, and nothing else is read as one', () => {
  assert.notEqual(new Date(SERVED).getTimezoneOffset(), 0);
  for (const text of ['Sun, 15 Mar 2026 12:00:10 GMT', 'Sunday, 15-Mar-26 12:00:10 GMT', ASCTIME, ` ${ASCTIME} `])
    assert.equal(httpDate(text), Date.parse(SERVED), text);
  assert.equal(httpDate('Sun Nov  6 08:49:37 1994'), Date.parse('1994-11-06T08:49:37Z'));
  const others = [
    '',
    '-5',
    '1,5',
    '2026',
    SERVED,
    'Sun',
    'Sun, 99 Foo 2026 12:00:10 GMT',
    'Sun, 15 Mar 2026 12:00:10 EST',
  ];
  for (const text of [undefined, ...others]) assert.equal(httpDate(text), Number.NaN, text);
});

const PAGE = '{"value":[],"result":[],"total_count":0}';

for (const dataset of [teamsPstnCalls, voximplantSms] as const satisfies readonly Dataset[]) {
  const at = (origin: string) => {
    const around = { clock: virtualClock(NOW), datasets: [dataset], origin, voximplantUrl: origin };
    return testPipeline({ ...around, key: serviceKey() });
  };

  test(`${dataset.source}: the time a page was served at is that of its date without a zone`, async () => {
    await answering(
      () => ({ headers: { date: ASCTIME }, body: PAGE }),
      async ({ origin }) => {
        const source = at(origin).ports.sources[dataset.source];
        const read = await source.read(dataset, windowOf(DAY, 'none'), undefined, new AbortController().signal);
        assert.equal(read.servedAt, Date.parse(SERVED));
        assert.equal(await servedAt(sender(), origin), Date.parse(SERVED));
      },
    );
  });

  test(`${dataset.source}: a wait until a date without a zone is as long as the source meant`, async () => {
    const reply = ({ turn }: Asked): Reply =>
      turn === 0 ? { status: 429, headers: { 'retry-after': 'Fri Mar 20 12:00:10 2026' }, body: '' } : { body: PAGE };
    await answering(reply, async ({ origin }) => {
      const pipeline = at(origin);
      await pipeline.ask(dataset, DAY);
      await pipeline.drive();
      assert.deepEqual([pipeline.outcomes, pipeline.clock.waits], [['landed'], [10_000]]);
    });
  });
}
