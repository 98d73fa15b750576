import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { startSimulator } from '../../local/simulator/index.ts';
import { curateDay, curateMessage } from '../../shared/curate/curate-day.ts';
import { schemaOf } from '../../shared/curate/parquet/schema.ts';
import { privacyProfile } from '../../shared/curate/privacy.ts';
import { tableOf } from '../../shared/curate/tables.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import type { Held } from '../../shared/words/ledger.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import { curated, land, type MemoryPorts, memoryPorts, parsedExactly, SECRET } from './setup.ts';

const DAY = '2026-01-05';
const PATH = curatedPath('fact_message', 'teams-sms', DAY);

async function readBack(on: MemoryPorts, path: string): Promise<Record<string, unknown>[]> {
  const bytes = on.curated.files.get(path)?.bytes;
  assert.ok(bytes);
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
}

function sms(id: string, charge = '0.01'): string {
  return `{"id":"${id}","sentDateTime":"${DAY}T10:00:00.1234567Z","callCharge":${charge},"currency":"USD"}`;
}

test('a second reader agrees, types included', async context => {
  const simulator = await startSimulator({ seed: 5, rows: 80, oddShare: 0.2, now: () => Date.parse('2026-03-01') });
  context.after(() => simulator.stop());
  for (const name of [
    'teams-pstn-calls',
    'teams-direct-routing-calls',
    'voximplant-sms',
    'teams-dialout-usage',
  ] as const) {
    const on = memoryPorts();
    const rows = simulator.truth(name, DAY);
    await curated(on, name, DAY, rows);
    const table = tableOf(name);
    const path = curatedPath(table.name, name, DAY);
    const bytes = new Uint8Array(on.curated.files.get(path)?.bytes ?? []).buffer;
    const { schema, num_rows } = parquetMetadata(bytes);
    assert.equal(Number(num_rows), rows.length);
    assert.equal(parquetSchema(parquetMetadata(bytes)).children.length, table.columns.length);
    for (const [i, wanted] of schemaOf(table.columns).entries()) {
      const { name: column, type, converted_type, precision, scale, repetition_type } = schema[i] ?? {};
      const expected = i === 0 ? [undefined, undefined] : [wanted.type, wanted.repetition_type];
      assert.deepEqual([column, type, converted_type], [wanted.name, wanted.type, wanted.converted_type]);
      assert.deepEqual([precision, scale], [wanted.precision, wanted.scale]);
      assert.equal(repetition_type, expected[1]);
    }
    const read = await parquetReadObjects({ file: bytes });
    for (const [i, row] of read.entries()) {
      const sent = parsedExactly(rows[i] ?? '');
      for (const { name: column, kind, origin } of table.columns) {
        const value = 'fields' in origin ? sent[origin.fields[name] ?? ''] : undefined;
        if (value === undefined || value === null || value === '' || String(value).startsWith('0001-')) continue;
        const got = row[column];
        if (kind === 'time')
          assert.equal((got as Date).getTime(), Date.parse(`${String(value).replace('Z', '').replace(' ', 'T')}Z`));
        else if (kind === 'money') assert.equal(Number(got).toFixed(6), Number(value).toFixed(6));
        else assert.equal(String(got), typeof value === 'object' ? JSON.stringify(value) : String(value));
      }
    }
  }
});

test('a file has the same bytes whatever its process made before', async context => {
  const simulator = await startSimulator({ seed: 5, rows: 600, now: () => Date.parse('2026-03-01') });
  context.after(() => simulator.stop());
  const bytesOf = async (day: string): Promise<Buffer> => {
    const on = memoryPorts();
    await curated(on, 'teams-blocked-users', day, simulator.truth('teams-blocked-users', day));
    const [file] = on.curated.files.values();
    return Buffer.from(file?.bytes ?? []);
  };
  const days = ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08', '2026-01-09'];
  const first = await Promise.all(days.map(bytesOf));
  for (const at of [3, 1, 4, 0, 2])
    assert.ok(first[at]?.length && first[at].equals(await bytesOf(days[at] ?? '')), `${days[at]}`);
});

test('a day that lands again replaces its file, and there is never a second one', async () => {
  const on = memoryPorts();
  await curated(on, 'teams-sms', DAY, [sms('a')]);
  const old = on.curated.files.get(PATH)?.bytes;
  await curated(on, 'teams-sms', DAY, [sms('a'), sms('late')]);
  assert.deepEqual([...on.curated.files.keys()], [PATH]);
  assert.equal(on.curated.files.get(PATH)?.label.revision, 2);
  assert.deepEqual(
    (await readBack(on, PATH)).map(row => [row['key'], row['revision']]),
    [
      ['teams-sms:a', 2],
      ['teams-sms:late', 2],
    ],
  );
  // Who holds the old file holds a whole file.
  assert.equal((await parquetReadObjects({ file: new Uint8Array(old ?? []).buffer })).length, 1);
  // Nothing changed: nothing is written.
  const { etag } = on.curated.files.get(PATH) ?? {};
  assert.equal(await curateDay('teams-sms', DAY, on), 'current');
  assert.equal(on.curated.files.get(PATH)?.etag, etag);
});

