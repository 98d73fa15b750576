import assert from 'node:assert/strict';
import { FETCH_LIMITS, type FetchPorts } from '../../shared/fetch/attempt.ts';
import { type FetchOutcome, fetchDay } from '../../shared/fetch/fetch-day.ts';
import { blockMemory } from '../../shared/fetch/staging.ts';
import { aroundOf, openSeam, owedAmong } from '../../shared/ledger/seams.ts';
import { runPlan } from '../../shared/plan/tick.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import { addDays, eachDay, endOf, HOUR_MS } from '../../shared/words/day.ts';
import type { DayEntry, Watermark } from '../../shared/words/ledger.ts';
import type { Dataset, Day, Window } from '../../shared/words/model.ts';
import type { Clock, Source } from '../../shared/words/ports.ts';
import { memoryJobs, type QueuedMessage } from '../doubles/memory-jobs.ts';
import { lakeStore, memoryLake } from '../doubles/memory-lake.ts';
import { ledgerStore, memoryLedger } from '../doubles/memory-ledger.ts';
import { DATASET } from './days.ts';

/** Some days of one log, landed by the real planner and fetcher from a source whose bounds are anything. */

export interface Row {
  readonly id: string;
  /** As the source writes it. */
  readonly time: string | null;
  readonly more?: string;
}

/** @param from bounds that were asked for, in milliseconds @param read counts the reads of the day, from 1 */
type Serve = (from: number, to: number, day: Day, read: number) => readonly Row[];

export interface World {
  readonly first: Day;
  readonly last: Day;
  readonly serve: Serve;
  readonly dataset?: Partial<Dataset>;
  /** Most rows of a page; all of them unless given. */
  readonly pageRows?: number;
  /** What is thrown instead of a page. */
  readonly fails?: (day: Day, now: number, asked: Window) => Error | undefined;
  /** How many days are in flight at once. */
  readonly inFlight?: number;
  /** What the source's clock says, by ours; the same unless given. */
  readonly servedAt?: (now: number) => number;
  /** Pages that one attempt reads before its time is up. */
  readonly deadlinePages?: number;
  /** Told of every storage operation. */
  readonly onOperation?: (op: string) => void;
}

const READS_MAX = 400;

