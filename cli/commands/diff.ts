import { counted } from '../../shared/status/text.ts';
import { headOrForeign } from '../../shared/verify/verify-day.ts';
import { wrongRevision } from '../../shared/verify/verify-history.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { dataset, examples, type On, type Register, whole } from '../command.ts';
import { type DayText, dayOfText, ONE_DAY_FORMS, oneDayText } from '../ranges.ts';
import { type Content, differencesOf } from '../rows/differences.ts';
import { differencesJson, SHOWN_ROWS, tellDifferences } from '../rows/tell.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  readonly showRows?: boolean;
  readonly limit: number;
}

export const diff: Register = (program, { act }) => {
  program
    .command('diff')
    .description(
      'Shows which rows differ between two revisions of a day: the newest and the one before it, or those named',
    )
    .argument('<dataset>', 'name of the log', dataset)
    .argument('<day>', ONE_DAY_FORMS, oneDayText)
    .argument('[older]', 'a revision, such as r1', revision)
    .argument('[newer]', 'a later revision, such as r2 (the newest)', revision)
    .option('--show-rows', 'show the rows in full, with all personal data in them')
    .option('--limit <n>', 'how many rows to show', whole(1, 1_000_000), SHOWN_ROWS)
    .addHelpText(
      'after',
      '\nA row is named by its line in the file and its time, a change by the names of the members that differ.',
    )
    .addHelpText(
      'after',
      examples('landline diff teams-sms 2026-01-31', 'landline diff teams-sms 2026-01-31 r1 r3 --show-rows'),
    )
    .action(act(diffDay));
};

function revision(text: string): number {
  return whole(1, 1_000_000)(text.replace(/^r/, ''));
}

async function diffDay(
  on: On,
  of: Dataset,
  text: DayText,
  older: number | undefined,
  newer: number | undefined,
  { showRows = false, limit }: Options,
): Promise<0 | 1> {
  const day = dayOfText(text, 'last', on.now);
  const newest = (await headOrForeign(on.lake, of.name, day)).partition?.receipt.revision;
  if (newest === undefined)
    throw new UsageError(`Nothing is held of ${of.name} ${day}: landline show ${of.name} ${day}`);
  const to = newer ?? newest;
  const from = older ?? to - 1;
  if (from < 1) {
    if (on.json) on.out.json({ dataset: of.name, day, newest, added: 0, changed: 0, removed: 0, rows: [] });
    else on.out.line(`${of.name} ${day} has had one revision only: nothing changed.`);
    return 0;
  }
  if (from >= to || to > newest)
    throw new UsageError(`Name an older and a newer revision: ${of.name} ${day} has r1 to r${newest}.`);
  const found = await differencesOf(
    of,
    await contentOf(on, of, day, from, newest),
    await contentOf(on, of, day, to, newest),
    limit,
  );
  for (const number of [from, to]) {
    const wrong = await wrongRevision(on.lake, of.name, day, number === newest ? undefined : number);
    if (wrong !== undefined) on.out.note(`r${number} is damaged: ${wrong}. What differs may be the damage.`);
  }
  if (on.json)
    on.out.json({ dataset: of.name, day, newest, older: from, newer: to, ...differencesJson(found, showRows) });
  else {
    const { added, changed, removed } = found;
    on.out.line(
      on.out.paint(
        'bold',
        `${of.name} ${day}, r${from} to r${to}: ${counted(added, 'row')} added, ${changed} changed, ${removed} removed`,
      ),
    );
    tellDifferences(found, showRows, on.out);
    if (!showRows && found.rows.length > 0) on.out.note('--show-rows shows what they say, of people too.');
  }
  return 0;
}

/** @throws UsageError when the revision is not there */
async function contentOf(on: On, { name }: Dataset, day: Day, wanted: number, newest: number): Promise<Content> {
  const read = () => on.lake.read(name, day, wanted === newest ? undefined : wanted);
  const gone = () =>
    new UsageError(`Revision r${wanted} of ${name} ${day} is not there: it was never kept, or is gone.`);
  // Asked once before: two contents are read one after the other, and what is missing should be said at once.
  const first = await read();
  if (first === undefined) throw gone();
  let kept: AsyncIterable<Uint8Array> | undefined = first;
  return async () => {
    const chunks = kept ?? (await read());
    kept = undefined;
    if (chunks === undefined) throw gone();
    return chunks;
  };
}
