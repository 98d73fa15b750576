import { systemClock } from '../../shared/app/clock.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import { isTrouble, type SweepPorts, verify } from '../../shared/verify/verify.ts';
import { everyDataset, examples, type On, part, type Register, whole } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type Absent, absentIn, tellAbsent } from '../not-held.ts';
import { type RangeOptions, rangeOf, withRange } from '../ranges.ts';

interface Options extends RangeOptions {
  readonly part?: { n: number; of: number };
  readonly source?: number;
  readonly history?: boolean;
  readonly mark: boolean;
}

export const verifyDays: Register = (program, { act }) => {
  withRange(program.command('verify'))
    .description('Recounts and re-digests every partition against its receipt and the ledger, and names days not held')
    .option('--part <n/of>', 'only the n-th share of the days; all shares together are every day', part)
    .option('--source <k>', 'read k days again from their source and compare', whole(1, 10_000))
    .option('--history', 'look at the superseded revisions in history too')
    .option('--no-mark', 'only look: do not mark damaged days in the ledger')
    .addHelpText(
      'after',
      '\nExits with 4 when all that is held is whole, and days are not held: of the range, or of what is owed.',
    )
    .addHelpText(
      'after',
      examples(
        'landline verify',
        'landline verify --month 2026-01',
        'landline verify --from -7d --datasets teams-sms',
        'landline verify --part 3/7 --json',
        'landline verify --source 5',
        'landline verify --history',
      ),
    )
    .action(act(verifyAll));
};

async function verifyAll(on: On, options: Options): Promise<ExitCode> {
  const { part: share, source, history = false, mark } = options;
  const range = rangeOf(options, on.now);
  const which = everyDataset(on, options.datasets);
  const ports: SweepPorts = {
    datasets: which,
    ledger: on.ledger,
    lake: on.lake,
    clock: systemClock,
    names: prefix => on.names(prefix),
    keptDays: dataset => on.eraser.days(dataset),
    progress: ({ done, of, dataset, day: at }) => on.out.progress(`${done} of ${of}: ${dataset} ${at}`),
    ...(source !== undefined && { sources: await on.sources() }),
  };
  const found = await verify(ports, {
    chosen: options.datasets !== undefined,
    mark,
    history,
    ...range,
    ...(share !== undefined && { part: share }),
    ...(source !== undefined && { source }),
  });
  // Of a lost ledger the partitions are there: that is a finding, and no gap.
  const unlisted = new Set(found.findings.map(({ kind, dataset, day }) => kind === 'unlisted' && `${dataset} ${day}`));
  const absent = (await absentIn(on, which, range, options.datasets !== undefined)).flatMap(each => {
    const days = each.days.filter(day => !unlisted.has(`${each.dataset} ${day}`));
    return days.length === 0 ? [] : [{ ...each, days }];
  });
  const trouble = found.findings.filter(isTrouble);
  const code = trouble.length > 0 ? 1 : absent.length > 0 ? 4 : 0;
  if (on.json) on.out.json({ ...found, clean: trouble.length === 0, absent });
  else {
    for (const { kind, message, mark: marked } of found.findings)
      on.out.line(
        `${on.out.paint(kind === 'source-news' ? 'cyan' : 'red', kind)}  ${message}.${marked === 'busy' ? ' A worker has the day, so it was not marked: verify again when that is done.' : ''}`,
      );
    if (found.cleared > 0) on.out.line(`${counted(found.cleared, 'day')} whole again: the mark is taken away.`);
    tellAbsent(on, absent);
    const compared = source === undefined ? '' : `, ${counted(found.compared, 'day')} compared with the source`;
    on.out.line(
      `${counted(found.days, 'day')}, ${grouped(found.rows)} rows${compared}: ${outcomeOf(found.days, trouble.length, absent)}.`,
    );
  }
  return code;
}

function outcomeOf(days: number, findings: number, absent: readonly Absent[]): string {
  const missing = absent.reduce((sum, each) => sum + each.days.length, 0);
  const not = missing === 0 ? '' : `${counted(missing, 'day')} not held`;
  if (findings > 0) return [counted(findings, 'finding'), not].filter(Boolean).join(', ');
  if (days === 0) return not === '' ? 'there is nothing to verify' : not;
  return not === '' ? 'all whole' : `what is held is whole, ${not}`;
}
