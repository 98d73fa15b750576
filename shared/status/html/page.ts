import { MINUTE_MS } from '../../words/day.ts';
import { docsUrl, VERSION } from '../../words/version.ts';
import type { DatasetFacts } from '../dataset-facts.ts';
import type { Facts } from '../facts.ts';
import type { Point } from '../point.ts';
import { DOUBTED, SHOWN_STATES } from '../states.ts';
import { counted, grouped, minuteOf } from '../text.ts';
import { type Html, html, styleElement } from './markup.ts';
import { STYLE } from './style.ts';
import { doubtList, expiringList, swatch, troubleList } from './trouble.ts';
import { grid } from './weeks-grid.ts';
import { CELLS, calendar, DOUBT_CELL, olderYears } from './year-calendar.ts';

/** The coverage page: facts in, one HTML document out. Pure. */
export function pageOf(facts: Facts): string {
  const { verdict, datasets } = facts;
  const short = datasets.every(({ days }) => days.length <= SHORT_DAYS) ? ' short' : '';
  return documentOf(
    verdict.sentence,
    html`<main><section class="verdict ${verdict.level}" aria-label="Verdict"><h1>${verdict.sentence}</h1>${pointsOf(verdict.points)}</section>
${vitals(facts)}
${datasets.length === 0 ? undefined : html`<section class=card aria-label="Last weeks">${grid(datasets, 'z')}</section>${legend()}<section class=card aria-label="Logs">${summary(datasets)}</section>`}
<div class="logs${short}">${datasets.map((each, i) => section(each, String.fromCharCode(97 + i)))}</div>
</main><footer>${facts.off.map(({ dataset, why }) => html`<p>${dataset} is off: ${why}.</p>`)}${facts.unplanned.length === 0 ? undefined : html`<p>Not planned yet: ${facts.unplanned.join(', ')}.</p>`}<p>All times are UTC. <code>r2</code> means the second revision of a day. While days are being read, the page reloads every half minute. For the same as JSON, add <code>&amp;format=json</code> after the key in the address, or <code>?format=json</code> if the address has no key. Landline ${facts.version}.</p></footer>`,
  );
}

/** Calendars of at most this many days stand beside one another. */
const SHORT_DAYS = 120;

/** The page when nothing can be known: the configuration or the ledger is at fault. */
export function troublePageOf(message: string, asOf: string): string {
  const [first = '', ...rest] = message.split('\n');
  return documentOf(
    'Landline cannot tell what it holds.',
    html`<main><section class="verdict attention" aria-label="Verdict"><h1>Landline cannot tell what it holds.</h1><ul><li>${first}</li>${rest.map(line => html`<li>${line.replace(/^\s*- /, '')}</li>`)}</ul></section></main><footer><p>As of ${minuteOf(asOf)} UTC. landline doctor names the cause and the next step. Landline ${VERSION}.</p></footer>`,
  );
}

function documentOf(title: string, body: Html): string {
  return html`<!doctype html>
<html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1"><title>${title} Landline</title>
${styleElement(STYLE)}</head><body><header class=brand>Landline</header>
${body}</body></html>
`.text;
}

function pointsOf(points: readonly Point[]): Html | undefined {
  if (points.length === 0) return undefined;
  const items = points.map(({ text, command, help }) => {
    const run = command === undefined ? undefined : html` <code>${command}</code>`;
    return html`<li>${text}${run}${help === undefined ? undefined : helpLink(help)}</li>`;
  });
  return html`<ul>${items}</ul>`;
}

/** A link to the documents, where it is known where they are; else their name. */
function helpLink(help: string): Html {
  const url = docsUrl(help);
  return url === undefined ? html` <span class=help>docs/${help}</span>` : html` <a class=help href="${url}">Help</a>`;
}

function vitals({ asOf, plannedAt, queue, gates }: Facts): Html {
  const planned = plannedAt === undefined ? 'never' : ago(plannedAt, asOf);
  const depth = queue === undefined ? 'unknown' : grouped(queue.fetch);
  const poison = queue === undefined ? 'unknown' : grouped(queue.poison);
  const throttled =
    gates.length === 0
      ? 'no'
      : gates.map(gate => `${gate.source} until ${minuteOf(gate.notBefore).slice(11)}`).join(', ');
  return html`<dl class=vitals><div><dt>As of</dt><dd>${minuteOf(asOf)} UTC</dd></div><div><dt>Planner ran</dt><dd>${planned}</dd></div><div><dt>In the queue</dt><dd>${depth}</dd></div><div><dt>Poison messages</dt><dd>${poison}</dd></div><div><dt>Throttled</dt><dd>${throttled}</dd></div></dl>`;
}

