import type { ColumnBuffer } from '../cells/column-buffer.ts';

export interface Statistics {
  readonly null_count: bigint;
  readonly min_value?: number | bigint;
  readonly max_value?: number | bigint;
}

/**
 * What readers skip row groups by: nulls of every column, and the bounds of numbers, days and instants. Text has none:
 * what people filter by (users, numbers, types of calls) comes in every group, so bounds would let none be skipped.
 */
export function statisticsOf(column: ColumnBuffer): Statistics {
  const { kind, count, values, rows, present } = column;
  const nulls = { null_count: BigInt(rows - present) };
  if (count === 0 || kind === 'text' || kind === 'flag') return nulls;
  const { view, length } = values;
  let [least, most] = [0, 0];
  if (column.width === 4) {
    for (let at = 4; at < length; at += 4) {
      const value = view.getInt32(at, true);
      if (value < view.getInt32(least, true)) least = at;
      if (value > view.getInt32(most, true)) most = at;
    }
    return { ...nulls, min_value: view.getInt32(least, true), max_value: view.getInt32(most, true) };
  }
  for (let at = 8; at < length; at += 8) {
    if (isLess(view, at, least)) least = at;
    if (isLess(view, most, at)) most = at;
  }
  return { ...nulls, min_value: view.getBigInt64(least, true), max_value: view.getBigInt64(most, true) };
}

/** 64 bits as two words, because a `bigint` is made for each value that is looked at. */
function isLess(view: DataView, one: number, other: number): boolean {
  const [high, otherHigh] = [view.getInt32(one + 4, true), view.getInt32(other + 4, true)];
  return high === otherHigh ? view.getUint32(one, true) < view.getUint32(other, true) : high < otherHigh;
}
