import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { Day } from '../../shared/words/model.ts';

/** Where a contender lands what it reads. */
export interface Place {
  readonly connectionString: string;
  /** Address of the bench server, which stands for Graph. */
  readonly graph: string;
  /** On the server this day has 100 pages, always, and comes without delay. */
  readonly warmUp: Day;
  readonly days: readonly Day[];
}

/** Reads a day from the server, lands it its own way, and returns its rows. May be called side by side. */
export type Land = (day: Day) => Promise<number>;

/** Makes clients, tables and containers: all that a worker has before its first day. */
export type Open = (place: Place) => Promise<Land>;

export const AUTHORIZATION = { authorization: 'Bearer x' } as const;

export function firstUrl(graph: string, day: Day): string {
  return `${graph}/v1.0/communications/callRecords/getPstnCalls(fromDateTime=${day}T00:00:00Z,toDateTime=${day}T23:59:59Z)`;
}

export async function rawContainer(connectionString: string): Promise<ContainerClient> {
  const client = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('raw');
  await client.createIfNotExists();
  return client;
}
