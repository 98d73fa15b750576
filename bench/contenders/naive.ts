import { AUTHORIZATION, firstUrl, type Open, rawContainer } from './contender.ts';

/** The script of an afternoon: fetch, JSON.parse, one upload at the end. */
export const open: Open = async ({ connectionString, graph }) => {
  const raw = await rawContainer(connectionString);
  return async day => {
    const rows: unknown[] = [];
    for (let url: string | undefined = firstUrl(graph, day); url !== undefined; ) {
      const answer = await fetch(url, { headers: AUTHORIZATION });
      const page = (await answer.json()) as { value: unknown[]; '@odata.nextLink'?: string };
      rows.push(...page.value);
      url = page['@odata.nextLink'];
    }
    const lines = rows.map(row => `${JSON.stringify(row)}\n`).join('');
    await raw.getBlockBlobClient(`naive/${day}.jsonl`).upload(lines, Buffer.byteLength(lines));
    return rows.length;
  };
};
