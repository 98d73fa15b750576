import { TABLES } from '../../shared/curate/tables.ts';
import { daysBetween, eachDay } from '../../shared/words/day.ts';
import { isIn } from '../ranges.ts';
import type { Bucket, Period } from './period.ts';

/** Which days of which logs are held: what a report may draw as a number, and what it must not draw as zero. Pure. */

export interface StatusRow {
  readonly dataset: string;
  readonly day: string;
  readonly state: string;
  readonly isHeld: boolean;
}

/** `whole` of all logs, `part` of some logs or some days, `none` of any. */
export type Coverage = 'whole' | 'part' | 'none';

export interface LogCoverage {
  readonly dataset: string;
  readonly held: number;
  readonly final: number;
  /** The day on which its history begins, where that is within the period or after it. */
  readonly begins: string | undefined;
  /** Days of the period before that. */
  readonly early: number;
  /** Days since then that are not held. */
  readonly missing: readonly string[];
}

const LOGS_OF = new Map(TABLES.map(({ name, datasets }) => [name, datasets]));
export const CALL_LOGS = LOGS_OF.get('fact_call') ?? [];
export const MESSAGE_LOGS = LOGS_OF.get('fact_message') ?? [];

export class Held {
  /** By log, then day. */
  private readonly logs = new Map<string, Map<string, StatusRow>>();

  constructor(rows: readonly StatusRow[]) {
    for (const row of rows) {
      const days = this.logs.get(row.dataset) ?? new Map<string, StatusRow>();
      this.logs.set(row.dataset, days.set(row.day, row));
    }
  }

  /** Whether anything is known of which days are held. */
  get isKnown(): boolean {
    return this.logs.size > 0;
  }

  /** The first and the last day that any log holds. */
  get reach(): Period | undefined {
    const held = [...this.logs.values()].flatMap(days => [...days.values()].filter(row => row.isHeld));
    const names = held.map(({ day }) => day).sort();
    const [from, to] = [names[0], names.at(-1)];
    return from === undefined || to === undefined ? undefined : { from, to };
  }

  /** Of the logs that the tenant has. */
  of(logs: readonly string[], day: string): Coverage {
    const mine = logs.filter(log => this.logs.has(log));
    const held = mine.filter(log => this.logs.get(log)?.get(day)?.isHeld === true).length;
    if (held === 0) return 'none';
    return held === mine.length ? 'whole' : 'part';
  }

  ofBucket(logs: readonly string[], { days, isCut }: Bucket): Coverage {
    const each = days.map(day => this.of(logs, day));
    if (each.every(one => one === 'none')) return 'none';
    return !isCut && each.every(one => one === 'whole') ? 'whole' : 'part';
  }

  /** Whether all of these logs hold all days: only then are two periods compared. */
  isWhole(logs: readonly string[], { from, to }: Period): boolean {
    return [...eachDay(from, to)].every(day => this.of(logs, day) === 'whole');
  }

  has(logs: readonly string[]): boolean {
    return logs.some(log => this.logs.has(log));
  }

  /** A line for each log. */
  coverage(period: Period): LogCoverage[] {
    return [...this.logs].map(([dataset, days]) => {
      const first = [...days.keys()].sort()[0] ?? period.to;
      const owed = [...days.values()].filter(({ day }) => isIn(day, period));
      const held = owed.filter(row => row.isHeld);
      const asked = first > period.to ? [] : [...eachDay(first > period.from ? first : period.from, period.to)];
      const heldDays = new Set(held.map(({ day }) => day));
      return {
        dataset,
        held: held.length,
        final: held.filter(({ state }) => state === 'final').length,
        begins: first > period.from ? first : undefined,
        early: daysBetween(period.from, period.to) + 1 - asked.length,
        missing: asked.filter(day => !heldDays.has(day)),
      };
    });
  }
}
