import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { jsonOf } from '../json.ts';
import type { LogLevel, TypedData } from './boundary.ts';
import { Lease, type LeaseTimes } from './lease.ts';
import { codeOf, decodeMessage, sendCreating } from './messages.ts';
import type { HostJson } from './settings.ts';
import type { Work } from './work.ts';

export interface ListenerOptions extends LeaseTimes {
  readonly functionName: string;
  readonly queue: QueueClient;
  /** A queue of the same account. */
  readonly poisonQueueOf: (name: string) => QueueClient;
  readonly config: HostJson['queues'];
  /** The longest pause between two looks into an empty queue. */
  readonly pollMaxMs: number;
  readonly work: Work;
  readonly log: (level: LogLevel, message: string) => void;
  /** Runs the function; resolves to whether it succeeded, and never rejects. */
  readonly invoke: (reason: string, input: TypedData, metadata: Record<string, TypedData>) => Promise<boolean>;
}

/** The shortest pause between two looks into an empty queue, however often a handler ends. */
const POLL_MIN_MS = 20;

/** A queue name has at most 63 characters. */
const QUEUE_NAME_MAX = 63;

/**
 * One queue trigger: receives, runs, settles. Follows QueueListener and QueueProcessor of the Storage extension 5.3.7
 * (azure-platform.md, 1.5).
 */
export class QueueListener {
  private readonly options: ListenerOptions;
  private readonly queue: QueueClient;
  private readonly poison: QueueClient | undefined;
  private inFlight = 0;
  private emptyAt = -1;
  private readonly leases = new Set<Lease>();
  private readonly abort = new AbortController();
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(options: ListenerOptions) {
    this.options = options;
    this.queue = options.queue;
    const poisonName = `${this.queueName}-poison`;
    const hasPoison = !this.queueName.endsWith('-poison') && poisonName.length <= QUEUE_NAME_MAX;
    this.poison = hasPoison ? options.poisonQueueOf(poisonName) : undefined;
  }

  get queueName(): string {
    return this.options.queue.name;
  }

  /** Whether the queue had nothing visible when it was last asked, and no handler ended since it was asked. */
  get foundEmpty(): boolean {
    return this.emptyAt === this.options.work.epoch;
  }

  start(): void {
    this.loop = this.poll();
  }

  /**
   * Receives nothing more; what was received goes on, unless the host is dead: then nothing is settled or extended from
   * now on. A request for messages that is open after `waitMs` is cut off, and what it took reappears by itself.
   */
  async stop(waitMs: number): Promise<void> {
    this.stopping = true;
    const timer = setTimeout(() => this.abort.abort(), waitMs);
    this.options.work.touch();
    if (this.options.work.dead) await Promise.all([...this.leases].map(lease => lease.end()));
    await this.loop;
    clearTimeout(timer);
  }

  private async poll(): Promise<void> {
    const { config, pollMaxMs, work } = this.options;
    let pauseMs = POLL_MIN_MS;
    while (!this.stopping) {
      const epoch = work.epoch;
      if (this.inFlight > config.newBatchThreshold) {
        await work.ended(epoch, pollMaxMs);
        continue;
      }
      const messages = await this.receive();
      if (messages === undefined || messages.length === 0) {
        if (messages !== undefined) this.emptyAt = epoch;
        work.changed();
        await work.ended(epoch, pauseMs);
        // The back-off starts over whenever a handler ended: it may have sent something here.
        if (work.epoch !== epoch) await new Promise(resolve => setTimeout(resolve, POLL_MIN_MS));
        pauseMs = work.epoch === epoch ? Math.min(pauseMs * 2, pollMaxMs) : POLL_MIN_MS;
        continue;
      }
      pauseMs = POLL_MIN_MS;
      if (work.dead) return;
      for (const message of messages) void this.take(message);
    }
  }

  /** `undefined` when the service could not be asked. A queue that does not exist is an empty one. */
  private async receive(): Promise<DequeuedMessageItem[] | undefined> {
    try {
      const received = await this.queue.receiveMessages({
        numberOfMessages: this.options.config.batchSize,
        visibilityTimeout: Math.ceil(this.options.invisibleMs / 1000),
        abortSignal: this.abort.signal,
      });
      return received.receivedMessageItems;
    } catch (thrown) {
      if (codeOf(thrown) === 'QueueNotFound') return [];
      if (!this.stopping) this.options.log('error', `queue ${this.queueName} cannot be read: ${textOf(thrown)}`);
      return undefined;
    }
  }

