import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { type DatasetName, startSimulator } from '../../local/simulator/index.ts';
import { systemClock } from '../../shared/app/clock.ts';
import { curateDay } from '../../shared/curate/curate-day.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { forget, search } from '../../shared/forget/forget.ts';
import { type Person, problemOf } from '../../shared/forget/person.ts';
import type { ForgetPorts } from '../../shared/forget/ports.ts';
import { claimed, freshEntry } from '../../shared/ledger/entry.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { Digest, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import { countOutside, cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { rebuild } from '../../shared/verify/rebuild.ts';
import { addDays, windowOf } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { clockFrom } from '../clock.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { memoryEraser } from '../doubles/memory-lake.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { Dice } from '../faults/dice.ts';
import { land, type MemoryPorts, memoryPorts, parsedExactly, receiptOf } from './setup.ts';

const NOW = clockFrom('2026-03-01T00:00:00.000Z');
const DAYS = Array.from({ length: 2 }, (_, i) => addDays('2026-01-05', i));
const NAMES = DATASETS.map(({ name }) => name as DatasetName);

/** Two days of everything in two revisions, the first without every tenth row, curated. */
async function landed(): Promise<{ on: MemoryPorts & ForgetPorts; truth: Map<string, string[]> }> {
  const simulator = await startSimulator({ seed: 53, rows: 50, oddShare: 0.2, now: () => NOW });
  const parts = memoryPorts('full');
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
async function everything(on: MemoryPorts): Promise<string> {
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
  assert.ok(found.days.length > 0 && found.days.some(({ history }) => history.length > 0));

  const forgotten = await forget(person, on);
  assert.equal(forgotten.left, 0);
  assert.deepEqual([forgotten.days, forgotten.unsure], [found.days, []]);
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
  const simulator = await startSimulator({ seed: 53, rows: 50, now: () => NOW });
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

const SET = 'teams-blocked-users';
const DAY = DAYS[0] ?? '';

/** A person whose row is on the day, and a row that the day keeps. */
function personIn(truth: Map<string, string[]>): Person {
  const [row = '{}'] = truth.get(`${SET} ${DAY}`) ?? [];
  return { kind: 'user', value: String(parsedExactly(row)['userId']) };
}

/** The same ports over a ledger whose n-th write of the day fails, as if the process had been killed there. */
function dyingAt(write: number, on: MemoryPorts & ForgetPorts): MemoryPorts & ForgetPorts {
  let writes = 0;
  const putDay: typeof on.ledger.putDay = (entry, etag) => {
    if (entry.dataset !== SET || entry.day !== DAY) return on.ledger.putDay(entry, etag);
    writes += 1;
    if (writes === write) throw new Error('killed');
    return on.ledger.putDay(entry, etag);
  };
  return { ...on, ledger: { ...on.ledger, putDay } };
}

async function owedAfter(on: MemoryPorts, now: number): Promise<string | undefined> {
  const dataset = DATASETS.find(({ name }) => name === SET);
  const entry = (await on.ledger.day(SET, DAY))?.value;
  assert.ok(dataset && entry);
  return owed(dataset, DAY, entry, now);
}

/** The planner, minutes later. It has nothing to do but for the day of these tests. */
async function planLater(on: MemoryPorts): Promise<void> {
  const dataset = DATASETS.find(({ name }) => name === SET);
  assert.ok(dataset);
  const clock = { ...systemClock, now: () => Date.now() + 4 * 60_000 };
  const settings = { historyDays: 1, inFlight: { graph: 99, voximplant: 0 } };
  await on.ledger.putWatermark({ dataset: SET, firstDay: DAY }, undefined);
  const jobs = memoryJobs(clock);
  await runPlan({ datasets: [dataset], ledger: on.ledger, jobs, clock, report: () => undefined, settings });
  assert.ok(jobs.messages.every(({ message }) => message.day !== DAY));
}

test('the receipt says when a person was erased, and a ledger written anew knows it from there', async () => {
  const { on, truth } = await landed();
  await forget(personIn(truth), on);
  const held = (await on.ledger.day(SET, DAY))?.value.held;
  assert.ok(held?.forgottenAt);
  assert.equal(on.lake.partition(SET, DAY)?.receipt.forgottenAt, held.forgottenAt);
  assert.ok(on.lake.history(SET, DAY).every(({ receipt }) => receipt.forgottenAt === undefined));

  const ledger = memoryLedger();
  await rebuild({ ...on, datasets: DATASETS, ledger });
  const again = (await ledger.day(SET, DAY))?.value.held;
  // What only the ledger knew: how many rows were removed, and that the curated file is made.
  const { rowsRemoved: _r, curatedRevision: _c, tableStamp: _a, checkedAt: _k, ...known } = held;
  assert.partialDeepStrictEqual(again, known);
});

test('an erasure that died before it was noted is finished by the next one, and the day is not read meanwhile', async () => {
  const { on, truth } = await landed();
  const person = personIn(truth);
  // Queued, claimed and marked by then, and the partition is written.
  await assert.rejects(forget(person, dyingAt(4, on)), /killed/);
  assert.equal(on.lake.partition(SET, DAY)?.receipt.revision, 3);
  assert.equal((await on.ledger.day(SET, DAY))?.value.work.state, 'fetching');
  await planLater(on);
  assert.equal(await owedAfter(on, Date.now() + 40 * 86_400_000), undefined);

  const { left, unsure } = await forget(person, on);
  assert.deepEqual([left, unsure], [0, []]);
  const { held, work } = (await on.ledger.day(SET, DAY))?.value ?? {};
  const { receipt } = on.lake.partition(SET, DAY) ?? {};
  assert.deepEqual([held?.revision, held?.forgottenAt, work?.state], [3, receipt?.forgottenAt, 'idle']);
  assert.equal(held?.curatedRevision, 3);
});

test('a second erasure that dies does not bring back whom the first one erased', async () => {
  const { on, truth } = await landed();
  await forget(personIn(truth), on);
  const others = (truth.get(`${SET} ${DAY}`) ?? []).map(row => String(parsedExactly(row)['userId']));
  const second = others.find(id => id !== personIn(truth).value);
  assert.ok(second);
  await assert.rejects(forget({ kind: 'user', value: second }, dyingAt(3, on)), /killed/);
  await planLater(on);
  assert.equal(await owedAfter(on, Date.now() + 86_400_000), undefined);
});

test('a blob that is none of ours is told, and stops no other day', async () => {
  const { on, truth } = await landed();
  on.lake.plant('teams-sms', '2026-01-01', Buffer.from('hello\n'));
  const { days, left, unsure } = await forget(personIn(truth), on);
  assert.ok(days.length > 0);
  assert.equal(left, 0);
  const why = 'Reading teams-sms 2026-01-01: the blob has no whole receipt';
  assert.deepEqual(unsure, [{ dataset: 'teams-sms', day: '2026-01-01', why }]);
});

test('a damaged partition is told and left as it is: a new receipt would hide what is missing', async () => {
  const { on, truth } = await landed();
  const person = personIn(truth);
  const before = on.lake.partition(SET, DAY);
  assert.ok(before);
  const lines = before.bytes.toString().split('\n');
  on.lake.replaceBytes(SET, DAY, Buffer.from([...lines.slice(0, 2), ...lines.slice(3)].join('\n')));
  const { left, unsure } = await forget(person, on);
  assert.ok(left > 0);
  assert.deepEqual(unsure, [{ dataset: SET, day: DAY, why: 'its partition is not what its receipt says' }]);
  assert.equal(on.lake.partition(SET, DAY)?.receipt.revision, 2);
  const entry = (await on.ledger.day(SET, DAY))?.value;
  assert.deepEqual([entry?.work.state, entry?.held?.forgottenAt], ['idle', undefined]);
});

test('a partition, and a revision, that cannot be read are told, and stop no other day and no other revision', async () => {
  const { on, truth } = await landed();
  const person = personIn(truth);
  const [broken, other = ''] = [DAY, DAYS.find(day => day !== DAY)];
  async function* cutOff(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"id":');
    throw new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message: 'cut off' });
  }
  const read: typeof on.lake.read = async (name, day, revision) => {
    const damaged = name === SET && ((day === broken && revision === undefined) || (day === other && revision === 1));
    return damaged ? cutOff() : on.lake.read(name, day, revision);
  };
  const before = on.lake.partition(SET, broken);
  const { days, left, unsure } = await forget(person, { ...on, lake: { ...on.lake, read } });
  assert.ok(days.some(({ dataset, day, history }) => dataset === SET && day === broken && history.length > 0));
  assert.equal(left, 0);
  assert.deepEqual(unsure, [
    { dataset: SET, day: broken, why: 'its partition cannot be read: cut off' },
    { dataset: SET, day: other, why: 'revision 1 cannot be read: cut off' },
  ]);
  assert.deepEqual(on.lake.partition(SET, broken), before);
});

