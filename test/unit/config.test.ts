import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Environment, readConfig } from '../../shared/config/config.ts';
import { isEmulator } from '../../shared/config/loopback.ts';
import { SETTINGS } from '../../shared/config/settings.ts';
import { LandlineError } from '../../shared/words/errors.ts';

const EMULATOR =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/x;QueueEndpoint=http://127.0.0.1:2/x;TableEndpoint=http://127.0.0.1:3/x;';
const AZURE = {
  AzureWebJobsStorage__queueServiceUri: 'https://host.queue.core.windows.net',
  AzureWebJobsStorage__tableServiceUri: 'https://host.table.core.windows.net',
  LANDLINE_LAKE__blobServiceUri: 'https://data.blob.core.windows.net',
  AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
};
const SIMULATED = {
  AzureWebJobsStorage: EMULATOR,
  LANDLINE_CREDENTIAL: 'simulator',
  LANDLINE_GRAPH_URL: 'http://127.0.0.1:8080',
};
const PEM = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
const KEY = { account_email: 'x@contoso.example', account_id: 4711, key_id: 'k-1', private_key: PEM };

/** The problems of a configuration, one a line. */
function problems(env: Environment): string[] {
  try {
    readConfig(env);
  } catch (thrown) {
    assert.ok(thrown instanceof LandlineError);
    assert.equal(thrown.reason, 'config.invalid');
    return thrown.message
      .split('\n')
      .filter(line => line.startsWith('  - '))
      .map(line => line.slice(4));
  }
  return [];
}

test('in Azure, service addresses and an identity are all that is needed', () => {
  const config = readConfig(AZURE);
  assert.deepEqual(config.signIn, { kind: 'managed-identity', clientId: AZURE.AZURE_CLIENT_ID });
  assert.equal(config.cloud.graph, 'https://graph.microsoft.com');
  assert.equal(config.cloud.scope, 'https://graph.microsoft.com/.default');
  assert.deepEqual(config.storage.blob, { url: 'https://data.blob.core.windows.net' });
  assert.deepEqual(config.plan, { historyDays: 365, inFlight: { graph: 4, voximplant: 1 } });
});

test('a setting that is gone is an unknown one like any other', () => {
  assert.match(problems({ ...AZURE, LANDLINE_GZIP: 'off' }).join(), /LANDLINE_GZIP: there is no such setting/);
});

test('datasets of a source that is not configured are off, and it is said why', () => {
  const { datasets, off } = readConfig(AZURE);
  assert.equal(datasets.length, 5);
  assert.deepEqual(
    off.map(({ dataset }) => dataset),
    ['voximplant-sms', 'voximplant-a2p-sms'],
  );
  assert.equal(readConfig({ ...AZURE, LANDLINE_VOXIMPLANT_KEY: JSON.stringify(KEY) }).datasets.length, 7);
});

test('both published shapes of a Voximplant key are read', () => {
  const expected = { accountId: '4711', keyId: 'k-1', privateKey: PEM };
  for (const text of [JSON.stringify(KEY), JSON.stringify({ result: KEY })])
    assert.deepEqual(readConfig({ ...AZURE, LANDLINE_VOXIMPLANT_KEY: text }).voximplant?.key, expected);
});

test('a beta version chosen by setting is the version of that dataset only', () => {
  const { datasets } = readConfig({ ...AZURE, LANDLINE_PSTN_API: 'beta' });
  const apis = Object.fromEntries(datasets.map(({ name, api }) => [name, api]));
  assert.equal(apis['teams-pstn-calls'], 'beta');
  assert.equal(apis['teams-direct-routing-calls'], 'v1.0');
});

test('each government cloud has its own host and scope', () => {
  const graph = (cloud: string) => readConfig({ ...AZURE, LANDLINE_CLOUD: cloud }).cloud;
  assert.equal(graph('usgov-l4').scope, 'https://graph.microsoft.us/.default');
  assert.equal(graph('usgov-l5').graph, 'https://dod-graph.microsoft.us');
  assert.equal(graph('usgov-l5').authority, 'https://login.microsoftonline.us');
});

test('China is refused with the reason', () => {
  assert.match(
    problems({ ...AZURE, LANDLINE_CLOUD: 'china' })[0] ?? '',
    /does not offer the call-record log functions/,
  );
});

test('a setting that is there and wrong is told once, and not as missing too', () => {
  const identity = { AZURE_TENANT_ID: 'x', AZURE_CLIENT_ID: 'y', AZURE_CLIENT_SECRET: 'z' };
  assert.deepEqual(
    problems({ ...SIMULATED, LANDLINE_CREDENTIAL: 'environment', LANDLINE_GRAPH_URL: '', ...identity }),
    [
      'AZURE_CLIENT_ID: expected a GUID, got a text of 1 character',
      'AZURE_TENANT_ID: expected a GUID, got a text of 1 character',
    ],
  );
  assert.deepEqual(problems({ ...AZURE, LANDLINE_LAKE__blobServiceUri: 'http://data' }), [
    'LANDLINE_LAKE__blobServiceUri: expected an https address, got a text of 11 characters',
  ]);
});