export function worldOf({
  first,
  last,
  serve,
  dataset: changes,
  pageRows,
  fails,
  inFlight = 4,
  deadlinePages,
  servedAt = now => now,
  onOperation = () => undefined,
}: World) {
  const dataset: Dataset = { ...DATASET, settleDays: 2, rereadHours: 20, lateCheckDays: 30, ...changes };
  const [entities, blobs] = [ledgerStore(), lakeStore()];
  const messages: QueuedMessage[] = [];
  const state = { now: endOf(last) + 2 * HOUR_MS, reads: 0 };
  let attempt = { deadline: new AbortController(), pages: 0 };
  const clock: Clock = {
    now: () => state.now,
    sleep: (_ms, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
    timeout: () => {
      attempt = { deadline: new AbortController(), pages: 0 };
      return attempt.deadline.signal;
    },
  };
  const hooks = { before: async (op: string) => onOperation(op) };
  const [ledger, lake] = [memoryLedger(hooks, entities), memoryLake(hooks, blobs)];
  const reads = new Map<Day, number>();
  const source: Source = {
    async read(_dataset, asked, cursor) {
      const failure = fails?.(asked.day, state.now, asked);
      if (failure !== undefined) throw failure;
      if (cursor === undefined) reads.set(asked.day, (reads.get(asked.day) ?? 0) + 1);
      const all = serve(Date.parse(asked.from), Date.parse(asked.to), asked.day, reads.get(asked.day) ?? 0);
      attempt.pages += 1;
      if (attempt.pages === deadlinePages) attempt.deadline.abort(new Error('time is up'));
      const offset = Number(cursor ?? 0);
      const end = offset + (pageRows ?? all.length);
      const value = all.slice(offset, end).map(({ id, time, more }) => {
        return `{"id":"${id}","startDateTime":${JSON.stringify(time)}${more === undefined ? '' : `,${more}`}}`;
      });
      const cut = cutRowsInPlace(Buffer.from(`{"value":[${value}]}`), cutSpecOf(dataset));
      const next = end < all.length ? `${end}` : undefined;
      return { cut, next, total: undefined, notice: undefined, servedAt: servedAt(state.now), release() {} };
    },
  };
  const ports: FetchPorts = {
    ledger,
    lake,
    jobs: memoryJobs(clock, hooks, messages),
    clock,
    report: () => undefined,
    limits: FETCH_LIMITS,
    drifted: new Set(),
    datasets: [dataset],
    sources: { graph: source, voximplant: source },
    blocks: blockMemory(),
  };
  const settings = { historyDays: [...eachDay(first, last)].length, inFlight: { graph: inFlight, voximplant: 1 } };
  const plan = () => runPlan({ ...ports, datasets: [dataset], settings });
  const outcomes: FetchOutcome[] = [];

  /** Plans and fetches until nothing is owed now. */
  async function rest(): Promise<void> {
    for (;;) {
      await plan();
      const batch = messages.splice(0);
      if (batch.length === 0) return;
      state.reads += batch.length;
      assert.ok(state.reads <= READS_MAX, 'it reads without end');
      for (const { message } of batch) {
        outcomes.push(await fetchDay(message, ports));
        state.now += 40;
      }
    }
  }

  const entries = (): DayEntry[] => ledger.entries();
  const linesOf = (day: Day): string[] =>
    (lake.partition(dataset.name, day)?.bytes.toString() ?? '').split('\n').filter(Boolean);
  const watermark = async (): Promise<Watermark | undefined> => (await ledger.watermark(dataset.name))?.value;
  return {
    dataset,
    ledger,
    lake,
    ports,
    state,
    reads,
    outcomes,
    entries,
    linesOf,
    watermark,
    rest,
    /** Lets so many hours pass, with a plan every few of them. */
    async pass(hours: number): Promise<void> {
      for (const end = state.now + hours * HOUR_MS; state.now < end; state.now += 3 * HOUR_MS) await rest();
    },
    entry: (day: Day) => entries().find(each => each.day === day),
    ids: (day: Day): string[] => linesOf(day).map(line => JSON.parse(line).id),
    /** Every row that is held, by id, with the days that hold it. */
    holders(): Map<string, Day[]> {
      const found = new Map<string, Day[]>();
      for (const { day } of entries())
        for (const line of linesOf(day)) {
          const { id } = JSON.parse(line);
          found.set(id, [...(found.get(id) ?? []), day]);
        }
      return found;
    },
    settled: (): Day[] => entries().flatMap(({ day, held }) => (held?.settledAt === undefined ? [] : [day])),
    async openSeamOf(day: Day) {
      const byDay = new Map(entries().map(each => [each.day, each]));
      const held = byDay.get(day)?.held;
      if (held?.seams === undefined) return 'unknown';
      const { firstDay = first } = (await watermark()) ?? {};
      return openSeam(dataset, day, held, each => byDay.get(each), firstDay, state.now);
    },
    async owes(day: Day) {
      const { firstDay = first } = (await watermark()) ?? {};
      const byDay = new Map(entries().map(each => [each.day, each]));
      return owedAmong(dataset, day, aroundOf(byDay, firstDay), state.now);
    },
  };
}

export type SeamWorld = ReturnType<typeof worldOf>;

/** Rows at these times of every day from `first` to `last`, and of a day around them, as `time` writes them. */
export function rowsOn(first: Day, last: Day, times: readonly string[], write = (iso: string): string => iso): Row[] {
  return [...eachDay(addDays(first, -2), addDays(last, 3))].flatMap(day =>
    times.map(time => ({ id: `${day}T${time}`, time: write(`${day}T${time}Z`) })),
  );
}

/** The instant that a row of `rowsOn` is of. */
export function instantIn({ id }: Row): number {
  return Date.parse(`${id}Z`);
}
