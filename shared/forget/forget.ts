import { instantOf } from '../words/day.ts';
import { failureOf, isDamaged, isNotGivenOut, isUnreadable } from '../words/errors.ts';
import type { Day, Instant } from '../words/model.ts';
import { type Erased, eraseKept, erasePartition, noteErased } from './erase-day.ts';
import { addSeen, countNamed, type Person, PersonFinder, rowsOf, type SearchedDay, type Seen } from './person.ts';
import { DAMAGED_ENTRY, type ForgetPorts, type UnsureDay } from './ports.ts';
import { renewCurated } from './renew-curated.ts';

/**
 * Erasing a person's rows: first from the partitions, whose next revision lacks them and whose last one never goes to
 * `history`; then from the revisions in `history`; then the curated files are made again. All other rows stay byte for
 * byte. A day that was touched is not read again, because the source would bring the rows back. docs/privacy.md.
 */

/** Who only searches makes no curated files, so that no key is needed. */
export type SearchPorts = Omit<ForgetPorts, 'profile'>;

export interface Searched {
  /** Days that have rows of the person. */
  readonly days: readonly SearchedDay[];
  readonly unsure: readonly UnsureDay[];
  /** How the person was met, and where they may have been. */
  readonly seen: Seen;
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
  const seen: Seen = { spellings: new Map(), longer: new Map(), unsearched: 0 };
  for (const { name } of on.datasets) {
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
    addSeen(seen, finder.seen);
  }
  return { days: found, unsure, seen };
}

interface Days {
  /** Every day that may have rows in `raw` or `history`; one without a partition may still have a history. */
  readonly days: readonly Day[];
  /** Those with a partition. */
  readonly whole: ReadonlySet<Day>;
  /** Those with a blob that is none of ours. */
  readonly foreign: ReadonlySet<Day>;
  /** Those with a partition written by an erasure that crashed before it updated the ledger. */
  readonly unnoted: readonly Day[];
}

/** Listed first: days are rewritten while they are gone through. */
async function daysOf(dataset: string, on: SearchPorts): Promise<Days> {
  const revisions = new Map<Day, number>();
  // What a damaged entry has noted nobody knows, and `landline rebuild` notes it.
  for (const { value } of await on.ledger.days(dataset))
    revisions.set(value.day, value.unreadable ? Number.POSITIVE_INFINITY : (value.held?.revision ?? 0));
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
    const dataset = on.datasets.find(each => each.name === name);
    if (dataset === undefined) continue;
    on.onDay?.('erasing', name, day);
    const finder = new PersonFinder(name, person);
    const damaged = (what: string) => more.push({ dataset: name, day, why: `${what} is not what its receipt says` });
    if (raw > 0 && (await isDamagedEntry(name, day, on))) {
      more.push({ dataset: name, day, why: DAMAGED_ENTRY });
      continue;
    }
    if (raw > 0 && (await isBeingRead(name, day, on))) more.push({ dataset: name, day, why: BEING_READ });
    if (raw > 0 && (await erasePartition(finder, dataset, day, on)) === 'damaged') damaged('its partition');
    // Again, and not from the search, which has told of what is damaged: a fetch may have kept a revision in between.
    for (const { revision } of await inHistory(finder, name, day, on, () => {}))
      if ((await eraseKept(finder, dataset, day, revision, on).catch(orDamaged)) === 'damaged')
        damaged(`revision ${revision}`);
  }
  for (const { name } of on.datasets) {
    const { unnoted, whole } = await daysOf(name, on);
    for (const day of unnoted) await noteErased(name, day, on);
    more.push(...(await renewCurated(name, days, whole, on)));
  }
  // What could not be looked at again is unsure, whatever was seen of it before.
  const { days: still, unsure } = await search(person, on);
  const at = instantOf(on.clock.now());
  const datasets = on.datasets.map(({ name }) => name);
  return { at, kind: person.kind, datasets, days, left: rowsOf(still), unsure: [...unsure, ...more] };
}

/** Of what is damaged, nothing was changed. */
function orDamaged(thrown: unknown): Erased {
  if (isDamaged(thrown)) return 'damaged';
  throw thrown;
}

async function isDamagedEntry(dataset: string, day: Day, { ledger }: ForgetPorts): Promise<boolean> {
  try {
    await ledger.day(dataset, day);
    return false;
  } catch (thrown) {
    if (isUnreadable(thrown)) return true;
    throw thrown;
  }
}

const BEING_READ = 'a worker was at it, and may still copy what it was to `history`: run this again in five minutes';

/** Whoever has the day then is superseded by us, and told so only when a copy to `history` that it had begun is done. */
async function isBeingRead(dataset: string, day: Day, { ledger }: ForgetPorts): Promise<boolean> {
  return (await ledger.day(dataset, day))?.value.work.state === 'fetching';
}
