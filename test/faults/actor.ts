import { LandlineError } from '../../shared/words/errors.ts';
import type { SourceName } from '../../shared/words/model.ts';
import type { Clock } from '../../shared/words/ports.ts';
import type { Dice } from './dice.ts';
import type { OperationFault } from './profile.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** One invocation on one machine: it goes on only when the scheduler wakes it, and can die or freeze at any operation. */

/** Decides what goes wrong with an operation. */
export interface FaultPlan {
  choose(op: string, actor: Actor): OperationFault | undefined;
}

/** What all actors of a world share. */
export interface Stage {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly faults: FaultPlan;
  /** Counts an operation, or something that was made to go wrong. */
  count(what: string): void;
}

/** A process: its clock may be off, and it can stop for a while or for good with all that runs in it. */
export class Machine {
  readonly number: number;
  skewMs: number;
  frozenUntil = 0;
  dead = false;

  constructor(number: number, skewMs: number) {
    this.number = number;
    this.skewMs = skewMs;
  }
}

interface GateRead {
  readonly at: number;
  /** By the reader's clock, 0 when it was open then: an answer may take until a closed gate has opened. */
  readonly closedUntil: number;
}

/** What the checks need to know of a worker. Instants are the world's, not its clock's. */
export interface Facts {
  claimedAt: number;
  /** When the first worker of the read claimed the day, where this one may go on from its progress. */
  readSince: number;
  ticket: number | undefined;
  /** `dataset/day` of the ticket. */
  day: string;
  /** Rereads the day had when it was claimed. */
  rereads: number;
  /** The partition's version when the read began; empty for none. */
  head: string | undefined;
  /** What it last read of each gate, and when. */
  readonly gates: Map<SourceName, GateRead>;
  requests: number[];
  /** When an answer to a write last arrived. */
  answeredAt: number;
  cursor: string | undefined;
  /** Most planners at work at any time of its own planning, itself included. */
  planners: number;
  /** Whether it was told that its day is another's. */
  superseded: boolean;
  /** `dataset/day/ticket` of what it has queued. */
  readonly queued: Set<string>;
  /** Whether it has begun to commit. */
  committing: boolean;
  /** Operations that failed. */
  failures: number;
}

export class Actor {
  readonly name: string;
  readonly kind: 'fetch' | 'plan' | 'poison' | 'person';
  readonly machine: Machine;
  readonly facts: Facts;
  readonly clock: Clock;
  readonly startedAt: number;
  private readonly skewAtStart: number;
  private readonly stage: Stage;
  private readonly died: () => void;
  private gone = false;

  constructor(stage: Stage, machine: Machine, kind: Actor['kind'], name: string, died: () => void = () => {}) {
    this.stage = stage;
    this.machine = machine;
    this.skewAtStart = machine.skewMs;
    this.kind = kind;
    this.name = name;
    this.died = died;
    this.startedAt = stage.scheduler.now;
    this.facts = {
      claimedAt: 0,
      readSince: 0,
      ticket: undefined,
      day: '',
      rereads: 0,
      head: undefined,
      gates: new Map(),
      requests: [],
      answeredAt: 0,
      cursor: undefined,
      planners: 1,
      superseded: false,
      queued: new Set(),
      committing: false,
      failures: 0,
    };
    this.clock = {
      now: () => this.stage.scheduler.now + this.machine.skewMs,
      sleep: (ms, signal) => this.pause(ms, signal),
      timeout: ms => this.timeout(ms),
    };
  }

  get dead(): boolean {
    return this.gone || this.machine.dead;
  }

  /** Whether it knew a gate to be closed now, or had not looked. */
  isBehindGate(source: SourceName): boolean {
    // Clocks are set right in the middle of the work, and what began by a fast one is not blamed for it.
    const latest = this.stage.scheduler.now + Math.max(this.machine.skewMs, this.skewAtStart);
    return (this.facts.gates.get(source)?.closedUntil ?? Number.POSITIVE_INFINITY) > latest;
  }

  die(): void {
    if (this.gone) return;
    this.gone = true;
    this.stage.trace.note(this.stage.scheduler.now, `${this.name} died`);
    this.died();
  }

  /** Goes on after `ms`, later when the machine is frozen then, and never when it is dead. */
  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const { scheduler } = this.stage;
      const wake = (): void => {
        if (this.dead) return;
        if (this.machine.frozenUntil > scheduler.now) {
          event = scheduler.at(this.machine.frozenUntil, wake);
          return;
        }
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        event.cancelled = true;
        if (!this.dead) reject(signal?.reason);
      };
      let event = scheduler.after(ms, wake);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  private timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    void this.pause(ms).then(() => controller.abort(new DOMException('Time is up', 'TimeoutError')));
    return controller.signal;
  }

  /**
   * One operation of a store: a request that takes a while, one indivisible step, and an answer that takes a while.
   *
   * @param act is told when a body is to come short, where it downloads one
   * @param again what the SDK's second try comes to, when the answer of the first was lost; absent for reads
   */
  async operate<T>(op: string, act: (short: boolean) => Promise<T>, again?: (first: T) => Promise<T>): Promise<T> {
    const { stage } = this;
    const fault = stage.faults.choose(op, this);
    if (fault !== undefined && (fault !== 'repeat' || again !== undefined)) stage.count(fault);
    await this.pause(stage.dice.between(1, 30) + this.stall(fault, 'before'));
    if (fault === 'crash-before') return this.vanish();
    if (fault === 'fail-before') throw this.failure(op);
    stage.count('operation');
    let answer = await act(fault === 'short');
    stage.trace.note(stage.scheduler.now, `${this.name} ${op} ${fault ?? ''} ${brief(answer)}`);
    if (fault === 'crash-after') return this.vanish();
    if (fault === 'fail-after') throw this.failure(op);
    if (fault === 'repeat' && again !== undefined) {
      await this.pause(stage.dice.scaled(50, 20_000));
      answer = await again(answer);
    }
    const stallMs = this.stall(fault, 'after');
    if (stallMs > 0 || stage.dice.chance(0.3)) await this.pause(stallMs + stage.dice.between(1, 20));
    return answer;
  }

  /** A stall is of this one operation; its worker goes on giving signs of life. A freeze is of the whole machine. */
  private stall(fault: OperationFault | undefined, when: 'before' | 'after'): number {
    if (fault !== `stall-${when}` && fault !== `freeze-${when}`) return 0;
    const { dice, scheduler } = this.stage;
    const ms = dice.scaled(60_000, 4 * 3_600_000);
    if (fault === `freeze-${when}`) this.machine.frozenUntil = Math.max(this.machine.frozenUntil, scheduler.now + ms);
    return ms;
  }

  private vanish(): Promise<never> {
    this.die();
    // One for each, since a promise keeps all that waits for it: a shared one would keep every world.
    return new Promise(() => {});
  }

  private failure(op: string): LandlineError {
    this.facts.failures += 1;
    return new LandlineError({ reason: 'storage.failing', remedy: 'retry', message: `${op}: no answer (simulated)` });
  }
}

function brief(answer: unknown): string {
  if (answer === undefined) return '-';
  if (typeof answer === 'string') return answer;
  if (typeof answer !== 'object' || answer === null) return '';
  return 'etag' in answer ? String(answer.etag) : '';
}
