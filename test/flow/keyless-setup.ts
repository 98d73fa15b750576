import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type SimulatorOptions, startSimulator } from '../../local/simulator/index.ts';
import { graphToken } from '../../local/simulator/tokens.ts';
import { CLOUDS } from '../../shared/config/clouds.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { MINUTE_MS } from '../../shared/words/day.ts';
import { CONTAINERS } from '../../shared/words/paths.ts';
import { QUEUES } from '../../shared/words/storage-names.ts';
import { selfSigned } from '../certificate.ts';
import { close, listen, waitFor } from '../wait.ts';

/**
 * Azure as the product meets it in production, on this machine: storage that takes tokens over https, an endpoint of
 * managed identities, and Graph behind TLS under its own name. Nothing of the product is changed.
 */

/** How the identity endpoint answers: as it should, one of the platform's troubles, or with a token that is no good. */
export type IdentityMode = 'fine' | 'silent' | 'no identity' | 'busy' | 'broken' | 'expired' | 'wrong audience';

/** Containers, queues and the table. */
const PLACES = Object.keys(CONTAINERS).length + QUEUES.length + 1;

export const CLIENT_ID = '11111111-2222-4333-8444-555555555555';
const GRAPH = CLOUDS.global.graph;

export async function startKeyless(simulated: SimulatorOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'landline-keyless-'));
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  const { cert, key } = await selfSigned(new URL(GRAPH).hostname);
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  const trusted = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...trusted, cert]);

  const access: string[] = [];
  const azurite = await startAzurite(undefined, { tls: files, onAccess: line => access.push(line) });
  await createPlaces(storageClients(azurite));
  // What the log says of that is not the product's.
  await waitFor('the places are made', () => access.length >= PLACES, { saw: () => access });
  access.length = 0;
  const simulator = await startSimulator(simulated);

  const identity = { mode: 'fine' as IdentityMode, asked: [] as string[], lifeMs: 60 * MINUTE_MS };
  const endpoint = createServer((incoming, answer) => {
    const resource = new URL(incoming.url ?? '/', 'http://identity').searchParams.get('resource') ?? '';
    identity.asked.push(resource);
    const say = (status: number, body: object) =>
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const { mode, lifeMs } = identity;
    if (mode === 'silent') return;
    if (mode === 'no identity') return void say(400, { statusCode: 400, message: 'No managed identity found' });
    if (mode === 'busy') return void say(429, {});
    if (mode === 'broken') return void say(500, { error: 'broken' });
    const now = Math.floor(Date.now() / 1_000);
    const end = now + Math.floor(lifeMs / 1_000);
    const claims = {
      aud: mode === 'wrong audience' ? 'https://vault.azure.net' : resource,
      iss: 'https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/',
      iat: now - 1_800,
      nbf: now - 1_800,
      exp: mode === 'expired' ? now - 900 : end,
      oid: '99999999-2222-4333-8444-555555555555',
      roles: ['CallRecord-PstnCalls.Read.All'],
    };
    const access_token = graphToken(claims);
    say(200, { access_token, expires_on: String(end), resource, token_type: 'Bearer' });
  });
  const endpointPort = await listen(endpoint);

  const front = createTlsServer({ cert, key }, (incoming, answer) => {
    const { method, url, headers } = incoming;
    const forwarded = request(`${simulator.graphUrl}${url}`, { method, headers }, from => {
      answer.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    incoming.pipe(forwarded);
  });
  const endNameOfGraph = sendTo(new URL(GRAPH).hostname, await listen(front));

  const [Blob, Queue, Table] = ['Blob', 'Queue', 'Table'].map(
    service => new RegExp(`${service}Endpoint=([^;]+)`).exec(azurite.connectionString)?.[1] ?? '',
  );
  return {
    azurite,
    simulator,
    identity,
    /** Requests to storage so far. */
    access,
    clients: storageClients(azurite),
    /** As infra/modules/app.bicep makes them; what only the host connects with keeps the emulator's key. */
    settings: {
      AzureWebJobsStorage: '',
      AzureWebJobsAzureWebJobsStorage: azurite.connectionString,
      AzureWebJobsStorage__blobServiceUri: Blob ?? '',
      AzureWebJobsStorage__queueServiceUri: Queue ?? '',
      AzureWebJobsStorage__tableServiceUri: Table ?? '',
      LANDLINE_LAKE__blobServiceUri: Blob ?? '',
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: CLIENT_ID,
      AZURE_CLIENT_ID: CLIENT_ID,
      IDENTITY_ENDPOINT: `http://127.0.0.1:${endpointPort}/msi/token`,
      IDENTITY_HEADER: 'simulated',
    },
    async stop(): Promise<void> {
      endNameOfGraph();
      tls.setDefaultCACertificates(trusted);
      await Promise.all([endpoint, front].map(server => close(server)));
      await simulator.stop();
      await azurite.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a line in the file of hosts would do: connections to the name go to a port of this machine. */
function sendTo(name: string, port: number): () => void {
  const { connect } = tls;
  const redirected = (options: tls.ConnectionOptions, done?: () => void) => {
    const host = options.host ?? options.servername;
    return connect(host === name ? { ...options, host: '127.0.0.1', port, servername: name } : options, done);
  };
  tls.connect = redirected as typeof tls.connect;
  return () => {
    tls.connect = connect;
  };
}
