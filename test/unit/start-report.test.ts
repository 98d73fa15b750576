import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Folder } from '../../local/start/folder.ts';
import { gapOf } from '../../local/start/history.ts';
import { Listener } from '../../local/start/listen.ts';
import type { Options } from '../../local/start/options.ts';
import { Progress } from '../../local/start/progress.ts';
import { greet, report, tellStart } from '../../local/start/report.ts';
import { screenOn, type Terminal } from '../../local/start/screen.ts';
import { summaryOf } from '../../local/start/summary.ts';
import { factsOf } from '../../shared/status/facts.ts';
import { clockFrom } from '../clock.ts';
import { DATASET, daysAgo, entryOf, heldOn, NOON } from './days.ts';

clockFrom(new Date(NOON).toISOString());

/** What `npm start` says around a run. */

const OPTIONS: Options = { exit: false, json: false, late: false, tenant: false };
const FOLDER: Folder = {
  path: "/tmp/my o'data",
  before: undefined,
  holds: { from: 'simulator', days: 365, seed: 1, rows: 500, late: false },
};

function saidBy(tell: (screen: ReturnType<typeof screenOn>) => void, terminal: Partial<Terminal> = {}): string {
  const written: string[] = [];
  tell(screenOn({ ...terminal, write: text => written.push(text) > 0 }, {}, () => NOON));
  return written.join('');
}

test('the address of the page is the first thing said', () => {
  const said = saidBy(screen => greet(screen, FOLDER, 7071));
  assert.match(said, /^Coverage page: http:\/\/127\.0\.0\.1:7071\/api\/status\nLanding all logs, 365 days, from/);
});

test('a source that does not keep as many days as were asked for is named, with what it keeps', () => {
  const standing = (dataset: string, daysOwed: number) => ({ dataset, daysOwed, held: new Map(), due: [] });
  const standings = [standing('a', 364), standing('b', 89), standing('c', 89), standing('d', 365)];
  const said = saidBy(screen => tellStart(screen, FOLDER, OPTIONS, standings));
  assert.match(said, /Not all sources keep 365 days\. a: 364 days; b, c: 89 days\./);
});

