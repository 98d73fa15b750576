import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { INFRA } from '../../infra/template.ts';
import { OF_COMMAND_LINE } from '../../shared/config/config.ts';
import { SETTINGS } from '../../shared/config/settings.ts';
import { type JsonObject, list, object, text } from './arm.ts';
import { SETS, settingsOf, template } from './sets.ts';

/** The parameters of the template, as a person gives them: through azd, and by the table in docs/deploy.md. */

const DEPLOY_PAGE = fileURLToPath(new URL('../../docs/deploy.md', import.meta.url));
const declared = Object.entries(object(template['parameters'])).map(([name, each]) => ({ name, ...of(object(each)) }));
const mapped = object(object(JSON.parse(readFileSync(join(INFRA, 'main.parameters.json'), 'utf8')))['parameters']);

function of(parameter: JsonObject) {
  const { type, defaultValue, allowedValues, minValue, maxValue, metadata } = parameter;
  const about = text(object(metadata)['description']);
  return { type: text(type), defaultValue, allowed: list(allowedValues), minValue, maxValue, about };
}

/** Set by azd itself when an environment is made. */
const OF_AZD: Readonly<Record<string, string>> = { environmentName: 'AZURE_ENV_NAME', location: 'AZURE_LOCATION' };

/** Parameters that no variable of azd can give, and why. */
const NOT_MAPPED: Readonly<Record<string, string>> = {
  tags: 'azd variables are text, and this is an object. Write it into `infra/main.parameters.json`',
};

function variableOf(name: string): string {
  return OF_AZD[name] ?? `LANDLINE_${name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`;
}

test('azd can give every parameter, under the name of the parameter and with its default', () => {
  const expected = declared
    .filter(({ name }) => !(name in NOT_MAPPED))
    .map(({ name, defaultValue }) => {
      const fallback = name in OF_AZD ? '' : `=${String(defaultValue)}`;
      return [name, { value: `\${${variableOf(name)}${fallback}}` }];
    });
  assert.deepEqual(mapped, Object.fromEntries(expected));
});

test('what azd cannot give is an object, because all that it gives is text', () => {
  for (const { name, type } of declared) assert.equal(type === 'object' || type === 'array', name in NOT_MAPPED, name);
});

/** Settings that no deployed app needs another value of, and why. */
const NO_PARAMETER: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: 'a connection string, for the emulator',
  LANDLINE_LAKE: 'a connection string, for the emulator',
  LANDLINE_ALLOW_SHARED_KEY: 'the accounts have no keys',
  LANDLINE_CREDENTIAL: 'the app signs in with its identity',
  AZURE_TENANT_ID: 'for a sign-in from a laptop',
  AZURE_CLIENT_SECRET: 'for a sign-in from a laptop',
  AZURE_CLIENT_CERTIFICATE_PATH: 'for a sign-in from a laptop',
  LANDLINE_GRAPH_URL: 'for the simulator',
};

test('every setting that a person may want to change is set by the template, so that no deployment takes it away', () => {
  const set = new Set(SETS.flatMap(name => [...settingsOf(name).keys()]));
  // Left out while they are empty.
  for (const name of ['LANDLINE_DATASETS', 'LANDLINE_VOXIMPLANT_URL', 'LANDLINE_STORAGE_VERSION']) set.add(name);
  assert.deepEqual(
    Object.keys(SETTINGS).filter(name => !set.has(name)),
    Object.keys(NO_PARAMETER),
  );
});

const MARKS = ['<!-- parameters: written by test/infra/parameters.test.ts -->', '<!-- end of parameters -->'] as const;

function tableOfParameters(): string {
  const code = (value: unknown): string => `\`${String(value)}\``;
  const rows = declared.map(({ name, defaultValue, allowed, minValue, maxValue, about }) => {
    const variable = name in NOT_MAPPED ? '–' : code(variableOf(name));
    const given = typeof defaultValue === 'object' ? JSON.stringify(defaultValue) : defaultValue;
    const fallback = given === undefined || given === '' || name in OF_AZD ? '' : code(given);
    const range = maxValue === undefined ? `from ${String(minValue)}` : `${String(minValue)} to ${String(maxValue)}`;
    const expected = allowed.length > 0 ? allowed.map(code).join(', ') : minValue === undefined ? '' : range;
    const why = NOT_MAPPED[name] === undefined ? '' : ` It has no variable: ${NOT_MAPPED[name]}.`;
    return `| ${code(name)} | ${variable} | ${fallback} | ${expected} | ${about}${why} |`;
  });
  const head = ['| Parameter | Variable for azd | Default | Values | Meaning |', '|---|---|---|---|---|'];
  return [MARKS[0], '', ...head, ...rows, '', MARKS[1]].join('\n');
}

test('docs/deploy.md has every parameter, its variable and its default', () => {
  const page = readFileSync(DEPLOY_PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(MARKS[0]);
  const after = rest.split(MARKS[1])[1];
  assert.ok(after !== undefined, 'the table has its marks');
  const current = `${before}${tableOfParameters()}${after}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DEPLOY_PAGE, current);
  else assert.equal(page, current, 'run: UPDATE_DOCS=1 npx node --test test/infra/parameters.test.ts');
});

test('docs/deploy.md and docs/operations.md name no parameter and no variable that does not exist', () => {
  const variables = new Set([
    ...declared.map(({ name }) => variableOf(name)),
    ...Object.keys(SETTINGS),
    ...OF_COMMAND_LINE,
  ]);
  for (const page of ['deploy', 'operations', 'privacy', 'consent', 'scaling'])
    for (const [name] of readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8').matchAll(
      /\bLANDLINE_[A-Z_]+\b(?!_)/g,
    ))
      assert.ok(variables.has(name), `docs/${page}.md: ${name}`);
});
