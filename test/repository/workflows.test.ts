import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import landline from '../../package.json' with { type: 'json' };
import { flawsOf, pinsOf, scriptsOf, workflow } from './workflows.ts';

const FOLDER = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(FOLDER).map(name => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));

test('each workflow is one for GitHub’s own parser, and keeps the rules of this repository', async () => {
  assert.deepEqual(workflows.map(({ name }) => name).sort(), [
    'ci.yml',
    'codeql.yml',
    'dates.yml',
    'dependency-review.yml',
    'release.yml',
    'soak.yml',
  ]);
  for (const { name, text } of workflows) assert.deepEqual(await flawsOf(name, text), [], name);
});

test('an action has one commit and one version in all workflows', () => {
  const pins = workflows.flatMap(({ text }) => pinsOf(text));
  assert.ok(pins.length > 15, `${pins.length} pins`);
  const repository = (action: string): string => action.split('/').slice(0, 2).join('/');
  const distinct = new Set(pins.map(({ action, commit, version }) => `${repository(action)} ${commit} ${version}`));
  assert.deepEqual(
    [...distinct].map(each => each.split(' ')[0]).sort(),
    [...new Set(pins.map(({ action }) => repository(action)))].sort(),
  );
});

test('each npm script that a workflow runs is one of the package, and takes the flags it is given', () => {
  const scripts: Readonly<Record<string, string>> = landline.scripts;
  const runs = workflows.flatMap(({ name, text }) => scriptsOf(text).map(run => ({ name, ...run })));
  assert.ok(runs.length > 6, `${runs.length} scripts`);
  for (const { name, script, flags } of runs) {
    const program = scripts[script];
    assert.ok(program !== undefined, `${name}: npm run ${script}`);
    const file = /^node ([\w./-]+)$/.exec(program)?.[1];
    const options = script === 'start' ? 'local/start/options.ts' : file;
    for (const flag of flags) {
      assert.ok(options !== undefined, `${name}: npm run ${script} takes no flags`);
      assert.match(
        readFileSync(new URL(`../../${options}`, import.meta.url), 'utf8'),
        new RegExp(`'${flag}[ ']`),
        name,
      );
    }
  }
});

/** What the jobs of a workflow run, in their order. */
function runsOf(file: string): Map<string, readonly string[]> {
  const text = workflows.find(({ name }) => name === file)?.text ?? '';
  const { jobs } = workflow.parse(parse(text));
  // A step that may fail, or a condition, would make of a check none.
  assert.doesNotMatch(text, /continue-on-error|\|\| true/, file);
  return new Map(
    Object.entries(jobs).map(([job, { steps = [] }]) => [job, steps.flatMap(({ run, uses }) => run ?? uses ?? [])]),
  );
}

test('ci runs the two commands on each system, with Node 22 and 24, and beside a .NET SDK on Linux', () => {
  const { test: job } = workflow.parse(parse(workflows.find(({ name }) => name === 'ci.yml')?.text ?? '')).jobs;
  assert.deepEqual(job?.strategy?.matrix?.['os'], ['ubuntu-24.04', 'windows-2025', 'macos-15']);
  assert.deepEqual(job?.strategy?.matrix?.['node'], [22, 24]);
  const runs = runsOf('ci.yml').get('test') ?? [];
  assert.deepEqual(runs.slice(-3), ['npm ci', 'npm start -- --exit --days 3', 'npm test']);
  assert.ok(runs.some(each => each.startsWith('actions/setup-dotnet@')));
});

test('a soak continues where the one of the week before ended: 20,000 seeds and 200 kills', () => {
  const runs = runsOf('soak.yml').get('soak') ?? [];
  assert.deepEqual(runs.slice(-2), [
    'npm run test:soak -- --from $((RUN * 20000 + 1)) --seeds 20000',
    'npm run test:soak -- --from "$RUN" --kills 200',
  ]);
  assert.equal(runsOf('dates.yml').get('dates')?.at(-1), 'npm run test:dates');
});

