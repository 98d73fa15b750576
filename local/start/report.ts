import { join } from 'node:path';
import { counted } from '../../shared/status/text.ts';
import type { Folder, Holds } from './folder.ts';
import { DEFAULTS, type Options } from './options.ts';
import type { Screen } from './screen.ts';
import type { Settled } from './settle.ts';
import type { Standing } from './standing.ts';
import { faultsOf, outcomeOf, type Summary, tableOf } from './summary.ts';

/** What a run says at its start and at its end. */

export function greet(
  screen: Screen,
  { path, holds, before }: Folder,
  options: Options,
  standings: readonly Standing[],
): void {
  const held = standings.reduce((sum, standing) => sum + standing.held.size, 0);
  const owed = standings.reduce((sum, standing) => sum + standing.daysOwed, 0);
  const what = `${counted(standings.length, 'dataset')}, ${counted(holds.days, 'day')}, from ${originOf(holds)}`;
  screen.say(
    before === undefined
      ? `Landing ${what}.`
      : `Going on in ${path}: ${held} of ${counted(owed, 'day')} are here. ${what}.`,
  );
  if (options.days !== undefined && options.days < holds.days) {
    screen.say(
      `--days ${options.days}: the history in ${path} has ${counted(holds.days, 'day')} and does not shrink. For fewer, name another folder with --data.`,
    );
  }
  if (!options.late) return;
  screen.say(
    held > 0
      ? 'The rows that come late have come by now: every day is read again.'
      : 'Nothing has landed here before, so nothing can come late: run once without --late first to see it.',
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
  /** Of the emulator; absent when it stops with this report. */
  readonly connectionString: string | undefined;
  readonly log: string;
}

export function report(screen: Screen, { options, summary, ended, connectionString, log }: Ending): void {
  screen.rest();
  const troubled = !summary.ok;
  const lines = [
    '',
    ...tableOf(summary),
    '',
    ...(ended === 'stopped' ? ['Stopped. Start again to go on from here.'] : []),
    ...(ended === 'impatient' ? [leftWaiting(options)] : []),
    outcomeOf(summary),
    ...faultsOf(
      summary,
      (options.fault ?? []).map(({ fault }) => fault),
    ),
    '',
    ...nextSteps(summary, connectionString),
    ...(troubled ? [`  what happened       ${log}, one line per event`] : []),
  ];
  for (const line of lines) screen.say(line);
}

function leftWaiting({ exit }: Options): string {
  const next = exit
    ? 'Start again later: they are tried at once then, or when a source that asked to be left alone may be asked again.'
    : 'They are tried again by themselves.';
  return `Days are left that have failed for a minute, or that wait for longer than five. ${next}`;
}

function nextSteps({ out, datasets, dataFolder }: Summary, connectionString: string | undefined): string[] {
  const [{ dataset } = { dataset: '*' }] = datasets;
  const files = out === null ? undefined : join(out, dataset, 'date=*', '*.jsonl');
  return [
    'Where to look next',
    ...(files === undefined
      ? [
          `  rows as files       npx landline${dataFolder === DEFAULTS.data ? '' : ` --data ${dataFolder}`} export --out landed`,
        ]
      : [
          `  rows as files       ${out}`,
          `  with DuckDB         SELECT date, count(*) FROM read_json_auto('${files}', hive_partitioning = true) GROUP BY date`,
        ]),
    ...(connectionString === undefined
      ? [`  the storage         in ${dataFolder}; npm start without --exit keeps the emulator open`]
      : [`  the storage         ${connectionString}`]),
    '  what a file holds   docs/format.md',
  ];
}
