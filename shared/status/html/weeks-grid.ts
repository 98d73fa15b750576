import { addDays, eachDay } from '../../words/day.ts';
import type { DatasetFacts } from '../dataset-facts.ts';
import { dateOf } from '../text.ts';
import { room } from './details-space.ts';
import { type Html, html } from './markup.ts';
import { cell, labelOf } from './year-calendar.ts';

/** The last weeks of all logs in one grid: a row for each log, a column for each day. Pure. */

const WEEKS_MAX = 5;

/** Columns that are shown where there is no place for all; style.ts hides the others. */
const FEW = { phone: 10, tablet: 14 } as const;

/** @param group the name of the radio buttons */
export function grid(datasets: readonly DatasetFacts[], group: string): Html {
  const last = datasets.reduce((day, each) => (each.lastDay > day ? each.lastDay : day), '');
  const longest = datasets.reduce((most, each) => Math.max(most, each.days.length), 1);
  const weeks = Math.min(WEEKS_MAX, Math.ceil(longest / 7));
  const days = [...eachDay(addDays(last, 1 - 7 * weeks), last)];
  const head = days.map((day, at) => (at % 7 === 0 ? html`<th scope=col colspan=7>${dateOf(day)}</th>` : html``));
  const rows = datasets.map((each, row) => {
    const byDay = new Map(each.days.map(facts => [facts.day, facts]));
    const cells = days.map((day, at) => {
      const facts = byDay.get(day);
      const first = at % 7 === 0 ? html`<td class=wk>` : html`<td>`;
      if (facts === undefined) return html`${first}</td>`;
      return html`${first}${cell(facts, group, { log: each.title, chosen: row === 0 && day === last })}</td>`;
    });
    return html`<tr><th scope=row><a href="#${each.dataset}">${each.title}</a></th>${cells}</tr>`;
  });
  const labels = datasets.flatMap(each =>
    each.days.filter(({ day }) => day >= (days[0] ?? '')).map(day => labelOf(day, each.title)),
  );
  return html`${fewOf(days.length, last)}<div class="grid cal"><table role=radiogroup aria-label="All logs, the last weeks"><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table>${room(labels)}</div>`;
}

/** Where days are left out, the grid says how many it has. */
function fewOf(days: number, last: string): Html[] {
  const said = ([name, few]: readonly [string, number]) =>
    html`<p class="few ${name}">The last ${few} days, to ${dateOf(last)}</p>`;
  return Object.entries(FEW)
    .filter(([, few]) => days > few)
    .map(said);
}
