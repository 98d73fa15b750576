import type { Simulator } from '../../local/simulator/index.ts';
import { addDays, windowOf } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { callUrl, callVoximplant, objectIn, pagesFrom, rowTexts, serviceToken } from './simulator-requests.ts';

/** A second client that believes everything: what the source sends for a day, without any of the product's code. */

/** The rows of the day's window as they are sent, in order, without those that belong to the neighbouring days. */
export async function servedRows(simulator: Simulator, dataset: Dataset, day: Day, now: number): Promise<string[]> {
  const rows =
    dataset.source === 'graph' ? await graphRows(simulator, dataset, day) : await smsRows(simulator, dataset, day, now);
  const isNeighbours = neighboursOf(dataset, day);
  return rows.filter(row => !isNeighbours(row));
}

async function graphRows(simulator: Simulator, dataset: Dataset, day: Day): Promise<string[]> {
  const { from, to } = windowOf(day, dataset.overlap);
  const pages = await pagesFrom(callUrl(simulator, dataset.api, dataset.call, from, to));
  return pages.flatMap(({ text }) => rowTexts(text, 'value'));
}

async function smsRows(simulator: Simulator, dataset: Dataset, day: Day, now: number): Promise<string[]> {
  const token = await serviceToken(simulator, now);
  const window = { from_date: `${addDays(day, -1)} 23:59:59`, to_date: `${addDays(day, 1)} 00:00:01` };
  const rows: string[] = [];
  for (;;) {
    const form = { ...window, count: String(dataset.pageSize), offset: String(rows.length) };
    const { text } = await callVoximplant(simulator, dataset.call, form, token);
    const page = rowTexts(text, 'result');
    rows.push(...page);
    if (page.length === 0 || rows.length >= Number(objectIn(text)['total_count'])) return rows;
  }
}

/** Only rows at the very edge can be the neighbours': the windows reach a second beyond the day at most. */
function neighboursOf({ eventTime }: Dataset, day: Day): (row: string) => boolean {
  if (eventTime === undefined) return () => false;
  const field = new RegExp(`"${eventTime}":"([^"]*)"`);
  const [before, after] = [`${addDays(day, -1)} 23:59:59`, `${addDays(day, 1)} 00:00:0`];
  return row => {
    const time = (field.exec(row)?.[1] ?? '').replace(/t/i, ' ').replace(/^(.{16})\+/, '$1:00+');
    return time.startsWith(before) || time.startsWith(after);
  };
}
