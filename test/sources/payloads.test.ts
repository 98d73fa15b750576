import assert from 'node:assert/strict';
import { test } from 'node:test';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { DAY, NOW } from './lane.ts';
import { type Rig, rig } from './rig.ts';
import { type Asked, answering, type Reply } from './scripted-server.ts';
import { virtualClock } from './virtual-clock.ts';

/** Bodies that no fault of the simulator makes: the rest of the bad-input table's API payloads. */

const CALL = '/v1.0/communications/callRecords/getPstnCalls(from=a,to=b)';

async function read(reply: (asked: Asked) => Reply): Promise<{ reader: Rig; asked: readonly Asked[] }> {
  return answering(reply, async ({ origin, asked }) => {
    const reader = rig({ clock: virtualClock(NOW), datasets: [teamsPstnCalls], origin });
    await reader.ask(teamsPstnCalls, DAY);
    await reader.drive();
    return { reader, asked };
  });
}

const bodyOf = (rows: readonly string[], link?: string): string =>
  `{"value":[${rows.join(',')}]${link === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(link)}`}}`;

const row = (fields: string, id = 'a'): string => `{"id":"${id}","startDateTime":"${DAY}T10:00:00Z",${fields}}`;

test('three empty pages with links are read through, a fourth is not', async () => {
  const after = (empty: number) =>
    read(({ turn, origin }) => {
      if (turn >= empty) return { body: bodyOf([row('"duration":1')]) };
      return { body: bodyOf([], `${origin}${CALL}?$skip=${turn + 1}`) };
    });
  assert.deepEqual((await after(3)).reader.outcomes, ['landed']);
  const { reader } = await after(4);
  assert.deepEqual([reader.outcomes, reader.entry(teamsPstnCalls, DAY).work.errorKind], [['failed'], 'paging.empty']);
});

test('a link under a name that is not quite that of the link is refused: the day would end after its first page', async () => {
  for (const name of ['@odata.NextLink', 'nextLink', '@nextLink', 'odata.nextlink']) {
    const { reader } = await read(({ origin }) => {
      const envelope = { value: [{ id: 'a' }], [name]: `${origin}${CALL}?$skip=secret` };
      return { body: JSON.stringify(envelope) };
    });
    const { work } = reader.entry(teamsPstnCalls, DAY);
    assert.deepEqual([reader.outcomes, work.errorKind, work.errorRemedy], [['failed'], 'page.bad_json', 'retry'], name);
    assert.match(work.errorMessage ?? '', /"@odata\.nextLink"/);
    assert.doesNotMatch(reader.words(), /secret/);
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
  const { reader } = await read(() => ({ body: bodyOf(rows) }));
  assert.deepEqual(reader.landed(teamsPstnCalls, DAY), rows);
  // Two of them start with the day itself, and so are the day's own.
  assert.equal(reader.entry(teamsPstnCalls, DAY).held?.rowsOutside, rows.length - 2);
});

test('markup, formulas and control characters in a row are kept as they are, and none of it is told', async () => {
  const hostile = [
    row('"userDisplayName":"<img src=x onerror=marker1()>"', '1'),
    row('"userDisplayName":"=cmd|marker2!A0"', '2'),
    row('"userDisplayName":"\\u0000\\r\\nmarker3 {\\"event\\":\\"day landed\\"}"', '3'),
    row('"__proto__":{"marker4":true},"constructor":{"prototype":{"marker5":1}}', '4'),
    row(`"marker6 <b>":"x","${'n'.repeat(500)}":1`, '5'),
  ];
  const { reader } = await read(() => ({ body: bodyOf(hostile) }));
  assert.deepEqual(reader.landed(teamsPstnCalls, DAY), hostile);
  assert.doesNotMatch(reader.words(), /marker|<img|<b>|nnnnn/);
  assert.match(reader.words(), /\(unprintable\)/);
  assert.equal(({} as Record<string, unknown>)['marker4'], undefined);
});

test('a member named twice at the top is refused, one named twice in a row is kept', async () => {
  const twice = await read(() => ({ body: '{"value":[],"@odata.count":0,"@odata.count":1}' }));
  assert.equal(twice.reader.entry(teamsPstnCalls, DAY).work.errorKind, 'page.bad_json');
  const inRow = row('"duration":1,"duration":2');
  assert.deepEqual((await read(() => ({ body: bodyOf([inRow]) }))).reader.landed(teamsPstnCalls, DAY), [inRow]);
});

test('a link is told by its host alone, and an error by its code alone', async () => {
  const foreign = await read(() => ({ body: bodyOf([], 'https://evil.example/secret-path?token=secret-token') }));
  const { work } = foreign.reader.entry(teamsPstnCalls, DAY);
  assert.equal(work.errorKind, 'security.foreign_link');
  assert.match(work.errorMessage ?? '', /evil\.example/);
  assert.doesNotMatch(foreign.reader.words(), /secret/);
  const body = '{"error":{"code":"BadRequest","message":"secret row +12025550101","innerError":{"request-id":"x"}}}';
  const refused = await read(() => ({ status: 400, headers: { 'request-id': '0b6f-1' }, body }));
  assert.match(refused.reader.words(), /400 BadRequest/);
  assert.match(refused.reader.words(), /"requestId":"0b6f-1"/);
  assert.doesNotMatch(refused.reader.words(), /secret|2025550101/);
});

test('a status that nobody has listed is refused for good, and not repeated', async () => {
  for (const status of [418, 451, 505, 204, 206]) {
    const { reader, asked } = await read(() => ({ status, body: '' }));
    assert.equal(asked.length, 1, String(status));
    assert.equal(reader.entry(teamsPstnCalls, DAY).work.errorRemedy, 'reject', String(status));
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
