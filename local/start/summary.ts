import { table } from '../../cli/terminal/output.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import type { Held } from '../../shared/words/ledger.ts';
import type { DayState } from '../../shared/words/model.ts';
import type { Simulator } from '../simulator/index.ts';
import type { Problem, Standing } from './standing.ts';

/** What a run came to: one object for programs, a table and a sentence for people. Pure. */

export interface DatasetSummary {
  readonly dataset: string;
  readonly daysOwed: number;
  readonly daysLanded: number;
  readonly daysLandedThisRun: number;
  /** Days whose rows became another revision in this run. */
  readonly daysRevisedThisRun: number;
  /** Rows that those days hold now and did not hold before; negative when they lost some. */
  readonly rowsGainedThisRun: number;
  readonly rows: number;
  readonly landedThrough: string | null;
  readonly states: Readonly<Partial<Record<DayState, number>>>;
  readonly problems: readonly Problem[];
}

export interface Summary {
  /** Every owed day landed, none failed, and nothing was left to do. */
  readonly ok: boolean;
  readonly datasets: readonly DatasetSummary[];
  readonly simulator: { readonly requests: number; readonly faults: Readonly<Record<string, number>> } | null;
  readonly dataFolder: string;
  readonly out: string | null;
  readonly seconds: number;
}

export interface Run {
  readonly before: readonly Standing[];
  readonly after: readonly Standing[];
  readonly simulator: Simulator | undefined;
  readonly dataFolder: string;
  readonly out: string | undefined;
  readonly startedAt: number;
  readonly now: number;
}

export function summaryOf({ before, after, simulator, dataFolder, out, startedAt, now }: Run): Summary {
  const held = new Map(before.map(standing => [standing.dataset, standing.held]));
  return {
    ok: after.every(isComplete),
    datasets: after.map(standing => {
      const known = held.get(standing.dataset) ?? new Map<string, Held>();
      const revised = [...standing.held].flatMap(([day, now]) => {
        const was = known.get(day);
        return was === undefined || was.revision === now.revision ? [] : [now.rows - was.rows];
      });
      return {
        dataset: standing.dataset,
        daysOwed: standing.daysOwed,
        daysLanded: standing.held.size,
        daysLandedThisRun: [...standing.held.keys()].filter(day => !known.has(day)).length,
        daysRevisedThisRun: revised.length,
        rowsGainedThisRun: revised.reduce((sum, gain) => sum + gain, 0),
        rows: standing.rows,
        landedThrough: standing.landedThrough ?? null,
        states: standing.states,
        problems: standing.problems,
      };
    }),
    simulator: simulator ? { requests: simulator.counters.requests, faults: { ...simulator.counters.faults } } : null,
    dataFolder,
    out: out ?? null,
    seconds: Math.round((now - startedAt) / 100) / 10,
  };
}

function isComplete({ held, daysOwed, states, due }: Standing): boolean {
  return held.size === daysOwed && states.failed === undefined && due.length === 0;
}

/** What the run did, in a few sentences. */
export function outcomeOf({ datasets, seconds }: Summary): string {
  const sum = (of: (each: DatasetSummary) => number): number => datasets.reduce((total, each) => total + of(each), 0);
  const owed = sum(each => each.daysOwed);
  const landed = sum(each => each.daysLandedThisRun);
  const missing = owed - sum(each => each.daysLanded);
  const revised = sum(each => each.daysRevisedThisRun);
  const gained = sum(each => each.rowsGainedThisRun);
  const first = landed > 0 ? `Landed ${counted(landed, 'day')}` : 'Nothing new landed';
  const rest =
    missing > 0
      ? `${missing} of ${counted(owed, 'owed day')} have not landed`
      : `all ${counted(owed, 'owed day')} are here`;
  const change = `${counted(revised, 'day')} changed (${signed(gained)} rows); what they were before is in the container history. `;
  return `${first}, ${rest}. ${revised > 0 ? change : ''}It took ${seconds} s.`;
}

function signed(count: number): string {
  return `${count < 0 ? '−' : '+'}${grouped(Math.abs(count))}`;
}

/** A line per dataset; below it, one for each kind of trouble. */
export function tableOf({ datasets }: Summary): string[] {
  const rows = datasets.map(({ dataset, daysLanded, daysOwed, rows, landedThrough, states }) => [
    dataset,
    `${daysLanded}/${daysOwed}`,
    grouped(rows),
    landedThrough ?? '–',
    statesOf(states),
  ]);
  const lines = table(['Dataset', 'Days', 'Rows', 'Landed through', 'Not in order'], rows);
  return [...lines, ...datasets.flatMap(troublesOf)];
}

const AT_REST: ReadonlySet<string> = new Set<DayState>(['final', 'open']);

function statesOf(states: DatasetSummary['states']): string {
  const wrong = Object.entries(states).filter(([state]) => !AT_REST.has(state));
  return wrong.map(([state, count]) => `${count} ${state}`).join(', ');
}

/** Days with the same trouble share a line: `  teams-sms: 3 days from 2026-01-05: auth.forbidden: …`. */
function troublesOf({ dataset, problems }: DatasetSummary): string[] {
  const kinds = Map.groupBy(problems, ({ reason }) => reason);
  return [...kinds].map(([reason, days]) => {
    const [first] = days;
    const when = days.length === 1 ? first?.day : `${days.length} days from ${first?.day}`;
    return `  ${dataset}, ${when}: ${reason}: ${first?.message}`;
  });
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
    ...(met.length === 0 ? [] : [`Faults met: ${met.map(([name, count]) => `${name} ${count}`).join(', ')}`]),
    ...(unmet.length === 0
      ? []
      : [`Not met: ${unmet.join(', ')}. No request was made that fits: days that are here are read again by --late.`]),
  ];
}
