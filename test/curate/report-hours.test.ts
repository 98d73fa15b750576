import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../../cli/report/clock.ts';
import { figuresOf } from '../../cli/report/data.ts';
import { hoursHeld } from '../../cli/report/hours.ts';
import { reportPage } from '../../cli/report/page.ts';
import { grouped } from '../../shared/status/text.ts';
import { DAY_MS, eachDay, HOUR_MS, startOf } from '../../shared/words/day.ts';
import { ROWS, simulated } from './bi-queries.ts';
import { heldDays, MADE_AT, made, storeOf } from './report-figures.ts';

/** The hours of the week say how many calls start in an hour, whatever the number of such hours that are held. */

const PSTN = 'teams-pstn-calls';
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The cells of the heat map, by weekday. */
function cellsOf(html: string): Map<string, string[]> {
  const map = /<table class="heat">.*?<\/table>/s.exec(html)?.[0] ?? '';
  const rows = [...map.matchAll(/<th scope="row">(\w+)<\/th>(.*?)<\/tr>/g)];
  return new Map(
    rows.map(([, day = '', row = '']) => [
      day,
      [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text = '']) => text),
    ]),
  );
}

test('a weekday with two days is not quieter than one with three', () => {
  // Of the Tuesdays one is not held; the first Monday is before the period.
  const period = { from: '2026-01-06', to: '2026-01-26' };
  const status = heldDays(PSTN, period, ['2026-01-13', '2026-01-15', '2026-01-22']);
  const figures = made(
    now => {
      for (const { day } of status.filter(({ isHeld }) => isHeld))
        for (const hour of day === '2026-01-08' ? [9] : [9, 9])
          now.addCall(
            { route: 'pstn', direction: 'inbound', started_at: new Date(startOf(day) + hour * HOUR_MS) },
            day,
          );
    },
    status,
    period,
  );
  const html = reportPage(figures, period, MADE_AT);
  const cells = cellsOf(html);
  assert.deepEqual(
    WEEKDAYS.map(day => cells.get(day)?.[9]),
    ['2.0', '2.0', '2.0', '1.0', '2.0', '2.0', '2.0'],
  );
  assert.match(html, /<td>Tue<\/td><td>09<\/td><td>4<\/td><td>2<\/td><td>2\.0<\/td>/);
  assert.match(html, /<td>Tue<\/td><td>10<\/td><td>0<\/td><td>2<\/td><td>0<\/td>/);
});

test('an hour that is never held has no number, and not even a zero', () => {
  const period = { from: '2026-01-05', to: '2026-01-06' };
  const call = { route: 'pstn', direction: 'inbound', started_at: new Date('2026-01-05T09:10:00Z') };
  const figures = made(now => now.addCall(call, '2026-01-05'), heldDays(PSTN, period), period);
  const cells = cellsOf(reportPage(figures, period, MADE_AT));
  assert.deepEqual([cells.get('Mon')?.[9], cells.get('Mon')?.[10], cells.get('Wed')?.[9]], ['1.0', '', '–']);
});

test('an hour is counted in the zone of the report, on both sides of a change of clocks', () => {
  const day = hoursHeld(['2026-03-29'], 'Europe/Berlin');
  // From 01:00 on Sunday, without the hour that is left out, to 02:00 on Monday.
  assert.deepEqual(day[6]?.slice(0, 5), [0, 1, 0, 1, 1]);
  assert.deepEqual(day[0]?.slice(0, 3), [1, 1, 0]);
  assert.equal(
    day.flat().reduce((sum, count) => sum + count),
    24,
  );
});

test('over a real month each cell is its calls over the hours of its weekday that were held', async context => {
  const [month, zone] = [{ from: '2026-03-01', to: '2026-03-31' }, 'America/New_York'];
  const store = storeOf(await simulated(context, { rows: ROWS, first: month.from, last: month.to, begins: {} }));
  const figures = await figuresOf(store, { ...month, zone });
  const cells = cellsOf(reportPage(figures, month, MADE_AT));
  const clock = new Clock(zone);
  const starts = [...eachDay(month.from, month.to)].flatMap(day =>
    Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => clock.at(startOf(day) + hour * HOUR_MS)),
  );
  let told = 0;
  for (const [weekday, name] of WEEKDAYS.entries())
    for (let hour = 0; hour < 24; hour++) {
      const times = starts.filter(at => at.weekday === weekday && at.hour === hour).length;
      const mean = (figures.now.hours[weekday]?.[hour] ?? 0) / times;
      const shown = mean === 0 ? '' : mean < 9.95 ? mean.toFixed(1) : grouped(Math.round(mean));
      assert.equal(cells.get(name)?.[hour], shown, `${name} ${hour}`);
      told += shown === '' ? 0 : 1;
    }
  assert.ok(told > 50);
});
