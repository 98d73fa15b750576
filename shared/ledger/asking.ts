import { instantOf } from '../words/day.ts';
import type { DayEntry, Suspicion, Watermark } from '../words/ledger.ts';
import type { Dataset, Day, Fingerprint } from '../words/model.ts';
import type { Ledger } from '../words/ports.ts';
import { changeDay, TRIES } from './change-day.ts';
import { isRefused, stateOf } from './day-state.ts';
import { freshEntry } from './entry.ts';
import { horizonOf, isExpired, lastDay } from './settling.ts';
import { watermarkFrom } from './watermark.ts';

/**
 * What a person asks of the ledger: read this day, believe that shrink, go further back, pause. Each is one note in the
 * ledger, by compare-and-set; the planner sees it on its next run and does the rest. Nothing here sends a message.
 */

/**
 * `asked`          noted: the planner queues the day on its next run
 * `in-work`        the day is queued or being fetched already
 * `too-new`        the day is not over yet
 * `before-history` the day is before the dataset's first day; extend the history instead
 * `expired`        the source no longer has the day, so a read would find nothing
 * `erased`         a person was erased from the day, and whoever asked did not name it
 * `contended`      others kept writing the entry; ask again
 */
export type Asked = 'asked' | 'in-work' | 'too-new' | 'before-history' | 'expired' | 'erased' | 'contended';

/**
 * `not-refused`  no read of this day was refused
 * `erased`    a person was erased from the day, so that it is not read, whatever is accepted
 * `changed`   the refused read is not the one the person has seen
 */
export type Accepted = 'accepted' | 'in-work' | 'not-refused' | 'erased' | 'changed' | 'contended';

/** `unknown`: the dataset was never planned, so there is nothing to note it on. */
export type Paused = 'paused' | 'resumed' | 'already' | 'unknown' | 'contended';

export interface Extended {
  /** `already`: history goes back at least that far. */
  readonly outcome: 'extended' | 'already' | 'unknown' | 'contended';
  /** Where history begins now. Not before the source's horizon, whatever was asked for. */
  readonly firstDay: Day | undefined;
}

/** Asks for a day to be read, whatever it holds. Where a person was erased from it, the mark of that goes: rows may come back. */
export async function askDay(ledger: Ledger, dataset: Dataset, day: Day, now: number): Promise<Asked> {
  if (day > lastDay(now)) return 'too-new';
  if (isExpired(dataset, day, now)) return 'expired';
  const firstDay = (await ledger.watermark(dataset.name))?.value.firstDay;
  if (firstDay === undefined || day < firstDay) return 'before-history';
  const outcome = await changeDay<'in-work'>(ledger, dataset.name, day, found => {
    const entry = found ?? freshEntry(dataset.name, day, now);
    if (isInWork(entry)) return 'in-work';
    return { ...entry, ...unmarked(entry), work: { ...entry.work, askedAt: instantOf(now) } };
  });
  return outcome === 'done' ? 'asked' : outcome;
}

/** A day that waits for a person: it failed, or its read is not believed. */
export function wantsRetry(dataset: Dataset, entry: DayEntry, now: number): boolean {
  const state = stateOf(dataset, entry.day, entry, now);
  return state === 'failed' || state === 'suspect' || (state === 'waiting' && entry.work.state === 'failed');
}

export interface AskedDay {
  readonly dataset: string;
  readonly day: Day;
  readonly outcome: Asked;
}

/**
 * Asks for every day of the dataset that failed or is suspect, but for those whose rows a person was erased from.
 *
 * @param wanted which days are looked at; absent: all
 */
export async function retryDays(
  ledger: Ledger,
  dataset: Dataset,
  now: number,
  wanted: (day: Day) => boolean = () => true,
): Promise<AskedDay[]> {
  const asked: AskedDay[] = [];
  for (const { value } of await ledger.days(dataset.name)) {
    if (value.unreadable || !wanted(value.day) || !wantsRetry(dataset, value, now)) continue;
    const erased = value.held?.forgottenAt !== undefined;
    const outcome = erased ? 'erased' : await askDay(ledger, dataset, value.day, now);
    asked.push({ dataset: dataset.name, day: value.day, outcome });
  }
  return asked;
}

/** The read that was refused because rows are missing from it; `undefined` when none. */
export function refusedRead(entry: DayEntry | undefined): Suspicion | undefined {
  return entry !== undefined && isRefused(entry.work) ? entry.work.suspicion : undefined;
}

/**
 * Lets a shrink be committed. The day is read again; only a read with this very fingerprint is covered.
 *
 * @param seen fingerprint of what the person was shown
 */
export async function acceptShrink(
  ledger: Ledger,
  dataset: Dataset,
  day: Day,
  seen: Fingerprint,
  now: number,
): Promise<Accepted> {
  const outcome = await changeDay<Exclude<Accepted, 'accepted' | 'contended'>>(ledger, dataset.name, day, entry => {
    const held = refusedRead(entry);
    if (entry === undefined || held === undefined) return 'not-refused';
    if (isInWork(entry)) return 'in-work';
    if (entry.held?.forgottenAt !== undefined) return 'erased';
    if (held.fingerprint !== seen) return 'changed';
    // An idle day is owed by the acceptance itself; a failed one would wait for its next attempt.
    const hurry = entry.work.state === 'failed' ? { askedAt: instantOf(now) } : {};
    return { ...entry, work: { ...entry.work, accepted: seen, ...hurry } };
  });
  return outcome === 'done' ? 'accepted' : outcome;
}

/** Lets the history of a dataset begin earlier. All days from there on are owed, since history has no holes. */
export async function extendHistory(ledger: Ledger, dataset: Dataset, from: Day, now: number): Promise<Extended> {
  const horizon = horizonOf(dataset, now);
  const firstDay = from < horizon ? horizon : from;
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ledger.watermark(dataset.name);
    if (found === undefined) return { outcome: 'unknown', firstDay: undefined };
    if (found.value.firstDay <= firstDay) return { outcome: 'already', firstDay: found.value.firstDay };
    const entries = new Map((await ledger.days(dataset.name)).map(({ value }) => [value.day, value]));
    const watermark = watermarkFrom(dataset, firstDay, found.value, entries, now);
    if ((await ledger.putWatermark(watermark, found.etag)) !== undefined) return { outcome: 'extended', firstDay };
  }
  return { outcome: 'contended', firstDay: undefined };
}

/** Pauses or resumes the queueing of a dataset. A fetch that is under way ends normally. */
export async function setPaused(ledger: Ledger, dataset: Dataset, paused: boolean, now: number): Promise<Paused> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ledger.watermark(dataset.name);
    if (found === undefined) return 'unknown';
    const { pausedAt, ...open } = found.value;
    if ((pausedAt !== undefined) === paused) return 'already';
    const watermark: Watermark = paused ? { ...open, pausedAt: instantOf(now) } : open;
    if ((await ledger.putWatermark(watermark, found.etag)) !== undefined) return paused ? 'paused' : 'resumed';
  }
  return 'contended';
}

function unmarked({ held }: DayEntry): Pick<DayEntry, 'held'> {
  if (held === undefined) return {};
  const { forgottenAt: _, ...rest } = held;
  return { held: rest };
}

function isInWork({ work }: DayEntry): boolean {
  return work.state === 'queued' || work.state === 'fetching';
}
