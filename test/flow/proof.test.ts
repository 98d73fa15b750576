import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addDays } from '../../shared/words/day.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import type { CliSetup } from './cli-setup.ts';
import { D0, D1, D2, LAST, PSTN, SMS, startFourDays } from './four-days.ts';

/** What changed, which rows, and a proof of a range that can be checked: one story over one tenant, in order. */

let setup: CliSetup;

before(async () => {
  setup = await startFourDays(60);
  await setup.work();
});
after(() => setup.stop());

const file = (name: string): string => join(setup.folder, name);

test('verify says what a range does not hold, by its own exit code, and what is owed without one', async () => {
  assert.equal((await setup.run('verify')).code, 0);
  const early = addDays(D0, -10);
  const { code, answer } = await setup.json('verify', '--from', early, '--to', D1);
  assert.deepEqual([code, answer.clean, answer.days], [4, true, 4]);
  assert.deepEqual(
    answer.absent.map((each: { dataset: string; days: string[] }) => [each.dataset, each.days.length]),
    [
      [PSTN, 10],
      [SMS, 10],
    ],
  );
  const told = await setup.run('verify', '--from', early, '--datasets', SMS);
  assert.match(told.stdout, new RegExp(`not held {2}${SMS}: 10 days, ${early} to ${addDays(D0, -1)}`));
  assert.match(told.stdout, /what is held is whole, 10 days not held/);
  const future = await setup.run('verify', '--from', addDays(LAST, 1));
  assert.deepEqual([future.code, /is not over yet/.test(future.stderr)], [2, true]);
});

test('a day that gains late rows is listed by changes, and diff names the rows without showing them', async () => {
  assert.deepEqual((await setup.json('changes', '--since', '3650d')).answer.changes, []);
  setup.simulator.setFaults([{ fault: 'fewer-rows', dataset: SMS, day: D1 }]);
  await setup.run('retry', SMS, D1);
  await setup.work();
  const shown = await setup.json('accept', SMS, D1);
  const [day] = shown.answer.days;
  assert.deepEqual([shown.code, day.outcome, day.going.removed], [0, 'preview', day.rowsHeld - day.rowsRead]);
  assert.ok(day.going.rows.every((row: object) => !('row' in row)));
  assert.deepEqual((await setup.json('accept', '--from', D0, '--datasets', PSTN)).answer.days, []);
  assert.equal((await setup.run('accept', '--from', D0, '--yes')).code, 0);
  await setup.work();
  setup.simulator.setFaults([]);
  await setup.run('retry', SMS, D1);
  await setup.work();

  const { answer } = await setup.json('changes', '--since', '3650d', '--month', LAST.slice(0, 7));
  assert.deepEqual(
    answer.changes.map((each: Record<string, unknown>) => [each['dataset'], each['day'], each['revision']]),
    [[SMS, D1, 3]],
  );
  assert.equal(answer.changes[0].rowsAdded, day.going.removed);
  const diff = await setup.json('diff', SMS, D1);
  assert.deepEqual(
    [diff.answer.older, diff.answer.newer, diff.answer.added, diff.answer.removed],
    [2, 3, day.going.removed, 0],
  );
  const back = await setup.json('diff', SMS, D1, 'r1', 'r2', '--show-rows');
  assert.deepEqual([back.answer.added, back.answer.removed], [0, day.going.removed]);
  assert.ok(JSON.parse(back.answer.rows[0].row).sentDateTime);
  assert.equal((await setup.run('diff', SMS, D1, 'r3', 'r2')).code, 2);
  assert.match((await setup.run('diff', SMS, D0)).stdout, /has had one revision only/);
});

test('a proof of days before history begins says so of them, and of how many days it speaks', async () => {
  const made = await setup.json('prove', '--from', addDays(D0, -2), '--to', D0, '--out', file('early.html'));
  assert.deepEqual([made.code, made.answer.complete], [4, false]);
  const said = '4 of 6 days (3 days of 2 logs) are not held, all of them before history begins.';
  assert.equal(made.answer.sentence, `Not complete: ${said}`);
});

