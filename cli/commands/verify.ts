import { systemClock } from '../../shared/app/clock.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import { isTrouble, type SweepPorts, verify } from '../../shared/verify/verify.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import {
  datasets,
  day,
  everyDataset,
  examples,
  type On,
  part,
  type Register,
  refuseBackwards,
  whole,
} from '../command.ts';

interface Options {
  readonly dataset?: Dataset[];
  readonly from?: Day;
  readonly to?: Day;
  readonly part?: { n: number; of: number };
  readonly source?: number;
  readonly history?: boolean;
  readonly mark: boolean;
}

export const verifyDays: Register = (program, { act }) => {
  program
    .command('verify')
    .description('Recounts and re-digests every partition against its receipt and the ledger')
    .option('--dataset <a,b>', 'only these datasets', datasets)
    .option('--from <day>', 'first day', day)
    .option('--to <day>', 'last day', day)
    .option('--part <n/of>', 'only the n-th share of the days; all shares together are every day', part)
    .option('--source <k>', 'read k days again from their source and compare', whole(1, 10_000))
    .option('--history', 'look at the superseded revisions in history too')
    .option('--no-mark', 'only look: do not mark damaged days in the ledger')
    .addHelpText(
      'after',
      examples(
        'landline verify',
        'landline verify --part 3/7 --json',
        'landline verify --source 5',
        'landline verify --history',
      ),
    )
    .action(act(verifyAll));
};

async function verifyAll(on: On, options: Options): Promise<0 | 1> {
  const { from, to, part: share, source, history = false, mark } = options;
  refuseBackwards(from, to);
  const ports: SweepPorts = {
    datasets: everyDataset(on, options.dataset),
    ledger: on.ledger,
    lake: on.lake,
    clock: systemClock,
    names: prefix => on.names(prefix),
    keptDays: dataset => on.eraser.days(dataset),
    progress: ({ done, of, dataset, day: at }) => on.out.progress(`${done} of ${of}: ${dataset} ${at}`),
    ...(source !== undefined && { sources: await on.sources() }),
  };
  const found = await verify(ports, {
    chosen: options.dataset !== undefined,
    mark,
    history,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(share !== undefined && { part: share }),
    ...(source !== undefined && { source }),
  });
  const trouble = found.findings.filter(isTrouble);
  if (on.json) on.out.json({ ...found, clean: trouble.length === 0 });
  else {
    for (const { kind, message, mark: marked } of found.findings)
      on.out.line(
        `${on.out.paint(kind === 'source-news' ? 'cyan' : 'red', kind)}  ${message}.${marked === 'busy' ? ' A worker has the day, so it was not marked: verify again when that is done.' : ''}`,
      );
    if (found.cleared > 0) on.out.line(`${counted(found.cleared, 'day')} whole again: the mark is taken away.`);
    const compared = source === undefined ? '' : `, ${counted(found.compared, 'day')} compared with the source`;
    const fine = found.days === 0 ? 'there is nothing to verify' : 'all whole';
    const verdict = trouble.length === 0 ? fine : counted(trouble.length, 'finding');
    on.out.line(`${counted(found.days, 'day')}, ${grouped(found.rows)} rows${compared}: ${verdict}.`);
  }
  return trouble.length === 0 ? 0 : 1;
}
