import type { Day } from '../../shared/words/model.ts';
import { type Event, isProgress } from './events.ts';
import type { Standing } from './standing.ts';

/** How far each dataset is, counted along with the events. The ledger has the last word: see standing.ts. */

export interface DatasetProgress {
  readonly dataset: string;
  readonly daysOwed: number;
  readonly daysLanded: number;
  readonly rows: number;
  /** Days that were read again by this run. */
  readonly daysChecked: number;
  /** Days that failed or wait, and have not landed since. */
  readonly daysTroubled: number;
}

/** Fewer say nothing about the others. */
const PACE_DAYS_MIN = 3;

export interface Pace {
  readonly daysPerSecond: number;
  readonly secondsLeft: number;
}

interface Tally {
  readonly dataset: string;
  readonly daysOwed: number;
  readonly rows: Map<Day, number>;
  readonly checked: Set<Day>;
  readonly troubled: Set<Day>;
  /** Failed, and landed since. */
  readonly healed: Set<Day>;
  /** When a day first failed since one of them last got on, in milliseconds since the epoch. */
  failingSince: number | undefined;
}

export class Progress {
  private readonly tallies = new Map<string, Tally>();
  private readonly startedAt: number;
  private landed = 0;

  /** @param now milliseconds since the epoch */
  constructor(standings: readonly Standing[], now: number) {
    this.startedAt = now;
    for (const { dataset, daysOwed, held } of standings) {
      const rows = new Map([...held].map(([day, { rows }]) => [day, rows]));
      this.tallies.set(dataset, {
        dataset,
        daysOwed,
        rows,
        checked: new Set(),
        troubled: new Set(),
        healed: new Set(),
        failingSince: undefined,
      });
    }
  }

  /**
   * @param now milliseconds since the epoch
   * @returns whether the event was about how far a day is
   */
  note(event: Event, now: number): boolean {
    const { dataset, day, rows } = event;
    const tally = this.tallies.get(dataset ?? '');
    if (tally === undefined || day === undefined) return false;
    if (isProgress(event)) tally.failingSince = undefined;
    switch (event.event) {
      case 'day landed':
      case 'day revised':
      case 'day checked':
        if (event.event !== 'day landed') tally.checked.add(day);
        if (!tally.rows.has(day)) this.landed += 1;
        tally.rows.set(day, rows ?? 0);
        if (tally.troubled.delete(day)) tally.healed.add(day);
        return true;
      case 'day failed':
        tally.failingSince ??= now;
        tally.troubled.add(day);
        return true;
      case 'source throttled':
        tally.troubled.add(day);
        return true;
      default:
        return false;
    }
  }

  /** Datasets of which a day failed at that time or before, and none has got on since. */
  failingFrom(latest: number): Set<string> {
    const failing = [...this.tallies.values()].filter(({ failingSince }) => (failingSince ?? latest + 1) <= latest);
    return new Set(failing.map(({ dataset }) => dataset));
  }

  /** Days that failed or had to wait in this run, and that landed all the same. */
  get daysHealed(): number {
    return [...this.tallies.values()].reduce((sum, { healed }) => sum + healed.size, 0);
  }

  /**
   * How fast days land in this run, and how long the rest takes at that pace; absent until there is something to go by,
   * and when only days are left that failed or wait: those go by the clock.
   */
  pace(now: number): Pace | undefined {
    const seconds = (now - this.startedAt) / 1_000;
    if (this.landed < PACE_DAYS_MIN || seconds <= 0) return undefined;
    const left = this.datasets.reduce((sum, { daysOwed, daysLanded }) => sum + daysOwed - daysLanded, 0);
    const waiting = [...this.tallies.values()].flatMap(({ troubled, rows }) =>
      [...troubled].filter(day => !rows.has(day)),
    );
    if (left > 0 && waiting.length >= left) return undefined;
    const daysPerSecond = this.landed / seconds;
    return { daysPerSecond, secondsLeft: Math.ceil(left / daysPerSecond) };
  }

  get datasets(): DatasetProgress[] {
    return [...this.tallies.values()].map(({ dataset, daysOwed, rows, checked, troubled }) => ({
      dataset,
      // A day that ended while this run was at work is owed as well.
      daysOwed: Math.max(daysOwed, rows.size),
      daysLanded: rows.size,
      rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
      daysChecked: checked.size,
      daysTroubled: troubled.size,
    }));
  }
}
