import { isSilent } from '../ledger/alarms.ts';
import { EXPIRING_DAYS } from '../ledger/coverage.ts';
import { hasCome, instantOf } from '../words/day.ts';
import type { DatasetLedger, Gate } from '../words/ledger.ts';
import type { Instant } from '../words/model.ts';
import type { Depth } from '../words/ports.ts';
import { VERSION } from '../words/version.ts';
import { type DatasetFacts, datasetFacts, type Unreadable } from './dataset-facts.ts';
import { type Filling, fillingOf } from './filling-history.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What the page and its JSON say: the ledger's facts, and nothing else. Pure. docs/operations.md explains each. */

/** The gates that are closed now. */
export function closedGates(gates: readonly Gate[], now: number): readonly Gate[] {
  return gates.filter(({ notBefore }) => !hasCome(Date.parse(notBefore), now));
}

export interface StatusInput {
  readonly now: number;
  readonly ledgers: readonly DatasetLedger[];
  /** Datasets whose part of the ledger cannot be read, and why. */
  readonly unreadable: readonly Unreadable[];
  readonly off: readonly { readonly dataset: string; readonly why: string }[];
  readonly gates: readonly Gate[];
  /** `undefined` where nobody has looked. */
  readonly depth: Depth | 'unreadable' | undefined;
  /** Whether an app is at work there; absent where it is. */
  readonly alive?: boolean | undefined;
  readonly plannedAt: Instant | undefined;
}

export interface Facts {
  readonly format: 1;
  readonly version: string;
  readonly asOf: Instant;
  readonly verdict: Verdict;
  readonly plannedAt?: Instant;
  readonly queue?: Depth;
  readonly expiringWithinDays: number;
  /** While days that are owed are not held, and come by themselves. */
  readonly filling?: Filling;
  readonly gates: readonly Gate[];
  readonly datasets: readonly DatasetFacts[];
  readonly unreadable: readonly Unreadable[];
  readonly off: StatusInput['off'];
  /** Datasets about which the ledger knows nothing yet. */
  readonly unplanned: readonly string[];
}

export function factsOf(read: StatusInput): Facts {
  const { now, ledgers, unreadable, off, depth, plannedAt } = read;
  const gates = closedGates(read.gates, now);
  const gateOf = (source: Gate['source']) => gates.find(gate => gate.source === source);
  const datasets = ledgers.flatMap(ledger => datasetFacts(ledger, now, gateOf(ledger.dataset.source)));
  // A new app has planned nothing yet, which is not the same as a planner that stopped.
  const planned = plannedAt !== undefined || datasets.length > 0;
  const silent = (read.alive ?? true) && planned && isSilent(plannedAt, now);
  const filling = fillingOf(datasets, now);
  const unplanned = ledgers.filter(({ watermark }) => watermark === undefined).map(({ dataset }) => dataset.name);
  return {
    format: 1,
    version: VERSION,
    asOf: instantOf(now),
    verdict: verdictOf({ datasets, unreadable, gates, depth, plannedAt, silent, filling }),
    ...(plannedAt !== undefined && { plannedAt }),
    ...(depth !== undefined && depth !== 'unreadable' && { queue: depth }),
    expiringWithinDays: EXPIRING_DAYS,
    ...(filling && { filling }),
    gates,
    datasets,
    unreadable,
    off,
    unplanned,
  };
}
