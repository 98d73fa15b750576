import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { INFRA } from '../../infra/template.ts';
import { CONTAINERS } from '../../shared/words/paths.ts';
import { QUEUES } from '../../shared/words/storage-names.ts';
import { type Deployed, deploy, object, text } from './arm.ts';
import { deployed, ofType, parametersOf, properties, SETS, type SetName, settingsOf, template } from './sets.ts';

const ROOT = new URL('../../', import.meta.url);
const row = z.strictObject({
  scope: z.enum(['host account', 'host queue', 'data container', 'telemetry', 'vault']),
  name: z.string().optional(),
  role: z.string(),
  /** Absent of the role that the template defines itself. */
  roleId: z.guid().optional(),
  need: z.string(),
  usedBy: z.array(z.string()).min(1),
});
const roles = z
  .strictObject({
    about: z.string(),
    dataWriter: z.strictObject({ role: z.string(), need: z.string(), dataActions: z.array(z.string()) }),
    app: z.array(row),
    readers: z.array(row),
    curatedReaders: z.array(row),
    publisher: z.array(row.extend({ scope: z.enum(['app', 'plan', 'deployment container']) })),
    graph: z.array(
      z.strictObject({ role: z.string(), roleId: z.guid(), need: z.string(), usedBy: z.array(z.string()) }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(INFRA, 'roles.json'), 'utf8')));

const ASSIGNMENT = 'Microsoft.Authorization/roleAssignments';

/** Every assignment of a set as "role id @ end of scope", with who it is for. */
function assignments(set: SetName): string[] {
  return ofType(set, ASSIGNMENT)
    .map(each => `${properties(each)['principalType']} ${roleIdOf(each)} @ ${scopeOf(each)}`)
    .sort();
}

function roleIdOf(assignment: Deployed): string | undefined {
  return text(properties(assignment)['roleDefinitionId']).split('/').at(-1);
}

function scopeOf({ body }: Deployed): string {
  return text(body['scope']).replace(/^.*\/providers\//, '');
}

/** The id of the one role that the template defines. */
function definedIn(set: SetName): string {
  const [role, ...others] = ofType(set, 'Microsoft.Authorization/roleDefinitions');
  assert.ok(role !== undefined && others.length === 0);
  return role.name;
}

function expected(set: SetName): string[] {
  const nameOf = (type: string, prefix: string): string =>
    ofType(set, type).find(({ name }) => name.startsWith(prefix))?.name ?? '';
  const storage = 'Microsoft.Storage/storageAccounts';
  const [host, data] = [nameOf(storage, 'llhost'), nameOf(storage, 'lldata')];
  const placeOf = ({ scope, name = '' }: z.infer<typeof row>): string => {
    switch (scope) {
      case 'host account':
        return `${storage}/${host}`;
      case 'host queue':
        return `${storage}/${host}/queueServices/default/queues/${name}`;
      case 'data container':
        return `${storage}/${data}/blobServices/default/containers/${name}`;
      case 'telemetry':
        return `Microsoft.Insights/components/${nameOf('Microsoft.Insights/components', 'appi')}`;
      case 'vault':
        return `Microsoft.KeyVault/vaults/${nameOf('Microsoft.KeyVault/vaults', 'kv')}`;
    }
  };
  const app = roles.app.filter(({ scope }) => scope !== 'vault' || set === 'voximplant');
  const readers = set === 'voximplant' ? roles.readers : [];
  return [
    ...app.map(each => `ServicePrincipal ${each.roleId ?? definedIn(set)} @ ${placeOf(each)}`),
    ...readers.map(each => `Group ${each.roleId} @ ${placeOf(each)}`),
  ].sort();
}

for (const set of SETS) {
  test(`"${set}" assigns exactly the roles of the table, each on its scope`, () => {
    assert.deepEqual(assignments(set), expected(set));
    const ids = deployed(set).resources.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'no name twice');
  });
}

/** Containers that each group may read. */
function readersWith(given: { readonly [parameter: string]: string }): string[] {
  const { resources } = deploy(template, { ...parametersOf('default'), ...given });
  const groups = resources.filter(each => each.type === ASSIGNMENT && properties(each)['principalType'] === 'Group');
  assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length, 'no name twice');
  assert.ok(groups.every(each => roleIdOf(each) === roles.curatedReaders[0]?.roleId));
  return groups.map(each => `${properties(each)['principalId']} ${scopeOf(each).split('/').at(-1)}`);
}

test('a group of analysts reads curated and nothing else, whoever reads raw', () => {
  assert.deepEqual(readersWith({}), []);
  assert.deepEqual(readersWith({ curatedReaderGroupId: 'analysts' }), ['analysts curated']);
  const both = readersWith({ readerGroupId: 'few', curatedReaderGroupId: 'analysts' });
  assert.deepEqual(both, ['few raw', 'few curated', 'analysts curated']);
  assert.deepEqual(readersWith({ readerGroupId: 'few', curatedReaderGroupId: 'few' }), ['few raw', 'few curated']);
});

