import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { QueueClient } from '@azure/storage-queue';
import { run } from '../../cli/main.ts';
import { keyPair } from '../../local/simulator/tokens.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { addDays } from '../../shared/words/day.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import type { CanaryServer } from './canary-server.ts';
import type { Product } from './product-setup.ts';

/** Where people look, and what they see there. */

export type Settings = Readonly<Record<string, string>>;
/** Texts, by where they were seen. */
export type Seen = Readonly<Record<string, readonly string[]>>;

/** What is stored, but for the content of blobs. */
export async function storedIn(connectionString: string): Promise<Seen> {
  const clients = storageClients({ connectionString });
  const ledger: string[] = [];
  for await (const entity of clients.table(LEDGER_TABLE).listEntities()) ledger.push(textOf(entity));
  const blobs: string[] = [];
  for await (const { name: container } of clients.blobs.listContainers())
    for await (const { name, metadata, tags } of clients.blobs
      .getContainerClient(container)
      .listBlobsFlat({ includeMetadata: true }))
      blobs.push(JSON.stringify([container, name, metadata, tags]));
  return { ledger, blobs };
}

/** Binary properties too, as text and as they are. */
function textOf(entity: Readonly<Record<string, unknown>>): string {
  return Object.entries(entity)
    .map(
      ([name, value]) =>
        `${name}=${value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)}`,
    )
    .join('\n');
}

/** The messages that wait there; they stay. */
async function messagesIn(...queues: readonly QueueClient[]): Promise<string[]> {
  const peeked = await Promise.all(queues.map(queue => queue.peekMessages({ numberOfMessages: 32 })));
  return peeked
    .flatMap(({ peekedMessageItems }) => peekedMessageItems)
    .map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
}

/** Plans and fetches in turn, and sees the messages in between. */
export async function workedThrough(product: Product, settings: Settings): Promise<string[]> {
  const messages: string[] = [];
  for (let round = 0; round < 2; round++) {
    const planner = await product.host(settings, ['plan']);
    await planner.runTimer('plan');
    await planner.stop();
    messages.push(...(await messagesIn(product.queue)));
    const worker = await product.host(settings, ['fetch', 'poison']);
    await worker.drain();
    await worker.stop();
  }
  return [...messages, ...(await messagesIn(product.queue, product.poison, product.curate))];
}

/** What the command line says, for people and for machines, by command. */
export async function saidByCommands(context: TestContext, settings: Settings): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), 'landline-canary-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify({ Values: settings }));
  const last = lastDay(Date.now());
  const shown = ['teams-pstn-calls', 'voximplant-sms'].flatMap(dataset =>
    Array.from({ length: 7 }, (_, age) => ['show', dataset, addDays(last, -age)]),
  );
  const commands = [
    ['status'],
    ...shown,
    ['verify', '--no-mark'],
    ['backfill', '--from', addDays(last, -20)],
    ['export', '--out', join(folder, 'out')],
    ['changes', '--since', '3650d'],
    ['diff', 'teams-pstn-calls', addDays(last, -1)],
    ['accept', '--from', addDays(last, -20)],
    ['prove', '--from', addDays(last, -20), '--out', join(folder, 'proof.json')],
    ['prove', '--check', join(folder, 'proof.json')],
    ['doctor'],
  ];
  const seen: Record<string, string[]> = {};
  for (const [name = '', ...args] of commands)
    for (const form of [[], ['--json']]) {
      const text = await said(name, ...args, ...form, '--settings', file);
      assert.ok(text.length > 0, name);
      seen[`landline ${name}`] = [...(seen[`landline ${name}`] ?? []), text];
    }
  return seen;
}

/** Everything that a command writes, on stdout and stderr. */
async function said(...argv: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const line = (text = ''): void => void lines.push(text);
  const json = (value: unknown): void => line(JSON.stringify(value));
  const confirm = async (): Promise<boolean> => false;
  await run(argv, { line, json, note: line, progress: line, paint: (_, text) => text, interactive: false, confirm });
  return lines.join('\n');
}

/** Secrets in the form in which they were used, whole and by their telling parts. */
export function secretsOf(server: CanaryServer, connectionString: string): string[] {
  const tokens = [...server.authorizations]
    .map(header => header.replace(/^Bearer /, ''))
    .filter(token => token.length > 40);
  assert.ok(tokens.length > 0);
  const keys = keyPair()
    .privatePem.split('\n')
    .filter(line => line.length > 40);
  const accountKey = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? '';
  return [...tokens, ...tokens.flatMap(token => token.split('.').slice(1)), ...keys.slice(0, 3), accountKey];
}

/** Each place where one of the texts was seen. */
export function leaksOf(seen: Seen, canaries: readonly string[]): string[] {
  return Object.entries(seen).flatMap(([where, texts]) =>
    texts.flatMap(text =>
      canaries
        .filter(canary => text.includes(canary))
        .map(canary => `${where}: ${canary} near ${text.slice(Math.max(0, text.indexOf(canary) - 80)).slice(0, 200)}`),
    ),
  );
}
