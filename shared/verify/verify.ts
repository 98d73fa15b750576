import { Digest } from '../rows/fingerprint.ts';
import { dayOf, daysBetween, instantOf } from '../words/day.ts';
import { failureOf, isNotGivenOut, isUnreadable } from '../words/errors.ts';
import type { Dataset, Day, Instant, SourceName } from '../words/model.ts';
import { dayOfPath, partitionPath } from '../words/paths.ts';
import type { Lake, Source } from '../words/ports.ts';
import { compareWithSource, type Drawable, drawDays } from './compare-source.ts';
import type { Finding, FindingKind } from './finding.ts';
import { type VerifyPorts, verifyDay } from './verify-day.ts';
import { verifyHistory } from './verify-history.ts';
import { type Log, openSeams, RowsOnce } from './verify-seams.ts';

export type { Finding, FindingKind } from './finding.ts';

/**
 * Whether what is held is what was landed: every day of the lake and of the ledger, one by one (verify-day.ts), names
 * that do not belong, and a sample of days against the source. What is damaged or gone is marked in the ledger as a
 * suspicion, so that everybody sees it; a day that is whole again loses the mark.
 */

export interface SweepPorts extends VerifyPorts {
  /** Those to look at. */
  readonly datasets: readonly Dataset[];
  /** Names of all blobs in `raw` that start with the prefix. Without it, partitions are taken from `lake.list`. */
  readonly names?: (prefix: string) => AsyncIterable<string>;
  /** Every day that has a revision in `history`, for who looks at those. */
  readonly keptDays?: (dataset: string) => AsyncIterable<Day>;
  /** For the comparison with the source. */
  readonly sources?: Readonly<Record<SourceName, Source>>;
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly dataset: string;
  readonly day: Day;
}

export interface VerifyOptions {
  /** Whether `datasets` is only a choice, so that names outside their folders are ignored. */
  readonly chosen?: boolean;
  /** Both included; absent: without bound. */
  readonly from?: Day;
  readonly to?: Day;
  /** The n-th share of the days, from 1. All `of` shares together are every day. */
  readonly part?: { readonly n: number; readonly of: number };
  /** So many days are read again from the source and compared. */
  readonly source?: number;
  /** Whether the superseded revisions are looked at too. */
  readonly history?: boolean;
  /** Whether to write marks to the ledger (the default), or only to look. */
  readonly mark?: boolean;
}

export interface Verified {
  readonly at: Instant;
  /** Days looked at, with and without partition. */
  readonly days: number;
  readonly rows: number;
  readonly bytes: number;
  /** Days compared with the source. */
  readonly compared: number;
  /** Marks taken away, because the day is whole again. */
  readonly cleared: number;
  /** By dataset and day. */
  readonly findings: readonly Finding[];
}

/** Days looked at side by side: most of the time goes into waiting for storage. */
const SIDE_BY_SIDE = 4;

/** Days that storage may not give out before the verification ends. */
const UNREAD_MAX = 10;

export async function verify(on: SweepPorts, options: VerifyOptions = {}): Promise<Verified> {
  const now = on.clock.now();
  const { held, findings, logs } = await daysToCheck(on, options, now);
  // What has no time of its own, as a total of a day, may say the same every day.
  const timed = [...logs].filter(([, { dataset }]) => dataset.eventTime !== undefined);
  const once = new Map(timed.map(([name, log]) => [name, new RowsOnce(log)]));
  const result = { at: instantOf(now), days: held.length, rows: 0, bytes: 0, compared: 0, cleared: 0 };
  const sample = on.sources === undefined ? [] : drawDays(held, options.source ?? 0, shuffler(now), now);
  const of = held.length + sample.length;
  let done = 0;
  let unreadDays = 0;
  /** A blob that storage does not give out hides no other. When all or many are, it is not about them. */
  const unread = (about: Drawable) => (thrown: unknown) => {
    unreadDays += 1;
    const few = unreadDays < held.length && unreadDays <= UNREAD_MAX;
    if (!few || !isNotGivenOut(thrown)) throw thrown;
    return { rows: 0, bytes: 0, cleared: false, keys: undefined, finding: notJudged(about, thrown) };
  };
  const step = ({ dataset, day }: Drawable) => on.progress?.({ done: ++done, of, dataset: dataset.name, day });

  await sideBySide(held, async each => {
    const checked = await verifyDay(each.dataset, each.day, on, options.mark ?? true).catch(unread(each));
    const { rows, bytes, cleared, finding, keys } = checked;
    if (keys !== undefined) once.get(each.dataset.name)?.add(each.day, keys);
    result.rows += rows;
    result.bytes += bytes;
    if (cleared) result.cleared += 1;
    if (finding !== undefined) findings.push(finding);
    if (options.history)
      findings.push(
        ...(await verifyHistory(each.dataset, each.day, on.lake).catch(thrown => [unread(each)(thrown).finding])),
      );
    step(each);
  });
  for (const [name, log] of logs) {
    const mine = held.filter(({ dataset }) => dataset.name === name).map(({ day }) => day);
    findings.push(...openSeams(log, mine), ...(once.get(name)?.findings ?? []));
  }
  // One after the other: the source belongs to the fetches.
  for (const each of sample) {
    const source = on.sources?.[each.dataset.source];
    if (source === undefined) continue;
    const finding = await compareWithSource(each.dataset, each.day, { ...on, source });
    if (finding?.kind !== 'source-unread') result.compared += 1;
    if (finding !== undefined) findings.push(finding);
    step(each);
  }
  // Days are looked at side by side, and the same findings are told in the same order all the same.
  const place = ({ dataset = '~', day = '', name = '', message }: Finding) => `${dataset} ${day} ${name} ${message}`;
  return { ...result, findings: findings.sort((a, b) => (place(a) < place(b) ? -1 : 1)) };
}

