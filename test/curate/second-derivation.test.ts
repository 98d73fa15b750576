import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DatasetName, startSimulator } from '../../local/simulator/index.ts';
import { PROFILES, type Profile } from '../../shared/curate/privacy.ts';
import { tableOf } from '../../shared/curate/tables.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import {
  comparedColumns,
  derive,
  differences,
  identify,
  keyedByNode,
  membersOf,
  read,
  setUp,
} from './second/derive.ts';
import type { Word } from './second/documents.ts';
import { hostileLines } from './second/hostile-lines.ts';
import { curated, type Duck, duck, folderFor, layOut, memoryPorts, SECRET } from './setup.ts';

/**
 * Every cell of every table a second time: by DuckDB from the raw lines and by the words of the documents, over rows that
 * are hostile and legal. What the tables are made by, shared/curate/, has no part in it.
 */

/** Rows of `identity` whose keys are wrong. */
const WRONG_KEYS: readonly (readonly [what: string, sql: string])[] = [
  ['a key is of its dataset', `FROM identity WHERE NOT starts_with(key, 'DATASET:') OR key = 'DATASET:'`],
  ['a key is the id', `FROM identity WHERE plain IS NOT NULL AND key <> 'DATASET:' || plain`],
  ['different rows have different keys', 'SELECT key FROM identity GROUP BY key HAVING count(DISTINCT who) > 1'],
  [
    'ids that only look alike, such as `1` and `"1"`, have different keys',
    `SELECT key FROM identity WHERE who[1] = 'own' AND NOT contains(sent[1], '\\') GROUP BY key HAVING count(DISTINCT sent[1]) > 1`,
  ],
  ['one row has one key', 'SELECT who FROM identity GROUP BY who, sent HAVING count(DISTINCT key) > 1'],
  [
    'rows of one key are numbered as they come',
    `FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY row_ordinal) - 1 AS place FROM identity) WHERE place <> conflict_ordinal`,
  ],
];

const DAY = '2026-01-05';

describe('every cell, derived a second time by SQL from the raw lines and the words of the dictionary', () => {
  let db: Duck;
  let folder: string;
  const ends: (() => unknown)[] = [];

  before(async () => {
    const context = { after: (act: () => unknown) => void ends.push(act) };
    folder = folderFor(context);
    db = await duck(context);
    await db.run(setUp(SECRET));
    const simulator = await startSimulator({ seed: 41, rows: 12, oddShare: 0.3, now: () => Date.parse('2026-03-01') });
    for (const profile of PROFILES) {
      const on = memoryPorts(profile);
      for (const { name } of DATASETS) {
        const truth = simulator.truth(name as DatasetName, DAY, name.endsWith('-calls') ? 'beta' : undefined);
        const lines = hostileLines(name, truth);
        await curated(on, name, DAY, lines);
        await writeFile(join(folder, `${name}.jsonl`), lines.map(line => `${line}\n`).join(''));
      }
      await layOut(on, new Map(), join(folder, profile));
    }
    await simulator.stop();
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** Makes `file` of what was written under a profile, and `derived` of the lines for another or the same. */
  async function prepare(dataset: string, written: Profile, profile: Profile): Promise<void> {
    const table = tableOf(dataset).name;
    const file = join(folder, written, 'curated', curatedPath(table, dataset, DAY));
    await db.run(`
      ${derive(dataset, table, DAY, profile)}
      CREATE OR REPLACE TABLE written AS FROM read_parquet('${file}', hive_partitioning = false);
      CREATE OR REPLACE TABLE rest AS
        SELECT row_ordinal AS ordinal, extra_json AS line FROM written WHERE extra_json IS NOT NULL;
      CREATE OR REPLACE TABLE file AS SELECT written.* EXCLUDE (extra_json), rest.extra_json FROM written LEFT JOIN (
        SELECT ordinal AS row_ordinal, list_sort(list(name || ':' || raw)) AS extra_json
        FROM (${membersOf('rest')}) GROUP BY ALL) AS rest USING (row_ordinal);`);
  }

  async function found(words: readonly Word[]): Promise<string[]> {
    const rows = await db.rows(
      `SELECT found.*, line FROM (${differences(words)}) AS found JOIN line USING (ordinal) ORDER BY ALL LIMIT 20`,
    );
    return rows.map(row => JSON.stringify(row));
  }

  async function count(sql: string): Promise<number> {
    const [row] = await db.rows(sql);
    return Number(Object.values(row ?? {})[0]);
  }

  test('a keyed hash in SQL is the one of RFC 2104', async () => {
    const [row] = await db.rows(`SELECT keyed('n_12025550142') AS hash`);
    assert.equal(row?.['hash'], keyedByNode(SECRET, 'n_12025550142'));
  });

  for (const { name } of DATASETS) {
    const table = tableOf(name).name;
    const words = comparedColumns(table, name);
    const lines = (): Promise<void> => db.run(read(join(folder, `${name}.jsonl`), name, table));
    for (const profile of PROFILES)
      test(`${name}, ${profile}: every cell is the same, and keys say which rows are one`, async () => {
        if (profile === PROFILES[0]) await lines();
        await prepare(name, profile, profile);
        assert.deepEqual(await found(words), []);
        const rows = await count('SELECT count(*) FROM derived');
        assert.ok(rows > 130 && words.length > 10, `${rows} rows`);
        await db.run(identify(name, table));
        for (const [what, wrong] of WRONG_KEYS)
          assert.deepEqual(await db.rows(wrong.replaceAll('DATASET', name)), [], what);
      });
  }

  test('a cell, a row or a key that is wrong is found', async () => {
    const words = comparedColumns('fact_message', 'voximplant-sms');
    const columns = async (): Promise<unknown[]> => {
      const rows = await db.rows(`SELECT DISTINCT name FROM (${differences(words)}) ORDER BY name`);
      return rows.map(({ name }) => name);
    };
    await db.run(read(join(folder, 'voximplant-sms.jsonl'), 'voximplant-sms', 'fact_message'));
    await prepare('voximplant-sms', 'full', 'masked');
    assert.deepEqual(
      await columns(),
      'destination_number direction_code error_message extra_json message_text sent_at_text source_id source_number status_code transaction_id'.split(
        ' ',
      ),
    );
    await prepare('voximplant-sms', 'masked', 'masked');
    await db.run('UPDATE file SET charge = charge + 0.000001 WHERE row_ordinal = 3');
    assert.deepEqual(await columns(), ['charge']);
    await db.run('DELETE FROM file WHERE row_ordinal = 5');
    assert.ok((await columns()).includes('row_ordinal'));
    await db.run('UPDATE file SET key = (SELECT key FROM file WHERE row_ordinal = 1) WHERE row_ordinal = 2');
    await db.run(identify('voximplant-sms', 'fact_message'));
    const wrong = await Promise.all(WRONG_KEYS.map(([, sql]) => db.rows(sql.replaceAll('DATASET', 'voximplant-sms'))));
    assert.deepEqual(
      wrong.map(rows => rows.length > 0),
      [false, false, true, true, true, true],
    );
  });
});
