import { Option } from 'commander';
import { DATASETS } from '../../shared/datasets/index.ts';
import { type Paused, setPaused } from '../../shared/ledger/asking.ts';
import { openGate } from '../../shared/ledger/gate.ts';
import { type Dataset, SOURCES, type SourceName } from '../../shared/words/model.ts';
import { datasetOrSource, examples, type On, type Register } from '../command.ts';
import { daysWaitingFor } from '../delays.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';

const ABOUT = 'dataset, or source (graph, voximplant) for all of its datasets';

export const pause: Register = (program, { act }) => {
  program
    .command('pause')
    .description('Stops queueing days of a dataset or source; reads that are under way end normally')
    .argument('<name>', ABOUT, datasetOrSource)
    .addHelpText('after', examples('landline pause teams-sms', 'landline pause voximplant'))
    .action(act((on: On, which: Dataset[]) => setAll(on, which, true)));
};

export const resume: Register = (program, { act }) => {
  program
    .command('resume')
    .description('Queues days of a paused dataset or source again, or opens the gate of a source that asked to wait')
    .argument('[name]', ABOUT, datasetOrSource)
    .addOption(
      new Option(
        '--source <source>',
        'open the gate of this source now, although the source asked Landline to wait',
      ).choices(SOURCES),
    )
    .addHelpText(
      'after',
      examples('landline resume teams-sms', 'landline resume voximplant', 'landline resume --source graph'),
    )
    .action(
      act((on: On, which: Dataset[] | undefined, { source }: { source?: SourceName }) => {
        if ((which === undefined) === (source === undefined))
          throw new UsageError(
            'Name what was paused (landline resume graph), or the gate (landline resume --source graph).',
          );
        return source === undefined ? setAll(on, which ?? [], false) : openOne(on, source);
      }),
    );
};

async function openOne(on: On, source: SourceName): Promise<0 | 1> {
  const days = await daysWaitingFor(on, source);
  const { outcome, was } = await openGate(on.ledger, source, DATASETS, on.now);
  if (on.json) on.out.json({ gates: [{ source, outcome, was, days: was === undefined ? 0 : days }] });
  else if (outcome === 'contended') on.out.line(`${source}: another process is changing its gate: try again`);
  else if (was === undefined) on.out.line(`${source}: its gate is open already`);
  else
    on.out.line(
      `${source}: opened; its gate was closed until ${was.notBefore} (${was.reason}). Days that waited for it: ${days}. They are queued on the next run of the planner; if the source asks again to wait, its gate closes again.`,
    );
  return outcome === 'contended' ? 1 : 0;
}

async function setAll(on: On, which: readonly Dataset[], paused: boolean): Promise<0 | 1> {
  const done: { dataset: string; outcome: Paused }[] = [];
  // A dataset of the source that is switched off has nothing to pause.
  const mine = which.length === 1 ? which : which.filter(({ name }) => on.datasets.some(each => each.name === name));
  for (const each of mine) done.push({ dataset: each.name, outcome: await setPaused(on.ledger, each, paused, on.now) });
  if (on.json) on.out.json({ datasets: done });
  else
    for (const { dataset, outcome } of done) on.out.line(`${dataset}: ${withTyped(WORDS[outcome](paused), on.self)}`);
  const fine =
    done.some(({ outcome }) => outcome !== 'unknown') && done.every(({ outcome }) => outcome !== 'contended');
  return fine ? 0 : 1;
}

const WORDS: Readonly<Record<Paused, (paused: boolean) => string>> = {
  paused: () => 'paused; nothing of it is queued until `landline resume`',
  resumed: () => 'resumed; what is owed is queued on the next run of the planner',
  already: paused => `already ${paused ? 'paused' : 'running'}`,
  unknown: () => 'never planned, so there is nothing to pause; leave it out of LANDLINE_DATASETS to switch it off',
  contended: () => 'another process is changing its watermark: try again',
};
