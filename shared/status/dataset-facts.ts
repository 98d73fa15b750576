import { coverageOf, isExpiring } from '../ledger/coverage.ts';
import { isBlocking, isBroken } from '../ledger/day-state.ts';
import { type Doubt, doubtsOf, firstRowDay } from '../ledger/doubts.ts';
import { aroundOf } from '../ledger/seams.ts';
import { addDays, daysBetween, eachDay, HOUR_MS } from '../words/day.ts';
import type { DatasetLedger, DayEntry, Gate } from '../words/ledger.ts';
import type { Dataset, Day, Instant, ReasonCode, SourceName } from '../words/model.ts';
import { type Gap, gapsIn, type YearFacts, yearsOf } from './gaps.ts';
import { type Holdup, nextStep } from './next-step.ts';
import { type Shown, shownOf } from './states.ts';
import { counted, grouped } from './text.ts';
import { unusual, usualRows } from './usual-rows.ts';

/** What page, JSON and commands say of one dataset and of each of its days. Pure. docs/operations.md explains each. */

/** Days that are listed with all that is known of them. Of older ones only the state is told. */
const DETAILED_DAYS = 366;

/** A healthy log lags by no more than this: the newest complete day may still be on its way. */
const LAG_TARGET_DAYS = 1;

/** How far back the speed of filling history is measured. */
const SPEED_MS = HOUR_MS;

/** A dataset whose part of the ledger cannot be read. */
export interface Unreadable {
  readonly dataset: string;
  readonly message: string;
}

export interface DayFacts {
  readonly day: Day;
  readonly state: Shown;
  /** Whether a partition is there, whatever else is being done about the day. */
  readonly held: boolean;
  /** Verification found that the partition is damaged or gone. */
  readonly broken?: true;
  readonly rows?: number;
  /** Rows that the log usually has on that weekday; absent while too few such days are held. */
  readonly usualRows?: number;
  /** The day has far fewer, or far more, rows than usual. */
  readonly unusual?: 'few' | 'many';
  readonly revision?: number;
  readonly landedAt?: Instant;
  readonly checkedAt?: Instant;
  readonly settledAt?: Instant;
  /** Against the revision before: rows that came late, changed, or were taken back. */
  readonly rowsAdded?: number;
  readonly rowsChanged?: number;
  readonly rowsRemoved?: number;
  readonly retryAt?: Instant;
  readonly failures?: number;
  /** Since when it is as it should not be: the first failure in a row, or the read that was not believed. */
  readonly since?: Instant;
  readonly reason?: ReasonCode;
  readonly message?: string;
  readonly requestId?: string;
  readonly next?: string;
  /** What is doubtful about a day that is held all the same. */
  readonly doubts?: readonly Doubt[];
  /** What a person runs first; absent where nobody has to do anything. */
  readonly command?: string;
  /** The day of the same log that a person has to fix before this one is read. */
  readonly waitsFor?: Day;
}

export interface DatasetFacts {
  readonly dataset: string;
  readonly title: string;
  readonly source: SourceName;
  readonly pausedAt?: Instant;
  readonly firstDay: Day;
  /** Days that are held before it: the ledger was lost, or somebody moved the first day. Absent when there is none. */
  readonly heldBefore?: number;
  readonly lastDay: Day;
  readonly landedThrough?: Day;
  readonly settledThrough?: Day;
  readonly newestHeld?: Day;
  readonly lagDays: number;
  readonly lagTargetDays: number;
  /** Days that are owed and not held, and that the source still has. */
  readonly gapDays: number;
  readonly gaps: readonly Gap[];
  /** Days that landed for the first time within the last hour. */
  readonly landedLastHour: number;
  /** When the first of these landed; absent when there is none. */
  readonly landingSince?: Instant;
  readonly rows: number;
  readonly daysOwed: number;
  readonly daysHeld: number;
  readonly counts: Readonly<Record<Shown, number>>;
  /** Days whose typed table stays behind although it was queued again and again. */
  readonly uncurated: number;
  /** Days that are not held and that the source forgets within `expiringWithinDays`. */
  readonly expiring: readonly { readonly day: Day; readonly lastChance: Day }[];
  /** The last year, by day. */
  readonly days: readonly DayFacts[];
  /** The years before that, newest first. */
  readonly years: readonly YearFacts[];
  /** Every day that is not as it should be, however old. */
  readonly trouble: readonly DayFacts[];
}

const NO_DAYS: Readonly<Record<Shown, number>> = {
  final: 0,
  open: 0,
  empty: 0,
  queued: 0,
  fetching: 0,
  waiting: 0,
  missing: 0,
  suspect: 0,
  failed: 0,
  expired: 0,
};

/** States in which something is not as it should be. */
const TROUBLE: ReadonlySet<Shown> = new Set<Shown>(['failed', 'suspect', 'waiting', 'missing', 'expired']);

