import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Reads the list with another product, in a process of its own:
 * `node read.ts <graph-client|cli> <folder of the packages> <origin>`. Prints the ids of its rows, or the error, as JSON.
 */

const [peer = '', folder = '', origin = ''] = process.argv.slice(2);
const CALL = '/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2026-03-10,toDateTime=2026-03-11)';

interface Row {
  readonly id: string;
}

async function load<T>(path: string): Promise<T> {
  return import(pathToFileURL(join(folder, 'node_modules', path)).href);
}

interface GraphClient {
  readonly Client: { init(options: object): { api(path: string): { get(): Promise<unknown> } } };
  readonly PageIterator: new (
    client: object,
    page: unknown,
    each: (row: Row) => boolean,
  ) => { iterate(): Promise<void> };
}

async function byGraphClient(): Promise<Row[]> {
  const { Client, PageIterator } = await load<GraphClient>('@microsoft/microsoft-graph-client/lib/src/index.js');
  const client = Client.init({
    authProvider: (done: (error: null, token: string) => void) => done(null, 'token'),
    baseUrl: origin,
    customHosts: new Set(['127.0.0.1']),
  });
  const rows: Row[] = [];
  const page = await client.api(`${origin}${CALL}`).get();
  await new PageIterator(client, page, row => rows.push(row) > 0).iterate();
  return rows;
}

interface CliAuth {
  readonly default: { ensureAccessToken(resource: string): Promise<string> };
}

/** What `m365 teams report pstncalls` does. */
async function byCli(): Promise<Row[]> {
  const root = '@pnp/cli-microsoft365/dist';
  const { default: auth } = await load<CliAuth>(`${root}/Auth.js`);
  const { default: request } = await load<{ default: { logger: object } }>(`${root}/request.js`);
  const { odata } = await load<{ odata: { getAllItems(url: string): Promise<Row[]> } }>(`${root}/utils/odata.js`);
  const quiet = async (): Promise<void> => {};
  request.logger = { log: quiet, logRaw: quiet, logToStderr: quiet };
  // There is no sign-in here: Graph's token is given, and one for anything else refused as Microsoft Entra would.
  auth.ensureAccessToken = async resource => {
    if (resource !== origin) throw new Error('AADSTS500011: the resource is not known in the tenant');
    return 'token';
  };
  return odata.getAllItems(`${origin}${CALL}`);
}

try {
  const rows = await (peer === 'cli' ? byCli() : byGraphClient());
  console.log(JSON.stringify({ ids: rows.map(row => row?.id).filter(id => id !== undefined) }));
} catch (thrown) {
  const error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : JSON.stringify(thrown);
  console.log(JSON.stringify({ error }));
}
process.exit(0);
