import { FETCH_LIMITS } from '../../shared/fetch/read-pages.ts';
import { CURSOR_MS } from '../../shared/fetch/reading.ts';
import { HOUR_MS, instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { Dataset, Day, ReasonCode } from '../../shared/words/model.ts';
import type { Page, Source } from '../../shared/words/ports.ts';
import type { Actor, Stage } from './actor.ts';
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

  constructor(on: Context, stage: Stage, profile: Profile, findings: Findings, latency: Latency = [20, 900]) {
    this.on = on;
    this.stage = stage;
    this.profile = profile;
    this.findings = findings;
    this.latency = latency;
  }

  as(actor: Actor): Source {
    return { read: (dataset, window, cursor, signal) => this.read(actor, dataset, window.day, cursor, signal) };
  }

  private async read(
    actor: Actor,
    dataset: Dataset,
    day: Day,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page> {
    const stopped = !actor.facts.superseded;
    this.findings.check(stopped, '8', () => `${dataset.name} ${day} was requested by a superseded worker`, actor);
    this.gate(actor, dataset, day);
    this.cursor(actor, dataset, day, cursor);
    actor.facts.requests.push(this.on.scheduler.now);
    this.stage.count('request');
    const { dice } = this.stage;
    const fault = this.faultNow(dataset);
    if (fault !== undefined) this.stage.count(`source ${fault}`);
    await actor.pause(fault === 'slow' ? dice.scaled(2_000, 5 * MINUTE_MS) : dice.between(...this.latency), signal);
    if (fault !== undefined && fault !== 'slow' && fault !== 'short') throw this.failure(fault);
    return this.page(actor, dataset, day, cursor, fault === 'short');
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

  private page(actor: Actor, dataset: Dataset, day: Day, cursor: string | undefined, short: boolean): Page {
    const { on } = this;
    const { now } = on.scheduler;
    const truth = on.truths.get(dataset.name);
    if (truth === undefined) throw new Error(`There is no ${dataset.name}`);
    const servedAt = this.stage.dice.chance(0.97) ? now : Number.NaN;
    const page = on.pages.page(truth, day, cursor, { now, servedAt, short });
    actor.facts.cursor = page.next;
    this.stage.trace.note(now, `${actor.name} page ${dataset.name} ${day} ${cursor ?? 'first'} → ${page.cut.count}`);
    if (now < on.faultsEnd && page.next !== undefined && this.stage.dice.chance(this.profile.shifts)) {
      const change = this.stage.dice.pick<Change>(['late', 'changed', 'withdrawn']);
      if (truth.change(day, change, now)) this.stage.count(`rows ${change} while paging`);
    }
    return page;
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
