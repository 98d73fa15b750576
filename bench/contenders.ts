import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { Middleware } from '@microsoft/microsoft-graph-client';
import { Agent, type Dispatcher, request } from 'undici';
import { systemClock } from '../shared/clock.ts';
import { compose, LEDGER_TABLE } from '../shared/compose.ts';
import { readConfig } from '../shared/config.ts';
import { freshEntry, queued } from '../shared/entry.ts';
import { fetchDay } from '../shared/fetch.ts';
import { FETCH_LIMITS } from '../shared/pages.ts';
import { storageClients } from '../shared/stores/clients.ts';
import { ensureLake } from '../shared/stores/lake.ts';
import type { Report } from '../shared/telemetry.ts';

/**
 * Each contender lands days from the bench server into Azurite, `parallel` days at once, and does it its own way.
 * Returns the rows it landed.
 */
export interface Task {
  readonly connectionString: string;
  readonly graph: string;
  readonly days: readonly string[];
  readonly parallel: number;
}

type Contender = (task: Task) => Promise<number>;

/** `days` through `land`, `parallel` at a time. */
async function each(task: Task, land: (day: string) => Promise<number>): Promise<number> {
  const waiting = [...task.days];
  let rows = 0;
  const worker = async () => {
    for (let day = waiting.shift(); day !== undefined; day = waiting.shift()) {
      const landed = await land(day);
      rows += landed;
    }
  };
  await Promise.all(Array.from({ length: task.parallel }, worker));
  return rows;
}

function firstUrl(graph: string, day: string): string {
  return `${graph}/v1.0/communications/callRecords/getPstnCalls(fromDateTime=${day}T00:00:00Z,toDateTime=${day}T23:59:59Z)`;
}

async function container(connectionString: string): Promise<ContainerClient> {
  const client = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('raw');
  await client.createIfNotExists();
  return client;
}

/** The limit: each page goes unread from the socket into a blob of its own. Only the next link is looked for. */
const bare: Contender = async task => {
  const raw = await container(task.connectionString);
  const dispatcher = new Agent({ pipelining: 1 });
  return each(task, async day => {
    let rows = 0;
    for (let url: string | undefined = firstUrl(task.graph, day); url !== undefined; ) {
      const answer: Dispatcher.ResponseData = await request(url, {
        dispatcher,
        headers: { authorization: 'Bearer x' },
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      await raw.getBlockBlobClient(`bare/${day}/${rows}.json`).upload(body, body.length);
      rows += 1_000;
      url = /"@odata\.nextLink":"([^"]+)"/.exec(body.toString('latin1', 0, 1_024))?.[1];
    }
    return rows;
  });
};

/** Landline: the real fetch and commit, with ledger, guards, checkpoints and conditional writes. */
const landline: Contender = async task => {
  const { connectionString } = task;
  const clients = storageClients({ connectionString });
  await clients.table(LEDGER_TABLE).createTable();
  await ensureLake(clients.blobs);
  const config = readConfig({
    AzureWebJobsStorage: connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: task.graph,
    LANDLINE_DATASETS: 'teams-pstn-calls',
  });
  const parts = compose(config);
  const datasets = new Map(config.datasets.map(dataset => [dataset.name, dataset]));
  const report: Report = (event, fields) => {
    if (event === 'day failed') throw new Error(JSON.stringify(fields));
  };
  const ports = { ...parts, datasets, clock: systemClock, limits: FETCH_LIMITS, report };
  return each(task, async day => {
    const entry = queued(freshEntry('teams-pstn-calls', day, Date.now()), Date.now(), undefined);
    await parts.ledger.putDay(entry, undefined);
    await fetchDay({ dataset: entry.dataset, day, ticket: entry.work.ticket }, ports);
    return (await parts.lake.head(entry.dataset, day))?.receipt.rows ?? 0;
  });
};

/** What people use today: the official client's PageIterator, one array per day, one JSON text, one upload. */
const peer: Contender = async task => {
  const { Client, PageIterator } = await import('@microsoft/microsoft-graph-client');
  const raw = await container(task.connectionString);
  // The client takes https addresses only, for which the server stamps such links; on the wire they are plain.
  const https = task.graph.replace('http:', 'https:');
  const middleware: Middleware = {
    async execute(context) {
      context.response = await fetch(String(context.request).replace('https:', 'http:'), {
        headers: { authorization: 'Bearer x' },
      });
    },
  };
  const client = Client.initWithMiddleware({ baseUrl: https, defaultVersion: 'v1.0', middleware });
  return each(task, async day => {
    const rows: unknown[] = [];
    const page = await client.api(firstUrl(https, day)).get();
    const iterator = new PageIterator(client, page, row => rows.push(row) > 0);
    await iterator.iterate();
    await raw.getBlockBlobClient(`peer/${day}.json`).uploadData(Buffer.from(JSON.stringify(rows)));
    return rows.length;
  });
};

/** The script of an afternoon: fetch, JSON.parse, one upload at the end. */
const naive: Contender = async task => {
  const raw = await container(task.connectionString);
  return each(task, async day => {
    const rows: unknown[] = [];
    for (let url: string | undefined = firstUrl(task.graph, day); url !== undefined; ) {
      const answer = await fetch(url, { headers: { authorization: 'Bearer x' } });
      const page = (await answer.json()) as { value: unknown[]; '@odata.nextLink'?: string };
      rows.push(...page.value);
      url = page['@odata.nextLink'];
    }
    const lines = rows.map(row => `${JSON.stringify(row)}\n`).join('');
    await raw.getBlockBlobClient(`naive/${day}.jsonl`).upload(lines, Buffer.byteLength(lines));
    return rows.length;
  });
};

export const CONTENDERS: Readonly<Record<string, Contender>> = { bare, landline, peer, naive };
