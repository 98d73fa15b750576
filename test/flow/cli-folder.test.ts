import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { quoted } from '../../cli/terminal/typed.ts';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { freshEntry } from '../../shared/ledger/entry.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { minuteOf } from '../../shared/status/text.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { addDays, DAY_MS, HOUR_MS, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Work } from '../../shared/words/ledger.ts';
import type { Ledger } from '../../shared/words/ports.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { heldOn } from '../unit/days.ts';

/** What the command line says of a ledger that is written here as it may be found; nobody is at work on its folder. */

const SMS = 'teams-sms';
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);
const FIRST = addDays(LAST, -9);

/** A data folder with this ledger. */
async function folderOf(context: TestContext, write: (ledger: Ledger) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-folder-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'azurite'));
  const azurite = await startAzurite(join(folder, 'azurite'));
  const clients = storageClients(azurite);
  await createPlaces(clients);
  await write(tableLedger(clients.table(LEDGER_TABLE), () => crypto.randomUUID()));
  await azurite.stop();
  return folder;
}

/** Runs the command line over the folder. */
function landline(folder: string, ...argv: readonly string[]) {
  return typed('--data', folder, ...argv);
}

async function typed(...argv: readonly string[]) {
  const said = { out: [] as string[], note: [] as string[], json: undefined as unknown };
  const output: Output = {
    line: (text = '') => void said.out.push(text),
    json: value => {
      said.json = JSON.parse(JSON.stringify(value));
    },
    note: text => void said.note.push(text),
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  const code = await run(argv, output);
  return { code, out: said.out.join('\n'), note: said.note.join('\n'), json: Object(said.json) };
}

/** The last days before and with `LAST`, in order, with this work each. */
function daysWith(...work: readonly Partial<Work>[]): DayEntry[] {
  return work.map((each, at) => {
    const fresh = freshEntry(SMS, addDays(LAST, at + 1 - work.length), NOW);
    return { ...fresh, work: { ...fresh.work, ...each } };
  });
}

async function put(ledger: Ledger, entries: readonly DayEntry[], pausedAt?: string): Promise<void> {
  await ledger.putWatermark({ dataset: SMS, firstDay: FIRST, ...(pausedAt && { pausedAt }) }, undefined);
  for (const entry of entries) await ledger.putDay(entry, undefined);
}

test('a source that is left alone is told of in status and to who asks, and what is far ahead binds nobody', async context => {
  const until = instantOf(NOW + DAY_MS);
  const gate = { source: 'graph', notBefore: until, reason: 'source.throttled' } as const;
  const folder = await folderOf(context, async ledger => {
    await put(ledger, []);
    await ledger.putGate(gate, undefined);
    await ledger.putGate({ ...gate, source: 'voximplant', notBefore: instantOf(NOW + 10 * DAY_MS) }, undefined);
  });
  const told = `Microsoft Graph asked Landline to send no requests until ${minuteOf(until)} UTC (source.throttled); Landline then continues by itself.`;
  const { out } = await landline(folder, 'status');
  assert.ok(out.includes(told), out);
  assert.ok(!out.includes('Voximplant asked'), out);
  assert.deepEqual((await landline(folder, '--json', 'status')).json.gates, [gate]);
  const sooner = `${told} Sooner: landline --data ${folder} resume --source graph`;
  const shown = await landline(folder, 'show', SMS, LAST);
  const waits = `Next step: nothing: it waits until ${minuteOf(until)} UTC, as the source asked (source.throttled)`;
  assert.ok(shown.out.includes(`\n${waits}\n${sooner}\n`), shown.out);
  assert.deepEqual((await landline(folder, '--json', 'show', SMS, LAST)).json.gate, gate);
  assert.equal((await landline(folder, 'retry', SMS, LAST)).note, sooner);
});

test('of one log only the gate of its source is told, and who opens it hears how many days are owed', async context => {
  const folder = await folderOf(context, async ledger => {
    await put(ledger, []);
    const gate = { notBefore: instantOf(NOW + DAY_MS), reason: 'source.throttled' } as const;
    await ledger.putGate({ ...gate, source: 'graph' }, undefined);
    await ledger.putGate({ ...gate, source: 'voximplant' }, undefined);
  });
  const sources = async (...argv: string[]) =>
    (await landline(folder, '--json', 'status', ...argv)).json.gates.map(({ source }: { source: string }) => source);
  assert.deepEqual(await sources(), ['graph', 'voximplant']);
  assert.deepEqual(await sources(SMS), ['graph']);
  const { out } = await landline(folder, 'resume', '--source', 'graph');
  assert.match(out, /Days that waited for it: 10\./);
});

test('show of an open day says when it is read again, and which read makes it final', async context => {
  const [young, old] = [LAST, addDays(LAST, -7)];
  const entries = [young, old].map(day => ({
    ...freshEntry(SMS, day, NOW),
    held: heldOn(day, { checkedAt: instantOf(NOW) }),
  }));
  const folder = await folderOf(context, ledger => put(ledger, entries));
  const lines = async (day: string) => (await landline(folder, 'show', SMS, day)).out.split('\n');
  const next = 'Read again about 2026-03-12 12:00 UTC; final once a read';
  assert.ok((await lines(young)).includes(`${next} after 2026-03-16 00:00 UTC finds nothing new.`));
  assert.ok((await lines(old)).includes(`${next} from now on finds nothing new.`));
});

test('where nobody is at work, status and show say that nothing goes on by itself', async context => {
  const folder = await folderOf(context, ledger => put(ledger, []));
  const stopped = `npm start is not running over ${folder}: nothing is read until you start it.`;
  for (const argv of [['status'], ['show', SMS, LAST]])
    assert.ok((await landline(folder, ...argv)).out.endsWith(`\n${stopped}`), argv[0]);
});

test('a place that nobody named is said once: by status itself, and before what other commands say', async context => {
  const folder = await folderOf(context, ledger => put(ledger, []));
  const above = await mkdtemp(join(tmpdir(), 'landline-above-'));
  const before = process.cwd();
  context.after(async () => {
    process.chdir(before);
    await rm(above, { recursive: true });
  });
  await symlink(folder, join(above, '.landline'), 'junction');
  process.chdir(above);
  const place = '.landline (npm start)';
  const status = await typed('status');
  assert.deepEqual([status.out.split(',')[0], status.note], [place, '']);
  assert.equal((await typed('verify')).note, `Looking at ${place}.`);
  assert.equal((await typed('--json', 'status')).note, `Looking at ${place}.`);
  assert.equal((await typed('--data', '.landline', 'verify')).note, '');
});

test('a paused dataset shows what is not well and what is still in work', async context => {
  const failed = { state: 'failed', errorRemedy: 'reject', errorKind: 'source.rejected' } as const;
  const fetching = { state: 'fetching', heartbeat: instantOf(NOW) } as const;
  const days = daysWith(failed, failed, fetching, fetching, fetching, { state: 'queued', queuedAt: instantOf(NOW) });
  const folder = await folderOf(context, ledger => put(ledger, days, instantOf(NOW)));
  assert.match((await landline(folder, 'status')).out, / paused, 2 failed +\.\.\.\.!!>>>:/);
});

test('status of one dataset lists its days in trouble, those in a row as one thing to do', async context => {
  const refused = {
    state: 'failed',
    errorRemedy: 'fix-config',
    errorKind: 'auth.forbidden',
    failures: 27,
    failingSince: instantOf(NOW - 26 * HOUR_MS),
  } as const;
  const message = { errorMessage: 'Graph refuses getSms.', requestId: 'req-1' };
  const twice = { reason: 'page.duplicates', rows: 2, fingerprint: 'x', since: instantOf(NOW) } as const;
  const days = daysWith(
    ...[0, 1].map(() => ({ ...refused, ...message })),
    { suspicion: twice },
    { state: 'queued', queuedAt: instantOf(NOW) },
  );
  const folder = await folderOf(context, ledger => put(ledger, days));
  const { out } = await landline(folder, 'status', SMS);
  const self = `landline --data ${quoted(folder)}`;
  const [d1, d2, d3] = [-3, -2, -1].map(at => addDays(LAST, at));
  const told = [
    `${SMS}, days that need attention:`,
    `  ${FIRST} to ${addDays(LAST, -4)} (6 days): missing`,
    `    Next step: it waits for ${d2} (auth.forbidden), which needs a person: ${self} show ${SMS} ${d2}`,
    `  ${d1} to ${d2} (2 days): failed, auth.forbidden since 2026-03-10 10:00 UTC`,
    '    Graph refuses getSms. (request req-1)',
    `    Next step: do what the message says, then: ${self} retry ${SMS}`,
    `  ${d3}: suspect, page.duplicates since 2026-03-11 12:00 UTC`,
    `    Next step: the day is held, but its reads contradicted each other; to read it once more: ${self} retry ${SMS} ${d3}`,
  ];
  assert.ok(out.includes(`\n${told.join('\n')}\n`), out);
  assert.ok(!(await landline(folder, 'status')).out.includes(told[0] ?? ''));
  const { datasets } = (await landline(folder, '--json', 'status', SMS)).json;
  const { day, state, reason, requestId, message: why, command } = datasets[0].trouble[6];
  assert.deepEqual(
    [datasets.length, day, state, reason, requestId, why, command],
    [1, d1, 'failed', 'auth.forbidden', 'req-1', message.errorMessage, `landline show ${SMS} ${d1}`],
  );
});

test('show says first what is wrong and what to do, in the words of the operations page', async context => {
  const failed = { state: 'failed', errorRemedy: 'fix-config', errorKind: 'auth.forbidden', failures: 2 } as const;
  const days = daysWith({ ...failed, errorMessage: 'Graph refuses getSms.', requestId: 'req-1' });
  const folder = await folderOf(context, ledger => put(ledger, days));
  const { code, out } = await landline(folder, 'show', SMS, LAST);
  const first = [
    `${SMS} ${LAST}: failed`,
    'Reason: auth.forbidden',
    'Message: Graph refuses getSms.',
    'Request id: req-1',
    `Next step: do what the message says, then: landline --data ${quoted(folder)} retry ${SMS} ${LAST}`,
  ];
  assert.deepEqual([code, out.split('\n').slice(0, first.length)], [1, first]);
  assert.doesNotMatch(out, /error[A-Z]/);
  assert.match(out, /^ {2}remedy +fix-config$/m);
  const { work } = (await landline(folder, '--json', 'show', SMS, LAST)).json;
  assert.deepEqual([work.errorKind, work.requestId], ['auth.forbidden', 'req-1']);
  const other = addDays(LAST, -1);
  assert.match(
    (await landline(folder, 'show', SMS, other)).out,
    new RegExp(
      `Next step: it waits for ${LAST} \\(auth.forbidden\\), which needs a person: landline .* show ${SMS} ${LAST}\n`,
    ),
  );
  assert.match((await landline(folder, 'verify')).out, new RegExp(`Why: landline .* status ${SMS}\n`));
});
