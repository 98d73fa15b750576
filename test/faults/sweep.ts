import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { FaultPlan } from './actor.ts';
import { CALM, OPERATION_FAULTS, type OperationFault } from './profile.ts';
import { type Outcome, World } from './world.ts';

/**
 * A small scenario without faults, and the same with one fault at one operation: three days, late and withdrawn rows,
 * revisions, a witness, a throttled source, reads that go on after their deadline.
 */

const PROFILE = {
  ...CALM,
  datasets: 1,
  changes: { late: 1, changed: 0.5, withdrawn: 1, emptied: 0 },
  source: { ...CALM.source, 'wait-until': 0.03 },
  deadlineMs: 1_500,
  blockBytes: 200,
  inFlight: 2,
  faultsMs: 8 * HOUR_MS,
};
const SEED = 21;

/** Often at first, so that work that was dropped is taken up while its checkpoint is still trusted. */
function tickMs(sinceStartMs: number): number {
  return sinceStartMs < HOUR_MS ? 8 * MINUTE_MS : 4 * HOUR_MS;
}

export interface Swept extends Outcome {
  /** The operations, in order. */
  readonly operations: readonly string[];
}

/** @param fault is injected into the operation with this number */
export async function sweepOne(
  fault?: { readonly at: number; readonly kind: OperationFault },
  print?: (line: string) => void,
): Promise<Swept> {
  const operations: string[] = [];
  const plan: FaultPlan = {
    choose(op) {
      const at = operations.push(op) - 1;
      return at === fault?.at ? fault.kind : undefined;
    },
  };
  const world = new World({
    seed: SEED,
    profile: PROFILE,
    faults: () => plan,
    historyDays: 2,
    runsMs: 44 * HOUR_MS,
    rows: [10, 18],
    pageRows: 4,
    latency: [300, 500],
    tickMs,
    operationsMax: 6_000,
    ...(print && { print }),
  });
  return { ...(await world.run()), operations };
}

/** Reads are not made twice by an SDK's second try in a way that anybody could see. */
export function isWrite(op: string): boolean {
  return /^(ledger\.put|lake\.(stage|commit|keep)|jobs\.send)/.test(op);
}

/** Every fault at every operation of the calm run. */
export function placements(operations: readonly string[]): { at: number; kind: OperationFault; op: string }[] {
  return operations.flatMap((op, at) =>
    OPERATION_FAULTS.filter(kind => kind !== 'repeat' || isWrite(op)).map(kind => ({ at, kind, op })),
  );
}
