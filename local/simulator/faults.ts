import { addDays } from '../../shared/words/day.ts';
import type { DatasetName } from './datasets.ts';
import { mix, textSeed } from './dice.ts';
import { BODY_FAULTS } from './faults/bodies.ts';
import type { Fault } from './faults/fault.ts';
import { LINK_FAULTS } from './faults/links.ts';
import { ROW_FAULTS } from './faults/rows.ts';
import { SEAM_FAULTS } from './faults/seams.ts';
import { STATUS_FAULTS } from './faults/status.ts';
import { TRANSPORT_FAULTS } from './faults/transport.ts';
import { VOXIMPLANT_FAULTS } from './faults/voximplant.ts';
import type { Switches } from './switches.ts';

const ALL = {
  ...TRANSPORT_FAULTS,
  ...STATUS_FAULTS,
  ...LINK_FAULTS,
  ...BODY_FAULTS,
  ...ROW_FAULTS,
  ...SEAM_FAULTS,
  ...VOXIMPLANT_FAULTS,
} as const;

export type FaultName = keyof typeof ALL;

/** Every way in which an answer can go wrong, by name. A conformance suite goes through this table. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = ALL;

/** The names of `FAULTS`, in its order. */
export const FAULT_NAMES = Object.keys(ALL).filter((name): name is FaultName => name in ALL);

/**
 * Where a page stands among those of its range. A range of one page is first and last at once; `middle` is neither.
 */
export type PagePosition = 'first' | 'middle' | 'last' | 'any';

/** Which requests a fault is injected into. A member left out matches everything. */
export interface FaultRule {
  readonly fault: FaultName;
  /** `token` is the token endpoint, which no rule without a dataset matches. */
  readonly dataset?: DatasetName | 'token';
  /** The UTC day at the middle of the range asked for. */
  readonly day?: string;
  readonly page?: PagePosition;
  /** How many requests it is injected into before it is used up; without end when left out. */
  readonly times?: number;
}

/** A request as the rules see it. */
export interface Target {
  readonly source: 'graph' | 'voximplant';
  readonly dataset: DatasetName | 'token';
  readonly day: string;
  readonly first: boolean;
  readonly last: boolean;
  /** What tells this request from others: equal for a repetition. */
  readonly line: string;
}

export interface InjectedFault {
  readonly name: FaultName;
  readonly fault: Fault;
  /** How often this rule was injected, this time included. */
  readonly turn: number;
  /** How often the first page of the day was asked for, with a fault or without. */
  readonly walk: number;
}

/** Decides for each request whether something goes wrong. */
export class FaultEngine {
  private readonly seed: number;
  private rules: { readonly rule: FaultRule; injected: number }[] = [];
  /** Requests seen under chance: how often, and whether a fault was injected into the last. */
  private readonly lines = new Map<string, { count: number; faulted: boolean }>();
  private readonly reread = new Set<string>();
  private readonly walks = new Map<string, number>();

  constructor(seed: number) {
    this.seed = seed;
  }

  /** Replaces all rules. */
  set(rules: readonly FaultRule[]): void {
    for (const { fault } of rules) if (!(fault in FAULTS)) throw new Error(`The simulator has no fault "${fault}"`);
    this.rules = rules.map(rule => ({ rule, injected: 0 }));
  }

  /** The first rule that matches; else, with the probability of the switch, a fault by chance. */
  inject(target: Target, switches: Readonly<Switches>): InjectedFault | undefined {
    const walk = this.walkOf(target);
    for (const entry of this.rules) {
      if (entry.injected >= (entry.rule.times ?? Number.POSITIVE_INFINITY) || !matches(entry.rule, target)) continue;
      entry.injected += 1;
      return { name: entry.rule.fault, fault: FAULTS[entry.rule.fault], turn: entry.injected, walk };
    }
    return this.byChance(target, switches, walk);
  }

  private walkOf({ dataset, day, first }: Target): number {
    const place = `${dataset}|${day}`;
    const walk = (this.walks.get(place) ?? 0) + (first ? 1 : 0);
    this.walks.set(place, walk);
    return walk;
  }

  /**
   * A repetition of a request that had a fault is let through, and what makes a client read a day again happens once
   * per day, so that a client with few attempts recovers.
   */
  private byChance(target: Target, switches: Readonly<Switches>, walk: number): InjectedFault | undefined {
    if (switches.faults <= 0 || target.dataset === 'token') return undefined;
    const known = this.lines.get(target.line) ?? { count: 0, faulted: false };
    const draw = mix(this.seed, textSeed(target.line), known.count, 31, 0) / 2 ** 32;
    const list = FAULT_NAMES.filter(name => mayChance(FAULTS[name], target));
    const name = list[mix(this.seed, textSeed(target.line), known.count, 32, 0) % list.length];
    const place = `${target.dataset}|${target.day}`;
    const again = name !== undefined && FAULTS[name].recovery === 'reread';
    const faulted =
      !known.faulted && draw < switches.faults && name !== undefined && !(again && this.reread.has(place));
    this.lines.set(target.line, { count: known.count + 1, faulted });
    if (!faulted) return undefined;
    if (again) this.reread.add(place);
    return { name, fault: FAULTS[name], turn: known.count + 1, walk };
  }
}

function mayChance(fault: Fault, target: Target): boolean {
  return fault.passing && fault.slow !== true && applies(fault, target);
}

function applies(fault: Fault, target: Target): boolean {
  if (target.dataset === 'token') return fault.instead !== undefined || fault.wire !== undefined;
  if (fault.source !== undefined && fault.source !== target.source) return false;
  return fault.further !== true || !target.first;
}

function matches(rule: FaultRule, target: Target): boolean {
  if (rule.dataset === undefined ? target.dataset === 'token' : rule.dataset !== target.dataset) return false;
  if (rule.day !== undefined && addDays(rule.day, 0) !== target.day) return false;
  const place = rule.page ?? 'any';
  const here = { any: true, first: target.first, last: target.last, middle: !target.first && !target.last };
  return here[place] && applies(FAULTS[rule.fault], target);
}