test('all problems are told at once, each with what was expected', () => {
  const found = problems({
    LANDLINE_HISTORY_DAYS: 'soon',
    PLAN_SCHEDULE: 'now and then',
    LANDLINE_DATASETS: 'teams-pstn-call',
    LANDLINE_FETCH_SECOND: '5',
    AZURE_CLIENT_ID: 'me',
  });
  assert.deepEqual(
    found.map(line => line.split(':')[0]),
    [
      'LANDLINE_FETCH_SECOND',
      'LANDLINE_DATASETS',
      'LANDLINE_HISTORY_DAYS',
      'PLAN_SCHEDULE',
      'AZURE_CLIENT_ID',
      'AzureWebJobsStorage__queueServiceUri',
      'AzureWebJobsStorage__tableServiceUri',
      'LANDLINE_LAKE__blobServiceUri',
    ].sort((a, b) => found.findIndex(l => l.startsWith(`${a}:`)) - found.findIndex(l => l.startsWith(`${b}:`))),
  );
  assert.ok(
    found.includes('LANDLINE_HISTORY_DAYS: expected a whole number of days from 1 to 3650, got a text of 4 characters'),
  );
  assert.ok(found.includes('LANDLINE_FETCH_SECOND: there is no such setting; did you mean LANDLINE_FETCH_SECONDS?'));
  assert.ok(found.some(line => line.endsWith('did you mean teams-pstn-calls?')));
});

test('a setting that is missing is named with what it is and an example', () => {
  const missing = problems({ AzureWebJobsStorage: EMULATOR, LANDLINE_CREDENTIAL: 'environment' });
  assert.ok(
    missing.includes(
      'AZURE_TENANT_ID: expected a GUID such as 11111111-2222-3333-4444-555555555555, got nothing. The tenant to sign in to; only with LANDLINE_CREDENTIAL=environment.',
    ),
  );
  const [queue, ...more] = problems({}).filter(line => line.includes('such as https://'));
  assert.match(
    queue ?? '',
    /^AzureWebJobsStorage__queueServiceUri: expected an https address such as https:.*got nothing/,
  );
  assert.equal(more.length, 2);
});

test('a tenant that is no GUID, and a schedule that is none, are refused', () => {
  for (const tenant of [
    'contoso.example',
    '11111111-2222-3333-4444',
    '../common',
    '11111111-2222-3333-4444-55555555555g',
  ])
    assert.match(problems({ ...AZURE, AZURE_TENANT_ID: tenant })[0] ?? '', /^AZURE_TENANT_ID: expected a GUID/, tenant);
  for (const schedule of [
    'now and then',
    '*/5',
    '@hourly',
    '0 */5 * * * * *',
    '0 0 0; * * *',
    '0 99 * * * *',
    '0 */0 * * * *',
    '0 5-1 * * * *',
    '0 0 0 0 * *',
    '0 0 0 * 13 *',
    '0 0 0 * * 7',
  ])
    assert.match(problems({ ...AZURE, PLAN_SCHEDULE: schedule })[0] ?? '', /^PLAN_SCHEDULE: expected/, schedule);
  for (const schedule of ['0 */5 * * * *', '*/5 * * * *', '0 0,30 8-18 * * MON-FRI', '0 0/10 * 1 jan,dec *'])
    assert.deepEqual(problems({ ...AZURE, PLAN_SCHEDULE: schedule }), [], schedule);
});

test('Graph’s address cannot be set: only a simulator’s on this machine can, and only to be read from alone', () => {
  const addresses = [
    'https://graph.microsoft.com.evil.example',
    'http://graph.microsoft.com',
    'https://graph.microsoft.com:8443',
    'https://user:word@graph.microsoft.com',
    'https://20.190.128.1',
    'https://graph.microsoft.com.',
    'http://127.0.0.1.evil.example',
    'http://user@127.0.0.1:1',
    'http://127.0.0.1.:1.evil.example',
  ];
  for (const url of addresses) {
    for (const env of [AZURE, SIMULATED]) {
      const [first = ''] = problems({ ...env, LANDLINE_GRAPH_URL: url });
      assert.match(first, /^LANDLINE_GRAPH_URL: expected an address on this machine/, url);
    }
  }
  const identity = problems({
    ...AZURE,
    LANDLINE_CREDENTIAL: 'managed-identity',
    LANDLINE_GRAPH_URL: 'http://127.0.0.1:1',
  });
  assert.match(identity[0] ?? '', /only for the simulator/);
});