test('a partition that storage does not give out is told, and stops no other day', async () => {
  const { on, truth } = await landed();
  const person = personIn(truth);
  const failure = new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'Reading failed (500).' });
  const read: typeof on.lake.read = async (name, day, revision) => {
    if (name === SET && day === DAY && revision === undefined) throw failure;
    return on.lake.read(name, day, revision);
  };
  const { days, left, unsure } = await forget(person, { ...on, lake: { ...on.lake, read } });
  assert.ok(days.some(({ dataset, raw }) => dataset !== SET && raw > 0));
  assert.equal(left, 0);
  assert.ok(unsure.some(({ dataset, day, why }) => dataset === SET && day === DAY && /does not give out/.test(why)));
});

test('a partition that storage does not give out when it is looked at again is not said to be free of the person', async () => {
  const { on, truth } = await landed();
  const failure = new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'Reading failed (500).' });
  let [erasing, again] = [false, false];
  const onDay: ForgetPorts['onDay'] = doing => {
    erasing ||= doing === 'erasing';
    again ||= erasing && doing === 'searching';
  };
  const read: typeof on.lake.read = async (name, day, revision) => {
    if (again && name === SET && day === DAY && revision === undefined) throw failure;
    return on.lake.read(name, day, revision);
  };
  const { unsure } = await forget(personIn(truth), { ...on, onDay, lake: { ...on.lake, read } });
  assert.deepEqual(unsure, [{ dataset: SET, day: DAY, why: 'storage does not give out its partition' }]);
});

