import { EventEmitter } from 'node:events';

/**
 * What the host is doing, and the signal that something changed.
 *
 * The epoch is raised whenever a handler ended, because only then can a queue have got new messages from this app. A
 * poller that found its queue empty notes the epoch it asked in: while that epoch lasts, its answer holds.
 */
export class Work {
  readonly #running = new Map<symbol, string>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  #epoch = 0;
  #dead = false;

  /** Whether the host was killed: what still runs must leave no trace. */
  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Names of what is running, one for each run. */
  get running(): string[] {
    return [...this.#running.values()];
  }

  /** Runs `run` and counts it as running until all of it, settling included, is over. */
  async track<T>(name: string, run: () => Promise<T>): Promise<T> {
    const key = Symbol(name);
    this.#running.set(key, name);
    try {
      return await run();
    } finally {
      this.#running.delete(key);
      this.touch();
    }
  }

  /** Makes every earlier "the queue is empty" out of date and wakes the pollers. */
  touch(): void {
    this.#epoch += 1;
    this.#events.emit('touched');
    this.changed();
  }

  /** Lets those who wait for a state look again. */
  changed(): void {
    this.#events.emit('changed');
  }

  /** Resolves at the next change, or after `ms`. */
  nextChange(ms: number): Promise<void> {
    return this.#next('changed', ms);
  }

  /** Resolves when a handler ended after `epoch`, or after `ms`. */
  async ended(epoch: number, ms: number): Promise<void> {
    if (this.#epoch === epoch) await this.#next('touched', ms);
  }

  #next(event: string, ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        this.#events.off(event, done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#events.on(event, done);
    });
  }
}
