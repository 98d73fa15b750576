import { type Asked, type AskedDay, askDay, retryDays } from '../../shared/ledger/asking.ts';
import { counted } from '../../shared/status/text.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { chosen, dataset, examples, type On, type Register, refuseUnfinished } from '../command.ts';
import { tellDelays } from '../delays.ts';
import { type DayText, daysOfText, dayTexts, isIn, type RangeOptions, rangeOf, withRange } from '../ranges.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RangeOptions {
  readonly yes?: boolean;
}

export const retry: Register = (program, { act }) => {
  withRange(program.command('retry'))
    .description(
      'Asks for days to be read again: the days named or, if none is named, all failed and suspect days (of a range)',
    )
    .argument('[dataset]', 'name of the log; without it, all of them', dataset)
    .argument('[days...]', 'days or months to read again, whatever their state', dayTexts)
    .option('-y, --yes', 'do not ask first when a person was erased from a day that is named')
    .addHelpText(
      'after',
      examples(
        'landline retry',
        'landline retry --from -7d --datasets teams-sms,teams-pstn-calls',
        'landline retry teams-sms 2026-01-30 2026-01-31',
        'landline retry teams-sms yesterday',
      ),
    )
    .action(
      act(async (on: On, of: Dataset | undefined, named: DayText[] | undefined, options: Options) => {
        const days = (named ?? []).flatMap(text => daysOfText(text, on.now));
        const asked =
          of === undefined || days.length === 0
            ? await askFailed(on, of, options)
            : await askNamed(on, of, days, options.yes ?? false);
        if (on.json) on.out.json({ asked });
        else tellAsked(on, asked);
        await tellDelays(
          on,
          asked.filter(({ outcome }) => FINE.has(outcome)),
        );
        return asked.every(({ outcome }) => FINE.has(outcome)) ? 0 : 1;
      }),
    );
};

/** What became of a day that a person asked for; `declined` when that person thought better of it. */
type Outcome = Asked | 'declined';
type RetriedDay = Omit<AskedDay, 'outcome'> & { readonly outcome: Outcome };

async function askFailed(on: On, of: Dataset | undefined, options: Options): Promise<AskedDay[]> {
  const range = rangeOf(options, on.now);
  if (of !== undefined && options.datasets !== undefined)
    throw new UsageError('Name the logs once: as argument, or by --datasets.');
  const asked: AskedDay[] = [];
  for (const each of of === undefined ? chosen(on, options.datasets) : [of])
    asked.push(...(await retryDays(on.ledger, each, on.now, day => isIn(day, range))));
  return asked;
}

async function askNamed(on: On, of: Dataset, named: readonly Day[], yes: boolean): Promise<RetriedDay[]> {
  const { name } = of;
  for (const day of named) refuseUnfinished(day, on.now);
  const erased: Day[] = [];
  for (const day of named)
    if ((await on.ledger.day(name, day))?.value.held?.forgottenAt !== undefined) erased.push(day);
  for (const day of erased)
    on.out.note(
      `A person was erased from ${name} ${day}: reading the day again brings all its rows back, that person's too. When it has been read, run \`${on.self} forget\` again.`,
    );
  const sure = erased.length === 0 || yes || (await on.out.confirm('Read all of their rows again?'));
  if (!sure) return named.map(day => ({ dataset: name, day, outcome: 'declined' }));
  const asked: RetriedDay[] = [];
  for (const day of named) asked.push({ dataset: name, day, outcome: await askDay(on.ledger, of, day, on.now) });
  return asked;
}

export const FINE: ReadonlySet<Outcome> = new Set<Outcome>(['asked', 'in-work']);

export const ASKED: Readonly<Record<Outcome, string>> = {
  asked: 'will be read on the next run of the planner',
  'in-work': 'is queued or being read already',
  'too-new': 'is not over yet',
  'before-history': 'is before the first day of the dataset: use `landline backfill`',
  expired: 'cannot be read: the source no longer has it',
  erased: 'is not read, because a person was erased from it: name the day to read all of its rows again',
  contended: 'is being changed by another process: try again',
  declined: 'was not asked for, and nothing was changed. In a script, add --yes',
};

function tellAsked(on: On, asked: readonly RetriedDay[]): void {
  if (asked.length === 0) on.out.line('No day failed or is suspect.');
  for (const { dataset: name, day, outcome } of asked)
    on.out.line(`${name} ${day} ${withTyped(ASKED[outcome], on.self)}`);
  const noted = asked.filter(({ outcome }) => outcome === 'asked').length;
  if (noted > 0)
    on.out.line(`${counted(noted, 'day')} asked for.${on.alive ? '' : ' Run `npm start` to have them read.'}`);
}
