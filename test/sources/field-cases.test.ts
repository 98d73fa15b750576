import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { addDays, HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { Dataset, ReasonCode } from '../../shared/words/model.ts';
import { serviceKey } from './keys.ts';
import { type Asked, answering, type Reply } from './scripted-server.ts';
import { DAY, NOW } from './simulated-day.ts';
import { type TestPipeline, testPipeline } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/**
 * Sources that behave as people report of APIs like ours: one line each says what the source does, and what has to come
 * of it. Over real HTTP; the product is not looked into.
 */

const CALL = '/v1.0/communications/callRecords/getPstnCalls(fromDateTime=a,toDateTime=b)';

const row = (id: number, time = `${DAY}T10:00:00Z`): string => `{"id":"${id}","startDateTime":"${time}"}`;
const rowsFrom = (first: number, count: number): string[] => Array.from({ length: count }, (_, at) => row(first + at));
const list = (rows: readonly string[], more: Readonly<Record<string, unknown>> = {}): Reply => {
  const members = Object.entries(more).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return { body: `{"value":[${rows.join(',')}]${members.join('')}}` };
};
const message = (id: number, extra = ''): string =>
  `{"message_id":${id},"direction":"OUT","processed_date":"${DAY} 10:00:00"${extra}}`;
const history = (rows: readonly string[], total: number, more = ''): Reply => ({
  body: `{"result":[${rows.join(',')}],"total_count":${total}${more}}`,
});
const skipOf = ({ path, body }: Asked): number =>
  Number(/\$skip=(\d+)/.exec(decodeURIComponent(path))?.[1] ?? /offset=(\d+)/.exec(body)?.[1] ?? 0);

interface Came {
  readonly pipeline: TestPipeline;
  readonly asked: readonly Asked[];
}

async function read(dataset: Dataset, reply: (asked: Asked) => Reply, days = [DAY]): Promise<Came> {
  return answering(reply, async ({ origin, asked }) => {
    const pipeline = testPipeline({
      clock: virtualClock(NOW),
      datasets: [dataset],
      origin,
      key: serviceKey(),
      pagesMax: 200,
    });
    for (const day of days) {
      await pipeline.ask(dataset, day);
      await pipeline.drive();
    }
    return { pipeline, asked };
  });
}

/** The source is well from the second time on that it is asked for something. */
const wellAfter =
  (first: Reply, then: Reply) =>
  ({ turn }: Asked) =>
    turn === 0 ? first : then;

function lands(title: string, dataset: Dataset, rows: number, reply: (asked: Asked) => Reply): void {
  test(`lands: ${title}`, async () => {
    const { pipeline } = await read(dataset, reply);
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([pipeline.landed(dataset, DAY)?.length, work.errorKind], [rows, undefined], work.errorMessage);
  });
}

function ends(
  title: string,
  dataset: Dataset,
  reason: ReasonCode,
  requestsMax: number,
  reply: (asked: Asked) => Reply,
) {
  test(`does not land, ${reason}: ${title}`, async () => {
    const { pipeline, asked } = await read(dataset, reply);
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([pipeline.landed(dataset, DAY), work.errorKind], [undefined, reason], work.errorMessage);
    assert.ok(asked.length <= requestsMax, `${asked.length} requests`);
    assert.equal(pipeline.lake.staged(dataset.name, DAY), 0);
  });
}

const SIX = list(rowsFrom(1, 6));
const VOX = history([message(1), message(2)], 2);

// A page that carries an error.
for (const [name, value] of [
  ['odata.error', { code: '', message: { lang: 'en-US', value: 'x' } }],
  ['@odata.error', { code: 'x' }],
  ['errors', [{ message: 'x' }]],
  ['error', 'timeout'],
  ['error', { message: 'x'.repeat(200_000) }],
  ['exception', { message: 'x' }],
  ['fault', { faultstring: 'x' }],
] as const)
  ends(`rows beside "${name}"`, teamsPstnCalls, 'source.failing', 4, () => list(rowsFrom(1, 3), { [name]: value }));
lands('an error beside rows that is gone the next time', teamsPstnCalls, 6, wellAfter(list([], { error: {} }), SIX));
lands('an error that is null', teamsPstnCalls, 3, () => list(rowsFrom(1, 3), { error: null }));
lands('a row that has an error of its own beside its data', teamsPstnCalls, 1, () =>
  list([row(1).replace('}', ',"error":{"code":"x"}}')]),
);
for (const name of ['Value', 'items'])
  ends(`an empty list of rows, and rows in "${name}"`, teamsPstnCalls, 'page.no_rows', 4, () =>
    list([], { [name]: [{ id: '1', startDateTime: `${DAY}T10:00:00Z` }] }),
  );
lands('an empty list of something else beside an empty list of rows', teamsPstnCalls, 0, () =>
  list([], { items: [], warnings: [{ code: 'x' }] }),
);
ends('an item that is only a code and a message', teamsPstnCalls, 'source.failing', 4, () =>
  list([...rowsFrom(1, 2), '{"code":"BackendError","message":"x"}']),
);
ends('an error beside 200 KB of messages', voximplantSms, 'source.failing', 4, () =>
  history(
    Array.from({ length: 900 }, (_, at) => message(at, `,"text":"${'x'.repeat(200)}"`)),
    900,
    ',"error":{"msg":"x"}',
  ),
);
ends('an error beside two megabytes of messages', voximplantSms, 'source.failing', 4, () =>
  history(
    Array.from({ length: 900 }, (_, at) => message(at, `,"text":"${'x'.repeat(2_500)}"`)),
    900,
    ',"error":{"msg":"x","code":104}',
  ),
);
ends('an error of two megabytes, and nothing else', teamsPstnCalls, 'source.failing', 4, () => ({
  body: JSON.stringify({ error: { code: 'x', details: 'x'.repeat(2_000_000) } }),
}));
test('an error beside nothing empties no day that is held', async () => {
  let failing = false;
  await answering(
    () => (failing ? list([], { error: { code: 'x' } }) : SIX),
    async ({ origin }) => {
      const pipeline = testPipeline({ clock: virtualClock(NOW), datasets: [teamsPstnCalls], origin });
      for (const later of [false, true, true]) {
        failing = later;
        await pipeline.ask(teamsPstnCalls, DAY);
        await pipeline.drive();
        pipeline.clock.pass(2 * HOUR_MS);
        await pipeline.drive();
      }
      assert.equal(pipeline.landed(teamsPstnCalls, DAY)?.length, 6);
      assert.equal(pipeline.entry(teamsPstnCalls, DAY).work.errorKind, 'source.failing');
    },
  );
});

// Pages that bring nothing, or the same.
lands('seven empty pages in the middle of the list', teamsPstnCalls, 4, asked => {
  const at = skipOf(asked);
  const next = { '@odata.nextLink': `${asked.origin}${CALL}?$skip=${at + 1}` };
  return at === 0 ? list(rowsFrom(1, 2), next) : at <= 7 ? list([], next) : list(rowsFrom(3, 2));
});
ends('two links that lead to one another', teamsPstnCalls, 'paging.loop', 5, asked =>
  list([], { '@odata.nextLink': `${asked.origin}${CALL}?$skip=${1 - (skipOf(asked) % 2)}` }),
);
ends('a new token on each page, and always the same row', teamsPstnCalls, 'paging.loop', 5, ({ turn, origin }) =>
  list([row(1)], { '@odata.nextLink': `${origin}${CALL}?$skiptoken=${turn}` }),
);
ends('an offset that is ignored', voximplantSms, 'paging.loop', 5, () =>
  history(
    Array.from({ length: 1_000 }, (_, at) => message(at)),
    9_000,
  ),
);
test('equal ids that the total counts land, and the day is marked', async () => {
  const { pipeline } = await read(voximplantSms, () => history([message(1), message(2), message(2, ',"cost":1')], 3));
  assert.equal(pipeline.landed(voximplantSms, DAY)?.length, 3);
  assert.deepEqual(pipeline.entry(voximplantSms, DAY).work.suspicion?.reason, 'page.duplicates');
});
test('equal ids in a list that is another one at each read do not land', async () => {
  const { pipeline, asked } = await read(voximplantSms, ({ turn }) =>
    history([message(1), message(1), message(turn)], 3),
  );
  assert.equal(asked.length, 3);
  assert.equal(pipeline.landed(voximplantSms, DAY), undefined);
  const { state, errorKind } = pipeline.entry(voximplantSms, DAY).work;
  assert.deepEqual({ state, errorKind }, { state: 'failed', errorKind: 'page.duplicates' });
});

// Links, spelled otherwise.
for (const [title, link] of [
  ['in capitals', (o: string) => `HTTP${o.slice(4)}/V1.0/COMMUNICATIONS/CALLRECORDS/GETPSTNCALLS(from=a,to=b)?$skip=3`],
  [
    'with the qualified name in small letters',
    (o: string) => `${o}/v1.0/communications/callrecords/microsoft.graph.callrecords.getpstncalls(from=a,to=b)?$skip=3`,
  ],
  [
    'with parentheses and equals signs encoded',
    (o: string) => `${o}/v1.0/communications/callRecords/getPstnCalls%28from%3Da%2Cto%3Db%29?$skip=3`,
  ],
  ['without arguments', (o: string) => `${o}/v1.0/communications/callRecords/getPstnCalls?$skip=3`],
  ['relative to the root of the service', () => 'communications/callRecords/getPstnCalls(from=a,to=b)?$skip=3'],
  ['a query alone', () => '?$skip=3'],
  [
    'a token with #, blanks, quotes, bars and letters of other scripts',
    (o: string) => `${o}${CALL}?$t=RID:~a#RT:1 "x"|ü＃&$skip=3`,
  ],
] as const)
  lands(`a link ${title}`, teamsPstnCalls, 6, asked =>
    skipOf(asked) === 3 ? list(rowsFrom(4, 3)) : list(rowsFrom(1, 3), { '@odata.nextLink': link(asked.origin) }),
  );
test('what was raw in a token arrives whole', async () => {
  const { asked } = await read(teamsPstnCalls, ({ turn, origin }) =>
    turn > 0 ? list([]) : list([row(1)], { nextLink: `${origin}${CALL}?$skiptoken=a#b c%2B+d\\e` }),
  );
  assert.ok(asked[1]?.path.endsWith('?$skiptoken=a%23b%20c%2B+d%5Ce'), asked[1]?.path);
});
lands('a link as an annotation of the list', teamsPstnCalls, 6, asked =>
  skipOf(asked) === 3
    ? list(rowsFrom(4, 3))
    : list(rowsFrom(1, 3), { 'value@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
);
ends('two next links that differ', teamsPstnCalls, 'page.bad_json', 4, ({ origin }) =>
  list([row(1)], { '@odata.nextLink': `${origin}${CALL}?$skip=1`, nextLink: `${origin}${CALL}?$skip=2` }),
);

// HTTP.
for (const coding of ['GZIP', 'Gzip', 'x-gzip', 'X-GZIP', ' gzip ', 'gzip, identity', 'identity,gzip'])
  lands(`the content coding "${coding}"`, teamsPstnCalls, 6, () => ({
    body: gzipSync(SIX.body),
    headers: { 'content-encoding': coding },
  }));
lands('a body that is compressed twice', teamsPstnCalls, 6, () => ({
  body: gzipSync(gzipSync(SIX.body)),
  headers: { 'content-encoding': 'gzip, gzip' },
}));
lands('a coding "identity", and none', teamsPstnCalls, 6, () => ({
  ...SIX,
  headers: { 'content-encoding': 'Identity' },
}));
lands('15 KB of cookies', teamsPstnCalls, 6, () => ({ ...SIX, headers: { 'set-cookie': `a=${'x'.repeat(15_000)}` } }));
for (const status of [421, 425, 499, 509, 521, 523, 525, 527, 530, 598])
  lands(
    `${status} once`,
    teamsPstnCalls,
    6,
    wellAfter({ status, body: '<html>', headers: { 'content-type': 'text/html' } }, SIX),
  );
for (const dataset of [teamsPstnCalls, voximplantSms])
  for (const status of [403, 404, 409, 418, 423, 500, 502, 524, 529])
    test(`${dataset.source}: Retry-After on a ${status} is waited for`, async () => {
      const wait: Reply = { status, body: '', headers: { 'retry-after': '7' } };
      const { pipeline } = await read(dataset, wellAfter(wait, dataset.source === 'graph' ? SIX : VOX));
      assert.deepEqual([pipeline.outcomes, pipeline.clock.waits], [['landed'], [7_000]]);
    });
test('a wait that nobody can mean closes a source for an hour at most', async () => {
  for (const after of ['978307200', '99999999999999999999', 'Fri, 31 Dec 2060 23:59:59 GMT']) {
    const { pipeline } = await read(teamsPstnCalls, () => ({
      status: 429,
      body: '',
      headers: { 'retry-after': after },
    }));
    const gate = (await pipeline.ledger.gate('graph'))?.value;
    assert.equal(Date.parse(gate?.notBefore ?? ''), NOW + HOUR_MS, after);
  }
});
test('a refusal of one log that names a time keeps its meaning, is not asked before, and closes no gate', async () => {
  for (const [status, reason] of [
    [403, 'auth.forbidden'],
    [404, 'source.rejected'],
    [409, 'source.rejected'],
    [423, 'source.rejected'],
  ] as const)
    for (const after of ['600', '978307200']) {
      const { pipeline } = await read(teamsPstnCalls, () => ({ status, body: '', headers: { 'retry-after': after } }));
      const { work } = pipeline.entry(teamsPstnCalls, DAY);
      assert.deepEqual([work.state, work.errorKind, pipeline.clock.waits], ['failed', reason, []], `${status}`);
      // Whether it may pass by itself, or waits for a person.
      assert.equal(work.errorRemedy, status === 403 ? 'fix-config' : 'retry');
      assert.ok(Date.parse(work.retryAt ?? '') >= NOW + Math.min(Number(after) * 1_000, HOUR_MS));
      assert.equal(await pipeline.ledger.gate('graph'), undefined);
    }
});
test('a redirect that names a time is for a person at once', async () => {
  const { pipeline } = await read(teamsPstnCalls, () => ({ status: 302, body: '', headers: { 'retry-after': '7' } }));
  const { work } = pipeline.entry(teamsPstnCalls, DAY);
  assert.deepEqual([work.state, work.errorKind, pipeline.clock.waits], ['failed', 'security.redirect', []]);
});
test('a 5xx that names a time delays its own day and closes no gate', async () => {
  const { pipeline } = await read(teamsPstnCalls, () => ({ status: 502, body: '', headers: { 'retry-after': '600' } }));
  const { work } = pipeline.entry(teamsPstnCalls, DAY);
  assert.deepEqual(
    [work.state, work.errorKind, Date.parse(work.retryAt ?? '')],
    ['failed', 'source.failing', NOW + 600_000],
  );
  assert.equal(await pipeline.ledger.gate('graph'), undefined);
});

// Times.
test('a row is in the day of its instant, however that is spelled, and in no other', async () => {
  const [before, after] = [addDays(DAY, -1), addDays(DAY, 1)];
  const own = [
    `${DAY}T00:00Z`,
    `${DAY}t23:59:59.9999999z`,
    `${after}T01:30:00+02:00`,
    `${after}T01:30:00+0200`,
    `${before}T22:00-02`,
    `${DAY}T12:00:00,25Z`,
    `${DAY} 12:00`,
    `${DAY.replaceAll('-', '')}T120001Z`,
    `/Date(${Date.parse(`${DAY}T13:00:00Z`)}+0060)/`,
    DAY,
  ].map((time, at) => row(at, time));
  const others = [`${before}T23:59:59.9Z`, `${after}t00:00z`].map((time, at) => row(100 + at, time));
  // A source with wide bounds brings all of them for each of the days.
  const { pipeline } = await read(teamsPstnCalls, () => list([...own, ...others]));
  assert.deepEqual(
    own.filter(each => !pipeline.landed(teamsPstnCalls, DAY)?.includes(each)),
    [],
  );
  const midnight = others[1] ?? '';
  assert.ok(!pipeline.landed(teamsPstnCalls, DAY)?.includes(midnight), 'the next day has it');
});

// More than one query gives.
for (const [status, text] of [
  [400, 'Result window is too large, from + size must be less than or equal to: [10000]'],
  [422, 'Only the first 1000 results are available'],
  [413, 'Too many results, please narrow the date range'],
] as const)
  test(`the source pages no further, ${status}: it is told so`, async () => {
    const { pipeline } = await read(teamsPstnCalls, asked =>
      skipOf(asked) > 0
        ? { status, body: JSON.stringify({ error: { code: 'x', message: text } }) }
        : list(rowsFrom(1, 3), { '@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
    );
    assert.ok(pipeline.told.some(({ line }) => line.includes('"reason":"limits.query"')));
    assert.equal(pipeline.landed(teamsPstnCalls, DAY), undefined);
  });
for (const name of [
  'truncated',
  'isTruncated',
  '@odata.truncated',
  'hasMore',
  'moreRecordsAvailable',
  'has_more',
  'hasNextPage',
  'incomplete_results',
  'limitExceeded',
  'maxResultsReached',
])
  test(`"${name}" is true and there is no link: it is told so`, async () => {
    const { pipeline } = await read(teamsPstnCalls, () => list(rowsFrom(1, 3), { [name]: true }));
    assert.ok(pipeline.told.some(({ line }) => line.includes('"reason":"limits.query"')));
    assert.equal(pipeline.landed(teamsPstnCalls, DAY), undefined);
  });
lands('"hasMore" is true beside a link, and false at the end', teamsPstnCalls, 6, asked =>
  skipOf(asked) === 3
    ? list(rowsFrom(4, 3), { hasMore: false, truncated: false })
    : list(rowsFrom(1, 3), { hasMore: true, '@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
);

// Counts of a page.
for (const [title, doubted, reply] of [
  ['a count that is less than came', undefined, () => list(rowsFrom(1, 3), { '@odata.count': 2 })],
  ['a count that is more than came, and no link', true, () => list(rowsFrom(1, 3), { '@odata.count': 4 })],
  ['a count as a text that is more than came', true, () => list(rowsFrom(1, 3), { '@odata.count': '4' })],
  ['a count as OData 3 names it', true, () => list(rowsFrom(1, 3), { 'odata.count': '4' })],
  ['a count without the prefix that is more than came', true, () => list(rowsFrom(1, 3), { '@count': 4 })],
  [
    'the count of the whole list on each page',
    undefined,
    (asked: Asked) =>
      skipOf(asked) === 3
        ? list(rowsFrom(4, 2), { '@odata.count': 5 })
        : list(rowsFrom(1, 3), { '@odata.count': 5, '@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
  ],
  [
    'the count of the whole list, whose end does not come',
    true,
    (asked: Asked) =>
      skipOf(asked) === 3
        ? list(rowsFrom(4, 2), { '@odata.count': 9 })
        : list(rowsFrom(1, 3), { '@odata.count': 9, '@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
  ],
  [
    'a link that is missing in mid-list, after a page of which all came',
    true,
    (asked: Asked) =>
      skipOf(asked) === 3
        ? list(rowsFrom(4, 2), { '@odata.count': 3 })
        : list(rowsFrom(1, 3), { '@odata.count': 3, '@odata.nextLink': `${asked.origin}${CALL}?$skip=3` }),
  ],
] as const)
  test(`${doubted ? 'lands in doubt' : 'lands in no doubt'}: ${title}`, async () => {
    const { pipeline } = await read(teamsPstnCalls, reply);
    assert.deepEqual(
      [pipeline.outcomes.at(-1), pipeline.entry(teamsPstnCalls, DAY).held?.doubted],
      ['landed', doubted],
    );
  });

// Hostile pages.
ends('three million names in a row', teamsPstnCalls, 'limits.page_names', 1, () =>
  list([`{"id":"1"${Array.from({ length: 1_000_000 }, (_, at) => `,"n${at}":1`).join('')}}`]),
);
ends('a new name in each of a thousand rows, many times over', teamsPstnCalls, 'limits.page_names', 1, () =>
  list(
    rowsFrom(1, 1_000).map((each, at) =>
      each.replace('}', `${Array.from({ length: 9 }, (_, n) => `,"${at}-${n}":1`).join('')}}`),
    ),
  ),
);
ends('millions of empty rows', teamsPstnCalls, 'limits.page_rows', 1, () => ({
  body: Buffer.concat([Buffer.from('{"value":['), Buffer.alloc(9_000_000, '{},'), Buffer.from('{}]}')]),
}));

test('a read is a witness from when the source answered, however long storage takes to look at what is held', async () => {
  const clock = virtualClock(NOW);
  let rows = rowsFrom(1, 6);
  let slowMs = 0;
  const lakeHooks = { before: async (op: string) => void (op.startsWith('lake.read') && clock.pass(slowMs)) };
  await answering(
    () => list(rows),
    async ({ origin }) => {
      const pipeline = testPipeline({ clock, datasets: [teamsPstnCalls], origin, lakeHooks });
      const readNow = async () => {
        await pipeline.ask(teamsPstnCalls, DAY);
        await pipeline.drive();
        return pipeline.entry(teamsPstnCalls, DAY).held?.rows;
      };
      assert.equal(await readNow(), 6);
      rows = rowsFrom(1, 5);
      assert.equal(await readNow(), 6);
      clock.pass(50 * MINUTE_MS);
      slowMs = 20 * MINUTE_MS;
      assert.equal(await readNow(), 6, 'the source was asked twice within an hour');
      slowMs = 0;
      clock.pass(HOUR_MS);
      assert.equal(await readNow(), 5);
    },
  );
});
