import { createHash } from 'node:crypto';
import type { Day } from '../../shared/words/model.ts';
import type { Actor } from './actor.ts';
import { linesIn } from './lines.ts';
import type { PageRecord } from './pages.ts';
import type { Scheduler } from './scheduler.ts';
import type { Stores } from './stores.ts';
import type { Trace } from './trace.ts';
import type { Truth } from './truth.ts';

/** What was found wrong, and what every check has at hand. */

/** The invariants of docs/promises.md by number; the letters are parts of one. */
export const RULES = {
  '1': 'a partition is one complete read of its day and recounts to its receipt',
  '2': 'each row of a landed day stands in the partitions once',
  '2s': 'no row stands in two settled days',
  '2n': 'every row that the source gives is in some day, once faults have stopped',
  '4': 'a day commits only what passed every guard',
  '5': 'a superseded revision is in history first, and never changes; its number is never used again',
  '6': 'watermarks cover unbroken runs and do not move back',
  '6s': 'a day settles only when it is old enough and its last read changed nothing',
  '7': 'after any faults the partitions are those of a clean run',
  '8': 'tickets rise, and only the owner of the ticket writes the day',
  '8c': 'a commit replaces exactly what its worker saw before it read',
  '9': 'added, changed and removed rows are counted',
  '10': 'no silent shrink',
  '11': 'a day is landed after it is over, with its own rows only',
  '12': 'the ledger says only what the lake holds',
  '13': 'a day is queued again only when its message or worker is lost',
  '14': 'once faults stop every owed day lands',
  '15': 'all work is bounded',
  '16': 'a closed gate is respected',
  '17': 'every failure is visible, and none is a bug',
  checkpoint: 'a checkpoint counts exactly what is staged, and an old one is not used',
} as const;
export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly at: string;
  readonly what: string;
}

export interface Context {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly truths: ReadonlyMap<string, Truth>;
  readonly pages: PageRecord;
  readonly stores: () => Stores;
  /** How far two clocks may be apart, either way. */
  readonly skewMs: number;
  readonly inFlight: number;
  readonly deadlineMs: number;
  readonly blockBytes: number;
  readonly faultsEnd: number;
}

export class Findings {
  readonly violations: Violation[] = [];
  private readonly on: Context;

  constructor(on: Context) {
    this.on = on;
  }

  /** Notes a violation unless `holds`. */
  check(holds: boolean, rule: Rule, what: () => string, actor?: Actor): void {
    if (!holds) this.add(rule, actor === undefined ? what() : `${actor.name}: ${what()}`);
  }

  add(rule: Rule, what: string): void {
    const { scheduler, trace } = this.on;
    trace.note(scheduler.now, `VIOLATION ${rule} (${RULES[rule]}): ${what}`);
    this.violations.push({ rule, at: new Date(scheduler.now).toISOString(), what });
  }
}

export function keyOf(dataset: string, day: Day): string {
  return `${dataset}/${day}`;
}

const fingerprints = new Map<string, string>();

/** docs/format.md's fingerprint, computed in another way than the product does. */
export function fingerprintOfText(text: string): string {
  const known = fingerprints.get(text);
  if (known !== undefined) return known;
  const lines = linesIn(text);
  let sum = 0n;
  for (const line of lines) sum += BigInt(`0x${createHash('sha256').update(line).digest('hex').slice(0, 32)}`);
  const print = `${lines.length}-${(sum % 2n ** 128n).toString(16).padStart(32, '0')}`;
  if (fingerprints.size > 500) fingerprints.clear();
  fingerprints.set(text, print);
  return print;
}
