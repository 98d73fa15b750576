import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, type TestContext, test } from 'node:test';
import { type Simulator, startSimulator } from '../../local/simulator/index.ts';
import { systemClock } from '../../shared/app/clock.ts';
import { compose } from '../../shared/app/compose.ts';
import { CLOUDS } from '../../shared/config/clouds.ts';
import { type Environment, readConfig } from '../../shared/config/config.ts';
import { type Diagnosis, type DoctorPorts, diagnose } from '../../shared/doctor/diagnose.ts';
import { signInWith } from '../../shared/sources/sign-in.ts';
import { DAY_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { CONTAINERS } from '../../shared/words/paths.ts';
import { QUEUES } from '../../shared/words/storage-names.ts';
import { clockFrom } from '../clock.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { close, listen } from '../wait.ts';
import {
  complaints,
  EMULATOR,
  examine,
  finding,
  OBJECT_ID,
  type Planted,
  portsWith,
  required,
} from './doctor-setup.ts';

/** What the doctor says when one thing after the other is broken. */

clockFrom('2026-03-11T12:00:00.000Z');

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ seed: 41, rows: 20, switches: { auth: 'checked' } });
});
after(() => simulator.stop());

const diagnosisOf = (planted: Planted = {}): Promise<Diagnosis> => examine(simulator, planted);

const GRAPH_DATASETS = [
  'teams-pstn-calls',
  'teams-direct-routing-calls',
  'teams-sms',
  'teams-dialout-usage',
  'teams-blocked-users',
].map(name => `dataset ${name}`);
const VOXIMPLANT_DATASETS = ['dataset voximplant-sms', 'dataset voximplant-a2p-sms'];

test('of a healthy app every check is fine, and the doctor has written nothing', async () => {
  const ledger = memoryLedger();
  const diagnosis = await diagnosisOf({ parts: { ledger } });
  assert.deepEqual(complaints(diagnosis), []);
  assert.equal(diagnosis.result, 'fine');
  assert.match(finding(diagnosis, 'graph-token').meaning, /has the role CallRecord-PstnCalls\.Read\.All/);
  assert.match(
    finding(diagnosis, 'dataset', 'voximplant-sms').meaning,
    /answered for one second of \d{4}-\d\d-\d\d: \d+ rows/,
  );
  assert.deepEqual(ledger.entries(), []);
  assert.equal(await ledger.watermark('doctor'), undefined);
});

test('either role opens Graph', async () => {
  assert.equal((await diagnosisOf({ roles: ['User.Read.All', 'CallRecords.Read.All'] })).result, 'fine');
});

test('a role that was never granted comes with the command to grant it, and who may', async () => {
  const diagnosis = await diagnosisOf({ roles: [] });
  assert.deepEqual(complaints(diagnosis), ['graph-token', ...GRAPH_DATASETS]);
  const { meaning, next, who } = finding(diagnosis, 'graph-token');
  assert.match(meaning, /is not granted: a token issued just now does not have it/);
  assert.match(next ?? '', new RegExp(`^bash infra/consent\\.sh --identity ${OBJECT_ID} --cloud global `));
  assert.match(who ?? '', /Privileged Role Administrator/);
});

test('where a role is not yet in the token, the doctor says to wait or to restart', async () => {
  const { meaning, next } = finding(await diagnosisOf({ roles: [], tokenAgeMs: 5 * 60 * MINUTE_MS }), 'graph-token');
  assert.match(meaning, /is not in the token, which is about 5 h old: a role granted since then is not in it yet/);
  assert.match(next ?? '', /az functionapp restart --name contoso-landline/);
});

test('of a token of another cloud both clouds are named', async () => {
  const diagnosis = await diagnosisOf({ audience: CLOUDS['usgov-l4'].graph });
  const { meaning, next } = finding(diagnosis, 'graph-token');
  assert.match(meaning, /The token is for https:\/\/graph\.microsoft\.us, and the app reads/);
  assert.match(next ?? '', /LANDLINE_CLOUD=/);
});