function ago(instant: string, asOf: string): string {
  const minutes = Math.floor((Date.parse(asOf) - Date.parse(instant)) / MINUTE_MS);
  if (minutes < 1) return 'just now';
  return minutes < 120 ? `${counted(minutes, 'minute')} ago` : `${minuteOf(instant)} UTC`;
}

function summary(datasets: readonly DatasetFacts[]): Html {
  const rows = datasets.map(each => {
    return html`<tr><td><a href="#${each.dataset}">${each.title}</a></td><td class=wide>${bar(each)}</td><td class="r" data-h="Days held">${grouped(each.daysHeld)} of ${grouped(each.daysOwed)}</td><td class=num data-h="Newest day held">${newestOf(each)}</td><td data-h="Gaps">${gapsOf(each)}</td><td class=r data-h="Rows">${grouped(each.rows)}</td></tr>`;
  });
  return html`<table class=sum><thead><tr><th scope=col>Log</th><th scope=col>Days by state</th><th scope=col class=r>Days held</th><th scope=col>Newest day held</th><th scope=col>Gaps</th><th scope=col class=r>Rows</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function newestOf({ newestHeld, lagDays, lagTargetDays }: DatasetFacts): string {
  if (newestHeld === undefined) return 'none yet';
  return lagDays <= lagTargetDays ? newestHeld : `${newestHeld}, ${counted(lagDays, 'day')} behind`;
}

function gapsOf({ gapDays, gaps, pausedAt }: DatasetFacts): string | Html {
  const [first] = gaps;
  const paused = pausedAt === undefined ? '' : ', paused';
  if (first === undefined) return `none${paused}`;
  const to = first.days > 1 ? ` to ${first.to}` : '';
  // Lines break between words, not within a date.
  const where =
    gaps.length > 1
      ? html`(in ${counted(gaps.length, 'range')}, the first from <span class=nb>${first.from})</span>`
      : html`<span class=nb>(${first.from}${to})</span>`;
  return html`${counted(gapDays, 'day')} ${where}${paused}`;
}

/** How the days divide among the states. SVG, because a style attribute is forbidden here. */
function bar({ title, counts, daysOwed }: DatasetFacts): Html {
  let x = 0;
  const present = SHOWN_STATES.filter(({ state }) => counts[state] > 0);
  const parts = present.map(({ state }) => {
    const width = (1000 * counts[state]) / Math.max(1, daysOwed);
    const at = x;
    x += width;
    return html`<rect class=b${CELLS[state] || 'f'} x=${at.toFixed(1)} width=${width.toFixed(1)} height=8 />`;
  });
  const words = present.map(({ state }) => `${counts[state]} ${state}`).join(', ');
  return html`<svg viewBox="0 0 1000 8" preserveAspectRatio=none role=img aria-label="${title}: ${words}">${parts}</svg>`;
}

function legend(): Html {
  const items = SHOWN_STATES.map(
    ({ state, meaning }) => html`<li>${swatch(state)}<span><b>${state}</b> ${meaning}</span></li>`,
  );
  const doubted = html`<li><i class=${DOUBT_CELL} aria-hidden=true></i><span><b>${DOUBTED.name}</b> ${DOUBTED.meaning}</span></li>`;
  return html`<ul class=legend aria-label="Legend">${items}${doubted}</ul><p class=hint>Point at a day, tap it, or move to it with the Tab and arrow keys: its details appear below that grid or calendar. A lighter day has fewer rows than its log usually has on that weekday, and a darker day has more. A frame marks a day with far fewer or far more rows than usual. A corner marks a day whose rows came late or changed.</p>`;
}

function section(each: DatasetFacts, group: string): Html {
  const { dataset, title, landedThrough, settledThrough, expiring, pausedAt } = each;
  return html`<section class=card id="${dataset}" aria-label="${title}"><div class=head><h2>${title}</h2><code>${dataset}</code></div>
<p class=line><span>Newest day held <b>${newestOf(each)}</b></span><span>Gaps <b>${gapsOf(each)}</b></span><span>No gaps through <b>${landedThrough ?? 'none'}</b></span><span>Settled through <b>${settledThrough ?? 'none'}</b></span>${pausedAt === undefined ? undefined : html`<span>Paused since <b>${minuteOf(pausedAt)}</b></span>`}</p>
${calendar(each, group)}${olderYears(each)}${troubleList(each)}${doubtList(each)}${expiringList(expiring, each.lastDay)}</section>`;
}
