import type { Facts } from '../../shared/status/facts.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import type { Held } from '../../shared/words/ledger.ts';
import type { Simulator } from '../simulator/index.ts';
import type { Standing } from './standing.ts';

/** What a run came to: what `landline status` says, and what this run did about it. Pure. */

interface DatasetRun {
  readonly dataset: string;
  readonly daysLanded: number;
  /** Days whose rows became another revision. */
  readonly daysRevised: number;
  /** Rows that those days hold now and did not hold before; negative when they lost some. */
  readonly rowsGained: number;
}

export interface Summary {
  readonly format: 1;
  /** Every owed day landed, none failed, and nothing was left to do. */
  readonly ok: boolean;
  /** As `landline status --json` has it: docs/json.md. */
  readonly status: Facts;
  readonly run: readonly DatasetRun[];
  readonly simulator: { readonly requests: number; readonly faults: Readonly<Record<string, number>> } | null;
  readonly dataFolder: string;
  readonly out: string | null;
  readonly seconds: number;
}

export interface Run {
  readonly before: readonly Standing[];
  readonly after: readonly Standing[];
  readonly status: Facts;
  readonly simulator: Simulator | undefined;
  readonly dataFolder: string;
  readonly out: string | undefined;
  readonly startedAt: number;
  readonly now: number;
}

export function summaryOf({ before, after, status, simulator, dataFolder, out, startedAt, now }: Run): Summary {
  const known = new Map(before.map(standing => [standing.dataset, standing.held]));
  const due = after.some(each => each.due.length > 0);
  const well = status.datasets.every(({ gapDays, counts }) => gapDays === 0 && counts.failed === 0);
  return {
    format: 1,
    ok: well && !due && status.unplanned.length === 0,
    status,
    run: after.map(standing => runOf(standing, known.get(standing.dataset) ?? new Map<string, Held>())),
    simulator: simulator ? { requests: simulator.counters.requests, faults: { ...simulator.counters.faults } } : null,
    dataFolder,
    out: out ?? null,
    seconds: Math.round((now - startedAt) / 100) / 10,
  };
}

function runOf({ dataset, held }: Standing, known: ReadonlyMap<string, Held>): DatasetRun {
  const revised = [...held].flatMap(([day, now]) => {
    const was = known.get(day);
    return was === undefined || was.revision === now.revision ? [] : [now.rows - was.rows];
  });
  return {
    dataset,
    daysLanded: [...held.keys()].filter(day => !known.has(day)).length,
    daysRevised: revised.length,
    rowsGained: revised.reduce((sum, gain) => sum + gain, 0),
  };
}

/** What the run did, in a few sentences. */
export function outcomeOf({ run, seconds }: Summary): string {
  const sum = (of: (each: DatasetRun) => number): number => run.reduce((total, each) => total + of(each), 0);
  const [landed, revised, gained] = [
    sum(each => each.daysLanded),
    sum(each => each.daysRevised),
    sum(each => each.rowsGained),
  ];
  const first = landed > 0 ? `Landed ${counted(landed, 'day')}` : 'Nothing new landed';
  const change = `, and ${counted(revised, 'day')} that were held changed (${signed(gained)} rows)`;
  return `${first}${revised > 0 ? change : ''}, in ${seconds} s.`;
}

function signed(count: number): string {
  return `${count < 0 ? '−' : '+'}${grouped(Math.abs(count))}`;
}

/**
 * The faults that were met, most frequent first, and those that were asked for by name and not met; nothing when there
 * were none.
 */
export function faultsOf({ simulator }: Summary, asked: readonly string[]): string[] {
  const counts = simulator?.faults ?? {};
  const met = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const unmet = [...new Set(asked)].filter(name => counts[name] === undefined);
  return [
    ...(met.length === 0 ? [] : [`Faults that occurred: ${met.map(([name, count]) => `${name} ${count}`).join(', ')}`]),
    ...(unmet.length === 0
      ? []
      : [`Faults that did not occur: ${unmet.join(', ')}. No request matched: to read held days again, add --late.`]),
  ];
}
