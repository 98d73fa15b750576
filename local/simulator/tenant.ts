import { DAY_MS, HOUR_MS } from '../../shared/words/day.ts';
import { Calendar } from './calendar.ts';
import type { Api, Dataset, DatasetName } from './datasets.ts';
import { Dice, share } from './dice.ts';
import { after, compare, dayText, type Moment, momentOf, msOf, TICKS_PER_DAY, TICKS_PER_SECOND } from './moments.ts';
import type { SimulatorOptions } from './options.ts';
import { People } from './people.ts';
import { blockedUsersRow } from './rows/blocked-users.ts';
import { type DialoutCall, dialoutCalls, dialoutRow, totalsOf } from './rows/dialout.ts';
import { directRoutingRow } from './rows/direct-routing.ts';
import { pstnRow } from './rows/pstn.ts';
import type { RowMaker } from './rows/row.ts';
import { teamsSmsRow } from './rows/teams-sms.ts';
import { a2pSmsRow, smsHistoryRow } from './rows/voximplant.ts';
import type { Switches } from './switches.ts';
import { type Range, type Span, shuffled, type View, viewOf } from './views.ts';

const MAKERS: Readonly<Partial<Record<DatasetName, RowMaker>>> = {
  'teams-pstn-calls': pstnRow,
  'teams-direct-routing-calls': directRoutingRow,
  'teams-sms': teamsSmsRow,
  'teams-blocked-users': blockedUsersRow,
  'voximplant-sms': smsHistoryRow,
  'voximplant-a2p-sms': a2pSmsRow,
};

const CHANGING: readonly DatasetName[] = ['teams-pstn-calls', 'teams-sms', 'voximplant-sms', 'voximplant-a2p-sms'];

/** Rows this close to midnight are never odd in their time. */
const MARGIN_TICKS = 10 * TICKS_PER_SECOND;
const LATE_DAYS_KEPT = 32;
const NONE = new Int32Array();

/** What is true: every row of every dataset and day as a function of the seed, and which of them show at an instant. */
export class Tenant {
  private readonly seed: number;
  private readonly options: SimulatorOptions;
  private readonly switches: Readonly<Switches>;
  private readonly calendar: Calendar;
  private readonly people: People;
  private readonly dice = new Dice();
  private readonly late = new Map<string, { indexes: Int32Array; hours: Float64Array }>();
  private groups: { readonly key: string; readonly list: Int32Array } | undefined;
  private readonly lateHours: readonly [number, number];
  private readonly changedHours: readonly [number, number];

  constructor(seed: number, options: SimulatorOptions, switches: Readonly<Switches>) {
    this.seed = seed;
    this.options = options;
    this.switches = switches;
    this.calendar = new Calendar(seed, name => options.volumes?.[name] ?? options.rows ?? 200);
    this.people = new People(seed, options.hostileNames ?? true);
    this.lateHours = options.lateHours ?? [2, 48];
    this.changedHours = options.changedHours ?? [6, 48];
  }

  /** The rows in `range` that show at `nowMs`, in the order of their time. */
  view(dataset: Dataset, api: Api, range: Range, nowMs: number): View {
    const now = momentOf(nowMs);
    const first = Math.max(range.from.day, now.day - dataset.retentionDays);
    const last = Math.min(range.to.day, now.day);
    const days = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const clip = compare(range.to, now) < 0 ? range : { ...range, to: now, toOpen: false };
    const settled = now.day - range.to.day > 1 + Math.max(this.lateHours[1], this.changedHours[1]) / 24;
    const key = settled ? JSON.stringify([dataset.name, api, first, range, this.forms()]) : undefined;
    if (dataset.name === 'teams-dialout-usage') return this.report(dataset, days, clip, key);
    return viewOf(
      days.map(day => this.span(dataset, api, day, clip, nowMs)),
      key,
    );
  }

  /** The same rows in the order in which they are served. `turn` tells requests apart when the order is unstable. */
  viewAsServed(dataset: Dataset, api: Api, range: Range, nowMs: number, turn: number): View {
    const view = this.view(dataset, api, range, nowMs);
    const { order } = this.switches;
    if (order === 'time') return view;
    return shuffled(view, order === 'shuffled' ? this.seed : this.seed + turn);
  }

  /** The exact text of a row as it is at `nowMs`. An index past the day's count is a row that only faults bring. */
  rowText(dataset: Dataset, api: Api, day: number, index: number, nowMs: number): string {
    const maker = MAKERS[dataset.name];
    if (maker === undefined) return dialoutRow(this.seed, this.people, index, { calls: 1, seconds: 60, price: 100 });
    const number = dataset.number;
    const tick = this.calendar.tick(dataset, day, index, this.calendar.count(dataset, day));
    const inner = tick >= MARGIN_TICKS && tick < TICKS_PER_DAY - MARGIN_TICKS;
    const at = { day, tick };
    return maker({
      seed: this.seed,
      index,
      at,
      dice: this.dice.reset(this.seed, number, day, index),
      people: this.people,
      api,
      switches: this.switches,
      change: inner ? this.change(dataset, at, index, nowMs) : 'never',
      inner: inner && (this.options.oddTimes ?? true),
      odd: share(this.seed, number, day, index, 21) < (this.options.oddShare ?? 0.02),
      hugeCharges: this.options.hugeCharges ?? true,
    });
  }

  /** Rows of the day in the end. */
  count(dataset: Dataset, day: number): number {
    return this.calendar.count(dataset, day);
  }