test('a tenant of another cloud is named as what the sign-in service refused, in our words', async () => {
  const refuse = () => Promise.reject(new Error("invalid_request: AADSTS90002: Tenant 'contoso' not found."));
  const diagnosis = await diagnosisOf({ token: signInWith(() => ({ getToken: refuse })).tokensFor('scope') });
  assert.match(
    finding(diagnosis, 'graph-token').meaning,
    /no such tenant in this cloud\. Check AZURE_TENANT_ID and LANDLINE_CLOUD/,
  );
  assert.equal(finding(diagnosis, 'dataset', 'teams-sms').result, 'skipped');
  assert.doesNotMatch(JSON.stringify(diagnosis), /contoso'/);
});

test('an app without an identity is given the command that shows it', async () => {
  const diagnosis = await diagnosisOf({ token: signInWith(() => ({ getToken: async () => null })).tokensFor('scope') });
  assert.match(finding(diagnosis, 'graph-token').next ?? '', /az functionapp identity show --name contoso-landline/);
});

test('a client certificate is told of from 30 days before its end: the date, the command, and who may', async () => {
  const clientId = '11111111-2222-4333-8444-555555555555';
  const settings = {
    LANDLINE_CREDENTIAL: 'environment',
    AZURE_TENANT_ID: clientId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: './landline.pem',
  };
  const now = Date.parse('2026-03-01T12:00:00Z');
  const clock = { ...systemClock, now: () => now };
  const foundAt = async (end: number) => {
    const diagnosis = await diagnosisOf({ settings, parts: { clock, certificateEnd: () => end } });
    return finding(diagnosis, 'certificate', 'AZURE_CLIENT_CERTIFICATE_PATH');
  };
  assert.deepEqual(await foundAt(now + 30 * DAY_MS), {
    check: 'certificate',
    about: 'AZURE_CLIENT_CERTIFICATE_PATH',
    result: 'fine',
    meaning: 'The client certificate is valid until 2026-03-31, for 30 days.',
  });
  const certificateEnd = () => {
    throw new LandlineError({ reason: 'config.invalid', remedy: 'fix-config', message: 'It holds no certificate.' });
  };
  const wrong = finding(await diagnosisOf({ settings, parts: { clock, certificateEnd } }), 'certificate');
  assert.deepEqual([wrong.result, wrong.meaning], ['broken', 'It holds no certificate.']);
  assert.match(wrong.next ?? '', /PEM file with the certificate and its key/);
  const { result, meaning, next, who } = await foundAt(now + 30 * DAY_MS - 1);
  assert.equal(result, 'warning');
  assert.match(meaning, /runs out on 2026-03-31, in 29 days/);
  assert.match(next ?? '', new RegExp(`az ad app credential reset --id ${clientId} --cert .* --append`));
  assert.match(who ?? '', /owner of the app registration/);
  const over = await foundAt(now);
  assert.deepEqual([over.result, over.meaning], ['broken', 'The client certificate ran out on 2026-03-01.']);
  assert.ok(!(await diagnosisOf()).findings.some(({ check }) => check === 'certificate'));
});

/** An account that answers each request in the same way. */
async function accountAnswering(context: TestContext, status: number, code: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, {
      'x-ms-error-code': code,
      'x-ms-request-id': 'r-1',
      'content-type': 'application/xml',
    });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>`);
  });
  const at = `http://127.0.0.1:${await listen(server)}/contosodata`;
  context.after(() => close(server));
  return `DefaultEndpointsProtocol=http;AccountName=contosodata;AccountKey=a2V5;BlobEndpoint=${at};QueueEndpoint=${at};TableEndpoint=${at};`;
}

/** The real stores over that account. */
function storesOf(connectionString: string): Partial<DoctorPorts> {
  const settings = {
    AzureWebJobsStorage: connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
  };
  const { config, ledger, backlog, probe, pulse } = compose(readConfig(settings));
  return {
    config: { ...config, datasets: [], planSchedule: '0 */5 * * * *' },
    ledger,
    backlog,
    probe,
    pulse,
  };
}

