import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Progress } from '../../local/start/progress.ts';
import { barLines, screenOn, type Terminal } from '../../local/start/screen.ts';
import { heldOn } from './days.ts';

const DAY = '2026-03-14';
const CSI = '\u001b[';
/** Ends the way up to the first line that is drawn again. */
const ERASE = `A\r${CSI}J`;

/** Two datasets of a run: two days of one are held, none of the other. */
function progressOf(): Progress {
  const held = new Map(['2026-03-12', '2026-03-13'].map(day => [day, heldOn(day, { rows: 1_000 })]));
  const other = { due: [] };
  return new Progress(
    [
      { dataset: 'teams-sms', daysOwed: 4, held, ...other },
      { dataset: 'voximplant-sms', daysOwed: 2, held: new Map(), ...other },
    ],
    0,
  );
}

function terminal(options: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
  const written: string[] = [];
  const out: Terminal = { ...options, write: text => written.push(text) > 0 };
  return { out, written, text: () => written.join('') };
}

/** What stands on a terminal after all of it was written: going up and erasing takes that many lines away. */
function shownBy(written: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of written) {
    const end = text.indexOf(ERASE);
    if (end >= 0) lines.splice(lines.length - Number(text.slice(CSI.length, end)));
    const drawn = end < 0 ? text : text.slice(end + ERASE.length);
    lines.push(...stripVTControlCharacters(drawn).split('\n').slice(0, -1));
  }
  return lines;
}

test('a terminal has a bar for each dataset, drawn again in place, and what is said stays above it', () => {
  const clock = { now: 1_000 };
  const { out, written, text } = terminal({ isTTY: true, columns: 80 });
  const screen = screenOn(out, {}, () => clock.now);
  const progress = progressOf();
  screen.show(progress.datasets);
  assert.deepEqual(shownBy(written), [
    'teams-sms                  ██████████████░░░░░░░░░░░░░░  2/4 days  2,000 rows',
    'voximplant-sms             ░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0/2 days  0 rows',
  ]);

  // News within a tenth of a second waits for the next drawing.
  assert.ok(progress.note({ event: 'day landed', dataset: 'teams-sms', day: DAY, rows: 500 }, 0));
  const before = written.length;
  clock.now += 99;
  screen.show(progress.datasets);
  assert.equal(written.length, before);
  clock.now += 1;
  screen.show(progress.datasets);
  screen.warn('The source asked to wait.');
  const [warning, bar] = shownBy(written);
  assert.equal(warning, 'The source asked to wait.');
  assert.match(bar ?? '', /█{21}░{7} {2}3\/4 days {2}2,500 rows$/);
  assert.ok(text().includes(`${CSI}33mThe source asked to wait.`));

  screen.rest();
  screen.say('Done.');
  assert.deepEqual(shownBy(written).length, 4);
  assert.equal(shownBy(written).at(-1), 'Done.');
});

test('a pipe gets plain lines, one about progress every two seconds at most, and none that says nothing new', () => {
  const clock = { now: 0 };
  const { out, written, text } = terminal();
  const screen = screenOn(out, {}, () => clock.now);
  const progress = progressOf();
  screen.say('Landing.');
  screen.show(progress.datasets);
  clock.now = 2_000;
  screen.show(progress.datasets);
  clock.now = 4_000;
  screen.show(progress.datasets);
  progress.note({ event: 'day failed', dataset: 'voximplant-sms', day: DAY }, 4_500);
  clock.now = 5_000;
  screen.show(progress.datasets);
  clock.now = 6_000;
  screen.show(progress.datasets);
  screen.warn('One day waits.');
  screen.rest();
  assert.deepEqual(written, [
    'Landing.\n',
    'Landed 2 of 6 days, 2,000 rows\n',
    'Landed 2 of 6 days, 2,000 rows, 1 failed or waiting\n',
    'One day waits.\n',
  ]);
  assert.ok(!text().includes(CSI));
});

test('a terminal that cannot move gets lines, and one that wants no colour gets none', () => {
  const dumb = terminal({ isTTY: true });
  screenOn(dumb.out, { TERM: 'dumb' }, () => 0).warn('One day waits.');
  assert.equal(dumb.text(), 'One day waits.\n');
  const plain = terminal({ isTTY: true, columns: 0 });
  const screen = screenOn(plain.out, { NO_COLOR: '1' }, () => 1_000);
  screen.show(progressOf().datasets);
  screen.warn('One day waits.');
  assert.ok(!plain.text().includes(`${CSI}3`));
  assert.deepEqual(shownBy(plain.written).length, 3);
});

test('bars are of one length, give way to the numbers, and never wrap', () => {
  const { datasets } = progressOf();
  for (const width of [20, 40, 60, 79, 200]) {
    const lines = barLines(datasets, width);
    for (const line of lines) assert.ok(line.length <= width, `${line.length} of ${width}`);
    const [first, second] = lines.map(line => line.replace(/[^█░]/g, '').length);
    assert.equal(first, second);
  }
  assert.deepEqual(barLines([], 80), []);
});

test('progress counts a day once, whatever comes of it, and trouble only until it lands', () => {
  const progress = progressOf();
  const note = (event: string, day: string, rows?: number) =>
    progress.note({ event, dataset: 'teams-sms', day, ...(rows !== undefined && { rows }) }, 0);
  assert.equal(note('day claimed', DAY), false);
  assert.equal(progress.note({ event: 'day landed', dataset: 'teams-faxes', day: DAY, rows: 1 }, 0), false);
  assert.ok(note('source throttled', DAY));
  assert.equal(progress.datasets[0]?.daysTroubled, 1);
  assert.ok(note('day landed', DAY, 10));
  assert.ok(note('day revised', '2026-03-13', 1_200));
  assert.ok(note('day checked', '2026-03-13', 1_200));
  assert.deepEqual(progress.datasets[0], {
    dataset: 'teams-sms',
    daysOwed: 4,
    daysLanded: 3,
    rows: 2_210,
    daysChecked: 1,
    daysTroubled: 0,
  });
  // Days that ended while the run was at work are owed as well.
  for (const day of ['2026-03-15', '2026-03-16']) note('day landed', day, 1);
  assert.deepEqual([progress.datasets[0]?.daysOwed, progress.datasets[0]?.daysLanded], [5, 5]);
});

test('a dataset is failing from its first failed day on, until one of its days gets on', () => {
  const progress = progressOf();
  const note = (event: string, now: number) => progress.note({ event, dataset: 'teams-sms', day: DAY }, now);
  note('source throttled', 500);
  note('day failed', 1_000);
  note('day failed', 2_000);
  assert.deepEqual([...progress.failingFrom(999)], []);
  assert.deepEqual([...progress.failingFrom(1_000)], ['teams-sms']);
  note('day landed', 3_000);
  assert.deepEqual([...progress.failingFrom(9_000)], []);
});
