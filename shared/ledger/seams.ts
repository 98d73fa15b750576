import { addDays, HOUR_MS, hasCome } from '../words/day.ts';
import type { DayEntry, Held, Seam, SeamName, Seams } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import { isRefused } from './day-state.ts';
import { lacks, MANY, sharesWith } from './key-lists.ts';
import { type Owed, owed } from './owed.ts';
import { hasSettled, isExpired, isFrozen } from './settling.ts';

/**
 * Whether the rows at the border of two days are in one of them, and which of the two has to be read again when they are
 * not. Pure. docs/format.md, 8 to 10, is the rule; fetch/lent-rows.ts decides about the rows of one read.
 */

export const NO_SEAM: Seam = { own: '', lent: '', kept: '' };
export const NO_SEAMS: Omit<Seams, 'at'> = { before: NO_SEAM, after: NO_SEAM, far: [] };

/** What a day and its neighbours say of the same rows. */
interface Side {
  readonly mine: SeamName;
  readonly theirs: SeamName;
  /** How many days after this one the neighbour is. */
  readonly days: -1 | 1;
}

const BEFORE: readonly [border: Side, unplaced: Side] = [
  { mine: 'before', theirs: 'after', days: -1 },
  { mine: 'unplacedBefore', theirs: 'unplacedAfter', days: -1 },
];
const AFTER: readonly [border: Side, unplaced: Side] = [
  { mine: 'after', theirs: 'before', days: 1 },
  { mine: 'unplacedAfter', theirs: 'unplacedBefore', days: 1 },
];
const SIDES = [...BEFORE, ...AFTER];

/** Of another day, its rows that a seam of this one is about; `MANY` when only its partition can tell. */
export function ownOf({ seams }: Held, mine: SeamName): string {
  const side = SIDES.find(each => each.mine === mine);
  return seams === undefined || side === undefined ? MANY : (seams[side.theirs] ?? NO_SEAM).own;
}

/** The entry of a day of the same dataset. */
export type EntryOf = (day: Day) => DayEntry | undefined;

export interface OpenSeam {
  /** The other day. */
  readonly day: Day;
  /**
   * `not-landed`  it has not landed yet
   * `not-read`    it was last read before there were seams, or before an unplaced row came that it may bring too
   * `differs`     a row of one of the two is in neither of them, or in both
   */
  readonly why: 'not-landed' | 'not-read' | 'differs';
}

/** What of a day says whether its seams are closed. */
export type SeamsHeld = Pick<Held, 'seams' | 'landedAt'>;

/** Whether unplaced rows stay in a day, and the day before has not been read since they landed. */
function unplacedSince({ seams, landedAt }: SeamsHeld, before: Seams): boolean {
  return (seams?.unplacedBefore?.kept ?? '') !== '' && landedAt > before.at;
}

/** The first seam of the day that is not closed; `undefined` when all are. @param firstDay of the dataset */
export function openSeam(
  dataset: Dataset,
  day: Day,
  mineHeld: SeamsHeld,
  entryOf: EntryOf,
  firstDay: Day,
  now: number,
): OpenSeam | undefined {
  const { seams } = mineHeld;
  if (seams === undefined) return undefined;
  for (const { mine, theirs, days } of SIDES) {
    const other = addDays(day, days);
    const held = entryOf(other)?.held;
    const { lent, own, kept } = seams[mine] ?? NO_SEAM;
    const lost = isExpired(dataset, other, now);
    if (held === undefined) {
      if (other >= firstDay && (!lost || lent !== '')) return { day: other, why: 'not-landed' };
    } else if (!isFrozen(held) && held.seams === undefined) {
      if (other >= firstDay && !lost) return { day: other, why: 'not-read' };
    } else if (!isFrozen(held) && held.seams !== undefined) {
      const its = held.seams[theirs] ?? NO_SEAM;
      // A day before the first one is not read again, so what it says of its border may be long out of date.
      const inNone = other >= firstDay && (lacks(its.own, lent) || lacks(own, its.lent));
      if (mine === 'unplacedBefore' && other >= firstDay && !lost && unplacedSince(mineHeld, held.seams))
        return { day: other, why: 'not-read' };
      const inBoth = sharesWith(its.own, kept) || sharesWith(own, its.kept) || sharesWith(own, its.own);
      if (inNone || inBoth) return { day: other, why: 'differs' };
    }
  }
  const far = seams.far.find(({ open }) => open > 0);
  return far && { day: far.day, why: entryOf(far.day)?.held === undefined ? 'not-landed' : 'differs' };
}

/** The days around a day. */
export interface Around {
  readonly entries: ReadonlyMap<Day, DayEntry>;
  readonly lenders: ReadonlyMap<Day, string>;
  /** Of the dataset. */
  readonly firstDay: Day;
}

export function aroundOf(entries: ReadonlyMap<Day, DayEntry>, firstDay: Day): Around {
  return { entries, lenders: farLenders(entries.values()), firstDay };
}

/** As `owed`, and for the day's seams. */
export function owedAmong(dataset: Dataset, day: Day, around: Around, now: number): Owed | undefined {
  const entry = around.entries.get(day);
  const why = owed(dataset, day, entry, now);
  return why === undefined && entry !== undefined && owesSeam(dataset, entry, around, now) ? 'seam' : why;
}