test('a proof of a range is made, checked against itself, and against the partitions by its key', async () => {
  const made = await setup.json('prove', '--from', D0, '--to', D2, '--out', file('proof.html'));
  assert.deepEqual([made.code, made.answer.complete], [0, true]);
  assert.match(made.answer.sentence, /^Complete: all 3 days of 2 logs are held and undamaged; 6 days may/);
  if (process.platform !== 'win32') assert.equal((await stat(file('proof.html.key'))).mode & 0o777, 0o600);
  const text = await readFile(file('proof.html'), 'utf8');
  const held = (await setup.ledger.day(SMS, D1))?.value.held;
  assert.ok(held && !text.includes(held.fingerprint.split('-')[1] ?? ''), 'no unkeyed fingerprint');
  assert.equal((await setup.run('prove', '--from', D0, '--out', file('proof.html'))).code, 2);

  const checked = await setup.json('prove', '--check', file('proof.html'));
  assert.deepEqual(
    [checked.code, checked.answer.fine, checked.answer.digest, checked.answer.shown],
    [0, true, 'right', 'right'],
  );
  const keyed = await setup.json('prove', '--check', file('proof.html'), '--key', file('proof.html.key'));
  assert.deepEqual([keyed.code, keyed.answer.compared], [0, { same: 6, newer: 0, differing: [] }]);
});

test('what is changed in a proof, or in the rows behind it, is noticed', async () => {
  const text = await readFile(file('proof.html'), 'utf8');
  const changed: [string, string, Record<string, unknown>][] = [
    ['the page', text.replace('<td class="r">1</td>', '<td class="r">9</td>'), { digest: 'right', shown: 'wrong' }],
    ['the data', text.replace('&quot;complete&quot;:true', '&quot;complete&quot;:false'), { digest: 'wrong' }],
  ];
  for (const [what, as, expected] of changed) {
    assert.notEqual(as, text, what);
    await writeFile(file('changed.html'), as);
    const { code, answer } = await setup.json('prove', '--check', file('changed.html'));
    assert.equal(code, 1, what);
    for (const [name, value] of Object.entries(expected)) assert.equal(answer[name], value, what);
  }
  await writeFile(file('none.json'), '{}');
  assert.equal((await setup.run('prove', '--check', file('none.json'))).code, 2);

  // The proven revision of a day that changed since is in history.
  setup.simulator.setFaults([{ fault: 'unknown-field', dataset: SMS, day: D2 }]);
  await setup.run('retry', SMS, D2);
  await setup.work();
  setup.simulator.setFaults([]);
  const blob = setup.raw.getBlockBlobClient(partitionPath(PSTN, D0));
  const bytes = await blob.downloadToBuffer();
  const { metadata = {} } = await blob.getProperties();
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await blob.upload(bytes, bytes.length, { metadata });
  const { code, answer } = await setup.json('prove', '--check', file('proof.html'), '--key', file('proof.html.key'));
  assert.equal(code, 1);
  assert.deepEqual(answer.compared, {
    same: 5,
    newer: 1,
    differing: [{ dataset: PSTN, day: D0, why: 'other rows' }],
  });
});

test('the digest of a proof is over its content as docs/format.md says; a range with gaps names each and exits with 4', async () => {
  // Verifying marks the damaged day, so that it is landed anew.
  await setup.run('verify');
  await setup.work();
  const healed = await setup.json('prove', '--check', file('proof.html'), '--key', file('proof.html.key'));
  assert.deepEqual([healed.code, healed.answer.compared], [0, { same: 6, newer: 2, differing: [] }]);
  const from = addDays(D0, -2);
  const { code, answer } = await setup.json('prove', '--from', from, '--datasets', PSTN, '--out', file('gaps.json'));
  assert.deepEqual([code, answer.complete, answer.to], [4, false, LAST]);
  const document = JSON.parse(await readFile(file('gaps.json'), 'utf8'));
  const digest = createHash('sha256').update(JSON.stringify(document.proof)).digest('hex');
  assert.equal(document.digest, `sha256:${digest}`);
  assert.deepEqual(document.proof.logs[0].gaps, [
    { from, to: addDays(D0, -1), days: 2, state: 'before-history', why: `history begins on ${D0}` },
  ]);
});
