import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { type DatasetName, startSimulator } from '../../local/simulator/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { curateDay } from '../../shared/curate/curate-day.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { addDays } from '../../shared/day.ts';
import { freshEntry } from '../../shared/entry.ts';
import { Digest, fingerprintOf } from '../../shared/fingerprint.ts';
import { type ForgetPorts, forget, search } from '../../shared/forget.ts';
import { owed } from '../../shared/owed.ts';
import { type Person, problemOf } from '../../shared/person.ts';
import { memoryEraser } from '../doubles/memory-lake.ts';
import { land, parsedExactly, type Rig, rig } from './rig.ts';

const DAYS = Array.from({ length: 2 }, (_, i) => addDays('2026-01-05', i));
const NAMES = DATASETS.map(({ name }) => name as DatasetName);

/** Two days of everything in two revisions, the first without every tenth row, curated. */
async function landed(): Promise<{ on: Rig & ForgetPorts; truth: Map<string, string[]> }> {
  const simulator = await startSimulator({ seed: 53, rows: 50, oddShare: 0.2, now: () => Date.parse('2026-03-01') });
  const parts = rig('full');
  const on = { ...parts, clock: systemClock, eraser: memoryEraser(parts.lake) };
  const truth = new Map<string, string[]>();
  for (const name of NAMES) {
    for (const day of DAYS) {
      const rows = simulator.truth(name, day, name.endsWith('-calls') ? 'beta' : undefined);
      truth.set(`${name} ${day}`, rows);
      await land(
        on.lake,
        name,
        day,
        rows.filter((_, i) => i % 10 !== 0),
      );
      await land(on.lake, name, day, rows);
      await curateDay(name, day, on);
      const fresh = freshEntry(name, day, 0);
      await on.ledger.putDay(fresh, undefined);
    }
  }
  await simulator.stop();
  return { on, truth };
}

/** Everything in all three containers, as text. */
async function everything(on: Rig): Promise<string> {
  const texts: string[] = [];
  for (const name of NAMES) {
    for (const day of DAYS) {
      texts.push(on.lake.partition(name, day)?.bytes.toString() ?? '');
      texts.push(...on.lake.history(name, day).map(({ bytes }) => bytes.toString()));
    }
  }
  for (const { bytes } of on.curated.files.values()) {
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    texts.push(...rows.map(row => Object.values(row).join('\n')));
  }
  return texts.join('\n');
}

async function assertForgotten(
  person: Person,
  needle: string,
  names: (row: Record<string, unknown>) => boolean,
): Promise<void> {
  const { on, truth } = await landed();
  assert.ok((await everything(on)).includes(needle));
  const found = await search(person, on);
  assert.ok(found.length > 0 && found.some(({ history }) => history.length > 0));

  const forgotten = await forget(person, on);
  assert.equal(forgotten.left, 0);
  assert.deepEqual(forgotten.days, found);
  assert.ok(!(await everything(on)).includes(needle));
  assert.ok(!JSON.stringify(forgotten).includes(needle));

  for (const name of NAMES) {
    for (const day of DAYS) {
      const rows = truth.get(`${name} ${day}`) ?? [];
      const expected = rows.filter(row => !names(parsedExactly(row)));
      const partition = on.lake.partition(name, day);
      assert.equal(partition?.bytes.toString(), expected.map(row => `${row}\n`).join(''), `${name} ${day}`);
      const digest = new Digest();
      for (const row of expected) digest.add(Buffer.from(row));
      assert.equal(partition?.receipt.fingerprint, fingerprintOf(expected.length, digest.text));
      assert.equal(partition?.receipt.rows, expected.length);
      const touched = expected.length < rows.length;
      assert.equal(partition?.receipt.revision, touched ? 3 : 2);

      const [kept, ...more] = on.lake.history(name, day);
      assert.equal(more.length, 0);
      const first = rows.filter((row, i) => i % 10 !== 0 && !names(parsedExactly(row)));
      assert.equal(kept?.bytes.toString(), first.map(row => `${row}\n`).join(''));
      assert.deepEqual([kept?.receipt.revision, kept?.receipt.rows], [1, first.length]);

      if (!touched) continue;
      const entry = (await on.ledger.day(name, day))?.value;
      assert.equal(entry?.held?.revision, 3);
      assert.equal(entry?.held?.curatedRevision, 3);
      assert.ok(entry?.held?.forgottenAt);
      const dataset = DATASETS.find(each => each.name === name);
      assert.ok(dataset && entry);
      for (const later of [1, 10, 40])
        assert.equal(owed(dataset, day, entry, Date.parse(DAYS[1] ?? '') + later * 86_400_000), undefined);
    }
  }
  assert.equal((await forget(person, on)).days.length, 0);
}

test('a user leaves no row in any container, and every other row stays byte for byte', async () => {
  const simulator = await startSimulator({ seed: 53, rows: 50, now: () => Date.parse('2026-03-01') });
  const row = parsedExactly(simulator.truth('teams-blocked-users', DAYS[0] ?? '')[0] ?? '{}');
  await simulator.stop();
  const id = String(row['userId']);
  await assertForgotten({ kind: 'user', value: id.toUpperCase() }, id, each => each['userId'] === id);
});

test('a number leaves no row in any container, whether it called, was called, or is named in an error', async () => {
  const number = '+12025550142';
  const digits = number.slice(1);
  const fields = [
    'callerNumber',
    'calleeNumber',
    'sourceNumber',
    'destinationNumber',
    'userTelephoneNumber',
    'source_number',
    'destination_number',
  ];
  await assertForgotten({ kind: 'number', value: '+1 (202) 555-0142' }, digits, row => {
    const texts = [...fields, 'error_message', 'text'].map(field => String(row[field] ?? ''));
    return texts.some(text => new RegExp(`(?<!\\d)${digits}(?!\\d)`).test(text));
  });
});

test('somebody who is working on the day is superseded, and never brings the rows back', async () => {
  const { on, truth } = await landed();
  const [row = '{}'] = truth.get(`teams-blocked-users ${DAYS[0]}`) ?? [];
  const before = await on.ledger.day('teams-blocked-users', DAYS[0] ?? '');
  assert.ok(before);
  await forget({ kind: 'user', value: String(parsedExactly(row)['userId']) }, on);
  assert.equal(await on.ledger.putDay(before.value, before.etag), undefined);
});

test('what is too short to name one person is refused', () => {
  assert.match(problemOf({ kind: 'number', value: '+4930' }) ?? '', /phone number/);
  assert.match(problemOf({ kind: 'number', value: 'CONTOSO' }) ?? '', /phone number/);
  assert.match(problemOf({ kind: 'user', value: ' a' }) ?? '', /user id/);
  assert.equal(problemOf({ kind: 'number', value: '+49 30 1234567' }), undefined);
});
