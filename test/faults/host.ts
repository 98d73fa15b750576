import { FETCH_LIMITS, type FetchPorts } from '../../shared/fetch/attempt.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import { poisonDay } from '../../shared/plan/give-up.ts';
import { type PlanPorts, runPlan } from '../../shared/plan/tick.ts';
import { BufferPool } from '../../shared/rows/buffer-pool.ts';
import { MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, FetchMessage, SourceName } from '../../shared/words/model.ts';
import type { Source } from '../../shared/words/ports.ts';
import type { Report } from '../../shared/words/telemetry.ts';
import type { QueuedMessage } from '../doubles/memory-jobs.ts';
import { Actor, Machine, type Stage } from './actor.ts';
import type { Context, Findings } from './findings.ts';
import { MESSAGE_FAULTS, type Profile } from './profile.ts';
import type { SimulatedSource } from './source.ts';

/**
 * The Functions host of a world: machines, deliveries, redeliveries, the poison queue. It calls what handlers.ts calls,
 * in the same order.
 */

/** As host.json has it. */
const DELIVERIES_MAX = 5;
const FAILED_AGAIN_MS = 5 * MINUTE_MS;
/** A message whose worker vanished comes back when its invisibility ends. */
const VANISHED_AGAIN_MS = 10 * MINUTE_MS;

export class SimulatedHost {
  readonly datasets: readonly Dataset[];
  private readonly on: Context;
  private readonly stage: Stage;
  private readonly profile: Profile;
  private readonly findings: Findings;
  private readonly source: SimulatedSource;
  private readonly historyDays: number;
  /** Shared by all machines: what one of them gives back too early, another one overwrites. */
  private readonly blocks: BufferPool;
  private machines: Machine[] = [];
  private made = 0;
  private actors = 0;
  private clocksAreSet = false;
  private readonly running = new Set<Actor>();
  private readonly planning = new Set<Actor>();

  constructor(
    on: Context,
    stage: Stage,
    profile: Profile,
    findings: Findings,
    source: SimulatedSource,
    datasets: readonly Dataset[],
    historyDays: number,
  ) {
    this.on = on;
    this.stage = stage;
    this.profile = profile;
    this.findings = findings;
    this.source = source;
    this.datasets = datasets;
    this.historyDays = historyDays;
    this.blocks = new BufferPool(on.blockBytes, 8);
  }

  /** Some machine that runs; the host starts new ones for those that crashed. */
  machine(): Machine {
    while (this.machines.length < 3) {
      const skewMs = this.clocksAreSet ? 0 : this.profile.skewMs;
      const skew = this.made % 2 === 0 ? 0 : this.stage.dice.between(-skewMs, skewMs);
      this.machines.push(new Machine(this.made++, skew));
    }
    return this.stage.dice.pick(this.machines as [Machine, ...Machine[]]);
  }

  /** All clocks are right from now on; those that were ahead go back. */
  setClocks(): void {
    this.clocksAreSet = true;
    for (const machine of this.machines) machine.skewMs = 0;
  }

  crashMachine(): void {
    const machine = this.machine();
    machine.dead = true;
    this.stage.count('machine crashed');
    this.machines = this.machines.filter(each => each !== machine);
    for (const actor of [...this.running]) if (actor.machine === machine) actor.die();
  }

  freezeMachine(ms: number): void {
    const machine = this.machine();
    this.stage.count('machine frozen');
    machine.frozenUntil = this.on.scheduler.now + ms;
  }

  /** The timer has come. */
  plan(): void {
    const actor = this.actor('plan', () => this.running.delete(actor));
    this.run(
      actor,
      () => this.runPlan(actor),
      () => {},
    );
  }

  /** Lets a person act, through the ledger. */
  person(act: (actor: Actor) => Promise<void>): void {
    const actor = this.actor('person', () => this.running.delete(actor));
    this.run(
      actor,
      () => act(actor),
      () => {},
    );
  }

