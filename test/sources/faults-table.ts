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
  ['Answers that are not a page', STATUS_FAULTS],
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
  return `${INTRODUCTION}\n${tables.join('\n')}\n${seams()}\n## What the same faults do to other programs\n\n${BY_HAND.exec(before)?.[0] ?? NO_PEERS}\n`;
}

/** Faults that one day alone cannot show. */
function seams(): string {
  const names = FAULT_NAMES.filter(name => (FAULTS[name] as Fault).seam === true);
  const lines = names.map(name => `| \`${name}\` | ${FAULTS[name].meaning} |`);
  return `## The borders of days

These faults show only where two days meet: a read of one day brings rows of the other, or neither read brings them. To
play them, land a few days: \`npm start -- --days 4 --fault dates-only\`.

| Fault | What the source does |
|---|---|
${lines.join('\n')}
`;
}

const INTRODUCTION = `# What happens when a source misbehaves

\`test/sources/faults.test.ts\` writes this page, and fails when the page does not say what the test saw. The test reads a
day of three pages from the simulator (${DATASETS.length} datasets; real sockets, a clock that does not wait). It plays every fault of
the simulator, except those at the borders of days, on the first page, on the middle page and on the last page; each of
them once, and then every time that the page is asked for.

In every case the partition held only the true rows; or, where nothing in the answer shows that it is wrong, exactly the
rows that were sent. No other host, port or path got a request or a token, and no token reached the log or the ledger.
When the fault ends, the day lands by itself within two hours (tested with each fault on the middle page).

The tables show the first read of a day. When rows are missing from a later read (\`conformance.test.ts\`), the partition
stays as it is: with \`shrink.unconfirmed\` until another read an hour later agrees, or with \`shrink.emptied\` until a
person decides.

- **landed**: the partition is there, and the day is not in doubt. *As sent*: it holds the rows that the fault sent.
- **marked**: landed, and the day is \`suspect\` until a later read does not contradict itself.
- **waiting**: nothing landed; Landline tries the day again by itself.
- **failed**: nothing landed, and the message says what a person has to do. Landline tries the day once an hour all the
  same.
- *Slept* is the time that the worker waited meanwhile; it is the same whichever page has the fault. *Again in* is the
  time until the next attempt.
- *Requests* are counted until no attempt is due any more. Three numbers are for the fault on the first, the middle and
  the last page; one number is the same for all three. A read without faults has 3 requests.
`;

const HEAD = '| Fault | Source | Fault once | Requests | Fault every time | Requests |\n|---|---|---|---|---|---|';

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
