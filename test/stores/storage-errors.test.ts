import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { queueBacklog, queueJobs } from '../../shared/stores/jobs.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { storageProbe } from '../../shared/stores/probe.ts';
import { ask, must } from '../../shared/stores/storage-errors.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { QUEUES } from '../../shared/words/storage-names.ts';
import { type LossyProxy, lossyProxy } from './lossy-proxy.ts';
import { receipt } from './values.ts';

/** What storage refuses, why, and what it says to do. */

const COMMIT = { service: 'blob', what: 'Committing teams-sms 2026-01-31 in container "raw"' } as const;

/** A request as the SDKs report it with their errors. */
function request(authorization: string, url = 'https://account.blob.core.windows.net/raw') {
  return { url, headers: new Map([['authorization', authorization]]) };
}
const TOKEN = { request: request('Bearer secret') };
const KEY = { request: request('SharedKey account:secret') };
const SAS = { request: { url: 'https://account.blob.core.windows.net/raw?sv=2026&sig=secret', headers: new Map() } };
const EMULATOR = { request: request('SharedKey x:secret', 'http://127.0.0.1:10000/devstoreaccount1') };

/** [what was thrown, reason, remedy, what the message says] */
type Case = readonly [given: object, reason: string, remedy: string, message: RegExp];

const CASES: readonly Case[] = [
  [
    { statusCode: 403, code: 'AuthorizationPermissionMismatch', ...TOKEN },
    'storage.forbidden',
    'fix-config',
    /\(403 .*Grant .* role Storage Blob Data Contributor/,
  ],
  [
    { statusCode: 403, code: 'AuthorizationPermissionMismatch', ...SAS },
    'storage.forbidden',
    'fix-config',
    /shared access signature does not allow/,
  ],
  [
    { statusCode: 403, code: 'AuthorizationFailure', ...TOKEN },
    'storage.forbidden',
    'fix-config',
    /let its network reach the account/,
  ],
  [
    { statusCode: 403, code: 'AuthorizationFailure', ...KEY },
    'storage.forbidden',
    'fix-config',
    /account key is accepted.*network rules/,
  ],
  [
    { statusCode: 403, code: 'AuthenticationFailed', ...KEY },
    'storage.forbidden',
    'fix-config',
    /clock and the account key/,
  ],
  [
    { statusCode: 403, code: 'AuthenticationFailed', ...SAS },
    'storage.forbidden',
    'fix-config',
    /signature was not accepted: it has run out/,
  ],
  [
    { statusCode: 403, code: 'AuthenticationFailed', ...EMULATOR },
    'storage.forbidden',
    'fix-config',
    /emulator.*UseDevelopmentStorage/,
  ],
  [
    { statusCode: 403, code: 'AuthenticationFailed', ...TOKEN },
    'auth.unavailable',
    'retry',
    /new token.*clock and the tenant/,
  ],
  [
    { statusCode: 409, code: 'PublicAccessNotPermitted', ...TOKEN },
    'storage.forbidden',
    'fix-config',
    /did not accept the token.*It needs no key/,
  ],
  [
    { statusCode: 403, code: 'KeyBasedAuthenticationNotPermitted', ...KEY },
    'storage.forbidden',
    'fix-config',
    /Keys are switched off.*identity/,
  ],
  [{ statusCode: 401, ...TOKEN }, 'auth.unavailable', 'retry', /\(401\)/],
  [
    { name: 'CredentialUnavailableError' },
    'auth.unavailable',
    'retry',
    /\(CredentialUnavailableError\).*managed identity/,
  ],
  [{ name: 'AuthenticationError', statusCode: 400 }, 'auth.unavailable', 'retry', /sign-in/],
  [{ statusCode: 413, code: 'RequestBodyTooLarge' }, 'storage.refused', 'reject', /413.*report it as a bug/],
  [{ statusCode: 507 }, 'storage.full', 'fix-config', /at its limit/],
  [{ statusCode: 503, code: 'ServerBusy' }, 'storage.failing', 'retry', /503 ServerBusy/],
  [{ statusCode: 409, code: 'AccountBeingCreated' }, 'storage.failing', 'retry', /409/],
  [
    { statusCode: 400, code: 'SomethingNobodyListed' },
    'storage.refused',
    'fix-config',
    /400 SomethingNobodyListed.*look the code up/,
  ],
  [{ statusCode: 429 }, 'storage.failing', 'retry', /429/],
  [{ code: 'ECONNRESET' }, 'storage.failing', 'retry', /\(ECONNRESET\)/],
  [{ code: 'ENOTFOUND' }, 'storage.failing', 'retry', /\(ENOTFOUND\).*DNS/],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'storage.refused', 'fix-config', /certificate.*find out who answers/],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'storage.refused', 'fix-config', /certificate/],
  [{ name: 'AbortError' }, 'storage.failing', 'retry', /\(the connection broke off\)/],
];

