import { isRefused } from '../ledger/day-state.ts';
import { hasKey, MANY, withKey } from '../ledger/key-lists.ts';
import { NO_SEAM, NO_SEAMS, type OpenSeam, openSeam, ownOf } from '../ledger/seams.ts';
import { isExpired, isFrozen, lastDay } from '../ledger/settling.ts';
import { KeyTable, keyText } from '../rows/keys.ts';
import type { Oddity } from '../rows/place-in-day.ts';
import { addDays, dayOf, instantOf, type Place } from '../words/day.ts';
import type { DayEntry, FarLoan, Held, Seam, SeamName, Seams } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import { type LendingPorts, OtherDays } from './other-days.ts';

/** Which rows of other days stay in the day that brought them, in one read of a day. docs/format.md, 8 to 10. */

/**
 * Rows far from the window are lent to so many days at most, the whole history of Graph; rows of further days are
 * unplaced. And so many days back an unplaced row is looked for, where each of them has more than the ledger lists.
 */
const DAYS_MAX = 100;

/** Partitions that are read to find unplaced rows. */
const UNPLACED_PARTITIONS_MAX = 10;

/** What is known of another day. */
interface Target {
  readonly entry: DayEntry | undefined;
  /** Rows of its partition; `undefined` when they were not needed. */
  readonly rows: KeyTable | undefined;
}

/** `left`: to its own day, which has it or must not get it. `open`: to its own day, which does not have it (yet). */
type Fate = 'left' | 'open' | 'kept';

export class Lending {
  private readonly dataset: Dataset;
  private readonly day: Day;
  /** What the ledger held of the day when this read began. */
  private readonly held: Held | undefined;
  private readonly clock: LendingPorts['clock'];
  private readonly others: OtherDays;
  private readonly targets = new Map<Day, Target>();
  private readonly looked = new Set<string>();
  /** What the day before brought without having to give it to another day; not looked at while `undefined`. */
  private unplaced: { readonly listed: readonly string[]; readonly rows: KeyTable } | undefined;
  private firstDay: Day | undefined;
  /** Rows of the day's own partition, once rows came far from the window. */
  private mine: KeyTable | undefined;
  private readonly lists: Record<'before' | 'after', Seam> & Partial<Record<SeamName, Seam>>;
  private readonly far: Map<Day, FarLoan>;
  private elsewhere: boolean;

  /** @param begun what earlier workers noted of the same read */
  constructor(dataset: Dataset, day: Day, held: Held | undefined, begun: Seams | undefined, on: LendingPorts) {
    this.dataset = dataset;
    this.day = day;
    this.held = held;
    this.clock = on.clock;
    this.others = new OtherDays(dataset, on);
    const { far, elsewhere = false, ...lists } = begun ?? NO_SEAMS;
    this.lists = lists;
    this.far = new Map(far.map(each => [each.day, each]));
    this.elsewhere = elsewhere;
  }

  /** What the day knows of its borders by this read; `undefined` of a dataset whose rows have no time. */
  get seams(): Seams | undefined {
    if (this.dataset.eventTime === undefined) return undefined;
    const at = instantOf(this.clock.now());
    const { lists, far, elsewhere } = this;
    return { ...lists, at, far: [...far.values()], ...(elsewhere && { elsewhere }) };
  }

  /**
   * Reads about the other days that rows of a page belong to, if that decides where the rows stay. Mostly it does not.
   */
  async prepare(odd: readonly Oddity[]): Promise<void> {
    for (const { place } of odd) {
      if (place?.seam === undefined) this.unplaced ??= await this.lookForUnplaced();
      if (place === undefined || place.day === this.day) continue;
      const about = `${place.day} ${place.seam}`;
      if (this.looked.has(about)) continue;
      this.looked.add(about);
      const needed = place.seam === undefined || this.isUnclear(place.day, place.seam);
      if (needed) await this.look(place.day, place.seam);
    }
  }

