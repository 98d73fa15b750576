import { DAY_MS, dayOf, daysBetween, endOf, HOUR_MS, startOf, windowOf } from '../../shared/words/day.ts';
import type { Dataset, Day, Window } from '../../shared/words/model.ts';
import { Dice, hashOf } from './dice.ts';
import type { Change } from './profile.ts';

/** What the source really has: rows that come late, change and go while the world turns. */

export interface Row {
  /** The day whose partition it belongs in. */
  readonly day: Day;
  readonly number: number;
  readonly version: number;
  /** What identifies it among the rows of its dataset. */
  readonly key: string;
  /** For sorting; empty when it has no time. */
  readonly at: string;
  /** The same in milliseconds since the epoch; `NaN` when it has no time. */
  readonly ms: number;
  /** The bytes the source sends. */
  readonly served: string;
  /** The line that must land. */
  readonly line: string;
}

interface DayRows {
  rows: readonly Row[];
  version: number;
  numbers: number;
  /** When its rows changed last, and how often, in milliseconds since the epoch. */
  changedAt: number;
}

export class Truth {
  readonly dataset: Dataset;
  /** Every row there ever was, by its line. */
  readonly byLine = new Map<string, Row>();
  private readonly days = new Map<Day, DayRows>();
  private readonly dice: Dice;
  /** What the source takes the bounds of a range for. */
  readonly bounds: Bounds;
  /** A row without a time comes with the windows of so many days after its own too. */
  readonly undatedDays: number;

  constructor(dataset: Dataset, dice: Dice) {
    this.dataset = dataset;
    this.dice = dice;
    const near = dice.pick(['inclusive', 'inclusive', 'upper exclusive', 'lower exclusive', 'exclusive'] as const);
    const shiftHours = dice.pick([-9, -5, -1, 2, 5, 11]);
    const far = dice.chance(0.25) && dataset.eventTime !== undefined;
    const bounds: Bounds = !far ? { kind: near } : dice.chance(0.5) ? { kind: 'dates' } : { kind: 'zone', shiftHours };
    // Dice of their own: the worlds that have none of it stay as they were.
    const strange = new Dice(hashOf(dataset.name, Math.floor(2 ** 32 * dice.peek())));
    this.bounds = bounds.kind === 'dates' && strange.chance(0.5) ? { kind: 'wide' } : bounds;
    this.undatedDays = dataset.eventTime !== undefined && strange.chance(0.25) ? strange.between(1, 2) : 0;
  }

  /** Writes the first rows of a day, `count` of them. */
  begin(day: Day, count: number): void {
    const state: DayRows = { rows: [], version: 0, numbers: 0, changedAt: 0 };
    this.days.set(day, state);
    state.rows = this.sorted(Array.from({ length: count }, () => this.rowOf(day, state.numbers++, 0)));
  }

  /** The day's own rows. */
  rows(day: Day): readonly Row[] {
    return this.days.get(day)?.rows ?? [];
  }

  changedAt(day: Day): number {
    return this.days.get(day)?.changedAt ?? 0;
  }

  /** Equal for equal answers to a request for the day. */
  versionOf(day: Day): number {
    return around(day).reduce((sum, each) => sum + (this.days.get(each)?.version ?? 0), 0);
  }

  /**
   * What the source gives for the window of the day, or a part of it: the day's own rows, and some of other days. Rows
   * without a time come at the start.
   */
  windowRows(day: Day, asked: Window = windowOf(day, this.dataset.overlap)): readonly Row[] {
    if (this.dataset.overlap === 'none') return this.rows(day);
    const isIn = isBetween(this.bounds, Date.parse(asked.from), Date.parse(asked.to));
    const starts = startsDay(this.dataset, asked);
    return around(day).flatMap(each =>
      this.rows(each).filter(row => (row.at === '' ? starts && this.bringsUndated(day, each) : isIn(row.ms))),
    );
  }

  private bringsUndated(day: Day, of: Day): boolean {
    const after = daysBetween(of, day);
    return after >= 0 && after <= this.undatedDays;
  }

  /** Whether each row stands in its own day in the end, and in no other. */
  get isNear(): boolean {
    return isNear(this.bounds) && this.undatedDays === 0;
  }

  /** @returns whether anything changed */
  change(day: Day, change: Change, now: number): boolean {
    const state = this.days.get(day);
    if (state === undefined || (change !== 'late' && state.rows.length === 0)) return false;
    state.rows = this.sorted(this.changed(day, state, change));
    state.version += 1;
    state.changedAt = now;
    return true;
  }

  private changed(day: Day, state: DayRows, change: Change): Row[] {
    const { dice } = this;
    const rows = [...state.rows];
    switch (change) {
      case 'late':
        return [...rows, ...Array.from({ length: dice.between(1, 4) }, () => this.rowOf(day, state.numbers++, 0))];
      case 'changed': {
        const at = dice.between(0, rows.length - 1);
        return rows.map((row, i) =>
          i === at || dice.chance(0.2) ? this.rowOf(day, row.number, row.version + 1) : row,
        );
      }
      case 'withdrawn':
        rows.splice(dice.between(0, rows.length - 1), dice.between(1, 3));
        return rows;
      case 'emptied':
        return [];
    }
  }

