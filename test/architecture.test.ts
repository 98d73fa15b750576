import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DATASETS } from '../shared/datasets/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Each part of the product and what it may import; files by their place in the repository, packages by name.
 * Read top to bottom, this is the map of the code. A file is judged by the first part that it matches.
 */
const MAY_IMPORT: readonly (readonly [part: string, file: RegExp, allowed: RegExp])[] = [
  ['the words', /^shared\/(model|ledger-model|errors|day)\.ts$/, /^shared\/(model|ledger-model|errors|day)\.ts$/],
  ['datasets, data only', /^shared\/datasets\//, /^shared\/(model|datasets\/[\w-]+)\.ts$/],
  ['contracts', /^shared\/(curate\/)?ports\.ts$/, /^shared\/(model|rows)\.ts$/],
  [
    'pure decisions about bytes and names',
    /^shared\/(paths|storage-names|memory|version|rows|rows\/[\w-]+|fingerprint|telemetry|http\/(bodies|dates)|config\/(clouds|loopback|nearest))\.ts$/,
    /^(shared\/(model|errors|day|memory|rows|rows\/(json|places))\.ts|node:(crypto|buffer))$/,
  ],
  [
    'pure decisions about days',
    /^shared\/(plan|plan\/(owed|watermark|entry|coverage)|fetch\/(guards|setback)|verify\/healing)\.ts$/,
    /^shared\/(model|errors|day|plan\/(owed|watermark)|fetch\/guards)\.ts$/,
  ],
  [
    'checked input',
    /^shared\/(message|config\/(settings|plain-secrets))\.ts$/,
    /^(shared\/(model|day|config\/(clouds|loopback|settings)|datasets\/index)\.ts|zod|node:crypto)$/,
  ],
  [
    'stages, over the contracts',
    /^shared\/(reconcile|fetch|commit|poison|verify|rebuild|(plan|fetch|commit|verify)\/[\w-]+|handlers\/deferral)\.ts$/,
    /^shared\/(?!compose|handlers|http|config|auth|clock)([\w-]+|(plan|fetch|commit|rows|verify)\/[\w-]+)\.ts$/,
  ],
  [
    'what people see of days, pure',
    /^shared\/page\//,
    /^(shared\/(model|day|ports|version|plan|plan\/(owed|coverage)|page\/[\w-]+)\.ts|node:crypto)$/,
  ],
  [
    'looking, over the contracts',
    /^shared\/(status|doctor|doctor\/[\w-]+)\.ts$/,
    /^(shared\/(?!compose|handlers|http|auth|clock|config\/settings|sources\/|stores\/|datasets\/)[\w/-]+\.ts|jose)$/,
  ],
  [
    'sources',
    /^shared\/sources\//,
    /^(shared\/(errors|model|day|ports|rows|rows\/sift|http|http\/dates|sources\/(answers|patience|voximplant-(errors|token)))\.ts|p-retry|jose)$/,
  ],
  [
    'stores',
    /^shared\/stores\//,
    /^(shared\/(errors|model|day|paths|ports|curate\/ports|storage-names|config\/loopback|stores\/[\w-]+)\.ts|@azure\/[\w-]+|zod|node:[\w/]+)$/,
  ],
  [
    'edges',
    /^shared\/(http|http\/[\w-]+|config|auth|clock)\.ts$/,
    /^(shared\/(errors|model|ports|plan|http\/[\w-]+|config|config\/[\w-]+|datasets\/index|sources\/voximplant-token)\.ts|undici|zod|@azure\/(identity|msal-node)|node:[\w/]+)$/,
  ],
  [
    'curated tables',
    /^shared\/curate\//,
    /^(shared\/(?!compose|handlers|http|config|auth)[\w/-]+\.ts|hyparquet-writer(\/src\/[\w-]+\.js)?|hysnappy|node:[\w/]+)$/,
  ],
  [
    'erasing a person, over stages and tables',
    /^shared\/(forget|forget\/[\w-]+)\.ts$/,
    /^shared\/(?!compose|handlers|http|config|auth|clock|sources\/|stores\/|datasets\/)[\w/-]+\.ts$/,
  ],
  ['the wiring', /^shared\/(compose|handlers|handlers\/[\w-]+)\.ts$/, /^(shared\/|@azure\/identity$|node:crypto$)/],
  [
    'functions',
    /^functions\/[\w-]+\.ts$/,
    /^(shared\/(storage-names|handlers|handlers\/answers)\.ts|@azure\/functions)$/,
  ],
];

/** What a source text imports: files by their place in the repository, packages by name. */
function importsOf(file: string, text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ];
  return specifiers.map(match => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
  });
}

