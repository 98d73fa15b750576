import { Dice } from './dice.ts';
import type { Moment } from './moments.ts';

/** A range of instants and whether its ends belong to it. */
export interface Range {
  readonly from: Moment;
  readonly to: Moment;
  readonly fromOpen: boolean;
  readonly toOpen: boolean;
}

/** The rows that answer a question, by position. Nothing is held: a row is written when it is asked for. */
export interface View {
  readonly total: number;
  /** @param position from 0, less than `total` */
  rowAt(position: number): string;
  /** Equal for equal content for ever; `undefined` while rows of it may still come or change. */
  readonly key: string | undefined;
}

/** The rows of one day in a view: indexes from `low`, less than `high`, without the `hidden` ones. */
export interface Span {
  readonly low: number;
  readonly high: number;
  /** Ascending. */
  readonly hidden: Int32Array;
  rowAt(index: number): string;
}

function spanSize(span: Span): number {
  return span.high - span.low - span.hidden.length;
}

/** The index of the visible row number `rank` of a span, in logarithmic time. */
function indexOf(span: Span, rank: number): number {
  const { hidden } = span;
  let [low, high] = [0, hidden.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hidden[middle] ?? 0) - span.low - middle > rank) high = middle;
    else low = middle + 1;
  }
  return span.low + rank + low;
}

/** Rows in the order of their time. */
export function viewOf(spans: readonly Span[], key: string | undefined): View {
  const starts: number[] = [];
  let total = 0;
  for (const span of spans) {
    starts.push(total);
    total += spanSize(span);
  }
  return {
    total,
    key,
    rowAt: position => {
      let [low, high] = [0, spans.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if ((starts[middle] ?? 0) <= position) low = middle;
        else high = middle - 1;
      }
      const span = spans[low];
      if (span === undefined || position < 0 || position >= total)
        throw new RangeError(`No row ${position} of ${total}`);
      return span.rowAt(indexOf(span, position - (starts[low] ?? 0)));
    },
  };
}

/** The same rows in another order. Positions are mapped one to one, so paging still brings each row once. */
export function shuffled(view: View, seed: number): View {
  const { total } = view;
  if (total < 3) return view;
  const dice = new Dice().reset(seed, 0, 0, total);
  let step = 1 + dice.below(total - 1);
  while (divisor(step, total) !== 1) step = (step % (total - 1)) + 1;
  const start = dice.below(total);
  return {
    total,
    key: view.key === undefined ? undefined : `${view.key}|${step}|${start}`,
    // Both factors are under 2^31 and the sum under 2^53 for any day that fits a test.
    rowAt: position => view.rowAt((position * step + start) % total),
  };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** Only the rows that pass. Reads all of them once: for the filters nobody should page a large range with. */
export function filtered(view: View, passes: (row: string) => boolean): View {
  const positions: number[] = [];
  for (let position = 0; position < view.total; position += 1) {
    if (passes(view.rowAt(position))) positions.push(position);
  }
  return { total: positions.length, key: undefined, rowAt: position => view.rowAt(positions[position] ?? -1) };
}
