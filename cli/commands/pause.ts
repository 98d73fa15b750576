import { type Paused, setPaused } from '../../shared/ledger/asking.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { datasetOrSource, examples, type On, type Register } from '../command.ts';

const ABOUT = 'dataset, or source (graph, voximplant) for all of its datasets';

export const pause: Register = (program, { act }) => {
  program
    .command('pause')
    .description('Stops queueing days of a dataset or source; what is under way ends normally')
    .argument('<name>', ABOUT, datasetOrSource)
    .addHelpText('after', examples('landline pause teams-sms', 'landline pause voximplant'))
    .action(act((on: On, which: Dataset[]) => setAll(on, which, true)));
};

export const resume: Register = (program, { act }) => {
  program
    .command('resume')
    .description('Queues days of a paused dataset or source again')
    .argument('<name>', ABOUT, datasetOrSource)
    .addHelpText('after', examples('landline resume teams-sms', 'landline resume voximplant'))
    .action(act((on: On, which: Dataset[]) => setAll(on, which, false)));
};

async function setAll(on: On, which: readonly Dataset[], paused: boolean): Promise<0 | 1> {
  const done: { dataset: string; outcome: Paused }[] = [];
  // A dataset of the source that is switched off has nothing to pause.
  const mine = which.length === 1 ? which : which.filter(({ name }) => on.datasets.some(each => each.name === name));
  for (const each of mine) done.push({ dataset: each.name, outcome: await setPaused(on.ledger, each, paused, on.now) });
  if (on.json) on.out.json({ datasets: done });
  else for (const { dataset, outcome } of done) on.out.line(`${dataset}: ${WORDS[outcome](paused)}`);
  const fine =
    done.some(({ outcome }) => outcome !== 'unknown') && done.every(({ outcome }) => outcome !== 'contended');
  return fine ? 0 : 1;
}

const WORDS: Readonly<Record<Paused, (paused: boolean) => string>> = {
  paused: () => 'paused; nothing of it is queued until `landline resume`',
  resumed: () => 'resumed; what is owed is queued on the next run of the planner',
  already: paused => `already ${paused ? 'paused' : 'running'}`,
  unknown: () => 'never planned, so there is nothing to pause; leave it out of LANDLINE_DATASETS to switch it off',
  contended: () => 'others are writing its watermark: try again',
};