  /** A message has been sent: it may be lost, come twice, or come late. */
  sent({ message, visibleAt }: QueuedMessage): void {
    const { dice } = this.stage;
    const faulty = this.on.scheduler.now < this.on.faultsEnd;
    const faults = MESSAGE_FAULTS.filter(fault => faulty && dice.chance(this.profile.messages[fault]));
    for (const fault of faults) this.stage.count(`message ${fault}`);
    const lateMs = faults.includes('late') ? dice.scaled(MINUTE_MS, 3 * 24 * 60 * MINUTE_MS) : 0;
    if (!faults.includes('lost')) this.deliver(message, visibleAt + dice.between(20, 300) + lateMs, 1);
    if (faults.includes('repeated')) this.deliver(message, visibleAt + dice.scaled(1_000, 2 * 24 * 60 * MINUTE_MS), 1);
  }

  private deliver(message: FetchMessage, at: number, count: number): void {
    this.on.scheduler.at(at, () => {
      const again = (ms: number): void => this.deliver(message, this.on.scheduler.now + ms, count + 1);
      if (count > DELIVERIES_MAX) {
        this.poison(message);
        return;
      }
      const actor = this.actor('fetch', () => {
        this.running.delete(actor);
        again(VANISHED_AGAIN_MS);
      });
      this.run(
        actor,
        () => this.fetch(actor, message),
        () => {
          if (count < DELIVERIES_MAX) again(FAILED_AGAIN_MS);
          else this.poison(message);
        },
      );
    });
  }

  private poison(message: FetchMessage): void {
    this.stage.count('message poisoned');
    const actor = this.actor('poison', () => this.running.delete(actor));
    const ports = { ledger: this.on.stores().ledger(actor), clock: actor.clock, report: this.report(actor) };
    this.run(
      actor,
      () => poisonDay(message, ports),
      () => {},
    );
  }

  private async fetch(actor: Actor, message: FetchMessage): Promise<void> {
    const stores = this.on.stores();
    const source: Source = this.source.as(actor);
    const sources: Readonly<Record<SourceName, Source>> = { graph: source, voximplant: source };
    const ports: FetchPorts = {
      datasets: this.datasets,
      sources,
      ledger: stores.ledger(actor),
      lake: stores.lakeOf(actor),
      jobs: stores.jobs(actor),
      clock: actor.clock,
      report: this.report(actor),
      limits: { ...FETCH_LIMITS, deadlineMs: this.on.deadlineMs },
      blocks: this.blocks,
      drifted: new Set(),
    };
    const outcome = await fetchDay(message, ports);
    this.stage.count(outcome);
    const planned = this.datasets.find(({ name }) => name === message.dataset)?.source;
    if (outcome !== 'dropped') await this.runPlan(actor, planned);
  }

  private async runPlan(actor: Actor, source?: SourceName): Promise<void> {
    const stores = this.on.stores();
    const { inFlight } = this.on;
    const ports: PlanPorts = {
      datasets: this.datasets,
      ledger: stores.ledger(actor),
      jobs: stores.jobs(actor),
      clock: actor.clock,
      report: this.report(actor),
      settings: { historyDays: this.historyDays, inFlight: { graph: inFlight, voximplant: inFlight } },
    };
    this.planning.add(actor);
    for (const each of this.planning)
      each.facts.planners = Math.max(each.facts.planners, [...this.planning].filter(rival => !rival.dead).length);
    try {
      await runPlan(ports, source);
    } finally {
      this.planning.delete(actor);
    }
  }

  private actor(kind: Actor['kind'], died: () => void): Actor {
    this.actors += 1;
    const machine = this.machine();
    const actor = new Actor(this.stage, machine, kind, `${kind}${this.actors}/m${machine.number}`, died);
    this.running.add(actor);
    return actor;
  }

  private run(actor: Actor, work: () => Promise<void>, failed: () => void): void {
    work().then(
      () => this.running.delete(actor),
      thrown => {
        this.running.delete(actor);
        // Storage may fail, and everything else is foreseen.
        const foreseen = thrown instanceof LandlineError && thrown.reason === 'storage.failing';
        const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        this.findings.check(foreseen, '17', () => `unforeseen: ${what}`, actor);
        failed();
      },
    );
  }

  private report(actor: Actor): Report {
    return (event, fields) =>
      this.stage.trace.note(this.on.scheduler.now, `${actor.name}: ${event} ${JSON.stringify(fields)}`);
  }
}
