import { alive, claimed } from '../ledger/entry.ts';
import type { Checkpoint, DayEntry } from '../words/ledger.ts';
import type { FetchMessage } from '../words/model.ts';
import type { Ledger, Versioned } from '../words/ports.ts';

/** Thrown when the ledger no longer shows our ticket: somebody else has the day. The worker stops at once. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/**
 * A day that one worker has claimed. Every write passes the version it last saw; when that fails, the worker has been
 * superseded and may change nothing any more.
 */
export class Claim {
  private readonly ledger: Ledger;
  private found: Versioned<DayEntry>;

  private constructor(ledger: Ledger, found: Versioned<DayEntry>) {
    this.ledger = ledger;
    this.found = found;
  }

  /**
   * Claims the day of a message: from `queued` under the message's ticket to `fetching` under the next one.
   *
   * @returns `undefined` when the day is not queued under that ticket: the message is old, repeated or forged
   */
  static async take(ledger: Ledger, message: FetchMessage, now: number): Promise<Claim | undefined> {
    const found = await ledger.day(message.dataset, message.day);
    if (found === undefined) return undefined;
    const { state, ticket } = found.value.work;
    if (state !== 'queued' || ticket !== message.ticket) return undefined;
    const value = claimed(found.value, now);
    const etag = await ledger.putDay(value, found.etag);
    return etag === undefined ? undefined : new Claim(ledger, { value, etag });
  }

  get entry(): DayEntry {
    return this.found.value;
  }

  get ticket(): number {
    return this.entry.work.ticket;
  }

  /** A sign of life, with new progress when there is some. @throws Superseded */
  async beat(now: number, checkpoint?: Checkpoint): Promise<void> {
    await this.save(alive(this.entry, now, checkpoint));
  }

  /** @throws Superseded */
  async save(value: DayEntry): Promise<void> {
    const etag = await this.ledger.putDay(value, this.found.etag);
    if (etag === undefined) throw new Superseded();
    this.found = { value, etag };
  }
}
