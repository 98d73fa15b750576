import { delaySeconds } from '../../shared/stores/jobs.ts';
import type { FetchMessage } from '../../shared/words/model.ts';
import type { Backlog, Clock, Jobs } from '../../shared/words/ports.ts';
import { between, type Hooks } from './hooks.ts';

/** A message in the queue. */
export interface QueuedMessage {
  readonly message: FetchMessage;
  /** Milliseconds since the epoch; before that no worker gets it. */
  readonly visibleAt: number;
}

/** The queue of a memory. The harness is its host: it takes, repeats, reorders or drops what is in `messages`. */
export interface MemoryJobs extends Jobs, Backlog {
  /** In the order of sending. */
  readonly messages: QueuedMessage[];
  /** What the harness gave up on. */
  readonly poisoned: FetchMessage[];
}

/** @param messages share one array between several workers, each with its own hooks */
export function memoryJobs(clock: Pick<Clock, 'now'>, hooks: Hooks = {}, messages: QueuedMessage[] = []): MemoryJobs {
  const poisoned: FetchMessage[] = [];
  return {
    messages,
    poisoned,
    send: (message, delayMs) =>
      between(hooks, `jobs.send ${message.dataset} ${message.day}`, () => {
        messages.push({ message: structuredClone(message), visibleAt: clock.now() + delaySeconds(delayMs) * 1000 });
      }),
    depth: () => between(hooks, 'jobs.depth', () => ({ fetch: messages.length, poison: poisoned.length })),
  };
}