describe('the table of roles', () => {
  test('gives no role that manages resources, or that reaches wider than data', () => {
    for (const { role } of [...roles.app, ...roles.readers, ...roles.curatedReaders])
      assert.match(
        role,
        /^(Storage (Blob|Queue|Table) Data (Owner|Contributor|Reader)|Landline Data Writer|Monitoring Metrics Publisher|Key Vault Secrets User)$/,
      );
  });

  test('lets the app read and write data, and neither delete nor move it', () => {
    for (const set of SETS) {
      const [role] = ofType(set, 'Microsoft.Authorization/roleDefinitions');
      assert.ok(role);
      const { permissions, assignableScopes, roleName } = properties(role);
      assert.deepEqual(permissions, [
        { actions: [], notActions: [], dataActions: roles.dataWriter.dataActions, notDataActions: [] },
      ]);
      assert.equal((assignableScopes as unknown[]).length, 1);
      assert.match(text(roleName), /^Landline Data Writer \(lldata/);
    }
    for (const action of roles.dataWriter.dataActions)
      assert.match(
        action,
        /^Microsoft\.Storage\/storageAccounts\/blobServices\/containers\/blobs\/(read|write|add\/action)$/,
      );
    const onData = roles.app.filter(({ scope }) => scope === 'data container');
    assert.deepEqual(new Set(onData.map(({ role }) => role)), new Set([roles.dataWriter.role]));
  });

  test('names code and settings that exist', () => {
    const settings = new Set(SETS.flatMap(set => [...settingsOf(set).keys()]));
    for (const { usedBy } of [
      ...roles.app,
      ...roles.readers,
      ...roles.curatedReaders,
      ...roles.publisher,
      ...roles.graph,
    ])
      for (const user of usedBy) {
        if (user.startsWith('setting ')) assert.ok(settings.has(user.slice('setting '.length)), user);
        else assert.ok(existsSync(new URL(user, ROOT)), user);
      }
  });

  test('covers every queue and container the code names, and every store the code has', () => {
    const named = (scope: string): string[] =>
      roles.app.filter(each => each.scope === scope).flatMap(({ name }) => name ?? []);
    assert.deepEqual(named('host queue').sort(), [...QUEUES].sort());
    assert.deepEqual(named('data container').sort(), Object.values(CONTAINERS).sort());
    // A new client in a store is a new need: it must be in the table before it can be deployed.
    const users = new Set(roles.app.flatMap(({ usedBy }) => usedBy));
    for (const [store, sdk] of [
      ['shared/stores/ledger.ts', '@azure/data-tables'],
      ['shared/stores/jobs.ts', '@azure/storage-queue'],
      ['shared/stores/lake.ts', '@azure/storage-blob'],
    ] as const) {
      assert.ok(users.has(store), store);
      assert.ok(readFileSync(new URL(store, ROOT), 'utf8').includes(sdk), `${store} no longer uses ${sdk}`);
    }
  });

  test('lets readers read, and only raw and curated', () => {
    assert.deepEqual(
      roles.readers.map(({ role, name }) => `${role} ${name}`),
      ['Storage Blob Data Reader raw', 'Storage Blob Data Reader curated'],
    );
    assert.deepEqual(
      roles.curatedReaders.map(({ role, name }) => `${role} ${name}`),
      ['Storage Blob Data Reader curated'],
    );
  });

  test('agrees with what the sources need of Graph, and with the scripts that grant it', () => {
    const [least, wide] = roles.graph;
    assert.ok(least && wide);
    for (const script of ['consent.sh', 'consent.ps1']) {
      const body = readFileSync(join(INFRA, script), 'utf8');
      assert.ok(body.includes(least.role) && body.includes(wide.role), script);
    }
  });

  test('has the ids of the reference, where it is at hand', () => {
    const reference = new URL('../shared/reference/azure-role-definitions.json', ROOT);
    if (!existsSync(reference)) return;
    const known = object(JSON.parse(readFileSync(reference, 'utf8')));
    for (const { role, roleId } of [...roles.app, ...roles.readers, ...roles.curatedReaders])
      if (roleId !== undefined) assert.equal(object(known['azureRoles'])[role], roleId, role);
    for (const { role, roleId } of roles.graph) assert.equal(object(known['graphAppRoles'])[role], roleId, role);
  });
});

test('docs/deploy.md says for every command which roles it needs', () => {
  const page = readFileSync(new URL('docs/deploy.md', ROOT), 'utf8');
  const [, section = ''] = page.split('## Which role for which command');
  const rows = section.split('\n## ')[0]?.matchAll(/^\| (`.+?) \|/gm) ?? [];
  const told = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([a-z]+)/g)].map(([, name]) => name));
  const commands = globSync('cli/**/*.ts', { cwd: ROOT }).flatMap(file =>
    [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\.command\('([a-z]+)'/g)].map(([, name]) => name),
  );
  assert.ok(commands.length > 10);
  assert.deepEqual(
    commands.filter(name => !told.includes(name)),
    [],
  );
});
