import { isBlocking } from '../ledger/day-state.ts';
import { type Owed, owed } from '../ledger/owed.ts';
import { aroundOf, owedAmong } from '../ledger/seams.ts';
import { lastDay } from '../ledger/settling.ts';
import { advanced, beginning } from '../ledger/watermark.ts';
import { addDays, dayOf, daysBetween, eachDay, HOUR_MS, hasCome } from '../words/day.ts';
import type { DatasetLedger, DayEntry, Watermark } from '../words/ledger.ts';
import type { Dataset, Day, SourceName } from '../words/model.ts';

/**
 * Planning is reconciliation: compare what should be held with what the ledger says is held, and queue the difference.
 * There is no other retry logic. A lost message, a killed worker, a failed fetch, a new dataset, a longer history, a
 * late row and a person's request are all "the ledger differs from what is owed".
 *
 * Pure: (datasets, ledger, gates, settings, now) in, a plan out. runPlan.ts applies it.
 */

/** Days that ended this recently land newest first; older ones oldest first, because those are forgotten first. */
const RECENT_DAYS = 7;

export interface PlanSettings {
  /**
   * Complete days that history begins with, counted back from the newest; each dataset takes no more than its own
   * `historyDays`.
   */
  readonly historyDays: number;
  /** Days of a source that may be queued or fetching at once. */
  readonly inFlight: Readonly<Record<SourceName, number>>;
}

export interface PlannedDay {
  readonly dataset: Dataset;
  readonly day: Day;
  readonly why: Owed;
}

export interface Plan {
  /** In the order in which to queue them. */
  readonly queue: readonly PlannedDay[];
  /** Where each dataset's watermark belongs, in the order of the ledgers given. */
  readonly watermarks: readonly Watermark[];
  /** Days that are owed now and not in this queue, because of gates and the bound on days in flight. */
  readonly owedLater: number;
}

interface Candidate extends PlannedDay {
  readonly urgency: number;
  /** Place among the candidates of its dataset with the same urgency: days of different datasets take turns. */
  readonly turn: number;
}

/**
 * @param gates per source, the instant before which nothing may be requested, in milliseconds; absent when open
 * @param now milliseconds since the epoch
 */
export function plan(
  ledgers: readonly DatasetLedger[],
  gates: ReadonlyMap<SourceName, number>,
  settings: PlanSettings,
  now: number,
): Plan {
  const watermarks: Watermark[] = [];
  const candidates = new Map<SourceName, Candidate[]>();
  const busy = new Map<SourceName, number>();
  for (const { dataset, watermark, entries } of ledgers) {
    const byDay = new Map(entries.map(entry => [entry.day, entry]));
    const recorded = beginning(dataset, watermark, entries, settings.historyDays, now);
    watermarks.push(advanced(dataset, recorded, byDay, now));
    const mine = recorded.pausedAt === undefined ? candidatesOf(dataset, recorded.firstDay, byDay, now) : [];
    candidates.set(dataset.source, [...(candidates.get(dataset.source) ?? []), ...mine]);
    busy.set(dataset.source, (busy.get(dataset.source) ?? 0) + inFlight(dataset, entries, now));
  }

  const queue: PlannedDay[] = [];
  let owedLater = 0;
  for (const [source, waiting] of candidates) {
    const open = hasCome(gates.get(source) ?? 0, now);
    const room = open ? Math.max(0, settings.inFlight[source] - (busy.get(source) ?? 0)) : 0;
    waiting.sort((a, b) => a.urgency - b.urgency || a.turn - b.turn);
    queue.push(...waiting.slice(0, room).map(({ dataset, day, why }) => ({ dataset, day, why })));
    owedLater += Math.max(0, waiting.length - room);
  }
  return { queue, watermarks, owedLater };
}

/** The dataset's owed days, most urgent first. */
function candidatesOf(dataset: Dataset, firstDay: Day, entries: ReadonlyMap<Day, DayEntry>, now: number): Candidate[] {
  const due: PlannedDay[] = [];
  const around = aroundOf(entries, firstDay);
  for (const day of eachDay(firstDay, lastDay(now))) {
    const why = owedAmong(dataset, day, around, now);
    const last = due.at(-1);
    // Two neighbours that are read side by side do not see each other's rows.
    const besideIt = why === 'seam' && last?.why === 'seam' && last.day === addDays(day, -1);
    if (why !== undefined && !besideIt) due.push({ dataset, day, why });
  }
  // Days outside the history proper: a person may have asked for them.
  for (const [day, entry] of entries) {
    const wanted = entry.work.state !== 'idle' || entry.work.askedAt !== undefined;
    const why = day < firstDay && wanted ? owed(dataset, day, entry, now) : undefined;
    if (why !== undefined) due.push({ dataset, day, why });
  }
  const recent = addDays(dayOf(new Date(now)), -RECENT_DAYS);
  const ranked = due.map(each => ({ ...each, urgency: urgencyOf(each, recent) }));
  ranked.sort((a, b) => a.urgency - b.urgency || (a.urgency === 0 ? -1 : 1) * daysBetween(b.day, a.day));
  const turns = new Map<number, number>();
  const candidates = ranked.map(each => {
    const turn = turns.get(each.urgency) ?? 0;
    turns.set(each.urgency, turn + 1);
    return { ...each, turn };
  });
  const blocking = [...entries.values()].filter(entry => isBlocking(dataset, entry, now));
  return blocking.length === 0
    ? candidates
    : probe(candidates, blocking, inFlight(dataset, entries.values(), now), now);
}

/** 0 is most urgent. What is not held comes before what is only checked; what failed for good comes last. */
function urgencyOf({ day, why }: PlannedDay, recent: Day): number {
  switch (why) {
    case 'missing':
    case 'takeover':
    case 'lost-message':
      return day >= recent ? 0 : 2;
    case 'asked':
    case 'accepted':
    case 'witness':
    case 'repair':
      return 1;
    case 'reread':
    case 'late-check':
    case 'seam':
      return 3;
    case 'failed':
      return 4;
  }
}

const PROBES: ReadonlySet<Owed> = new Set<Owed>(['asked', 'takeover', 'lost-message', 'failed']);

/**
 * A blocked dataset is tried with one day an hour: the others would fail alike, and the hours of all of them have to
 * have come. What a person asks for, and what a lost worker or message left behind, is picked up as ever.
 */
function probe(
  candidates: readonly Candidate[],
  blocking: readonly DayEntry[],
  busy: number,
  now: number,
): Candidate[] {
  // No such wait is longer than an hour: what is further ahead was dated by a clock that was ahead.
  const tried = blocking.some(({ work }) => {
    const wait = Date.parse(work.retryAt ?? '') - now;
    return wait > 0 && wait <= HOUR_MS;
  });
  const stuck = candidates.filter(({ why }) => PROBES.has(why) && !(tried && why === 'failed'));
  return busy > 0 ? [] : stuck.slice(0, 1);
}

/** Days that are queued or fetching, but for those whose message or worker is lost: they are owed again. */
function inFlight(dataset: Dataset, entries: Iterable<DayEntry>, now: number): number {
  let count = 0;
  for (const entry of entries) {
    const busy = entry.work.state === 'queued' || entry.work.state === 'fetching';
    if (busy && owed(dataset, entry.day, entry, now) === undefined) count += 1;
  }
  return count;
}
