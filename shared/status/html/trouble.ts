import { daysBetween, eachDay } from '../../words/day.ts';
import type { DatasetFacts, DayFacts } from '../dataset-facts.ts';
import { runsOf, sinceText } from '../day-runs.ts';
import { doubtRunsOf } from '../doubt-runs.ts';
import type { Shown } from '../states.ts';
import { counted, grouped } from '../text.ts';
import { type Html, html } from './markup.ts';
import { CELLS, DOUBT_CELL } from './year-calendar.ts';

/** Below the calendar of a log: what is wrong with which days, and what to do. Pure. */

export function swatch(state: Shown): Html {
  return html`<i class="${CELLS[state]}" aria-hidden=true></i>`;
}

/** Runs shown before the rest is only counted. */
const RUNS_MAX = 12;

export function troubleList({ trouble, dataset }: DatasetFacts): Html | undefined {
  const runs = runsOf(trouble.filter(({ state }) => state !== 'missing' && state !== 'waiting'));
  if (runs.length === 0) return undefined;
  return html`<details open><summary>What is wrong, and what to do</summary>${listOf(dataset, runs, run => itemOf(dataset, run))}</details>`;
}

function listOf<T>(dataset: string, runs: readonly T[], item: (run: T) => Html): Html {
  const more =
    runs.length > RUNS_MAX
      ? html`<li>and ${runs.length - RUNS_MAX} more: <code>landline status ${dataset}</code></li>`
      : undefined;
  return html`<ul>${runs.slice(0, RUNS_MAX).map(item)}${more}</ul>`;
}

/** What is said of one day alone, such as its rows, is left out where several have the same trouble. */
function itemOf(dataset: string, run: readonly DayFacts[]): Html {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return html``;
  const { day, state, reason, message, requestId, rows = 0 } = first;
  const isOne = run.length === 1;
  const days = isOne ? day : `${day} to ${last.day} (${counted(run.length, 'day')})`;
  const landed = isOne ? `The ${grouped(rows)} rows that landed before stay` : 'What landed before stays';
  const kept = first.held && !first.broken ? html`<p>${landed} as ${isOne ? 'they are' : 'it is'}.</p>` : undefined;
  const of = isOne ? '' : ` of ${day}`;
  const request = requestId === undefined ? undefined : html` Request${of} <code>${requestId}</code>.`;
  const why = reason === undefined ? undefined : html` <code>${reason}</code>`;
  const what = message === undefined ? undefined : html`<p>${message}${request}</p>`;
  return html`<li>${swatch(state)}<span class=num>${days}</span>: ${state}${why}${sinceText(run.map(({ since }) => since))}${what}${kept}<p>Next step: <b>${nextOf(dataset, first, last)}</b></p></li>`;
}

/** One command for all days of a run, where it has the same effect: a day that a person was erased from is to be named. */
function nextOf(dataset: string, { day, next, broken }: DayFacts, last: DayFacts): string {
  if (next === undefined) return `landline show ${dataset} ${day}`;
  if (day === last.day || broken) return next;
  return next
    .replace(`landline retry ${dataset} ${day}`, `landline retry ${dataset}`)
    .replace(`landline accept ${dataset} ${day}`, `landline accept ${dataset} --from ${day} --to ${last.day}`);
}

export function doubtList({ days, dataset }: DatasetFacts): Html | undefined {
  const runs = doubtRunsOf(days);
  const count = days.filter(({ doubts }) => doubts !== undefined).length;
  if (runs.length === 0) return undefined;
  const items = listOf(dataset, runs, ({ from, to, days: length, doubt }) => {
    const range = length === 1 ? from : `${from} to ${to} (${counted(length, 'day')})`;
    // Days that are held are read again where they are named, and only there.
    const retry = `landline retry ${dataset} ${from}`;
    const next = doubt.next.replace(retry, [retry, ...[...eachDay(from, to)].slice(1)].join(' '));
    return html`<li><i class=${DOUBT_CELL} aria-hidden=true></i><span class=num>${range}</span> <code>${doubt.reason}</code><p>${doubt.message}</p><p>Next step: <b>${next}</b></p></li>`;
  });
  return html`<details><summary>Held and doubted: ${counted(count, 'day')}</summary>${items}</details>`;
}

export function expiringList(expiring: DatasetFacts['expiring'], lastDay: string): Html | undefined {
  const [first] = expiring;
  if (first === undefined) return undefined;
  const left = daysBetween(lastDay, first.lastChance) - 1;
  return html`<details open><summary>Not held, and the source will soon no longer have them: ${counted(expiring.length, 'day')}</summary><ul><li><span class=num>${first.day}</span> can be read until the end of <span class=num>${first.lastChance}</span>: ${counted(Math.max(0, left), 'day')} from now.</li></ul></details>`;
}
