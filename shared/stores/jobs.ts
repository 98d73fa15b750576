import type { QueueClient } from '@azure/storage-queue';
import { type CurateMessage, type FetchMessage, MESSAGE_VERSION } from '../words/model.ts';
import type { Backlog, CurateJobs, Jobs } from '../words/ports.ts';
import { ask, must } from './storage-errors.ts';

/** The longest a message can be hidden; the service refuses more. */
const DELAY_SECONDS_MAX = 7 * 24 * 60 * 60;

/** Base64 of JSON, because the Functions host decodes it (`messageEncoding` of host.json, its default). */
function encoded(members: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(members)).toString('base64');
}

/** The text of a message. */
function encodeMessage({ dataset, day, ticket, traceparent }: FetchMessage): string {
  return encoded({ v: MESSAGE_VERSION, dataset, day, ticket, traceparent });
}

/** For how many whole seconds a message stays hidden. Rounded up: a wait that ends early breaks a promise. */
export function delaySeconds(delayMs: number): number {
  return Math.min(Math.max(Math.ceil(delayMs / 1000), 0), DELAY_SECONDS_MAX);
}

/** The queue behind `Jobs`. A lost answer that the SDK retries sends twice, which a hint may be. */
export function queueJobs(queue: QueueClient): Jobs {
  return {
    async send(message, delayMs) {
      const what = `Queueing ${message.dataset} ${message.day} in queue "${queue.name}"`;
      await must({ service: 'queue', what }, abortSignal =>
        queue.sendMessage(encodeMessage(message), {
          // The default of 7 days would drop a delayed message without a trace; expiry is the ledger's decision.
          messageTimeToLive: -1,
          visibilityTimeout: delaySeconds(delayMs),
          abortSignal,
        }),
      );
    },
  };
}

/** How deep the queues are. @param poison where the host puts what it gave up on */
export function queueBacklog(queue: QueueClient, poison: readonly QueueClient[]): Backlog {
  const what = ({ name }: QueueClient) => `Looking into queue "${name}"`;
  return {
    async depth() {
      const [fetch, ...given] = await Promise.all([
        must({ service: 'queue', what: what(queue) }, abortSignal => queue.getProperties({ abortSignal })),
        ...poison.map(each =>
          ask({ service: 'queue', what: what(each) }, ['404 QueueNotFound'], abortSignal =>
            each.getProperties({ abortSignal }),
          ),
        ),
      ]);
      return {
        fetch: fetch.approximateMessagesCount ?? 0,
        poison: given.reduce((sum, { value }) => sum + (value?.approximateMessagesCount ?? 0), 0),
      };
    },
  };
}

/** The queue behind `CurateJobs`. */
export function queueCurateJobs(queue: QueueClient): CurateJobs {
  return {
    async send({ dataset, day, revision, traceparent }: CurateMessage) {
      const text = encoded({ v: MESSAGE_VERSION, dataset, day, revision, traceparent });
      await must({ service: 'queue', what: `Queueing ${dataset} ${day} in queue "${queue.name}"` }, abortSignal =>
        queue.sendMessage(text, { messageTimeToLive: -1, abortSignal }),
      );
    },
  };
}