  /** Whether an earlier read left rows at that border, or nobody can read the other day any more. */
  private isUnclear(other: Day, seam: 'before' | 'after'): boolean {
    const known = this.held?.seams?.[seam];
    return isExpired(this.dataset, other, this.clock.now()) || (known?.lent ?? '') + (known?.kept ?? '') !== '';
  }

  private async look(other: Day, seam: 'before' | 'after' | undefined): Promise<void> {
    const known = this.targets.get(other) ?? { entry: await this.others.entryOf(other), rows: undefined };
    const { held } = known.entry ?? {};
    if (held === undefined || seam === undefined) this.firstDay ??= await this.others.firstDay();
    // A day that the ledger does not hold may still have a partition: the ledger may have lost it, or never known it.
    const whole =
      held === undefined ? seam === undefined : !isFrozen(held) && (seam === undefined || ownOf(held, seam) === MANY);
    const rows = known.rows ?? (whole ? await this.others.rowsOf(other) : undefined);
    const unsure = seam === undefined || this.held?.seams?.[seam].kept === MANY;
    if (unsure && this.held !== undefined) this.mine ??= await this.others.rowsOf(this.day);
    this.targets.set(other, { ...known, rows });
  }

  private async lookForUnplaced(): Promise<NonNullable<Lending['unplaced']>> {
    const [listed, rows]: [string[], KeyTable] = [[], new KeyTable()];
    for (let back = 1, read = 0; back <= DAYS_MAX && read < UNPLACED_PARTITIONS_MAX; back++) {
      const day = addDays(this.day, -back);
      const held = (await this.others.entryOf(day))?.held;
      if (held === undefined) break;
      // Rows that were erased must not come back here, where they were left to that day.
      const list = isFrozen(held) ? (this.held?.seams?.unplacedBefore?.lent ?? '') : ownOf(held, 'unplacedBefore');
      listed.push(list);
      if (!isFrozen(held) && list !== MANY) break;
      if (held.rowsOutside === 0) continue;
      await this.others.rowsOf(day, rows);
      read += 1;
    }
    return { listed, rows };
  }

  /** Notes a row and says whether it stays in the day. @param odd prepared */
  keeps({ row, place }: Oddity, keys: Int32Array): boolean {
    const key = keyText(keys, row);
    if (place?.seam === undefined) return !this.goesFar(place, keys, row) && this.keepsUnplaced(place, keys, row, key);
    const { day, seam } = place;
    if (day === this.day) this.note(seam, 'own', key);
    if (day === this.day) return true;
    const fate = this.isUnclear(day, seam) ? this.fateOf(place, keys, row, key) : 'open';
    // Later reads judge by the key in the ledger whether the other day has the row, as long as there is room for the
    // key.
    const judged = fate === 'left' && this.targets.get(day)?.rows !== undefined;
    if (!judged) this.note(seam, fate === 'kept' ? 'kept' : 'lent', key);
    return fate === 'kept';
  }

  private note(seam: SeamName, list: keyof Seam, key: string): void {
    const noted = this.lists[seam] ?? NO_SEAM;
    this.lists[seam] = { ...noted, [list]: withKey(noted[list], key) };
  }

  /** Whether the day before has not brought this row too. */
  private keepsUnplaced(place: Place | undefined, keys: Int32Array, row: number, key: string): boolean {
    const { listed, rows } = this.unplaced ?? { listed: [], rows: undefined };
    const there = listed.some(list => hasKey(list, key)) || rows?.tagOf(keys, row) !== undefined;
    // The day after asks whether this day has brought the row, wherever it stands.
    this.note('unplacedAfter', 'own', key);
    if (!there) this.note('unplacedBefore', 'kept', key);
    else if (listed[0] !== MANY) this.note('unplacedBefore', 'lent', key);
    this.elsewhere ||= there && place !== undefined;
    return !there;
  }

