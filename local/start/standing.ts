import { needsPerson } from '../../shared/ledger/day-state.ts';
import { readDataset } from '../../shared/ledger/read-ledger.ts';
import { type Around, aroundOf, owedAmong } from '../../shared/ledger/seams.ts';
import { isExpired, lastDay } from '../../shared/ledger/settling.ts';
import { firstWatermark } from '../../shared/ledger/watermark.ts';
import { eachDay } from '../../shared/words/day.ts';
import type { DayEntry, Held, Watermark } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { Ledger } from '../../shared/words/ports.ts';

/** What a run counts along with: what is held of a dataset, and when something about it is due by itself. */

export interface Standing {
  readonly dataset: string;
  /** Days that should be held and that the source still had, or that are held. */
  readonly daysOwed: number;
  readonly held: ReadonlyMap<Day, Held>;
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
      const { watermark, entries } = await readDataset(ledger, dataset, now());
      const gate = await ledger.gate(dataset.source);
      return standingOf({
        dataset,
        watermark,
        entries,
        openAt: gate === undefined ? 0 : Date.parse(gate.value.notBefore),
        historyDays,
        now: now(),
      });
    }),
  );
}

interface LogFacts {
  readonly dataset: Dataset;
  readonly watermark: Watermark | undefined;
  readonly entries: readonly DayEntry[];
  /** When the gate of the source opens, in milliseconds; 0 when it is open. */
  readonly openAt: number;
  readonly historyDays: number;
  readonly now: number;
}

function standingOf({ dataset, watermark, entries, openAt, historyDays, now }: LogFacts): Standing {
  // The planner has not recorded where history begins yet when this is the first look.
  const { firstDay } = watermark ?? firstWatermark(dataset, historyDays, now);
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const blocked = entries.some(
    ({ day, work }) => work.errorRemedy === 'fix-config' && isLeftToPerson(work) && !isExpired(dataset, day, now),
  );
  const around = aroundOf(byDay, firstDay);
  const held = new Map<Day, Held>();
  const due: number[] = [];
  let daysOwed = 0;
  for (const day of eachDay(firstDay, lastDay(now))) {
    const entry = byDay.get(day);
    if (entry?.held !== undefined) held.set(day, entry.held);
    if (entry?.held !== undefined || !isExpired(dataset, day, now)) daysOwed += 1;
    const at = dueAt(dataset, day, around, blocked, now);
    if (at !== undefined) due.push(Math.max(at, openAt));
  }
  return { dataset: dataset.name, daysOwed, held, due };
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