test('another profile or key makes every file again', async () => {
  const on = memoryPorts('full');
  await curated(on, 'teams-sms', DAY, [sms('a')]);
  assert.equal(await curateDay('teams-sms', DAY, { ...on, profile: privacyProfile('masked', undefined) }), 'curated');
  assert.equal(
    await curateDay('teams-sms', DAY, { ...on, profile: privacyProfile('pseudonymous', SECRET) }),
    'curated',
  );
  assert.equal(
    await curateDay('teams-sms', DAY, { ...on, profile: privacyProfile('pseudonymous', `${SECRET}!`) }),
    'curated',
  );
  assert.match(on.curated.files.get(PATH)?.label.stamp ?? '', /^3-pseudonymous-[0-9a-f]{8}$/);
});

test('an action of the blocked users keeps its key when its mode is spelled in another case', async () => {
  const on = memoryPorts();
  const name = 'teams-blocked-users';
  const action = (mode: string, rest = '"blockDateTime":"2026-01-05T10:00:00Z","userId":"u"') =>
    `{"remediationId":"r",${rest},"userBlockMode":"${mode}"}`;
  const keys = async (rows: readonly string[]) => {
    await curated(on, name, DAY, rows);
    return (await readBack(on, curatedPath('fact_blocked_user', name, DAY))).map(row => [
      row['key'],
      row['conflict_ordinal'],
      row['block_mode'],
    ]);
  };
  const [[key = ''] = []] = await keys([action('Blocked')]);
  assert.deepEqual(await keys([action('blocked'), action('BLOCKED')]), [
    [key, 0, 'blocked'],
    [key, 1, 'BLOCKED'],
  ]);
  // Its release is another action.
  assert.equal(new Set([key, ...(await keys([action('Unblocked')])).map(([other]) => other)]).size, 2);
});

test('exact repetitions go, conflicts stay and are counted, and a row without an id has a key of its own', async () => {
  const on = memoryPorts();
  const anonymous = '{"smsId":"s","sentDateTime":"2026-01-05T10:00:00Z","sourceNumber":"+1","destinationNumber":"+2"}';
  const rows = [sms('a'), sms('b'), sms('a'), sms('a', '0.02'), sms('a', '0.03'), sms('a', '0.02'), anonymous];
  await curated(on, 'teams-sms', DAY, [...rows, anonymous.replace('"s"', '"t"'), '[1]']);
  const read = await readBack(on, PATH);
  assert.deepEqual(
    read.map(row => [
      Number(row['row_ordinal']),
      row['conflict_ordinal'],
      String(row['key']).replace(/[0-9a-f]{32}/, '#'),
    ]),
    [
      [1, 0, 'teams-sms:a'],
      [2, 0, 'teams-sms:b'],
      [4, 1, 'teams-sms:a'],
      [5, 2, 'teams-sms:a'],
      [7, 0, 'teams-sms:#'],
      [8, 0, 'teams-sms:#'],
      [9, 0, 'teams-sms:#'],
    ],
  );
  assert.equal(new Set(read.map(row => row['key'])).size, 5);
  assert.deepEqual(read.at(-1)?.['extra_json'], '{"line":"[1]"}');
  const { label } = on.curated.files.get(PATH) ?? {};
  assert.deepEqual([label?.rows, label?.duplicates, label?.conflicts], [7, 2, 2]);
});

test('a row that says nothing of who it is has one key, wherever it stands, and ids that UTF-8 cannot hold have two', async () => {
  const on = memoryPorts();
  const keys = async (rows: readonly string[]) => {
    await curated(on, 'teams-sms', DAY, rows);
    return (await readBack(on, PATH)).map(row => row['key']);
  };
  const [first, ...others] = await keys(['{"callCharge":0.1}', '{"callCharge":0.1}']);
  assert.deepEqual(others, []);
  assert.deepEqual((await keys([sms('a'), '{"callCharge":0.1}'])).at(-1), first);
  assert.equal(new Set(await keys([sms('\\ud83d'), sms('\\ud83e')])).size, 2);
  await curated(on, 'teams-sms', DAY, ['{"id":"a","line":"1"}', '[1]']);
  assert.deepEqual(
    (await readBack(on, PATH)).map(row => row['extra_json']),
    ['{"line":"1"}', '{"line":"[1]"}'],
  );
});

