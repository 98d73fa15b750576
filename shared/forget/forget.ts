import { type CuratePorts, curateDay } from '../curate/curate-day.ts';
import { tableOf } from '../curate/tables.ts';
import { instantOf, isDay } from '../words/day.ts';
import { failureOf, isDamaged, isNotGivenOut } from '../words/errors.ts';
import type { Day, Instant } from '../words/model.ts';
import { curatedPath } from '../words/paths.ts';
import type { Clock, Eraser } from '../words/ports.ts';
import { type Erased, eraseKept, erasePartition, noteErased } from './erase-day.ts';
import { countNamed, type Person, PersonFinder, type SearchedDay } from './person.ts';

/**
 * Erasing a person's rows: first from the partitions, whose next revision lacks them and whose last one never goes to
 * `history`; then from the revisions in `history`; then the curated files are made again. All other rows stay byte for
 * byte. A day that was touched is not read again, because the source would bring the rows back. docs/privacy.md.
 */

export interface ForgetPorts extends CuratePorts {
  readonly clock: Clock;
  readonly eraser: Eraser;
  /** Called before each day. */
  readonly onDay?: (doing: 'searching' | 'erasing', dataset: string, day: Day) => void;
}

/** Who only searches makes no curated files, so that no key is needed. */
export type SearchPorts = Omit<ForgetPorts, 'profile'>;

/** A day that may still name the person, because it could not be searched or not be written again. */
export interface UnsureDay {
  readonly dataset: string;
  readonly day: Day;
  readonly why: string;
}

export interface Searched {
  /** Days that have rows of the person. */
  readonly days: readonly SearchedDay[];
  readonly unsure: readonly UnsureDay[];
}

export interface Forgotten {
  readonly at: Instant;
  readonly kind: Person['kind'];
  readonly datasets: readonly string[];
  /** Days that had rows, and what was removed from each. */
  readonly days: readonly SearchedDay[];
  /** Rows found by looking again afterwards: 0, or the work is not done. */
  readonly left: number;
  /** A person has to look at these. */
  readonly unsure: readonly UnsureDay[];
}

/** Where a person's rows are. Changes nothing. */
export async function search(person: Person, on: SearchPorts): Promise<Searched> {
  const found: SearchedDay[] = [];
  const unsure: UnsureDay[] = [];
  for (const { name } of on.datasets.values()) {
    const finder = new PersonFinder(name, person);
    const { days, foreign } = await daysOf(name, on);
    for (const day of foreign) unsure.push({ dataset: name, day, why: await whyForeign(name, day, on) });
    for (const day of days) {
      on.onDay?.('searching', name, day);
      const unread: Unread = why => unsure.push({ dataset: name, day, why });
      const raw = foreign.has(day) ? 0 : await count(finder, name, day, on, unread);
      const history = await inHistory(finder, name, day, on, unread);
      if (raw > 0 || history.length > 0) found.push({ dataset: name, day, raw, history });
    }
  }
  return { days: found, unsure };
}

interface Days {
  /** Every day that may have rows in `raw` or `history`; one without a partition may still have a history. */
  readonly days: readonly Day[];
  /** Those with a partition. */
  readonly whole: ReadonlySet<Day>;
  /** Those with a blob that is none of ours. */
  readonly foreign: ReadonlySet<Day>;
  /** Those with a partition that an erasure wrote and did not live to note. */
  readonly unnoted: readonly Day[];
}

/** Listed first: days are rewritten while they are gone through. */
async function daysOf(dataset: string, on: SearchPorts): Promise<Days> {
  const revisions = new Map<Day, number>();
  for (const { value } of await on.ledger.days(dataset)) revisions.set(value.day, value.held?.revision ?? 0);
  const whole = new Set<Day>();
  const foreign = new Set<Day>();
  const unnoted: Day[] = [];
  for await (const { day, partition } of on.lake.list(dataset)) {
    if (partition === undefined) foreign.add(day);
    else {
      whole.add(day);
      const { forgottenAt, revision } = partition.receipt;
      if (forgottenAt !== undefined && (revisions.get(day) ?? 0) < revision) unnoted.push(day);
    }
  }
  const days = new Set([...revisions.keys(), ...whole, ...foreign]);
  // Of a day whose ledger entry and partition are gone, nothing else tells.
  for await (const day of on.eraser.days(dataset)) days.add(day);
  return { days: [...days].sort(), whole, foreign, unnoted };
}

async function whyForeign(dataset: string, day: Day, { lake }: SearchPorts): Promise<string> {
  try {
    await lake.head(dataset, day);
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown;
    return failureOf(thrown).message;
  }
  return 'its blob was replaced while it was searched';
}

/** Told of what cannot be searched to its end. */
type Unread = (why: string) => void;

async function count(
  finder: PersonFinder,
  dataset: string,
  day: Day,
  on: SearchPorts,
  unread: Unread,
  revision?: number,
): Promise<number> {
  try {
    const chunks = await on.lake.read(dataset, day, revision);
    return chunks === undefined ? 0 : await countNamed(finder, chunks);
  } catch (thrown) {
    const what = revision === undefined ? 'its partition' : `revision ${revision}`;
    if (isDamaged(thrown)) unread(`${what} cannot be read: ${failureOf(thrown).message}`);
    // One blob that storage does not give out must not keep all others from being erased.
    else if (isNotGivenOut(thrown)) unread(`storage does not give out ${what}`);
    else throw thrown;
    return 0;
  }
}