test('a storage role that is missing is named, with its account and for whom it is', async context => {
  const parts = storesOf(await accountAnswering(context, 403, 'AuthorizationPermissionMismatch'));
  const diagnosis = await diagnosisOf({
    parts: {
      ...parts,
      config: {
        ...required(parts.config),
        datasets: portsWith(simulator).config.datasets,
        signIn: { kind: 'managed-identity', clientId: undefined },
        storage: {
          blob: { url: 'https://contosodata.blob.core.windows.net' },
          queue: { url: 'https://contosodata.queue.core.windows.net' },
          table: { url: 'https://contosodata.table.core.windows.net' },
          version: undefined,
        },
      },
    },
  });
  for (const [check, role] of [
    ['ledger', 'Storage Table Data Contributor'],
    ['lake', 'Landline Data Writer \\(contosodata\\)'],
    ['queue', 'Storage Queue Data Contributor'],
  ] as const) {
    const { result, next, who } = finding(diagnosis, check);
    assert.equal(result, 'broken');
    assert.match(
      next ?? '',
      new RegExp(`--role "${role}" --assignee-object-id ${OBJECT_ID} .* --name contosodata`),
      check,
    );
    assert.match(who ?? '', /Owner or User Access Administrator/);
  }
});

test('each of the four queues and of the three containers is looked at, and none is missed when it is missing', async () => {
  for (const missing of [...QUEUES, ...Object.values(CONTAINERS)]) {
    const look = (kind: string) => async (name: string) => {
      if (name !== missing) return;
      const message = `Looking into ${kind} "${name}" failed (404 ${kind === 'queue' ? 'Queue' : 'Container'}NotFound).`;
      throw new LandlineError({ reason: 'storage.refused', remedy: 'fix-config', message });
    };
    const { findings } = await diagnosisOf({
      parts: { probe: { queue: look('queue'), container: look('container') } },
    });
    const broken = findings.filter(({ result }) => result === 'broken').map(({ next }) => next);
    assert.equal(broken.length, 1, missing);
    assert.match(broken[0] ?? '', new RegExp(`^az storage (queue|container) create --name ${missing} `));
  }
});

test('a queue that is missing comes with the command that creates it', async context => {
  const parts = storesOf(await accountAnswering(context, 404, 'QueueNotFound'));
  const { meaning, next } = finding(await diagnosisOf({ parts }), 'queue');
  assert.match(meaning, /404 QueueNotFound/);
  assert.match(next ?? '', /az storage queue create --name landline-fetch --account-name contosodata/);
});

test('a container that is missing beside the others comes with the command that creates it', async context => {
  const { probe } = storesOf(await accountAnswering(context, 404, 'ContainerNotFound'));
  const { findings } = await diagnosisOf({ parts: { probe: required(probe) } });
  const lake = findings.filter(({ check }) => check === 'lake');
  assert.deepEqual(
    lake.map(({ next }) => /az storage container create --name (\w+)/.exec(next ?? '')?.[1]),
    ['raw', 'history', 'curated'],
  );
  for (const { meaning } of lake) assert.match(meaning, /404 ContainerNotFound/);
});

test('for a ledger entity that cannot be read, the doctor says to rebuild it', async () => {
  const [notBefore, unreadable] = ['1970-01-01T00:00:00.000Z', 'The gate of graph is damaged.'];
  const value = { source: 'graph', notBefore, reason: 'storage.failing', unreadable } as const;
  const ledger = { ...memoryLedger(), gate: async () => ({ value, etag: '' }) };
  const { result, meaning, next } = finding(await diagnosisOf({ parts: { ledger } }), 'ledger');
  assert.deepEqual([result, meaning, next?.startsWith('landline rebuild')], ['broken', unreadable, true]);
});

