import { fileURLToPath } from 'node:url';
import { BODY_FAULTS } from '../../local/simulator/faults/bodies.ts';
import type { Fault } from '../../local/simulator/faults/fault.ts';
import { LINK_FAULTS } from '../../local/simulator/faults/links.ts';
import { ROW_FAULTS } from '../../local/simulator/faults/rows.ts';
import { SEAM_FAULTS } from '../../local/simulator/faults/seams.ts';
import { STATUS_FAULTS } from '../../local/simulator/faults/status.ts';
import { TRANSPORT_FAULTS } from '../../local/simulator/faults/transport.ts';
import { VOXIMPLANT_FAULTS } from '../../local/simulator/faults/voximplant.ts';
import { FAULT_NAMES, FAULTS, type FaultName } from '../../local/simulator/index.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import type { Dataset } from '../../shared/words/model.ts';
import type { Found } from './ending-checks.ts';
import { type Ending, PLACES, type Place } from './sweep.ts';

/** docs/faults.md: what each fault came to, as the suite saw it. Equal results give equal text. */

export const FAULTS_PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));

const GROUPS: readonly (readonly [title: string, faults: object])[] = [
  ['The network, and what lies between', TRANSPORT_FAULTS],
  ['Another answer than a page', STATUS_FAULTS],
  ['Links to the next page', LINK_FAULTS],
  ['The list of rows, and errors beside it', BODY_FAULTS],
  ['Rows, and the counts beside them', ROW_FAULTS],
  ['Two reads of one day', SEAM_FAULTS],
  ['Errors and totals of Voximplant', VOXIMPLANT_FAULTS],
];

/** Kept as it stands in the file: measured by hand (bench/peers), not by the suite. */
const BY_HAND = /<!-- by hand: bench\/peers -->[\s\S]*<!-- end -->/;

const NO_PEERS = '<!-- by hand: bench/peers -->\n\nNot measured yet: `node bench/peers/run.ts`.\n\n<!-- end -->';

/** @param before the page as it is, for the part that is kept */
export function faultsPage(found: readonly Found[], before: string): string {
  const tables = GROUPS.map(([title, faults]) => {
    const names = FAULT_NAMES.filter(name => name in faults);
    return `## ${title}\n\n${HEAD}\n${names.flatMap(name => linesOf(name, found)).join('\n')}\n`;
  });
  return `${INTRODUCTION}\n${tables.join('\n')}\n${seams()}\n## What the same does to others\n\n${BY_HAND.exec(before)?.[0] ?? NO_PEERS}\n`;
}

/** Faults that one day alone cannot show. */
function seams(): string {
  const names = FAULT_NAMES.filter(name => (FAULTS[name] as Fault).seam === true);
  const lines = names.map(name => `| \`${name}\` | ${FAULTS[name].meaning} |`);
  return `## The borders of days

These show only where two days meet: what one of them brings is the other's, or nobody's. Play them over a few days:
\`npm start -- --days 4 --fault dates-only\`.

| Fault | What the source does |
|---|---|
${lines.join('\n')}
`;
}

const INTRODUCTION = `# What happens when a source misbehaves

Written by \`test/sources/faults.test.ts\`, which fails when this page is not what it saw. Every fault that the
simulator can play, but for those of the borders of days, is injected into a day of three pages
(${DATASETS.length} datasets; real sockets, a clock that does not wait): on the first page, on the middle one and on the
last; once, and whenever the page is asked for.
In no case did a partition hold anything but the true rows, or exactly what was sent where nothing in the answer tells
that it is not true; did another host, port or path get a request or a token; or did a token reach the log or the
ledger. When the fault ends, the day lands by itself within two hours (tried with each fault on the middle page).

These are first reads. At a later read (\`conformance.test.ts\`) rows that are missing are **held**: the partition stays,
with \`shrink.unconfirmed\` until another read an hour later agrees, or \`shrink.emptied\` until a person decides.

- **landed**: the partition is there and believed. *As sent*: with the rows the fault sent.
- **marked**: landed, and the day is \`suspect\` until a later read agrees with itself.
- **waiting**: nothing landed; it is tried again by itself.
- **failed**: nothing landed; a person is told what to do. It is tried again once an hour all the same.
- Requests are counted until nothing more is due. Three numbers are for the first, the middle and the last page;
  3 is a read without faults. Time slept in between is not counted, and the same for all pages.
`;

const HEAD =
  '| Fault | Source | Injected once | Requests | As long as it lasts | Requests |\n|---|---|---|---|---|---|';

/** One line for all datasets that saw the same. */
function linesOf(fault: FaultName, found: readonly Found[]): string[] {
  const seen = new Map<string, Dataset[]>();
  for (const dataset of DATASETS) {
    const mine = found.filter(each => each.fault === fault && each.dataset === dataset.name);
    if (mine.length === 0) continue;
    const cells = [
      mine.map(each => ({ ...each.once, place: each.place })),
      mine.map(each => ({ ...each.lasting, place: each.place })),
    ]
      .map(endings => `${endingText(endings)} | ${requestsText(endings)}`)
      .join(' | ');
    seen.set(cells, [...(seen.get(cells) ?? []), dataset]);
  }
  return [...seen].map(
    ([cells, datasets]) =>
      `| \`${fault}\`: ${FAULTS[fault].meaning.replaceAll('|', '\\|')} | ${whose(datasets)} | ${cells} |`,
  );
}

function whose(datasets: readonly Dataset[]): string {
  if (datasets.length === DATASETS.length) return 'both';
  for (const source of ['graph', 'voximplant']) {
    const all = DATASETS.filter(each => each.source === source);
    if (datasets.length === all.length && datasets.every(each => each.source === source)) return source;
  }
  return datasets.map(({ name }) => name).join(', ');
}

interface Placed extends Ending {
  readonly place: Place;
}

/** The ending, once when it is the same on every page. */
function endingText(endings: readonly Placed[]): string {
  const texts = new Map<string, Place[]>();
  for (const ending of endings) texts.set(wordsFor(ending), [...(texts.get(wordsFor(ending)) ?? []), ending.place]);
  if (texts.size === 1) return [...texts.keys()].join('');
  return [...texts].map(([text, places]) => `${places.join(', ')}: ${text}`).join('; ');
}

function wordsFor({ end, reason, rows, restarts, slept, again }: Ending): string {
  const sent = rows === 'as sent' && end === 'landed' ? ' as sent' : '';
  const why = reason === undefined ? '' : ` \`${reason}\``;
  const anew = restarts === 0 ? '' : `, read ${restarts + 1} times`;
  const slow = slept === 0 ? '' : `, slept ${duration(slept)}`;
  const next = again === undefined ? '' : `, again in ${duration(again)}`;
  return `${end === 'landed' ? end : `**${end}**`}${sent}${why}${anew}${slow}${next}`;
}

function duration(ms: number): string {
  if (ms >= 60_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 100) / 10} s`;
}

function requestsText(endings: readonly Placed[]): string {
  const counts = PLACES.map(place => endings.find(each => each.place === place)?.requests);
  const known = [...new Set(counts.filter(each => each !== undefined))];
  return known.length === 1 && !counts.includes(undefined)
    ? String(known[0])
    : counts.map(each => each ?? '–').join(' / ');
}
