import assert from 'node:assert/strict';
import { test } from 'node:test';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { FETCH_LIMITS } from '../../shared/fetch/attempt.ts';
import { type Asked, answering, type Reply } from './scripted-server.ts';
import { DAY, NOW } from './simulated-day.ts';
import { type TestPipeline, type TestPipelineOptions, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/** Bodies that no fault of the simulator makes: the rest of the bad-input table's API payloads. */

const CALL = '/v1.0/communications/callRecords/getPstnCalls(from=a,to=b)';

async function read(
  reply: (asked: Asked) => Reply,
  more: Partial<TestPipelineOptions> = {},
): Promise<{ pipeline: TestPipeline; asked: readonly Asked[] }> {
  return answering(reply, async ({ origin, asked }) => {
    const pipeline = testPipeline({ clock: virtualClock(NOW), datasets: [teamsPstnCalls], origin, ...more });
    await pipeline.ask(teamsPstnCalls, DAY);
    await pipeline.drive();
    return { pipeline, asked };
  });
}

const bodyOf = (rows: readonly string[], link?: string): string =>
  `{"value":[${rows.join(',')}]${link === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(link)}`}}`;

const row = (fields: string, id = 'a'): string => `{"id":"${id}","startDateTime":"${DAY}T10:00:00Z",${fields}}`;

test('empty pages are read through as long as their links are new, up to a bound that the failure names', async () => {
  const after = (empty: number, emptyPagesMax?: number) =>
    read(
      ({ turn, origin }) => {
        if (turn >= empty) return { body: bodyOf([row('"duration":1')]) };
        return { body: bodyOf([], `${origin}${CALL}?$skip=${turn + 1}`) };
      },
      { pagesMax: 2_000, ...(emptyPagesMax !== undefined && { emptyPagesMax }) },
    );
  assert.deepEqual((await after(1_000, FETCH_LIMITS.emptyPagesMax)).pipeline.outcomes, ['landed']);
  assert.deepEqual((await after(8)).pipeline.outcomes, ['landed']);
  const { pipeline } = await after(9);
  const { work } = pipeline.entry(teamsPstnCalls, DAY);
  assert.deepEqual([pipeline.outcomes, work.errorKind], [['failed'], 'paging.empty']);
  assert.match(work.errorMessage ?? '', /9 empty pages followed one another/);
});

test('a link is followed under each of its names, in any case, and two that differ are refused', async () => {
  const linked = (names: readonly string[]) =>
    read(({ path, origin }) => {
      if (path.includes('$skip')) return { body: bodyOf([row('"duration":2', 'b')]) };
      const links = names.map((name, at) => [name, `${origin}${CALL}?$skip=${at}`]);
      return { body: JSON.stringify({ value: [JSON.parse(row('"duration":1'))], ...Object.fromEntries(links) }) };
    });
  for (const name of ['@odata.nextLink', '@odata.NextLink', 'nextLink', '@nextLink', 'odata.nextlink', 'NextLink']) {
    const { pipeline } = await linked([name]);
    assert.deepEqual([pipeline.outcomes, pipeline.landed(teamsPstnCalls, DAY)?.length], [['landed'], 2], name);
  }
  const { pipeline } = await linked(['@odata.nextLink', 'nextLink']);
  const { work } = pipeline.entry(teamsPstnCalls, DAY);
  assert.deepEqual([pipeline.outcomes, work.errorKind, work.errorRemedy], [['failed'], 'page.bad_json', 'retry']);
});

test('a link under a name that nobody knows is refused: the day would end after its first page', async () => {
  for (const name of ['__next', 'next', 'nextPage', '@odata.next']) {
    const { pipeline } = await read(({ origin }) => {
      const envelope = { value: [{ id: 'a' }], [name]: `${origin}${CALL}?$skip=secret` };
      return { body: JSON.stringify(envelope) };
    });
    const { work } = pipeline.entry(teamsPstnCalls, DAY);
    assert.deepEqual(
      [pipeline.outcomes, work.errorKind, work.errorRemedy],
      [['failed'], 'page.bad_json', 'retry'],
      name,
    );
    assert.match(work.errorMessage ?? '', /"@odata\.nextLink"/);
    assert.doesNotMatch(pipeline.words(), /secret/);
  }
});

test('a row whose time is absent, of another zone, of year 1, or no time at all lands in the day asked for, counted', async () => {
  const times = [
    '"0001-01-01T00:00:00Z"',
    `"${DAY}T10:00:00"`,
    `"${DAY}T10:00:00+02:00"`,
    '"soon"',
    'null',
    '7',
    '{"a":1}',
  ];
  const rows = [
    ...times.map((time, at) => `{"id":"${at}","startDateTime":${time}}`),
    '{"id":"none"}',
    `{"id":"far","startDateTime":"2020-01-01T00:00:00Z"}`,
  ];
  const { pipeline } = await read(() => ({ body: bodyOf(rows) }));
  assert.deepEqual(pipeline.landed(teamsPstnCalls, DAY), rows);
  // Two of them start with the day itself, and so are the day's own.
  assert.equal(pipeline.entry(teamsPstnCalls, DAY).held?.rowsOutside, rows.length - 2);
});

test('markup, formulas and control characters in a row are kept as they are, and none of it is told', async () => {
  const hostile = [
    row('"userDisplayName":"<img src=x onerror=marker1()>"', '1'),
    row('"userDisplayName":"=cmd|marker2!A0"', '2'),
    row('"userDisplayName":"\\u0000\\r\\nmarker3 {\\"event\\":\\"day landed\\"}"', '3'),
    row('"__proto__":{"marker4":true},"constructor":{"prototype":{"marker5":1}}', '4'),
    row(`"marker6 <b>":"x","${'n'.repeat(500)}":1`, '5'),
  ];
  const { pipeline } = await read(() => ({ body: bodyOf(hostile) }));
  assert.deepEqual(pipeline.landed(teamsPstnCalls, DAY), hostile);
  assert.doesNotMatch(pipeline.words(), /marker|<img|<b>|nnnnn/);
  assert.match(pipeline.words(), /\(unprintable\)/);
  assert.equal(({} as Record<string, unknown>)['marker4'], undefined);
});

test('a member named twice at the top is refused, one named twice in a row is kept', async () => {
  const twice = await read(() => ({ body: '{"value":[],"@odata.count":0,"@odata.count":1}' }));
  assert.equal(twice.pipeline.entry(teamsPstnCalls, DAY).work.errorKind, 'page.bad_json');
  const inRow = row('"duration":1,"duration":2');
  assert.deepEqual((await read(() => ({ body: bodyOf([inRow]) }))).pipeline.landed(teamsPstnCalls, DAY), [inRow]);
});

test('a link is told by its host alone, and an error by its code alone', async () => {
  const foreign = await read(() => ({ body: bodyOf([], 'https://evil.example/secret-path?token=secret-token') }));
  const { work } = foreign.pipeline.entry(teamsPstnCalls, DAY);
  assert.equal(work.errorKind, 'security.foreign_link');
  assert.match(work.errorMessage ?? '', /evil\.example/);
  assert.doesNotMatch(foreign.pipeline.words(), /secret/);
  const body = '{"error":{"code":"BadRequest","message":"secret row +12025550101","innerError":{"request-id":"x"}}}';
  const refused = await read(() => ({ status: 400, headers: { 'request-id': '0b6f-1' }, body }));
  assert.match(refused.pipeline.words(), /400 BadRequest/);
  assert.match(refused.pipeline.words(), /"requestId":"0b6f-1"/);
  assert.doesNotMatch(refused.pipeline.words(), /secret|2025550101/);
});

test('a status that nobody has listed is what its class says', async () => {
  for (const status of [418, 431, 451, 204, 206]) {
    const { pipeline, asked } = await read(() => ({ status, body: '' }));
    assert.equal(asked.length, 1, String(status));
    assert.equal(pipeline.entry(teamsPstnCalls, DAY).work.errorRemedy, 'reject', String(status));
  }
  for (const status of [505, 507, 520, 522, 524, 529, 530, 561, 599]) {
    const { pipeline } = await read(({ turn }) => (turn > 0 ? { body: bodyOf([]) } : { status, body: '<html>' }));
    assert.deepEqual([pipeline.outcomes, pipeline.clock.waits], [['landed'], [1_000]], String(status));
  }
});

test('no request asks for what no page documents: no $top, no output, no time zone, one header of ours', async () => {
  const { asked } = await read(() => ({ body: bodyOf([]) }));
  assert.equal(
    asked[0]?.path,
    `/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2026-03-09T23:59:59Z,toDateTime=2026-03-11T00:00:01Z)`,
  );
  assert.deepEqual(Object.keys(asked[0]?.headers ?? {}).sort(), [
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'host',
  ]);
});