test('a planner without a schedule, or with one that the host does not take, is broken at once, with the command', async () => {
  const none = await diagnosisOf({ settings: { PLAN_SCHEDULE: '' } });
  assert.deepEqual(complaints(none), ['planner']);
  const bad = await diagnosisOf({ settings: { PLAN_SCHEDULE: '0 99 * * * *' } });
  assert.deepEqual(complaints(bad), ['configuration PLAN_SCHEDULE']);
  for (const { result, findings } of [none, bad]) {
    assert.equal(result, 'broken');
    const { next } = required(findings.find(each => each.result === 'broken'));
    assert.match(next ?? '', /az functionapp config appsettings set --name contoso-landline .*"PLAN_SCHEDULE=/);
  }
});

test('a sign-in to storage that fails is about the identity, and a missing role about the one place', async () => {
  const failing = (reason: 'auth.unavailable' | 'storage.forbidden', remedy: 'retry' | 'fix-config') => ({
    container: async (name: string) => {
      if (name === 'history')
        throw new LandlineError({ reason, remedy, message: `Writing to container "${name}" failed.` });
    },
    queue: async () => {},
  });
  const settings = {
    AzureWebJobsStorage: '',
    AzureWebJobsStorage__queueServiceUri: 'https://contosohost.queue.core.windows.net',
    AzureWebJobsStorage__tableServiceUri: 'https://contosohost.table.core.windows.net',
    LANDLINE_LAKE__blobServiceUri: 'https://contosodata.blob.core.windows.net',
  };
  const signIn = await diagnosisOf({ settings, parts: { probe: failing('auth.unavailable', 'retry') } });
  assert.match(finding(signIn, 'lake').next ?? '', /az functionapp identity show/);
  const role = await diagnosisOf({ settings, parts: { probe: failing('storage.forbidden', 'fix-config') } });
  assert.deepEqual(complaints(role), ['lake contosodata']);
  assert.match(finding(role, 'lake').next ?? '', /--name contosodata .*\/blobServices\/default\/containers\/history"/);
});

test('messages that the host gave up on, and a planner that sleeps, are found', async () => {
  const backlog = { depth: async () => ({ fetch: 2, poison: 3 }) };
  const pulse = { beat: async () => {}, last: async () => instantOf(Date.now() - 90 * MINUTE_MS) };
  const diagnosis = await diagnosisOf({ parts: { backlog, pulse } });
  assert.deepEqual(complaints(diagnosis), ['queue devstoreaccount1', 'planner']);
  assert.match(finding(diagnosis, 'queue').next ?? '', /only a person can remove them: docs\/operations\.md/);
  assert.match(finding(diagnosis, 'planner').meaning, /ran 90 minutes ago\. Nothing new is landed/);
});

test('messages that nobody takes from the fetch queue are found, beside those that were given up on', async () => {
  const depths = (fetch: number, poison: number) => ({ backlog: { depth: async () => ({ fetch, poison }) } });
  assert.equal(finding(await diagnosisOf({ parts: depths(100, 0) }), 'queue').result, 'fine');
  const { meaning, next, who } = finding(await diagnosisOf({ parts: depths(101, 0) }), 'queue');
  assert.equal(meaning, '101 messages wait in the fetch queue, and nobody takes them.');
  assert.match(next ?? '', /fetch: is it there and enabled.*host's log/);
  assert.match(who ?? '', /Contributor/);
  const both = await diagnosisOf({ parts: depths(101, 2) });
  assert.equal(both.findings.filter(({ check, result }) => check === 'queue' && result === 'warning').length, 2);
});

test('a wrong Voximplant key is told from its role', async () => {
  const file = JSON.parse(simulator.account.keyFile);
  const settings = { LANDLINE_VOXIMPLANT_KEY: JSON.stringify({ ...file, key_id: 'another' }) };
  const diagnosis = await diagnosisOf({ settings });
  assert.deepEqual(complaints(diagnosis), VOXIMPLANT_DATASETS);
  const { meaning, who } = finding(diagnosis, 'dataset', 'voximplant-sms');
  assert.match(meaning, /^The key: Voximplant refused GetSmsHistory with 200 error 433/);
  assert.match(who ?? '', /Voximplant account/);
});

test('a Voximplant key that is signed with another account’s name is told from its role too', async () => {
  const file = JSON.parse(simulator.account.keyFile);
  const settings = { LANDLINE_VOXIMPLANT_KEY: JSON.stringify({ ...file, account_id: 4711 }) };
  assert.match(finding(await diagnosisOf({ settings }), 'dataset', 'voximplant-sms').meaning, /^The key: /);
});

test('a Voximplant role that is too small: the one it has, and those it needs', async () => {
  const diagnosis = await diagnosisOf({ voximplantRole: 'Developer' });
  assert.deepEqual(complaints(diagnosis), ['dataset voximplant-a2p-sms']);
  assert.match(
    finding(diagnosis, 'dataset', 'voximplant-a2p-sms').meaning,
    /^The role: the key is accepted, but its service account has only Developer\. Needed for A2PGetSmsHistory: one of the roles Owner, Admin, CallsSMS\.$/,
  );
});

test('a Voximplant key whose role is enough and that is refused all the same is not told to have a role', async () => {
  const keyRoles = async () => ({ roles: ['Owner'] });
  const { meaning, next } = finding(
    await diagnosisOf({ voximplantRole: 'Developer', parts: { keyRoles } }),
    'dataset',
    'voximplant-a2p-sms',
  );
  assert.match(meaning, /^The clock or the key: A2PGetSmsHistory is refused, although .* has the role Owner, which/);
  assert.match(next ?? '', /time server.*Generate key/);
  assert.doesNotMatch(`${meaning} ${next}`, /Needed|give the service account/);
});

test('where Graph refuses, the script that grants comes before any page; what passes by itself asks nobody', async context => {
  context.after(() => simulator.setFaults([]));
  simulator.setFaults([{ fault: 'forbidden', dataset: 'teams-sms' }]);
  const diagnosis = await diagnosisOf();
  const { meaning, next } = finding(diagnosis, 'dataset', 'teams-sms');
  assert.match(meaning, /403.*\.Read\.All\. But the token has the role\.$/);
  assert.match(next ?? '', /^bash infra\/consent\.sh --identity .*docs\/consent\.md.*: open https:/);
  simulator.setFaults([{ fault: 'unavailable', dataset: 'teams-sms' }]);
  const passing = finding(await diagnosisOf(), 'dataset', 'teams-sms');
  assert.deepEqual([passing.result, passing.next, passing.who], ['warning', undefined, undefined]);
  assert.match(passing.meaning, /\. Landline tries it again by itself\.$/);
});

test('a clock that is ahead is told from key and role', async () => {
  const diagnosis = await diagnosisOf({ skewMs: 8 * MINUTE_MS });
  assert.match(finding(diagnosis, 'clock', 'voximplant').meaning, /480 s ahead of 127\.0\.0\.1/);
  assert.match(
    finding(diagnosis, 'dataset', 'voximplant-sms').meaning,
    /^The clock: Voximplant refused GetSmsHistory with 200 error 455/,
  );
});

/** What the doctor says of settings that are not usable. */
async function saidOf(settings: Environment): Promise<Diagnosis> {
  return diagnose(() => ({ ...portsWith(simulator), config: readConfig(settings) }), systemClock, 'contoso-landline');
}

test('of a Key Vault reference that is not resolved, the doctor says where the reason stands, and the role', async () => {
  const diagnosis = await saidOf({
    AzureWebJobsStorage: EMULATOR,
    LANDLINE_VOXIMPLANT_KEY: '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)',
  });
  const { about, next, who } = finding(diagnosis, 'key-vault');
  assert.equal(about, 'LANDLINE_VOXIMPLANT_KEY');
  assert.match(next ?? '', /"Key Vault Secrets User"/);
  assert.match(who ?? '', /Owner/);
  assert.deepEqual(complaints(diagnosis), ['key-vault LANDLINE_VOXIMPLANT_KEY']);
  assert.equal(finding(diagnosis, 'ledger').result, 'skipped');
});

test('a secret that stands in the settings of a deployed app is a warning, with how to set a reference', async () => {
  const settings = { WEBSITE_SITE_NAME: 'contoso-landline', WEBSITE_KEYVAULT_REFERENCES: '{}' };
  const diagnosis = await diagnose(() => portsWith(simulator, { settings }), systemClock, 'contoso-landline');
  const { result, meaning, next } = finding(diagnosis, 'key-vault', 'LANDLINE_VOXIMPLANT_KEY');
  assert.equal(result, 'warning');
  assert.match(meaning, /stands in the app's settings/);
  assert.match(next ?? '', /--name contoso-landline .*"LANDLINE_VOXIMPLANT_KEY=@Microsoft\.KeyVault\(SecretUri=/);
  assert.equal(diagnosis.findings.find(({ check }) => check === 'configuration')?.result, 'fine');
});

test('in the China cloud the doctor says that there is nothing to land', async () => {
  const diagnosis = await saidOf({ AzureWebJobsStorage: EMULATOR, LANDLINE_CLOUD: 'china' });
  assert.match(
    finding(diagnosis, 'configuration', 'LANDLINE_CLOUD').meaning,
    /does not offer the call-record log functions in the China cloud/,
  );
});

test('the simulator is refused together with a real account', async () => {
  const diagnosis = await saidOf({
    AzureWebJobsStorage: EMULATOR,
    LANDLINE_LAKE__blobServiceUri: 'https://data.blob.core.windows.net',
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
  });
  assert.match(
    finding(diagnosis, 'configuration', 'LANDLINE_CREDENTIAL').meaning,
    /the simulator is refused together with a real storage account/,
  );
});

test('several wrong settings are several findings, each with its command', async () => {
  const diagnosis = await saidOf({
    AzureWebJobsStorage: EMULATOR,
    LANDLINE_HISTORY_DAYS: 'soon',
    LANDLINE_DATASET: 'teams-sms',
  });
  assert.deepEqual(complaints(diagnosis).sort(), [
    'configuration LANDLINE_DATASET',
    'configuration LANDLINE_HISTORY_DAYS',
  ]);
  assert.match(
    finding(diagnosis, 'configuration', 'LANDLINE_HISTORY_DAYS').next ?? '',
    /--settings "LANDLINE_HISTORY_DAYS=<value>"/,
  );
});

test('of a token that cannot be read, the doctor says what tells whether it has the role', async () => {
  const { result, next, who } = finding(await diagnosisOf({ token: async () => 'opaque' }), 'graph-token');
  assert.equal(result, 'warning');
  assert.match(next ?? '', /^See the findings "dataset": .*consent\.sh/);
  assert.match(who ?? '', /Privileged Role Administrator/);
});

test('a check that fails itself is broken, with what to do, and the checks after it go on', async () => {
  const servedAt = () => Promise.reject(new TypeError('of contoso'));
  const diagnosis = await diagnosisOf({ parts: { servedAt } });
  assert.deepEqual(complaints(diagnosis), ['clock']);
  const { meaning, next, who } = finding(diagnosis, 'clock');
  assert.match(meaning, /^An unforeseen TypeError stopped the work/);
  assert.match(next ?? '', /^Run landline doctor again\. If it says the same, report it as a bug, with: TypeError at /);
  assert.equal(who, 'whoever runs Landline');
  assert.doesNotMatch(JSON.stringify(diagnosis), /of contoso/);
});

test('a cloud that answers without the functions is named as one that has none of them', async context => {
  simulator.switches.cloud = 'china-21vianet';
  context.after(() => {
    simulator.switches.cloud = 'global';
  });
  const { meaning } = finding(await diagnosisOf(), 'dataset', 'teams-sms');
  assert.match(meaning, /404 NotFound.*China \(21Vianet\) has none of these functions/);
});

test('no token, key or secret is in what the doctor says', async () => {
  const bearer = simulator.graphToken({ aud: simulator.graphUrl });
  const said = JSON.stringify([
    await diagnosisOf(),
    await diagnosisOf({ roles: [] }),
    await diagnosisOf({ token: async () => bearer }),
  ]);
  assert.ok(!said.includes(bearer) && !said.includes(bearer.split('.')[1] ?? ''));
  assert.doesNotMatch(said, /PRIVATE KEY|AccountKey/);
});