test('a release is published after an audit that fails on high, every test, and nothing else that runs code', () => {
  const jobs = runsOf('release.yml');
  assert.deepEqual(
    jobs.get('build')?.filter(each => each.startsWith('npm ')),
    [
      'npm ci',
      'npm audit --omit=dev --audit-level=high',
      'npm audit signatures',
      'npm run release -- --dry-run --test --tag "$TAG"',
    ],
  );
  const publish = jobs.get('publish') ?? [];
  assert.deepEqual(
    publish.filter(each => /\bnpm\b|\bnode\b|checkout/.test(each)),
    [],
  );
  assert.equal(publish.filter(each => each.startsWith('actions/attest@')).length, 2);
  assert.match(publish.at(-1) ?? '', /^gh release create "\$TAG" .*--verify-tag/);
  assert.match(workflows.find(({ name }) => name === 'release.yml')?.text ?? '', /\n {2}publish:\n {4}needs: build\n/);
});

/** A workflow without a flaw, for planting them. */
const GOOD = `name: planted
on: push
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: npm test
`;
const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

const PLANTED: readonly (readonly [flaw: string, from: string, to: string, told: RegExp])[] = [
  ['a bad action name', 'actions/checkout@', 'actions/chekout@', /Unable to resolve action/],
  ['an action without its owner', CHECKOUT, 'checkout', /Expected format/],
  ['a major version nobody has read', '# v7.0.1', '# v8.0.0', /Unable to resolve action/],
  ['an action pinned by a tag', CHECKOUT, 'actions/checkout@v7', /pinned by its whole commit/],
  ['an action pinned by a branch', CHECKOUT, 'actions/checkout@main', /Unable to resolve action/],
  ['an action pinned by a short commit', CHECKOUT, 'actions/checkout@3d3c42e # v7.0.1', /SHA/i],
  ['a commit without its version', ' # v7.0.1', '', /Unable to resolve action/],
  ['a missing permission block', 'permissions:\n  contents: read\n', '', /no permissions of its own/],
  ['a token that may write everything', 'permissions:\n  contents: read\n', 'permissions: write-all\n', /write-all/],
  ['a right for every job', '  contents: read\n', '  contents: write\n', /every job may write contents/],
  [
    'a right that the job need not have',
    '    timeout',
    '    permissions:\n      packages: write\n    timeout',
    /job one may write packages/,
  ],
  ['a permission that does not exist', '  contents: read\n', '  content: read\n', /Unexpected value 'content'/],
  ['an input that the action does not take', 'persist-credentials: false', 'keep-token: false', /Invalid action input/],
  ['a token left to later steps', 'persist-credentials: false', 'fetch-depth: 0', /persist-credentials/],
  ['an unknown event', 'on: push', 'on: pushed', /Unexpected value 'pushed'/],
  [
    'an event with the rights of the repository',
    'on: push',
    'on: pull_request_target',
    /must not run on pull_request_target/,
  ],
  ['a schedule that is none', 'on: push', "on:\n  schedule:\n    - cron: '61 * * * *'", /cron/i],
  ['a key that does not exist', 'timeout-minutes', 'timeout-minute', /Unexpected value 'timeout-minute'/],
  ['a job that may hang', '    timeout-minutes: 5\n', '', /no timeout-minutes/],
  ['a machine that does not exist', 'ubuntu-24.04', 'ubuntu-24', /runs on ubuntu-24/],
  ['a machine that changes by itself', 'ubuntu-24.04', 'ubuntu-latest', /runs on ubuntu-latest/],
  ['an expression that becomes code', 'npm test', `echo \${{ github.ref_name }}`, /becomes code/],
  ['a context that is not there', 'npm test', `echo \${{ secret.TOKEN }}`, /Unrecognized named-value: 'secret'/],
  ['an expression that does not end', 'npm test', `echo \${{ github.ref_name`, /expression/i],
  ['two steps in one', '- run: npm test', '- run: npm test\n        uses: actions/checkout@v7', /./],
  ['YAML that is none', 'jobs:', 'jobs', /./],
];

test('a workflow with none of these flaws is good', async () => {
  assert.deepEqual(await flawsOf('planted.yml', GOOD), []);
});

for (const [flaw, from, to, told] of PLANTED)
  test(`a workflow with ${flaw} fails`, async () => {
    const planted = GOOD.replace(from, () => to);
    assert.notEqual(planted, GOOD);
    const flaws = await flawsOf('planted.yml', planted);
    assert.ok(
      flaws.some(each => told.test(each)),
      flaws.join('\n') || 'nothing was found',
    );
  });
