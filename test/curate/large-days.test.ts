import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata } from 'hyparquet';
import type { Profile } from '../../shared/curate/privacy.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { distinctLines, oddLines } from './odd-lines.ts';
import { curated, duck, folderFor, layOut, memoryPorts } from './setup.ts';

const DAY = '2026-01-05';

/** More than tell that a column hardly repeats its values. */
const MANY = 700;

/** What a row is known by, which depends on where it stands when it says nothing else. */
const BY_PLACE = 'key, row_ordinal, conflict_ordinal';

for (const profile of ['full', 'masked'] satisfies Profile[]) {
  test(`${profile}: a cell is the same whether its column repeats its values or hardly does`, async context => {
    const [alone, behind] = [folderFor(context), folderFor(context)];
    const [few, many] = [memoryPorts(profile), memoryPorts(profile)];
    for (const { name } of DATASETS) {
      const odd = oddLines(name, []);
      await curated(few, name, DAY, odd);
      await curated(many, name, DAY, [...distinctLines(name, MANY), ...odd]);
    }
    await layOut(few, new Map(), alone);
    await layOut(many, new Map(), behind);
    const db = await duck(context);
    for (const { name } of DATASETS) {
      const rowsIn = (folder: string, after: number): string =>
        `SELECT * EXCLUDE (${BY_PLACE}) FROM read_parquet('${folder}/curated/v1/*/dataset=${name}/*/*.parquet') WHERE row_ordinal > ${after}`;
      const [one, other] = [rowsIn(alone, 0), rowsIn(behind, MANY)];
      const [{ n } = {}] = await db.rows(`SELECT count(*)::INT AS n FROM (${one})`);
      assert.ok(Number(n) > 70, name);
      assert.deepEqual(await db.rows(`(${one}) EXCEPT ALL (${other})`), [], name);
      assert.deepEqual(await db.rows(`(${other}) EXCEPT ALL (${one})`), [], name);
    }
  });
}

test('a day of several row groups has every line once, and a line that comes again in a later one is left out', async context => {
  const name = 'teams-blocked-users';
  const lines = distinctLines(name, 33_500);
  const again = [lines[0] ?? '', lines[33_000] ?? ''];
  const on = memoryPorts('full');
  await curated(on, name, DAY, [...lines, ...again, ...distinctLines(name, 33_510).slice(33_500)]);
  const [[, file] = []] = [...on.curated.files];
  assert.deepEqual([file?.label.rows, file?.label.duplicates, file?.label.conflicts], [33_510, 2, 0]);
  const { row_groups: groups } = parquetMetadata(new Uint8Array(file?.bytes ?? []).buffer);
  assert.ok(groups.length > 1);
  const folder = folderFor(context);
  await layOut(on, new Map(), folder);
  const db = await duck(context);
  const files = `'${folder}/curated/v1/*/*/*/*.parquet'`;
  assert.deepEqual(
    await db.rows(`
      SELECT count(*)::INT AS n, count(DISTINCT key)::INT AS keys, count(DISTINCT user_id)::INT AS users,
        min(row_ordinal)::INT AS first, max(row_ordinal)::INT AS last, max(conflict_ordinal) AS conflict
      FROM ${files}`),
    [{ n: 33_510, keys: 33_510, users: 33_510, first: 1, last: 33_512, conflict: 0 }],
  );
  // Bounds that are wrong would make a reader skip rows that it asks for.
  const [{ n } = {}] = await db.rows(`SELECT count(*)::INT AS n FROM ${files} WHERE row_ordinal = 33001`);
  assert.equal(n, 1);
});
