import assert from 'node:assert/strict';
import { exec, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { run } from '../../cli/main.ts';
import { type Output, Stopped } from '../../cli/terminal/output.ts';
import { tablePulse } from '../../shared/stores/pulse.ts';
import { addDays } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import { partitionPath, revisionPath } from '../../shared/words/paths.ts';
import { processOf, waitFor } from '../wait.ts';
import { CLI, type CliSetup, landline } from './cli-setup.ts';
import { D, D0, D1, D2, DAYS, LAST, PSTN, SMS, startFourDays } from './four-days.ts';

/** The tests tell one story over one tenant, in order: what a person does to it with the command line. */

let setup: CliSetup;

before(async () => {
  setup = await startFourDays(120);
});
after(() => setup.stop());

/** Writes the partition anew with other bytes and the same receipt. */
async function tamper(dataset: string, day: string, change: (bytes: Buffer) => Buffer): Promise<Buffer> {
  const blob = setup.raw.getBlockBlobClient(partitionPath(dataset, day));
  const bytes = await blob.downloadToBuffer();
  const { metadata = {} } = await blob.getProperties();
  const changed = change(Buffer.from(bytes));
  await blob.upload(changed, changed.length, { metadata });
  return changed;
}

async function entries(): Promise<DayEntry[]> {
  const all = await Promise.all([PSTN, SMS].map(name => setup.ledger.days(name)));
  return all.flat().map(({ value }) => value);
}

test('before the first plan there is nothing, and that wants attention', async () => {
  const { code, answer } = await setup.json('status');
  assert.deepEqual([code, answer.datasets, answer.unplanned], [1, [], [PSTN, SMS]]);
  assert.equal((await setup.run('pause', SMS)).code, 1);
});

test('status says what is held, in a table and as JSON', async () => {
  await setup.work();
  const { code, answer } = await setup.json('status');
  assert.equal(code, 0);
  assert.deepEqual(
    answer.datasets.map((each: Record<string, unknown>) => [
      each['dataset'],
      each['newestHeld'],
      each['gapDays'],
      Object(each['counts']).open,
    ]),
    [
      [PSTN, LAST, 0, DAYS],
      [SMS, LAST, 0, DAYS],
    ],
  );
  const rows = D.reduce((sum, day) => sum + setup.simulator.countRows(SMS, day), 0);
  assert.equal(answer.datasets[1].rows, rows);
  assert.deepEqual(
    answer.datasets[1].days.map(({ day, state }: Record<string, unknown>) => [day, state]),
    D.map(day => [day, 'open']),
  );
  const { stdout } = await setup.run('status');
  assert.match(stdout, new RegExp(`${SMS} +4/4 +${LAST} +none +${rows} +well +[+*]{4}`));
  assert.match(stdout, /# final {2}\+ open/);
  assert.ok(!stdout.includes('\x1b'), 'no colour in a pipe');
});

test('status says when the planner has fallen silent', async () => {
  await tablePulse(setup.table).beat(`${D0}T00:00:00.000Z`);
  const { code, answer } = await setup.json('status');
  assert.deepEqual([code, answer.verdict.level, answer.plannedAt], [1, 'attention', `${D0}T00:00:00.000Z`]);
  const { stdout } = await setup.run('status');
  assert.match(stdout, new RegExp(`The planner has not run since ${D0} 00:00 UTC: no new day lands`));
  await setup.work();
  assert.equal((await setup.json('status')).answer.verdict.level, 'held');
});

/** `landline status --watch --json`, and the objects that it has printed so far. */
function watching(t: TestContext) {
  const args = [CLI, 'status', '--watch', '--json', '--settings', join(setup.folder, 'settings.json')];
  const child = spawn(process.execPath, args, { cwd: setup.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const running = processOf('landline status --watch', child);
  const { said } = running;
  const looks = (): string[] => said.stdout.split(/(?<=^\}\n)/m).filter(text => text.endsWith('}\n'));
  return {
    ...running,
    looks,
    /** Until it has seen that. */
    until: (isSo: (look: Record<string, unknown>) => boolean) =>
      waitFor('a look that has seen it', () => looks().some(text => isSo(JSON.parse(text))), { saw: () => said }),
  };
}

test('status --watch looks again, and ends with Ctrl-C or when its reader has gone', async t => {
  const [watched, left] = [watching(t), watching(t)];
  const pausedAt = (look: Record<string, unknown>) => Object(look['datasets'])[1].pausedAt;
  await Promise.all([watched, left].map(each => each.until(look => pausedAt(look) === undefined)));
  left.child.stdout?.destroy();
  assert.equal((await setup.run('pause', SMS)).code, 0);
  await watched.until(look => pausedAt(look) !== undefined);
  watched.child.kill('SIGINT');
  assert.deepEqual([await watched.ended(), watched.said.stderr], [{ code: null, signal: 'SIGINT' }, '']);
  assert.deepEqual([await left.ended(), left.said.stderr], [{ code: 0, signal: null }, '']);
  assert.equal((await setup.run('resume', SMS)).code, 0);
});

test('show tells what ledger and receipt know of a day', async () => {
  const { code, answer } = await setup.json('show', SMS, D1);
  assert.equal(code, 0);
  assert.equal(answer.state, 'open');
  assert.equal(answer.held.rows, setup.simulator.countRows(SMS, D1));
  assert.equal(answer.partition.receipt.fingerprint, answer.held.fingerprint);
  const { stdout } = await setup.run('show', SMS, D1);
  assert.match(stdout, /fingerprint +\d+-[0-9a-f]{32}/);
  assert.match(stdout, /seams +before: \d+ own, \d+ lent, \d+ kept; after: \d+ own/);
});

test('verify finds everything whole, also against the source', async () => {
  const { code, answer } = await setup.json('verify', '--source', '3');
  assert.deepEqual([code, answer.clean, answer.days, answer.compared, answer.findings], [0, true, 2 * DAYS, 3, []]);
  const shares = await Promise.all(['1/2', '2/2'].map(share => setup.json('verify', '--part', share)));
  assert.equal(shares[0]?.answer.days + shares[1]?.answer.days, 2 * DAYS);
});

test('one flipped byte: verify names dataset and day; it heals by itself, and history holds what was there', async () => {
  const damaged = await tamper(PSTN, D1, bytes => {
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    return bytes;
  });
  const verified = await setup.run('verify');
  assert.equal(verified.code, 1);
  assert.match(verified.stdout, new RegExp(`damaged {2}${PSTN} ${D1}: .*Landline lands it again by itself`));
  const { answer } = await setup.json('status');
  assert.deepEqual(
    [answer.verdict.level, answer.datasets[0].trouble.map(({ state, next }: Record<string, string>) => [state, next])],
    ['attention', [['suspect', 'nothing: Landline lands it anew by itself']]],
  );

  await setup.work();
  assert.equal((await setup.run('verify')).code, 0);
  assert.equal((await setup.run('status')).code, 0);
  const history = setup.clients.blobs.getContainerClient('history');
  assert.deepEqual(await history.getBlobClient(revisionPath(PSTN, D1, 1)).downloadToBuffer(), damaged);
  assert.equal((await setup.lake.head(PSTN, D1))?.receipt.revision, 2);
  const kept = await setup.json('verify', '--history', '--datasets', PSTN);
  assert.deepEqual(
    [kept.code, kept.answer.findings.map(({ kind, day }: Record<string, unknown>) => [kind, day])],
    [0, [['kept-damaged', D1]]],
  );
  assert.match((await setup.run('diff', PSTN, D1)).stderr, /^r1 is damaged: .*What differs may be the damage\.$/m);
  const { rowsAdded, rowsChanged, rowsRemoved } = (await setup.ledger.day(PSTN, D1))?.value.held ?? {};
  assert.deepEqual([rowsAdded, rowsChanged, rowsRemoved], [0, 0, 0], 'nothing of what the source says has changed');
});

test('retry asks for a day of which verify found a byte flipped, and it has the rows of the source again', async () => {
  await tamper(SMS, D1, bytes => {
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    return bytes;
  });
  const { answer } = await setup.json('verify', '--datasets', SMS);
  assert.deepEqual(
    answer.findings.map(({ reason, day, mark }: Record<string, unknown>) => [reason, day, mark]),
    [['partition.damaged', D1, 'marked']],
  );
  const asked = await setup.json('retry', SMS);
  assert.deepEqual([asked.code, asked.answer.asked], [0, [{ dataset: SMS, day: D1, outcome: 'asked' }]]);
  await setup.work();
  const rows = setup.simulator.truth(SMS, D1).map(row => `${row}\n`);
  assert.equal((await setup.raw.getBlobClient(partitionPath(SMS, D1)).downloadToBuffer()).toString(), rows.join(''));
  const { work, held } = (await setup.ledger.day(SMS, D1))?.value ?? {};
  assert.deepEqual([work?.suspicion, work?.askedAt, held?.revision], [undefined, undefined, 2]);
  assert.deepEqual((await setup.json('verify', '--datasets', SMS)).answer.findings, []);
});

test('a deleted partition is missing, and landed again by itself under a new revision', async () => {
  await setup.raw.getBlobClient(partitionPath(SMS, D0)).delete();
  const { code, answer } = await setup.json('verify');
  assert.equal(code, 1);
  assert.deepEqual(
    [answer.findings.length, answer.findings[0].reason, answer.findings[0].day],
    [1, 'partition.missing', D0],
  );
  await setup.work();
  assert.equal((await setup.run('verify')).code, 0);
  assert.equal((await setup.lake.head(SMS, D0))?.receipt.revision, 2);
});

test('a blob of somebody else in the place of a partition is shown, and its day lands once the blob is gone', async () => {
  const path = partitionPath(SMS, D0);
  await setup.raw.getBlockBlobClient(path).upload('{}\n', 3);
  const verified = await setup.run('verify');
  assert.match(verified.stdout, new RegExp(`damaged {2}${SMS} ${D0}: .*no whole receipt.* Move it out`));
  await setup.work();
  const shown = await setup.json('show', SMS, D0);
  assert.deepEqual([shown.code, shown.answer.state], [1, 'failed']);
  assert.match(shown.answer.foreign, /no whole receipt/);
  await setup.raw.getBlobClient(path).delete();
  assert.match((await setup.run('retry')).stdout, new RegExp(`${SMS} ${D0} will be read`));
  await setup.work();
  assert.equal((await setup.run('verify')).code, 0);
});

test('show tells apart what is not over, what is before history, and what the source has forgotten', async () => {
  for (const command of ['show', 'retry', 'accept']) {
    const early = await setup.run(command, SMS, addDays(LAST, 2));
    assert.deepEqual([early.code, early.stdout], [2, ''], command);
    assert.match(early.stderr, new RegExp(`^error: .* is not over yet. The newest day that there can be is ${LAST}`));
  }
  const before = await setup.json('show', SMS, addDays(D0, -1));
  assert.deepEqual([before.code, before.answer.owed], [0, undefined]);
  assert.match(before.answer.next, new RegExp(`history begins on ${D0}.*landline backfill --from ${addDays(D0, -1)}`));
  assert.match(
    (await setup.run('show', SMS, addDays(D0, -1))).stdout,
    /: not owed, and nothing is held\nNext step: history begins on/,
  );
  assert.equal((await setup.json('show', SMS, '2015-01-01')).answer.state, 'expired');
  assert.match(
    (await setup.run('show', SMS, '2015-01-01')).stdout,
    /: not owed, .*\nNext step: nothing: the source no longer/,
  );
});

test('a reader that has seen enough is no failure', async () => {
  const file = JSON.stringify(join(setup.folder, 'settings.json'));
  const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(CLI)} show ${SMS} ${D0} --settings ${file} | true`;
  const { stderr } = await promisify(exec)(command);
  assert.equal(stderr, '');
});

test('the ledger deleted and rebuilt has the same facts, and verify is clean', async () => {
  const facts = ({ dataset, day, held }: DayEntry) => [
    dataset,
    day,
    ...[held?.revision, held?.rows, held?.bytes, held?.pages, held?.fingerprint, held?.landedAt],
    ...[held?.rowsAdded, held?.rowsChanged, held?.rowsRemoved, held?.rowsOutside, held?.rowsNeighbour],
  ];
  const was = (await entries()).map(facts);
  const marks = await Promise.all([PSTN, SMS].map(async name => (await setup.ledger.watermark(name))?.value));
  await setup.table.deleteTable();
  assert.equal((await setup.run('status')).code, 3);
  const { code, answer } = await setup.json('rebuild');
  assert.deepEqual([code, answer.written], [0, 2 * DAYS]);
  assert.deepEqual((await entries()).map(facts), was);
  assert.deepEqual(
    await Promise.all([PSTN, SMS].map(async name => (await setup.ledger.watermark(name))?.value)),
    marks,
  );
  assert.equal((await setup.run('verify')).code, 0);
  // Again, and beside a planner: nothing is written that is known.
  await setup.work();
  assert.equal((await setup.json('rebuild')).answer.written, 0);
});

test('a ledger entity that cannot be read is found, and rebuilt from its partition', async () => {
  await setup.table.updateEntity({ partitionKey: SMS, rowKey: D2, rows: 'many' }, 'Merge');
  const verified = await setup.run('verify');
  assert.equal(verified.code, 1);
  assert.match(verified.stdout, new RegExp(`ledger {2}The ledger entity of ${SMS} ${D2} cannot be read`));
  const seen = await setup.json('status');
  const failed = seen.answer.datasets.map(({ counts }: { counts: { failed: number } }) => counts.failed);
  assert.deepEqual([seen.code, failed, seen.answer.unreadable], [1, [0, 1], []]);
  assert.match((await setup.run('status')).stdout, /is damaged \(rows\)[\s\S]* rebuild\n/);
  assert.match((await setup.run('show', SMS, D2)).stderr, /is damaged \(rows\)\. Run `landline .* rebuild`/);
  const other = await setup.run('show', SMS, D1);
  assert.match(other.stdout, new RegExp(`^${SMS} ${D1}: open`));
  assert.match(other.stderr, new RegExp(`entry of another day of ${SMS} is damaged: run .landline rebuild`));
  assert.match((await setup.run('changes')).stderr, new RegExp(`Whether 1 day of ${SMS} changed is not known`));
  // The other days of the log go on.
  await setup.run('retry', SMS, D1);
  await setup.work();
  assert.equal((await setup.ledger.day(SMS, D1))?.value.work.askedAt, undefined);
  const { answer } = await setup.json('rebuild');
  assert.deepEqual([answer.cleared, answer.written], [1, 1]);
  assert.equal((await setup.run('verify')).code, 0);
});

test('a watermark that lies or cannot be read stops nothing, says so, and is written anew by a rebuild', async () => {
  const sound = (await setup.ledger.watermark(SMS))?.value;
  for (const marks of [{ firstDay: '2030-01-01' }, { landedThrough: '2030-01-01' }, { firstDay: '2026-13-45' }]) {
    await setup.table.updateEntity({ partitionKey: SMS, rowKey: 'watermark', ...marks }, 'Merge');
    await setup.table.updateEntity({ partitionKey: SMS, rowKey: D2, askedAt: new Date().toISOString() }, 'Merge');
    await setup.work();
    assert.equal((await setup.ledger.day(SMS, D2))?.value.work.askedAt, undefined, 'its days go on');
    const { code, stdout } = await setup.run('status');
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`The watermark of ${SMS} cannot be read: [\\s\\S]*is damaged`));
    assert.equal((await setup.run('rebuild')).code, 0);
    assert.deepEqual((await setup.ledger.watermark(SMS))?.value, sound);
  }
});

test('a first day that somebody moved on hides no day: those before it are told, and a rebuild takes them in again', async () => {
  const sound = (await setup.ledger.watermark(SMS))?.value;
  await setup.table.updateEntity({ partitionKey: SMS, rowKey: 'watermark', firstDay: LAST }, 'Merge');
  const { code, stdout } = await setup.run('status');
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`3 days are held before ${LAST}, which is the first day of this log in the ledger`));
  assert.match(stdout, /landline [^\n]*rebuild/);
  const { answer } = await setup.json('status');
  assert.deepEqual(
    answer.datasets.map((each: { heldBefore?: number }) => each.heldBefore),
    [undefined, DAYS - 1],
  );
  assert.equal((await setup.run('rebuild')).code, 0);
  assert.deepEqual((await setup.ledger.watermark(SMS))?.value, sound);
  assert.equal((await setup.run('status')).code, 0);
});

test('a gate that cannot be read is open, says so, and is cleared by a rebuild', async () => {
  await setup.ledger.putGate(
    { source: 'graph', notBefore: `${D0}T00:00:00.000Z`, reason: 'source.throttled' },
    undefined,
  );
  await setup.table.updateEntity({ partitionKey: 'gate', rowKey: 'graph', notBefore: 'soon' }, 'Merge');
  await setup.run('retry', SMS, D2);
  const told = (await setup.ledger.gate('graph'))?.value.unreadable;
  assert.match(told ?? '', /gate of graph is damaged.*Run `landline .*rebuild`/);
  assert.match((await setup.run('status')).stdout, /The gate of graph cannot be read/);
  await setup.work();
  assert.equal((await setup.json('show', SMS, D2)).answer.state, 'open');
  assert.equal((await setup.json('rebuild')).answer.cleared, 1);
});

test('an emptied day is held until a person accepts it', async () => {
  setup.simulator.setFaults([{ fault: 'all-rows-gone', dataset: SMS, day: D2 }]);
  await setup.run('retry', SMS, D2);
  await setup.work();
  const shown = await setup.json('show', SMS, D2);
  assert.deepEqual(
    [shown.code, shown.answer.state, shown.answer.work.suspicion.reason],
    [1, 'suspect', 'shrink.emptied'],
  );
  const asked = await setup.run('accept', SMS, D2);
  assert.equal(asked.code, 1);
  assert.match(asked.stdout, new RegExp(`${shown.answer.held.rows} rows are held, and the source has had 0 since`));
  assert.match(asked.stdout, /more rows: --limit shows them/);
  const limited = await setup.run('accept', SMS, D2, '--limit', '100000');
  assert.equal(limited.stdout.match(/^- line /gm)?.length, shown.answer.held.rows);
  assert.equal((await setup.run('accept', SMS, D2, '--yes')).code, 0);
  await setup.work();
  const after = await setup.json('show', SMS, D2);
  assert.deepEqual([after.code, after.answer.state, after.answer.held.rows], [0, 'empty', 0]);
  assert.equal((await setup.run('verify')).code, 0);
  assert.equal((await setup.run('accept', SMS, D2, '--yes')).code, 1);
});

test('a paused dataset is not planned until it is resumed; a source means all of its datasets', async () => {
  assert.match((await setup.run('pause', 'graph')).stdout, new RegExp(`${PSTN}: paused[^]*${SMS}: paused`));
  assert.match((await setup.run('retry', PSTN, D0)).stderr, /is paused: nothing of it is read until/);
  const requests = setup.simulator.counters.requests;
  await setup.work();
  assert.equal(setup.simulator.counters.requests, requests);
  const { answer } = await setup.json('status');
  assert.equal(answer.verdict.points[0].command, `landline resume ${PSTN}`);
  assert.equal((await setup.run('resume', 'graph')).code, 0);
  await setup.work();
  assert.ok(setup.simulator.counters.requests > requests);
});

test('a source that asked to be left alone is asked sooner when a person opens its gate', async () => {
  setup.simulator.setFaults([{ fault: 'throttled-years', dataset: PSTN, times: 1 }]);
  assert.equal((await setup.run('retry', PSTN, D0)).code, 0);
  await setup.work();
  const { answer } = await setup.json('status');
  assert.deepEqual(
    [answer.gates.length, answer.gates[0].source, answer.gates[0].reason],
    [1, 'graph', 'source.throttled'],
  );
  assert.ok(Date.parse(answer.gates[0].notBefore) <= Date.now() + 3_600_000, 'nobody waits for 31 years');
  assert.match((await setup.run('status')).stdout, /send no requests until [\s\S]*resume --source graph/);
  const requests = setup.simulator.counters.requests;
  await setup.work();
  assert.equal(setup.simulator.counters.requests, requests);

  const opened = await setup.run('resume', '--source', 'graph');
  assert.deepEqual([opened.code, /graph: opened; .*Days that waited for it: 1\./.test(opened.stdout)], [0, true]);
  await setup.work();
  assert.ok(setup.simulator.counters.requests > requests);
  assert.equal((await setup.ledger.day(PSTN, D0))?.value.work.state, 'idle');
  assert.match((await setup.run('resume', '--source', 'graph')).stdout, /its gate is open already/);
  for (const wrong of [['resume'], ['resume', 'graph', '--source', 'graph'], ['resume', '--source', 'teams-sms']])
    assert.equal((await setup.run(...wrong)).code, 2, wrong.join(' '));
});

test('backfill previews, does nothing unasked, extends history, and watches until all is held', async () => {
  const from = addDays(D0, -3);
  const early = await setup.run('backfill', '--from', addDays(LAST, 3));
  assert.equal(early.code, 2);
  assert.match(early.stderr, /is not over yet/);
  const preview = await setup.json('backfill', '--from', addDays(LAST, -200), '--datasets', SMS);
  assert.deepEqual([preview.code, preview.answer.applied], [0, false]);
  const [first] = preview.answer.previews;
  assert.deepEqual(
    [first.held, first.beyondHorizon > 100, first.missing + first.held, first.days],
    [DAYS, true, first.days, first.days],
  );
  assert.equal((await setup.ledger.watermark(SMS))?.value.firstDay, D0);

  const applied = await setup.json('backfill', '--from', from, '--to', addDays(from, 1), '--datasets', SMS, '--yes');
  assert.equal(applied.code, 0);
  assert.equal(applied.answer.previews[0].between, 1);
  assert.deepEqual(applied.answer.datasets[0].extended, { outcome: 'extended', firstDay: from });
  const watching = setup.json('backfill', '--from', from, '--datasets', SMS, '--yes', '--wait');
  await setup.work();
  const watched = await watching;
  assert.deepEqual([watched.code, watched.answer.complete], [0, true]);
  const { answer } = await setup.json('status');
  assert.deepEqual([answer.datasets[1].firstDay, answer.datasets[1].landedThrough], [from, LAST]);
});

test('export writes partitions to plain files, byte for byte', async () => {
  const to = join(setup.folder, 'out');
  const { code, answer } = await setup.json('export', '--out', to, '--from', D0, '--to', D1, '--datasets', PSTN);
  assert.deepEqual([code, answer.files.length], [0, 2]);
  // A part is not passed off for the whole.
  const early = addDays(D0, -3);
  const part = await setup.json('export', '--out', to, '--from', early, '--to', D1, '--datasets', PSTN);
  assert.deepEqual(
    [part.code, part.answer.files.length, part.answer.absent],
    [4, 2, [{ dataset: PSTN, days: [-3, -2, -1].map(days => addDays(D0, days)), firstDay: D0 }]],
  );
  const told = await setup.run(
    'export',
    '--out',
    to,
    '--from',
    addDays(D0, -1),
    '--to',
    addDays(LAST, 20),
    '--datasets',
    PSTN,
  );
  assert.match(told.stdout, new RegExp(`not held {2}${PSTN}: 1 day, ${addDays(D0, -1)}`));
  const none = await setup.json('export', '--out', to, '--from', D0, '--datasets', 'voximplant-sms');
  assert.deepEqual([none.code, none.answer.files.length, none.answer.absent[0].days.length], [4, 0, DAYS]);
  const inTheWay = await setup.run('export', '--out', join(setup.folder, 'settings.json', 'out'));
  assert.deepEqual(
    [inTheWay.code, /cannot be written to: a file is in its place \(EEXIST\)/.test(inTheWay.stderr)],
    [2, true],
  );
  const path = partitionPath(PSTN, D1);
  assert.deepEqual(await readFile(join(to, path)), await setup.raw.getBlobClient(path).downloadToBuffer());
});

test('where a person was erased, backfill leaves the day alone and retry asks, saying what comes back', async () => {
  const found = await setup.ledger.day(PSTN, D1);
  assert.ok(found?.value.held);
  const held = { ...found.value.held, forgottenAt: `${LAST}T12:00:00.000Z` };
  await setup.ledger.putDay({ ...found.value, held }, found.etag);
  const { answer } = await setup.json('backfill', '--from', D1, '--to', D1, '--datasets', PSTN, '--all');
  assert.equal(answer.previews[0].erased, 1);
  const told = await setup.run('backfill', '--from', D1, '--to', D1, '--datasets', PSTN, '--all');
  assert.match(
    told.stdout,
    new RegExp(`1 day not asked for, because a person was erased; .*: landline --settings \\S+ retry ${PSTN} <day>`),
  );
  const unanswered = await setup.run('retry', PSTN, D0, D1);
  assert.equal(unanswered.code, 1);
  assert.match(unanswered.stdout, new RegExp(`${PSTN} ${D1} was not asked for, and nothing was changed.*--yes`));
  assert.equal((await setup.ledger.day(PSTN, D1))?.value.held?.forgottenAt, held.forgottenAt);
  assert.ok((await entries()).every(({ work }) => work.askedAt === undefined));
  const asked = await setup.run('retry', PSTN, D1, '--yes');
  assert.equal(asked.code, 0);
  assert.match(
    asked.stderr,
    new RegExp(
      `erased from ${PSTN} ${D1}: reading the day again brings all its rows back.*landline --settings \\S+ forget. again`,
    ),
  );
  await setup.work();
  assert.equal((await setup.json('show', PSTN, D1)).answer.state, 'open');
});

test('Ctrl-C at a question changes nothing and ends with 130', async () => {
  const asked: string[] = [];
  const output: Output = {
    line: () => {},
    json: () => {},
    note: () => {},
    progress: () => {},
    paint: (_, text) => text,
    interactive: true,
    confirm: async question => {
      asked.push(question);
      throw new Stopped();
    },
  };
  const file = join(setup.folder, 'settings.json');
  assert.equal(await run(['backfill', '--from', D0, '--datasets', PSTN, '--all', '--settings', file], output), 130);
  assert.equal(asked.length, 1);
  assert.ok((await entries()).every(({ work }) => work.askedAt === undefined));
});

test('a running `npm start` is found by the note in its data folder', async () => {
  await writeFile(join(setup.folder, 'running.json'), JSON.stringify({ settings: setup.values }));
  const { code, stdout } = await landline(setup.folder, 'verify', '--data', '.', '--datasets', SMS, '--source', '1');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /1 day compared with the source: all whole/);
});

test('storage that cannot be reached exits 3', async () => {
  const file = join(setup.folder, 'gone.json');
  const endpoint = (kind: string) => `${kind}Endpoint=http://127.0.0.1:9/devstoreaccount1`;
  const gone = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;${['Blob', 'Queue', 'Table'].map(endpoint).join(';')}`;
  const Values = {
    AzureWebJobsStorage: gone,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: 'http://127.0.0.1:9',
  };
  await writeFile(file, JSON.stringify({ Values }));
  const { code, stderr } = await landline(setup.folder, 'status', '--settings', file);
  assert.equal(code, 3);
  assert.match(stderr, /storage\.failing/);
});
