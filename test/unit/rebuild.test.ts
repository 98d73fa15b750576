import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshEntry, queued } from '../../shared/ledger/entry.ts';
import { owed } from '../../shared/ledger/owed.ts';
import { rebuild } from '../../shared/verify/rebuild.ts';
import { verify } from '../../shared/verify/verify.ts';
import { DAY_MS, instantOf } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { DayEntry, Held } from '../../shared/words/ledger.ts';
import { ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET, daysAgo, emptyHanded, heldOn, NOON } from './days.ts';
import { landed, rowsText } from './lake-days.ts';

const [D1, D2, D3] = [daysAgo(3), daysAgo(2), daysAgo(1)];

async function threeDays() {
  const on = landed();
  await on.land(D1, rowsText(1, 2, 3));
  await on.land(D1, rowsText(2, 3, 4, 5));
  await on.land(D2, '');
  await on.land(D3, rowsText(6, 7));
  const marks = { dataset: DATASET.name, firstDay: D1, landedThrough: D3 };
  assert.ok(await on.ledger.putWatermark(marks, undefined));
  return on;
}

/** What readers of the ledger rely on. */
function factsOf(entry: DayEntry | undefined): Partial<Held> {
  const { settledAt: _s, checkedAt: _c, seams: _seams, ...facts } = entry?.held ?? heldOn(D1);
  return facts;
}

test('a ledger that is gone is written anew with the same facts', async () => {
  const on = await threeDays();
  const before = on.ledger.entries();
  const ledger = memoryLedger({}, ledgerStore());
  const result = await rebuild({ ...on, ledger });
  assert.deepEqual([result.written, result.known, result.busy, result.unusable], [3, 0, 0, []]);
  assert.deepEqual(ledger.entries().map(factsOf), before.map(factsOf));
  assert.deepEqual(factsOf(ledger.entries()[0]).rowsAdded, 2);
  assert.deepEqual(factsOf(ledger.entries()[0]).rowsRemoved, 1);
  assert.deepEqual((await ledger.watermark(DATASET.name))?.value, (await on.ledger.watermark(DATASET.name))?.value);
  assert.deepEqual((await verify({ ...on, ledger })).findings, []);
});

test('tickets rise over a rebuild, whatever the clock says; days are idle and are checked again', async () => {
  const on = await threeDays();
  const ledger = memoryLedger({}, ledgerStore());
  await rebuild({ ...on, ledger, clock: { now: () => Date.parse('2000-01-01') } });
  const entry = (await ledger.day(DATASET.name, D3))?.value;
  assert.equal(entry?.work.ticket, (await on.lake.head(DATASET.name, D3))?.receipt.ticket);
  assert.equal(entry?.work.state, 'idle');
  assert.equal(entry?.held?.settledAt, undefined);
  assert.equal(owed(DATASET, D3, entry, NOON + 48 * 3_600_000), 'reread');
});

test('an entry that knows at least as much is left alone; one that knows less or contradicts is mended', async () => {
  const on = await threeDays();
  const work = {
    state: 'failed',
    ticket: 2_000_000_000,
    failures: 3,
    rereads: 0,
    errorKind: 'source.failing',
  } as const;
  await on.change(D1, entry => ({ ...entry, work, held: { ...heldOn(D1), ...entry.held, revision: 1 } }));
  await on.change(D2, entry => ({ ...entry, held: { ...heldOn(D2), ...entry.held, revision: 7 } }));
  await on.change(D3, entry => ({ ...entry, held: { ...heldOn(D3), revision: 1 } }));
  const two = await on.entry(D2);
  const result = await rebuild(on);
  assert.deepEqual([result.written, result.known], [2, 1]);
  assert.deepEqual(await on.entry(D2), two);
  const [one, three] = [await on.entry(D1), await on.entry(D3)];
  assert.deepEqual([one?.held?.revision, one?.held?.rows, one?.work], [2, 4, work]);
  assert.equal(three?.held?.rows, 2);
  assert.deepEqual(await rebuild(on).then(({ written, known }) => [written, known]), [0, 3]);
});

