import { isSilent } from '../ledger/alarms.ts';
import { EXPIRING_DAYS } from '../ledger/coverage.ts';
import { hasCome, instantOf } from '../words/day.ts';
import type { DatasetLedger, Gate } from '../words/ledger.ts';
import type { Instant } from '../words/model.ts';
import type { Depth } from '../words/ports.ts';
import { VERSION } from '../words/version.ts';
import { type DatasetFacts, datasetFacts, type Unreadable } from './dataset-facts.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What the page and its JSON say: the ledger's facts, and nothing else. Pure. docs/operations.md explains each. */

/** Those whose source is left alone just now. */
export function closedGates(gates: readonly Gate[], now: number): readonly Gate[] {
  return gates.filter(({ notBefore }) => !hasCome(Date.parse(notBefore), now));
}

export interface Read {
  readonly now: number;
  readonly ledgers: readonly DatasetLedger[];
  /** Datasets whose part of the ledger cannot be read, and why. */
  readonly unreadable: readonly Unreadable[];
  readonly off: readonly { readonly dataset: string; readonly why: string }[];
  readonly gates: readonly Gate[];
  readonly depth: Depth | undefined;
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
  readonly gates: readonly Gate[];
  readonly datasets: readonly DatasetFacts[];
  readonly unreadable: readonly Unreadable[];
  readonly off: Read['off'];
}

export function factsOf(read: Read): Facts {
  const { now, ledgers, unreadable, off, depth, plannedAt } = read;
  const datasets = ledgers.flatMap(ledger => datasetFacts(ledger, now));
  const gates = closedGates(read.gates, now);
  const silent = isSilent(plannedAt, now);
  return {
    format: 1,
    version: VERSION,
    asOf: instantOf(now),
    verdict: verdictOf({ datasets, unreadable, gates, depth, plannedAt, silent }),
    ...(plannedAt !== undefined && { plannedAt }),
    ...(depth !== undefined && { queue: depth }),
    expiringWithinDays: EXPIRING_DAYS,
    gates,
    datasets,
    unreadable,
    off,
  };
}
