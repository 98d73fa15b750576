import { EMPTY_DIGEST } from '../rows/fingerprint.ts';
import { KeyTable } from '../rows/keys.ts';
import { instantOf, MINUTE_MS, SECOND_MS } from '../words/day.ts';
import type { Checkpoint } from '../words/ledger.ts';
import type { ReasonCode, Window } from '../words/model.ts';

/**
 * A day that is larger than one query may give is read in parts of equal length, one after the other. Each is asked for a
 * second wider on both sides, so that no bound cuts a row off, and a row that comes in two parts lands once.
 */

/** Whether the source does not give all of this window in one query, but would give all of a shorter one. */
export function isTooLarge(reason: ReasonCode): boolean {
  return reason === 'limits.query';
}

/** The start of a day whose window is divided once more; `undefined` when its parts would be shorter than a minute. */
export function divided({ from, to }: Window, parts: number, now: number): Checkpoint | undefined {
  if ((Date.parse(to) - Date.parse(from)) / (2 * parts) < MINUTE_MS) return undefined;
  const nothing = {
    pages: 0,
    rows: 0,
    bytes: 0,
    neighbours: 0,
    outside: 0,
    duplicates: 0,
    segments: [],
    recentKeys: '',
  };
  const start = { window: from, cursor: undefined, cursorAt: instantOf(now), digest: EMPTY_DIGEST, total: undefined };
  return { ...nothing, ...start, parts: 2 * parts, part: 0 };
}

type State = Pick<Checkpoint, 'parts' | 'part' | 'total' | 'totalBefore' | 'repeats' | 'partKeys'>;

/** Bytes of a key in `Checkpoint.recentKeys`. */
const KEY_BYTES = 8;

export class Parts {
  readonly count: number;
  /** Rows that came in an earlier part too. */
  repeats: number;
  private readonly window: Window;
  /** Of the part that is being read, from 0. */
  index: number;
  private total: number | undefined;
  private totalBefore: number;
  /** All that came in this part. */
  private keys = new KeyTable();

  /** @param recent keys of the whole read so far, as `Checkpoint.recentKeys` has them */
  constructor(window: Window, from: { readonly [K in keyof State]?: State[K] | undefined }, recent?: Buffer) {
    this.window = window;
    this.count = from.parts ?? 1;
    this.index = from.part ?? 0;
    this.total = from.total;
    this.totalBefore = from.totalBefore ?? 0;
    this.repeats = from.repeats ?? 0;
    // A row of this part that comes again after the cursor came twice: rows have shifted, and it is not the overlap.
    if (recent === undefined) return;
    this.keys.addAll(recent.subarray(Math.max(0, recent.length - KEY_BYTES * (from.partKeys ?? 0))));
  }

  /** What to ask for: the whole window, or its part. */
  get asked(): Window {
    const { window, count, index: part } = this;
    if (count === 1) return window;
    const start = Date.parse(window.from);
    const length = (Date.parse(window.to) - start) / count;
    const bound = (at: number) => `${instantOf(at).slice(0, 19)}.0000000Z`;
    const from = part === 0 ? window.from : bound(start + part * length - SECOND_MS);
    const to = part === count - 1 ? window.to : bound(start + (part + 1) * length + 2 * SECOND_MS);
    return { day: window.day, from, to };
  }

  /** 1 for each row of a page that has not come in an earlier part. @param all keys of the whole read so far */
  withoutRepeats(keys: Int32Array, count: number, all: KeyTable): Uint8Array {
    const fresh = new Uint8Array(count).fill(1);
    if (this.count === 1) return fresh;
    for (let row = 0; row < count; row++) {
      const again = !this.keys.add(keys, row);
      if (again || all.tagOf(keys, row) === undefined) continue;
      all.touch(keys, row);
      fresh[row] = 0;
      this.repeats += 1;
    }
    return fresh;
  }

  /** @returns whether the source still states what it stated on the first page of the part */
  expectTotal(total: number | undefined): boolean {
    this.total ??= total;
    return total === undefined || total === this.total;
  }

  /** What the source stated of all parts; `undefined` when it states nothing. */
  get totalOfAll(): number | undefined {
    return this.total === undefined ? undefined : this.totalBefore + this.total;
  }

  /** Goes to the next part. @returns whether there is one */
  next(): boolean {
    if (this.index + 1 >= this.count) return false;
    this.index += 1;
    this.keys = new KeyTable();
    this.totalBefore += this.total ?? 0;
    this.total = undefined;
    return true;
  }

  get state(): State {
    const { total, count, index: part, totalBefore, repeats, keys } = this;
    return count === 1 ? { total } : { total, parts: count, part, totalBefore, repeats, partKeys: keys.size };
  }
}
