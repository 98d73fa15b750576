import { gapsIn } from '../../shared/status/gaps.ts';
import { escaped } from '../../shared/status/html/markup.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import { daysBetween } from '../../shared/words/day.ts';
import { notHeldText, rangeText } from '../not-held-text.ts';
import type { Figures } from './data.ts';
import { CALL_LOGS, type LogCoverage, MESSAGE_LOGS } from './held.ts';
import { before, type Period } from './period.ts';
import type { Sums, TrunkFigures } from './sums.ts';
import { change, dated, percent, spanned } from './text.ts';

/** The top of the report: how much of the period is held, the totals, and how they compare with the period before. */

/** Runs of days that are named before the rest is only counted. */
const NAMED = 4;

/** Says first whether the numbers below are whole. */
export function completeness({ held }: Figures, period: Period): string {
  if (!held.isKnown)
    return `<div class="whole partly"><p>The tables have no <code>partition_status</code>, so this report does not know which days are held: a day without rows may be a day that has not landed.</p></div>`;
  const logs = held.coverage(period);
  const sum = (of: (log: LogCoverage) => number): number => logs.reduce((all, log) => all + of(log), 0);
  const early = sum(log => log.early);
  const missing = early + sum(log => log.missing.length);
  const [there, final] = [sum(({ held: days }) => days), sum(({ final: days }) => days)];
  const range = { days: daysBetween(period.from, period.to) + 1, logs: logs.length };
  const said =
    missing === 0
      ? `Complete: all ${rangeText(range)} are held`
      : `Not complete: ${notHeldText({ ...range, missing, early })}`;
  const rest =
    final === there
      ? 'All held days are final'
      : `${grouped(there - final)} of the ${counted(there, 'held day')} may still change`;
  const notes = notesOf(logs);
  const list = notes.length === 0 ? '' : `<ul>${notes.map(note => `<li>${note}</li>`).join('')}</ul>`;
  return `<div class="whole${missing === 0 ? '' : ' partly'}"><p>${said}. ${rest}.</p>${list}</div>`;
}

/** What is the same of several logs is said once. */
function notesOf(logs: readonly LogCoverage[]): string[] {
  const groups = [...Map.groupBy(logs, noteOf)].filter(([note]) => note !== '');
  return groups.map(([note, of]) => {
    const all = logs.length > 1 && of.length === logs.length;
    const whose = all ? 'All logs' : of.map(({ dataset }) => `<code>${escaped(dataset)}</code>`).join(', ');
    return `${whose}: ${escaped(note)}`;
  });
}

function noteOf({ begins, missing }: LogCoverage): string {
  const runs = gapsIn(missing);
  const named = runs.slice(0, NAMED).map(spanned).join(', ');
  const more = runs.slice(NAMED).reduce((sum, { days }) => sum + days, 0);
  const gaps = `not held: ${named}${more > 0 ? ` and ${counted(more, 'day')} more` : ''}`;
  return [
    ...(begins === undefined ? [] : [`history begins on ${dated(begins)}`]),
    ...(missing.length === 0 ? [] : [gaps]),
  ].join('; ');
}

interface Tile {
  readonly value: string;
  readonly what: string;
  /** What the value is made of, where it is of several kinds. */
  readonly split?: string;
  readonly compared: string | undefined;
}

/** Two periods are compared where both are held in full: half a month against a whole one says nothing. */
export function tiles(figures: Figures, period: Period): string {
  const { now, before: earlier, held } = figures;
  const past = before(period);
  const compared = (logs: readonly string[], value: number, other: number): string | undefined =>
    held.isWhole(logs, period) && held.isWhole(logs, past) ? change(value, other) : undefined;
  const calls = (value: number, other: number): string | undefined => compared(CALL_LOGS, value, other);
  const [legs, oldLegs] = [legsOf(now), legsOf(earlier)];
  const all: Tile[] = [
    {
      value: grouped(now.calls),
      ...callsTold(now, legs.all),
      compared: calls(now.calls, earlier.calls),
    },
    {
      value: grouped(Math.round(now.seconds / 3600)),
      what: 'hours of calls',
      compared: calls(now.seconds, earlier.seconds),
    },
    {
      value: grouped(now.messages),
      what: 'messages',
      compared: compared(MESSAGE_LOGS, now.messages, earlier.messages),
    },
    {
      value: percent(legs.failed, legs.failed + legs.good),
      what: 'of Direct Routing legs failed',
      compared:
        oldLegs.failed + oldLegs.good > 0 && calls(1, 1) !== undefined
          ? `${percent(oldLegs.failed, oldLegs.failed + oldLegs.good)} in the period before`
          : undefined,
    },
  ];
  const shown = all.map(
    ({ value, what, split, compared: than }) =>
      `<div class="tile"><b>${value}</b><span>${what}</span>${split === undefined ? '' : `<span>${split}</span>`}${than === undefined ? '' : `<span>${than}</span>`}</div>`,
  );
  return `<div class="tiles">${shown.join('')}</div><p class="sub">${than(figures, period, past, all)}</p>`;
}

function than({ held }: Figures, period: Period, past: Period, all: readonly Tile[]): string {
  const span = `${dated(past.from)} to ${dated(past.to)}`;
  if (all.some(({ compared }) => compared !== undefined))
    return `Compared with ${span}, the period of the same length before this one. A number is compared only if both periods are held in full.`;
  const logs = [...CALL_LOGS, ...MESSAGE_LOGS];
  if (!held.isWhole(logs, period))
    return 'Not compared with the period before, because this period is not held in full.';
  return `Not compared with ${span}, because that period is not held in full.`;
}

/** A call over Direct Routing is there once per leg. */
function callsTold({ calls }: Sums, legs: number): Pick<Tile, 'what' | 'split'> {
  if (legs === 0) return { what: 'calls' };
  if (legs === calls) return { what: 'legs of calls over Direct Routing' };
  return { what: 'calls and legs', split: `${grouped(calls - legs)} calls, ${grouped(legs)} Direct Routing legs` };
}

interface Legs {
  readonly good: number;
  readonly failed: number;
  /** Also those that do not say. */
  readonly all: number;
}

function legsOf({ trunks }: Sums): Legs {
  const all = [...trunks.values()];
  const sum = (of: (each: TrunkFigures) => number): number => all.reduce((total, each) => total + of(each), 0);
  return {
    good: sum(({ good }) => good),
    failed: sum(({ failed }) => failed),
    all: sum(({ good, failed, unknown }) => good + failed + unknown),
  };
}
