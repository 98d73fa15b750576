import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../../local/simulator/index.ts';
import { arrivedBy } from '../../local/start/folder.ts';
import { simulatedTenant } from '../../local/start/sources.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { horizonOf, lastDay } from '../../shared/ledger/settling.ts';
import { addDays, daysBetween, eachDay } from '../../shared/words/day.ts';
import { clockFrom } from '../clock.ts';
import { processOf, waitFor } from '../wait.ts';

/** A longer history, as a person asks for it beside `npm start`: real processes, and a Ctrl-C for each in the middle. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SMS = 'teams-sms';
const TENANT = { seed: 31, rows: 20 } as const;
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
const LAST = lastDay(NOW);
const FIRST = addDays(LAST, -4);
const EXTRA = 60;
const FROM = addDays(FIRST, -EXTRA);
/** Where the history of this dataset may begin. */
const HORIZON = horizonOf(teamsSms, NOW);

function launch(t: TestContext, ...command: readonly string[]) {
  const own = Object.entries(process.env).filter(([name]) => !/^(LANDLINE|AZURE|npm_config)_/i.test(name));
  const env = Object.fromEntries(own);
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const running = processOf(command.join(' '), child);
  return {
    ...running,
    /** As a shell has it: 128 and the signal's number for a process that a signal ended. */
    async ended(): Promise<number | null> {
      const { code, signal } = await running.ended();
      return signal === 'SIGINT' ? 130 : code;
    },
  };
}

/** The folder of one test, what runs over it, and what its log says. */
async function setupFor(t: TestContext) {
  const data = await mkdtemp(join(tmpdir(), 'landline-backfill-'));
  t.after(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  const landline = (...args: readonly string[]) => launch(t, 'cli/landline.mjs', '--data', data, '--json', ...args);
  const flags = ['--datasets', SMS, '--days', '5', '--seed', `${TENANT.seed}`, '--rows', `${TENANT.rows}`];
  return {
    start: () => launch(t, 'local/start.ts', '--data', data, ...flags),
    landline,

    async json(...args: readonly string[]) {
      const { ended, said } = landline(...args);
      const code = await ended();
      assert.notEqual(said.stdout, '', said.stderr);
      return { code, answer: JSON.parse(said.stdout) };
    },

    async hasHistory(): Promise<boolean> {
      return (await readFile(join(data, 'start.json'), 'utf8')).includes('arrived');
    },

    /** How many days have landed since the last start. */
    async landed(): Promise<number> {
      const log = await readFile(join(data, 'start.log'), 'utf8').catch(() => '');
      return log.split('"day landed"').length - 1;
    },
  };
}

/** Rows that the source has in the days of the range. */
async function rowsFrom(t: TestContext, from: string): Promise<number> {
  const source = await startSimulator(
    simulatedTenant({ from: 'simulator', days: 5, late: false, arrived: arrivedBy(NOW), ...TENANT }),
  );
  t.after(() => source.stop());
  return [...eachDay(from, LAST)].reduce((sum, day) => sum + source.countRows(SMS, day), 0);
}

test('sixty more days: previewed, interrupted with Ctrl-C, gone on with, and complete', async t => {
  const setup = await setupFor(t);
  const first = setup.start();
  await waitFor('five days land', async () => (await setup.landed()) >= 5, { saw: () => first.said });
  // From then on older days have their late rows when they are read.
  await waitFor('the tenant has its history', () => setup.hasHistory(), { saw: () => first.said });

  const before = await setup.json('status');
  const [was] = before.answer.datasets;
  assert.deepEqual([before.code, was.firstDay, was.daysHeld, was.counts.open], [0, FIRST, 5, 5]);
  assert.equal(was.rows, await rowsFrom(t, FIRST));

  // Without --yes, where nobody can be asked, it is a preview: here of a range that the source has forgotten in part.
  const range = ['backfill', '--to', addDays(FIRST, -1), '--datasets', SMS];
  const far = await setup.json(...range, '--from', addDays(HORIZON, -10));
  assert.deepEqual([far.code, far.answer.applied], [0, false]);
  const numbers = { held: 0, failed: 0, inWork: 0, erased: 0, between: 0 };
  const preview = { dataset: SMS, to: addDays(FIRST, -1), firstDay: FIRST, ...numbers };
  const days = daysBetween(HORIZON, FIRST);
  assert.deepEqual(far.answer.previews, [{ ...preview, from: HORIZON, days, missing: days, beyondHorizon: 10 }]);

  // Ctrl-C in the terminal of both: the one that watches ends at once, the one at work in good order.
  const command = [...range, '--from', FROM, '--yes', '--wait'];
  const watcher = setup.landline(...command);
  await waitFor('the first days of the backfill land', async () => (await setup.landed()) >= 5 + 6, {
    saw: setup.landed,
  });
  watcher.child.kill('SIGINT');
  first.child.kill('SIGINT');
  assert.equal(await watcher.ended(), 130);
  assert.equal(watcher.said.stdout, '', 'half an answer is none');
  assert.match(watcher.said.stderr, /^(\d+ of 60 days held, .*\n)*$/);
  assert.equal(await first.ended(), 130, first.said.stderr);

  const half = await setup.json('status');
  const [then] = half.answer.datasets;
  assert.equal(then.firstDay, FROM);
  assert.ok(
    then.daysHeld >= 5 + 6 && then.daysHeld < 5 + EXTRA,
    `${then.daysHeld} days are held after the interruption`,
  );

  const second = setup.start();
  await waitFor('it runs again', () => second.said.stdout.includes('days are held already'), {
    saw: () => second.said,
  });
  const resumed = await setup.json(...command);
  assert.equal(resumed.code, 0);
  const [again] = resumed.answer.previews;
  assert.deepEqual([again.days, again.firstDay, again.beyondHorizon], [EXTRA, FROM, 0]);
  assert.ok(again.held >= then.daysHeld - 5, 'what landed before the interruption is not fetched again');
  assert.equal(again.held + again.missing + again.failed + again.inWork, EXTRA);
  assert.deepEqual(
    [resumed.answer.applied, resumed.answer.complete, resumed.answer.datasets],
    [true, true, [{ dataset: SMS, extended: { outcome: 'already', firstDay: FROM }, asked: [] }]],
  );

  const after = await setup.json('status');
  const [is] = after.answer.datasets;
  assert.deepEqual([after.code, is.firstDay, is.daysHeld, is.gapDays], [0, FROM, 5 + EXTRA, 0]);
  assert.equal(is.rows, await rowsFrom(t, FROM));
  assert.equal(await setup.landed(), 5 + EXTRA - then.daysHeld, 'each day landed once');
  second.child.kill('SIGINT');
  await second.ended();
});
