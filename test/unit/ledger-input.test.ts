import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FETCH_LIMITS } from '../../shared/fetch/attempt.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import { blockMemory } from '../../shared/fetch/staging.ts';
import { damageOf, readDataset } from '../../shared/ledger/read-ledger.ts';
import { poisonDay } from '../../shared/plan/give-up.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { readFacts, statusReply } from '../../shared/status/http-reply.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { dayOfEntity, gateOfEntity, watermarkOfEntity } from '../../shared/stores/ledger-entities.ts';
import { rebuild } from '../../shared/verify/rebuild.ts';
import { verify } from '../../shared/verify/verify.ts';
import { addDays, HOUR_MS, instantOf, startOf, windowOf } from '../../shared/words/day.ts';
import { isUnreadable } from '../../shared/words/errors.ts';
import type { Dataset } from '../../shared/words/model.ts';
import type { Clock, Source } from '../../shared/words/ports.ts';
import type { EventFields, EventName } from '../../shared/words/telemetry.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { memoryLake } from '../doubles/memory-lake.ts';
import { memoryTable } from '../doubles/memory-table.ts';
import { DATASET, TODAY } from './days.ts';
import { damages, progressThatLies, type Value } from './ledger-values.ts';

/**
 * The ledger as input. Whatever somebody has put into it: planner, fetch and page live, all else goes on, nothing that is
 * sound is replaced, what is damaged is told, and a rebuild mends it. The ledger itself is the real one, over a table in
 * memory; test/flow/cli.test.ts tries some of it over the emulator, with the commands.
 */

const OTHER: Dataset = { ...DATASET, name: 'others' };
const DATASETS = [DATASET, OTHER];
const DAYS = [addDays(TODAY, -3), addDays(TODAY, -2), addDays(TODAY, -1)] as const;
const NOW = startOf(TODAY) + 12 * HOUR_MS;

/** Values for each property, and the dice that choose them. */
const EACH = Number(process.env['LEDGER_VALUES'] ?? '10');
const SEED = Number(process.env['LEDGER_SEED'] ?? '19');

/** Two logs of three days, landed. */
async function world() {
  const table = memoryTable();
  const ledger = tableLedger(table.client, () => crypto.randomUUID());
  const lake = memoryLake();
  const clock: Clock = {
    now: () => NOW,
    sleep: () => new Promise(() => {}),
    timeout: () => new AbortController().signal,
  };
  const source: Source = {
    async read(dataset, { day }) {
      const rows = [1, 2, 3].map(id => `{"id":"${day} ${id}","startDateTime":"${day}T10:00:0${id}Z"}`);
      const cut = cutRowsInPlace(Buffer.from(`{"value":[${rows}]}`), cutSpecOf(dataset));
      return { cut, next: undefined, total: undefined, notice: undefined, servedAt: NOW, release() {} };
    },
  };
  const jobs = memoryJobs(clock);
  const told: { event: EventName; fields: EventFields<EventName> }[] = [];
  const ports = {
    ledger,
    lake,
    jobs,
    clock,
    report: (event: EventName, fields: EventFields<EventName>) => void told.push({ event, fields }),
    limits: FETCH_LIMITS,
    drifted: new Set<string>(),
    datasets: DATASETS,
    sources: { graph: source, voximplant: source },
    blocks: blockMemory(),
  };
  const settings = { historyDays: DAYS.length, inFlight: { graph: 4, voximplant: 1 } };
  const status = {
    datasets: DATASETS,
    off: [],
    ledger,
    backlog: jobs,
    pulse: { last: async () => instantOf(NOW) },
    clock,
  };

  async function work(): Promise<void> {
    for (let step = 0; step < 30; step++) {
      await runPlan({ ...ports, datasets: DATASETS, settings });
      const batch = jobs.messages.splice(0).filter(({ visibleAt }) => visibleAt <= NOW);
      if (batch.length === 0) return;
      for (const { message } of batch)
        await fetchDay(message, ports).catch(async thrown => {
          // The host gives it back, and in the end gives up on it.
          if (!isUnreadable(thrown)) throw thrown;
          await poisonDay(message, ports).catch(() => {});
        });
    }
    assert.fail('it goes on for ever');
  }

  await work();
  await ledger.putGate({ source: 'graph', notBefore: instantOf(NOW - 1), reason: 'source.throttled' }, undefined);
  const sound = structuredClone(table.rows);
  const partitions = () =>
    DATASETS.flatMap(({ name }) =>
      DAYS.map(day => `${lake.partition(name, day)?.receipt.revision} ${lake.partition(name, day)?.bytes}`),
    ).join();
  const before = partitions();

  return {
    table,
    ledger,
    told,
    work,
    status,
    ports,
    /** The ledger as it was, with one property that is something else. */
    damage(partitionKey: string, rowKey: string, properties: Record<string, Value>): void {
      jobs.messages.length = 0;
      told.length = 0;
      table.rows.clear();
      for (const [key, row] of structuredClone(sound)) table.rows.set(key, row);
      const row = table.rows.get(`${partitionKey} ${rowKey}`);
      assert.ok(row, `${partitionKey} ${rowKey}`);
      for (const [property, value] of Object.entries(properties)) row[property] = asRead(value);
    },
    forget: (dataset: string, day: string) => void table.rows.delete(`${dataset} ${day}`),
    async ask(dataset: string, day: string): Promise<void> {
      const row = table.rows.get(`${dataset} ${day}`);
      if (row) row['askedAt'] = instantOf(NOW);
    },
    async isDamaged(): Promise<boolean> {
      const read = await Promise.all(DATASETS.map(each => readDataset(ledger, each, NOW)));
      return (
        (await ledger.gate('graph'))?.value.unreadable !== undefined || read.some(each => damageOf(each) !== undefined)
      );
    },
    assertUntouched: (about: string) => assert.equal(partitions(), before, `${about}: nothing sound is replaced`),
    async mend(): Promise<void> {
      await rebuild({
        datasets: DATASETS,
        lake,
        ledger,
        clock,
        clearUnreadable: async name => clear(table.rows, name),
      });
      clear(table.rows, 'gate');
    },
    findings: async () => (await verify({ ...ports, datasets: DATASETS }, { mark: false })).findings,
  };
}

