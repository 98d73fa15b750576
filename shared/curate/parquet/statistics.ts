import type { ColumnBuffer } from '../cells/column-buffer.ts';

export interface Statistics {
  readonly null_count: bigint;
  readonly min_value?: number | bigint;
  readonly max_value?: number | bigint;
}

/** What is looked at in one go: the engine makes functions fast that are called often, sooner than long loops. */
const BYTES_AT_ONCE = 4_096;

/**
 * What readers skip row groups by: nulls of every column, and the bounds of numbers, days and instants. Text has none:
 * what people filter by (users, numbers, types of calls) comes in every group, so bounds would let none be skipped.
 */
export function statisticsOf(column: ColumnBuffer): Statistics {
  const { kind, count, values, width, rows, present } = column;
  const nulls = { null_count: BigInt(rows - present) };
  if (count === 0 || kind === 'text' || kind === 'flag') return nulls;
  const { view, length } = values;
  let least = 0;
  let most = 0;
  for (let start = 0; start < length; start += BYTES_AT_ONCE) {
    const end = Math.min(length, start + BYTES_AT_ONCE);
    least = width === 4 ? least32(view, start, end, least) : least64(view, start, end, least);
    most = width === 4 ? most32(view, start, end, most) : most64(view, start, end, most);
  }
  if (width === 4) return { ...nulls, min_value: view.getInt32(least, true), max_value: view.getInt32(most, true) };
  return { ...nulls, min_value: view.getBigInt64(least, true), max_value: view.getBigInt64(most, true) };
}

/** Where the least of some values is, or of one before them. The others likewise. */
function least32(view: DataView, start: number, end: number, before: number): number {
  let least = before;
  for (let at = start; at < end; at += 4) if (view.getInt32(at, true) < view.getInt32(least, true)) least = at;
  return least;
}

function most32(view: DataView, start: number, end: number, before: number): number {
  let most = before;
  for (let at = start; at < end; at += 4) if (view.getInt32(at, true) > view.getInt32(most, true)) most = at;
  return most;
}

function least64(view: DataView, start: number, end: number, before: number): number {
  let least = before;
  for (let at = start; at < end; at += 8) if (isLess(view, at, least)) least = at;
  return least;
}

function most64(view: DataView, start: number, end: number, before: number): number {
  let most = before;
  for (let at = start; at < end; at += 8) if (isLess(view, most, at)) most = at;
  return most;
}

/** 64 bits as two words, because a `bigint` is made for each value that is looked at. */
function isLess(view: DataView, one: number, other: number): boolean {
  const high = view.getInt32(one + 4, true);
  const otherHigh = view.getInt32(other + 4, true);
  return high === otherHigh ? view.getUint32(one, true) < view.getUint32(other, true) : high < otherHigh;
}
