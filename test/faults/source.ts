import { FETCH_LIMITS } from '../../shared/fetch/attempt.ts';
import { CURSOR_MS } from '../../shared/fetch/reading.ts';
import { HOUR_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, Day, ReasonCode, Window } from '../../shared/words/model.ts';
import type { Page, Source } from '../../shared/words/ports.ts';
import type { Actor, Stage } from './actor.ts';
import { type DrawnFault, drawFault, Exchange, sourceOver } from './answers.ts';
import type { Dice } from './dice.ts';
import { type Context, type Findings, keyOf } from './findings.ts';
import { type Change, type Profile, SOURCE_FAULTS, type SourceFault } from './profile.ts';

/** The outside API, with every way in which it fails, and what may be asked of it. */

const REASONS: Readonly<Record<Exclude<SourceFault, 'slow' | 'short'>, ReasonCode>> = {
  wait: 'source.throttled',
  'wait-until': 'source.throttled',
  retry: 'source.failing',
  reject: 'source.rejected',
  restart: 'paging.expired',
  'fix-config': 'auth.forbidden',
};

/** An answer takes this long unless it is slow. */
export type Latency = readonly [low: number, high: number];

export class SimulatedSource {
  private readonly on: Context;
  private readonly stage: Stage;
  private readonly profile: Profile;
  private readonly findings: Findings;
  private readonly latency: Latency;
  /** Their own, so that what the network does moves nothing else. */
  private readonly answers: Dice;

  constructor(
    on: Context,
    stage: Stage,
    profile: Profile,
    findings: Findings,
    answers: Dice,
    latency: Latency = [20, 900],
  ) {
    this.on = on;
    this.stage = stage;
    this.profile = profile;
    this.findings = findings;
    this.latency = latency;
    this.answers = answers;
  }

  as(actor: Actor): Source {
    return { read: (dataset, window, cursor, signal) => this.read(actor, dataset, window, cursor, signal) };
  }

