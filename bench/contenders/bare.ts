import { Agent, type Dispatcher, request } from 'undici';
import { AUTHORIZATION, firstUrl, type Open, rawContainer } from './contender.ts';

/** The limit: each page goes unread from the socket into a blob of its own. Only the next link is looked for. */
export const open: Open = async ({ connectionString, graph }) => {
  const raw = await rawContainer(connectionString);
  const dispatcher = new Agent({ pipelining: 1 });
  return async day => {
    let rows = 0;
    for (let url: string | undefined = firstUrl(graph, day); url !== undefined; ) {
      const answer: Dispatcher.ResponseData = await request(url, { dispatcher, headers: AUTHORIZATION });
      const body = Buffer.from(await answer.body.arrayBuffer());
      await raw.getBlockBlobClient(`bare/${day}/${rows}.json`).upload(body, body.length);
      rows += 1_000;
      url = /"@odata\.nextLink":"([^"]+)"/.exec(body.toString('latin1', 0, 1_024))?.[1];
    }
    return rows;
  };
};