test('at the end stands what `landline status` says, and commands that can be typed as they are', () => {
  const entries = [entryOf(daysAgo(1)), entryOf(daysAgo(2), {}, heldOn(daysAgo(2), { revision: 2, rowsAdded: 3 }))];
  const watermark = { dataset: DATASET.name, firstDay: daysAgo(2) };
  const none = { unreadable: [], off: [], gates: [], depth: undefined, plannedAt: new Date(NOON).toISOString() };
  const status = factsOf({ now: NOON, ledgers: [{ dataset: DATASET, watermark, entries }], ...none });
  const held = new Map(entries.map(({ day, held: each }) => [day, each ?? heldOn(day)]));
  const after = [{ dataset: DATASET.name, daysOwed: 2, held, due: [] }];
  const run = { before: [], after, status, simulator: undefined, dataFolder: FOLDER.path, out: undefined };
  const summary = summaryOf({ ...run, startedAt: NOON, now: NOON + 4_000 });
  assert.equal(summary.ok, true);
  const ending = {
    options: OPTIONS,
    summary,
    ended: 'settled',
    daysHealed: 1,
    page: 'http://127.0.0.1:1/api/status',
    leftOut: [],
  } as const;
  const said = saidBy(screen => report(screen, ending));
  if (process.platform !== 'win32')
    assert.match(said, /in the terminal {5}npx landline --data '\/tmp\/my o'\\''data' status\n {2}what changed/);
  assert.match(
    said,
    /Landed 2 days, in 4 s\.\n1 day could not be read at first, and is held now\.\n[\s\S]*Everything owed is held\.[\s\S]*the coverage page {3}http/,
  );
});

test('what lands is told with its pace, and nothing that a text brings moves the cursor', () => {
  const progress = new Progress([{ dataset: 'teams-sms', daysOwed: 13, held: new Map(), due: [] }], NOON);
  for (const at of [1, 2, 3])
    progress.note({ event: 'day landed', dataset: 'teams-sms', day: daysAgo(at), rows: 1 }, NOON);
  assert.deepEqual(progress.pace(NOON + 6_000), { daysPerSecond: 0.5, secondsLeft: 20 });
  const said = saidBy(
    screen => {
      screen.show(progress.datasets, progress.pace(NOON + 6_000));
      screen.warn('teams-sms: \x1b]52;c;AA==\x07\x1b[2Jbad\r');
    },
    { isTTY: true, columns: 60 },
  );
  assert.match(said, /30 days a minute, about 20 seconds left/);
  for (const sign of ['\x1b]', '\x07', '\x1b[2J']) assert.ok(!said.includes(sign), JSON.stringify(said));
});

test('where only days are left that failed or wait, no time is told that they would take', () => {
  const progress = new Progress([{ dataset: 'teams-sms', daysOwed: 5, held: new Map(), due: [] }], NOON);
  const note = (event: string, at: number) =>
    progress.note({ event, dataset: 'teams-sms', day: daysAgo(at), rows: 1 }, NOON);
  for (const at of [1, 2, 3]) note('day landed', at);
  note('day failed', 4);
  assert.deepEqual(progress.pace(NOON + 6_000)?.secondsLeft, 4);
  note('source throttled', 5);
  assert.equal(progress.pace(NOON + 6_000), undefined);
  note('day landed', 5);
  note('day landed', 4);
  assert.equal(progress.pace(NOON + 6_000)?.secondsLeft, 0);
  const other = new Progress([{ dataset: 'teams-sms', daysOwed: 5, held: new Map(), due: [] }], NOON - 6_000);
  for (const at of [1, 2, 3]) other.note({ event: 'day landed', dataset: 'teams-sms', day: daysAgo(at) }, NOON);
  const said = saidBy(
    screen => {
      screen.show(other.datasets, other.pace(NOON));
      new Listener(screen, other, { write: () => undefined }, []).wait(Date.now() + 60_000);
    },
    { isTTY: true, columns: 60 },
  );
  assert.doesNotMatch(said.slice(said.lastIndexOf('All days that are left must wait')), /left$/m);
});

test('that the one failing day of a simulated tenant is part of the show is said beside its complaint', () => {
  const onPurpose = gapOf({ from: 'simulator', days: 14, seed: 1, rows: 500, late: false }, NOON);
  const [{ dataset, day } = {}] = onPurpose;
  const progress = new Progress([], NOON);
  const line = (on: object) => {
    const message = JSON.stringify({ event: 'day failed', dataset, message: 'No.', ...on });
    return { time: new Date(NOON), level: 'warning', category: 'user', message } as const;
  };
  const said = saidBy(screen => {
    const listener = new Listener(screen, progress, { write: () => undefined }, onPurpose);
    listener.hear(line({ day, reason: 'source.failing' }));
    listener.hear(line({ day: daysAgo(1), reason: 'auth.forbidden' }));
  });
  const [first, second] = said.split('\n');
  assert.match(
    first ?? '',
    /^teams-pstn-calls .*: No\. Tried again later\. \(The simulated tenant fails once on purpose\.\)$/,
  );
  assert.match(second ?? '', /Tried again later\.$/);
});

test('of a simulated tenant one day fails at first, in the first run over a folder of some length', () => {
  const holds = { from: 'simulator', days: 14, seed: 1, rows: 500, late: false } as const;
  const [rule, ...more] = gapOf(holds, NOON);
  assert.deepEqual([rule?.day, more], [daysAgo(3), []]);
  for (const other of [{ days: 9 }, { late: true }, { arrived: daysAgo(6) }])
    assert.deepEqual(gapOf({ ...holds, ...other }, NOON), [], JSON.stringify(other));
});

test('a day that failed and landed since is one that healed', () => {
  const progress = new Progress([{ dataset: 'teams-sms', daysOwed: 2, held: new Map(), due: [] }], NOON);
  const note = (event: string, day: string) => progress.note({ event, dataset: 'teams-sms', day, rows: 1 }, NOON);
  note('day failed', daysAgo(1));
  note('day landed', daysAgo(2));
  assert.equal(progress.daysHealed, 0);
  note('day landed', daysAgo(1));
  assert.equal(progress.daysHealed, 1);
});
