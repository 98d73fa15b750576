import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DATASETS } from '../shared/datasets/index.ts';
import { slashed } from './system.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const NONE = /^$/;

/**
 * The rooms of the product, in the order in which a row goes through them, and what each may import: rooms by name,
 * packages by a pattern. Read top to bottom, this is the map of the code. The road ends with `app`, which wires it; the
 * side rooms behind it look at what has landed. Nothing on the road but `app` knows a side room.
 */
const ROOMS: readonly (readonly [room: string, rooms: string, packages: RegExp])[] = [
  ['words', '', NONE],
  ['datasets', 'words', NONE],
  ['rows', 'words', /^node:(crypto|buffer)$/],
  ['config', 'words datasets plan', /^zod$/],
  ['ledger', 'words', NONE],
  ['plan', 'words ledger', NONE],
  ['commit', 'words rows ledger', NONE],
  ['fetch', 'words rows ledger commit', NONE],
  ['sources', 'words rows config', /^(p-retry|jose|undici|@azure\/identity|node:[\w/]+)$/],
  ['stores', 'words rows config', /^(@azure\/[\w-]+|zod|node:[\w/]+)$/],
  [
    'app',
    'words datasets rows config ledger plan commit fetch sources stores curate status doctor',
    /^(@azure\/identity|zod|node:(crypto|timers\/promises))$/,
  ],
  [
    'curate',
    'words rows ledger stores',
    /^(hyparquet-writer(\/src\/[\w-]+\.js)?|hysnappy|@azure\/storage-blob|zod|node:[\w/]+)$/,
  ],
  ['status', 'words ledger doctor', /^node:crypto$/],
  ['doctor', 'words ledger config curate', /^jose$/],
  ['verify', 'words rows ledger commit fetch', NONE],
  ['forget', 'words rows ledger commit fetch stores curate', /^(@azure\/storage-blob|node:stream)$/],
];

/** What a source text imports: files by their place in the repository, packages by name. */
function importsOf(file: string, text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ];
  return specifiers.map(match => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    return specifier.startsWith('.') ? slashed(normalize(join(dirname(file), specifier))) : specifier;
  });
}

/** Every import of the file that the table does not allow. */
function violationsIn(file: string, text: string): string[] {
  const [top, room] = file.split('/');
  if (top === 'functions') {
    const allowed = /^(shared\/(app\/(triggers|http)|words\/storage-names)\.ts|@azure\/functions)$/;
    return outside(file, 'functions', text, imported => allowed.test(imported));
  }
  const found = ROOMS.find(([name]) => name === room);
  if (found === undefined || file.split('/').length < 3) return [`${file} lies in no room`];
  const [name, rooms, packages] = found;
  const allowed = new Set([name, ...rooms.split(' ')]);
  return outside(file, name, text, imported => {
    const [into, itsRoom] = imported.split('/');
    return into === 'shared' ? allowed.has(itsRoom ?? '') : packages.test(imported) || imported === 'package.json';
  });
}

function outside(file: string, room: string, text: string, allowed: (imported: string) => boolean): string[] {
  return importsOf(file, text)
    .filter(imported => !allowed(imported))
    .map(imported => `${file} (${room}) may not import ${imported}`);
}

const PRODUCT = globSync(['shared/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT }).map(file => slashed(file));

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
  const planted = "import { compose } from '../app/compose.ts';\nimport { TableClient } from '@azure/data-tables';\n";
  assert.deepEqual(violationsIn('shared/sources/graph.ts', planted), [
    'shared/sources/graph.ts (sources) may not import shared/app/compose.ts',
    'shared/sources/graph.ts (sources) may not import @azure/data-tables',
  ]);
  assert.deepEqual(violationsIn('shared/plan/plan.ts', "export * from '../../local/host.ts';\n"), [
    'shared/plan/plan.ts (plan) may not import local/host.ts',
  ]);
  assert.deepEqual(violationsIn('shared/helpers.ts', ''), ['shared/helpers.ts lies in no room']);
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

test('no file of product or command line has more than 250 lines', () => {
  const files = [...PRODUCT, ...globSync('cli/**/*.ts', { cwd: ROOT }).map(file => slashed(file))];
  assert.deepEqual(
    files.filter(file => textOf(file).split('\n').length - 1 > 250),
    [],
  );
});

test('no pure room reads a clock, chance, the environment or the disk', () => {
  const pure = /^shared\/(words|datasets|rows|config|ledger|plan|commit)\//;
  const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|performance\.)/;
  const files = PRODUCT.filter(file => pure.test(file));
  assert.ok(files.length > 30);
  assert.deepEqual(
    files.filter(file => impure.test(textOf(file))),
    [],
  );
});

test('requests to a source are sent from one place, and the environment is read in one', () => {
  const senders = PRODUCT.filter(file =>
    /\bfetch\(|\brequest\(url|\bAgent\b.*from 'undici'|node:https?'/.test(textOf(file)),
  );
  assert.deepEqual(senders, ['shared/sources/http/send.ts']);
  assert.deepEqual(
    PRODUCT.filter(file => /process\.env/.test(textOf(file))),
    ['shared/app/compose.ts'],
  );
});

/** Groups of files that import one another in a circle, types included. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const mine = order.size;
    order.set(file, mine);
    lowest.set(file, mine);
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      const reached = order.has(next) ? (path.includes(next) ? (order.get(next) ?? 0) : mine) : visit(next);
      lowest.set(file, Math.min(lowest.get(file) ?? 0, reached));
    }
    if (lowest.get(file) === mine) {
      const group = path.splice(path.indexOf(file));
      if (group.length > 1) circles.push(group.sort());
    }
    return lowest.get(file) ?? mine;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}

test('no files import one another in a circle, anywhere in the repository', () => {
  const files = globSync(['{shared,functions,cli,local,bench,tools,infra,test}/**/*.{ts,mjs}'], { cwd: ROOT }).map(
    file => slashed(file),
  );
  assert.ok(files.length > 400);
  assert.deepEqual(circlesIn(new Map(files.map(file => [file, importsOf(file, textOf(file))]))), []);
});

test('a circle is noticed, over however many files', () => {
  const graph = { a: ['b', 'x'], b: ['c'], c: ['a'], x: ['y'], y: [] };
  assert.deepEqual(circlesIn(new Map(Object.entries(graph))), [['a', 'b', 'c']]);
});

test('the product knows nothing of the parts around it, nor of files beside the repository', () => {
  const around = /^(local|cli|tools|test|bench|infra)\//;
  const outward = PRODUCT.flatMap(file => importsOf(file, textOf(file)).filter(imported => around.test(imported)));
  assert.deepEqual(outward, []);
});
