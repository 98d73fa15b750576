import type { ColumnBuffer } from '../cells/column-buffer.ts';

export interface Statistics {
  readonly null_count: bigint;
  readonly min_value?: number | bigint;
  readonly max_value?: number | bigint;
}

/** Values that are looked at in one go: calls of many values each are what the engine makes fast soonest. */
const VALUES_AT_ONCE = 1_024;

/**
 * What readers skip row groups by: nulls of every column, and the bounds of numbers, days and instants. Text has none:
 * what people filter by (users, numbers, types of calls) comes in every group, so bounds would let none be skipped.
 */
export function statisticsOf(column: ColumnBuffer): Statistics {
  const { kind, count, values, width, rows, present } = column;
  const nulls = { null_count: BigInt(rows - present) };
  if (count === 0 || kind === 'text' || kind === 'flag') return nulls;
  const { view } = values;
  const bounds: Bounds = { least: 0, most: 0 };
  for (let first = 0; first < count; first += VALUES_AT_ONCE) {
    const end = width * Math.min(count, first + VALUES_AT_ONCE);
    if (width === 4) widen32(view, width * first, end, bounds);
    else widen64(view, width * first, end, bounds);
  }
  const { least, most } = bounds;
  if (width === 4) return { ...nulls, min_value: view.getInt32(least, true), max_value: view.getInt32(most, true) };
  return { ...nulls, min_value: view.getBigInt64(least, true), max_value: view.getBigInt64(most, true) };
}

/** Where the least and the greatest value are. */
interface Bounds {
  least: number;
  most: number;
}

function widen32(view: DataView, start: number, end: number, bounds: Bounds): void {
  for (let at = start; at < end; at += 4) {
    const value = view.getInt32(at, true);
    if (value < view.getInt32(bounds.least, true)) bounds.least = at;
    if (value > view.getInt32(bounds.most, true)) bounds.most = at;
  }
}

/** 64 bits as two words, because a `bigint` is made for each value that is looked at. */
function widen64(view: DataView, start: number, end: number, bounds: Bounds): void {
  for (let at = start; at < end; at += 8) {
    if (isLess(view, at, bounds.least)) bounds.least = at;
    if (isLess(view, bounds.most, at)) bounds.most = at;
  }
}

function isLess(view: DataView, one: number, other: number): boolean {
  const high = view.getInt32(one + 4, true);
  const otherHigh = view.getInt32(other + 4, true);
  return high === otherHigh ? view.getUint32(one, true) < view.getUint32(other, true) : high < otherHigh;
}
