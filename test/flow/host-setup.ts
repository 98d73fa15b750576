import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Host, type HostOptions, type LogLine, startHost } from '../../local/host.ts';
import { clockFrom } from '../clock.ts';

/** No schedule is due at this time. */
clockFrom('2026-03-11T12:00:00.000Z');

/** The folder of the app that the tests of the local host run. */
export const ROOT = fileURLToPath(new URL('../fixtures/host-app/', import.meta.url));

let azurite: Azurite;
let hosts: Host[] = [];
let names = 0;

/** What the hosts of the present test logged. */
export const lines: LogLine[] = [];

/** Starts storage for the test file that calls it, and stops every host after the test that started it. */
export function useHosts(): void {
  before(async () => {
    azurite = await startAzurite();
  });
  after(() => azurite.stop());
  afterEach(async () => {
    await Promise.all(hosts.map(host => host.stop()));
    hosts = [];
    lines.length = 0;
  });
}

/** Queues that no other test knows. */
export interface Queues {
  readonly words: QueueClient;
  readonly poison: QueueClient;
  readonly done: QueueClient;
  readonly settings: Readonly<Record<string, string>>;
}

export async function newQueues(): Promise<Queues> {
  names += 1;
  const service = QueueServiceClient.fromConnectionString(azurite.connectionString);
  const [WORDS_QUEUE, DONE_QUEUE] = [`words-${names}`, `done-${names}`];
  const words = service.getQueueClient(WORDS_QUEUE);
  await words.create();
  return {
    words,
    poison: service.getQueueClient(`${WORDS_QUEUE}-poison`),
    done: service.getQueueClient(DONE_QUEUE),
    settings: { WORDS_QUEUE, DONE_QUEUE, PRODUCE_SCHEDULE: '0 0 0 1 1 *' },
  };
}

export async function start(queues: Queues, options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await startHost({
    root: ROOT,
    files: ['functions/produce.ts', 'functions/consume.ts'],
    connectionString: azurite.connectionString,
    log: line => lines.push(line),
    ...options,
    settings: { ...queues.settings, ...options.settings },
  });
  hosts.push(host);
  return host;
}

export const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** What the handlers logged, parsed. */
export const said = (): Record<string, unknown>[] =>
  lines.filter(line => line.category === 'user').map(line => JSON.parse(line.message));

/** Takes everything visible out of a queue, decoded. */
export async function takeAll(queue: QueueClient): Promise<string[]> {
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(item => Buffer.from(item.messageText, 'base64').toString()).sort();
}

export async function lengthOf(queue: QueueClient): Promise<number | undefined> {
  return (await queue.getProperties()).approximateMessagesCount;
}

/** The metadata the handler was given last. */
export const lastMetadata = (): unknown => said().at(-1)?.['metadata'];

export const dequeueCount = (metadata: unknown): unknown =>
  typeof metadata === 'object' && metadata !== null && 'dequeueCount' in metadata ? metadata.dequeueCount : undefined;
