import { Client, type Middleware, PageIterator } from '@microsoft/microsoft-graph-client';
import { AUTHORIZATION, firstUrl, type Open, rawContainer } from './contender.ts';

/** What people use today: the official client's PageIterator, one array per day, one JSON text, one upload. */
export const open: Open = async ({ connectionString, graph }) => {
  const raw = await rawContainer(connectionString);
  // The client takes https addresses only, for which the server stamps such links; on the wire they are plain.
  const https = graph.replace('http:', 'https:');
  const middleware: Middleware = {
    async execute(context) {
      context.response = await fetch(String(context.request).replace('https:', 'http:'), { headers: AUTHORIZATION });
    },
  };
  const client = Client.initWithMiddleware({ baseUrl: https, defaultVersion: 'v1.0', middleware });
  return async day => {
    const rows: unknown[] = [];
    const page = await client.api(firstUrl(https, day)).get();
    const iterator = new PageIterator(client, page, row => rows.push(row) > 0);
    await iterator.iterate();
    await raw.getBlockBlobClient(`peer/${day}.json`).uploadData(Buffer.from(JSON.stringify(rows)));
    return rows.length;
  };
};