for (const [given, reason, remedy, message] of CASES) {
  test(`${[...Object.values(given).filter(value => typeof value !== 'object'), reason].join(' ')}, to ${remedy}: ${message.source}`, async () => {
    const thrown = Object.assign(new Error('https://account/raw?sig=secret'), given);
    await assert.rejects(
      must(COMMIT, () => Promise.reject(thrown)),
      failure => {
        assert.ok(failure instanceof LandlineError);
        assert.equal(failure.reason, reason);
        assert.equal(failure.remedy, remedy);
        assert.match(failure.message, message);
        assert.match(failure.message, /^Committing teams-sms 2026-01-31 in container "raw" failed/);
        assert.doesNotMatch(failure.message, /secret|https:/);
        return true;
      },
    );
  });
}

test('a call that our own limit ended had no answer in time; one that was reset is not told so', async () => {
  const silent = must({ ...COMMIT, timeoutMs: 20 }, signal => {
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new DOMException('The operation was aborted', 'AbortError'))),
    );
  });
  await assert.rejects(silent, { reason: 'storage.failing', message: /\(no answer in time\)/ });
});

test("the service's own id of the request is kept for a support case", async () => {
  const headers = new Map([['x-ms-request-id', 'b7f1']]);
  const thrown = Object.assign(new Error('busy'), { statusCode: 503, response: { headers } });
  await assert.rejects(
    must(COMMIT, () => Promise.reject(thrown)),
    { requestId: 'b7f1' },
  );
});

test('a refusal is foreseen only with its exact status and code', async () => {
  const answer = (statusCode: number, code: string) =>
    ask(COMMIT, ['404 BlobNotFound', '412'], () => Promise.reject(Object.assign(new Error(), { statusCode, code })));
  assert.equal((await answer(404, 'BlobNotFound')).refusal, '404 BlobNotFound');
  assert.equal((await answer(412, 'Anything')).refusal, '412');
  await assert.rejects(answer(404, 'ContainerNotFound'), { reason: 'storage.refused' });
  await assert.rejects(answer(409, 'BlobNotFound'), { reason: 'storage.failing' });
});

test('a bug of ours stays one, and a failure that was told stays as it was told', async () => {
  const bug = new TypeError('x is not a function');
  const told = new LandlineError({ reason: 'storage.full', remedy: 'fix-config', message: 'told' });
  await assert.rejects(
    must(COMMIT, () => Promise.reject(bug)),
    bug,
  );
  await assert.rejects(
    must(COMMIT, () => Promise.reject(told)),
    told,
  );
});