test('ids that look alike in a cell and are not have keys of their own, and the usual id is its key', async () => {
  const on = memoryPorts();
  const [same, other] = [
    ['1', 'true', '[1]', '1.5e3'],
    ['x', '01', '-', 'falsely', '{x'],
  ];
  const rows = [...same.flatMap(id => [`{"id":${id}}`, `{"id":"${id}"}`]), ...other.map(id => sms(id))];
  for (let round = 0; round < 2; round++) {
    await curated(on, 'teams-sms', DAY, rows);
    const read = await readBack(on, PATH);
    const keys = read.map(row => String(row['key']));
    assert.equal(new Set(keys).size, rows.length);
    same.forEach((id, at) => {
      assert.equal(keys[2 * at], `teams-sms:${id}`);
      assert.match(keys[2 * at + 1] ?? '', /^teams-sms:[0-9a-f]{32}$/);
      assert.deepEqual([read[2 * at]?.['source_id'], read[2 * at + 1]?.['source_id']], [id, id]);
    });
    assert.deepEqual(
      keys.slice(2 * same.length, 2 * same.length + other.length),
      other.map(id => `teams-sms:${id}`),
    );
    // Further on, where the column no longer repeats its values, they are read in another way.
    rows.push(
      ...Array.from({ length: 700 }, (_, at) => sms(`id ${at}`)),
      sms('\\u0037'),
      sms('8'),
      '{"id":7}',
      '{"id":8}',
    );
  }
});

test('a value that does not fit its column is kept as it was sent', async () => {
  const on = memoryPorts();
  await curated(on, 'teams-sms', DAY, ['{"id":"a","callCharge":0.12345678,"smsUnits":"many","newField":{"a": 1.0}}']);
  const [row] = await readBack(on, PATH);
  assert.deepEqual([row?.['charge'], row?.['units']], [null, null]);
  assert.equal(row?.['extra_json'], '{"smsUnits":"many","callCharge":0.12345678,"newField":{"a": 1.0}}');
  assert.equal(on.curated.files.get(PATH)?.label.misfits, 2);
});

test('of two that curate at once, the newer revision wins', async () => {
  const on = memoryPorts();
  await land(on.lake, 'teams-sms', DAY, [sms('a')]);
  // While the first file is being made, the day lands again and is curated by somebody else.
  const slow = { ...on, curated: { ...on.curated, write: overtaken } };
  async function overtaken(
    ...args: Parameters<MemoryPorts['curated']['write']>
  ): ReturnType<MemoryPorts['curated']['write']> {
    await curated(on, 'teams-sms', DAY, [sms('a'), sms('b')]);
    return on.curated.write(...args);
  }
  assert.equal(await curateDay('teams-sms', DAY, slow), 'superseded');
  assert.equal(on.curated.files.get(PATH)?.label.revision, 2);
  assert.equal((await readBack(on, PATH)).length, 2);
});

test('a partition that is not what its receipt says is not curated', async () => {
  const on = memoryPorts();
  await land(on.lake, 'teams-sms', DAY, [sms('a')]);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${sms('a')}\n${sms('b')}\n`);
  }
  const lying = { ...on, lake: { ...on.lake, read: async () => chunks() } };
  const outcome = await curateMessage({ dataset: 'teams-sms', day: DAY, revision: 1 }, lying);
  assert.equal(outcome, 'failed');
  assert.equal(on.curated.files.size, 0);
  assert.deepEqual(
    on.events.map(({ event, fields }) => [event, fields['reason']]),
    [['curation failed', 'partition.damaged']],
  );
});

test('what was curated is noted in the ledger, but never while somebody works on the day', async () => {
  const held: Held = {
    revision: 1,
    rows: 1,
    bytes: 10,
    pages: 1,
    fingerprint: 'x',
    landedAt: '2026-01-06T02:00:00.000Z',
    checkedAt: '2026-01-06T02:00:00.000Z',
    rowsAdded: 0,
    rowsChanged: 0,
    rowsRemoved: 0,
    rowsOutside: 0,
    rowsNeighbour: 0,
    curatedRevision: 0,
    curateQueuedAt: '2026-01-06T02:01:00.000Z',
    curateTries: 1,
  };
  for (const state of ['idle', 'failed', 'queued', 'fetching'] as const) {
    const on = memoryPorts();
    const fresh = freshEntry('teams-sms', DAY, 0);
    const etag = await on.ledger.putDay({ ...fresh, held, work: { ...fresh.work, state } }, undefined);
    await curated(on, 'teams-sms', DAY, [sms('a')]);
    const found = await on.ledger.day('teams-sms', DAY);
    const free = state === 'idle' || state === 'failed';
    assert.equal(found?.etag === etag, !free, state);
    assert.equal(found?.value.held?.curatedRevision, free ? 1 : 0);
    assert.equal(found?.value.held?.tableStamp, free ? '3-full' : undefined);
    assert.equal(found?.value.held?.curateQueuedAt, free ? undefined : held.curateQueuedAt);
  }
});