/** None for a dataset that was never planned. @param gate the closed gate of the dataset's source */
export function datasetFacts(
  { dataset, watermark, entries }: DatasetLedger,
  now: number,
  gate?: Gate | undefined,
): DatasetFacts[] {
  if (watermark === undefined) return [];
  const { name, title, source } = dataset;
  const { firstDay, lastDay, newestHeld, lagDays, gapDays, rows, held, uncurated } = coverageOf(
    dataset,
    watermark,
    entries,
    now,
  );
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const holdup: Holdup = { paused: watermark.pausedAt !== undefined, blocker: blockerOf(dataset, entries, now), gate };
  const counts = { ...NO_DAYS };
  const list = [...eachDay(firstDay, lastDay)];
  const usual = usualRows(list.map(day => byDay.get(day)?.held?.rows));
  const [around, firstRow] = [aroundOf(byDay, firstDay), firstRowDay(entries)];
  const all = list.map((day, at) => {
    const facts = dayFacts(dataset, day, byDay.get(day), { holdup, usual: usual[at], now });
    const doubts = doubtsOf(dataset, day, around, firstRow, now);
    return doubts.length > 0 ? { ...facts, doubts } : facts;
  });
  for (const { state } of all) counts[state] += 1;
  const heldBefore = entries.filter(({ day, held }) => day < firstDay && held !== undefined).length;
  const fresh = entries.filter(each => each.held?.revision === 1 && Date.parse(each.held.landedAt) > now - SPEED_MS);
  const [since] = fresh.flatMap(({ held: each }) => each?.landedAt ?? []).sort();
  return [
    {
      dataset: name,
      title,
      source,
      ...(watermark.pausedAt !== undefined && { pausedAt: watermark.pausedAt }),
      firstDay,
      ...(heldBefore > 0 && { heldBefore }),
      lastDay,
      ...(watermark.landedThrough !== undefined && { landedThrough: watermark.landedThrough }),
      ...(watermark.settledThrough !== undefined && { settledThrough: watermark.settledThrough }),
      ...(newestHeld !== undefined && { newestHeld }),
      lagDays,
      lagTargetDays: LAG_TARGET_DAYS,
      gapDays,
      gaps: gapsIn(all.filter(({ held, state }) => !held && state !== 'expired').map(({ day }) => day)),
      landedLastHour: fresh.length,
      ...(since !== undefined && { landingSince: since }),
      rows,
      daysOwed: daysBetween(firstDay, lastDay) + 1,
      daysHeld: held,
      counts,
      uncurated,
      expiring: all
        .filter(({ day, held }) => !held && isExpiring(dataset, day, now))
        .map(({ day }) => ({ day, lastChance: addDays(day, dataset.historyDays) })),
      days: all.slice(-DETAILED_DAYS),
      years: yearsOf(all.slice(0, -DETAILED_DAYS)),
      trouble: all.filter(({ state }) => TROUBLE.has(state)),
    },
  ];
}

/** The day that all others of the dataset wait for: the newest that a person has to mend. */
export function blockerOf(dataset: Dataset, entries: readonly DayEntry[], now: number): Holdup['blocker'] {
  const found = entries.findLast(entry => isBlocking(dataset, entry, now));
  return found && { day: found.day, reason: found.work.errorKind ?? 'worker.bug' };
}

/** Why a day is in this state: what failed last, or why its read is not believed. */
export function reasonOf(state: Shown, { errorKind, suspicion }: DayEntry['work']): ReasonCode | undefined {
  return state === 'failed' ? errorKind : (suspicion?.reason ?? errorKind);
}

/** Since when that is so. */
export function sinceOf(state: Shown, { failingSince, suspicion }: DayEntry['work']): Instant | undefined {
  return state === 'failed' ? failingSince : (suspicion?.since ?? failingSince);
}

/** What went wrong, in words: of a refused read, how many rows did not come and how many came for the first time. */
export function messageOf(state: Shown, { errorMessage, suspicion }: DayEntry['work']): string | undefined {
  const { vanished, added = 0 } = suspicion ?? {};
  if (state !== 'suspect' || vanished === undefined) return errorMessage;
  return `The last read lacked ${counted(vanished, 'held row')} and brought ${counted(added, 'other row')} (−${grouped(vanished)} +${grouped(added)}).`;
}

interface Around {
  readonly holdup: Holdup;
  readonly usual: number | undefined;
  readonly now: number;
}

function dayFacts(dataset: Dataset, day: Day, entry: DayEntry | undefined, around: Around): DayFacts {
  const { holdup, usual, now } = around;
  const state = shownOf(dataset, day, entry, now);
  const { held, work } = entry ?? {};
  const step = nextStep(dataset, day, state, entry, holdup, now);
  const reason = work && reasonOf(state, work);
  const message = work && messageOf(state, work);
  const since = work && sinceOf(state, work);
  const odd = held && unusual(held.rows, usual);
  const waits = state === 'missing' && !holdup.paused && holdup.blocker !== undefined;
  return {
    day,
    state,
    held: held !== undefined,
    ...(work !== undefined && isBroken(work) && { broken: true }),
    ...(held !== undefined && {
      rows: held.rows,
      ...(usual !== undefined && { usualRows: usual }),
      ...(odd !== undefined && { unusual: odd }),
      revision: held.revision,
      landedAt: held.landedAt,
      checkedAt: held.checkedAt,
      ...(held.settledAt !== undefined && { settledAt: held.settledAt }),
      ...(held.revision > 1 && {
        rowsAdded: held.rowsAdded,
        rowsChanged: held.rowsChanged,
        rowsRemoved: held.rowsRemoved,
      }),
    }),
    ...(work?.retryAt !== undefined && { retryAt: work.retryAt }),
    ...(work !== undefined && work.failures > 0 && { failures: work.failures }),
    ...(since !== undefined && { since }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(work?.requestId !== undefined && { requestId: work.requestId }),
    ...(step !== undefined && { next: step.text }),
    ...(step?.command !== undefined && { command: step.command }),
    ...(waits && holdup.blocker && { waitsFor: holdup.blocker.day }),
  };
}
