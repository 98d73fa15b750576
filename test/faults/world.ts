import { teamsDialoutUsage } from '../../shared/datasets/teams-dialout-usage.ts';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { addDays, DAY_MS, dayOf, eachDay, endOf, HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { FaultPlan, Stage } from './actor.ts';
import { Dice, hashOf } from './dice.ts';
import { type Context, Findings, type Violation } from './findings.ts';
import { SimulatedHost } from './host.ts';
import { LakeChecks } from './lake-checks.ts';
import { LedgerChecks } from './ledger-checks.ts';
import { PageRecord } from './pages.ts';
import { Person } from './person.ts';
import { CHANGES, type Profile } from './profile.ts';
import { checkQuiet } from './quiet-checks.ts';
import { Scheduler } from './scheduler.ts';
import { type Latency, SimulatedSource } from './source.ts';
import { Stores, type Watcher } from './stores.ts';
import { Trace } from './trace.ts';
import { Truth } from './truth.ts';

/** One world: the real stages over stores in memory, in virtual time, and everything that goes wrong with them. */

export const STARTS_AT = Date.parse('2026-03-05T06:00:00.000Z');

/** The datasets with a shorter life, so that days settle and are checked once more within a run. */
const DATASETS: readonly Dataset[] = [teamsPstnCalls, voximplantSms, teamsDialoutUsage].map(dataset => ({
  ...dataset,
  settleDays: 2,
  rereadHours: 20,
  lateCheckDays: 4,
}));

export interface WorldOptions {
  readonly seed: number;
  readonly profile: Profile;
  /** What goes wrong with each operation. */
  readonly faults: (stage: Pick<Stage, 'dice'>, world: { readonly now: number }) => FaultPlan;
  readonly historyDays?: number;
  readonly runsMs?: number;
  readonly rows?: readonly [low: number, high: number];
  readonly pageRows?: number;
  readonly latency?: Latency;
  /** Until the next tick; the profile's until faults stop, then hours, unless given. */
  readonly tickMs?: (sinceStartMs: number) => number;
  readonly print?: (line: string) => void;
  readonly operationsMax?: number;
}

export interface Outcome {
  readonly counts: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  /** Equal for two runs of the same world. */
  readonly trace: string;
}

export class World {
  readonly datasets: readonly Dataset[];
  readonly host: SimulatedHost;
  readonly on: Context;
  readonly findings: Findings;
  private readonly counts = new Map<string, number>();
  private readonly options: WorldOptions;
  private readonly profile: Profile;
  private readonly dice: Dice;
  private readonly scheduler = new Scheduler(STARTS_AT);
  private readonly trace: Trace;
  private readonly truths: ReadonlyMap<string, Truth>;
  private readonly stores: Stores;
  private readonly lake: LakeChecks;
  private readonly ledger: LedgerChecks;
  private readonly person: Person;

  constructor(options: WorldOptions) {
    const { profile, historyDays = 3 } = options;
    this.options = options;
    this.profile = profile;
    this.dice = new Dice(options.seed);
    this.trace = new Trace(STARTS_AT, options.print);
    this.datasets = DATASETS.slice(0, profile.datasets);
    this.truths = new Map(this.datasets.map(each => [each.name, new Truth(each, this.dice.fork(each.name))]));
    const { scheduler, trace, truths, dice } = this;
    this.on = {
      scheduler,
      trace,
      truths,
      pages: new PageRecord(options.pageRows ?? this.dice.between(2, 7)),
      stores: () => this.stores,
      skewMs: profile.skewMs,
      inFlight: profile.inFlight,
      deadlineMs: profile.deadlineMs,
      blockBytes: profile.blockBytes,
      faultsEnd: STARTS_AT + profile.faultsMs,
    };
    this.findings = new Findings(this.on);
    this.lake = new LakeChecks(this.on, this.findings);
    this.ledger = new LedgerChecks(this.on, this.findings, this.lake);
    this.stores = new Stores(this.watcher());
    this.person = new Person(this.stores, this.lake, this.datasets, this.findings);
    const stage: Stage = {
      scheduler,
      trace,
      dice: dice.fork('operations'),
      faults: options.faults({ dice: dice.fork('faults') }, scheduler),
      count: what => this.count(what),
    };
    const answers = new Dice(hashOf('answers', options.seed));
    const source = new SimulatedSource(this.on, stage, profile, this.findings, answers, options.latency);
    this.host = new SimulatedHost(this.on, stage, profile, this.findings, source, this.datasets, historyDays);
  }

  async run(): Promise<Outcome> {
    const { runsMs = 6 * DAY_MS + 12 * HOUR_MS } = this.options;
    const end = STARTS_AT + runsMs;
    this.prepareDays(end);
    this.prepareFaults();
    this.tick(end);
    for (let at = this.on.faultsEnd + 4 * HOUR_MS; at < end; at += 30 * HOUR_MS)
      this.scheduler.at(at, () => this.host.person(this.person.acceptAll()));
    this.scheduler.at(end, () => this.host.person(this.person.verify(true)));
    // What was delayed for days is still delivered; nothing new is planned but by the workers themselves.
    await this.scheduler.runUntil(end + 2 * HOUR_MS, () => this.isHopeless());
    if (this.findings.violations.length === 0) checkQuiet(this.on, this.findings, this.lake, this.datasets);
    const trace = `${this.trace.hash.toString(16).padStart(8, '0')}-${this.trace.lines}-${this.ledger.summary()}`;
    return { counts: this.counts, violations: this.findings.violations, trace };
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** Nothing is learnt from going on after a few violations. */
  private isHopeless(): boolean {
    const { violations } = this.findings;
    const most = this.options.operationsMax ?? 60_000;
    const operations = this.counts.get('operation') ?? 0;
    if (operations > most && violations.length === 0) this.findings.add('15', `more than ${most} operations`);
    return violations.length > 2 || operations > most;
  }

  private prepareDays(end: number): void {
    const { historyDays = 3, rows = [0, 28] } = this.options;
    const first = addDays(dayOf(new Date(STARTS_AT)), -historyDays - 2);
    for (const truth of this.truths.values()) {
      for (const day of eachDay(first, dayOf(new Date(end)))) {
        truth.begin(day, this.dice.chance(0.15) ? 0 : this.dice.between(...rows));
        this.prepareChanges(truth, day);
      }
    }
  }

  private prepareChanges(truth: Truth, day: Day): void {
    const { changes, corrections } = this.profile;
    const { settleDays, lateCheckDays } = truth.dataset;
    const over = endOf(day) + HOUR_MS;
    const change = (kind: (typeof CHANGES)[number], at: number): void => {
      if (at <= STARTS_AT) return;
      this.scheduler.at(at, () => {
        if (truth.change(day, kind, this.scheduler.now)) this.count(`rows ${kind}`);
      });
    };
    for (const kind of CHANGES) {
      for (let left = changes[kind]; this.dice.chance(left); left -= 1) {
        const at = this.dice.between(over, endOf(day) + settleDays * DAY_MS);
        change(kind, at);
        if (kind === 'emptied' && this.dice.chance(0.5)) change('late', at + this.dice.between(1, 20) * HOUR_MS);
      }
    }
    if (!corrections || !this.dice.chance(0.3)) return;
    const settled = endOf(day) + settleDays * DAY_MS;
    change(this.dice.pick(['late', 'changed']), this.dice.between(settled, endOf(day) + lateCheckDays * DAY_MS - 1));
  }

  private prepareFaults(): void {
    const { crashes, freezes, ledgerWipes, interventions, faultsMs } = this.profile;
    const sometimes = (times: number, run: () => void): void => {
      for (let i = 0; i < times; i++) this.scheduler.at(STARTS_AT + this.dice.between(10 * MINUTE_MS, faultsMs), run);
    };
    this.scheduler.at(this.on.faultsEnd, () => this.host.setClocks());
    sometimes(crashes, () => this.host.crashMachine());
    sometimes(freezes, () => this.host.freezeMachine(this.dice.scaled(30_000, 5 * HOUR_MS)));
    sometimes(ledgerWipes, () => {
      this.count('ledger wiped');
      this.trace.note(this.scheduler.now, 'the ledger is wiped');
      this.stores.wipeLedger();
      this.ledger.wipedAt = this.scheduler.now;
      // Either somebody notices, or the planner starts over.
      if (this.dice.chance(0.5))
        this.scheduler.after(this.dice.scaled(10_000, 5 * HOUR_MS), () => this.host.person(this.person.rebuild()));
    });
    sometimes(interventions, () => this.host.person(this.person.verify(false)));
    sometimes(interventions, () => this.host.person(this.person.intervene(this.dice)));
  }

  private tick(end: number): void {
    const { now } = this.scheduler;
    for (let i = 0; i < this.profile.planners; i++)
      this.scheduler.after(i * this.dice.between(0, 40), () => this.host.plan());
    const usual = now >= this.on.faultsEnd ? 100 * MINUTE_MS : this.profile.tickMs;
    const next = now + (this.options.tickMs?.(now - STARTS_AT) ?? usual);
    if (next < end) this.scheduler.at(next, () => this.tick(end));
  }

  /** Somebody looks at what is held back, and asks for another read soon. */
  private noticed(before: DayEntry | undefined, after: DayEntry): void {
    const held = before?.work.suspicion === undefined && after.work.suspicion !== undefined;
    if (!held || this.scheduler.now >= this.on.faultsEnd || !this.dice.chance(0.3)) return;
    const ask = (): void => this.host.person(this.person.ask(after.dataset, after.day));
    this.scheduler.after(this.dice.between(2, 70) * MINUTE_MS, ask);
  }

  private watcher(): Watcher {
    const { lake, ledger } = this;
    return {
      dayPut: (actor, before, after) => {
        ledger.dayPut(actor, before, after);
        this.noticed(before, after);
      },
      watermarkPut: (actor, before, after) => ledger.watermarkPut(actor, before, after),
      gatePut: (actor, before, after) => ledger.gatePut(actor, before, after),
      gateRead: (actor, source, gate) => {
        const until = gate === undefined ? 0 : Date.parse(gate.notBefore);
        const closedUntil = until > actor.clock.now() ? until : 0;
        actor.facts.gates.set(source, { at: this.scheduler.now, closedUntil });
      },
      headRead: (actor, etag) => {
        actor.facts.head = etag;
      },
      staging: (actor, dataset, day) => lake.staging(actor, dataset, day),
      staged: (dataset, day, ticket, number, content) => lake.staged(dataset, day, ticket, number, content),
      stageAnswered: cursor => {
        if (cursor !== undefined) this.on.pages.refresh(cursor, this.scheduler.now);
      },
      committing: actor => lake.committing(actor),
      sending: (actor, message) => ledger.sending(actor, message),
      committed: (actor, dataset, day, replaced) => lake.committed(actor, dataset, day, replaced),
      kept: (_actor, dataset, day) => lake.kept(dataset, day),
      sent: message => this.host.sent(message),
    };
  }
}