async function inHistory(
  finder: PersonFinder,
  dataset: string,
  day: Day,
  on: SearchPorts,
  unread: Unread,
): Promise<SearchedDay['history']> {
  const last = await on.lake.lastKept(dataset, day);
  const history: { revision: number; rows: number }[] = [];
  for (let revision = 1; revision <= last; revision++) {
    const rows = await count(finder, dataset, day, on, unread, revision);
    if (rows > 0) history.push({ revision, rows });
  }
  return history;
}

/** Erases the person's rows everywhere, then looks again. May be repeated at any time. @throws LandlineError */
export async function forget(person: Person, on: ForgetPorts): Promise<Forgotten> {
  const { days } = await search(person, on);
  const more: UnsureDay[] = [];
  for (const { dataset: name, day, raw } of days) {
    const dataset = on.datasets.get(name);
    if (dataset === undefined) continue;
    on.onDay?.('erasing', name, day);
    const finder = new PersonFinder(name, person);
    const damaged = (what: string) => more.push({ dataset: name, day, why: `${what} is not what its receipt says` });
    if (raw > 0 && (await isBeingRead(name, day, on))) more.push({ dataset: name, day, why: BEING_READ });
    if (raw > 0 && (await erasePartition(finder, dataset, day, on)) === 'damaged') damaged('its partition');
    // Again, and not from the search, which has told of what is damaged: a fetch may have kept a revision in between.
    for (const { revision } of await inHistory(finder, name, day, on, () => {}))
      if ((await eraseKept(finder, dataset, day, revision, on).catch(orDamaged)) === 'damaged')
        damaged(`revision ${revision}`);
  }
  for (const name of on.datasets.keys()) {
    for (const day of (await daysOf(name, on)).unnoted) await noteErased(name, day, on);
    more.push(...(await renewCurated(name, days, on)));
  }
  // What could not be looked at again is unsure, whatever was seen of it before.
  const { days: still, unsure } = await search(person, on);
  const left = still.reduce((sum, { raw, history }) => sum + raw + history.reduce((all, { rows }) => all + rows, 0), 0);
  const at = instantOf(on.clock.now());
  const datasets = [...on.datasets.keys()];
  return { at, kind: person.kind, datasets, days, left, unsure: [...unsure, ...more] };
}

/** Of what is damaged, nothing was changed. */
function orDamaged(thrown: unknown): Erased {
  if (isDamaged(thrown)) return 'damaged';
  throw thrown;
}

const BEING_READ = 'a worker was at it, and may still copy what it was to `history`: run this again in five minutes';

/** Whoever has the day then is superseded by us, and told so only when a copy to `history` that it had begun is done. */
async function isBeingRead(dataset: string, day: Day, { ledger }: ForgetPorts): Promise<boolean> {
  return (await ledger.day(dataset, day))?.value.work.state === 'fetching';
}

/**
 * A curated file that is behind its partition may show what the partition no longer has, so all of those are renewed.
 *
 * @returns days whose file could not be renewed
 */
async function renewCurated(
  dataset: string,
  touched: readonly SearchedDay[],
  on: ForgetPorts,
): Promise<readonly UnsureDay[]> {
  const unsure: UnsureDay[] = [];
  const { whole } = await daysOf(dataset, on);
  for (const day of await curatedDays(dataset, on)) {
    const wasTouched = touched.some(each => each.dataset === dataset && each.day === day);
    const why = whole.has(day)
      ? await renewFile(dataset, day, wasTouched, on)
      : 'its partition is gone, so its curated file cannot be made again';
    if (why !== undefined) unsure.push({ dataset, day, why });
  }
  return unsure;
}

async function curatedDays(dataset: string, { curated }: ForgetPorts): Promise<Day[]> {
  const [before = '', after = ''] = curatedPath(tableOf(dataset).name, dataset, '|').split('|');
  const days: Day[] = [];
  for await (const path of curated.list(before)) {
    const day = path.slice(before.length, -after.length);
    if (isDay(day) && path.endsWith(after)) days.push(day);
  }
  return days;
}

/** @returns why it could not be renewed */
async function renewFile(dataset: string, day: Day, wasTouched: boolean, on: ForgetPorts): Promise<string | undefined> {
  try {
    const file = await on.curated.head(curatedPath(tableOf(dataset).name, dataset, day));
    const partition = await on.lake.head(dataset, day);
    if (file === undefined || (!wasTouched && file.label.revision === partition?.receipt.revision)) return undefined;
    let outcome = await curateDay(dataset, day, on);
    if (outcome === 'superseded') outcome = await curateDay(dataset, day, on);
    return outcome === 'curated' || outcome === 'current' ? undefined : 'its curated file could not be made again';
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown;
    return 'its partition is not what its receipt says, so its curated file could not be made again';
  }
}