describe('what the service answers reaches a person as a cause and a step', () => {
  let azurite: Azurite;
  const proxies: Record<string, LossyProxy> = {};
  before(async () => {
    azurite = await startAzurite();
    await createPlaces(storageClients(azurite));
    for (const service of ['Blob', 'Queue', 'Table'] as const)
      proxies[service] = await lossyProxy(azurite.connectionString, service);
  });
  after(async () => {
    for (const proxy of Object.values(proxies)) await proxy.stop();
    await azurite.stop();
  });

  const VERSION = '<HeaderName>x-ms-version</HeaderName><HeaderValue>2099-01-01</HeaderValue>';

  /** [status, code, reason, remedy, message, more of the body] */
  const CODES: readonly (readonly [number, string, string, string, RegExp, string?])[] = [
    [409, 'BlobImmutableDueToPolicy', 'storage.refused', 'fix-config', /retention policy or a legal hold/],
    [409, 'ContainerImmutabilityPolicyNotFound', 'storage.refused', 'fix-config', /retention policy/],
    [409, 'BlobArchived', 'storage.refused', 'fix-config', /archive tier/],
    [409, 'BlobBeingRehydrated', 'storage.failing', 'retry', /up to 15 hours/],
    [409, 'InvalidBlobType', 'storage.refused', 'fix-config', /another type/],
    [409, 'BlockCountExceedsLimit', 'storage.refused', 'fix-config', /Uncommitted blocks/],
    [400, 'InvalidBlobOrBlock', 'storage.refused', 'fix-config', /Uncommitted blocks/],
    [409, 'SnapshotsPresent', 'storage.refused', 'fix-config', /snapshots/],
    [412, 'LeaseIdMissing', 'storage.refused', 'fix-config', /lease/],
    [403, 'AccountIsDisabled', 'storage.refused', 'fix-config', /account is disabled/],
    [403, 'KeyBasedAuthenticationNotPermitted', 'storage.forbidden', 'fix-config', /Keys are switched off/],
    [403, 'KeyVaultEncryptionKeyNotFound', 'storage.refused', 'fix-config', /Key Vault/],
    [403, 'KeyVaultSomethingNew', 'storage.refused', 'fix-config', /Key Vault/],
    [403, 'AuthorizationFailure', 'storage.forbidden', 'fix-config', /emulator/],
    [400, 'InvalidHeaderValue', 'storage.refused', 'fix-config', /service version .*LANDLINE_STORAGE_VERSION/, VERSION],
    [400, 'AuthorizationProtocolMismatch', 'storage.forbidden', 'fix-config', /https only/],
    [404, 'ContainerNotFound', 'storage.refused', 'fix-config', /does not exist/],
    [409, 'ContainerBeingDeleted', 'storage.failing', 'retry', /being deleted/],
    [418, 'NeverHeardOf', 'storage.refused', 'fix-config', /look the code up/],
    [409, 'NeverHeardOf', 'storage.failing', 'retry', /tried again/],
  ];

  for (const [status, code, reason, remedy, message, detail = ''] of CODES) {
    test(`${status} ${code} is ${reason}, to ${remedy}`, async () => {
      const { Blob: proxy } = proxies;
      assert.ok(proxy);
      const lake = blobLake(storageClients(proxy, 1).blobs);
      proxy.refuse(({ method }) => method === 'PUT', { status, code, detail });
      await assert.rejects(lake.commit('teams-sms', '2026-01-31', [], receipt(1, 'x'), undefined), failure => {
        assert.ok(failure instanceof LandlineError);
        assert.deepEqual([failure.reason, failure.remedy, failure.requestId], [reason, remedy, 'refused-1']);
        assert.match(failure.message, new RegExp(`^Committing teams-sms 2026-01-31 .*\\(${status} ${code}\\)`));
        assert.match(failure.message, message);
        return true;
      });
    });
  }

  test('an older version of the services is spoken by all three, where the setting names it', async () => {
    const { Blob: blob, Queue: queue, Table: table } = proxies;
    assert.ok(blob && queue && table);
    const version = '2024-11-04';
    const seen = [blob, queue, table].map(each => each.seen.length);
    await blobLake(storageClients(blob, 1, version).blobs).head('teams-sms', '2026-01-31');
    await queueBacklog(storageClients(queue, 1, version).queue('landline-fetch'), []).depth();
    await tableLedger(storageClients(table, 1, version).table('landline'), () => 'id').day('teams-sms', '2026-01-31');
    for (const [at, proxy] of [blob, queue, table].entries())
      assert.deepEqual(
        proxy.seen.slice(seen[at]).map(({ headers }) => headers['x-ms-version']),
        [version],
      );
  });

  test('the probe tells of a place that is missing, or may not be written to, and changes nothing', async () => {
    const { Blob: blob, Queue: queue } = proxies;
    assert.ok(blob && queue);
    const { queue: queueOf } = storageClients(queue, 1);
    const probe = storageProbe(storageClients(blob, 1).blobs, queueOf);
    for (const name of ['raw', 'history', 'curated']) await probe.container(name);
    for (const name of QUEUES) await probe.queue(name);
    await assert.rejects(probe.container('nowhere'), {
      reason: 'storage.refused',
      message: /container "nowhere".*404/,
    });
    await assert.rejects(probe.queue('nowhere'), { reason: 'storage.refused', message: /queue "nowhere".*404/ });
    const refusal = { status: 403, code: 'AuthorizationPermissionMismatch' };
    blob.refuse(({ method }) => method === 'PUT', refusal);
    await assert.rejects(probe.container('history'), {
      reason: 'storage.forbidden',
      message: /Writing to container "history"/,
    });
    queue.refuse(({ method }) => method === 'PUT', refusal);
    await assert.rejects(probe.queue(QUEUES[2]), {
      reason: 'storage.forbidden',
      message: /Writing to queue "landline-curate"/,
    });
    assert.equal((await queueOf(QUEUES[0]).getProperties()).approximateMessagesCount, 0);
    const blobs = storageClients(azurite).blobs.getContainerClient('raw').listBlobsFlat();
    for await (const { name } of blobs) assert.fail(name);
  });

  test('tables and queues are read the same', async () => {
    const { Queue: queue, Table: table } = proxies;
    assert.ok(queue && table);
    const refusal = { status: 403, code: 'AccountIsDisabled' };
    const failure = { reason: 'storage.refused', message: /account is disabled/ };
    queue.refuse(() => true, refusal);
    const jobs = queueJobs(storageClients(queue, 1).queue('landline-fetch'));
    await assert.rejects(jobs.send({ dataset: 'teams-sms', day: '2026-01-31', ticket: 1 }, 0), failure);
    table.refuse(() => true, refusal);
    const ledger = tableLedger(storageClients(table, 1).table('landline'), () => 'id');
    await assert.rejects(ledger.day('teams-sms', '2026-01-31'), failure);
  });
});
