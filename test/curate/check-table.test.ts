import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTable, withoutLabels } from '../../shared/curate/check-table.ts';
import { curateDay } from '../../shared/curate/curate-day.ts';
import { privacyProfile } from '../../shared/curate/privacy.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { verify } from '../../shared/verify/verify.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import { memoryCurated } from '../doubles/memory-curated.ts';
import { land, type Rig, rig, SECRET } from './rig.ts';

const [NAME, DAY] = ['teams-sms', '2026-01-05'];
const PATH = curatedPath('fact_message', NAME, DAY);
const ROWS = ['a', 'b', 'c'].map(
  id => `{"id":"${id}","sentDateTime":"${DAY}T10:00:00Z","callCharge":0.01,"odd":"${id}"}`,
);

/** A day that landed and was curated, and of which the ledger knows that. */
async function curatedDay(): Promise<Rig> {
  const on = rig('pseudonymous');
  const { revision, rows, pages, fingerprint, fetchedAt } = await land(on.lake, NAME, DAY, ROWS);
  const { bytes = 0 } = (await on.lake.head(NAME, DAY)) ?? {};
  const held = {
    ...{ revision, rows, pages, fingerprint, bytes, landedAt: fetchedAt, checkedAt: fetchedAt },
    ...{ rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0, rowsOutside: 0, rowsNeighbour: 0, curatedRevision: 0 },
  };
  const work = { state: 'idle', ticket: 1, failures: 0, rereads: 0 } as const;
  await on.ledger.putDay({ dataset: NAME, day: DAY, held, work }, undefined);
  await curateDay(NAME, DAY, on);
  return on;
}

/** The store with another content in the place of the file. */
async function damaged(on: Rig, change: (bytes: Buffer) => Buffer | undefined, rows?: number) {
  const curated = memoryCurated();
  const file = on.curated.files.get(PATH);
  assert.ok(file);
  const bytes = change(Buffer.from(file.bytes));
  if (bytes !== undefined) {
    const label = { ...file.label, rows: rows ?? file.label.rows };
    const content = async function* () {
      yield bytes;
      return label;
    };
    await curated.write(PATH, content(), undefined);
  }
  return { ...on, curated };
}

test('a table that is what its partition makes is whole, and looking at it writes nothing', async () => {
  const on = await curatedDay();
  const [entry, file] = [await on.ledger.day(NAME, DAY), on.curated.files.get(PATH)];
  assert.equal(await checkTable(NAME, DAY, on), 'whole');
  assert.deepEqual([await on.ledger.day(NAME, DAY), on.curated.files.get(PATH)], [entry, file]);
});

test('any byte flipped, cut off or added is noticed, and a label that says something else', async () => {
  const on = await curatedDay();
  const length = on.curated.files.get(PATH)?.bytes.length ?? 0;
  for (const at of [0, 50, length >> 1, length - 9, length - 1]) {
    const flipped = await damaged(on, bytes => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    });
    assert.equal(await checkTable(NAME, DAY, flipped), 'differs', `byte ${at}`);
  }
  assert.equal(await checkTable(NAME, DAY, await damaged(on, bytes => bytes.subarray(0, -1))), 'differs');
  assert.equal(await checkTable(NAME, DAY, await damaged(on, bytes => Buffer.concat([bytes, bytes]))), 'differs');
  assert.equal(await checkTable(NAME, DAY, await damaged(on, bytes => bytes, 2)), 'differs');
});

test('a table that is gone is noticed; one that was never made, or is of another profile or revision, is behind', async () => {
  const on = await curatedDay();
  assert.equal(await checkTable(NAME, DAY, await damaged(on, () => undefined)), 'missing');
  assert.equal(await checkTable(NAME, DAY, { ...on, profile: privacyProfile('full', SECRET) }), 'behind');
  await land(on.lake, NAME, DAY, ROWS.slice(1));
  assert.equal(await checkTable(NAME, DAY, on), 'behind');
  const fresh = rig();
  await land(fresh.lake, NAME, DAY, ROWS);
  assert.equal(await checkTable(NAME, DAY, fresh), 'behind');
  assert.equal(
    await checkTable(NAME, '2026-01-06', fresh),
    'behind',
    'and nothing is said of a day without a partition',
  );
});

test('verify names the day and the command, and the command makes the table anew', async () => {
  const on = await damaged(await curatedDay(), bytes => bytes.fill(0));
  const sweep = () =>
    verify({
      ...on,
      datasets: [teamsSms],
      clock: { now: () => Date.parse('2026-02-01T00:00:00Z') },
      table: async (dataset, day) => {
        const state = await checkTable(dataset, day, on);
        return state === 'differs' || state === 'missing' ? state : undefined;
      },
    });
  const found = (await sweep()).findings.filter(({ kind }) => kind === 'table');
  assert.match(
    String(found[0]?.message),
    /its typed table is not what its partition makes.*curate teams-sms 2026-01-05 --force/,
  );
  assert.equal(await curateDay(NAME, DAY, on), 'current', 'by its label it is up to date');
  assert.equal(await curateDay(NAME, DAY, { ...on, curated: withoutLabels(on.curated) }), 'curated');
  assert.deepEqual(
    (await sweep()).findings.filter(({ kind }) => kind === 'table'),
    [],
  );
});
