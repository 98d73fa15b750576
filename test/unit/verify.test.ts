import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { recount } from '../../shared/rows/recount.ts';
import { type Finding, isTrouble, type SweepPorts, type VerifyOptions, verify } from '../../shared/verify/verify.ts';
import { addDays, instantOf } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Held, Suspicion } from '../../shared/words/ledger.ts';
import type { Page, Source } from '../../shared/words/ports.ts';
import { DATASET, daysAgo, heldOn, NOON } from './days.ts';
import { chunksOf, landed, rowsText } from './lake-days.ts';

const [D1, D2, D3] = [daysAgo(3), daysAgo(2), daysAgo(1)];

async function threeDays() {
  const on = landed();
  await on.land(D1, rowsText(1, 2, 3));
  await on.land(D2, '');
  await on.land(D3, rowsText(4, 5));
  return on;
}

async function kinds(on: SweepPorts, options?: VerifyOptions): Promise<(string | undefined)[][]> {
  const { findings } = await verify(on, options);
  return findings.map(({ kind, day, name }) => [kind, day ?? name]);
}

test('whole days are found whole: every row and byte is counted, and nothing is written', async () => {
  const on = await threeDays();
  const before = on.ledger.entries();
  const seen: string[] = [];
  const found = await verify({ ...on, progress: ({ done, of, day }) => seen.push(`${done}/${of} ${day}`) });
  assert.deepEqual(found, {
    at: instantOf(NOON),
    days: 3,
    rows: 5,
    bytes: rowsText(1, 2, 3, 4, 5).length,
    compared: 0,
    cleared: 0,
    findings: [],
  });
  assert.equal(seen.length, 3);
  assert.ok(seen.at(-1)?.startsWith('3/3'));
  assert.deepEqual(on.ledger.entries(), before);
});

test('a row that two days hold is told; totals of a day, which have no time, may say the same every day', async () => {
  const { eventTime: _, ...total } = { ...DATASET, overlap: 'none' as const };
  for (const [dataset, expected] of [
    [DATASET, ['twice']],
    [total, []],
  ] as const) {
    const on = landed(dataset);
    for (const day of [D1, D2]) {
      await on.land(day, rowsText(1, 2));
      await on.change(day, entry => ({
        ...entry,
        held: { ...heldOn(day), ...entry.held, settledAt: instantOf(NOON) },
      }));
    }
    const { findings } = await verify(on);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      expected,
    );
  }
});

test('a partition that storage does not give out is named, and hides no other', async () => {
  const on = await threeDays();
  on.tamper(D3, bytes => bytes.subarray(0, 4));
  const failing = (days: readonly string[]) => ({
    ...on,
    lake: {
      ...on.lake,
      read: async (dataset: string, day: string) => {
        if (!days.includes(day)) return on.lake.read(dataset, day);
        throw new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'Reading failed (500).' });
      },
    },
  });
  assert.deepEqual(await kinds(failing([D1])), [
    ['unread', D1],
    ['damaged', D3],
  ]);
  for (let age = 4; age < 14; age++) await on.land(daysAgo(age), rowsText(age));
  await assert.rejects(verify(failing(on.ledger.entries().map(({ day }) => day))), { reason: 'storage.failing' });
});

test('a damaged partition is told as such although its entity cannot be read, so that nothing can be marked', async () => {
  const on = await threeDays();
  on.tamper(D3, bytes => bytes.subarray(0, 4));
  const unreadable = new LandlineError({
    reason: 'storage.failing',
    remedy: 'reject',
    message: 'The ledger entity is damaged.',
  });
  const day: typeof on.ledger.day = (dataset, at) =>
    at === D3 ? Promise.reject(unreadable) : on.ledger.day(dataset, at);
  assert.deepEqual(await kinds({ ...on, ledger: { ...on.ledger, day } }), [['damaged', D3]]);
});