test('a day whose partition is gone is searched in history, and its curated file is told', async () => {
  const { on, truth } = await landed();
  const person = personIn(truth);
  const receipt = on.lake.partition(SET, DAY)?.receipt;
  assert.ok(receipt);
  await rebuild({ ...on, datasets: DATASETS });
  on.lake.remove(SET, DAY);
  const { days, left, unsure } = await forget(person, on);
  const touched = days.find(({ dataset, day }) => dataset === SET && day === DAY);
  assert.deepEqual([touched?.raw, (touched?.history.length ?? 0) > 0, left], [0, true, 0]);
  const why = 'its partition is gone, so its curated file cannot be made again';
  assert.deepEqual(unsure, [{ dataset: SET, day: DAY, why }]);
});

const USER = '5f1c1f7e-2a39-4a2f-9f0e-1f2f3a4b0001';

/** Nothing is landed in it. */
function empty(): MemoryPorts & ForgetPorts {
  const parts = memoryPorts('full');
  return { ...parts, clock: systemClock, eraser: memoryEraser(parts.lake) };
}

test('a day that only history has is searched: ledger and partition may both be lost', async () => {
  const on = empty();
  const [theirs, other] = [`{"remediationId":"1","userId":"${USER}"}`, '{"remediationId":"2"}'];
  await land(on.lake, SET, DAY, [theirs, other]);
  await land(on.lake, SET, DAY, [other]);
  on.lake.remove(SET, DAY);
  const { days, left, unsure } = await forget({ kind: 'user', value: USER }, on);
  assert.deepEqual(days, [{ dataset: SET, day: DAY, raw: 0, history: [{ revision: 1, rows: 1 }] }]);
  assert.deepEqual([left, unsure], [0, []]);
  assert.equal(on.lake.history(SET, DAY)[0]?.bytes.toString(), `${other}\n`);
});

/** What a receipt counts, counted over the lines that are there. */
function countsOf(dataset: Dataset, day: string, bytes: Buffer) {
  const rows = bytes.toString().split('\n').slice(0, -1);
  const digest = new Digest();
  for (const row of rows) digest.add(Buffer.from(row));
  const body = Buffer.from(`{"${dataset.rowArray}":[${rows}]}`);
  const outside = countOutside(cutRowsInPlace(body, cutSpecOf(dataset)), dataset, windowOf(day, dataset.overlap));
  return { rows: rows.length, fingerprint: fingerprintOf(rows.length, digest.text), rowsOutside: outside };
}

test('whatever is erased, receipts and ledger say what counting again says', async () => {
  const dice = new Dice(7);
  for (let turn = 0; turn < 40; turn++) {
    const on = empty();
    const dataset = dice.pick(DATASETS as [Dataset]);
    const person: Person = dice.chance(0.5) ? { kind: 'user', value: USER } : { kind: 'number', value: '+12025550142' };
    const rowsLanded = (count: number) => Array.from({ length: count }, () => rowWithTime(dataset, person, dice));
    for (let revision = 1; revision <= 2; revision++) await landCounted(on.lake, dataset, rowsLanded(9));
    const { left, unsure } = await forget(person, on);
    assert.deepEqual([left, unsure], [0, []]);
    const partition = on.lake.partition(dataset.name, DAY);
    assert.ok(partition);
    for (const { bytes, receipt } of [partition, ...on.lake.history(dataset.name, DAY)])
      assert.partialDeepStrictEqual(receipt, countsOf(dataset, DAY, bytes), `turn ${turn}`);
    const held = (await on.ledger.day(dataset.name, DAY))?.value.held;
    if (held === undefined) assert.equal(partition.receipt.revision, 2);
    else
      assert.partialDeepStrictEqual(held, {
        ...countsOf(dataset, DAY, partition.bytes),
        bytes: partition.bytes.length,
      });
  }
});

