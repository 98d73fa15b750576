import { setTimeout as pause } from 'node:timers/promises';
import { isSilent } from '../../shared/ledger/alarms.ts';
import { type Coverage, coverageOf } from '../../shared/ledger/coverage.ts';
import { eachDataset } from '../../shared/ledger/each-dataset.ts';
import { lastDay, stateOf } from '../../shared/ledger/owed.ts';
import { datasetFacts, type Unreadable } from '../../shared/status/dataset-facts.ts';
import { SHOWN_STATES, type Shown, shownOf, worstOf } from '../../shared/status/states.ts';
import { counted, grouped, minuteOf } from '../../shared/status/text.ts';
import { gateNote, plannerPoints } from '../../shared/status/verdict.ts';
import { addDays, eachDay, instantOf } from '../../shared/words/day.ts';
import { failureOf } from '../../shared/words/errors.ts';
import type { DayOutline, Gate, Watermark } from '../../shared/words/ledger.ts';
import type { Dataset, Day, DayState, Instant } from '../../shared/words/model.ts';
import { chosen, dataset, examples, type On, type Register } from '../command.ts';
import { gatesOf, tellStopped } from '../delays.ts';
import { COLOURS, LEGEND, markOf, needsAttention, nextCommand } from '../terminal/colours.ts';
import { type Output, table } from '../terminal/output.ts';
import { type Trouble, tellTrouble, troubleOf } from '../terminal/trouble.ts';

/** Days at the end of the calendar that are shown one by one. */
const DAYS_SHOWN = 28;
const WATCH_MS = 5_000;

export const status: Register = (program, { act }) => {
  program
    .command('status')
    .description('What is held of each dataset, and the next step')
    .argument('[dataset]', 'name of a dataset, to list its days that are not as they should be', dataset)
    .option('--watch', `look again every ${WATCH_MS / 1_000} seconds, until Ctrl-C`)
    .addHelpText('after', `\nMarks: ${LEGEND}`)
    .addHelpText('after', examples('landline status', 'landline status teams-sms', 'landline status --watch'))
    .action(
      act(async (on: On, of: Dataset | undefined, { watch }: { watch?: boolean }) => {
        for (;;) {
          const found = await lookAt(on, of, Date.now());
          if (on.json) on.out.json(found);
          else tell(on, found, watch ?? false);
          // A pipe whose reader has gone takes no more.
          if (!watch || !process.stdout.writable) return found.attention ? 1 : 0;
          await pause(WATCH_MS);
        }
      }),
    );
};

interface DatasetStatus extends Omit<Coverage, 'days'> {
  readonly state: DayState;
  /** Days from `firstDay` to `lastDay` in each state. */
  readonly states: Readonly<Record<DayState, number>>;
  readonly pausedAt: string | undefined;
  readonly attention: boolean;
  readonly next: string;
  /** The last four weeks, oldest first. */
  readonly days: readonly { readonly day: Day; readonly state: Shown; readonly rows: number | undefined }[];
  /** Days that are not as they should be, however old; only where one dataset is looked at. */
  readonly trouble?: readonly Trouble[];
}

interface Status {
  readonly at: string;
  readonly where: string;
  readonly attention: boolean;
  readonly datasets: readonly DatasetStatus[];
  /** When the planner last ran to its end. */
  readonly plannedAt: Instant | undefined;
  /** Whether it should have run since: an app is at work there, and nothing new is landed. */
  readonly silent: boolean;
  /** Sources that are left alone just now, and until when. */
  readonly gates: readonly Gate[];
  readonly unreadable: readonly Unreadable[];
  /** Datasets about which the ledger knows nothing: switched off, or the app has not run yet. */
  readonly unplanned: readonly string[];
}