/** As the SDK gives it. */
function asRead(value: Value): unknown {
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  return value.type === 'Int64' ? BigInt(value.value) : Number(value.value);
}

/** As `landline rebuild` clears them. */
function clear(rows: Map<string, Record<string, unknown>>, partition: string): number {
  let count = 0;
  for (const [key, row] of rows) {
    const [partitionKey, rowKey = ''] = key.split(' ');
    if (partitionKey !== partition) continue;
    try {
      if (partition === 'gate') gateOfEntity('graph', row);
      else if (rowKey === 'watermark') watermarkOfEntity(partition, row);
      else dayOfEntity(partition, rowKey, row);
    } catch (thrown) {
      if (!isUnreadable(thrown)) throw thrown;
      rows.delete(key);
      count += 1;
    }
  }
  return count;
}

test('whatever is in a property of the ledger, nothing stops, nothing sound is replaced, and what is damaged is told and mended', async t => {
  const on = await world();
  const cases = damages(DATASET.name, DAYS, SEED, EACH);
  let damaged = 0;
  for (const [at, { partitionKey, rowKey, property, value }] of cases.entries()) {
    const about = `case ${at}: ${rowKey}.${property} = ${String(JSON.stringify(value)).slice(0, 60)}`;
    const asked = DAYS.find(day => day !== rowKey) ?? '';
    on.damage(partitionKey, rowKey, { [property]: value });
    for (const { name } of DATASETS) await on.ask(name, asked);
    const wasDamaged = await on.isDamaged();
    await on.work().catch(thrown => assert.fail(`${about}: ${thrown.stack}`));
    on.assertUntouched(about);
    const pausedAt = (await on.ledger.watermark(DATASET.name).catch(() => undefined))?.value.pausedAt;
    for (const { name } of pausedAt === undefined ? DATASETS : [OTHER])
      assert.equal((await on.ledger.day(name, asked))?.value.work.askedAt, undefined, `${about}: ${name} goes on`);
    const page = await statusReply({ method: 'GET', accept: 'text/html', format: null }, on.ports.clock, () =>
      readFacts(on.status),
    );
    assert.ok(page.status === 200 && !page.body.includes('<script>alert'), about);
    if (!wasDamaged) continue;
    damaged += 1;
    const { unreadable, datasets, verdict } = await readFacts(on.status);
    assert.ok(unreadable.length > 0 || datasets.some(({ counts }) => counts.failed > 0), `${about}: it is shown`);
    assert.equal(verdict.level, 'attention', about);
    assert.ok(
      on.told.some(({ event }) => event === 'work failed'),
      `${about}: the alert is told`,
    );
    await on.mend();
    assert.ok(!(await on.isDamaged()), `${about}: it is mended`);
    assert.deepEqual(await on.findings(), [], about);
    on.assertUntouched(about);
  }
  t.diagnostic(`${cases.length} values, ${damaged} of them damage, seed ${SEED}`);
  assert.ok(damaged > cases.length / 3, 'values that harm nothing show nothing');
});

test('progress that lies is no progress: the day is read from its first page and stays what it is', async () => {
  const on = await world();
  const [, day] = DAYS;
  const fingerprint = String(on.table.rows.get(`${DATASET.name} ${day}`)?.['fingerprint']);
  const progress = {
    window: windowOf(day, 'second').from,
    cursorAt: instantOf(NOW),
    pages: 0,
    rows: 0,
    bytes: 0,
    digest: '0'.repeat(32),
    segments: [],
    neighbours: 0,
    outside: 0,
    duplicates: 0,
    compared: { with: fingerprint, met: 0, metSum: '0'.repeat(16), changed: 0, moved: 0, added: 0 },
  };
  for (const { property, text } of progressThatLies(progress)) {
    on.damage(DATASET.name, day, { checkpoint: text, recentKeys: new Uint8Array(0), askedAt: instantOf(NOW) });
    await on.work().catch(thrown => assert.fail(`${property}: ${thrown.stack}`));
    on.assertUntouched(property);
  }
});

test('days that were lost with a ledger are owed again where a late planner recorded that they had landed', async () => {
  const on = await world();
  // Who read the ledger before it was lost, and was the last to write, says of days that are not in it that they landed.
  on.forget(DATASET.name, DAYS[0]);
  assert.ok(await on.isDamaged(), 'the mark says more than the days do');
  await on.work();
  assert.ok((await on.ledger.day(DATASET.name, DAYS[0]))?.value.held, 'the first day is held again');
  assert.ok(!(await on.isDamaged()), 'and the mark is true, without a rebuild');
  assert.equal((await on.ledger.watermark(DATASET.name))?.value.firstDay, DAYS[0]);
  assert.deepEqual(await on.findings(), []);
});
