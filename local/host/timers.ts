import { Cron } from 'croner';
import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { Clock } from '../../shared/words/ports.ts';
import type { TypedData } from './boundary.ts';

/** The instants of an NCRONTAB expression, in UTC. */
export interface Schedule {
  /** The first instant after `after`, exclusive. */
  next(after: Date): Date;
}

/** What the timer's monitor remembers between two runs. */
export interface ScheduleStatus {
  /** Start of the last run; `undefined` before the first. */
  readonly last: Date | undefined;
  readonly next: Date;
  readonly lastUpdated: Date;
}

const NAME = /\b(?:SUN|MON|TUE|WED|THU|FRI|SAT|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b/gi;

/** How far .NET goes back when there is no date. */
const NEVER = '0001-01-01T00:00:00';

/**
 * Reads `{second} {minute} {hour} {day} {month} {day of week}`; with five fields the seconds are 0.
 *
 * @throws on everything that Azure does not take, including what other crons know (`@daily`, `L`, Sunday as 7)
 */
export function parseSchedule(expression: string): Schedule {
  const fields = expression.trim().split(/\s+/);
  const plain = fields.join(' ').replace(NAME, '0');
  const usable = (fields.length === 5 || fields.length === 6) && /^[\d*,/\- ]+$/.test(plain);
  if (!usable || /7/.test(fields.at(-1)?.replace(/\/\d+/g, '') ?? '')) {
    throw new Error(`"${expression}" is not an NCRONTAB expression of 5 or 6 fields such as "0 */5 * * * *"`);
  }
  // Unlike most crons, NCRONTAB wants both day fields to match.
  const cron = new Cron(expression, { timezone: 'UTC', mode: '5-or-6-parts', domAndDow: true, paused: true });
  return {
    next(after) {
      const found = cron.nextRun(after);
      if (found === null) throw new Error(`"${expression}" never comes after ${after.toISOString()}`);
      return found;
    },
  };
}

/** Whether Azure keeps a status for this timer: on unless switched off or some interval is under a minute. */
export function isMonitored(schedule: Schedule, useMonitor: boolean, now: Date): boolean {
  if (!useMonitor) return false;
  let instant = schedule.next(now);
  // The host looks at a few occurrences, not at all of them.
  for (let i = 0; i < 5; i++) {
    const following = schedule.next(instant);
    if (following.getTime() - instant.getTime() < MINUTE_MS) return false;
    instant = following;
  }
  return true;
}

/** The timer's input as the host sends it: PascalCase JSON, the status `null` when it is not monitored. */
function timerInput(status: ScheduleStatus | undefined): TypedData {
  const scheduleStatus =
    status === undefined
      ? null
      : {
          Last: status.last?.toISOString() ?? NEVER,
          Next: status.next.toISOString(),
          LastUpdated: status.lastUpdated.toISOString(),
        };
  // Never past due: that compares with a status kept from before the start, and this host keeps none.
  return {
    json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: scheduleStatus, IsPastDue: false }),
  };
}

export interface TimerOptions {
  readonly schedule: Schedule;
  readonly useMonitor: boolean;
  readonly runOnStartup: boolean;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** Runs the function; never rejects. A failure is not repeated before the next tick. */
  readonly invoke: (reason: string, input: TypedData) => Promise<boolean>;
}

/** A longer sleep is cut: `setTimeout` counts in 32 bits, and a laptop's clock may be set meanwhile. */
const SLEEP_MS_MAX = HOUR_MS;

/** One timer trigger. Its scheduled runs never overlap; ticks missed during a run become one run right after it. */
export class TimerListener {
  private readonly options: TimerOptions;
  private readonly monitored: boolean;
  private readonly stopping = new AbortController();
  private status: ScheduleStatus;

  constructor(options: TimerOptions) {
    this.options = options;
    const now = this.now();
    this.status = { last: undefined, next: options.schedule.next(now), lastUpdated: now };
    this.monitored = isMonitored(options.schedule, options.useMonitor, now);
  }

  /** When the next scheduled run is due. */
  get next(): Date {
    return this.status.next;
  }

  /** @returns after `stop`, once the run in progress is over */
  async follow(): Promise<void> {
    if (this.options.runOnStartup) await this.scheduled('timer, at start-up');
    while (!this.stopping.signal.aborted) {
      const waitMs = this.status.next.getTime() - this.options.clock.now();
      if (waitMs <= 0) {
        await this.scheduled('timer');
        continue;
      }
      // Woken by `stop` it rejects, and the loop ends.
      await this.options.clock.sleep(Math.min(waitMs, SLEEP_MS_MAX), this.stopping.signal).catch(() => undefined);
    }
  }

  /** Runs now, beside a scheduled run if there is one, and leaves the schedule alone: so does the admin endpoint. */
  runNow(): Promise<boolean> {
    return this.options.invoke('on request', timerInput(this.monitored ? this.status : undefined));
  }

  stop(): void {
    this.stopping.abort();
  }

  private async scheduled(reason: string): Promise<void> {
    const startedAt = this.now();
    await this.options.invoke(reason, timerInput(this.monitored ? this.status : undefined));
    this.status = { last: startedAt, next: this.options.schedule.next(startedAt), lastUpdated: startedAt };
  }

  private now(): Date {
    return new Date(this.options.clock.now());
  }
}