function notJudged({ dataset, day }: Drawable, thrown: unknown): Finding {
  const { reason, message } = failureOf(thrown);
  const about = `${dataset.name} ${day}`;
  return {
    kind: 'unread',
    reason,
    dataset: dataset.name,
    day,
    message: `${about} was not judged: ${message.replace(/\.$/, '')}`,
  };
}

const NOTES: ReadonlySet<FindingKind> = new Set<FindingKind>(['source-news', 'settling', 'kept-damaged']);

/** Whether somebody should look at it. */
export function isTrouble({ kind }: Finding): boolean {
  return !NOTES.has(kind);
}

interface ToCheck {
  readonly held: readonly Drawable[];
  readonly findings: Finding[];
  /** What the ledger says of each dataset that it can be asked about. */
  readonly logs: ReadonlyMap<string, Log>;
}

/** Every day that has a partition, or should have one by the ledger; and names that are no partition's. */
async function daysToCheck(on: SweepPorts, options: VerifyOptions, now: number): Promise<ToCheck> {
  const { days, strays } = await partitionsOf(on, options.chosen ?? false);
  const findings: Finding[] = strays.map(name => ({
    kind: 'stray',
    name,
    message: `raw/${name} is no partition: readers may take it for data. Move it out of the container`,
  }));
  const held: Drawable[] = [];
  const logs = new Map<string, Log>();
  for (const dataset of on.datasets) {
    const mine = new Set(days.get(dataset.name));
    try {
      const entries = new Map((await on.ledger.days(dataset.name)).map(({ value }) => [value.day, value]));
      for (const { day, held, unreadable } of entries.values()) if (held !== undefined || unreadable) mine.add(day);
      const firstDay = (await on.ledger.watermark(dataset.name))?.value.firstDay ?? '';
      logs.set(dataset.name, { dataset, entries, firstDay, now });
    } catch (thrown) {
      if (!isUnreadable(thrown)) throw thrown;
      const message = `The ledger of ${dataset.name} has an entity that cannot be read: run \`landline rebuild\``;
      findings.push({ kind: 'ledger', dataset: dataset.name, message });
    }
    if (options.history && on.keptDays !== undefined) for await (const day of on.keptDays(dataset.name)) mine.add(day);
    const wanted = [...mine].sort().filter(day => isWanted(day, options));
    held.push(...wanted.map(day => ({ dataset, day })));
  }
  return { held, findings, logs };
}

/** A calendar day belongs to one share only, whenever and however often shares are taken. */
export function isWanted(day: Day, { from, to, part }: VerifyOptions): boolean {
  if ((from !== undefined && day < from) || (to !== undefined && day > to)) return false;
  return part === undefined || daysBetween('1970-01-01', day) % part.of === part.n - 1;
}

export interface Partitions {
  /** Days that have a blob with a partition's name, by dataset. */
  readonly days: ReadonlyMap<string, readonly Day[]>;
  readonly strays: readonly string[];
}

/** @param chosen whether names outside the folders of `datasets` are left aside */
export async function partitionsOf(
  on: { readonly datasets: readonly Dataset[]; readonly lake: Lake; readonly names?: SweepPorts['names'] },
  chosen: boolean,
): Promise<Partitions> {
  const days = new Map<string, Day[]>(on.datasets.map(({ name }) => [name, []]));
  const strays: string[] = [];
  const names = on.names ?? listedNames(on);
  for (const prefix of chosen ? on.datasets.map(({ name }) => `${name}/`) : ['']) {
    for await (const name of names(prefix)) {
      const dataset = name.slice(0, name.indexOf('/'));
      const day = dayOfPath(dataset, name);
      const mine = days.get(dataset);
      if (day !== undefined && mine !== undefined) mine.push(day);
      else if (!isFolder(name)) strays.push(name);
    }
  }
  return { days, strays };
}

/** Accounts with a hierarchical namespace list folders as if they were blobs. */
function isFolder(name: string): boolean {
  return /^[\w-]+(\/date=[\d-]{10})?$/.test(name);
}

function listedNames({ datasets, lake }: Pick<SweepPorts, 'datasets' | 'lake'>) {
  return async function* (prefix: string): AsyncGenerator<string> {
    for (const { name } of datasets.filter(each => prefix === '' || prefix === `${each.name}/`))
      for await (const { day } of lake.list(name)) yield partitionPath(name, day);
  };
}

/** Another sample every day, and the same one for who looks again today. */
function shuffler(now: number): (text: string) => number {
  return text => new Digest().add(Buffer.from(`${dayOf(new Date(now))} ${text}`));
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
