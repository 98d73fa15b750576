import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { makeDeployable } from '../infra/build.ts';
import { markdownOf, plainOf, type Table } from './figures.ts';
import { type Bench, startServer } from './measure.ts';
import { bundlePrograms } from './programs.ts';
import { days, MEANING, sizes } from './sections/compare.ts';
import { curate } from './sections/curate.ts';
import { page, plan } from './sections/decisions.ts';
import { coldImport } from './sections/import.ts';
import { latency } from './sections/latency.ts';
import { operations } from './sections/operations.ts';
import { status } from './sections/status.ts';
import { verify } from './sections/verify.ts';
import { workers } from './sections/workers.ts';
import { targetsOf, textOf } from './targets.ts';

/** `npm run bench`: everything that is measured, in one run, so that the ratios mean something on any machine. */

interface Section {
  readonly about: string;
  readonly run: (bench: Bench) => Promise<readonly Table[]>;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  sizes: { about: '100 days of 10 thousand rows, 10 of 100 thousand and one of 1 million, all contenders', run: sizes },
  days: { about: '8 days at once, all contenders', run: days },
  latency: { about: 'a source that takes 200 ms per page, 1 to 8 days in flight', run: latency },
  workers: { about: 'worker processes: 1, 2 and 4 over one store', run: workers },
  plan: { about: 'planning ten years of every log', run: plan },
  page: { about: 'drawing the status page of a year', run: page },
  status: { about: '`landline status` over ten years of every log', run: status },
  verify: { about: 'verifying a lake', run: verify },
  curate: { about: 'making the Parquet files of days, beside DuckDB', run: curate },
  import: { about: 'cold import of the deployable', run: coldImport },
  operations: { about: 'storage operations of a day, and their price', run: operations },
};

interface Options {
  readonly runs: number;
  readonly quick?: true;
  readonly only: readonly string[];
  readonly json?: string;
  readonly against?: string;
}

function whole(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 99 is expected');
  return Number(text);
}

function readOptions(): Options {
  const names = Object.keys(SECTIONS);
  const list = names.map(name => `  ${name.padEnd(11)} ${SECTIONS[name]?.about}`).join('\n');
  return new Command('bench')
    .description('Measures Landline beside what people use today. Ratios first; JSON for keeping.')
    .option('--runs <n>', 'runs of each measurement; the median is shown', whole, 3)
    .option('--quick', 'small sizes only: to see that it works')
    .addOption(new Option('--only <section...>', 'these sections only').choices(names).default(names, 'all'))
    .option('--json <file>', 'also write every figure to this file')
    .option('--against <folder>', 'of sizes and days, compare with the Landline of another checkout, with its packages')
    .addHelpText('after', `\nSections:\n${list}`)
    .addHelpText('after', '\nExamples:\n  npm run bench -- --runs 5 --json bench.json')
    .addHelpText('after', '  npm run bench -- --only latency workers')
    .addHelpText('after', '  npm run bench -- --only sizes days --against ../landline-before')
    .parse()
    .opts<Options>();
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const options = readOptions();
const folder = mkdtempSync(join(tmpdir(), 'landline-bench-'));
// However the run ends, also by Ctrl-C.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const [programs, app] = [join(folder, 'programs'), join(folder, 'app')];
await Promise.all([bundlePrograms(programs), makeDeployable(app)]);
const before = options.against && join(folder, 'before');
if (before) await bundlePrograms(before, ['contend'], resolve(options.against ?? '', 'bench'));
const server = await startServer();
const { runs, quick = false } = options;
const bench: Bench = { server, programs, before, app, folder, runs, quick, say };
const found = new Map<string, readonly Table[]>();
try {
  for (const [name, section] of Object.entries(SECTIONS))
    if (options.only.includes(name)) found.set(name, await section.run(bench));
} finally {
  server.stop();
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
console.log(`${machine}, page of ${server.pageBytes} bytes. Every contender runs bundled, as the product is deployed,`);
console.log('in a process of its own that has landed a day of 100 pages before: measured is the steady state.');
for (const [name, meaning] of Object.entries(MEANING)) console.log(`  ${name.padEnd(8)} ${meaning}`);
for (const table of [...found.values()].flat()) console.log(markdownOf(table));
const targets = targetsOf(found);
if (quick)
  console.log(
    '\nSmall sizes: what a day costs beside its rows weighs more here than in the sizes the targets are for.',
  );
console.log(`\n## targets\n\n${targets.map(textOf).join('\n')}`);
if (options.json !== undefined) {
  const sections = Object.fromEntries([...found].map(([name, tables]) => [name, tables.map(plainOf)]));
  const kept = { machine, at: new Date().toISOString(), runs, quick, pageBytes: server.pageBytes, sections, targets };
  writeFileSync(options.json, `${JSON.stringify(kept, undefined, 2)}\n`);
}