test('one flipped byte is found, named and marked; a second look says so without writing again', async () => {
  const on = await threeDays();
  on.tamper(D1, bytes => {
    bytes[9] = (bytes[9] ?? 0) ^ 1;
    return bytes;
  });
  const [finding] = (await verify(on)).findings;
  assert.deepEqual(
    [finding?.kind, finding?.reason, finding?.dataset, finding?.day, finding?.mark],
    ['damaged', 'partition.damaged', 'calls', D1, 'marked'],
  );
  assert.match(
    finding?.message ?? '',
    /its 3 rows are not those of its receipt. The source still has the day: Landline lands it again by itself$/,
  );
  const suspicion = (await on.entry(D1))?.work.suspicion;
  assert.deepEqual([suspicion?.reason, suspicion?.rows, suspicion?.since], ['partition.damaged', 3, instantOf(NOON)]);

  const before = on.ledger.entries();
  assert.equal((await verify(on)).findings[0]?.mark, 'already');
  assert.deepEqual(on.ledger.entries(), before);
});

test('what is damaged or gone says what becomes of it, and what a person can do', async () => {
  const advice = async (on: Awaited<ReturnType<typeof threeDays>>, change: Partial<SweepPorts> = {}, mark = true) => {
    on.remove(D1);
    const { findings } = await verify({ ...on, ...change }, { mark });
    return findings[0]?.message.replace(/^.*is gone\. /, '');
  };
  assert.equal(await advice(await threeDays()), 'The source still has the day: Landline lands it again by itself');
  assert.equal(
    await advice(await threeDays(), {}, false),
    'The day is not marked. Run verify without `--no-mark`, and Landline lands it again by itself',
  );
  assert.equal(
    await advice(await threeDays(), { datasets: [{ ...DATASET, historyDays: 1 }] }),
    'The source no longer has the day: undelete the blob, and verify again',
  );
  const on = await threeDays();
  const found = await on.ledger.day('calls', D1);
  assert.ok(found?.value.held);
  const held = { ...found.value.held, forgottenAt: instantOf(NOON) };
  await on.ledger.putDay({ ...found.value, held }, found.etag);
  const restore =
    /^A person was erased .*undelete the blob, and verify again \(a revision older than 1 still has .*`landline forget` again\)/;
  const message = (await advice(on)) ?? '';
  assert.match(message, restore);
  assert.match(message, /; or read all its rows again: `landline retry calls 2026-03-12`$/);
  const late = (await advice(on, { datasets: [{ ...DATASET, historyDays: 1 }] })) ?? '';
  assert.match(late, restore);
  assert.doesNotMatch(late, /retry/, 'a retry would be refused');
});

test('told only to look, it writes no mark', async () => {
  const on = await threeDays();
  on.remove(D3);
  const before = on.ledger.entries();
  assert.deepEqual(await kinds(on, { mark: false }), [['missing', D3]]);
  assert.deepEqual(on.ledger.entries(), before);
});

test('a line too many, a line too few and a last line cut off are damage', async () => {
  for (const [change, message] of [
    [(bytes: Buffer) => Buffer.concat([bytes, Buffer.from('{}\n')]), /4 lines where its receipt says 3/],
    [(bytes: Buffer) => bytes.subarray(0, bytes.indexOf('\n') + 1), /1 lines where its receipt says 3/],
    [(bytes: Buffer) => bytes.subarray(0, bytes.length - 1), /last line is cut off/],
    [() => Buffer.alloc(0), /0 lines where its receipt says 3/],
  ] as const) {
    const on = await threeDays();
    on.tamper(D1, change);
    const { findings } = await verify(on);
    assert.deepEqual(
      findings.map(each => each.kind),
      ['damaged'],
    );
    assert.match(findings[0]?.message ?? '', message);
  }
});

test('a partition that is gone is missing, and marked so', async () => {
  const on = await threeDays();
  on.remove(D1);
  const { findings } = await verify(on);
  assert.deepEqual(
    [findings[0]?.kind, findings[0]?.reason, findings[0]?.mark],
    ['missing', 'partition.missing', 'marked'],
  );
  assert.equal((await on.entry(D1))?.work.suspicion?.reason, 'partition.missing');
});

test('a day found whole again loses its mark, and no other suspicion', async () => {
  const on = await threeDays();
  const suspicion = (reason: Suspicion['reason']): Suspicion => ({
    reason,
    rows: 1,
    fingerprint: '1-x',
    since: instantOf(NOON),
  });
  await on.change(D1, entry => ({ ...entry, work: { ...entry.work, suspicion: suspicion('partition.missing') } }));
  await on.change(D3, entry => ({ ...entry, work: { ...entry.work, suspicion: suspicion('shrink.unconfirmed') } }));
  assert.equal((await verify(on)).cleared, 1);
  assert.equal((await on.entry(D1))?.work.suspicion, undefined);
  assert.equal((await on.entry(D3))?.work.suspicion?.reason, 'shrink.unconfirmed');
});