/** When days with open loans far from their window were read last, by the day that they lent to. */
function farLenders(entries: Iterable<DayEntry>): Map<Day, string> {
  const lenders = new Map<Day, string>();
  for (const { held } of entries) {
    if (held?.seams === undefined) continue;
    const { at, far } = held.seams;
    for (const { day, open } of far) if (open > 0 && at > (lenders.get(day) ?? '')) lenders.set(day, at);
  }
  return lenders;
}

/** Reads for a seam that may follow one another at once; then they wait for an hour, and twice as long each time. */
const AT_ONCE = 3;

function owesSeam(dataset: Dataset, entry: DayEntry, around: Around, now: number): boolean {
  const { held, work } = entry;
  if (held === undefined || !awaitsSeam(dataset, entry, around, now)) return false;
  const reads = (work.seamReads ?? 0) - AT_ONCE;
  const waitMs = reads < 0 ? 0 : Math.min(2 ** reads, dataset.rereadHours) * HOUR_MS;
  return hasCome(Date.parse(held.checkedAt) + waitMs, now);
}

/**
 * Whether the held and idle day is read again by itself, now or later, to close a seam: the day that was read earlier is,
 * so that a loan comes home or, when its day was read since and lacks it, stays where it came.
 */
export function awaitsSeam(dataset: Dataset, { day, held, work }: DayEntry, around: Around, now: number): boolean {
  if (dataset.eventTime === undefined || held === undefined || work.state !== 'idle') return false;
  if (isFrozen(held) || isRefused(work)) return false;
  const { seams } = held;
  // Nearly every day of a ledger ends here.
  if (seams !== undefined && !differs(dataset, day, held, seams, around, now)) return false;
  return !isExpired(dataset, day, now);
}

/** Whether another read of the day would decide about a row of its borders. */
function differs(dataset: Dataset, day: Day, held: Held, seams: Seams, around: Around, now: number): boolean {
  const { entries, lenders, firstDay } = around;
  const [before, after] = neighboursOf(day);
  const [earlier, later] = [entries.get(before), entries.get(after)];
  if (isUndecided(earlier) || isUndecided(later)) return false;
  if ((lenders.get(day) ?? '') > seams.at) return true;
  const gone = (other: Day) => other >= firstDay && isExpired(dataset, other, now);
  if (owesBorder(seams, BEFORE, before, earlier?.held, gone)) return true;
  if (owesBorder(seams, AFTER, after, later?.held, gone)) return true;
  // A day that is not settled is read again anyway, before the day after it settles.
  if (later?.held !== undefined && unplacedSince(later.held, seams) && hasSettled(held, now)) return true;
  if (seams.far.length === 0) return false;
  return seams.far.some(({ day: other, open, kept, revision }) => {
    const its = entries.get(other)?.held;
    if (open > 0 && (gone(other) || (its?.seams?.at ?? '') > seams.at)) return true;
    if (kept === 0 || its === undefined) return false;
    // By the revision: a read takes a while, and its end may be later than a landing that it knows nothing of.
    return revision === undefined ? its.landedAt > seams.at : its.revision !== revision;
  });
}

const NEIGHBOURS = new Map<Day, readonly [Day, Day]>();

/** The day before and the day after. Remembered, since ten years of every log are planned every few minutes. */
function neighboursOf(day: Day): readonly [Day, Day] {
  const known = NEIGHBOURS.get(day);
  if (known !== undefined) return known;
  const made = [addDays(day, -1), addDays(day, 1)] as const;
  NEIGHBOURS.set(day, made);
  return made;
}

function isUndecided(entry: DayEntry | undefined): boolean {
  if (entry === undefined) return false;
  const { work } = entry;
  return work.state === 'queued' || work.state === 'fetching' || isRefused(work);
}

function owesBorder(
  seams: Seams,
  [border, unplaced]: readonly [Side, Side],
  other: Day,
  their: Held | undefined,
  gone: (other: Day) => boolean,
): boolean {
  if (owesSide(seams, border, other, their, gone)) return true;
  const none = seams[unplaced.mine] === undefined && their?.seams?.[unplaced.theirs] === undefined;
  return !none && owesSide(seams, unplaced, other, their, gone);
}

function owesSide(
  seams: Seams,
  { mine: side, theirs }: Side,
  other: Day,
  their: Held | undefined,
  gone: (other: Day) => boolean,
): boolean {
  const mine = seams[side] ?? NO_SEAM;
  if (their === undefined) return mine.lent !== '' && gone(other);
  if (their.seams === undefined || isFrozen(their)) return false;
  const its = their.seams[theirs] ?? NO_SEAM;
  const lent = lacks(its.own, mine.lent) && (their.seams.at > seams.at || gone(other));
  const owed = lacks(mine.own, its.lent) && their.seams.at >= seams.at;
  const both = sharesWith(its.own, mine.own) && their.seams.at > seams.at;
  return lent || owed || both || sharesWith(its.own, mine.kept);
}
