import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AccessToken } from '@azure/identity';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { INFRA } from '../../infra/template.ts';
import { type Host, type LogLine, startHost } from '../../local/host.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { credentialOf, signInWith } from '../../shared/sources/sign-in.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { queueBacklog } from '../../shared/stores/jobs.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { CONTAINERS } from '../../shared/words/paths.ts';
import { LEDGER_TABLE, QUEUES } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { CLIENT_ID, type IdentityMode, startKeyless } from './keyless-setup.ts';

/** The path without a secret, which is how it runs in production: a managed identity for Graph and storage, over https. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NEVER = '0 0 0 1 1 *';
const SMS = 'teams-sms';
const LAST = lastDay(clockFrom('2026-03-11T12:00:00.000Z'));

const keyless = await startKeyless({ seed: 81, rows: 30, switches: { auth: 'any' } });
after(() => keyless.stop());

interface Asked {
  readonly method: string;
  readonly place: string;
  readonly rest: string;
  readonly query: URLSearchParams;
}

function readLine(line: string): Asked | undefined {
  const [, method = '', target = '', status = ''] = /"(\w+) (\S+) HTTP\/1\.1" (\d+)/.exec(line) ?? [];
  if (method === '' || status.startsWith('5')) return undefined;
  const { pathname, searchParams } = new URL(target, 'http://storage');
  const [, , place = '', ...rest] = decodeURIComponent(pathname).split('/');
  return { method, place: place.replace(/\(.*$/, ''), rest: rest.join('/'), query: searchParams };
}

/** The data action of Azure's role definitions that a request needs, and where. */
function neededFor({ method, place, rest, query }: Asked): string {
  if (place === LEDGER_TABLE) {
    const verb = { GET: 'read', POST: 'write', PUT: 'write', MERGE: 'write', PATCH: 'write', DELETE: 'delete' }[method];
    return `${place}: entities/${verb}`;
  }
  if ((QUEUES as readonly string[]).includes(place)) {
    if (!rest.startsWith('messages')) return `${place}: queues/read`;
    const verb = { GET: 'process', POST: 'add', PUT: 'write', DELETE: 'process' }[method];
    return `${place}: messages/${verb}`;
  }
  if ((Object.values(CONTAINERS) as string[]).includes(place)) {
    if (rest === '') return query.get('comp') === 'list' ? `${place}: blobs/read` : `${place}: containers/${method}`;
    const verb = { GET: 'read', HEAD: 'read', PUT: 'write', DELETE: 'delete' }[method];
    return `${place}: blobs/${verb}`;
  }
  return `${place}: ${method} of nothing that is ours`;
}

/** What the roles of infra/roles.json allow, on places of ours. Learn: built-in roles for storage. */
const ALLOWED_BY_ROLE: Readonly<Record<string, readonly string[]>> = {
  'Storage Table Data Contributor': ['entities/read', 'entities/write', 'entities/delete'],
  'Storage Queue Data Contributor': ['queues/read', 'messages/add', 'messages/process', 'messages/write'],
  'Landline Data Writer': ['blobs/read', 'blobs/write'],
};

function allowed(): Set<string> {
  const { app } = JSON.parse(readFileSync(join(INFRA, 'roles.json'), 'utf8')) as {
    app: readonly { scope: string; role: string; name?: string }[];
  };
  return new Set(
    app.flatMap(({ scope, role, name = LEDGER_TABLE }) => {
      const ofOurs = scope === 'host queue' || scope === 'data container' || role.includes('Table');
      return ofOurs ? (ALLOWED_BY_ROLE[role] ?? []).map(action => `${name}: ${action}`) : [];
    }),
  );
}

test('the whole product lands, curates and tells of itself with a managed identity, and does what its roles allow', async context => {
  const { settings, azurite, access, simulator, clients, identity } = keyless;
  const lines: LogLine[] = [];
  const events = (name: string): unknown[] =>
    lines
      .filter(({ category }) => category === 'user')
      .map(({ message }) => JSON.parse(message))
      .filter(({ event }) => event === name);
  const before = access.length;
  const host: Host = await startHost({
    root: ROOT,
    files: ['plan', 'fetch', 'poison', 'status', 'doctor', 'curate', 'poison-curate'].map(
      name => `functions/${name}.ts`,
    ),
    connectionString: azurite.connectionString,
    settings: { ...settings, PLAN_SCHEDULE: NEVER, LANDLINE_DATASETS: SMS, LANDLINE_HISTORY_DAYS: '3' },
    log: line => lines.push(line),
  });
  context.after(() => host.stop());
  await host.runTimer('plan');
  await host.drain();
  assert.equal(events('day landed').length, 3);
  assert.equal(events('table curated').length, 3);
  const status = await (await fetch(`${host.url}/api/status`, { headers: { accept: 'application/json' } })).json();
  assert.equal((status as { verdict: { level: string } }).verdict.level, 'held');
  const found = (await (await fetch(`${host.url}/api/doctor`)).json()) as {
    findings: { check: string; result: string }[];
  };
  const broken = found.findings.filter(({ result }) => result === 'broken');
  assert.deepEqual(broken, []);
  assert.deepEqual(new Set(identity.asked), new Set(['https://storage.azure.com', 'https://graph.microsoft.com']));

  const asked = access.slice(before).flatMap(line => readLine(line) ?? []);
  assert.ok(asked.length > 50, 'the access log tells of the requests');
  const roles = allowed();
  const beyond = new Set(asked.map(neededFor).filter(need => !roles.has(need)));
  assert.deepEqual([...beyond], []);
  const removed = asked.filter(({ method, place }) => method === 'DELETE' && Object.hasOwn(CONTAINERS, place));
  assert.deepEqual(removed, [], 'nothing of raw, history or curated is ever deleted');

  const partition = await blobLake(clients.blobs).head(SMS, LAST);
  assert.equal(partition?.receipt.rows, simulator.truth(SMS, LAST).length);
});

