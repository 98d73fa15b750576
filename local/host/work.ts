import { EventEmitter } from 'node:events';

/**
 * What the host is doing, and the signal that something changed.
 *
 * The epoch is raised whenever a handler ended, because only then can a queue have got new messages from this app. A
 * poller that found its queue empty notes the epoch it asked in: while that epoch lasts, its answer holds.
 */
export class Work {
  private readonly runs = new Map<symbol, string>();
  private readonly events = new EventEmitter().setMaxListeners(0);
  private touches = 0;
  private killed = false;

  /** Whether the host was killed: what still runs must leave no trace. */
  get dead(): boolean {
    return this.killed;
  }

  die(): void {
    this.killed = true;
  }

  get epoch(): number {
    return this.touches;
  }

  /** Names of what is running, one for each run. */
  get running(): string[] {
    return [...this.runs.values()];
  }

  /** Runs `run` and counts it as running until all of it, settling included, is over. */
  async track<T>(name: string, run: () => Promise<T>): Promise<T> {
    const key = Symbol(name);
    this.runs.set(key, name);
    try {
      return await run();
    } finally {
      this.runs.delete(key);
      this.touch();
    }
  }

  /** Makes every earlier "the queue is empty" out of date and wakes the pollers. */
  touch(): void {
    this.touches += 1;
    this.events.emit('touched');
    this.changed();
  }

  /** Lets those who wait for a state look again. */
  changed(): void {
    this.events.emit('changed');
  }

  /** Resolves at the next change, or after `ms`. */
  nextChange(ms: number): Promise<void> {
    return this.next('changed', ms);
  }

  /** Resolves when a handler ended after `epoch`, or after `ms`. */
  async ended(epoch: number, ms: number): Promise<void> {
    if (this.touches === epoch) await this.next('touched', ms);
  }

  private next(event: string, ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        this.events.off(event, done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.events.on(event, done);
    });
  }
}
