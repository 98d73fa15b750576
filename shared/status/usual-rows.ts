/** How many rows a log usually has on a weekday, so that a day that is far from it is seen. Pure. */

/** Days of the same weekday that are looked back at, and how many of them have to be held before anything is said. */
const WEEKS_MAX = 8;
const WEEKS_MIN = 4;

/** A day is unusual when it has less than a third, or more than three times, of what is usual, and this many rows. */
const TIMES = 3;
const ROWS_MIN = 10;

/** Held rows of neighbouring days, oldest first; `undefined` for a day that is not held. */
type Rows = readonly (number | undefined)[];

/**
 * What is usual for each day: the median of the same weekday in the eight weeks before it.
 *
 * @returns `undefined` for a day with fewer than four such days held before it
 */
export function usualRows(rows: Rows): (number | undefined)[] {
  return rows.map((_, at) => {
    const before: number[] = [];
    for (let week = 1; week <= WEEKS_MAX; week++) {
      const then = rows[at - 7 * week];
      if (then !== undefined) before.push(then);
    }
    if (before.length < WEEKS_MIN) return undefined;
    before.sort((a, b) => a - b);
    const middle = before.length >> 1;
    const [low = 0, high = 0] = [before[middle - 1], before[middle]];
    return before.length % 2 === 1 ? high : Math.round((low + high) / 2);
  });
}

/** Whether a held day has far fewer or far more rows than is usual; `undefined` when neither, or when nothing is known. */
export function unusual(rows: number, usual: number | undefined): 'few' | 'many' | undefined {
  // If a log usually has no rows on that weekday, a day with rows is not called unusual.
  if (usual === undefined || usual === 0 || Math.abs(rows - usual) < ROWS_MIN) return undefined;
  if (rows * TIMES < usual) return 'few';
  return rows > usual * TIMES ? 'many' : undefined;
}