test('a day that a worker holds is not written to', async () => {
  const on = await threeDays();
  await on.change(D1, entry => ({ ...entry, work: { ...entry.work, state: 'fetching', heartbeat: instantOf(NOON) } }));
  on.tamper(D1, () => Buffer.from('{}\n'));
  const before = on.ledger.entries();
  assert.equal((await verify(on)).findings[0]?.mark, 'busy');
  assert.deepEqual(on.ledger.entries(), before);
});

test('what ledger and receipt say of one another is judged', async () => {
  const on = await threeDays();
  await on.land(daysAgo(5), rowsText(1), {}, false);
  await on.land(D1, rowsText(1, 2, 3, 6), {}, false);
  const held = (change: Partial<Held>) => on.change(D3, entry => ({ ...entry, held: { ...heldOn(D3), ...change } }));
  await held({ revision: 2 });
  assert.deepEqual(await kinds(on), [
    ['unlisted', daysAgo(5)],
    ['unlisted', D1],
    ['contradicted', D3],
  ]);
  await held({ revision: 1 });
  const [, , third] = (await verify(on)).findings;
  assert.match(third?.message ?? '', /ledger \(rows 10\) and receipt \(rows 2\) contradict each other/);
});

test('while a worker is between commit and note, the ledger may be behind', async () => {
  const on = await threeDays();
  await on.change(D1, entry => ({ ...entry, work: { ...entry.work, state: 'fetching', heartbeat: instantOf(NOON) } }));
  await on.land(D1, rowsText(1, 2, 3, 6), {}, false);
  assert.deepEqual(await kinds(on), []);
});

test('a partition of a newer format is not judged, and not marked', async () => {
  const on = await threeDays();
  await on.land(daysAgo(4), rowsText(9), { format: 2, fingerprint: 'another kind' });
  const { findings } = await verify(on);
  assert.deepEqual([findings.length, findings[0]?.kind, findings[0]?.mark], [1, 'newer-format', undefined]);
});

test('names that are no partition are strays; folders of a hierarchical account are not', async () => {
  const on = await threeDays();
  on.extraNames.push(
    'calls',
    `calls/date=${D1}`,
    `calls/date=${D1}/calls-${D1}.jsonl.tmp`,
    `calls/date=2026-02-30/calls-2026-02-30.jsonl`,
    '_SUCCESS.txt',
    `faxes/date=${D1}/faxes-${D1}.jsonl`,
  );
  assert.deepEqual(await kinds(on), [
    ['stray', '_SUCCESS.txt'],
    ['stray', `calls/date=2026-02-30/calls-2026-02-30.jsonl`],
    ['stray', `calls/date=${D1}/calls-${D1}.jsonl.tmp`],
    ['stray', `faxes/date=${D1}/faxes-${D1}.jsonl`],
  ]);
  assert.equal((await kinds(on, { chosen: true })).length, 2);
});

test('a blob without a whole receipt is damage of its own day, and hides no other', async () => {
  const on = await threeDays();
  const lake = {
    ...on.lake,
    head: (dataset: string, day: string) =>
      day === D1
        ? Promise.reject(new LandlineError({ reason: 'partition.damaged', remedy: 'reject', message: 'no receipt' }))
        : on.lake.head(dataset, day),
  };
  on.remove(D3);
  const { findings } = await verify({ ...on, lake });
  assert.deepEqual(
    findings.map(({ kind, day }) => [kind, day]),
    [
      ['damaged', D1],
      ['missing', D3],
    ],
  );
  assert.match(findings[0]?.message ?? '', /^calls \S+: no receipt The day is tried again within an hour/);
});

test('a ledger entity that cannot be read is found, and partitions are judged all the same', async () => {
  const on = await threeDays();
  const refuse = () =>
    Promise.reject(new LandlineError({ reason: 'storage.failing', remedy: 'reject', message: 'damaged' }));
  const ledger = {
    ...on.ledger,
    days: refuse,
    day: (name: string, day: string) => (day === D1 ? refuse() : on.ledger.day(name, day)),
  };
  on.tamper(D3, () => Buffer.from('{}\n'));
  assert.deepEqual(await kinds({ ...on, ledger }), [
    ['ledger', undefined],
    ['ledger', D1],
    ['damaged', D3],
  ]);
});