  private async read(
    actor: Actor,
    dataset: Dataset,
    window: Window,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page> {
    const { day } = window;
    const stopped = !actor.facts.superseded;
    this.findings.check(stopped, '8', () => `${dataset.name} ${day} was requested by a superseded worker`, actor);
    this.gate(actor, dataset, day);
    this.cursor(actor, dataset, day, cursor);
    actor.facts.requests.push(this.on.scheduler.now);
    this.stage.count('request');
    const { dice } = this.stage;
    const fault = this.faultNow(dataset);
    if (fault !== undefined) this.stage.count(`source ${fault}`);
    const latencyMs = fault === 'slow' ? dice.scaled(2_000, 5 * MINUTE_MS) : dice.between(...this.latency);
    await actor.pause(latencyMs, signal);
    if (fault !== undefined && fault !== 'slow' && fault !== 'short') throw this.failure(fault);
    return this.page(actor, dataset, window, cursor, fault === 'short', signal);
  }

  private faultNow({ source }: Dataset): SourceFault | undefined {
    if (this.on.scheduler.now >= this.on.faultsEnd) return undefined;
    const fault = SOURCE_FAULTS.find(each => this.stage.dice.chance(this.profile.source[each]));
    // A row that is left out can only be missed where the source states how many there are.
    return fault === 'short' && source !== 'voximplant' ? undefined : fault;
  }

  private failure(fault: Exclude<SourceFault, 'slow' | 'short'>): LandlineError {
    const { dice } = this.stage;
    const until = instantOf(this.on.scheduler.now + dice.scaled(31_000, 3 * HOUR_MS));
    return new LandlineError({
      reason: REASONS[fault],
      remedy: fault === 'wait-until' ? 'wait' : fault,
      message: `The source says: ${fault}`,
      ...(fault === 'wait-until' ? { until } : {}),
    });
  }

  /** The page as the product's own source takes it from what is answered. */
  private async page(
    actor: Actor,
    dataset: Dataset,
    asked: Window,
    cursor: string | undefined,
    short: boolean,
    signal: AbortSignal,
  ): Promise<Page> {
    const { on } = this;
    const { day } = asked;
    const { dice } = this.stage;
    const truth = on.truths.get(dataset.name);
    if (truth === undefined) throw new Error(`There is no ${dataset.name}`);
    const theirs = cursor === undefined ? undefined : linkIn(cursor);
    const drawn = this.answerFaultNow(dataset, theirs !== undefined);
    let [at, version, tries] = [0, 0, 0];
    const exchange = new Exchange({
      dataset,
      asked,
      drawn,
      nowMs: () => on.scheduler.now,
      dated: () => dice.chance(0.97),
      stock: async aborted => {
        tries += 1;
        if (tries > 1) await actor.pause(dice.between(...this.latency), aborted);
        [at, version] = [on.scheduler.now, truth.versionOf(day)];
        return { rows: truth.windowRows(day, asked), take: on.pages.pageRows, short };
      },
    });
    const source = sourceOver(exchange, dataset, { clock: actor.clock, random: () => this.answers.next() });
    const page = await source.read(dataset, asked, theirs, signal);
    const { now } = on.scheduler;
    const { rows, believable } = exchange;
    const last = page.next === undefined;
    const taken = { cursor, asked, link: page.next, rows, at, version, total: page.total, believable, last };
    const number = on.pages.take(truth, taken);
    const next = page.next === undefined ? undefined : on.pages.cursorOf(number, page.next);
    if (next !== undefined) on.pages.refresh(next, now);
    actor.facts.cursor = next;
    this.stage.trace.note(now, `${actor.name} page ${dataset.name} ${day} ${cursor ?? 'first'} → ${page.cut.count}`);
    if (now < on.faultsEnd && next !== undefined && dice.chance(this.profile.shifts)) {
      const change = dice.pick<Change>(['late', 'changed', 'withdrawn']);
      if (truth.change(day, change, now)) this.stage.count(`rows ${change} while paging`);
    }
    // Memory that was given back holds something else: whoever still looks at it must be noticed.
    const release = () => void page.cut.body.fill('x');
    return { ...page, next, release };
  }

  private answerFaultNow(dataset: Dataset, further: boolean): DrawnFault | undefined {
    const on = this.on.scheduler.now < this.on.faultsEnd && this.answers.chance(this.profile.answers);
    if (!on) return undefined;
    const drawn = drawFault(this.answers, dataset, further);
    this.stage.count('answer faulted');
    this.stage.trace.note(this.on.scheduler.now, `${drawn.name}, ${drawn.times} times`);
    return drawn;
  }

  /** No request behind a gate that the worker knew, or had time to know. */
  private gate(actor: Actor, dataset: Dataset, day: Day): void {
    const gate = this.on.stores().ledgerStore.gates.get(dataset.source)?.value;
    if (gate === undefined || Date.parse(gate.notBefore) <= actor.clock.now()) return;
    const { requests, answeredAt } = actor.facts;
    const read = actor.facts.gates.get(dataset.source);
    const about = `${dataset.name} ${day} was requested behind the gate`;
    this.findings.check(!actor.isBehindGate(dataset.source), '16', () => about, actor);
    const looked = Math.max(read?.at ?? 0, requests[0] ?? this.on.scheduler.now, answeredAt);
    const idle = (requests.at(-1) ?? 0) > looked + FETCH_LIMITS.checkpointMs;
    this.findings.check(!idle, '16', () => `${about}, which it had not looked at for too long`, actor);
  }

  /** A worker starts with a cursor only while the source can be trusted to remember it. */
  private cursor(actor: Actor, dataset: Dataset, day: Day, cursor: string | undefined): void {
    if (cursor === undefined || actor.facts.requests.length > 0) return;
    const { claimedAt } = actor.facts;
    const age = claimedAt - this.on.pages.freshness(cursor);
    const old = age > CURSOR_MS + 2 * this.on.skewMs + MINUTE_MS;
    const about = keyOf(dataset.name, day);
    this.findings.check(!old, 'checkpoint', () => `${about} went on from a cursor ${age / 60_000} min old`, actor);
  }
}

/** The page that a cursor stands on, and what the product's source knows as the cursor. */
/** The link behind the number of its page. */
function linkIn(cursor: string): string {
  const [, link] = /^\d+@(.*)$/s.exec(cursor) ?? [];
  if (link !== undefined) return link;
  throw new LandlineError({ reason: 'source.rejected', remedy: 'reject', message: `No such cursor: ${cursor}` });
}