/** @param of the one that is looked at closely; `undefined` for all of them in outline */
async function lookAt(on: On, of: Dataset | undefined, now: number): Promise<Status> {
  const [plannedAt, gates, { read, unread }] = await Promise.all([
    on.pulse.last(),
    gatesOf(on, now),
    eachDataset(chosen(on, of && [of]), async dataset => {
      const [watermark, entries, whole] = await Promise.all([
        on.ledger.watermark(dataset.name),
        on.outlines.days(dataset.name),
        of && on.ledger.days(dataset.name),
      ]);
      return { dataset, watermark: watermark?.value, entries, whole: whole?.map(({ value }) => value) };
    }),
  ]);
  const datasets: DatasetStatus[] = [];
  const unplanned: string[] = [];
  for (const { dataset, watermark, entries, whole } of read) {
    if (watermark === undefined) unplanned.push(dataset.name);
    else {
      const trouble = whole && datasetFacts({ dataset, watermark, entries: whole }, now).flatMap(troubleOf);
      datasets.push({ ...statusOf(dataset, watermark, entries, now), ...(trouble && { trouble }) });
    }
  }
  const silent = on.alive && isSilent(plannedAt, now);
  const unreadable = unread.map(({ dataset, thrown }) => ({
    dataset: dataset.name,
    message: failureOf(thrown).message,
  }));
  const attention = silent || unreadable.length > 0 || datasets.length === 0 || datasets.some(each => each.attention);
  return { at: instantOf(now), where: on.where, attention, plannedAt, silent, gates, datasets, unreadable, unplanned };
}

function statusOf(dataset: Dataset, watermark: Watermark, entries: readonly DayOutline[], now: number): DatasetStatus {
  const { days: states, ...coverage } = coverageOf(dataset, watermark, entries, now);
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const state = worstOf(states);
  const worst = entries.filter(entry => stateOf(dataset, entry.day, entry, now) === state);
  const paused = watermark.pausedAt !== undefined;
  const last = lastDay(now);
  const days = [...eachDay(addDays(last, 1 - DAYS_SHOWN), last)]
    .filter(day => day >= watermark.firstDay)
    .map(day => {
      const entry = byDay.get(day);
      return { day, state: shownOf(dataset, day, entry, now), rows: entry?.held?.rows };
    });
  return {
    ...coverage,
    state,
    states,
    pausedAt: watermark.pausedAt,
    attention: needsAttention({ ...coverage, days: states }),
    next: paused ? `landline resume ${dataset.name}` : nextCommand(dataset, state, worst, now),
    days,
  };
}

function tell(on: On, found: Status, watch: boolean): void {
  const { out } = on;
  if (watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
  out.line(`${found.where}, ${minuteOf(found.at)} UTC`);
  for (const point of [...plannerPoints(found), ...found.gates.map(gateNote)]) out.line(point);
  const head = [
    'dataset',
    'landed through',
    'settled through',
    `last ${DAYS_SHOWN} days`,
    'rows',
    'state',
    'next step',
  ];
  const rows = found.datasets.map(each => [
    each.dataset,
    each.landedThrough ?? '-',
    each.settledThrough ?? '-',
    calendar(each, out).padEnd(DAYS_SHOWN),
    grouped(each.rows),
    stateText(each, out),
    each.next,
  ]);
  if (rows.length > 0) for (const line of ['', ...table(head, rows), '', LEGEND]) out.line(line);
  for (const each of found.datasets.filter(({ expiring }) => expiring > 0))
    out.line(`${each.dataset}: ${counted(each.expiring, 'day')} not held will be gone at the source within two weeks.`);
  for (const each of found.datasets.filter(({ uncurated }) => uncurated > 0))
    out.line(
      `${each.dataset}: ${counted(each.uncurated, 'typed table')} behind what is landed, tried again and again. To see why: landline curate ${each.dataset}`,
    );
  for (const { dataset: name, trouble } of found.datasets) if (trouble !== undefined) tellTrouble(name, trouble, out);
  for (const { dataset, message } of found.unreadable) out.line(`${dataset} cannot be looked at: ${message}`);
  if (found.unplanned.length > 0)
    out.line(`Not planned (switched off, or the app has not run): ${found.unplanned.join(', ')}`);
  tellStopped(on);
}

function calendar({ days }: DatasetStatus, out: Output): string {
  const marks = days.map(({ state }) => out.paint(COLOURS[state], markOf(state))).join('');
  return ' '.repeat(DAYS_SHOWN - days.length) + marks;
}

function stateText({ state, states, pausedAt }: DatasetStatus, out: Output): string {
  if (pausedAt !== undefined) return ['paused', ...restless(states)].join(', ');
  const text = state === 'final' ? state : `${grouped(states[state])} ${state}`;
  return out.paint(COLOURS[state], text);
}

/** Days that are not well or in work, as counts, what needs a person first. A paused dataset has come to rest without. */
function restless(states: DatasetStatus['states']): string[] {
  return SHOWN_STATES.toReversed().flatMap(({ state }) =>
    state === 'empty' || state === 'open' || state === 'final' || states[state] === 0
      ? []
      : [`${grouped(states[state])} ${state}`],
  );
}
