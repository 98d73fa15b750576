import type { DayEntry, Held } from '../words/ledger.ts';
import type { Dataset, Day, ReasonCode } from '../words/model.ts';
import { keysIn, MANY } from './key-lists.ts';
import { type Around, openSeam } from './seams.ts';
import { isFrozen, maySettle } from './settling.ts';

/**
 * Doubts about days that are held: less than a suspicion, which keeps a partition as it is. They stop nothing but the
 * settling of a day with an open seam, and everybody who looks at the day is told. Pure.
 */

export interface Doubt {
  readonly reason: Extract<ReasonCode, 'page.count' | 'rows.outside' | 'seam.open' | 'log.empty'>;
  /** What is doubtful, and what to do about it: each one sentence, without its stop. */
  readonly message: string;
  readonly next: string;
}

/** The first day of the log with rows; `undefined` when there is none yet. */
export function firstRowDay(entries: Iterable<DayEntry>): Day | undefined {
  let first: Day | undefined;
  for (const { day, held } of entries) {
    if (held !== undefined && held.rows > 0 && (first === undefined || day < first)) first = day;
  }
  return first;
}

/** Whether rows of other days came and were left to them, and none from within the day, away from its borders. */
function cameOnlyFromElsewhere({ rows, rowsOutside, seams }: Held): boolean {
  if (!seams?.elsewhere) return false;
  const atBorders = [seams.before.own, seams.after.own];
  return !atBorders.includes(MANY) && rows - rowsOutside <= atBorders.reduce((sum, list) => sum + keysIn(list), 0);
}

/** @param firstRow of `firstRowDay` */
export function doubtsOf(dataset: Dataset, day: Day, around: Around, firstRow: Day | undefined, now: number): Doubt[] {
  const held = around.entries.get(day)?.held;
  if (held === undefined || isFrozen(held)) return [];
  const doubts: Doubt[] = [];
  const retry = `landline retry ${dataset.name} ${day}`;
  if (held.doubted)
    doubts.push({
      reason: 'page.count',
      message: 'the source stated more rows than it returned',
      next: `if the provider confirms that there are more rows, read the day again: ${retry}`,
    });
  if (held.rowsOutside > 0)
    doubts.push({
      reason: 'rows.outside',
      message: `${held.rowsOutside === 1 ? 'a row of this day has' : `${held.rowsOutside} rows of this day have`} a time that is in another day, unreadable, absent or before 2000`,
      next: 'look at those rows before you count by day: the source may answer by other bounds than it was asked for, and then days may also lack rows',
    });
  if (cameOnlyFromElsewhere(held))
    doubts.push({
      reason: 'rows.outside',
      message:
        'when the source was asked for this day, it returned only rows of other days or of the second around midnight',
      next: `if the day should have rows, check whether a proxy or a cache answers for the source; then ${retry}`,
    });
  const { entries, firstDay } = around;
  const open = openSeam(dataset, day, held, other => entries.get(other), firstDay, now);
  // A neighbour that has not landed says nothing while the day is young: it is nearly always tomorrow.
  if (open !== undefined && (open.why === 'differs' || maySettle(dataset, day, now)))
    doubts.push({
      reason: 'seam.open',
      message:
        open.why === 'differs'
          ? `a row of this day or of ${open.day} is in neither of the two or in both`
          : `it cannot settle before ${open.day} ${open.why === 'not-read' ? 'is read again' : 'has landed'}`,
      next: 'nothing: Landline reads the days again by itself',
    });
  if (held.rows === 0 && (firstRow === undefined || day < firstRow))
    doubts.push({
      reason: 'log.empty',
      message:
        firstRow === undefined
          ? 'no day of this log has a row: the source may not report this calling plan, or nobody used it'
          : `the day is before the first day with rows (${firstRow}): the source may no longer have its rows`,
      next: 'find out whether there should be rows; an empty day does not prove that there were none',
    });
  return doubts;
}
