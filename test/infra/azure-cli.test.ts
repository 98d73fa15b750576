import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What people are told to type into the Azure CLI, in documents, scripts, outputs of the template and on the command line. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Commands and options that azure-cli 2.45 was seen to take, and `list-flexconsumption-locations`, which came later. */
const TAKEN: Readonly<Record<string, string>> = {
  'account set': '',
  'account show': '',
  'ad app credential reset': 'append cert id',
  bicep: '',
  'bicep install': '',
  'cloud set': 'name',
  'deployment sub create': 'location name parameters template-file',
  'deployment sub show': 'name',
  'functionapp config appsettings set': 'name resource-group settings',
  'functionapp deployment source config-zip': 'name resource-group src',
  'functionapp identity show': 'name resource-group',
  'functionapp keys list': 'name resource-group',
  'functionapp list-flexconsumption-locations': '',
  'functionapp restart': 'name resource-group',
  'functionapp show': 'name resource-group',
  'group delete': 'name',
  'keyvault recover': 'name',
  'keyvault secret list': 'vault-name',
  'keyvault secret list-versions': 'name vault-name',
  'keyvault secret set': 'file name vault-name',
  'keyvault show': 'name',
  'lock delete': 'name resource resource-group resource-type',
  login: 'allow-no-subscriptions tenant',
  'provider register': 'namespace',
  'resource invoke-action': 'action name resource-group resource-type',
  rest: 'body method resource url',
  'role assignment create': 'assignee-object-id assignee-principal-type role scope',
  'role assignment delete': '',
  'storage account show': 'name',
  'storage blob delete': 'account-name auth-mode container-name name',
  'storage blob download': 'account-name auth-mode container-name file name',
  'storage blob list': 'account-name auth-mode container-name num-results',
  'storage blob metadata show': 'account-name auth-mode container-name name',
  'storage blob upload': 'account-name auth-mode container-name content-type file metadata name overwrite',
  // Doctor makes it for a queue, a table or a container.
  'storage ${kind} create': 'account-name auth-mode name',
  'storage message delete': 'account-name auth-mode id pop-receipt queue-name',
  'storage message get': 'account-name auth-mode queue-name',
  'storage message peek': 'account-name auth-mode num-messages queue-name',
};
const EVERYWHERE = ['output', 'query', 'only-show-errors'];

const FILES = ['README.md', 'docs/**/*.md', 'infra/*.sh', 'infra/**/*.bicep', '{shared,cli}/**/*.ts'];
const COMMAND = /(?<![\w./-])az ((?:[a-z][a-z-]*)(?: (?:[a-z][a-z-]*|\$\{kind\}))*)(?=[\s`'".)])/g;

interface Told {
  readonly file: string;
  readonly command: string;
  readonly options: readonly string[];
}

function told(): Told[] {
  return globSync(FILES, { cwd: ROOT }).flatMap(file => {
    const text = readFileSync(`${ROOT}${file}`, 'utf8').replaceAll('\\\n', ' ');
    return [...text.matchAll(COMMAND)].map(({ 0: { length }, 1: command = '', index }) => {
      const [rest = ''] = text.slice(index + length).split(/[`\n|;)&]|(?<![\w./-])az [a-z]/);
      return { file, command, options: [...rest.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option) };
    });
  });
}

test('each command of the Azure CLI that anybody is told to type is one, with options that it takes', () => {
  const all = told();
  assert.ok(all.length > 60, `${all.length} commands found`);
  for (const { file, command, options } of all) {
    const taken = TAKEN[command];
    assert.ok(taken !== undefined, `${file}: az ${command}`);
    const known = [...taken.split(' '), ...EVERYWHERE];
    assert.deepEqual(
      options.filter(option => !known.includes(option)),
      [],
      `${file}: az ${command}`,
    );
  }
  const unused = Object.keys(TAKEN).filter(command => !all.some(each => each.command === command));
  assert.deepEqual(unused, [], 'nobody is told these');
});
