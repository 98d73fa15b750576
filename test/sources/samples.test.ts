import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { serviceKey } from './keys.ts';
import { type Asked, answering, type Reply } from './scripted-server.ts';
import { type TestPipeline, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/**
 * The providers' published bodies, as they stand: line breaks, indentation and all. Their shapes are repeated here
 * with invented values; where the reference folder is at hand, the bodies themselves are read as well.
 */

const ORIGIN = 'https://graph.microsoft.com';
const LAST_PAGE = '{"@odata.count":0,"value":[]}';

/** As published for getPstnCalls under v1.0: the link after the rows, its arguments named `from` and `to`. */
const PSTN = `{
    "@odata.context": "${ORIGIN}/v1.0/$metadata#Collection(microsoft.graph.callRecords.pstnCallLogRow)",
    "@odata.count": 1000,
    "value": [
        {
            "id": "00000000-0000-4000-8000-000000000001",
            "callId": "1000_2000@192.0.2.1",
            "startDateTime": "2019-11-01T00:00:08.2589935Z",
            "duration": 219,
            "charge": 0.00,
            "connectionCharge": 0.0130,
            "destinationContext": null,
            "administrativeUnitInfos": [
               {
                  "id": "00000000-0000-4000-8000-00000000000a"
               }
            ]
        }
    ],
    "@odata.nextLink": "${ORIGIN}/v1.0/communications/callRecords/getPstnCalls(from=2019-11-01,to=2019-12-01)?$skip=1000"
}`;

/** As published for getSmsLog: no id, and a row of October in an answer for November. */
const SMS = `{
    "@odata.context": "${ORIGIN}/beta/$metadata#Collection(microsoft.graph.callRecords.smsLogRow)",
    "@odata.count": 1000,
    "@odata.nextLink": "${ORIGIN}/beta/communications/callRecords/getSmsLog(fromDateTime=2022-11-01,toDateTime=2022-12-01)?$skip=1000",
    "value": [
        {
            "smsId": "00000000-0000-4000-8000-000000000002",
            "sourceNumber": "+12025550101",
            "destinationNumber": "+12025550102",
            "sentDateTime": "2022-10-06T11:15:48.6113555Z",
            "callCharge": 0.00,
            "smsType": "sms_in",
            "smsUnits": 1
        }
    ]
}`;

interface Read {
  readonly pipeline: TestPipeline;
  readonly asked: readonly Asked[];
}

/** Reads the day from a server that answers the body first, with its links led to that server, and then a last page. */
async function readBody(dataset: Dataset, day: Day, body: string, second = LAST_PAGE): Promise<Read> {
  // The published count is not that of the rows, so the page is asked for once more.
  const first = body.includes('"@odata.count": 1000') ? 2 : 1;
  const reply = ({ turn, origin }: Asked): Reply => ({ body: turn < first ? body.replaceAll(ORIGIN, origin) : second });
  return answering(reply, async ({ origin, asked }) => {
    const clock = virtualClock(Date.parse(`${day}T12:00:00.000Z`) + 10 * 86_400_000);
    const pipeline = testPipeline({ clock, datasets: [dataset], origin, key: serviceKey() });
    await pipeline.ask(dataset, day);
    await pipeline.drive();
    return { pipeline, asked };
  });
}

/** The one row of a published body, by another way than ours: the text between the brackets of the list. */
function rowIn(body: string): string {
  const list = body.slice(body.indexOf('[', body.indexOf('"value"')) + 1, body.lastIndexOf(']'));
  return list.trim().replace(/[\r\n]/g, ' ');
}

async function assertPstn(body: string): Promise<void> {
  const api = body.includes('/beta/') ? 'beta' : 'v1.0';
  const { pipeline, asked } = await readBody({ ...teamsPstnCalls, api }, '2019-11-01', body);
  const link = /"(https:[^"]*skip=1000)"/.exec(body)?.[1] ?? '';
  assert.match(link, /\(from=2019-11-01,to=2019-12-01\)\?\$skip=1000$/);
  // The link as it came, to the letter: nothing is taken out of it and put together anew.
  assert.equal(asked[2]?.path, link.slice(ORIGIN.length));
  assert.equal(asked.length, 3);
  assert.deepEqual(pipeline.landed(teamsPstnCalls, '2019-11-01'), [rowIn(body)]);
  // Published with a count of 1,000 over one row: asked for once more, told, and landed.
  assert.ok(pipeline.told.some(({ event, line }) => event === 'page doubted' && line.includes('page.count')));
}