test('numbers out of bounds, and texts that only look like numbers, are refused', () => {
  for (const value of ['0', '-1', '1.5', '3651', '1e2', '0x10', '١٤'])
    assert.equal(problems({ ...AZURE, LANDLINE_HISTORY_DAYS: value }).length, 1, value);
});

test('an address that is not a plain https one is refused', () => {
  const addresses = [
    'http://data.blob.core.windows.net',
    'https://u:p@data.blob.core.windows.net',
    'data',
    'https://data.example./',
    'https://data.example/?sig=x',
  ];
  for (const url of addresses)
    assert.match(problems({ ...AZURE, LANDLINE_LAKE__blobServiceUri: url })[0] ?? '', /expected an https address/, url);
});

test('an unresolved Key Vault reference is named, and is not used as a key', () => {
  const reference = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/n)';
  const [line = ''] = problems({ ...AZURE, LANDLINE_VOXIMPLANT_KEY: reference });
  assert.match(line, /^LANDLINE_VOXIMPLANT_KEY: its Key Vault reference is not resolved/);
  assert.ok(!line.includes('vault.azure.net'));
});

test('a key of pseudonyms that can be guessed is none', () => {
  const keyed = (key: string) => ({ ...AZURE, LANDLINE_PRIVACY: 'pseudonymous', LANDLINE_PSEUDONYM_KEY: key });
  for (const key of [
    'a'.repeat(40),
    '1234567890'.repeat(4),
    'short',
    '@microsoft.keyvault(SecretUri=https://v.example/s)',
  ])
    assert.match(problems(keyed(key))[0] ?? '', /^LANDLINE_PSEUDONYM_KEY: /, key);
  assert.deepEqual(readConfig(keyed('9f86d081884c7d659a2feaa0c55ad015')).privacy.profile, 'pseudonymous');
});

test('no value of any setting is shown: it may be a secret that was put into the wrong one', () => {
  const secret = 'Zm9yLXRlc3Rz+marker/7f3a==';
  for (const name of Object.keys(SETTINGS)) {
    const found = problems({ ...AZURE, [name]: secret });
    assert.ok(!found.join().includes('marker'), name);
  }
});

test('an address on this machine beside the suffix of a cloud is no emulator', () => {
  assert.ok(isEmulator('AccountName=a;AccountKey=b;BlobEndpoint=http://127.0.0.1:1/a'));
  assert.ok(
    !isEmulator('AccountName=a;AccountKey=b;BlobEndpoint=http://127.0.0.1:1/a;EndpointSuffix=core.windows.net'),
  );
});

test('no value of a secret is ever shown', () => {
  const secret = 'marker-7f3a';
  const env = {
    ...AZURE,
    LANDLINE_VOXIMPLANT_KEY: secret,
    LANDLINE_LAKE: `AccountKey=${secret}`,
    LANDLINE_CREDENTIAL: 'no',
  };
  assert.ok(problems(env).length > 0);
  assert.ok(!problems(env).join().includes(secret));
});

test('the simulator is for this machine only', () => {
  assert.equal(readConfig(SIMULATED).cloud.graph, 'http://127.0.0.1:8080');
  assert.match(
    problems({ ...SIMULATED, ...AZURE })[0] ?? '',
    /simulator is refused together with a real storage account/,
  );
  assert.deepEqual(problems({ ...SIMULATED, LANDLINE_GRAPH_URL: 'http://10.0.0.1:8080' }), [
    'LANDLINE_GRAPH_URL: expected an address on this machine, got a text of 20 characters',
  ]);
  assert.match(problems({ ...AZURE, LANDLINE_GRAPH_URL: 'http://127.0.0.1:1' })[0] ?? '', /only for the simulator/);
  assert.match(
    problems({ ...AZURE, LANDLINE_VOXIMPLANT_URL: 'http://127.0.0.1:1' })[0] ?? '',
    /only for the simulator/,
  );
  const key = JSON.stringify(KEY);
  assert.match(problems({ ...SIMULATED, LANDLINE_VOXIMPLANT_KEY: key })[0] ?? '', /real service is refused/);
});

test('an account key outside this machine needs a deliberate setting', () => {
  const keyed = {
    AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net',
  };
  assert.match(problems(keyed)[0] ?? '', /LANDLINE_ALLOW_SHARED_KEY/);
  assert.deepEqual(problems({ ...keyed, LANDLINE_ALLOW_SHARED_KEY: 'true' }), []);
  assert.deepEqual(problems({ AzureWebJobsStorage: EMULATOR }), []);
});

test('signing in from the environment names each variable that is missing', () => {
  const named = problems({ AzureWebJobsStorage: EMULATOR, LANDLINE_CREDENTIAL: 'environment' }).map(
    line => line.split(':')[0],
  );
  assert.deepEqual(named, [
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH',
  ]);
});
