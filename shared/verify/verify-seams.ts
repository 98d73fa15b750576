import { aroundOf, awaitsSeam, openSeam } from '../ledger/seams.ts';
import { isExpired, isSettled } from '../ledger/settling.ts';
import { KeyTable } from '../rows/keys.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Finding } from './finding.ts';

/** Whether the days of a dataset hold each row once: their seams by the ledger, and their rows by key. */

/** What the ledger says of a dataset. */
export interface Log {
  readonly dataset: Dataset;
  readonly entries: ReadonlyMap<Day, DayEntry>;
  readonly firstDay: Day;
  readonly now: number;
}

/** Each day whose seams are not closed, of those that are looked at. */
export function openSeams(log: Log, days: readonly Day[]): Finding[] {
  const { dataset, entries, firstDay, now } = log;
  return days.flatMap(day => {
    const held = entries.get(day)?.held;
    const open = held && openSeam(dataset, day, held, other => entries.get(other), firstDay, now);
    // What waits for a day to land, or to be read by this version, is the planner's business.
    if (open?.why !== 'differs') return [];
    const what = `${dataset.name} ${day}: a row of this day or of ${open.day} is in neither of the two or in both`;
    return [doubt(log, 'seam', [day, open.day], what)];
  });
}

/** Trouble only where none of the days is read again by itself. */
function doubt(log: Log, kind: 'seam' | 'twice', days: readonly Day[], what: string): Finding {
  const { dataset, entries, firstDay, now } = log;
  const around = aroundOf(entries, firstDay);
  const settled = days.every(day => {
    const entry = entries.get(day);
    if (entry === undefined || entry.work.state !== 'idle') return false;
    return isSettled(dataset, entry, now) && !awaitsSeam(dataset, entry, around, now);
  });
  const [day = ''] = days;
  const gone = days.every(each => isExpired(dataset, each, now));
  const retry = `To have it read again: \`landline retry ${dataset.name} ${day}\``;
  const settledNext = gone ? 'The source no longer has these days: what is held stays' : retry;
  const next = settled ? settledNext : 'It is still re-read: nothing is to be done';
  return { kind: settled ? kind : 'settling', dataset: dataset.name, day, message: `${what}. ${next}` };
}

/** Rows that are remembered: each is compared with at least so many of the days before it, in 50 MB. */
const ROWS_REMEMBERED = 1_000_000;

/** Finds rows that two days hold. Days are given in any order, mostly that of the calendar. */
export class RowsOnce {
  private readonly log: Log;
  private readonly days: Day[] = [];
  private newer = new KeyTable({ tags: true });
  private older = new KeyTable({ tags: true });
  private readonly pairs = new Map<string, number>();

  constructor(log: Log) {
    this.log = log;
  }

  /** @param keys of `recountRows` */
  add(day: Day, keys: Int32Array): void {
    const tag = this.days.push(day);
    for (let row = 0; row < keys.length / 2; row++) {
      const other = this.older.tagOf(keys, row) ?? this.newer.tagOf(keys, row);
      // A row that its own day holds twice is another matter, and is marked.
      if (other !== undefined && other !== tag) {
        const pair = [this.days[other - 1], day].sort().join(' ');
        this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
      }
      this.newer.add(keys, row, tag);
    }
    if (this.newer.size < ROWS_REMEMBERED) return;
    this.older = this.newer;
    this.newer = new KeyTable({ tags: true });
  }

  get findings(): Finding[] {
    return [...this.pairs].map(([pair, rows]) => {
      const days = pair.split(' ');
      const them = rows === 1 ? 'a row' : `${rows} rows`;
      return doubt(this.log, 'twice', days, `${this.log.dataset.name} ${days[0]} and ${days[1]} both hold ${them}`);
    });
  }
}
