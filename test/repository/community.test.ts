import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { USUAL_PORT } from '../../local/start/options.ts';
import landline from '../../package.json' with { type: 'json' };
import { DATASETS } from '../../shared/datasets/index.ts';
import { devContainer } from './devcontainer.ts';
import { formChooser, issueForm } from './forms.ts';

/** What people meet before the code: forms, and the files in which GitHub, Renovate and editors look. */

const ROOT = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const FORMS = '.github/ISSUE_TEMPLATE/';
const formsOf = (): string[] => readdirSync(new URL(FORMS, ROOT)).filter(name => name !== 'config.yml');

test('each issue form is one that GitHub offers', () => {
  assert.deepEqual(formsOf().sort(), ['day-does-not-land.yml', 'deployment.yml', 'wrong-data.yml']);
  for (const name of formsOf()) issueForm.parse(parse(textOf(`${FORMS}${name}`)), { error: () => name });
  formChooser.parse(parse(textOf(`${FORMS}config.yml`)));
});

test('each form asks nobody for rows, and for a version', () => {
  for (const name of formsOf()) {
    const text = textOf(`${FORMS}${name}`);
    assert.match(text, /\*\*Never paste /, name);
    assert.match(text, /id: version\n/, name);
  }
});

test('the form for a day offers every log', () => {
  const { body } = issueForm.parse(parse(textOf(`${FORMS}day-does-not-land.yml`)));
  const logs = body.find(each => each.type === 'dropdown' && each.id === 'dataset');
  assert.deepEqual(logs?.type === 'dropdown' && logs.attributes.options, DATASETS.map(({ name }) => name).sort());
});

const GOOD = {
  name: 'A form',
  description: 'For trying',
  body: [{ type: 'input', id: 'a', attributes: { label: 'A' } }],
};
const PLANTED: readonly (readonly [flaw: string, form: object])[] = [
  ['no name', { ...GOOD, name: undefined }],
  ['a field that is not known', { ...GOOD, about: 'x' }],
  ['nothing asked for', { ...GOOD, body: [{ type: 'markdown', attributes: { value: 'x' } }] }],
  ['a kind that does not exist', { ...GOOD, body: [{ type: 'text', attributes: { label: 'A' } }] }],
  ['an id twice', { ...GOOD, body: [GOOD.body[0], { ...GOOD.body[0], attributes: { label: 'B' } }] }],
  ['a label twice', { ...GOOD, body: [GOOD.body[0], { ...GOOD.body[0], id: 'b' }] }],
  ['an id with a blank', { ...GOOD, body: [{ ...GOOD.body[0], id: 'a b' }] }],
  ['no label', { ...GOOD, body: [{ type: 'input', attributes: {} }] }],
  ['no options', { ...GOOD, body: [{ type: 'dropdown', attributes: { label: 'A', options: [] } }] }],
  ['an option twice', { ...GOOD, body: [{ type: 'dropdown', attributes: { label: 'A', options: ['x', 'x'] } }] }],
  [
    'an option that GitHub keeps',
    { ...GOOD, body: [{ type: 'dropdown', attributes: { label: 'A', options: ['None'] } }] },
  ],
];

test('a form with one of GitHub’s flaws is noticed', () => {
  assert.ok(issueForm.safeParse(GOOD).success);
  for (const [flaw, form] of PLANTED) assert.ok(!issueForm.safeParse(form).success, flaw);
});

/** The part of Renovate's options that is used here. The ci workflow asks Renovate's own validator for all of them. */
const rule = z.strictObject({
  description: z.string(),
  matchPackageNames: z.array(z.string()).optional(),
  matchDepTypes: z.array(z.enum(['dependencies', 'devDependencies', 'optionalDependencies'])).optional(),
  matchManagers: z.array(z.enum(['npm', 'github-actions'])).optional(),
  matchUpdateTypes: z.array(z.enum(['major', 'minor', 'patch', 'pin', 'digest'])).optional(),
  groupName: z.string().optional(),
  allowedVersions: z.string().optional(),
  enabled: z.boolean().optional(),
});
const renovate = z.strictObject({
  $schema: z.literal('https://docs.renovatebot.com/renovate-schema.json'),
  extends: z.array(z.string()),
  schedule: z.array(z.string()),
  timezone: z.string(),
  rangeStrategy: z.literal('pin'),
  minimumReleaseAge: z.string().regex(/^\d+ days$/),
  internalChecksFilter: z.literal('strict'),
  prConcurrentLimit: z.int(),
  vulnerabilityAlerts: z.strictObject({
    enabled: z.literal(true),
    labels: z.array(z.string()),
    minimumReleaseAge: z.null(),
    schedule: z.array(z.string()),
  }),
  packageRules: z.array(rule),
  customManagers: z.array(
    z.strictObject({
      description: z.string(),
      customType: z.literal('regex'),
      managerFilePatterns: z.array(z.string()),
      matchStrings: z.array(z.string()),
      depNameTemplate: z.string().optional(),
      datasourceTemplate: z.enum(['npm', 'nuget']),
    }),
  ),
});