  private change(dataset: Dataset, at: Moment, index: number, nowMs: number): 'never' | 'ahead' | 'done' {
    if (!CHANGING.includes(dataset.name)) return 'never';
    const draw = share(this.seed, dataset.number, at.day, index, 22);
    const portion = this.options.changedShare ?? 0.01;
    if (draw >= portion) return 'never';
    const hours = between(this.changedHours, draw / portion);
    return nowMs < msOf(at) + hours * HOUR_MS ? 'ahead' : 'done';
  }

  private span(dataset: Dataset, api: Api, day: number, range: Range, nowMs: number): Span {
    const count = this.calendar.count(dataset, day);
    const low =
      day > range.from.day ? 0 : this.calendar.firstFrom(dataset, day, count, range.from.tick, range.fromOpen);
    const high =
      day < range.to.day ? count : this.calendar.firstFrom(dataset, day, count, range.to.tick, !range.toOpen);
    return {
      low,
      high: Math.max(low, high),
      hidden: this.hidden(dataset, day, count, low, high, nowMs),
      rowAt: index => this.rowText(dataset, api, day, index, nowMs),
    };
  }

  /** Late rows of a stretch that do not show yet. */
  private hidden(dataset: Dataset, day: number, count: number, low: number, high: number, nowMs: number): Int32Array {
    const dayMs = day * DAY_MS;
    if (nowMs >= dayMs + DAY_MS + this.lateHours[1] * HOUR_MS) return NONE;
    const through = this.options.lateThrough?.();
    if (through !== undefined && dayMs <= Date.parse(through)) return NONE;
    const late = this.lateOf(dataset, day, count);
    return late.indexes.filter((index, at) => {
      if (index < low || index >= high) return false;
      const event = msOf({ day, tick: this.calendar.tick(dataset, day, index, count) });
      return nowMs < event + (late.hours[at] ?? 0) * HOUR_MS;
    });
  }

  private lateOf(dataset: Dataset, day: number, count: number): { indexes: Int32Array; hours: Float64Array } {
    const key = `${dataset.number}|${day}`;
    const known = this.late.get(key);
    if (known !== undefined) return known;
    const portion = this.options.lateShare ?? 0;
    const out = this.isOut(dataset, day);
    const [indexes, hours]: [number[], number[]] = [[], []];
    for (let index = 0; (out || portion > 0) && index < count; index += 1) {
      const lost = out && index * 3 >= count && index * 3 < count * 2;
      const draw = lost ? 0 : share(this.seed, dataset.number, day, index, 23);
      if (!lost && draw >= portion) continue;
      indexes.push(index);
      hours.push(between(this.lateHours, lost ? 1 : draw / portion));
    }
    const late = { indexes: Int32Array.from(indexes), hours: Float64Array.from(hours) };
    for (const old of this.late.keys()) {
      if (this.late.size < LATE_DAYS_KEPT) break;
      this.late.delete(old);
    }
    this.late.set(key, late);
    return late;
  }

  private isOut(dataset: Dataset, day: number): boolean {
    const { outage } = this.options;
    return outage?.dataset === dataset.name && day % outage.everyDays === 0;
  }

  /** The dial-out report: one row per group that has a call in the range, added up over it. */
  private report(dataset: Dataset, days: readonly number[], range: Range, key: string | undefined): View {
    const callsOf = (group: number): DialoutCall[] =>
      days.flatMap(day => {
        if (group >= this.calendar.count(dataset, day)) return [];
        const calls = dialoutCalls(this.seed, day, group);
        return calls.filter(({ tick }) => isWithin({ day, tick }, range));
      });
    const groups = this.groupsWithCalls(dataset, days, range, callsOf);
    return {
      total: groups.length,
      key,
      rowAt: position => {
        const group = groups[position];
        if (group === undefined) throw new RangeError(`No row ${position} of ${groups.length}`);
        return dialoutRow(this.seed, this.people, group, totalsOf(callsOf(group)));
      },
    };
  }

  /** Kept for the latest range: its pages all need it. */
  private groupsWithCalls(
    dataset: Dataset,
    days: readonly number[],
    range: Range,
    callsOf: (group: number) => DialoutCall[],
  ): Int32Array {
    const key = JSON.stringify([days[0], range]);
    if (this.groups?.key === key) return this.groups.list;
    const groupsMax = Math.max(0, ...days.map(day => this.calendar.count(dataset, day)));
    const list = Int32Array.from({ length: groupsMax }, (_, group) => group).filter(group => callsOf(group).length > 0);
    this.groups = { key, list };
    return list;
  }

  /** The switches that change what rows look like. */
  private forms(): readonly unknown[] {
    const { smsIds, voximplantNumbers, voximplantText } = this.switches;
    return [smsIds, voximplantNumbers, voximplantText];
  }
}

/** The range that holds exactly one UTC day. */
export function wholeDay(day: number): Range {
  return { from: { day, tick: 0 }, to: after({ day: day + 1, tick: 0 }, -1), fromOpen: false, toOpen: false };
}

/** The day at the middle of a range: the one a client means that asks a little beyond it. */
export function middleDay(range: Range): string {
  const ticks = (range.to.day - range.from.day) * TICKS_PER_DAY + range.to.tick - range.from.tick;
  return dayText(after(range.from, Math.floor(ticks / 2)).day);
}

function isWithin(at: Moment, range: Range): boolean {
  const [start, end] = [compare(at, range.from), compare(at, range.to)];
  return (range.fromOpen ? start > 0 : start >= 0) && (range.toOpen ? end < 0 : end <= 0);
}

function between([least, greatest]: readonly [number, number], part: number): number {
  return least + (greatest - least) * part;
}
