import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { cannotBeWritten, makeFolder } from '../../local/folders.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import { partitionsOf } from '../../shared/verify/verify.ts';
import { isDay } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { everyDataset, examples, type On, type Register } from '../command.ts';
import { copyDay, copyFile } from '../copy-day.ts';
import { copyPath } from '../copy-path.ts';
import { writeCsv, writeDatabase, writeViews } from '../curated-views.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type Absent, absentIn, tellAbsent } from '../not-held.ts';
import { isBounded, isIn, type Range, type RangeOptions, rangeOf, withRange } from '../ranges.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RangeOptions {
  readonly out: string;
  readonly curated?: boolean;
  readonly duckdb?: string;
  readonly csv?: boolean;
}

export const exportDays: Register = (program, { act }) => {
  withRange(program.command('export'))
    .description('Copies partitions to plain files, under the paths they have in the container, and recounts them')
    .requiredOption('--out <dir>', 'folder to write to; existing files in it are replaced', folder)
    .option('--curated', 'copy the typed tables instead, and leave landline.sql beside them: views for DuckDB')
    .option('--duckdb <file>', 'with --curated: also put these views into a DuckDB database, a new or an existing one')
    .option(
      '--csv',
      "with --curated: also a CSV file per table (RFC 4180). Texts that a spreadsheet would run as a formula get a ' before them",
    )
    .addHelpText('after', '\nThe files hold personal data: numbers, names, and texts of messages.')
    .addHelpText(
      'after',
      examples(
        'landline export --out ./january --month 2026-01',
        'landline export --out ./week --from -7d --datasets teams-sms',
        'landline export --out ./curated --curated --duckdb calls.duckdb',
      ),
    )
    .action(
      act((on: On, options: Options) =>
        options.curated ? exportCurated(on, options) : exportAll(on, refusingCurated(options)),
      ),
    );
};

function folder(text: string): string {
  if (isDay(text)) throw new InvalidArgumentError('Expected the folder to write to; the last day is --to.');
  return text;
}

/** @throws UsageError for options that only mean something of the typed tables */
function refusingCurated(options: Options): Options {
  const named = options.duckdb !== undefined ? '--duckdb' : options.csv ? '--csv' : undefined;
  if (named !== undefined) throw new UsageError(`${named} is of the typed tables: add --curated.`);
  return options;
}

async function exportAll(on: On, options: Options): Promise<ExitCode> {
  const to = options.out;
  const range = await prepare(options, on.now);
  const files: { path: string; rows: number; bytes: number }[] = [];
  const damaged: { dataset: string; day: Day; why: string }[] = [];
  const which = everyDataset(on, options.datasets);
  const { days } = await partitionsOf({ ...on, datasets: which }, true);
  const absent = await absentOf(on, which, range, options);
  for (const [name, mine] of days) {
    for (const at of mine) {
      if (!isIn(at, range)) continue;
      on.out.progress(`${files.length + 1}: ${name} ${at}`);
      const copied = await copyDay(on.lake, name, at, to);
      if ('why' in copied) damaged.push({ dataset: name, day: at, why: copied.why });
      else files.push(copied);
    }
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (on.json) on.out.json({ out: to, files, rows, damaged, absent });
  else {
    tellAbsent(on, absent);
    for (const each of damaged)
      on.out.line(`${each.dataset} ${each.day} was left out: ${withTyped(each.why, on.self)}`);
    on.out.line(`${counted(files.length, 'file')} with ${grouped(rows)} rows in ${to}.`);
  }
  return damaged.length > 0 ? 1 : absent.length > 0 ? 4 : 0;
}

async function prepare(options: Options, now: number): Promise<Range> {
  const range = rangeOf(options, now);
  await makeFolder(options.out).catch(cause => {
    throw new UsageError(`${options.out} ${cannotBeWritten(cause)}. Name another folder.`, { cause });
  });
  return range;
}

/** Days of the range that are not held. Who named no day wants what is there. */
async function absentOf(on: On, which: readonly Dataset[], range: Range, options: Options): Promise<readonly Absent[]> {
  return isBounded(options) ? absentIn(on, which, range, options.datasets !== undefined) : [];
}

/** Whole files, as they are: each was replaced in one step, so none is half. */
async function exportCurated(on: On, options: Options): Promise<ExitCode> {
  const range = await prepare(options, on.now);
  const which = everyDataset(on, options.datasets);
  const names = new Set(which.map(({ name }) => name));
  const absent = await absentOf(on, which, range, options);
  const [files, leftOut]: [string[], string[]] = [[], []];
  for await (const path of on.curated.list('v1/')) {
    const [, of, at] = /\/dataset=([^/]+)\/date=([^/]+)\//.exec(path) ?? [];
    if (of !== undefined && at !== undefined && !(names.has(of) && isIn(at, range))) continue;
    const file = copyPath(options.out, path);
    if (file === undefined) {
      leftOut.push(path);
      continue;
    }
    const chunks = await on.curated.read(path);
    if (chunks === undefined) continue;
    on.out.progress(`${files.length + 1}: ${path}`);
    await copyFile(chunks, file);
    files.push(path);
  }
  const nothing = !files.some(path => path.includes('/dataset='));
  const views = await writeViews(options.out);
  if (options.duckdb !== undefined) await writeDatabase(options.out, options.duckdb);
  const csv = options.csv ? await writeCsv(options.out) : [];
  for (const path of leftOut)
    on.out.note(`${path} was left out: it is no file of Landline, and not a name for a file here.`);
  if (!on.json) tellAbsent(on, absent);
  if (on.json) on.out.json({ out: options.out, files, leftOut, views, duckdb: options.duckdb, csv, absent });
  else if (nothing) on.out.line(`None of these days is curated: run \`${on.self} curate --all\` first.`);
  else {
    on.out.line(`${counted(files.length, 'file')} in ${options.out}.`);
    on.out.line(`DuckDB: duckdb -init ${views}`);
    if (options.duckdb !== undefined)
      on.out.line(
        `${options.duckdb} has the same views, by the full path of the folder: export again after moving it.`,
      );
    if (options.csv) on.out.line(`${counted(csv.length, 'CSV file')} in ${join(options.out, 'csv')}.`);
  }
  return nothing ? 1 : absent.length > 0 ? 4 : 0;
}
