import type { LogLine } from '../host.ts';
import type { FaultRule } from '../simulator/index.ts';
import { at, complaintOf, type Event, eventOf, isProgress, kindOf } from './events.ts';
import type { RunLog } from './log.ts';
import type { Progress } from './progress.ts';
import type { Screen } from './screen.ts';

/** Listens to the host: everything goes to its log, and what a person should know of goes to the screen. */

/** A wait worth a line, and the time until the next line about waiting. */
const WAIT_MS = 3_000;
const WAIT_TOLD_MS = 20_000;

export class Listener {
  /** When a day last got on, in milliseconds since the epoch. */
  movedAt = Date.now();
  private readonly screen: Screen;
  private readonly progress: Progress;
  private readonly log: Pick<RunLog, 'write'>;
  private readonly onPurpose: readonly FaultRule[];
  private readonly told = new Set<string>();
  private readonly refused = new AbortController();
  private waitToldAt = 0;

  /** @param onPurpose days of a simulated tenant that fail so that a gap can be seen */
  constructor(screen: Screen, progress: Progress, log: Pick<RunLog, 'write'>, onPurpose: readonly FaultRule[]) {
    this.screen = screen;
    this.progress = progress;
    this.log = log;
    this.onPurpose = onPurpose;
  }

  /** Aborts when the product refuses its configuration: nothing can come of this run. */
  get refusal(): AbortSignal {
    return this.refused.signal;
  }

  hear(line: LogLine): void {
    this.log.write(line);
    const event = eventOf(line);
    if (event === undefined) {
      if (line.level === 'critical') this.screen.warn(line.message);
      return;
    }
    if (isProgress(event)) this.movedAt = Date.now();
    const complaint = complaintOf(event);
    // A hundred days that fail alike are one piece of news; the table at the end counts them.
    if (complaint !== undefined && !this.told.has(kindOf(event))) {
      this.told.add(kindOf(event));
      this.screen.warn(
        this.isOnPurpose(event) ? `${complaint} (The simulated tenant fails once on purpose.)` : complaint,
      );
    }
    if (event.event === 'config rejected') this.refused.abort();
    const now = Date.now();
    if (this.progress.note(event, now)) this.screen.show(this.progress.datasets, this.progress.pace(now));
  }

  private isOnPurpose({ dataset, day }: Event): boolean {
    return this.onPurpose.some(rule => rule.dataset === dataset && rule.day === day);
  }

  /** Nothing is being done until then. */
  wait(until: number): void {
    const now = Date.now();
    if (until < now + WAIT_MS) return;
    // How fast days landed says nothing of when a wait is over.
    this.screen.show(this.progress.datasets);
    if (now < this.waitToldAt + WAIT_TOLD_MS) return;
    this.waitToldAt = now;
    this.screen.say(`All days that are left must wait; the next one is tried ${at(new Date(until).toISOString())}.`);
  }
}