/** Every import of the file that its part does not allow. */
function violationsIn(file: string, text: string): string[] {
  const part = MAY_IMPORT.find(([, files]) => files.test(file));
  if (part === undefined) return [`${file} belongs to no part of the map`];
  const [name, , allowed] = part;
  return importsOf(file, text)
    .filter(imported => !allowed.test(imported))
    .map(imported => `${file} (${name}) may not import ${imported}`);
}

const PRODUCT = globSync(['shared/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT });

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

test('every import of the product points inward', () => {
  assert.ok(PRODUCT.length > 30);
  assert.deepEqual(
    PRODUCT.flatMap(file => violationsIn(file, textOf(file))),
    [],
  );
});

test('an import that points outward is noticed', () => {
  const planted = "import { compose } from '../compose.ts';\nimport { readFileSync } from 'node:fs';\n";
  assert.deepEqual(violationsIn('shared/sources/graph.ts', planted), [
    'shared/sources/graph.ts (sources) may not import shared/compose.ts',
    'shared/sources/graph.ts (sources) may not import node:fs',
  ]);
  assert.deepEqual(violationsIn('shared/plan.ts', "export * from '../local/host.ts';\n"), [
    'shared/plan.ts (pure decisions about days) may not import local/host.ts',
  ]);
  assert.deepEqual(violationsIn('shared/helpers.ts', ''), ['shared/helpers.ts belongs to no part of the map']);
});

/** Dataset files that the list does not name. */
function unlisted(files: readonly string[], names: readonly string[]): string[] {
  return files.map(file => basename(file, '.ts')).filter(name => name !== 'index' && !names.includes(name));
}

const DATASET_FILES = globSync('shared/datasets/*.ts', { cwd: ROOT });

test('every dataset file is in the list, under the name of its file', () => {
  assert.deepEqual(
    unlisted(
      DATASET_FILES,
      DATASETS.map(({ name }) => name),
    ),
    [],
  );
  assert.equal(DATASETS.length, DATASET_FILES.length - 1);
});

test('a dataset file that is not listed is noticed', () => {
  const names = DATASETS.map(({ name }) => name);
  assert.deepEqual(unlisted([...DATASET_FILES, 'shared/datasets/teams-faxes.ts'], names), ['teams-faxes']);
});

test('a file of more than 250 lines has its reason in docs/decisions/departures.md, and no other is named there', () => {
  const files = [...PRODUCT, ...globSync('cli/**/*.ts', { cwd: ROOT })];
  const long = files.filter(file => textOf(file).split('\n').length - 1 > 250);
  const named = textOf('docs/decisions/departures.md').matchAll(/^\| `([\w/.-]+\.ts)` \| \S/gm);
  assert.deepEqual([...named].map(([, file]) => file).sort(), long.sort());
});

test('no pure part reads a clock, chance, the environment or the disk', () => {
  const pure =
    /^shared\/(model|ledger-model|errors|day|paths|storage-names|rows|rows\/[\w-]+|fingerprint|plan|plan\/(owed|watermark|entry|coverage)|fetch\/(guards|setback)|verify\/healing|config\/(clouds|loopback|nearest))\.ts$/;
  const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|performance\.)/;
  const files = PRODUCT.filter(file => pure.test(file));
  assert.equal(files.length, 23);
  assert.deepEqual(
    files.filter(file => impure.test(textOf(file))),
    [],
  );
});

test('requests to a source are sent from one place, and the environment is read in one', () => {
  const senders = PRODUCT.filter(file =>
    /\bfetch\(|\brequest\(url|\bAgent\b.*from 'undici'|node:https?'/.test(textOf(file)),
  );
  assert.deepEqual(senders, ['shared/http.ts']);
  assert.deepEqual(
    PRODUCT.filter(file => /process\.env/.test(textOf(file))),
    ['shared/compose.ts'],
  );
});

test('the product knows nothing of the parts around it, nor of files beside the repository', () => {
  const around = /^(local|cli|test|bench|infra)\//;
  const outward = PRODUCT.flatMap(file => importsOf(file, textOf(file)).filter(imported => around.test(imported)));
  assert.deepEqual(outward, []);
  assert.deepEqual(
    PRODUCT.filter(file => textOf(file).includes('../shared/reference')),
    [],
  );
});
