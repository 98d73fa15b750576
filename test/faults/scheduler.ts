/** Virtual time: a queue of events, run one at a time. Nothing here waits, and nothing reads the machine's clock. */

export interface Event {
  readonly at: number;
  cancelled: boolean;
}

interface Entry extends Event {
  readonly turn: number;
  readonly run: () => void;
}

export class Scheduler {
  /** Milliseconds since the epoch, as the world outside all machines has it. */
  now: number;
  private turns = 0;
  /** A binary heap, earliest first; events of one instant run in the order in which they were asked for. */
  private readonly heap: Entry[] = [];

  constructor(now: number) {
    this.now = now;
  }

  at(at: number, run: () => void): Event {
    this.turns += 1;
    const entry: Entry = { at: Math.max(at, this.now), turn: this.turns, run, cancelled: false };
    this.rise(entry);
    return entry;
  }

  after(ms: number, run: () => void): Event {
    return this.at(this.now + ms, run);
  }

  /** Runs everything due up to `until`, each event to its end before the next, or until `stopped` says so. */
  async runUntil(until: number, stopped: () => boolean): Promise<void> {
    for (let next = this.heap[0]; next !== undefined && next.at <= until; next = this.heap[0]) {
      this.sink();
      if (next.cancelled) continue;
      if (stopped()) return;
      this.now = next.at;
      next.run();
      await allSettled();
    }
    this.now = Math.max(this.now, until);
  }

  private rise(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  private sink(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, least)) {
        child += 1;
        least = right;
      }
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

/** Resolves once every promise that can go on without another event has gone on: ticks come after all microtasks. */
function allSettled(): Promise<void> {
  return new Promise(resolve => process.nextTick(resolve));
}