  /** Whether a row that lies beyond the borders of the day is left to its own. */
  private goesFar(place: Place | undefined, keys: Int32Array, row: number): boolean {
    if (place === undefined) return false;
    const { day } = place;
    if (!this.far.has(day) && this.far.size >= DAYS_MAX) return false;
    const fate = this.fateOf(place, keys, row, '');
    this.elsewhere ||= fate !== 'kept';
    const seen = this.targets.get(day)?.entry?.held?.revision ?? 0;
    // When several workers share a read, the revision that the first one saw counts, because rows were kept by it.
    const { open, kept, ...noted } = this.far.get(day) ?? { open: 0, kept: 0, revision: seen };
    const [more, stays] = [fate === 'open' ? 1 : 0, fate === 'kept' ? 1 : 0];
    if (more + stays > 0) this.far.set(day, { ...noted, day, open: open + more, kept: kept + stays });
    return fate !== 'kept';
  }

  private fateOf({ day, seam }: Place, keys: Int32Array, row: number, key: string): Fate {
    const { held: before, dataset } = this;
    const { entry, rows } = this.targets.get(day) ?? { entry: undefined, rows: undefined };
    const now = this.clock.now();
    const lost = isExpired(dataset, day, now);
    const held = entry?.held;
    if (held === undefined) {
      if (rows?.tagOf(keys, row) !== undefined) return 'left';
      if (day < (this.firstDay ?? '')) return seam === undefined ? 'kept' : 'left';
      if (lost || day > addDays(dayOf(new Date(now)), 1)) return 'kept';
      // A source that ignores the bounds brings today's rows with every day: the day would never settle.
      return seam === undefined && day > lastDay(now) ? 'left' : 'open';
    }
    // Rows that were erased must not come back by way of another day.
    if (isFrozen(held)) return 'left';
    const listed = rows === undefined && seam !== undefined && hasKey(ownOf(held, seam), key);
    if (listed || rows?.tagOf(keys, row) !== undefined) return 'left';
    // When the ledger was lost, a day before the first one may be held; it is not read again, so it would never get the
    // row.
    if (lost || (seam === undefined && day < (this.firstDay ?? ''))) return 'kept';
    const believed = entry !== undefined && !isRefused(entry.work);
    const readSince = believed && (held.seams?.at ?? '') > (before?.seams?.at ?? '~');
    if (seam === undefined) {
      const wasOpen = before?.seams?.far.some(far => far.day === day && far.open > 0) ?? false;
      return this.mine?.tagOf(keys, row) !== undefined || (wasOpen && readSince) ? 'kept' : 'open';
    }
    const { lent, kept } = before?.seams?.[seam] ?? { lent: '', kept: '' };
    const stays = kept === MANY ? this.mine?.tagOf(keys, row) !== undefined : hasKey(kept, key);
    return stays || (readSince && (lent === MANY || hasKey(lent, key))) ? 'kept' : 'open';
  }

  /** Whether rows were left to a day that is not owed, so that no partition has them. */
  async leavesRowsOut(): Promise<boolean> {
    if (this.lists.before.lent === '') return false;
    this.firstDay ??= await this.others.firstDay();
    return addDays(this.day, -1) < this.firstDay;
  }

  /** The first seam of the day that is not closed by what this read has found. */
  async openSeam(): Promise<OpenSeam | undefined> {
    const { dataset, day, seams } = this;
    if (seams === undefined) return undefined;
    for (const other of [addDays(day, -1), addDays(day, 1), ...seams.far.map(far => far.day)]) {
      if (this.targets.has(other)) continue;
      this.targets.set(other, { entry: await this.others.entryOf(other), rows: undefined });
    }
    const entryOf = (other: Day) => this.targets.get(other)?.entry;
    const held = { seams, landedAt: this.held?.landedAt ?? '' };
    const open = () => openSeam(dataset, day, held, entryOf, this.firstDay ?? '', this.clock.now());
    // The first day of history is read only if a seam is open: only then it can matter, and it costs one more
    // operation.
    if (open() !== undefined) this.firstDay ??= await this.others.firstDay();
    return open();
  }
}