test('a day that a worker has is left to it', async () => {
  const on = await threeDays();
  const ledger = memoryLedger({}, ledgerStore());
  await ledger.putDay(queued(freshEntry(DATASET.name, D1, NOON), NOON, undefined), undefined);
  const result = await rebuild({ ...on, ledger });
  assert.deepEqual([result.written, result.busy], [2, 1]);
});

test('marks are not counted back for a day that has landed and that a worker has', async () => {
  const on = await threeDays();
  const ledger = memoryLedger({}, ledgerStore());
  const marks = { dataset: DATASET.name, firstDay: D1, landedThrough: D3 };
  await ledger.putWatermark(marks, undefined);
  await ledger.putDay(queued(freshEntry(DATASET.name, D2, NOON), NOON, undefined), undefined);
  await rebuild({ ...on, ledger });
  assert.deepEqual((await ledger.watermark(DATASET.name))?.value, marks);
});

test('two at once write each day once', async () => {
  const on = await threeDays();
  const store = ledgerStore();
  const slow = { before: () => new Promise<void>(setImmediate) };
  const run = () => rebuild({ ...on, ledger: memoryLedger(slow, store) });
  const [one, two] = await Promise.all([run(), run()]);
  assert.deepEqual([one.written + two.written, one.known + two.known], [3, 3]);
});

test('history begins with the first partition, and holes in it show', async () => {
  const on = landed();
  await on.land(daysAgo(200), rowsText(1));
  await on.land(daysAgo(199), rowsText(2));
  await on.land(daysAgo(5), rowsText(3));
  const { watermarks } = await rebuild(on);
  assert.deepEqual(watermarks, [
    // Settled, because the source has forgotten them.
    { dataset: 'calls', firstDay: daysAgo(200), landedThrough: daysAgo(199), settledThrough: daysAgo(199) },
  ]);
  assert.deepEqual((await rebuild({ ...on, datasets: [{ ...DATASET, name: 'nothing' }] })).watermarks, []);
});

test('a watermark that is there keeps its pause and an earlier first day, and marks that lie are counted anew', async () => {
  const on = await threeDays();
  const paused = { dataset: DATASET.name, pausedAt: instantOf(NOON) };
  for (const [marks, mended] of [
    [
      { firstDay: D1, landedThrough: D2 },
      { firstDay: D1, landedThrough: D3 },
    ],
    [{ firstDay: daysAgo(9) }, { firstDay: daysAgo(9) }],
    [{ firstDay: daysAgo(9), landedThrough: D2 }, { firstDay: daysAgo(9) }],
    [{ firstDay: '2030-01-01' }, { firstDay: D1, landedThrough: D3 }],
    [{ firstDay: D2 }, { firstDay: D1, landedThrough: D3 }],
    [
      { firstDay: D1, landedThrough: '2030-01-01' },
      { firstDay: D1, landedThrough: D3 },
    ],
    [
      { firstDay: D1, landedThrough: D3, settledThrough: daysAgo(-9) },
      { firstDay: D1, landedThrough: D3 },
    ],
  ] as const) {
    const found = await on.ledger.watermark(DATASET.name);
    assert.ok(await on.ledger.putWatermark({ ...paused, ...marks }, found?.etag));
    assert.deepEqual((await rebuild(on)).watermarks, [{ ...paused, ...mended }], JSON.stringify(marks));
  }
});