/** Of that person or of nobody, at a time of the day, beyond the window, or none. */
function rowWithTime(dataset: Dataset, { value }: Person, dice: Dice): string {
  const times = [
    `"${DAY}T10:00:00Z"`,
    `"${DAY} 10:00:00"`,
    `"${DAY}T10:00:00+00:00"`,
    '"2026-01-31T10:00:00.1234567Z"',
    '"soon"',
    'null',
    '7',
    '""',
  ];
  const time = dataset.eventTime === undefined ? '' : `"${dataset.eventTime}":${dice.pick(times as [string])},`;
  return `{${dice.chance(0.8) ? time : ''}"new":"${dice.chance(0.4) ? value : 'x'}","n":${dice.next()}}`;
}

/** Lands the rows as a fetch would, which counts those outside of the window. */
async function landCounted(lake: MemoryPorts['lake'], dataset: Dataset, rows: readonly string[]): Promise<void> {
  const bytes = Buffer.from(rows.map(row => `${row}\n`).join(''));
  const before = await lake.head(dataset.name, DAY);
  const revision = (before?.receipt.revision ?? 0) + 1;
  const receipt = { ...receiptOf(dataset.name, DAY, rows, revision), ...countsOf(dataset, DAY, bytes) };
  if (before !== undefined) await lake.keep(dataset.name, DAY, before);
  await lake.stage(dataset.name, DAY, revision, 0, bytes);
  await lake.commit(dataset.name, DAY, [{ ticket: revision, count: 1 }], receipt, before?.etag);
}

test('a revision in history without a whole receipt is told, and stops no other day', async () => {
  const on = empty();
  const theirs = `{"remediationId":"1","userId":"${USER}"}`;
  for (const day of DAYS) {
    await land(on.lake, SET, day, [theirs]);
    await land(on.lake, SET, day, ['{"remediationId":"2"}', theirs]);
  }
  const head: typeof on.lake.head = async (name, day, revision) => {
    if (day === DAY && revision !== undefined)
      throw new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message: 'no whole receipt' });
    return on.lake.head(name, day, revision);
  };
  const { left, unsure } = await forget({ kind: 'user', value: USER }, { ...on, lake: { ...on.lake, head } });
  assert.equal(left, 1);
  assert.deepEqual(unsure, [{ dataset: SET, day: DAY, why: 'revision 1 is not what its receipt says' }]);
});

test('a day that is being read just then is told: its worker may still copy what it was to history', async () => {
  const { on, truth } = await landed();
  const found = await on.ledger.day(SET, DAY);
  assert.ok(found);
  await on.ledger.putDay(claimed(found.value, Date.now()), found.etag);
  const person = personIn(truth);
  const { left, unsure } = await forget(person, on);
  assert.deepEqual([left, unsure.map(({ dataset, day }) => [dataset, day])], [0, [[SET, DAY]]]);
  assert.match(unsure[0]?.why ?? '', /run this again in five minutes/);
  assert.deepEqual((await forget(person, on)).unsure, []);
});

test('an erasure tells which day it is at: searched, erased where the person is, and searched again', async () => {
  const { on, truth } = await landed();
  const told: string[] = [];
  const onDay: ForgetPorts['onDay'] = (doing, dataset, day) => void told.push(`${doing} ${dataset} ${day}`);
  const { days } = await forget(personIn(truth), { ...on, onDay });
  const searched = NAMES.flatMap(name => DAYS.map(day => `searching ${name} ${day}`)).sort();
  const erased = days.map(({ dataset, day }) => `erasing ${dataset} ${day}`);
  assert.ok(erased.length > 0);
  assert.deepEqual(told.slice(0, searched.length).sort(), searched);
  assert.deepEqual(told.slice(searched.length, -searched.length), erased);
  assert.deepEqual(told.slice(-searched.length).sort(), searched);
});

test('what does not name one person is refused', () => {
  for (const value of ['2025550101', '(202) 555-0101', 'tel:+12025550101', '+1202x5550101'])
    assert.match(problemOf({ kind: 'number', value }) ?? '', /phone number with a plus/, value);
  for (const value of ['Jordan Blake', 'jordan.blake', '@contoso', 'a b@contoso.example'])
    assert.match(problemOf({ kind: 'user', value }) ?? '', /display name/, value);
  assert.equal(problemOf({ kind: 'user', value: 'jordan@contoso.example' }), undefined);
  assert.equal(problemOf({ kind: 'number', value: '0012025550101' }), undefined);
  assert.match(problemOf({ kind: 'number', value: '+4930' }) ?? '', /phone number/);
  assert.match(problemOf({ kind: 'number', value: 'CONTOSO' }) ?? '', /phone number/);
  assert.match(problemOf({ kind: 'user', value: ' a' }) ?? '', /user id/);
  assert.equal(problemOf({ kind: 'number', value: '+49 30 1234567' }), undefined);
});