/** All three services, signed in to with these tokens. */
function stores(getToken: () => Promise<AccessToken | null>) {
  const { settings } = keyless;
  const { credential } = signInWith(() => ({ getToken }), Date.now, 2_000);
  const clientsAt = (url: string) => storageClients({ url, credential }, 1);
  const { blobs } = clientsAt(settings.LANDLINE_LAKE__blobServiceUri);
  const table = clientsAt(settings.AzureWebJobsStorage__tableServiceUri).table(LEDGER_TABLE);
  const queue = clientsAt(settings.AzureWebJobsStorage__queueServiceUri).queue(QUEUES[0]);
  return {
    blob: () => blobLake(blobs).head(SMS, LAST),
    table: () => tableLedger(table, () => 'id').day(SMS, LAST),
    queue: () => queueBacklog(queue, []).depth(),
  };
}

/** Tokens as the identity endpoint gives them, by the real library, which keeps them by scope. */
let scopes = 1;
function fromEndpoint(): () => Promise<AccessToken | null> {
  const { settings } = keyless;
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: settings.IDENTITY_ENDPOINT,
    IDENTITY_HEADER: settings.IDENTITY_HEADER,
  });
  const cloud = { name: 'global', graph: '', authority: '', scope: '' } as const;
  const credential = credentialOf({ kind: 'managed-identity', clientId: CLIENT_ID }, cloud);
  scopes += 1;
  // The same audience in another spelling, so that each test gets a token of its own, and not the product's.
  const scope = `https://storage.azure.com${'/'.repeat(scopes)}.default`;
  return () => credential.getToken(scope);
}

const REFUSED: readonly (readonly [IdentityMode, string, string, RegExp])[] = [
  ['expired', 'auth.unavailable', 'retry', /\(40[13] \w+\).*clock/],
  ['wrong audience', 'auth.unavailable', 'retry', /\(40[13] \w+\)/],
  ['no identity', 'auth.rejected', 'fix-config', /no such managed identity.*AZURE_CLIENT_ID/],
  ['busy', 'auth.unavailable', 'retry', /too busy|gave no answer/],
  ['broken', 'auth.unavailable', 'retry', /answered 500|gave no answer/],
  ['silent', 'auth.unavailable', 'retry', /gave no answer within 2 s/],
];

for (const [mode, reason, remedy, message] of REFUSED) {
  test(`storage with an identity that is ${mode}: ${reason}, to ${remedy}, of each service`, async context => {
    const { identity } = keyless;
    identity.mode = mode;
    context.after(() => {
      identity.mode = 'fine';
    });
    const { blob, table, queue } = stores(fromEndpoint());
    for (const ask of [blob, table, queue])
      await assert.rejects(
        async () => ask(),
        (thrown: unknown) => {
          assert.ok(thrown instanceof LandlineError, String(thrown));
          assert.deepEqual([thrown.reason, thrown.remedy], [reason, remedy], thrown.message);
          assert.match(thrown.message, message);
          assert.doesNotMatch(thrown.message, /account key|signature/, 'there is none');
          return true;
        },
      );
  });
}

test('the command line reaches storage at addresses with your own sign-in, also of a settings file, and says so', async context => {
  const { settings } = keyless;
  const folder = mkdtempSync(join(tmpdir(), 'landline-own-'));
  // Of all ways to sign in only one, which nobody has used here.
  process.env['AZURE_TOKEN_CREDENTIALS'] = 'AzureCliCredential';
  context.after(() => {
    delete process.env['AZURE_TOKEN_CREDENTIALS'];
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'settings.json');
  const { IDENTITY_ENDPOINT: _endpoint, IDENTITY_HEADER: _header, ...Values } = settings;
  writeFileSync(file, JSON.stringify({ Values }));
  const notes: string[] = [];
  const out: Output = {
    line: () => undefined,
    json: () => undefined,
    note: text => void notes.push(text),
    progress: () => undefined,
    paint: (_colour, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  assert.equal(await run(['--settings', file, 'status'], out), 3);
  assert.match(notes.join('\n'), /auth\.unavailable.*\n.*your own sign-in, not the app’s: `az login`/);
});
