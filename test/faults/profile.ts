import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { Dice } from './dice.ts';

/** What can go wrong with one storage operation. */
export const OPERATION_FAULTS = [
  'fail-before',
  'fail-after',
  'repeat',
  'crash-before',
  'crash-after',
  'stall-before',
  'stall-after',
  'freeze-before',
  'freeze-after',
] as const;
/** `short`: half of a downloaded body comes, and claims to be all. */
export type OperationFault = (typeof OPERATION_FAULTS)[number] | 'short';

export const SOURCE_FAULTS = [
  'wait',
  'wait-until',
  'retry',
  'reject',
  'restart',
  'fix-config',
  'slow',
  'short',
] as const;
export type SourceFault = (typeof SOURCE_FAULTS)[number];

export const MESSAGE_FAULTS = ['lost', 'repeated', 'late'] as const;
type MessageFault = (typeof MESSAGE_FAULTS)[number];

export const CHANGES = ['late', 'changed', 'withdrawn', 'emptied'] as const;
export type Change = (typeof CHANGES)[number];

/** What goes wrong in a run, and how often: each a probability per operation, page, message or day. */
export interface Profile {
  readonly operations: Readonly<Record<(typeof OPERATION_FAULTS)[number], number>>;
  readonly source: Readonly<Record<SourceFault, number>>;
  /** That an answer goes wrong on its way, by a fault of the simulator, for some tries of one page. */
  readonly answers: number;
  readonly messages: Readonly<Record<MessageFault, number>>;
  /** Expected changes of a day's rows during its window of re-reads, by kind. */
  readonly changes: Readonly<Record<Change, number>>;
  /** That rows of a day change between two pages of one read. */
  readonly shifts: number;
  /** Whether some days change once more after they settled. */
  readonly corrections: boolean;
  readonly datasets: number;
  readonly planners: number;
  readonly tickMs: number;
  /** How far a machine's clock may be off, either way. */
  readonly skewMs: number;
  /** Of machines, in the time of faults. */
  readonly crashes: number;
  readonly freezes: number;
  readonly ledgerWipes: number;
  /** A person asks for days or accepts a refused read. */
  readonly interventions: number;
  readonly deadlineMs: number;
  /** Of a block: 200 make several of most pages. */
  readonly blockBytes: number;
  readonly inFlight: number;
  /** How long things go wrong. */
  readonly faultsMs: number;
  /** Of a download. */
  readonly short: number;
}

export const CALM: Profile = {
  operations: table(OPERATION_FAULTS, () => 0),
  source: table(SOURCE_FAULTS, () => 0),
  answers: 0,
  messages: table(MESSAGE_FAULTS, () => 0),
  changes: table(CHANGES, () => 0),
  shifts: 0,
  corrections: false,
  datasets: 2,
  planners: 1,
  tickMs: 10 * MINUTE_MS,
  skewMs: 0,
  crashes: 0,
  freezes: 0,
  ledgerWipes: 0,
  interventions: 0,
  deadlineMs: 8 * MINUTE_MS,
  blockBytes: 1_000_000,
  inFlight: 4,
  faultsMs: 12 * HOUR_MS,
  short: 0,
};

/** The profile of a seed: some kinds of fault on, others off, each at its own strength. */
export function profileOf(dice: Dice): Profile {
  const mostly = (on: number, low: number, high: number): number =>
    dice.chance(on) ? low * (high / low) ** dice.next() : 0;
  const often = (on: number, most: number): number => (dice.chance(on) ? dice.between(1, most) : 0);
  const skewMs = dice.chance(0.6) ? 0 : dice.pick([500, 2_000, 90_000, 10 * MINUTE_MS, 24 * HOUR_MS]);
  return {
    operations: table(OPERATION_FAULTS, () => mostly(0.6, 0.001, 0.03)),
    source: table(SOURCE_FAULTS, () => mostly(0.45, 0.003, 0.08)),
    messages: table(MESSAGE_FAULTS, () => mostly(0.5, 0.01, 0.3)),
    changes: table(CHANGES, kind => mostly(0.6, 0.1, kind === 'emptied' ? 0.3 : 1.2)),
    shifts: mostly(0.5, 0.03, 0.9),
    corrections: dice.chance(0.4),
    datasets: dice.between(1, 3),
    planners: dice.between(1, 2),
    tickMs: dice.between(5, 25) * MINUTE_MS,
    skewMs,
    crashes: often(0.5, 5),
    freezes: often(0.5, 5),
    // Tickets over a lost ledger start from the clock, so machines must agree on it to the minute.
    ledgerWipes: skewMs <= 2_000 ? often(0.25, 2) : 0,
    interventions: often(0.5, 6),
    deadlineMs: dice.chance(0.5) ? 8 * MINUTE_MS : dice.scaled(1_500, 20_000),
    blockBytes: dice.pick([200, 1_500, 1_000_000]),
    inFlight: dice.between(1, 4),
    faultsMs: dice.between(6, 36) * HOUR_MS,
    short: mostly(0.5, 0.02, 0.3),
    answers: mostly(0.4, 0.005, 0.15),
  };
}

function table<K extends string>(kinds: readonly K[], value: (kind: K) => number): Record<K, number> {
  return Object.fromEntries(kinds.map(kind => [kind, value(kind)])) as Record<K, number>;
}
