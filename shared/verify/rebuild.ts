import { asErased, heldAfter } from '../commit/commit.ts';
import { done, freshEntry } from '../ledger/entry.ts';
import { lastDay } from '../ledger/settling.ts';
import { markThatLies, mayBeHeld, watermarkFrom } from '../ledger/watermark.ts';
import type { DayEntry, Held, Watermark } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Clock, Lake, Partition, Ports } from '../words/ports.ts';
import { differenceOf } from './contradictions.ts';
import { type Progress, partitionsOf } from './verify.ts';
import { headOrForeign } from './verify-day.ts';

/**
 * The ledger is an index of the partitions: this writes it anew from them. What only the ledger knew is gone with it
 * and is earned again: `settledAt` and `checkedAt` after the landing (unsettled days are read once more), marks and
 * decisions of persons, and a first day before the first partition.
 *
 * It can run at any time, beside the app and beside itself: every write is a compare-and-set, and an entry that knows at
 * least as much as the partition is left as it is.
 */

export interface RebuildPorts extends Pick<Ports, 'datasets' | 'lake' | 'ledger'> {
  readonly clock: Pick<Clock, 'now'>;
  /** Names of all blobs in `raw` that start with the prefix. Without it, partitions are taken from `lake.list`. */
  readonly names?: (prefix: string) => AsyncIterable<string>;
  /**
   * Removes the ledger entities of a dataset that cannot be read, since the ledger itself neither gives nor replaces
   * them, and says how many.
   */
  readonly clearUnreadable?: (dataset: string) => Promise<number>;
  readonly progress?: (progress: Progress) => void;
}

export interface Rebuilt {
  /** Days written to the ledger. */
  readonly written: number;
  /** Days the ledger knew at least as well as the partition. */
  readonly known: number;
  /** Days that a worker has: it will note them itself. */
  readonly busy: number;
  /** Entities that could not be read and were removed. */
  readonly cleared: number;
  /** Days whose blob cannot be read as a partition, and why. */
  readonly unusable: readonly { readonly dataset: string; readonly day: Day; readonly why: string }[];
  readonly watermarks: readonly Watermark[];
}

/** Somebody else may write an entry meanwhile; then it is read again, this often. */
const TRIES = 5;

export async function rebuild(on: RebuildPorts): Promise<Rebuilt> {
  const count = { written: 0, known: 0, busy: 0, cleared: 0 };
  const unusable: { dataset: string; day: Day; why: string }[] = [];
  const watermarks: Watermark[] = [];
  const { days } = await partitionsOf(on, true);
  const of = [...days.values()].reduce((sum, each) => sum + each.length, 0);
  let done = 0;
  for (const dataset of on.datasets) {
    count.cleared += (await on.clearUnreadable?.(dataset.name)) ?? 0;
    const landed: Day[] = [];
    for (const day of days.get(dataset.name) ?? []) {
      const outcome = await rebuildDay(dataset, day, on);
      if (typeof outcome === 'object') unusable.push({ dataset: dataset.name, day, why: outcome.unusable });
      else if (outcome !== 'gone') {
        count[outcome] += 1;
        landed.push(day);
      }
      on.progress?.({ done: ++done, of, dataset: dataset.name, day });
    }
    const watermark = await rebuildWatermark(dataset, landed, on);
    if (watermark !== undefined) watermarks.push(watermark);
  }
  return { ...count, unusable, watermarks };
}

type Outcome = 'written' | 'known' | 'busy' | 'gone' | { readonly unusable: string };

async function rebuildDay(dataset: Dataset, day: Day, on: RebuildPorts): Promise<Outcome> {
  const { lake, ledger, clock } = on;
  for (let tries = 0; tries < TRIES; tries++) {
    const { partition, foreign } = await headOrForeign(lake, dataset.name, day);
    if (foreign !== undefined) return { unusable: foreign };
    if (partition === undefined) return 'gone';
    const found = await ledger.day(dataset.name, day);
    if (found?.value.held !== undefined && knows(found.value.held, partition)) return 'known';
    const state = found?.value.work.state;
    if (state === 'queued' || state === 'fetching') return 'busy';
    const before = found?.value ?? freshEntry(dataset.name, day, clock.now());
    const held = await heldOf(lake, dataset, day, partition, before.held);
    if ((await ledger.putDay(withHeld(before, held, partition), found?.etag)) !== undefined) return 'written';
  }
  return 'busy';
}

/** An entry that contradicts the receipt of its own revision knows less than it says. */
function knows(held: Held, { receipt, bytes }: Partition): boolean {
  if (held.revision !== receipt.revision) return held.revision > receipt.revision;
  return differenceOf(held, receipt, bytes) === undefined;
}

/** What the ledger would have noted when the partition was committed. */
async function heldOf(
  lake: Lake,
  dataset: Dataset,
  day: Day,
  partition: Partition,
  before: Held | undefined,
): Promise<Held> {
  const { receipt, bytes } = partition;
  // A contradiction is not carried over, only what is derived from the partition by others.
  const older = before === undefined ? undefined : { ...before, revision: 0 };
  const noted = { dataset, day, receipt, before: older, bytes, sound: true };
  const held = await heldAfter(lake, noted, Date.parse(receipt.fetchedAt));
  const known = before?.revision === receipt.revision ? before.forgottenAt : undefined;
  const forgottenAt = receipt.forgottenAt ?? known;
  return forgottenAt === undefined ? held : asErased(held, forgottenAt);
}

/** Tickets rise, also above those that were used before the ledger was lost. */
function withHeld(before: DayEntry, held: Held, { receipt }: Partition): DayEntry {
  const ticket = Math.max(before.work.ticket, receipt.ticket);
  const entry = { ...before, work: { ...before.work, ticket } };
  // What failed was to be read again, and where a person was erased nothing is.
  return held.forgottenAt === undefined ? { ...entry, held } : done(entry, held, before.work.suspicion);
}

/** History begins with the first partition, or where the ledger says when that is earlier. */
async function rebuildWatermark(
  dataset: Dataset,
  days: readonly Day[],
  { ledger, clock }: RebuildPorts,
): Promise<Watermark | undefined> {
  const first = [...days].sort()[0];
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ledger.watermark(dataset.name);
    const recorded = found?.value;
    if (recorded === undefined && first === undefined) return undefined;
    const now = clock.now();
    const list = (await ledger.days(dataset.name)).map(({ value }) => value);
    // A day whose worker will note it itself has landed all the same.
    const lie = recorded && markThatLies(recorded, mayBeHeld(list).union(new Set(days)), now);
    const held = list.flatMap(entry => (entry.held === undefined ? [] : [entry.day]));
    const known = lie === 'firstDay' ? undefined : recorded?.firstDay;
    const firstDay = [known, first, ...held].filter(day => day !== undefined).sort()[0] ?? lastDay(now);
    // Marks that lie are counted anew; that it is paused is kept.
    const marks = lie === undefined ? recorded : recorded && { ...recorded, firstDay: '' };
    const watermark = watermarkFrom(dataset, firstDay, marks, new Map(list.map(each => [each.day, each])), now);
    if ((await ledger.putWatermark(watermark, found?.etag)) !== undefined) return watermark;
  }
  return undefined;
}
