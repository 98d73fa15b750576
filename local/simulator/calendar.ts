import { DATASETS, type Dataset, type DatasetName } from './datasets.ts';
import { share } from './dice.ts';
import { TICKS_PER_DAY } from './moments.ts';

/** How many rows a day has and when they happen. Row `i` comes before row `i + 1`: an index is an order. */

/** Rows of a day of the week, Sunday first, as a share of the mean. */
const WEEK = [0.2, 1.3, 1.35, 1.3, 1.3, 1.25, 0.3] as const;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

const OFFICE_HOURS = [1, 1, 1, 1, 1, 2, 8, 30, 80, 100, 95, 85, 70, 85, 95, 90, 80, 50, 25, 15, 10, 6, 4, 2];
const TICKS_PER_HOUR = TICKS_PER_DAY / 24;

/** Share of the day's rows before each hour, from 0 to 1. */
const BEFORE_HOUR: readonly number[] = (() => {
  const sum = OFFICE_HOURS.reduce((total, weight) => total + weight, 0);
  let before = 0;
  return [
    0,
    ...OFFICE_HOURS.map(weight => {
      before += weight;
      return before / sum;
    }),
  ];
})();

/** The tick at which this share of a day's rows lies behind, from 0 to less than 1. */
export function tickAt(part: number): number {
  let hour = 0;
  while (hour < 23 && (BEFORE_HOUR[hour + 1] ?? 1) <= part) hour += 1;
  const start = BEFORE_HOUR[hour] ?? 0;
  const width = (BEFORE_HOUR[hour + 1] ?? 1) - start;
  return Math.min(TICKS_PER_DAY - 2, Math.floor((hour + (part - start) / width) * TICKS_PER_HOUR));
}

export class Calendar {
  private readonly seed: number;
  private readonly mean: ReadonlyMap<DatasetName, number>;

  constructor(seed: number, meanOf: (name: DatasetName) => number) {
    this.seed = seed;
    this.mean = new Map(DATASETS.map(dataset => [dataset.name, meanOf(dataset.name)]));
  }

  /** Rows of that day in the end, when the late ones have come too. */
  count(dataset: Dataset, day: number): number {
    const weekday = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
    const luck = 0.9 + 0.2 * share(this.seed, dataset.number, day, 0, 11);
    const expected = (this.mean.get(dataset.name) ?? 0) * (WEEK[weekday] ?? 1) * luck;
    // Rounded by chance, so that a mean of 0.3 is a row every third day.
    return Math.floor(expected + share(this.seed, dataset.number, day, 0, 12));
  }

  /**
   * When row `index` of `count` happens. The first is at midnight exactly, the last in the last unit of the day;
   * the others lie in order between. Indexes past the count are rows that only faults bring.
   */
  tick(dataset: Dataset, day: number, index: number, count: number): number {
    if (index === 0) return 0;
    const unit = dataset.unitTicks;
    if (index === count - 1) return TICKS_PER_DAY - unit;
    const luck = share(this.seed, dataset.number, day, index, 13);
    const tick = tickAt(index < count ? (index + luck) / count : luck);
    return tick - (tick % unit);
  }

  /** The first index whose tick is at least `tick`; above it, when `open`. `count` when there is none. */
  firstFrom(dataset: Dataset, day: number, count: number, tick: number, open: boolean): number {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.tick(dataset, day, middle, count);
      if (at < tick || (open && at === tick)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
