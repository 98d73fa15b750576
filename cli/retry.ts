import type { Dataset, Day } from '../shared/model.ts';
import { counted } from '../shared/page/text.ts';
import { type Asked, type AskedDay, askDay, retryDays } from '../shared/plan/asking.ts';
import { dataset, days, examples, type On, type Register } from './command.ts';
import { tellPaused } from './pause.ts';

export const retry: Register = (program, { act }) => {
  program
    .command('retry')
    .description('Asks for days to be read again: the failed and suspect ones, or those named')
    .argument('[dataset]', 'name of the dataset; without it, all of them', dataset)
    .argument('[days...]', 'UTC days, whatever they hold', days)
    .addHelpText(
      'after',
      examples('landline retry', 'landline retry teams-sms', 'landline retry teams-sms 2026-01-30 2026-01-31'),
    )
    .action(
      act(async (on: On, of: Dataset | undefined, named: Day[] | undefined) => {
        const asked = await askAll(on, of, named ?? []);
        if (on.json) on.out.json({ asked });
        else tellAsked(on, asked);
        await tellPaused(on, asked);
        return asked.every(({ outcome }) => FINE.has(outcome)) ? 0 : 1;
      }),
    );
};

async function askAll(on: On, of: Dataset | undefined, named: readonly Day[]): Promise<AskedDay[]> {
  const asked: AskedDay[] = [];
  if (of !== undefined && named.length > 0) {
    for (const day of named) {
      const erased = (await on.ledger.day(of.name, day))?.value.held?.forgottenAt !== undefined;
      const outcome = await askDay(on.ledger, of, day, on.now);
      asked.push({ dataset: of.name, day, outcome });
      if (erased && outcome === 'asked')
        on.out.note(
          `A person was erased from ${of.name} ${day}: all rows of that day come back, theirs too. When it has been read, run \`landline forget\` again.`,
        );
    }
    return asked;
  }
  for (const each of of === undefined ? on.datasets : [of]) asked.push(...(await retryDays(on.ledger, each, on.now)));
  return asked;
}

export const FINE: ReadonlySet<Asked> = new Set<Asked>(['asked', 'in-work']);

export const ASKED: Readonly<Record<Asked, string>> = {
  asked: 'will be read on the next run of the planner',
  'in-work': 'is queued or being read already',
  'too-new': 'is not over yet',
  'before-history': 'is before the first day of the dataset: use `landline backfill`',
  expired: 'is no longer at the source',
  erased: 'is not read, because a person was erased from it: name the day to read all of its rows again',
  contended: 'is being written by others: try again',
};

export function tellAsked(on: On, asked: readonly AskedDay[]): void {
  if (asked.length === 0) on.out.line('No day failed or is suspect.');
  for (const { dataset: name, day, outcome } of asked) on.out.line(`${name} ${day} ${ASKED[outcome]}`);
  const noted = asked.filter(({ outcome }) => outcome === 'asked').length;
  if (noted > 0)
    on.out.line(`${counted(noted, 'day')} asked for.${on.alive ? '' : ' Run `npm start` to have them read.'}`);
}
