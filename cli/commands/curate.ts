import { type CurateOutcome, curateDay } from '../../shared/curate/curate-day.ts';
import { tableStamp } from '../../shared/curate/privacy.ts';
import { tableOf } from '../../shared/curate/tables.ts';
import { counted } from '../../shared/status/text.ts';
import { failureOf, LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import { dataset, everyDataset, examples, type On, type Register } from '../command.ts';
import { profileOn } from '../privacy-profile.ts';
import { type DayText, daysOfText, dayTexts } from '../ranges.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  readonly all?: boolean;
  readonly force?: boolean;
}

export const curate: Register = (program, { act }) => {
  program
    .command('curate')
    .description('Makes the curated tables that are out of date, at once and on this machine')
    .argument('[dataset]', 'name of the dataset', dataset)
    .argument('[days...]', 'days or months; without them, every day whose table is out of date', dayTexts)
    .option('--all', 'every landed day of every dataset')
    .option(
      '--force',
      'make a file again even if it is up to date by its label: after damage, which `verify --curated` finds',
    )
    .addHelpText(
      'after',
      '\nThe app makes the tables by itself; this command is for a first look, and for making tables again.',
    )
    .addHelpText(
      'after',
      examples(
        'landline curate --all',
        'landline curate teams-sms',
        'landline curate teams-sms 2026-01-31',
        'landline curate teams-sms 2026-01-31 --force',
      ),
    )
    .action(
      act(async (on: On, of: Dataset | undefined, named: DayText[] | undefined, { all, force }: Options) => {
        if (of === undefined && !all) throw new UsageError('Name a dataset, or say --all.');
        const which = everyDataset(on, of === undefined ? undefined : [of]);
        return curateAll(
          on,
          which,
          named?.flatMap(text => daysOfText(text, on.now)),
          force,
        );
      }),
    );
};

async function curateAll(
  on: On,
  which: readonly Dataset[],
  named: readonly Day[] | undefined,
  force: boolean | undefined,
): Promise<0 | 1> {
  const profile = await profileOn(on);
  const tally = { curated: 0, current: 0, failed: 0 };
  const failures: string[] = [];
  for (const { name } of which) {
    for (const day of named?.length ? named : await landedDays(on, name)) {
      on.out.progress(`${name} ${day}`);
      try {
        const outcome = await curateDay(name, day, { ...on, profile, report: () => undefined }, force);
        tally[KIND[outcome]] += 1;
        if (KIND[outcome] === 'failed') failures.push(`${name} ${day}: ${outcome}`);
      } catch (thrown) {
        if (!(thrown instanceof LandlineError)) throw thrown;
        tally.failed += 1;
        failures.push(`${name} ${day}: ${failureOf(thrown).message}`);
      }
    }
  }
  const stamp = tableStamp(profile);
  if (on.json) on.out.json({ stamp, ...tally, failures });
  else {
    for (const failure of failures) on.out.line(failure);
    const last = `${counted(tally.curated, 'file')} written, ${tally.current} up to date, ${tally.failed} failed (${stamp}).`;
    on.out.line(last);
    const [first] = which;
    if (which.length === 1 && first !== undefined)
      on.out.line(`They are in curated/${curatedPath(tableOf(first.name).name, first.name, '<day>')}`);
  }
  return tally.failed === 0 ? 0 : 1;
}

const KIND: Readonly<Record<CurateOutcome, 'curated' | 'current' | 'failed'>> = {
  curated: 'curated',
  current: 'current',
  // Somebody else was faster, with a newer revision.
  superseded: 'current',
  absent: 'failed',
  failed: 'failed',
  dropped: 'failed',
};

async function landedDays(on: On, dataset: string): Promise<Day[]> {
  const landed: Day[] = [];
  for await (const { day } of on.lake.list(dataset)) landed.push(day);
  return landed;
}
