import { type Html, html, styleElement } from '../../shared/status/html/markup.ts';
import { counted, grouped, minuteOf } from '../../shared/status/text.ts';
import { daysBetween } from '../../shared/words/day.ts';
import { isFinal, type ProofDocument, type ProvenDay, type ProvenGap, type ProvenLog } from './model.ts';
import { PROOF_STYLE } from './style.ts';

/** The proof as a document that is printed and filed. The data that its digest is over stand in it as well. Pure. */

/** Where `prove --check` finds the data. */
export const DATA_START = '<pre id="data" hidden>';
export const DATA_END = '</pre>';

/** Signs of a keyed fingerprint that are shown; the data have all of them. */
const FINGERPRINT_SHOWN = 16;

export function proofPage(document: ProofDocument): string {
  const { proof, digest } = document;
  const { from, to, version, madeAt, complete, sentence, recounted, seams } = proof;
  const title = `Telephony logs, ${from} to ${to}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Proof: ${title}</title>
${styleElement(PROOF_STYLE)}
</head>
<body>
<main>
<header>
<p class="brand">Landline, proof of what is held</p>
<h1>${title}</h1>
<p class="verdict ${complete ? 'yes' : 'no'}">${sentence}</p>
${findingsOf(document)}
</header>
<dl>
${fact('Made', `${minuteOf(madeAt)} UTC, by Landline ${version === 'source' ? '(built from its source)' : version}`)}
${fact('Recounted', `${counted(recounted.days, 'day')}, ${grouped(recounted.rows)} rows, ${grouped(recounted.bytes)} bytes, at ${minuteOf(recounted.at)} UTC: ${recounted.findings.length === 0 ? 'all undamaged' : counted(recounted.findings.length, 'finding')}`)}
${fact('Borders of days', seams.compared ? 'compared' : (seams.why ?? 'not compared'))}
${settingsOf(document)}
${fact('Key', html`id <code>${proof.keyId}</code>; the key itself is kept with the rows. The keyed fingerprints are HMAC-SHA256 with this key; the first ${FINGERPRINT_SHOWN} of their 64 digits are shown`)}
${fact('Digest', html`<code>${digest}</code>`)}
</dl>
<section aria-labelledby="logs">
<h2 id="logs">Logs</h2>
<div class="wide" tabindex="0" role="region" aria-label="Days held of each log">
<table>
<thead><tr><th scope="col">Log</th><th scope="col" class="r">Held</th><th scope="col" class="r">Final</th><th scope="col" class="r">Rows</th><th scope="col">Not held</th></tr></thead>
<tbody>${proof.logs.map(each => summaryRow(each, daysBetween(from, to) + 1))}</tbody>
</table>
</div>
</section>
${proof.logs.map(logSection)}
<footer><p>To check this document: <code>landline prove --check FILE</code>. To compare it with the partitions too, add its key: <code>--key FILE.key</code>. docs/format.md says how the digest is made.</p></footer>
${dataOf(document)}
</main>
</body>
</html>
`;
  return page.text;
}

/** What stands against the days, or is only to be known of them: the kinds are those of `landline verify`. */
function findingsOf({ proof: { recounted } }: ProofDocument): Html | undefined {
  const { findings } = recounted;
  if (findings.length === 0) return undefined;
  return html`<ul class="gaps">${findings.map(({ kind, dataset, day }) => html`<li><b>${kind}</b>: ${[dataset, day].filter(Boolean).join(' ')}</li>`)}</ul>`;
}

/** As text in the page, escaped like all else. */
function dataOf(document: ProofDocument): Html {
  return html`<pre id="data" hidden>${JSON.stringify(document)}</pre>`;
}

function fact(name: string, value: string | Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>
`;
}

function settingsOf({ proof: { settings } }: ProofDocument): Html {
  if (settings === undefined) return fact('Settings', 'not known, because only the storage was reached');
  const { datasets, off, historyDays, cloud, privacy } = settings;
  const without = off.length === 0 ? '' : `; off: ${off.join(', ')}`;
  return fact(
    'Settings',
    `${counted(datasets.length, 'log')} switched on${without}; history of ${counted(historyDays, 'day')}; cloud ${cloud}; privacy profile ${privacy}`,
  );
}

function summaryRow({ dataset, title, days, gaps, rows }: ProvenLog, of: number): Html {
  const final = days.filter(isFinal).length;
  const missing = gaps.reduce((sum, gap) => sum + gap.days, 0);
  return html`<tr><th scope="row">${title}<br><code>${dataset}</code></th><td class="r">${days.length}/${of}</td><td class="r">${final}</td><td class="r">${grouped(rows)}</td><td>${missing === 0 ? 'none' : counted(missing, 'day')}</td></tr>
`;
}

function logSection(log: ProvenLog): Html {
  const { dataset, title, days, gaps, api, settleDays, rereadHours, lateCheckDays, historyDays } = log;
  const rules = `API ${api}. A day is read again every ${counted(rereadHours, 'hour')} until its end is ${counted(settleDays, 'day')} ago and a read changes nothing, and once more after ${counted(lateCheckDays, 'day')}. The source keeps ${counted(historyDays, 'day')}.`;
  return html`<section aria-labelledby="log-${dataset}">
<h2 id="log-${dataset}">${title}</h2>
<p class="quiet">${rules}${log.firstDay === undefined ? '' : ` History begins on ${log.firstDay}.`}</p>
${gaps.length === 0 ? html`<p>No day is missing.</p>` : html`<ul class="gaps">${gaps.map(gapItem)}</ul>`}
${
  days.length === 0
    ? undefined
    : html`<div class="wide" tabindex="0" role="region" aria-label="Days of ${title}"><table class="days">
<thead><tr><th scope="col">Day</th><th scope="col">State</th><th scope="col" class="r">Rows</th><th scope="col" class="r">Revision</th><th scope="col">Landed (UTC)</th><th scope="col">Last read (UTC)</th><th scope="col">Recounted</th><th scope="col">Keyed fingerprint</th></tr></thead>
<tbody>${days.map(dayRow)}</tbody>
</table></div>`
}
</section>
`;
}

function gapItem({ from, to, days, state, reason, why }: ProvenGap): Html {
  const range = from === to ? from : `${from} to ${to}, ${counted(days, 'day')}`;
  return html`<li><b>${range}</b>: ${state === 'before-history' ? 'not owed' : state}${reason === undefined ? '' : ` (${reason})`}, ${why}</li>
`;
}

/** The day is held whatever became of the last read of it. */
function stateText(state: ProvenDay['state']): string {
  if (state === 'failed') return 'held; last read failed';
  return state === 'waiting' ? 'held; next read waits' : state;
}

function dayRow(each: ProvenDay): Html {
  const {
    day,
    state,
    rows,
    revision,
    landedAt,
    checkedAt,
    recounted,
    fingerprint,
    erasedAt,
    reason,
    doubts = [],
  } = each;
  const notes = [reason, ...doubts, erasedAt === undefined ? undefined : 'a person was erased']
    .filter(Boolean)
    .join(', ');
  return html`<tr><th scope="row">${day}</th><td>${stateText(state)}${notes === '' ? '' : ` (${notes})`}</td><td class="r">${grouped(rows)}</td><td class="r">${revision}</td><td>${minuteOf(landedAt)}</td><td>${minuteOf(checkedAt)}</td><td>${recounted === 'whole' ? 'undamaged' : recounted}</td><td><code>${fingerprint.slice(0, FINGERPRINT_SHOWN)}</code></td></tr>
`;
}
