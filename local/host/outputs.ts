import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { Binding, InvocationResponse } from './boundary.ts';
import type { LoadedApp, Registration } from './core.ts';
import { type Encoding, encodeMessage, messagesOf, sendCreating } from './messages.ts';
import { connectionStringOf, expand, type Settings } from './settings.ts';

/** The name under which the package registers what a handler returns. */
const RETURN = '$return';

/**
 * Makes what writes a succeeded invocation's outputs to their queues. The queues are looked up now, so a missing setting
 * shows at the start. There is no transaction: a crash after the first message sends it again with the next attempt.
 *
 * @throws on an output that is neither a queue nor the HTTP response
 */
export function outputWriter(
  app: LoadedApp,
  encoding: Encoding,
  settings: Settings,
): (fn: Registration, response: InvocationResponse) => Promise<void> {
  const queues = new Map<Binding, QueueClient>();
  for (const { metadata } of app.functions) {
    for (const binding of Object.values(metadata.bindings)) {
      if (binding.direction !== 'out' || binding.type === 'http') continue;
      if (binding.type !== 'queue')
        throw new Error(`function ${metadata.name}: this host has no output ${binding.type}`);
      queues.set(binding, queueClientOf(binding, settings));
    }
  }
  return async (fn, response) => {
    const named = new Map(response.outputData?.map(({ name, data }) => [name, data]));
    for (const [name, binding] of Object.entries(fn.metadata.bindings)) {
      const queue = queues.get(binding);
      if (queue === undefined) continue;
      const value = name === RETURN ? response.returnValue : named.get(name);
      for (const body of messagesOf(value)) await sendCreating(queue, encodeMessage(body, encoding));
    }
  };
}

/** The queue a trigger or output is bound to. @throws when a setting is missing */
export function queueClientOf(binding: Readonly<Record<string, unknown>>, settings: Settings): QueueClient {
  const { queueName, connection = 'AzureWebJobsStorage' } = binding;
  const service = QueueServiceClient.fromConnectionString(connectionStringOf(String(connection), settings));
  return service.getQueueClient(expand(String(queueName), settings));
}
