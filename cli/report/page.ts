import { escaped } from '../../shared/status/html/markup.ts';
import { minuteOf } from '../../shared/status/text.ts';
import type { Figures } from './data.ts';
import { completeness, tiles } from './head.ts';
import { hours } from './hours.ts';
import { callsOverTime, costs, messagesOverTime } from './over-time.ts';
import type { Period } from './period.ts';
import { codes, destinations, trunks, users } from './ranks.ts';
import { STYLE } from './style.ts';
import { dated } from './text.ts';

/** The report as one page: pictures first, their numbers behind a click, nothing from anywhere else. */

/** @param period of the figures, which have one when anything is curated */
export function reportPage(figures: Figures, period: Period, madeAt: string): string {
  const span = period.from === period.to ? dated(period.from) : `${dated(period.from)} to ${dated(period.to)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Calls and messages, ${escaped(span)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>Calls and messages</h1><p>${escaped(span)}, UTC days</p></header>
${completeness(figures, period)}
${tiles(figures, period)}
${callsOverTime(figures, period)}
${messagesOverTime(figures, period)}
${costs(figures, period)}
${hours(figures, period)}
${destinations(figures)}
<div class="pair">
${trunks(figures)}
${codes(figures)}
</div>
${users(figures)}
<footer>Made by <code>landline report</code> on ${escaped(minuteOf(madeAt))} UTC from the curated tables. docs/bi describes the tables, and how to query them.
Each amount is rounded to the decimals of its currency, so a total may differ from the sum of its parts in the last digit; the tables below <i>The numbers</i> have every digit. A call over Direct Routing counts once per leg, and its time includes the ringing.</footer>
</main>
</body>
</html>
`;
}
