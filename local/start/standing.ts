import { coverageOf } from '../../shared/ledger/coverage.ts';
import { isExpired, lastDay, needsPerson } from '../../shared/ledger/owed.ts';
import { type Around, aroundOf, owedAmong } from '../../shared/ledger/seams.ts';
import { firstWatermark } from '../../shared/ledger/watermark.ts';
import { eachDay } from '../../shared/words/day.ts';
import type { DayEntry, Held, Watermark } from '../../shared/words/ledger.ts';
import type { Dataset, Day, DayState } from '../../shared/words/model.ts';
import type { Ledger } from '../../shared/words/ports.ts';

/** How a dataset stands by the ledger, and whether anything about it is still to come by itself. */

export interface Problem {
  readonly day: Day;
  readonly reason: string;
  readonly message: string;
}

export interface Standing {
  readonly dataset: string;
  /** Days that should be held and that the source still had, or that are held. */
  readonly daysOwed: number;
  readonly held: ReadonlyMap<Day, Held>;
  readonly rows: number;
  readonly landedThrough: Day | undefined;
  /** Days in each state that there are days in. */
  readonly states: Readonly<Partial<Record<DayState, number>>>;
  readonly problems: readonly Problem[];
  /** For each day that is not at rest, the instant at which something is due about it; not later than now: at once. */
  readonly due: readonly number[];
}

/** @returns in the order of `datasets` */
export async function readStandings(
  ledger: Ledger,
  datasets: readonly Dataset[],
  historyDays: number,
  now: () => number,
): Promise<Standing[]> {
  return Promise.all(
    datasets.map(async dataset => {
      const watermark = await ledger.watermark(dataset.name);
      const entries = await ledger.days(dataset.name);
      const gate = await ledger.gate(dataset.source);
      return standingOf({
        dataset,
        watermark: watermark?.value,
        entries: entries.map(({ value }) => value),
        openAt: gate === undefined ? 0 : Date.parse(gate.value.notBefore),
        historyDays,
        now: now(),
      });
    }),
  );
}

export interface Facts {
  readonly dataset: Dataset;
  readonly watermark: Watermark | undefined;
  readonly entries: readonly DayEntry[];
  /** When the gate of the source opens, in milliseconds; 0 when it is open. */
  readonly openAt: number;
  readonly historyDays: number;
  readonly now: number;
}

export function standingOf({ dataset, watermark, entries, openAt, historyDays, now }: Facts): Standing {
  const last = lastDay(now);
  // The planner has not recorded where history begins yet when this is the first look.
  const recorded = watermark ?? firstWatermark(dataset, historyDays, now);
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const blocked = entries.some(
    ({ day, work }) => work.errorRemedy === 'fix-config' && isLeftToPerson(work) && !isExpired(dataset, day, now),
  );

  const around = aroundOf(byDay, recorded.firstDay);
  const held = new Map<Day, Held>();
  const problems: Problem[] = [];
  const due: number[] = [];
  let daysOwed = 0;
  for (const day of eachDay(recorded.firstDay, last)) {
    const entry = byDay.get(day);
    if (entry?.held !== undefined) held.set(day, entry.held);
    if (entry?.held !== undefined || !isExpired(dataset, day, now)) daysOwed += 1;
    const problem = entry && problemOf(entry);
    if (problem !== undefined) problems.push(problem);
    const at = dueAt(dataset, day, around, blocked, now);
    if (at !== undefined) due.push(Math.max(at, openAt));
  }
  const { days, rows } = coverageOf(dataset, recorded, entries, now);
  const states = Object.fromEntries(Object.entries(days).filter(([, count]) => count > 0));
  return {
    dataset: dataset.name,
    daysOwed,
    held,
    rows,
    landedThrough: watermark?.landedThrough,
    states,
    problems,
    due,
  };
}

/** When something is due about the day; `undefined` when it rests until a person or a later day moves it. */
function dueAt(dataset: Dataset, day: Day, around: Around, blocked: boolean, now: number): number | undefined {
  const entry = around.entries.get(day);
  if (entry !== undefined) {
    const { work } = entry;
    if (isLeftToPerson(work)) return undefined;
    if (work.state === 'fetching') return now;
    if (work.state === 'queued' || work.state === 'failed') return Date.parse(work.retryAt ?? '') || now;
  }
  // While a dataset waits for a person, the planner leaves its other days alone: they would fail alike.
  return blocked || owedAmong(dataset, day, around, now) === undefined ? undefined : now;
}

function isLeftToPerson(work: DayEntry['work']): boolean {
  return work.state === 'failed' && needsPerson(work) && work.askedAt === undefined;
}

function problemOf({ day, work }: DayEntry): Problem | undefined {
  const { errorKind, errorMessage, suspicion } = work;
  if (errorKind !== undefined) return { day, reason: errorKind, message: errorMessage ?? '' };
  if (suspicion === undefined) return undefined;
  const what =
    suspicion.reason === 'page.duplicates'
      ? 'Rows came twice, so others may be missing; the last read is landed'
      : `The source's ${suspicion.rows} rows are not believed as they are`;
  const message = `${what}; docs/operations.md says what to do.`;
  return { day, reason: suspicion.reason, message };
}