test('storage that gives out nothing is no finding: the verification fails', async () => {
  const on = await threeDays();
  const failure = new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: 'no answer' });
  await assert.rejects(verify({ ...on, lake: { ...on.lake, head: () => Promise.reject(failure) } }), failure);
  await assert.rejects(verify({ ...on, ledger: { ...on.ledger, days: () => Promise.reject(failure) } }), failure);
});

test('the shares of a week are every day once, and a range bounds them', async () => {
  const on = landed();
  for (let age = 1; age <= 20; age++) await on.land(daysAgo(age), rowsText(age));
  const looked: string[] = [];
  const progress: SweepPorts['progress'] = ({ day }) => void looked.push(day);
  for (let n = 1; n <= 7; n++) await verify({ ...on, progress }, { part: { n, of: 7 } });
  assert.deepEqual(
    looked.sort(),
    Array.from({ length: 20 }, (_, at) => daysAgo(20 - at)),
  );
  assert.equal((await verify(on, { from: daysAgo(5), to: daysAgo(3) })).days, 3);
});

test('a partition that is replaced while it is read is read again', async () => {
  const on = await threeDays();
  let replaced = false;
  const lake: SweepPorts['lake'] = {
    ...on.lake,
    async read(name, day, revision) {
      const chunks = await on.lake.read(name, day, revision);
      if (day === D1 && !replaced) {
        replaced = true;
        await on.land(D1, rowsText(1, 2, 3, 6, 7));
        return on.lake.read(name, day);
      }
      return chunks;
    },
  };
  assert.deepEqual(await kinds({ ...on, lake }), []);
});

test('with `history`, superseded revisions are recounted too, also of a day that only history has; without, not', async () => {
  const on = await threeDays();
  for (const day of [D1, D2]) {
    const before = await on.lake.head(DATASET.name, day);
    assert.ok(before);
    assert.equal(await on.lake.keep(DATASET.name, day, before), 'kept');
  }
  const keptDays = async function* (): AsyncGenerator<string> {
    yield D1;
    yield D2;
  };
  assert.deepEqual(await kinds({ ...on, keptDays }, { history: true }), []);
  const read: typeof on.lake.read = async (name, day, revision) =>
    revision === 1 && day === D2 ? chunksOf(rowsText(1)) : on.lake.read(name, day, revision);
  on.remove(D1);
  const planted = { ...on, keptDays, lake: { ...on.lake, read } };
  assert.deepEqual(await kinds(planted), [['missing', D1]]);
  const { findings } = await verify(planted, { history: true });
  assert.deepEqual(
    findings.map(({ kind, day, mark }) => [kind, day, mark]),
    [
      ['missing', D1, 'already'],
      ['history', D2, undefined],
    ],
  );
  assert.match(findings[1]?.message ?? '', /revision 1 in history: it has 1 lines where its receipt says/);
});

test('recounting keeps nothing: lines may be cut anywhere', async () => {
  const text = rowsText(1, 2);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const byte of Buffer.from(text)) yield Buffer.from([byte]);
  }
  assert.deepEqual(await recount(bytes()), await recount(chunksOf(text)));
  assert.deepEqual(await recount(chunksOf('')), {
    rows: 0,
    bytes: 0,
    fingerprint: `0-${'0'.repeat(32)}`,
    cutOff: false,
  });
});

/** A source that answers each day with these rows, one page per row. */
function sourceOf(rows: (day: string) => readonly string[]): Source {
  return {
    async read(dataset, window, cursor): Promise<Page> {
      const at = Number(cursor ?? 0);
      const all = rows(window.day);
      const body = Buffer.from(`{"value":[${all.slice(at, at + 1).join()}]}`);
      const next = at + 1 < all.length ? String(at + 1) : undefined;
      return {
        cut: cutRowsInPlace(body, cutSpecOf(dataset)),
        next,
        total: undefined,
        notice: undefined,
        servedAt: NOON,
        release: () => void body.fill('x'),
      };
    },
  };
}

