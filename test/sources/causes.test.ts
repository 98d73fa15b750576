import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessToken, TokenCredential } from '@azure/identity';
import type { Simulator, SimulatorOptions, Switches } from '../../local/simulator/index.ts';
import { readConfig } from '../../shared/config/config.ts';
import { teamsSms } from '../../shared/datasets/teams-sms.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { signInWith } from '../../shared/sources/sign-in.ts';
import { datasetFacts } from '../../shared/status/dataset-facts.ts';
import { runsOf } from '../../shared/status/day-runs.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError, type Remedy } from '../../shared/words/errors.ts';
import type { Dataset, ReasonCode } from '../../shared/words/model.ts';
import { serviceKey } from './keys.ts';
import { DAY, NOW, withSimulator } from './simulated-day.ts';
import { placesOf, type TestPipeline, type TestPipelineOptions, testPipeline, truthOf } from './test-pipeline.ts';
import { virtualClock } from './virtual-clock.ts';

/**
 * What a person must mend: each ends as a message that names the cause and the next step, in the log, in the ledger, and
 * in the summary that `npm start` prints of that ledger.
 */

interface Cause {
  readonly dataset: Dataset;
  readonly switches?: Partial<Switches>;
  readonly rules?: SimulatorOptions['rules'];
  /** How far our clock is ahead of the source's. */
  readonly aheadMs?: number;
  readonly options?: (simulator: Simulator) => Partial<TestPipelineOptions>;
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** The cause, then what to do. */
  readonly says: readonly RegExp[];
}

