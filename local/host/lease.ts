import type { QueueClient } from '@azure/storage-queue';
import { codeOf } from './messages.ts';

/** How long a received message stays invisible, and how often that is extended while its handler runs. */
export interface LeaseTimes {
  /** The service counts in whole seconds; this is rounded up. */
  readonly invisibleMs: number;
  readonly renewMs: number;
}

export interface LeasedMessage {
  readonly messageId: string;
  readonly popReceipt: string;
}

/** The message is gone, or another receiver holds it: it is no longer ours to settle. */
const LOST = new Set(['MessageNotFound', 'PopReceiptMismatch', 'QueueNotFound']);

/** The right to settle one received message. Each extension changes the pop receipt, so all updates go through here. */
export class Lease {
  private readonly queue: QueueClient;
  private readonly id: string;
  private readonly times: LeaseTimes;
  private readonly timer: NodeJS.Timeout;
  private readonly say: (message: string) => void;
  private popReceipt: string;
  private renewal: Promise<void> = Promise.resolve();
  private over = false;

  constructor(queue: QueueClient, message: LeasedMessage, times: LeaseTimes, say: (message: string) => void) {
    this.queue = queue;
    this.id = message.messageId;
    this.popReceipt = message.popReceipt;
    this.times = times;
    this.say = say;
    this.timer = setInterval(() => {
      this.renewal = this.renewal.then(() => this.renew());
    }, times.renewMs);
    // The poller keeps the process alive for as long as it should live.
    this.timer.unref();
  }

  /** Ends the extensions. To be called before the message is settled or given up; may be called twice. */
  async end(): Promise<void> {
    this.over = true;
    clearInterval(this.timer);
    await this.renewal;
  }

  async delete(): Promise<void> {
    await this.end();
    await this.unlessLost(async () => {
      await this.queue.deleteMessage(this.id, this.popReceipt);
    });
  }

  /** Makes the message visible again after a delay. */
  async showAfter(ms: number): Promise<void> {
    await this.end();
    await this.unlessLost(() => this.update(ms));
  }

  private async renew(): Promise<void> {
    if (this.over) return;
    try {
      await this.unlessLost(() => this.update(this.times.invisibleMs));
    } catch (thrown) {
      // The next extension comes well before the message would reappear.
      this.say(`could not be extended: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }

  private async update(invisibleMs: number): Promise<void> {
    const updated = await this.queue.updateMessage(
      this.id,
      this.popReceipt,
      undefined, // keeps the content
      Math.ceil(invisibleMs / 1000),
    );
    this.popReceipt = updated.popReceipt ?? this.popReceipt;
  }

  private async unlessLost(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === undefined || !LOST.has(code)) throw thrown;
      this.over = true;
      clearInterval(this.timer);
      this.say(`is no longer ours (${code})`);
    }
  }
}
