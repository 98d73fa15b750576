import { escaped } from '../../shared/status/html/markup.ts';
import { grouped } from '../../shared/status/text.ts';
import { eachDay, HOUR_MS, startOf } from '../../shared/words/day.ts';
import { Clock, WEEKDAYS } from './clock.ts';
import type { Figures } from './data.ts';
import { CALL_LOGS } from './held.ts';
import { NOTHING, numbers, section } from './parts.ts';
import type { Period } from './period.ts';

/** The hours of the week: how many calls start in each, in the mean of the days that are held. */

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** As dark as a cell may be that is still read: 4.5 to 1 against the ink, light and dark. */
const DARKEST = 0.65;

/** Darker is more; every cell has its number. */
export function hours(figures: Figures, period: Period): string {
  const { now, zone } = figures;
  const held = hoursHeld(daysHeld(figures, period), zone);
  const means = now.hours.map((row, day) => row.map((count, hour) => meanOf(count, held[day]?.[hour] ?? 0)));
  const most = Math.max(...means.flat().map(mean => mean ?? 0));
  const cell = (mean: number | undefined): string =>
    `<td style="--v:${most === 0 ? 0 : ((DARKEST * (mean ?? 0)) / most).toFixed(2)}">${escaped(shown(mean))}</td>`;
  const rows = means.map((row, day) => `<tr><th scope="row">${WEEKDAYS[day]}</th>${row.map(cell).join('')}</tr>`);
  const names = ['Weekday', ...HOURS].map(name => `<th scope="col">${name}</th>`);
  const head = `<tr>${names.join('')}</tr>`;
  const picture = `<div class="wide" tabindex="0"><table class="heat"><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`;
  const sub = `Average number of calls that started in each hour, by weekday, in ${escaped(zone)}. The average is over the days that are held${means.flat().includes(undefined) ? '; – means that no such day is held' : ''}. A darker cell has more calls.`;
  const below = now.hours.flatMap((row, day) =>
    row.map((count, hour) => [
      WEEKDAYS[day] ?? '',
      HOURS[hour] ?? '',
      grouped(count),
      grouped(held[day]?.[hour] ?? 0),
      shown(means[day]?.[hour]) || '0',
    ]),
  );
  const table = numbers(['Weekday', 'Hour', 'Calls', 'Hours held', 'Average'], below);
  return most === 0
    ? section('Hours of the week', sub, NOTHING, '')
    : section('Hours of the week', sub, picture, table);
}

/** Days of which calls are held, of whatever log. */
function daysHeld({ now, held }: Figures, { from, to }: Period): string[] {
  return [...eachDay(from, to)].filter(day => {
    const { inbound = 0, outbound = 0, other = 0 } = now.days.get(day) ?? {};
    return inbound + outbound + other > 0 || (held.isKnown && held.of(CALL_LOGS, day) !== 'none');
  });
}

/** How often each weekday and hour of the zone begins within these UTC days. */
export function hoursHeld(days: readonly string[], zone: string): number[][] {
  const clock = new Clock(zone);
  const held = WEEKDAYS.map(() => HOURS.map(() => 0));
  for (const day of days)
    for (let at = 0; at < 24; at++) {
      const { weekday, hour } = clock.at(startOf(day) + at * HOUR_MS);
      const row = held[weekday];
      if (row !== undefined) row[hour] = (row[hour] ?? 0) + 1;
    }
  return held;
}

/** @returns `undefined` where no such hour is held */
function meanOf(count: number, held: number): number | undefined {
  return held === 0 && count === 0 ? undefined : count / Math.max(1, held);
}

/** With one decimal below ten. */
function shown(mean: number | undefined): string {
  if (mean === undefined) return '–';
  if (mean === 0) return '';
  if (mean < 0.05) return '<0.1';
  return mean < 9.95 ? mean.toFixed(1) : grouped(Math.round(mean));
}
