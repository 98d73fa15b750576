import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { cannotBeWritten, makeFolder } from '../../local/folders.ts';
import { lastDay } from '../../shared/ledger/owed.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import { partitionsOf } from '../../shared/verify/verify.ts';
import { eachDay, isDay } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import {
  datasets,
  day,
  everyDataset,
  examples,
  type On,
  type Register,
  refuseBackwards,
  refuseUnfinished,
} from '../command.ts';
import { copyDay, copyFile } from '../copy-day.ts';
import { copyPath } from '../copy-path.ts';
import { writeCsv, writeDatabase, writeViews } from '../curated-views.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  readonly to: string;
  readonly dataset?: Dataset[];
  readonly from?: Day;
  readonly until?: Day;
  readonly curated?: boolean;
  readonly duckdb?: string;
  readonly csv?: boolean;
}

export const exportDays: Register = (program, { act }) => {
  program
    .command('export')
    .description('Copies partitions to plain files, under the paths they have in the container, and recounts them')
    .requiredOption('--to <dir>', 'folder to write to; files that are there are replaced', folder)
    .option('--dataset <a,b>', 'only these datasets', datasets)
    .option('--from <day>', 'first day', day)
    .option('--until <day>', 'last day', day)
    .option('--curated', 'copy the typed tables instead, and leave landline.sql beside them: views for DuckDB')
    .option('--duckdb <file>', 'with --curated: also a DuckDB database with these views, new or one that is there')
    .option(
      '--csv',
      "with --curated: also a CSV file per table (RFC 4180). Texts that a spreadsheet would run as a formula get a ' before them",
    )
    .addHelpText('after', '\nThe files hold personal data: numbers, names, and texts of messages.')
    .addHelpText(
      'after',
      examples(
        'landline export --to ./january --from 2026-01-01 --until 2026-01-31',
        'landline export --curated --to ./curated --duckdb calls.duckdb',
      ),
    )
    .action(
      act((on: On, options: Options) =>
        options.curated ? exportCurated(on, options) : exportAll(on, refusingCurated(options)),
      ),
    );
};

/** In other commands `--to` is a day. */
function folder(text: string): string {
  if (isDay(text)) throw new InvalidArgumentError('Expected the folder to write to; the last day is --until.');
  return text;
}

/** @throws UsageError for options that only mean something of the typed tables */
function refusingCurated(options: Options): Options {
  const named = options.duckdb !== undefined ? '--duckdb' : options.csv ? '--csv' : undefined;
  if (named !== undefined) throw new UsageError(`${named} is of the typed tables: add --curated.`);
  return options;
}

async function exportAll(on: On, options: Options): Promise<0 | 1> {
  const { to } = options;
  await prepare(options, on.now);
  const files: { path: string; rows: number; bytes: number }[] = [];
  const damaged: { dataset: string; day: Day; why: string }[] = [];
  const { days } = await partitionsOf({ ...on, datasets: everyDataset(on, options.dataset) }, true);
  const absent = absentOf(days, options, on.now);
  for (const [name, mine] of days) {
    for (const at of mine) {
      if (!isWanted(at, options)) continue;
      on.out.progress(`${files.length + 1}: ${name} ${at}`);
      const copied = await copyDay(on.lake, name, at, to);
      if ('why' in copied) damaged.push({ dataset: name, day: at, why: copied.why });
      else files.push(copied);
    }
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (on.json) on.out.json({ to, files, rows, damaged, absent });
  else {
    for (const each of absent) on.out.line(`${each.dataset}: ${absentText(each.days)} not held: landline status`);
    for (const each of damaged) on.out.line(`${each.dataset} ${each.day} was left out: ${each.why}`);
    on.out.line(`${counted(files.length, 'file')} with ${grouped(rows)} rows in ${to}.`);
  }
  return damaged.length + absent.length === 0 ? 0 : 1;
}

async function prepare({ to, from, until }: Options, now: number): Promise<void> {
  refuseBackwards(from, until);
  if (from !== undefined) refuseUnfinished(from, now);
  await makeFolder(to).catch(cause => {
    throw new UsageError(`${to} ${cannotBeWritten(cause)}. Name another folder.`, { cause });
  });
}

function isWanted(at: Day, { from, until }: Options): boolean {
  return (from === undefined || at >= from) && (until === undefined || at <= until);
}

/**
 * Days of a range that are over and not held: a part must not pass for the whole. Of the datasets that are named, or
 * else of those that hold any day.
 */
function absentOf(
  days: ReadonlyMap<string, readonly Day[]>,
  { from, until, dataset }: Options,
  now: number,
): readonly { readonly dataset: string; readonly days: readonly Day[] }[] {
  const newest = lastDay(now);
  const last = until === undefined || until > newest ? newest : until;
  return [...days].flatMap(([name, held]) => {
    const first = from ?? held[0];
    const asked = (from ?? until) !== undefined && (held.length > 0 || dataset !== undefined);
    if (first === undefined || !asked) return [];
    const there = new Set(held);
    const absent = [...eachDay(first, last)].filter(at => !there.has(at));
    return absent.length === 0 ? [] : [{ dataset: name, days: absent }];
  });
}

const ABSENT_TOLD = 5;

function absentText(days: readonly Day[]): string {
  const told = days.slice(0, ABSENT_TOLD).join(', ');
  const more = days.length - ABSENT_TOLD;
  return `${told}${more > 0 ? ` and ${counted(more, 'day')} more` : ''} ${days.length === 1 ? 'is' : 'are'}`;
}

/** Whole files, as they are: each was replaced in one step, so none is half. */
async function exportCurated(on: On, options: Options): Promise<0 | 1> {
  await prepare(options, on.now);
  const names = new Set(everyDataset(on, options.dataset).map(({ name }) => name));
  const [files, leftOut]: [string[], string[]] = [[], []];
  for await (const path of on.curated.list('v1/')) {
    const [, of, at] = /\/dataset=([^/]+)\/date=([^/]+)\//.exec(path) ?? [];
    if (of !== undefined && at !== undefined && !(names.has(of) && isWanted(at, options))) continue;
    const file = copyPath(options.to, path);
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
  const views = await writeViews(options.to);
  if (options.duckdb !== undefined) await writeDatabase(options.to, options.duckdb);
  const csv = options.csv ? await writeCsv(options.to) : [];
  for (const path of leftOut)
    on.out.note(`${path} was left out: it is no file of Landline, and not a name for a file here.`);
  if (on.json) on.out.json({ to: options.to, files, leftOut, views, duckdb: options.duckdb, csv });
  else if (nothing) on.out.line('None of these days is curated: run `landline curate --all` first.');
  else {
    on.out.line(`${counted(files.length, 'file')} in ${options.to}.`);
    on.out.line(`DuckDB: duckdb -init ${views}`);
    if (options.duckdb !== undefined)
      on.out.line(`${options.duckdb} has the same views; it needs the folder beside it.`);
    if (options.csv) on.out.line(`${counted(csv.length, 'CSV file')} in ${join(options.to, 'csv')}.`);
  }
  return nothing ? 1 : 0;
}
