import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { INFRA } from '../../infra/template.ts';
import { readConfig } from '../../shared/config/config.ts';
import { SETTINGS } from '../../shared/config/settings.ts';
import { CONTAINERS } from '../../shared/words/paths.ts';
import { LEDGER_TABLE, QUEUES } from '../../shared/words/storage-names.ts';
import { posixTest } from '../system.ts';
import { deploy, type Json, list, object, text } from './arm.ts';
import { deployedQueries } from './queries.ts';
import { deployed, ofType, only, parametersOf, properties, SETS, setFiles, settingsOf, template } from './sets.ts';

const STORAGE = 'Microsoft.Storage/storageAccounts';
const ALERT = 'Microsoft.Insights/scheduledQueryRules';

/** Every text in a value, keys included. */
function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

test('every set of parameters is deployed here', () => {
  assert.deepEqual(setFiles().sort(), [...SETS]);
});

test('every parameter says what it is', () => {
  for (const [name, each] of Object.entries(object(template['parameters'])))
    assert.ok(text(object(object(each)['metadata'] ?? {})['description'] ?? '').length > 10, name);
});

for (const set of SETS) {
  describe(`with the parameters "${set}"`, () => {
    test('storage has no keys, nothing public, and TLS 1.2 over https only', () => {
      const accounts = ofType(set, STORAGE);
      assert.equal(accounts.length, 2);
      for (const account of accounts) {
        const { allowSharedKeyAccess, allowBlobPublicAccess, minimumTlsVersion, ...rest } = properties(account);
        assert.equal(allowSharedKeyAccess, false);
        assert.equal(allowBlobPublicAccess, false);
        assert.equal(minimumTlsVersion, 'TLS1_2');
        assert.equal(rest['supportsHttpsTrafficOnly'], true);
        assert.equal(rest['defaultToOAuthAuthentication'], true);
        assert.equal(rest['allowCrossTenantReplication'], false);
        const isPrivate = set === 'private-network';
        assert.equal(rest['publicNetworkAccess'], isPrivate ? 'Disabled' : 'Enabled');
        const { bypass, defaultAction } = object(rest['networkAcls']);
        assert.equal(defaultAction, isPrivate ? 'Deny' : 'Allow');
        // Retention rules are run by a trusted service; nothing of the host's account is left to any.
        assert.equal(bypass, account.name.startsWith('lldata') ? 'AzureServices' : 'None');
      }
      for (const container of ofType(set, `${STORAGE}/blobServices/containers`))
        assert.notEqual(object(container.body['properties'] ?? {})['publicAccess'], 'Container');
    });

    test('the host account is flat and has the queues and the table; the data account has the containers', () => {
      const [host, data] = ['llhost', 'lldata'].map(prefix => {
        const found = ofType(set, STORAGE).find(({ name }) => name.startsWith(prefix));
        assert.ok(found);
        return found;
      });
      assert.ok(host && data);
      assert.equal(properties(host)['isHnsEnabled'], undefined);
      assert.equal(properties(data)['isHnsEnabled'], true);
      const names = (type: string): string[] =>
        ofType(set, `${STORAGE}/${type}`)
          .map(({ name }) => name)
          .sort();
      assert.deepEqual(names('queueServices/queues'), QUEUES.map(name => `${host.name}/default/${name}`).sort());
      assert.deepEqual(names('tableServices/tables'), [`${host.name}/default/${LEDGER_TABLE}`]);
      const containers = Object.values(CONTAINERS).map(name => `${data.name}/default/${name}`);
      assert.deepEqual(names('blobServices/containers'), [...containers, `${host.name}/default/deployment`].sort());
    });

    test('connections are addresses and an identity, with the suffix of the cloud, and no key', () => {
      const settings = settingsOf(set);
      const suffix = set === 'government' ? 'core.usgovcloudapi.net' : 'core.windows.net';
      for (const service of ['blob', 'queue', 'table'])
        assert.match(
          text(settings.get(`AzureWebJobsStorage__${service}ServiceUri`)),
          new RegExp(`^https://llhost.*\\.${service}\\.${suffix}/$`),
        );
      assert.match(
        text(settings.get('LANDLINE_LAKE__blobServiceUri')),
        new RegExp(`^https://lldata.*\\.blob\\.${suffix}/$`),
      );
      assert.equal(settings.get('AzureWebJobsStorage__credential'), 'managedidentity');
      assert.equal(settings.get('AzureWebJobsStorage__clientId'), settings.get('AZURE_CLIENT_ID'));
      assert.equal(settings.get('AzureWebJobsStorage'), undefined);
      for (const value of settings.values())
        assert.doesNotMatch(text(value), /AccountKey|SharedAccess|sig=|Password|\[object/i);
    });

    test('the product takes the settings as they are', () => {
      const resolved = [...settingsOf(set)].map(([name, value]) => {
        if (!text(value).startsWith('@Microsoft.KeyVault(')) return [name, text(value)];
        return [name, name === 'LANDLINE_VOXIMPLANT_KEY' ? KEY_FILE : RANDOM];
      });
      const config = readConfig(Object.fromEntries(resolved));
      assert.equal(config.cloud.name, set === 'government' ? 'usgov-l4' : 'global');
      assert.equal(config.voximplant !== undefined, set === 'voximplant');
      assert.deepEqual(config.signIn, { kind: 'managed-identity', clientId: settingsOf(set).get('AZURE_CLIENT_ID') });
    });

    test('it has only settings that somebody reads, and on Flex Consumption none that it forbids', () => {
      const names = [...settingsOf(set).keys()];
      const host = [
        'AzureWebJobsStorage__blobServiceUri',
        'AzureWebJobsStorage__credential',
        'AzureWebJobsStorage__clientId',
      ];
      const known = [
        ...Object.keys(SETTINGS),
        ...host,
        ...names.filter(name => name.startsWith('APPLICATIONINSIGHTS_')),
      ];
      const others = names.filter(name => !known.includes(name));
      assert.deepEqual(others.sort(), set === 'government' ? PREMIUM_ONLY : []);
      if (set !== 'government') for (const name of names) assert.doesNotMatch(name, FORBIDDEN_ON_FLEX);
    });

    test('secrets are references to a vault, and no output or setting holds one', () => {
      for (const [name, value] of settingsOf(set))
        if (name in SETTINGS && 'secret' in SETTINGS[name as keyof typeof SETTINGS])
          assert.match(
            text(value),
            /^@Microsoft\.KeyVault\(SecretUri=https:\/\/kv-ll-[a-z0-9]+\.vault\.[a-z.]+\/secrets\/[a-z-]+\)$/,
          );
      for (const found of textsIn(template))
        assert.doesNotMatch(found, /listKeys|listSecrets|listAccountSas|listServiceSas/i);
      for (const value of Object.values(deployed(set).outputs))
        assert.doesNotMatch(text(value), /InstrumentationKey|AccountKey|sig=|PRIVATE KEY/);
    });

    test('the app is https only, runs as the one identity, and has no password of its own', () => {
      const site = only(set, 'Microsoft.Web/sites');
      const identity = only(set, 'Microsoft.ManagedIdentity/userAssignedIdentities');
      const { httpsOnly, keyVaultReferenceIdentity, siteConfig } = properties(site);
      assert.equal(httpsOnly, true);
      assert.equal(keyVaultReferenceIdentity, identity.id);
      assert.deepEqual(object(site.body['identity']), {
        type: 'UserAssigned',
        userAssignedIdentities: { [identity.id]: {} },
      });
      assert.equal(object(siteConfig)['minTlsVersion'], '1.2');
      assert.equal(object(siteConfig)['ftpsState'], 'Disabled');
      const policies = ofType(set, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
      assert.deepEqual(
        policies.map(each => properties(each)),
        [{ allow: false }, { allow: false }],
      );
    });

    test('the identity has its roles before the app exists', () => {
      const order = deployed(set).resources.map(({ type }) => type);
      assert.ok(order.lastIndexOf('Microsoft.Authorization/roleAssignments') < order.indexOf('Microsoft.Web/sites'));
    });

    test('the plan and the runtime are those of the parameters', () => {
      const farm = only(set, 'Microsoft.Web/serverfarms');
      const { functionAppConfig, siteConfig } = properties(only(set, 'Microsoft.Web/sites'));
      if (set === 'government') {
        assert.equal(object(farm.body['sku'])['name'], 'EP1');
        assert.equal(object(siteConfig)['linuxFxVersion'], 'NODE|24');
        return;
      }
      assert.equal(object(farm.body['sku'])['name'], 'FC1');
      const { runtime, deployment } = object(functionAppConfig);
      assert.deepEqual(runtime, { name: 'node', version: '24' });
      const { type, value, authentication } = object(object(deployment)['storage']);
      assert.equal(type, 'blobContainer');
      assert.match(text(value), /^https:\/\/llhost[a-z0-9]+\.blob\.core\.windows\.net\/deployment$/);
      assert.equal(object(authentication)['type'], 'UserAssignedIdentity');
    });

    test('telemetry is taken only from identities', () => {
      assert.equal(properties(only(set, 'Microsoft.Insights/components'))['DisableLocalAuth'], true);
      const workspace = properties(only(set, 'Microsoft.OperationalInsights/workspaces'));
      assert.equal(object(workspace['features'])['disableLocalAuth'], true);
      assert.match(
        text(settingsOf(set).get('APPLICATIONINSIGHTS_AUTHENTICATION_STRING')),
        /^ClientId=[0-9a-f-]{36};Authorization=AAD$/,
      );
    });

    test('every alert is on, asks its query of the workspace, writes to the group and links to its heading', () => {
      const alerts = ofType(set, ALERT);
      const table = list(JSON.parse(readFileSync(join(INFRA, 'alerts.json'), 'utf8'))).map(object);
      assert.deepEqual(
        alerts.map(({ name }) => name),
        table.map(each => `landline-${each['name']}`),
      );
      const workspace = only(set, 'Microsoft.OperationalInsights/workspaces');
      const group = only(set, 'Microsoft.Insights/actionGroups');
      for (const [i, alert] of alerts.entries()) {
        const { enabled, description, scopes, criteria, actions, skipQueryValidation } = properties(alert);
        const name = text(table[i]?.['name']);
        assert.equal(enabled, true);
        assert.ok(text(description).endsWith(`docs/operations.md#${name}`));
        assert.deepEqual(scopes, [workspace.id]);
        assert.deepEqual(actions, { actionGroups: [group.id] });
        assert.equal(skipQueryValidation, true);
        const [criterion] = list(object(criteria)['allOf']);
        assert.equal(object(criterion)['query'], deployedQueries().get(`alert ${name}`));
      }
      const [mail] = list(properties(group)['emailReceivers']);
      assert.equal(object(mail)['emailAddress'], 'telephony@example.com');
    });

    test('the workbook has a tile for each query, and its text is JSON', () => {
      const workbook = properties(only(set, 'Microsoft.Insights/workbooks'));
      const items = list(object(JSON.parse(text(workbook['serializedData'])))['items']).map(object);
      for (const item of items.filter(({ type }) => type === 3)) {
        const file = join(INFRA, 'kql/workbook', `${text(item['name'])}.kql`);
        assert.equal(object(item['content'])['query'], readFileSync(file, 'utf8'));
      }
      assert.equal(items.filter(({ type }) => type === 3).length, 7);
    });

    test('retention is a rule per container', () => {
      const policy = object(properties(only(set, `${STORAGE}/managementPolicies`))['policy']);
      const rules = list(policy['rules']).map(object);
      assert.deepEqual(
        rules.map(rule => rule['name']),
        ['raw-cool', 'history-delete'],
      );
      for (const rule of rules)
        assert.equal(list(object(object(rule['definition'])['filters'])['prefixMatch']).length, 1);
    });

    test('a network is there only when asked for, with an endpoint for every service of both accounts', () => {
      const endpoints = ofType(set, 'Microsoft.Network/privateEndpoints').map(({ name }) => name);
      const subnet = properties(only(set, 'Microsoft.Web/sites'))['virtualNetworkSubnetId'];
      if (set !== 'private-network') {
        assert.deepEqual(endpoints, []);
        assert.equal(subnet, null);
        return;
      }
      const accounts = ofType(set, STORAGE).map(({ name }) => name);
      const wanted = accounts.flatMap(account => ['blob', 'queue', 'table'].map(each => `pe-${account}-${each}`));
      const data = accounts.find(name => name.startsWith('lldata'));
      assert.deepEqual(endpoints.sort(), [...wanted, `pe-${data}-dfs`].sort());
      assert.match(text(subnet), /subnets\/app$/);
      const zones = ofType(set, 'Microsoft.Network/privateDnsZones').map(({ name }) => name);
      const services = ['blob', 'dfs', 'queue', 'table'];
      assert.deepEqual(
        zones.sort(),
        services.map(each => `privatelink.${each}.core.windows.net`),
      );
      assert.equal(ofType(set, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups').length, endpoints.length);
    });

    test('the consent command is printed with the real id and cloud, and a vault is there only where it is needed', () => {
      const cloud = set === 'government' ? 'usgov-l4' : 'global';
      const { outputs } = deployed(set);
      const id = outputs['IDENTITY_PRINCIPAL_ID'];
      assert.equal(outputs['CONSENT_COMMAND'], `bash infra/consent.sh --identity ${id} --cloud ${cloud}`);
      const vaults = ofType(set, 'Microsoft.KeyVault/vaults');
      assert.equal(vaults.length, set === 'voximplant' ? 1 : 0);
      for (const vault of vaults) assert.equal(properties(vault)['enableRbacAuthorization'], true);
      assert.equal(outputs['VOXIMPLANT_KEY_COMMAND'] !== '', set === 'voximplant');
    });
  });
}

test('no address of a cloud is written out anywhere in the sources', () => {
  for (const found of textsIn(template)) {
    if (found.includes('schema.management.azure.com')) continue;
    assert.doesNotMatch(found, /core\.windows\.net|vault\.azure\.net|usgovcloudapi|azurewebsites\.net/);
  }
});

test('without an address nobody is written to, and alerts are still on', () => {
  const { resources } = deploy(template, { environmentName: 'x', location: 'westeurope' });
  const group = resources.find(({ type }) => type === 'Microsoft.Insights/actionGroups');
  assert.deepEqual(object(group?.body['properties'])['emailReceivers'], []);
  const alerts = resources.filter(({ type }) => type === ALERT);
  assert.ok(alerts.length > 0 && alerts.every(each => object(each.body['properties'])['enabled'] === true));
});

test('retention can be set for each container, and off altogether', () => {
  const given = {
    ...parametersOf('default'),
    rawDeleteAfterDays: 800,
    curatedDeleteAfterDays: 30,
    rawCoolAfterDays: 0,
  };
  const rulesOf = (parameters: { [name: string]: Json }): Json[] =>
    deploy(template, parameters)
      .resources.filter(({ type }) => type === `${STORAGE}/managementPolicies`)
      .flatMap(each => list(object(object(each.body['properties'])['policy'])['rules']));
  const names = rulesOf(given).map(rule => object(rule)['name']);
  assert.deepEqual(names, ['curated-delete', 'history-delete', 'raw-delete']);
  const off = { rawCoolAfterDays: 0, rawDeleteAfterDays: 0, historyDeleteAfterDays: 0, curatedDeleteAfterDays: 0 };
  assert.deepEqual(rulesOf({ ...parametersOf('default'), ...off }), []);
});

test('a lock forbids deleting the data account when asked for, and otherwise there is none', () => {
  const locksWith = (given: { [name: string]: Json }) =>
    deploy(template, { ...parametersOf('default'), ...given }).resources.filter(({ type }) => type.endsWith('/locks'));
  assert.deepEqual(locksWith({}), []);
  const [lock, ...others] = locksWith({ deleteLock: 'true' });
  assert.ok(lock !== undefined && others.length === 0);
  assert.equal(object(lock.body['properties'])['level'], 'CanNotDelete');
  assert.match(text(lock.body['scope']), /\/storageAccounts\/lldata[a-z0-9]+$/);
});

test('no parameter is a boolean, for which azd takes the default when it cannot read a value', () => {
  const declared = Object.entries(object(template['parameters'])).map(([name, each]) => ({ name, ...object(each) }));
  const types = declared.map(each => object(each)['type']);
  assert.ok(!types.includes('bool'));
  const switches = declared.filter(each => list(object(each)['allowedValues'] ?? []).includes('true'));
  assert.ok(switches.length >= 6);
  for (const { name } of switches) {
    assert.deepEqual(object(object(template['parameters'])[name])['allowedValues'], ['false', 'true'], name);
    for (const wrong of ['on', 'True', 'yes', '1'])
      assert.throws(() => deploy(template, { ...parametersOf('default'), [name]: wrong }), /is not allowed/, name);
  }
});

test('the last line of a deployment says what is in force', () => {
  const lineOf = (given: { [name: string]: Json }): string =>
    text(deploy(template, { ...parametersOf('default'), ...given }).outputs['IN_FORCE']);
  assert.equal(
    lineOf({}),
    'network public; delete lock off; privacy masked; history from 365 days back; raw cool after 90 days, kept for ever; ' +
      'superseded revisions deleted after 400 days; curated kept for ever; deleted blobs restorable for 14 days; ' +
      'telemetry kept for 90 days, at most 1 GB a day; access log off; alerts on, to telephony@example.com',
  );
  const other = lineOf({ privateNetwork: 'true', deleteLock: 'true', privacy: 'full', rawDeleteAfterDays: 800 });
  assert.match(
    other,
    /^network private; delete lock on; privacy full; .*raw cool after 90 days, deleted after 800 days;/,
  );
  assert.match(lineOf({ telemetryDailyCapGb: -1, alertEmail: '' }), /without a daily cap; .*alerts on, to nobody$/);
});

test('an installation is the same however its name and region are spelled', () => {
  const namesOf = (environmentName: string, location: string): string[] =>
    deploy(template, { environmentName, location }).resources.map(({ id }) => id.toLowerCase());
  const names = namesOf('landline-prod', 'westeurope');
  assert.deepEqual(namesOf('Landline-Prod', 'West Europe'), names);
  assert.deepEqual(namesOf('landline-prod', 'WestEurope'), names);
  assert.notDeepEqual(namesOf('landline-test', 'westeurope'), names);
  assert.notDeepEqual(namesOf('landline-prod', 'northeurope'), names);
});

test('a region without Flex Consumption is refused before anything is made, and taken with the other plan', () => {
  const given = { environmentName: 'x', location: 'usgovvirginia' };
  assert.throws(() => deploy(template, given), /Flex Consumption is not known to be in usgovvirginia/);
  assert.ok(deploy(template, { ...given, plan: 'premium' }, 'government').resources.length > 0);
});

test('a schedule that cannot be one is refused', () => {
  for (const planSchedule of ['every 5 minutes', '0 */5 * * * * *', '*/5 * * *'])
    assert.throws(() => deploy(template, { ...parametersOf('default'), planSchedule }), /expected five or six fields/);
  assert.ok(deploy(template, { ...parametersOf('default'), planSchedule: '*/10 * * * *' }).resources.length > 0);
});

test('who reads blobs and secrets is kept when asked for, and otherwise not', () => {
  const logsOf = (set: 'default' | 'voximplant'): string[] =>
    ofType(set, 'Microsoft.Insights/diagnosticSettings').map(
      ({ id, body }) =>
        `${id.replace(/^.*\/providers\/(?=Microsoft\.(Storage|KeyVault))|\/providers\/Microsoft\.Insights.*$/g, '')}: ${list(
          object(body['properties'])['logs'],
        ).map(each => object(each)['category'])}`,
    );
  assert.deepEqual(logsOf('default'), []);
  const [blobs, secrets, ...others] = logsOf('voximplant').sort().reverse();
  assert.match(text(blobs), /lldata[a-z0-9]+\/blobServices\/default: StorageRead,StorageWrite,StorageDelete$/);
  assert.match(text(secrets), /Microsoft\.KeyVault\/vaults\/kv-ll-[a-z0-9]+: AuditEvent$/);
  assert.deepEqual(others, []);
});

test('azd is told the tenant and the region, as its own templates do', () => {
  const { outputs } = deploy(template, { environmentName: 'x', location: 'West Europe' });
  assert.equal(outputs['AZURE_LOCATION'], 'westeurope');
  assert.match(text(outputs['AZURE_TENANT_ID']), /^[0-9a-f-]{36}$/);
});

test('the settings that runbooks tell people to change come from the parameters', () => {
  const given = { voximplantInFlight: 2, fetchSeconds: 240 };
  const { resources } = deploy(template, { ...parametersOf('default'), ...given });
  const site = resources.find(({ type }) => type === 'Microsoft.Web/sites');
  const settings = list(object(object(site?.body['properties'])['siteConfig'])['appSettings']).map(object);
  const settingOf = (name: string) => settings.find(each => each['name'] === name)?.['value'];
  assert.equal(settingOf('LANDLINE_VOXIMPLANT_IN_FLIGHT'), '2');
  assert.equal(settingOf('LANDLINE_FETCH_SECONDS'), '240');
});

/** A vault in a shell: `az` knows the names of its secrets, or fails; what is set is written to a file. */
function runPseudonymCommand(context: TestContext, names: readonly string[] | 'unreadable'): string {
  const folder = mkdtempSync(join(tmpdir(), 'landline-key-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const answer = names === 'unreadable' ? 'exit 1' : `echo ${String(names.includes('pseudonym-key'))}`;
  const az = `#!/bin/sh\ncase "$3" in list) ${answer} ;; set) cat > ${folder}/made ;; esac\n`;
  for (const [name, text] of [
    ['az', az],
    ['openssl', '#!/bin/sh\necho "$@"\n'],
  ] as const)
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  const command = text(deployed('voximplant').outputs['PSEUDONYM_KEY_COMMAND']);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  const { status, stdout } = spawnSync('bash', ['-c', command], { env, encoding: 'utf8' });
  assert.equal(status, 0);
  return existsSync(join(folder, 'made')) ? readFileSync(join(folder, 'made'), 'utf8') : stdout;
}

posixTest(
  'the key of the pseudonyms is made once: never where there is one, nor where that cannot be known',
  context => {
    assert.equal(runPseudonymCommand(context, []), 'rand -hex 32\n');
    assert.equal(runPseudonymCommand(context, ['voximplant-key']), 'rand -hex 32\n');
    assert.match(runPseudonymCommand(context, ['pseudonym-key']), /^Nothing was changed/);
    assert.match(runPseudonymCommand(context, 'unreadable'), /^Nothing was changed/);
    assert.equal(deployed('default').outputs['PSEUDONYM_KEY_COMMAND'], '');
  },
);

const FORBIDDEN_ON_FLEX =
  /^(FUNCTIONS_(WORKER_RUNTIME|EXTENSION_VERSION|WORKER_PROCESS_COUNT)|WEBSITE_(RUN_FROM_PACKAGE.*|CONTENT.*|NODE_DEFAULT_VERSION|TIME_ZONE)|TZ|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD)$/;
const PREMIUM_ONLY = [
  'FUNCTIONS_EXTENSION_VERSION',
  'FUNCTIONS_WORKER_RUNTIME',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID',
];
/** A key file that is none: its form is what the settings are checked for. */
/** As `openssl rand -hex 20` makes them. */
const RANDOM = '8f3b1c0e5d7a92461f0bce83a5d4276e90b1fc38';
const KEY_FILE = JSON.stringify({ account_id: 1, key_id: 'k', private_key: '-----BEGIN PRIVATE KEY-----' });