  private async take(message: DequeuedMessageItem): Promise<void> {
    const { work, functionName, log } = this.options;
    const about = `message ${message.messageId} of ${this.queueName}`;
    this.inFlight += 1;
    await work.track(functionName, async () => {
      const lease = new Lease(this.queue, message, this.options, what => log('warning', `${about} ${what}`));
      this.leases.add(lease);
      try {
        await this.process(message, lease, about);
      } catch (thrown) {
        // It reappears by itself when its invisibility ends.
        log('error', `${about} could not be settled: ${textOf(thrown)}`);
      } finally {
        await lease.end();
        this.leases.delete(lease);
        this.inFlight -= 1;
      }
    });
  }

  private async process(message: DequeuedMessageItem, lease: Lease, about: string): Promise<void> {
    const { config, log } = this.options;
    // Only a worker that died while it had the message leaves a count above the limit.
    if (message.dequeueCount > config.maxDequeueCount) return this.toPoison(message, lease, `${about} came too often`);

    const decoded = decodeMessage(message.messageText, config.messageEncoding);
    // The extension hands it to the poison queue at once, as it is: trying again would not change it
    // (Azure/azure-sdk-for-net pull request 18326, QueueServiceClientProvider.cs).
    if ('unreadable' in decoded && decoded.unreadable === 'not base64')
      return this.toPoison(message, lease, `${about} is not base64`);
    const ok = 'text' in decoded ? await this.run(message, decoded.text) : this.cannotBind(about);
    if (this.options.work.dead) return;
    if (ok) return lease.delete();
    if (message.dequeueCount >= config.maxDequeueCount) {
      return this.toPoison(message, lease, `${about} failed ${message.dequeueCount} times`);
    }
    if (this.poison !== undefined) return lease.showAfter(config.visibilityTimeoutMs);
    log('warning', `${about} failed and stays invisible: this queue has no poison queue`);
  }

  private run(message: DequeuedMessageItem, text: string): Promise<boolean> {
    const reason = `${this.queueName}, attempt ${message.dequeueCount}`;
    return this.options.invoke(reason, { string: text }, triggerMetadata(message, text));
  }

  /** Bytes that are no UTF-8 cannot be given to a function as text: the attempt fails before the function is called. */
  private cannotBind(about: string): false {
    this.options.log('error', `${about} cannot be bound: its bytes are not UTF-8, and no function of the app sees it`);
    return false;
  }

  private async toPoison(message: DequeuedMessageItem, lease: Lease, why: string): Promise<void> {
    const { log } = this.options;
    if (this.poison === undefined) {
      // Up to 5.3.7 the extension does this without a word, and again each time the message reappears.
      log('error', `${why}; there is no poison queue, so it stays invisible and is never run again`);
      return;
    }
    log('warning', `${why}; it moves to ${this.poison.name}`);
    await sendCreating(this.poison, message.messageText);
    await lease.delete();
  }
}

/** The metadata of a message as the host sends it. A property of the payload hides the one of the same name. */
export function triggerMetadata(message: DequeuedMessageItem, text: string): Record<string, TypedData> {
  const metadata = new Map<string, TypedData>([
    ['QueueTrigger', { string: text }],
    ['DequeueCount', json(message.dequeueCount)],
    ['ExpirationTime', json(message.expiresOn)],
    ['Id', { string: message.messageId }],
    ['InsertionTime', json(message.insertedOn)],
    ['NextVisibleTime', json(message.nextVisibleOn)],
    ['PopReceipt', { string: message.popReceipt }],
  ]);
  const payload = jsonOf(text);
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    for (const [key, value] of Object.entries(payload)) {
      // .NET's dictionary ignores case and keeps the spelling it knew first.
      const known = [...metadata.keys()].find(name => name.toLowerCase() === key.toLowerCase());
      metadata.set(known ?? key, json(value));
    }
  }
  return Object.fromEntries(metadata);
}

function json(value: unknown): TypedData {
  return { json: JSON.stringify(value) };
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