test('a day that a person was erased from is known as such again, and is not read again', async () => {
  const on = await threeDays();
  const forgottenAt = instantOf(NOON);
  await on.land(D2, rowsText(8), { forgottenAt });
  const ledger = memoryLedger({}, ledgerStore());
  await rebuild({ ...on, ledger });
  const entry = (await ledger.day(DATASET.name, D2))?.value;
  const { forgottenAt: restored, settledAt, landedAt, revision } = entry?.held ?? heldOn(D2);
  assert.deepEqual([restored, settledAt, landedAt, revision], [forgottenAt, forgottenAt, forgottenAt, 2]);
  for (const later of [1, 10, 34]) assert.equal(owed(DATASET, D2, entry, NOON + later * DAY_MS), undefined);
  assert.equal((await ledger.day(DATASET.name, D1))?.value.held?.forgottenAt, undefined);
});

test('a day that a person was erased from is not read again either when an attempt had failed before', async () => {
  const on = await threeDays();
  await on.land(D2, rowsText(8), { forgottenAt: instantOf(NOON) });
  const ledger = memoryLedger({}, ledgerStore());
  const retryAt = instantOf(NOON);
  await ledger.putDay(emptyHanded(D2, { state: 'failed', failures: 1, retryAt }), undefined);
  await rebuild({ ...on, ledger });
  const entry = (await ledger.day(DATASET.name, D2))?.value;
  assert.deepEqual([entry?.work.state, entry?.held?.forgottenAt], ['idle', instantOf(NOON)]);
  for (const later of [1, 10]) assert.equal(owed(DATASET, D2, entry, NOON + later * DAY_MS), undefined);
});

test('an erasure that only the ledger tells of outlives the mending of its entry, and no later revision', async () => {
  const on = await threeDays();
  const forgottenAt = instantOf(NOON);
  const contradict = (held: Held): Held => ({ ...held, rows: 99, forgottenAt });
  for (const day of [D1, D2])
    await on.change(day, entry => ({ ...entry, held: contradict(entry.held ?? heldOn(day)) }));
  await on.land(D2, rowsText(7), {}, false);
  assert.equal((await rebuild(on)).written, 2);
  assert.deepEqual([(await on.entry(D1))?.held?.forgottenAt, (await on.entry(D1))?.held?.rows], [forgottenAt, 4]);
  assert.deepEqual([(await on.entry(D2))?.held?.forgottenAt, (await on.entry(D2))?.held?.rows], [undefined, 1]);
});

test('a blob that is none of ours is told by its day, hides no other, and is no beginning of history', async () => {
  const on = await threeDays();
  on.lake.plant(DATASET.name, '1999-12-31', Buffer.from('hello\n'));
  const ledger = memoryLedger({}, ledgerStore());
  const { names: _, ...listed } = { ...on, ledger };
  const result = await rebuild(listed);
  assert.deepEqual(
    [result.written, result.unusable],
    [3, [{ dataset: 'calls', day: '1999-12-31', why: 'Reading calls 1999-12-31: the blob has no whole receipt' }]],
  );
  assert.deepEqual((await ledger.watermark(DATASET.name))?.value, {
    dataset: 'calls',
    firstDay: D1,
    landedThrough: D3,
  });
  const found = await verify({ ...listed, ledger });
  assert.deepEqual(
    found.findings.map(({ kind, day }) => [kind, day]),
    [['damaged', '1999-12-31']],
  );
});

test('entities that cannot be read go first, and a blob without receipt is told', async () => {
  const on = await threeDays();
  const cleared: string[] = [];
  const lake = {
    ...on.lake,
    head: (dataset: string, day: string) =>
      day === D2
        ? Promise.reject(new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message: 'no receipt' }))
        : on.lake.head(dataset, day),
  };
  const ledger = memoryLedger({}, ledgerStore());
  const clearUnreadable = async (dataset: string) => cleared.push(dataset);
  const result = await rebuild({ ...on, lake, ledger, clearUnreadable });
  assert.deepEqual([result.cleared, cleared], [1, ['calls']]);
  assert.deepEqual(result.unusable, [{ dataset: 'calls', day: D2, why: 'no receipt' }]);
  assert.deepEqual(
    ledger.entries().map(({ day }) => day),
    [D1, D3],
  );
});
