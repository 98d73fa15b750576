import { systemClock } from '../../shared/app/clock.ts';
import { counted } from '../../shared/status/text.ts';
import { GATE_PARTITION } from '../../shared/stores/ledger-entities.ts';
import { rebuild } from '../../shared/verify/rebuild.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { datasets, everyDataset, examples, type On, type Register } from '../command.ts';
import { DATASETS_FLAG } from '../ranges.ts';

export const rebuildLedger: Register = (program, { act }) => {
  program
    .command('rebuild')
    .description('Writes a lost or damaged ledger anew from the partitions; entries that are sound stay as they are')
    .option(DATASETS_FLAG, 'only these logs', datasets)
    .addHelpText('after', '\nSafe at any time, also beside the running app. Run `landline verify` afterwards.')
    .addHelpText('after', examples('landline rebuild', 'landline rebuild --datasets teams-sms'))
    .action(act(rebuildAll));
};

async function rebuildAll(on: On, options: { datasets?: Dataset[] }): Promise<0 | 1> {
  await on.ensureLedger();
  const gates = await on.clearUnreadable(GATE_PARTITION);
  const rebuilt = await rebuild({
    datasets: everyDataset(on, options.datasets),
    lake: on.lake,
    ledger: on.ledger,
    clock: systemClock,
    names: prefix => on.names(prefix),
    clearUnreadable: dataset => on.clearUnreadable(dataset),
    progress: ({ done, of, dataset, day }) => on.out.progress(`${done} of ${of}: ${dataset} ${day}`),
  });
  const result = { ...rebuilt, cleared: rebuilt.cleared + gates };
  if (on.json) on.out.json(result);
  else {
    const { written, known, busy, cleared, unusable, watermarks } = result;
    on.out.line(`${counted(written, 'day')} written, ${known} known already, ${busy} in work.`);
    if (cleared > 0)
      on.out.line(
        `${counted(cleared, 'entity', 'entities')} could not be read and ${cleared === 1 ? 'was' : 'were'} removed.`,
      );
    for (const { dataset, firstDay, landedThrough } of watermarks)
      on.out.line(`${dataset}: from ${firstDay}, landed through ${landedThrough ?? '-'}`);
    for (const { dataset, day, why } of unusable) on.out.line(`${dataset} ${day}: ${why}`);
  }
  return result.unusable.length === 0 ? 0 : 1;
}
