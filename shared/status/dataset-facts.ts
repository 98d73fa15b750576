import { coverageOf, isExpiring } from '../ledger/coverage.ts';
import { type Doubt, doubtsOf, firstRowDay } from '../ledger/doubts.ts';
import { isBroken } from '../ledger/owed.ts';
import { aroundOf } from '../ledger/seams.ts';
import { addDays, daysBetween, eachDay } from '../words/day.ts';
import type { DatasetLedger, DayEntry } from '../words/ledger.ts';
import type { Dataset, Day, Instant, ReasonCode, SourceName } from '../words/model.ts';
import { nextStep } from './next-step.ts';
import { type Shown, shownOf } from './states.ts';

/** What page, JSON and commands say of one dataset and of each of its days. Pure. docs/operations.md explains each. */

/** A calendar shows this many days; older ones are in the counts and, when something is wrong, in the list. */
const CALENDAR_DAYS = 366;

/** A healthy log lags by no more than this: the newest complete day may still be on its way. */
const LAG_TARGET_DAYS = 1;

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
  readonly reason?: ReasonCode;
  readonly message?: string;
  readonly requestId?: string;
  readonly next?: string;
  /** What is doubtful about a day that is held all the same. */
  readonly doubts?: readonly Doubt[];
  /** What a person runs first; absent where nobody has to do anything. */
  readonly command?: string;
}

export interface DatasetFacts {
  readonly dataset: string;
  readonly title: string;
  readonly source: SourceName;
  readonly pausedAt?: Instant;
  readonly firstDay: Day;
  readonly lastDay: Day;
  readonly landedThrough?: Day;
  readonly settledThrough?: Day;
  readonly lagDays: number;
  readonly lagTargetDays: number;
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

/** None for a dataset that was never planned. */
export function datasetFacts({ dataset, watermark, entries }: DatasetLedger, now: number): DatasetFacts[] {
  if (watermark === undefined) return [];
  const { name, title, source } = dataset;
  const { firstDay, lastDay, lagDays, rows, held, uncurated } = coverageOf(dataset, watermark, entries, now);
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const paused = watermark.pausedAt !== undefined;
  const counts = { ...NO_DAYS };
  const all: DayFacts[] = [];
  const [around, firstRow] = [aroundOf(byDay, firstDay), firstRowDay(entries)];
  for (const day of eachDay(firstDay, lastDay)) {
    const doubts = doubtsOf(dataset, day, around, firstRow, now);
    const facts = { ...dayFacts(dataset, day, byDay.get(day), paused, now), ...(doubts.length > 0 && { doubts }) };
    counts[facts.state] += 1;
    all.push(facts);
  }
  return [
    {
      dataset: name,
      title,
      source,
      ...(watermark.pausedAt !== undefined && { pausedAt: watermark.pausedAt }),
      firstDay,
      lastDay,
      ...(watermark.landedThrough !== undefined && { landedThrough: watermark.landedThrough }),
      ...(watermark.settledThrough !== undefined && { settledThrough: watermark.settledThrough }),
      lagDays,
      lagTargetDays: LAG_TARGET_DAYS,
      rows,
      daysOwed: daysBetween(firstDay, lastDay) + 1,
      daysHeld: held,
      counts,
      uncurated,
      expiring: all
        .filter(({ day, held }) => !held && isExpiring(dataset, day, now))
        .map(({ day }) => expiry(dataset, day)),
      days: all.slice(-CALENDAR_DAYS),
      trouble: all.filter(({ state }) => TROUBLE.has(state)),
    },
  ];
}

function expiry(dataset: Dataset, day: Day): { readonly day: Day; readonly lastChance: Day } {
  return { day, lastChance: addDays(day, dataset.historyDays) };
}

/** Why a day is in this state: what failed last, or why its read is not believed. */
export function reasonOf(state: Shown, { errorKind, suspicion }: DayEntry['work']): ReasonCode | undefined {
  return state === 'failed' ? errorKind : (suspicion?.reason ?? errorKind);
}

function dayFacts(dataset: Dataset, day: Day, entry: DayEntry | undefined, paused: boolean, now: number): DayFacts {
  const state = shownOf(dataset, day, entry, now);
  const { held, work } = entry ?? {};
  const step = nextStep(dataset, day, state, entry, paused, now);
  const reason = work && reasonOf(state, work);
  return {
    day,
    state,
    held: held !== undefined,
    ...(work !== undefined && isBroken(work) && { broken: true }),
    ...(held !== undefined && {
      rows: held.rows,
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
    ...(reason !== undefined && { reason }),
    ...(work?.errorMessage !== undefined && { message: work.errorMessage }),
    ...(work?.requestId !== undefined && { requestId: work.requestId }),
    ...(step !== undefined && { next: step.text }),
    ...(step?.command !== undefined && { command: step.command }),
  };
}