test('a day that a person was erased from is not said to differ from its source, which still has the rows', async () => {
  const on = landed();
  const day = daysAgo(30);
  const row = (id: number) => `{"id":"${id}","startDateTime":"${day}T10:00:00Z"}`;
  await on.land(day, `${row(1)}\n`);
  const at = instantOf(NOON);
  await on.change(day, entry => ({
    ...entry,
    held: { ...heldOn(day), ...entry.held, settledAt: at, forgottenAt: at },
  }));
  const graph = sourceOf(() => [row(1), row(2)]);
  const found = await verify({ ...on, sources: { graph, voximplant: graph } }, { source: 10 });
  assert.equal(found.compared, 1);
  assert.deepEqual(found.findings, []);
});

test('the source is compared without landing: equal is silent, news on open days is no trouble, on settled days it is', async () => {
  const on = landed();
  const row = (day: string, id: number) => `{"id":"${day} ${id}","startDateTime":"${day}T10:00:00Z"}`;
  const [old, open, same] = [daysAgo(30), daysAgo(2), daysAgo(3)];
  for (const day of [old, open, same]) await on.land(day, `${row(day, 1)}\n${row(day, 2)}\n`);
  await on.change(old, entry => ({ ...entry, held: { ...heldOn(old), ...entry.held, settledAt: instantOf(NOON) } }));
  // A row of another day is left to it.
  const graph = sourceOf(day => [
    row(day, 2),
    row(day, 1),
    ...(day === same ? [row(addDays(day, 1), 7)] : [row(day, 3)]),
  ]);
  // The row at exactly midnight is the neighbour's.
  const atMidnight = sourceOf(day =>
    day === same ? [row(day, 2), row(day, 1), `{"id":"7","startDateTime":"${addDays(day, 1)}T00:00:00Z"}`] : [],
  );
  const before = on.ledger.entries();
  const found = await verify({ ...on, sources: { graph, voximplant: graph } }, { source: 10 });
  assert.equal(found.compared, 3);
  assert.deepEqual(
    found.findings.map(({ kind, day }) => [kind, day]),
    [
      ['source-differs', old],
      ['source-news', open],
    ],
  );
  assert.deepEqual(found.findings.map(isTrouble), [true, false]);
  assert.deepEqual(on.ledger.entries(), before);
  const one = await verify(
    { ...on, sources: { graph: atMidnight, voximplant: graph } },
    { source: 10, from: same, to: same },
  );
  assert.deepEqual(one.findings, []);

  const suspicion = { reason: 'shrink.emptied', rows: 0, fingerprint: 'f', since: instantOf(NOON) } as const;
  const adviceOn = async () =>
    (await verify({ ...on, sources: { graph, voximplant: graph } }, { source: 10, from: old, to: old })).findings[0]
      ?.message;
  assert.match((await adviceOn()) ?? '', /`landline retry /);
  await on.change(old, entry => ({ ...entry, work: { ...entry.work, suspicion } }));
  assert.match((await adviceOn()) ?? '', /is suspect \(shrink\.emptied\).*`landline accept /);
});

test('a source that cannot be read, or never ends, is told and stops nothing', async () => {
  const on = await threeDays();
  const failure = new LandlineError({ reason: 'auth.forbidden', remedy: 'fix-config', message: 'No permission.' });
  const failing: Source = { read: () => Promise.reject(failure) };
  const told: Finding[] = [];
  for (const graph of [
    failing,
    {
      read: async (...args: Parameters<Source['read']>) => ({
        ...(await sourceOf(() => []).read(...args)),
        next: 'again',
      }),
    },
  ]) {
    const { findings, compared } = await verify({ ...on, sources: { graph, voximplant: graph } }, { source: 1 });
    assert.equal(compared, 0);
    told.push(...findings);
  }
  assert.deepEqual(
    told.map(({ kind, reason }) => [kind, reason]),
    [
      ['source-unread', 'auth.forbidden'],
      ['source-unread', 'paging.loop'],
    ],
  );
});

test('days that the source has forgotten are not drawn', async () => {
  const on = landed();
  await on.land(daysAgo(DATASET.historyDays + 1), rowsText(1));
  const graph = sourceOf(() => []);
  assert.equal((await verify({ ...on, sources: { graph, voximplant: graph } }, { source: 5 })).compared, 0);
});
