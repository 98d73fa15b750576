import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, plainSecretsOf } from '../../shared/config/plain-secrets.ts';
import { SETTINGS, type Setting } from '../../shared/config/settings.ts';
import { findingsOfSecrets } from '../../shared/doctor/configuration.ts';

const AZURE = { WEBSITE_SITE_NAME: 'contoso-landline' };
const SECRET = { LANDLINE_VOXIMPLANT_KEY: 'marker-7f3a' };

/** As the platform lists references. */
const listed = (...names: string[]) => ({
  WEBSITE_KEYVAULT_REFERENCES: JSON.stringify(
    Object.fromEntries(names.map(name => [name, { rawReference: '@Microsoft.KeyVault(…)', status: 'Resolved' }])),
  ),
});

test('a secret that stands in the settings themselves is named in Azure, and never shown', () => {
  const found = plainSecretsOf({ ...AZURE, ...SECRET, ...listed('LANDLINE_PSEUDONYM_KEY') });
  assert.deepEqual(found, [{ setting: 'LANDLINE_VOXIMPLANT_KEY', certain: true }]);
  const [finding] = findingsOfSecrets(found, 'contoso-landline');
  assert.deepEqual(
    [finding?.check, finding?.about, finding?.result],
    ['key-vault', 'LANDLINE_VOXIMPLANT_KEY', 'warning'],
  );
  assert.match(finding?.meaning ?? '', /The secret itself stands in the app's settings.*a reference to it/);
  assert.match(finding?.next ?? '', /"LANDLINE_VOXIMPLANT_KEY=@Microsoft\.KeyVault\(/);
  assert.doesNotMatch(JSON.stringify(finding), /marker/);
});

test('a reference is not warned about', () => {
  for (const name of ['LANDLINE_VOXIMPLANT_KEY', 'APPSETTING_LANDLINE_VOXIMPLANT_KEY'])
    assert.deepEqual(plainSecretsOf({ ...AZURE, ...SECRET, ...listed(name) }), []);
});

test('where the platform does not list references, the warning says that it may be one', () => {
  for (const json of [undefined, '', 'not JSON', '[]', 'null', '"x"']) {
    const found = plainSecretsOf({ ...AZURE, ...SECRET, WEBSITE_KEYVAULT_REFERENCES: json });
    assert.deepEqual(found, [{ setting: 'LANDLINE_VOXIMPLANT_KEY', certain: false }], json);
  }
  assert.match(meaningOf({ setting: 'X', certain: false }), /does not say which .* If this one is not, put the secret/);
});

test('every setting that is a secret is looked at, and no other', () => {
  const all = Object.keys(SETTINGS);
  const env = { ...AZURE, ...listed(), ...Object.fromEntries(all.map(name => [name, 'x'])) };
  const secrets = Object.entries<Setting>(SETTINGS).flatMap(([name, { secret }]) => (secret ? [name] : []));
  assert.ok(secrets.length >= 5);
  assert.deepEqual(
    plainSecretsOf(env),
    secrets.map(setting => ({ setting, certain: true })),
  );
});

test('a setting that is absent or empty holds no secret, and outside Azure nothing is said', () => {
  assert.deepEqual(plainSecretsOf({ ...AZURE, ...listed(), LANDLINE_VOXIMPLANT_KEY: ' ' }), []);
  assert.deepEqual(plainSecretsOf(SECRET), []);
});