/** Signs in at the simulator's token endpoint, as the identity library does, and fails with the service's own text. */
function credentialAt(
  { graphUrl, credentials }: Simulator,
  changes: Partial<typeof credentials> = {},
): TokenCredential {
  const { tenantId, clientId, clientSecret } = { ...credentials, ...changes };
  return {
    async getToken(scopes): Promise<AccessToken> {
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
      const body = new URLSearchParams({ ...form, scope: String(scopes) });
      const answer = await fetch(`${graphUrl}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body });
      const said: Record<string, unknown> = { ...((await answer.json()) as object) };
      if (!answer.ok) throw new Error(String(said['error_description']));
      return { token: String(said['access_token']), expiresOnTimestamp: NOW + HOUR_MS };
    },
  };
}

const signedIn =
  (changes: Record<string, string> = {}, scope?: string) =>
  (simulator: Simulator): Partial<TestPipelineOptions> => ({
    token: signInWith(() => credentialAt(simulator, changes)).tokensFor(scope ?? `${simulator.graphUrl}/.default`),
  });
const CHECKED = { auth: 'checked' } as const;
const OTHER_ID = '99999999-9999-4999-8999-999999999999';

const CAUSES: Readonly<Record<string, Cause>> = {
  'the permission is missing: 403 with an empty message': {
    dataset: teamsSms,
    switches: { ...CHECKED, roles: [] },
    options: signedIn(),
    reason: 'auth.forbidden',
    remedy: 'fix-config',
    says: [/403 Forbidden/, /permission is missing/, /Grant it/, /Needed: CallRecord-PstnCalls\.Read\.All/],
  },
  'the client secret has expired': {
    dataset: teamsSms,
    switches: { ...CHECKED, clientSecretState: 'expired' },
    options: signedIn(),
    reason: 'auth.expired',
    remedy: 'fix-config',
    says: [/secret or certificate has expired/, /Make a new one and set it/],
  },
  'the client secret is wrong': {
    dataset: teamsSms,
    options: signedIn({ clientSecret: 'another' }),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/client secret is wrong/, /Set the secret’s value/],
  },
  'the app is not in the tenant': {
    dataset: teamsSms,
    options: signedIn({ clientId: OTHER_ID }),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/app is not in this tenant/, /Check AZURE_CLIENT_ID/],
  },
  'the tenant is wrong': {
    dataset: teamsSms,
    options: signedIn({ tenantId: OTHER_ID }),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/no such tenant in this cloud/, /Check AZURE_TENANT_ID/],
  },
  'the token is for another cloud': {
    dataset: teamsSms,
    switches: { ...CHECKED, audiences: [] },
    options: signedIn({}, 'https://graph.microsoft.us/.default'),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/401 InvalidAuthenticationToken/, /wrong tenant or cloud/],
  },
  'the identity’s endpoint is down': {
    dataset: teamsSms,
    options: () => ({
      token: signInWith(() => ({ getToken: () => Promise.reject(new Error('connect ECONNREFUSED')) })).tokensFor('x'),
    }),
    reason: 'auth.unavailable',
    remedy: 'retry',
    says: [/The app got no token/, /check that the app has its identity/],
  },
  'the cloud is China, which has none of the functions': {
    dataset: teamsSms,
    switches: { cloud: 'china-21vianet' },
    reason: 'source.rejected',
    remedy: 'reject',
    says: [/404 NotFound/, /Check the cloud and the API version/],
  },
  'the Voximplant key is not known': {
    dataset: voximplantSms,
    options: () => ({ key: serviceKey() }),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/error 433/, /key is not accepted/, /Make a new key/],
  },
  'the Voximplant key has the right id and is another one': {
    dataset: voximplantSms,
    options: ({ account }) => ({
      key: { ...serviceKey(), keyId: account.keyId, accountId: String(account.accountId) },
    }),
    reason: 'auth.forbidden',
    remedy: 'fix-config',
    says: [/error 100/, /role/, /key/, /clock/, /Look at the role first/, /Owner, Admin/],
  },
  'the Voximplant key cannot sign': {
    dataset: voximplantSms,
    options: () => ({ key: { ...serviceKey(), privateKey: 'PRIVATE KEY of nobody' } }),
    reason: 'auth.rejected',
    remedy: 'fix-config',
    says: [/LANDLINE_VOXIMPLANT_KEY/, /line breaks included/],
  },
  'the Voximplant role lacks the history': {
    dataset: voximplantSms,
    switches: { voximplantRole: 'Support' },
    reason: 'auth.forbidden',
    remedy: 'fix-config',
    says: [/error 100/, /Look at the role first/, /Needed: one of the roles Owner/],
  },
  'our clock is ahead of Voximplant’s': {
    dataset: voximplantSms,
    aheadMs: 5 * MINUTE_MS,
    reason: 'clock.skew',
    remedy: 'fix-config',
    says: [/error 455/, /Set the clock of this machine by a time server/],
  },
  'our clock is behind Voximplant’s': {
    dataset: voximplantSms,
    aheadMs: -HOUR_MS,
    reason: 'clock.skew',
    remedy: 'fix-config',
    says: [/error 456/, /Set the clock of this machine/],
  },
  'our clock is days ahead of Graph’s': {
    dataset: teamsSms,
    aheadMs: NOW - Date.parse(`${DAY}T12:00:00Z`),
    reason: 'clock.skew',
    remedy: 'retry',
    says: [/not over yet by .*source's/, /Check the clock of this machine/],
  },
  'the range is refused, as one over 90 days is: 406': {
    dataset: teamsSms,
    rules: [{ fault: 'not-acceptable' }],
    reason: 'source.range',
    remedy: 'reject',
    says: [/406 NotAcceptable/, /more than 90 days/, /shorten LANDLINE_HISTORY_DAYS/],
  },
  'the account allows shorter ranges than a minute': {
    dataset: voximplantSms,
    switches: { voximplantRangeDays: 0.0005 },
    reason: 'limits.query',
    remedy: 'reject',
    says: [/error 569/, /range is too long/, /Ask Voximplant’s support/],
  },
};

for (const [title, cause] of Object.entries(CAUSES)) {
  test(`${title}: the message names the cause and the next step`, async () => {
    const { dataset, reason, remedy, says } = cause;
    const pipeline = await readUnder(cause);
    const { work } = pipeline.entry(dataset, DAY);
    assert.deepEqual([work.state, work.errorKind, work.errorRemedy], ['failed', reason, remedy]);
    const told = pipeline.told.findLast(({ event }) => event === 'day failed')?.line ?? '';
    const [line = '', ...more] = troublesIn(pipeline, dataset);
    assert.ok(line.startsWith(`${dataset.name}, ${DAY}, 1: ${reason}: `), line);
    assert.deepEqual(more, []);
    for (const text of says) for (const place of [work.errorMessage ?? '', told, line]) assert.match(place, text);
    assert.equal(pipeline.landed(dataset, DAY), undefined);
    // Only passing trouble is asked for again without a pause; what a person must mend waits for an hour.
    const again = Date.parse(work.retryAt ?? '') - pipeline.clock.now();
    assert.equal(again, remedy === 'retry' ? 15_000 : HOUR_MS);
    assert.doesNotMatch(pipeline.words(), /PRIVATE KEY|eyJ|simulated-client-secret|Trace ID/);
  });
}

/** What `landline status LOG` says of days that are not in order, which `npm start` counts. */
function troublesIn(pipeline: TestPipeline, dataset: Dataset): string[] {
  const watermark = { dataset: dataset.name, firstDay: '2026-03-08' };
  const [facts] = datasetFacts({ dataset, watermark, entries: pipeline.ledger.entries() }, pipeline.clock.now());
  assert.ok(facts);
  return runsOf(facts.trouble).flatMap(([first, ...others]) =>
    first?.reason === undefined
      ? []
      : `${dataset.name}, ${first.day}, ${1 + others.length}: ${first.reason}: ${first.message}`,
  );
}

async function readUnder(
  { dataset, switches = {}, rules = [], aheadMs = 0, options }: Cause,
  days = [DAY],
): Promise<TestPipeline> {
  const clock = virtualClock(NOW);
  const theirs = { ...clock, now: () => clock.now() - aheadMs };
  return withSimulator(theirs, { rows: 30, switches, rules }, async simulator => {
    const pipeline = testPipeline({ clock, datasets: [dataset], ...placesOf(simulator), ...options?.(simulator) });
    for (const day of days) await pipeline.ask(dataset, day);
    await pipeline.drive();
    return pipeline;
  });
}

// Landline asks for a day and a second on either side.
for (const days of [1, 0.3])
  test(`an account that allows ranges of ${days} days is asked for parts of the day`, async () => {
    const clock = virtualClock(NOW);
    await withSimulator(clock, { rows: 30, switches: { voximplantRangeDays: days } }, async simulator => {
      const pipeline = testPipeline({ clock, datasets: [voximplantSms], ...placesOf(simulator) });
      await pipeline.ask(voximplantSms, DAY);
      await pipeline.drive();
      assert.deepEqual(
        pipeline.landed(voximplantSms, DAY)?.toSorted(),
        truthOf(simulator, voximplantSms, DAY).toSorted(),
      );
    });
  });

test('days that fail by the same cause are one line of the summary', async () => {
  const { 'the permission is missing: 403 with an empty message': cause } = CAUSES;
  assert.ok(cause !== undefined);
  const pipeline = await readUnder(cause, [DAY, '2026-03-09', '2026-03-08']);
  assert.deepEqual(
    pipeline.ledger.entries().map(({ work }) => work.errorKind),
    ['auth.forbidden', 'auth.forbidden', 'auth.forbidden'],
  );
  const lines = troublesIn(pipeline, cause.dataset);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^teams-sms, 2026-03-08, 3: auth\.forbidden: .*Grant it/);
});

test('a range of more than 90 days is refused with the reason, and no day of ours is that long', async () => {
  const clock = virtualClock(NOW);
  await withSimulator(clock, { rows: 5 }, async simulator => {
    const pipeline = testPipeline({ clock, datasets: [teamsSms], ...placesOf(simulator) });
    const window = { day: DAY, from: '2025-11-01T00:00:00.0000000Z', to: '2026-03-11T00:00:00.0000000Z' };
    for (const status of [406, 400] as const) {
      simulator.switches.overRangeStatus = status;
      await assert.rejects(
        pipeline.ports.sources.graph.read(teamsSms, window, undefined, new AbortController().signal),
        (thrown: unknown) =>
          thrown instanceof LandlineError &&
          thrown.remedy === 'reject' &&
          (status === 400 || (thrown.reason === 'source.range' && /more than 90 days/.test(thrown.message))),
      );
    }
  });
});

test('China is refused before anything starts, with the reason', () => {
  assert.throws(
    () => readConfig({ LANDLINE_CLOUD: 'china' }),
    /LANDLINE_CLOUD: Microsoft does not offer .* nothing to land/,
  );
});

test('a token that expires in mid-day is replaced once, and the day goes on', async () => {
  const clock = virtualClock(NOW);
  await withSimulator(clock, { rows: 1_600, switches: CHECKED }, async simulator => {
    const asked: boolean[] = [];
    const claims = { aud: simulator.graphUrl, exp: NOW / 1_000 + 3_600, roles: ['CallRecords.Read.All'] };
    const token = async (fresh: boolean): Promise<string> => {
      asked.push(fresh);
      const expired = asked.length === 2 ? { exp: NOW / 1_000 - 1 } : {};
      return simulator.graphToken({ ...claims, ...expired });
    };
    const pipeline = testPipeline({ clock, datasets: [teamsSms], ...placesOf(simulator), token });
    await pipeline.ask(teamsSms, DAY);
    await pipeline.drive();
    assert.deepEqual(pipeline.outcomes, ['landed']);
    assert.equal(asked.filter(fresh => fresh).length, 1);
  });
});