async function assertSms(body: string): Promise<void> {
  const { pipeline, asked } = await readBody(teamsSms, '2022-11-15', body);
  assert.equal(asked.at(-1)?.path, /"https:\/\/graph.microsoft.com([^"]*skip=1000)"/.exec(body)?.[1]);
  assert.deepEqual(pipeline.landed(teamsSms, '2022-11-15'), [rowIn(body)]);
  const { held } = pipeline.entry(teamsSms, '2022-11-15');
  assert.deepEqual([held?.rows, held?.rowsOutside, held?.rowsNeighbour], [1, 1, 0]);
  assert.match(pipeline.told.find(({ event }) => event === 'day landed')?.line ?? '', /"rowsOutside":1/);
}

test('a from=/to= link is followed unchanged, and a row in many lines lands in one', () => assertPstn(PSTN));

test('the SMS row outside its window is landed and counted', () => assertSms(SMS));

test('rows without an id are known by all of their bytes: equal ones are doubted, different ones are not', async () => {
  const row = (units: number) =>
    `{"smsId":"s","sentDateTime":"2022-11-15T11:15:48Z","smsUnits":${units},"sourceNumber":"+12025550101"}`;
  const body = (...rows: string[]) => `{"value":[${rows.join(',')}]}`;
  const different = await readBody(teamsSms, '2022-11-15', body(row(1), row(2)), body(row(1), row(2)));
  assert.deepEqual(different.pipeline.outcomes, ['landed']);
  const equal = await readBody(teamsSms, '2022-11-15', body(row(1), row(1)), body(row(1), row(1)));
  assert.deepEqual(equal.pipeline.outcomes, ['restarted', 'restarted', 'landed']);
  assert.equal(equal.pipeline.state(teamsSms, '2022-11-15'), 'suspect');
});

test('Voximplant numbers land as they came, integers or strings, and 64-bit ids with every digit', async () => {
  const rows = [
    '{"message_id":9007199254740993,"source_number":12025550101,"destination_number":12025550102,"direction":"OUT","cost":0.0500,"status_id":"1","processed_date":"2024-05-01 00:00:00"}',
    '{"message_id":9007199254740992,"source_number":"CONTOSO","destination_number":"12025550102","direction":"IN","fragments":0,"cost":4.3437,"status_id":"3","processed_date":""}',
  ];
  const body = `{"result":[${rows.join(',')}],"total_count":2}`;
  const { pipeline } = await readBody(voximplantSms, '2024-05-01', body, body);
  assert.deepEqual(pipeline.landed(voximplantSms, '2024-05-01'), rows);
  assert.equal(pipeline.entry(voximplantSms, '2024-05-01').held?.rowsOutside, 1);
});

const SAMPLES = new URL('../../../shared/reference/samples/', import.meta.url);

for (const [file, check] of [
  ['documented-getPstnCalls.json', assertPstn],
  ['documented-getPstnCalls-rendered.json', assertPstn],
  ['documented-getSmsLog.json', assertSms],
  ['documented-getSmsLog-2023.json', assertSms],
] as const) {
  test(`the published body ${file} lands as it is, where the reference folder is at hand`, async () => {
    const body = sample(file);
    if (body !== undefined) await check(body);
  });
}

function sample(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, SAMPLES), 'utf8');
  } catch {
    return undefined;
  }
}
