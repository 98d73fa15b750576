import { rm, stat, writeFile } from 'node:fs/promises';
import { systemClock } from '../../shared/app/clock.ts';
import { type Forgotten, forget as forgetPerson, type SearchPorts, search } from '../../shared/forget/forget.ts';
import { type Person, problemOf, rowsOf, type SearchedDay } from '../../shared/forget/person.ts';
import type { UnsureDay } from '../../shared/forget/ports.ts';
import { counted } from '../../shared/status/text.ts';
import { instantOf } from '../../shared/words/day.ts';
import { everyDataset, examples, type On, type Register } from '../command.ts';
import { type Met, metOf, tellMet } from '../erasure-told.ts';
import { profileOn } from '../privacy-profile.ts';
import { tableIn } from '../terminal/output.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  readonly user?: string;
  readonly number?: string;
  readonly longer?: boolean;
  readonly dryRun?: boolean;
  readonly record?: string;
  readonly yes?: boolean;
}

export const forget: Register = (program, { act }) => {
  program
    .command('forget')
    .description('Erases every row that names a person: from raw, history and curated')
    .option('--user <id>', 'object id of the user (a GUID), or the sign-in name')
    .option('--number <number>', 'phone number with a plus and its country code')
    .option('--longer', 'with --number: also rows that have it only within a longer number, such as +1 202 555 0101 22')
    .option('--dry-run', 'erase nothing: only say where the rows are, and how the person is spelled in them')
    .option('--record <file>', 'write a record of the erasure to a new file; the person is not in it')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
It searches raw and history of all logs. It finds a number with its country code, however its digits are grouped, except
in identifiers, amounts and times; and a user id or sign-in name anywhere. It does not find display names, addresses, and
numbers without their country code or with hidden digits. Landline does not read a day again by itself when rows were
erased from it. docs/privacy.md says more.`,
    )
    .addHelpText(
      'after',
      examples('landline forget --number +12025550101 --dry-run', 'landline forget --user <id> --record erasure.json'),
    )
    .action(act(forgetBy));
};

async function forgetBy(on: On, options: Options): Promise<0 | 1> {
  const person = personOf(options);
  // Before the search, which may take long: a key that is not there is found out too late when it is done.
  const profile = options.dryRun ? undefined : await profileOn(on);
  const datasets = everyDataset(on, undefined);
  const onDay: NonNullable<SearchPorts['onDay']> = (doing, name, day) => on.out.progress(`${doing}: ${name} ${day}`);
  const ports: SearchPorts = { ...on, datasets, clock: systemClock, report: () => undefined, onDay };
  const record = options.dryRun ? undefined : options.record;
  if (record !== undefined) await beginRecord(record);
  const { days, unsure, met, sure } = await found(person, ports, on, options).catch(async thrown => {
    if (record !== undefined) await rm(record);
    throw thrown;
  });
  if (!sure || profile === undefined) {
    if (record !== undefined) await rm(record);
    if (on.json) on.out.json({ days, unsure, met, removed: false });
    else {
      tell(on, days, unsure, `${counted(rowsOf(days), 'row')} on ${counted(days.length, 'day')}. Nothing was changed.`);
      if (options.dryRun) tellMet(on, person, met);
    }
    return options.dryRun && unsure.length === 0 ? 0 : 1;
  }
  const write = async (what: object) => {
    if (record !== undefined) await writeFile(record, `${JSON.stringify(what, undefined, 2)}\n`);
  };
  // What is found is told before it goes: nobody could tell it afterwards, if we do not live to.
  await write({ begunAt: instantOf(on.now), kind: person.kind, datasets: [...datasets.keys()], days });
  if (days.length > 0) on.out.note('Erasing. If it is interrupted, run it again: what is done stays done.');
  const forgotten = { ...(await forgetPerson(person, { ...ports, profile })), elsewhere: ELSEWHERE };
  await write(forgotten);
  if (on.json) on.out.json({ ...forgotten, met });
  else {
    tell(on, forgotten.days, forgotten.unsure, outcomeOf(forgotten));
    tellMet(on, person, met);
  }
  const done = forgotten.left === 0 && forgotten.unsure.length === 0;
  if (done && !on.json) for (const line of ELSEWHERE) on.out.line(line);
  return done ? 0 : 1;
}

function personOf({ user, number, longer = false }: Options): Person {
  if ((user === undefined) === (number === undefined)) throw new UsageError('Name one person: --user or --number.');
  const person: Person =
    user === undefined ? { kind: 'number', value: number ?? '', longer } : { kind: 'user', value: user };
  if (longer && number === undefined) throw new UsageError('--longer goes with --number.');
  const problem = problemOf(person);
  if (problem !== undefined) throw new UsageError(`Expected ${problem}.`);
  return person;
}

/** Where the rows are, and whether they are to be erased. */
async function found(person: Person, ports: SearchPorts, on: On, { dryRun, yes }: Options) {
  const { days, unsure, seen } = await search(person, ports);
  const met = metOf(seen);
  const sure = !dryRun && (days.length === 0 || (yes ?? (await asked(on, person, days, met))));
  return { days, unsure, met, sure };
}

/** Before anything is looked for: a record that cannot be written is found out too late when the rows are gone. */
async function beginRecord(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx' });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    // An empty one is of a search that was stopped: nothing was erased.
    if (code === 'EEXIST' && (await stat(file)).size === 0) return;
    if (code === 'EEXIST')
      throw new UsageError(`${file} is there already: name another file, so that no record of an erasure is lost.`);
    throw new UsageError(`The record of the erasure, ${file}, cannot be written: ${code}. Nothing was erased.`, {
      cause: thrown,
    });
  }
}

async function asked(on: On, person: Person, found: readonly SearchedDay[], met: Met): Promise<boolean> {
  if (!on.json) tell(on, found, [], '');
  if (!on.json) tellMet(on, person, met);
  return on.out.confirm(`Erase ${counted(rowsOf(found), 'row')} from ${counted(found.length, 'day')} for good?`);
}

/** Nothing is left where we can look. Who answers the person has to know where else the rows may be. */
const ELSEWHERE: readonly string[] = [
  'Not reached: soft delete, versions and backups, copies of the account, exported files, and what BI has loaded (docs/privacy.md, "What stays elsewhere").',
  'The source itself still has the person: ask Microsoft or Voximplant.',
];

/** Days to be looked at that are told one by one; the JSON answer and the record have all of them. */
const UNSURE_TOLD = 20;

function tell(on: On, days: readonly SearchedDay[], unsure: readonly UnsureDay[], last: string): void {
  if (days.length === 0) on.out.line('No row names this person.');
  else {
    const rows = days.map(({ dataset, day, raw, history }) => [
      dataset,
      day,
      String(raw),
      history.map(({ revision, rows: count }) => `r${revision}: ${count}`).join(', '),
    ]);
    for (const line of tableIn(on.out, ['log', 'day', 'rows in raw', 'rows in history'], rows)) on.out.line(line);
  }
  for (const { dataset, day, why } of unsure.slice(0, UNSURE_TOLD))
    on.out.line(`${dataset} ${day} may still name the person: ${withTyped(why, on.self)}.`);
  if (unsure.length > UNSURE_TOLD) on.out.line(`And ${unsure.length - UNSURE_TOLD} more, in the answer with --json.`);
  if (last !== '') on.out.line(last);
}

function outcomeOf({ days, left, unsure }: Forgotten): string {
  if (unsure.length > 0)
    return `${counted(unsure.length, 'day')} to be looked at, docs/privacy.md says how: then run it again.`;
  if (left > 0) return `${counted(left, 'row')} came back meanwhile: run it again.`;
  return `${counted(rowsOf(days), 'row')} erased from ${counted(days.length, 'day')}; looked again, and nothing is left.`;
}
