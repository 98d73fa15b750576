import { curateDay } from '../curate/curate-day.ts';
import { tableOf } from '../curate/tables.ts';
import { isDay } from '../words/day.ts';
import { isDamaged, isUnreadable } from '../words/errors.ts';
import type { Day } from '../words/model.ts';
import { curatedPath } from '../words/paths.ts';
import type { SearchedDay } from './person.ts';
import { DAMAGED_ENTRY, type ForgetPorts, type UnsureDay } from './ports.ts';

/**
 * A curated file that is behind its partition may show what the partition no longer has, so all of those are renewed.
 *
 * @returns days whose file could not be renewed
 */
export async function renewCurated(
  dataset: string,
  touched: readonly SearchedDay[],
  whole: ReadonlySet<Day>,
  on: ForgetPorts,
): Promise<readonly UnsureDay[]> {
  const unsure: UnsureDay[] = [];
  for (const day of await curatedDays(dataset, on)) {
    const wasTouched = touched.some(each => each.dataset === dataset && each.day === day);
    const why = whole.has(day)
      ? await renewFile(dataset, day, wasTouched, on)
      : 'its partition is gone, so its curated file cannot be made again';
    if (why !== undefined) unsure.push({ dataset, day, why });
  }
  return unsure;
}

async function curatedDays(dataset: string, { curated }: ForgetPorts): Promise<Day[]> {
  const [before = '', after = ''] = curatedPath(tableOf(dataset).name, dataset, '|').split('|');
  const days: Day[] = [];
  for await (const path of curated.list(before)) {
    const day = path.slice(before.length, -after.length);
    if (isDay(day) && path.endsWith(after)) days.push(day);
  }
  return days;
}

/** @returns why it could not be renewed */
async function renewFile(dataset: string, day: Day, wasTouched: boolean, on: ForgetPorts): Promise<string | undefined> {
  try {
    const file = await on.curated.head(curatedPath(tableOf(dataset).name, dataset, day));
    const partition = await on.lake.head(dataset, day);
    if (file === undefined || (!wasTouched && file.label.revision === partition?.receipt.revision)) return undefined;
    let outcome = await curateDay(dataset, day, on);
    if (outcome === 'superseded') outcome = await curateDay(dataset, day, on);
    return outcome === 'curated' || outcome === 'current' ? undefined : 'its curated file could not be made again';
  } catch (thrown) {
    if (isUnreadable(thrown)) return DAMAGED_ENTRY;
    if (!isDamaged(thrown)) throw thrown;
    return 'its partition is not what its receipt says, so its curated file could not be made again';
  }
}
