import { type Accepted, acceptShrink, refusedRead } from '../../shared/ledger/asking.ts';
import { grouped } from '../../shared/status/text.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { dataset, day, examples, type On, type Register, refuseUnfinished } from '../command.ts';
import { tellDelays } from '../delays.ts';

export const accept: Register = (program, { act }) => {
  program
    .command('accept')
    .description("Lets the source's smaller day replace the rows that are held")
    .argument('<dataset>', 'name of the dataset', dataset)
    .argument('<day>', 'UTC day', day)
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nThe rows that are held go to `history` before they are replaced.')
    .addHelpText('after', examples('landline accept teams-sms 2026-01-31'))
    .action(act(acceptDay));
};

async function acceptDay(on: On, of: Dataset, at: Day, { yes }: { yes?: boolean }): Promise<0 | 1> {
  const { out, json, ledger, now } = on;
  refuseUnfinished(at, now);
  const entry = (await ledger.day(of.name, at))?.value;
  const held = refusedRead(entry);
  const facts = {
    dataset: of.name,
    day: at,
    reason: held?.reason,
    rowsHeld: entry?.held?.rows,
    rowsRead: held?.rows,
    since: held?.since,
  };
  if (held !== undefined && !json)
    out.line(
      `${of.name} ${at}: ${grouped(entry?.held?.rows ?? 0)} rows are held, and the source has had ${grouped(held.rows)} since ${held.since}.`,
    );
  const sure = held === undefined || yes || (await out.confirm('Replace them?'));
  const outcome: Accepted | 'declined' = sure
    ? await acceptShrink(ledger, of, at, held?.fingerprint ?? '', now)
    : 'declined';
  if (json) out.json({ ...facts, outcome });
  else out.line(OUTCOMES[outcome]);
  if (outcome === 'accepted') await tellDelays(on, [facts]);
  return outcome === 'accepted' ? 0 : 1;
}

const OUTCOMES: Readonly<Record<Accepted | 'declined', string>> = {
  accepted: 'Accepted: the day is read again, and replaced if the source still says the same.',
  declined: 'Nothing was changed. In a script, add --yes.',
  'in-work': 'The day is being read just now: look again when that is done.',
  'not-refused': 'No read of this day was refused.',
  erased: 'A person was erased from this day, so it is not read: see `landline forget --help`.',
  changed: 'The source has said something else meanwhile: look again.',
  contended: 'Others are writing this day: try again.',
};
