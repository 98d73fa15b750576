import { join } from 'node:path';
import { tellFacts } from '../../cli/terminal/coverage.ts';
import { typedAs } from '../../cli/terminal/typed.ts';
import { counted } from '../../shared/status/text.ts';
import type { Folder, Holds } from './folder.ts';
import { logFile } from './log.ts';
import { DEFAULTS, type Options } from './options.ts';
import type { Screen } from './screen.ts';
import type { Settled } from './settle.ts';
import type { Standing } from './standing.ts';
import { faultsOf, outcomeOf, type Summary } from './summary.ts';

/** What a run says at its start and at its end. */

/** Said before anything is started, which takes some seconds. @param port 0 when it is not known yet */
export function greet(screen: Screen, { path, holds, before }: Folder, port: number): void {
  if (port > 0) screen.say(`Coverage page: ${pageAt(port)}`);
  const { datasets } = holds;
  const logs = datasets === undefined ? 'all logs' : `${counted(datasets.length, 'log')} (${datasets.join(', ')})`;
  const what = `${logs}, ${counted(holds.days, 'day')}, from ${originOf(holds)}`;
  screen.say(before === undefined ? `Landing ${what}.` : `Continuing in ${path}: ${what}.`);
}

export function pageAt(port: number): string {
  return `http://127.0.0.1:${port}/api/status`;
}

/** What is known once the ledger has been looked at. */
export function tellStart(
  screen: Screen,
  { path, holds, before }: Folder,
  options: Options,
  standings: readonly Standing[],
): void {
  const held = standings.reduce((sum, standing) => sum + standing.held.size, 0);
  const owed = standings.reduce((sum, standing) => sum + standing.daysOwed, 0);
  if (before !== undefined) screen.say(`${held} of ${counted(owed, 'day')} are held already.`);
  if (options.days !== undefined && options.days < holds.days) {
    screen.say(
      `--days ${options.days}: ${path} has ${counted(holds.days, 'day')} already, and keeps them. To land fewer days, name another folder with --data.`,
    );
  }
  const short = standings.filter(({ daysOwed }) => daysOwed < holds.days);
  if (short.length > 0) {
    const days = Map.groupBy(short, ({ daysOwed }) => daysOwed);
    const each = [...days].map(
      ([count, of]) => `${of.map(({ dataset }) => dataset).join(', ')}: ${counted(count, 'day')}`,
    );
    screen.say(`Not all sources keep ${counted(holds.days, 'day')}. ${each.join('; ')}.`);
  }
  if (!options.late) return;
  screen.say(
    held > 0
      ? 'The late rows have arrived now, so every day is read again.'
      : 'Nothing has landed in this folder yet, so no row can arrive late: first run once without --late.',
  );
}

function originOf(holds: Holds): string {
  switch (holds.from) {
    case 'simulator':
      return `a simulated tenant (seed ${holds.seed}, about ${counted(holds.rows, 'row')} a day)`;
    case 'server':
      return 'a server on this machine';
    case 'tenant':
      return `the tenant ${holds.tenantId}`;
  }
}

export interface Ending {
  readonly options: Options;
  readonly summary: Summary;
  readonly ended: Settled;
  /** Days that landed in this run after they had failed in it. */
  readonly daysHealed: number;
  /** Address of the coverage page; absent when it stops with this report. */
  readonly page: string | undefined;
  /** Days that were not copied. */
  readonly leftOut: readonly string[];
}

export function report(screen: Screen, { options, summary, ended, daysHealed, page, leftOut }: Ending): void {
  screen.rest();
  screen.say('');
  if (ended === 'stopped') screen.say('Stopped. To continue from here, start again.');
  if (ended === 'impatient') screen.say(leftWaiting(options));
  screen.say(outcomeOf(summary));
  if (daysHealed > 0)
    screen.say(
      `${counted(daysHealed, 'day')} could not be read at first, ${daysHealed === 1 ? 'and is' : 'and are'} held now.`,
    );
  const asked = (options.fault ?? []).map(({ fault }) => fault);
  if (options.faults !== undefined || asked.length > 0) for (const line of faultsOf(summary, asked)) screen.say(line);
  screen.say('');
  const self = selfOf(summary.dataFolder);
  tellFacts(summary.status, summary.dataFolder, screen.output, self);
  screen.say('');
  for (const line of nextSteps(summary, self, page)) screen.say(line);
  for (const day of leftOut)
    screen.say(
      `${day} was not copied: its blob is damaged, or not written by Landline. For details: \`${self} verify\``,
    );
}

/** The command line over this folder. */
function selfOf(dataFolder: string): string {
  return typedAs({ data: dataFolder === DEFAULTS.data ? undefined : dataFolder }, 'npx landline');
}

function leftWaiting({ exit }: Options): string {
  const next = exit
    ? 'Start again later: then they are tried at once, or, if a source asked to wait, when that wait is over.'
    : 'Landline tries them again by itself.';
  return `Some days have not landed: they have failed for a minute, or must wait for longer than five minutes. ${next}`;
}

/** In the order in which people want them. */
function nextSteps({ ok, out, run, status, dataFolder }: Summary, command: string, page: string | undefined): string[] {
  const [{ dataset } = { dataset: '*' }] = run;
  const files = out === null ? undefined : join(out, dataset, 'date=*', '*.jsonl');
  const changed = status.datasets.some(({ days }) => days.some(({ revision = 1 }) => revision > 1));
  return [
    'Where to look next',
    ...(page === undefined ? [] : [`  the coverage page   ${page}`]),
    ...(ok ? [] : [`  what happened       ${logFile(dataFolder)}, one line per event`]),
    `  in the terminal     ${command} status`,
    ...(changed ? [`  what changed        ${command} changes`] : []),
    `  charts              ${command} report`,
    ...(files === undefined
      ? [`  rows as files       ${command} export --out landed`]
      : [
          `  rows as files       ${out}`,
          `  with DuckDB         SELECT date, count(*) FROM read_json_auto('${files}', hive_partitioning = true) GROUP BY date`,
        ]),
    ...(page === undefined
      ? []
      : [`  with Azure's tools  the connection string is in ${join(dataFolder, 'running.json')}`]),
    '  what a file holds   docs/format.md',
  ];
}
