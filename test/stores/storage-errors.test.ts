import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, must } from '../../shared/stores/storage-errors.ts';
import { LandlineError } from '../../shared/words/errors.ts';

/** Roles, sign-in and limits do not exist on the emulator: these are the shapes in which the SDKs report them. */

const COMMIT = { service: 'blob', what: 'Committing teams-sms 2026-01-31 in container "raw"' } as const;

for (const [given, expected] of [
  [
    { statusCode: 403, code: 'AuthorizationPermissionMismatch' },
    {
      reason: 'storage.forbidden',
      remedy: 'fix-config',
      message: /\(403 .*Grant .* role Storage Blob Data Contributor/,
    },
  ],
  [
    { statusCode: 403, code: 'AuthorizationFailure' },
    { reason: 'storage.forbidden', remedy: 'fix-config', message: /let its network reach the account/ },
  ],
  [
    { statusCode: 403, code: 'AuthenticationFailed' },
    { reason: 'storage.forbidden', remedy: 'fix-config', message: /clock and the account key/ },
  ],
  [{ statusCode: 401 }, { reason: 'auth.unavailable', remedy: 'retry', message: /\(401\)/ }],
  [
    { name: 'CredentialUnavailableError' },
    { reason: 'auth.unavailable', remedy: 'retry', message: /\(CredentialUnavailableError\).*managed identity/ },
  ],
  [
    { name: 'AuthenticationError', statusCode: 400 },
    { reason: 'auth.unavailable', remedy: 'retry', message: /sign-in/ },
  ],
  [
    { statusCode: 413, code: 'RequestBodyTooLarge' },
    { reason: 'storage.failing', remedy: 'reject', message: /413/ },
  ],
  [{ statusCode: 507 }, { reason: 'storage.full', remedy: 'fix-config', message: /at its limit/ }],
  [
    { statusCode: 503, code: 'ServerBusy' },
    { reason: 'storage.failing', remedy: 'retry', message: /503 ServerBusy/ },
  ],
  [
    { statusCode: 409, code: 'AccountBeingCreated' },
    { reason: 'storage.failing', remedy: 'retry', message: /409/ },
  ],
  [{ code: 'ECONNRESET' }, { reason: 'storage.failing', remedy: 'retry', message: /\(ECONNRESET\)/ }],
  [{ name: 'AbortError' }, { reason: 'storage.failing', remedy: 'retry', message: /\(no answer in time\)/ }],
] as const) {
  test(`${Object.values(given).join(' ')} is ${expected.reason}, to ${expected.remedy}`, async () => {
    const thrown = Object.assign(new Error('https://account/raw?sig=secret'), given);
    await assert.rejects(
      must(COMMIT, () => Promise.reject(thrown)),
      failure => {
        assert.ok(failure instanceof LandlineError);
        assert.equal(failure.reason, expected.reason);
        assert.equal(failure.remedy, expected.remedy);
        assert.match(failure.message, expected.message);
        assert.match(failure.message, /^Committing teams-sms 2026-01-31 in container "raw" failed/);
        assert.doesNotMatch(failure.message, /secret|https/);
        return true;
      },
    );
  });
}

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
  await assert.rejects(answer(404, 'ContainerNotFound'), { reason: 'storage.failing' });
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