  private sorted(rows: Row[]): Row[] {
    return rows.sort((a, b) => (a.at === b.at ? a.number - b.number : a.at < b.at ? -1 : 1));
  }

  /** A row's time depends on its number alone, so that a changed row stays where it was. */
  private rowOf(day: Day, number: number, version: number): Row {
    const at = this.dataset.eventTime === undefined ? '' : timeOf(day, number);
    const ms = Date.parse(`${at.replace(' ', 'T')}Z`);
    const text = textOf(this.dataset.name, day, number, version, at);
    // Some sources break their rows over lines.
    const served = number % 7 === 3 ? text.replace(',', ',\r\n ') : text;
    const line = served.replace(/[\r\n]/g, ' ');
    const nameless = this.dataset.name === 'teams-pstn-calls' && number % 11 === 10;
    const row = { day, number, version, key: nameless ? line : `${day}#${number}`, at, ms, served, line };
    this.byLine.set(line, row);
    return row;
  }
}

/** Whether the window is that of its whole day, or the first part of it. */
export function startsDay({ overlap }: Dataset, { day, from }: Window): boolean {
  return from === windowOf(day, overlap).from;
}

/** Whether the window is that of its whole day, or the last part of it. */
export function endsDay({ overlap }: Dataset, { day, to }: Window): boolean {
  return to === windowOf(day, overlap).to;
}

export type Bounds =
  | { readonly kind: 'inclusive' | 'upper exclusive' | 'lower exclusive' | 'exclusive' | 'dates' | 'wide' }
  | { readonly kind: 'zone'; readonly shiftHours: number };

/** Whether the source means the bounds as they are written, to the second: then no row stays in another day. */
function isNear({ kind }: Bounds): boolean {
  return kind !== 'zone' && kind !== 'dates' && kind !== 'wide';
}

function isBetween(bounds: Bounds, first: number, last: number): (at: number) => boolean {
  const { kind } = bounds;
  switch (kind) {
    case 'zone': {
      const shift = bounds.shiftHours * HOUR_MS;
      return at => at - shift >= first && at - shift <= last;
    }
    case 'wide':
      return at => at >= first - DAY_MS && at <= last + DAY_MS;
    case 'dates': {
      const [from, to] = [startOf(dayOf(new Date(first))), endOf(dayOf(new Date(last)))];
      return at => at >= from && at < to;
    }
    default: {
      const low = kind === 'lower exclusive' || kind === 'exclusive' ? first + 1 : first;
      const high = kind === 'upper exclusive' || kind === 'exclusive' ? last - 1 : last;
      return at => at >= low && at <= high;
    }
  }
}

const AROUND = new Map<Day, readonly Day[]>();

/** A world asks for few days, and for each of them with every page. */
function around(day: Day): readonly Day[] {
  const known = AROUND.get(day) ?? [-2, -1, 0, 1, 2].map(days => dayOf(new Date(startOf(day) + days * DAY_MS)));
  AROUND.set(day, known);
  return known;
}

/** Mostly some second of the day; some rows lie on its very borders, and some have no time. */
function timeOf(day: Day, number: number): string {
  const part = (number * 2_654_435_761) % 100;
  if (part < 5) return '';
  if (part < 9) return `${day} 00:00:00`;
  if (part < 12) return `${day} 00:00:01`;
  if (part < 16) return `${day} 23:59:59`;
  const second = (number * 7_919 + 3_600) % 86_000;
  const [hours, minutes] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  return `${day} ${[hours, minutes, second % 60].map(each => String(each).padStart(2, '0')).join(':')}`;
}

function textOf(dataset: string, day: Day, number: number, version: number, at: string): string {
  const id = `${day}#${number}`;
  const cost = `${version}.00`;
  if (dataset === 'teams-dialout-usage')
    return `{"userId":"${id}","usageLocation":"DE","destinationContext":"Domestic","currency":"EUR","totalCallCharge":${cost}}`;
  if (dataset === 'voximplant-sms') {
    // Two rows share a message id and differ in direction; ids have more digits than a double holds.
    const [message, direction] = [Math.floor(number / 2), number % 2 === 0 ? 'IN' : 'OUT'];
    const time = at === '' ? '' : `,"processed_date":"${at}"`;
    return `{"message_id":9007199254740993${day.replaceAll('-', '')}${message},"direction":"${direction}","cost":${cost},"text":"\\u00e9 ${id}"${time}}`;
  }
  const name = number % 11 === 10 ? 'null' : `"${id}"`;
  const time = at === '' ? '' : `,"startDateTime":"${at.replace(' ', 'T')}.0000000Z"`;
  return `{"id":${name}, "callId":"${id}","charge":${cost},"userDisplayName":"Größe {[\\"${number}"${time}}`;
}
