import { type Accepted, acceptShrink, refusedRead } from '../../shared/ledger/asking.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import type { Suspicion } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { chosen, dataset, examples, type On, type Register, refuseUnfinished, whole } from '../command.ts';
import { tellDelays } from '../delays.ts';
import {
  type DayText,
  daysOfText,
  dayTexts,
  isBounded,
  isIn,
  type RangeOptions,
  rangeOf,
  withRange,
} from '../ranges.ts';
import type { Differences } from '../rows/differences.ts';
import { goingRows } from '../rows/going.ts';
import { differencesJson, SHOWN_ROWS, tellDifferences } from '../rows/tell.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RangeOptions {
  readonly yes?: boolean;
  readonly showRows?: boolean;
  readonly limit: number;
}

export const accept: Register = (program, { act }) => {
  withRange(program.command('accept'))
    .description('Accepts reads that lack held rows: what the source has now replaces the partition of a day')
    .argument('[dataset]', 'name of the log; without it, all of them', dataset)
    .argument('[days...]', 'days or months; without them, name a range', dayTexts)
    .option('--show-rows', 'show in full the rows that would be removed, with all personal data in them')
    .option('--limit <n>', 'how many of these rows to show', whole(1, 1_000_000), SHOWN_ROWS)
    .option('-y, --yes', 'do not ask, and do not look up which rows would be removed')
    .addHelpText('after', '\nBefore a partition is replaced, it is copied to `history`.')
    .addHelpText(
      'after',
      examples('landline accept teams-sms 2026-01-31', 'landline accept --from -7d --datasets teams-sms'),
    )
    .action(act(acceptDays));
};

/** A day, and the smaller read that may replace it. */
interface Candidate {
  readonly of: Dataset;
  readonly day: Day;
  readonly held: Suspicion | undefined;
  readonly rowsHeld: number | undefined;
}

async function acceptDays(
  on: On,
  of: Dataset | undefined,
  named: DayText[] | undefined,
  options: Options,
): Promise<0 | 1> {
  const { out, json, ledger, now } = on;
  const candidates = await candidatesOf(on, of, named ?? [], options);
  const waiting = candidates.filter(({ held }) => held !== undefined);
  const going = new Map<Candidate, Differences | string>();
  for (const each of waiting) {
    if (!json) tellCandidate(on, each);
    if (options.yes && !options.showRows) continue;
    const found = await goingRows(on, each.of, each.day, options.limit);
    going.set(each, found);
    if (!json) tellGoing(on, found, options.showRows ?? false);
  }
  const question = waiting.length === 1 ? 'Replace them?' : `Replace the rows of ${counted(waiting.length, 'day')}?`;
  const sure = waiting.length === 0 || options.yes || (await out.confirm(question));
  const days = [];
  for (const each of candidates) {
    const { day, held, rowsHeld } = each;
    const outcome: Outcome = sure
      ? await acceptShrink(ledger, each.of, day, held?.fingerprint ?? '', now)
      : // As JSON nobody is asked: it is shown what --yes would do.
        json
        ? 'preview'
        : 'declined';
    const rows = going.get(each);
    days.push({
      dataset: each.of.name,
      day,
      reason: held?.reason,
      rowsHeld,
      rowsRead: held?.rows,
      since: held?.since,
      ...(rows !== undefined &&
        typeof rows !== 'string' && { going: differencesJson(rows, options.showRows ?? false) }),
      outcome,
    });
  }
  if (json) out.json({ days });
  else {
    if (days.length === 0) out.line('No day of these waits to be accepted.');
    for (const { dataset: name, day, outcome } of sure ? days : [])
      out.line(withTyped(days.length === 1 ? OUTCOMES[outcome] : `${name} ${day}: ${OUTCOMES[outcome]}`, on.self));
    if (!sure) out.line(OUTCOMES.declined);
  }
  await tellDelays(
    on,
    days.filter(({ outcome }) => outcome === 'accepted'),
  );
  // As JSON, without --yes, a preview is what was asked for.
  if (json && !sure) return 0;
  return days.every(({ outcome }) => outcome === 'accepted') ? 0 : 1;
}

/** The named days, whatever there is of them; of a range, those that wait. */
async function candidatesOf(
  on: On,
  of: Dataset | undefined,
  named: readonly DayText[],
  options: Options,
): Promise<Candidate[]> {
  const days = named.flatMap(text => daysOfText(text, on.now));
  if (days.length === 0 && !isBounded(options))
    throw new UsageError('Name the days: landline accept DATASET DAY, or a range by --from, --to or --month.');
  if (days.length > 0 && (of === undefined || isBounded(options)))
    throw new UsageError('Name days or a range, not both.');
  for (const day of days) refuseUnfinished(day, on.now);
  const range = rangeOf(options, on.now);
  const found: Candidate[] = [];
  for (const each of of === undefined ? chosen(on, options.datasets) : [of]) {
    const entries = (await on.ledger.days(each.name)).map(({ value }) => value);
    const wanted = days.length > 0 ? days : entries.filter(({ day }) => isIn(day, range)).map(({ day }) => day);
    for (const day of wanted) {
      const entry = entries.find(known => known.day === day);
      const held = refusedRead(entry);
      if (days.length > 0 || held !== undefined) found.push({ of: each, day, held, rowsHeld: entry?.held?.rows });
    }
  }
  return found;
}

function tellCandidate({ out }: On, { of, day, held, rowsHeld }: Candidate): void {
  if (held === undefined) return;
  const { vanished, added = 0 } = held;
  const lacks = vanished === undefined ? '' : ` (−${grouped(vanished)} +${grouped(added)})`;
  out.line(
    `${of.name} ${day}: ${grouped(rowsHeld ?? 0)} rows are held, and the source has had ${grouped(held.rows)} since ${held.since}${lacks}.`,
  );
}

function tellGoing({ out }: On, found: Differences | string, whole: boolean): void {
  if (typeof found === 'string')
    out.line(`Which rows would be removed cannot be looked up from here: ${found.replace(/\.$/, '')}.`);
  else {
    out.line(`${counted(found.removed, 'row')} would be removed:`);
    tellDifferences(found, whole, out);
  }
}

type Outcome = Accepted | 'declined' | 'preview';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  preview: 'Nothing was changed. To accept, add --yes.',
  accepted: 'Accepted: Landline reads the day again, and replaces the partition if the source still says the same.',
  declined: 'Nothing was changed. In a script, add --yes.',
  'in-work': 'The day is being read just now: run the command again when that is done.',
  'not-refused': 'No read of this day was refused.',
  erased: 'A person was erased from this day, so it is not read: see `landline forget --help`.',
  changed: 'A newer read brought something else than you were shown: run the command again.',
  contended: 'Another process is changing this day: try again.',
};