test('Renovate groups Azure’s SDKs and the tools, and each package that a rule names is one of ours', () => {
  const { packageRules, customManagers } = renovate.parse(JSON.parse(textOf('renovate.json')));
  const groups = packageRules.flatMap(({ groupName }) => groupName ?? []);
  assert.deepEqual(groups, ['Azure SDK', 'development tools', 'Node 24', 'actions']);
  const ours = Object.keys({
    ...landline.dependencies,
    ...landline.devDependencies,
    ...landline.optionalDependencies,
  });
  for (const name of packageRules.flatMap(({ matchPackageNames }) => matchPackageNames ?? []))
    assert.ok(
      ours.some(each => each === name || each.startsWith(name.replace('**', '') || ' ')),
      name,
    );
  // What finds nothing would be silent.
  for (const { managerFilePatterns, matchStrings } of customManagers) {
    const file = /^\/\^(.+)\$\/$/.exec(managerFilePatterns[0] ?? '')?.[1]?.replaceAll('\\', '') ?? '';
    assert.match(textOf(file), new RegExp(matchStrings[0] ?? ''), file);
  }
});

const CONTAINER = JSON.parse(textOf('.devcontainer/devcontainer.json'));

test('the container for development is one for its published schema, with what the two commands use', () => {
  const { image, features, postCreateCommand, forwardPorts } = devContainer.parse(CONTAINER);
  assert.match(image, /:24-bookworm$/);
  // As ci.yml has it.
  assert.deepEqual(features, { 'ghcr.io/devcontainers/features/dotnet:2': { version: '10.0' } });
  const [packages, install] = String(postCreateCommand).split(' && ').slice(-2);
  assert.match(packages ?? '', /^sudo apt-get install --yes .* chromium faketime$/);
  assert.equal(install, 'npm ci');
  assert.deepEqual(forwardPorts, [USUAL_PORT]);
});

const FLAWED_CONTAINERS: Readonly<Record<string, object>> = {
  'a key that does not exist': { postCreate: 'npm ci' },
  'an image that is not published': { image: 'mcr.microsoft.com/devcontainers/typescript-node:24-sid' },
  'a feature that nobody has read': { features: { 'ghcr.io/devcontainers/features/dotnet:3': {} } },
  'an option that the feature does not have': {
    features: { 'ghcr.io/devcontainers/features/dotnet:2': { sdk: '10' } },
  },
  'a port that is none': { forwardPorts: [70_711] },
  'an attribute of a port that does not exist': { portsAttributes: { 7071: { onForward: 'notify' } } },
  'a command that is a number': { postCreateCommand: 1 },
  'no image': { image: undefined },
};

for (const [flaw, change] of Object.entries(FLAWED_CONTAINERS))
  test(`a container for development with ${flaw} fails`, () =>
    assert.ok(!devContainer.safeParse({ ...CONTAINER, ...change }).success));

const COUNTS = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

test('the front page has the cost that docs/deploy.md adds up to, and the alerts that there are', () => {
  const page = textOf('docs/deploy.md');
  const [, row = ''] = /^\| \*\*Together, with free compute\*\* \|\s*\|(.+)\|$/m.exec(page) ?? [];
  const sums = row.replaceAll('*', '').split('|').map(Number);
  const dollars = [Math.min(...sums), Math.max(...sums)].map(Math.round).join(' to ');
  const alerts = COUNTS[JSON.parse(textOf('infra/alerts.json')).length];
  assert.ok(textOf('README.md').includes(`**${dollars} dollars a month**, most of it for ${alerts} alerts`));
  assert.match(textOf('CHANGELOG.md'), new RegExp(`\\b${alerts}\\s+alerts`));
});

test('the front page leads to where a vulnerability is reported, a first change is sent, and it is tried and deployed', () => {
  const [page = ''] = textOf('README.md').split('## What `npm start` shows');
  for (const found of [
    '](SECURITY.md)',
    '](CONTRIBUTING.md#the-first-hour)',
    'npm start',
    '](docs/deploy.md)',
    'azd up',
  ])
    assert.ok(page.includes(found), found);
  assert.match(textOf('SECURITY.md'), /\]\(\.\.\/\.\.\/security\/advisories\/new\)/);
  assert.match(textOf('CONTRIBUTING.md'), /^## The first hour$/m);
});

test('a checkout has the same bytes on every system', () => {
  assert.match(textOf('.gitattributes'), /^\* text=auto eol=lf$/m);
  for (const path of ['.gitattributes', 'infra/consent.sh', '.ci/run', 'package-lock.json', 'CHANGELOG.md'])
    assert.doesNotMatch(textOf(path), /\r/, path);
});
