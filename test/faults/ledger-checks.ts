import { createHash } from 'node:crypto';
import { addDays, DAY_MS, eachDay, endOf, HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';
import type { Checkpoint, DayEntry, Gate, Watermark } from '../../shared/words/ledger.ts';
import type { Day, FetchMessage } from '../../shared/words/model.ts';
import type { Actor } from './actor.ts';
import { type Context, type Findings, fingerprintOfText, keyOf } from './findings.ts';
import type { LakeChecks } from './lake-checks.ts';
import { linesIn } from './lines.ts';
import { landsAs } from './pages.ts';

/** What must hold of the ledger, looked at after every write to it. */

/** Complete reads of a day within an hour: three in a row, and a backoff that doubles, stay far below. */
const READS_PER_HOUR = 40;

export class LedgerChecks {
  private readonly on: Context;
  private readonly findings: Findings;
  private readonly lake: LakeChecks;
  private readonly tickets = new Map<string, number>();
  private readonly settled = new Set<string>();
  /** When a worker that had been silent for too long gave a sign of life again, by day. */
  private readonly revivedAt = new Map<string, number>();
  /** When the read that is under way began, by day. */
  private readonly readsSince = new Map<string, number>();
  /** When the ledger was last lost. */
  wipedAt = 0;

  constructor(on: Context, findings: Findings, lake: LakeChecks) {
    this.on = on;
    this.findings = findings;
    this.lake = lake;
  }

  dayPut(actor: Actor, before: DayEntry | undefined, after: DayEntry): void {
    this.ticket(actor, before, after);
    this.checkpoint(actor, after, after.work.checkpoint);
    if (before?.work.state === 'fetching' && !this.isBusy(before))
      this.revivedAt.set(keyOf(after.dataset, after.day), this.on.scheduler.now);
    if (after.held !== before?.held) this.held(actor, before, after);
    const { state } = after.work;
    if (state === 'queued' && this.isByPlan(actor, before)) this.queuedByPlan(actor, before, after);
    if (this.givesUp(actor, before, after)) this.givenUp(actor, before, after);
    if (state === 'queued') actor.facts.queued.add(`${keyOf(after.dataset, after.day)}/${after.work.ticket}`);
    if (state === 'failed') this.visible(actor, after);
    if (state === 'fetching' && before?.work.state === 'queued') {
      actor.facts.ticket = after.work.ticket;
      actor.facts.day = keyOf(after.dataset, after.day);
      actor.facts.rereads = before.work.rereads;
      actor.facts.claimedAt = this.on.scheduler.now;
      actor.facts.readSince = this.readSince(before);
    }
  }

  /** A checkpoint without pages carries nothing that was looked at. */
  private readSince({ dataset, day, work }: DayEntry): number {
    const key = keyOf(dataset, day);
    const { now } = this.on.scheduler;
    const since = (work.checkpoint?.pages ?? 0) > 0 ? (this.readsSince.get(key) ?? now) : now;
    this.readsSince.set(key, since);
    return since;
  }

  /** A worker that hands its own day on is not a planner, nor is a person. */
  private isByPlan(actor: Actor, before: DayEntry | undefined): boolean {
    return actor.kind !== 'person' && (before === undefined || actor.facts.ticket !== before.work.ticket);
  }

  /** Whether a planner leaves a day alone that workers were lost with, instead of having it taken over once more. */
  private givesUp(actor: Actor, before: DayEntry | undefined, { work }: DayEntry): boolean {
    const stops = before?.work.state === 'fetching' && work.state === 'failed' && actor.kind !== 'poison';
    return stops && work.errorKind === 'worker.poisoned' && this.isByPlan(actor, before);
  }

  private givenUp(actor: Actor, before: DayEntry | undefined, { dataset, day }: DayEntry): void {
    const about = `${dataset} ${day}`;
    const silentMs = this.on.scheduler.now - Date.parse(before?.work.heartbeat ?? '') + 2 * this.on.skewMs;
    this.findings.check(silentMs >= 3 * MINUTE_MS, '13', () => `${about} was given up on while it was read`, actor);
    const lost = before?.work.takeovers ?? 0;
    this.findings.check(lost === 1, '13', () => `${about} was given up on after ${lost} takeovers`, actor);
  }

  /** Who has not queued the day, because it was lost to another, sends no message about it. */
  sending(actor: Actor, { dataset, day, ticket }: FetchMessage): void {
    const own = actor.facts.queued.has(`${keyOf(dataset, day)}/${ticket}`);
    this.findings.check(own, '8', () => `${dataset} ${day} ${ticket}: a message for what it has not queued`, actor);
  }

  private ticket(actor: Actor, before: DayEntry | undefined, after: DayEntry): void {
    const key = keyOf(after.dataset, after.day);
    // Whoever found nothing in a ledger that was lost since then starts from an older clock than others did.
    if (before === undefined && actor.startedAt < this.wipedAt) this.tickets.delete(key);
    const most = this.tickets.get(key) ?? 0;
    const { state, ticket } = after.work;
    const claims = state === 'fetching' && before?.work.state !== 'fetching';
    const takes = (state === 'queued' || claims) && actor.kind !== 'person';
    this.findings.check(takes ? ticket > most : ticket >= most, '8', () => {
      return `${key}: ticket ${ticket} (${state}) after ${most}`;
    });
    this.tickets.set(key, Math.max(most, ticket));
    const owned =
      actor.kind !== 'fetch' || takes || actor.facts.ticket === ticket || this.givesUp(actor, before, after);
    this.findings.check(owned, '8', () => `${key}: wrote under ticket ${ticket}, which is another worker's`, actor);
    const stolen = claims && (before?.work.state !== 'queued' || before.work.ticket !== ticket - 1);
    this.findings.check(!stolen, '8', () => `${key}: claimed from ${before?.work.state} ${before?.work.ticket}`, actor);
  }

  /** A worker that goes on from it must find exactly these rows staged. */
  private checkpoint(actor: Actor, entry: DayEntry, checkpoint: Checkpoint | undefined): void {
    if (checkpoint === undefined) return;
    const about = `checkpoint of ${entry.dataset} ${entry.day}`;
    // Rows may come and go while they are read, but not by the hundred.
    const most = (this.on.truths.get(entry.dataset)?.windowRows(entry.day).length ?? 0) + 200;
    this.findings.check(checkpoint.rows <= most, 'checkpoint', () => `${about} has ${checkpoint.rows} rows`, actor);
    const { blocks } = this.lake.of(entry.dataset, entry.day);
    const found = checkpoint.segments.flatMap(({ ticket, count }) =>
      Array.from({ length: count }, (_, number) => blocks.get(ticket)?.[number]),
    );
    const missing = found.filter(block => block === undefined).length;
    this.findings.check(missing === 0, 'checkpoint', () => `${about}: ${missing} blocks were never staged`, actor);
    const text = Buffer.concat(found.map(block => block ?? Buffer.alloc(0))).toString();
    const print = `${checkpoint.rows}-${checkpoint.digest}`;
    this.findings.check(missing > 0 || fingerprintOfText(text) === print, 'checkpoint', () => {
      return `${about} counts ${print}, staged are ${fingerprintOfText(text)}`;
    });
  }

  private held(actor: Actor, before: DayEntry | undefined, after: DayEntry): void {
    const { dataset, day, held } = after;
    const about = `${dataset} ${day}`;
    if (held === undefined) {
      this.findings.add('12', `${actor.name}: ${about} is no longer held`);
      return;
    }
    const { current, revisions } = this.lake.of(dataset, day);
    const revision = revisions.get(held.revision);
    const there = current !== undefined && held.revision <= current.receipt.revision && revision !== undefined;
    this.findings.check(there, '12', () => `${about} is held as r${held.revision}, which the lake never had`, actor);
    if (revision === undefined) return;
    const right = revision.fingerprint === held.fingerprint && revision.rows === held.rows;
    this.findings.check(right, '12', () => `${about} r${held.revision} is noted as ${held.fingerprint}`, actor);
    const bytes = Buffer.byteLength(revision.text);
    this.findings.check(bytes === held.bytes, '12', () => `${about} has ${bytes} bytes, noted are ${held.bytes}`);
    const known = before?.held;
    this.findings.check((known?.revision ?? 0) <= held.revision, '12', () => `${about} went back to r${held.revision}`);
    if (known?.revision !== held.revision) this.changes(actor, after);
    if (held.settledAt !== undefined) {
      if (known?.settledAt === undefined) this.settles(actor, before, after);
      this.settled.add(keyOf(dataset, day));
    }
  }

  private changes(actor: Actor, { dataset, day, held }: DayEntry): void {
    if (held === undefined) return;
    const { revisions } = this.lake.of(dataset, day);
    const now = revisions.get(held.revision)?.text;
    const was = held.revision === 1 ? now : revisions.get(held.revision - 1)?.text;
    if (now === undefined || was === undefined) return;
    const counted = [held.rowsAdded, held.rowsChanged, held.rowsRemoved].join(' ');
    const really = this.compare(dataset, was, now).join(' ');
    this.findings.check(
      counted === really,
      '9',
      () => {
        return `${dataset} ${day} r${held.revision}: added, changed, removed are ${really}, noted are ${counted}`;
      },
      actor,
    );
  }

  private compare(dataset: string, was: string, now: string): [number, number, number] {
    const truth = this.on.truths.get(dataset);
    // A torn read may have a row twice, in two versions: the first one counts.
    const keyed = (text: string) =>
      new Map(
        linesIn(text)
          .map(line => [truth?.byLine.get(line)?.key ?? line, line] as const)
          .reverse(),
      );
    const [before, after] = [keyed(was), keyed(now)];
    const added = [...after.keys()].filter(key => !before.has(key)).length;
    const removed = [...before.keys()].filter(key => !after.has(key)).length;
    const changed = [...after].filter(([key, line]) => before.has(key) && before.get(key) !== line).length;
    return [added, changed, removed];
  }

  private settles(actor: Actor, before: DayEntry | undefined, { dataset, day, held }: DayEntry): void {
    const about = `${dataset} ${day}`;
    const days = this.on.truths.get(dataset)?.dataset.settleDays ?? 0;
    const oldAt = endOf(day) + days * DAY_MS;
    const early = this.on.scheduler.now < oldAt - this.on.skewMs;
    this.findings.check(!early, '6s', () => `${about} settled before it was ${days} days old`, actor);
    const same = before?.held?.revision === held?.revision;
    this.findings.check(same, '6s', () => `${about} settled with a read that changed it`, actor);
    const reads = this.on.pages.wholeReads.get(keyOf(dataset, day)) ?? [];
    const text = this.lake.of(dataset, day).revisions.get(held?.revision ?? 0)?.text ?? '';
    const agreed = reads.some(read => read.endedAt >= oldAt - this.on.skewMs && landsAs(read, text));
    this.findings.check(agreed, '6s', () => `${about} settled and was not read after it was ${days} days old`, actor);
    this.heldOnce(dataset, day, text);
  }

  /** No row stands in two days that are both settled. */
  private heldOnce(dataset: string, day: Day, text: string): void {
    const keys = this.on.truths.get(dataset)?.byLine;
    const mine = new Set(linesIn(text).map(line => keys?.get(line)?.key ?? line));
    for (const other of this.on.stores().entries()) {
      if (other.dataset !== dataset || other.day === day || other.held?.settledAt === undefined) continue;
      const { current } = this.lake.of(dataset, other.day);
      // Its worker died between blob and ledger: what it committed is not what had settled, and has to settle anew.
      if (current?.receipt.revision !== other.held.revision) continue;
      const theirs = linesIn(current.text);
      const twice = theirs.find(line => mine.has(keys?.get(line)?.key ?? line));
      this.findings.check(
        twice === undefined,
        '2s',
        () => `${dataset}: ${day} and ${other.day} both settled with ${twice}`,
      );
    }
  }

  private queuedByPlan(actor: Actor, before: DayEntry | undefined, { dataset, day, work }: DayEntry): void {
    const { scheduler, skewMs, inFlight } = this.on;
    const about = `${dataset} ${day} ticket ${work.ticket}`;
    const silentMs = (instant: string | undefined): number => scheduler.now - Date.parse(instant ?? '') + 2 * skewMs;
    const was = before?.work;
    const soon =
      (was?.state === 'fetching' && silentMs(was.heartbeat) < 3 * MINUTE_MS) ||
      (was?.state === 'queued' &&
        Math.min(silentMs(was.queuedAt), silentMs(was.retryAt ?? was.queuedAt)) < 3 * MINUTE_MS);
    this.findings.check(!soon, '13', () => `${about} was queued although somebody is at it`, actor);
    if (was?.state === 'failed' && was.askedAt === undefined)
      this.findings.check(silentMs(was.retryAt) >= 0, '13', () => `${about} was tried again too soon`, actor);
    const source = this.on.truths.get(dataset)?.dataset.source;
    const closed = source !== undefined && actor.isBehindGate(source);
    this.findings.check(!closed, '16', () => `${about} was queued behind a closed gate`, actor);
    const busy = this.on
      .stores()
      .entries()
      .filter(entry => this.on.truths.get(entry.dataset)?.dataset.source === source && this.isBusy(entry))
      // A planner that looked while its worker seemed lost did not count it.
      .filter(({ dataset: name, day: other }) => {
        return (this.revivedAt.get(keyOf(name, other)) ?? 0) < scheduler.now - MINUTE_MS;
      }).length;
    // Planners that overlap, or that could not read all of the ledger, each see less than there is.
    const most = inFlight * (actor.facts.planners + (actor.facts.failures > 0 ? 1 : 0));
    this.findings.check(skewMs > 0 || busy <= most, '15', () => `${about} makes ${busy} days in flight`, actor);
    this.reads(dataset, day);
  }

  private isBusy({ work }: DayEntry): boolean {
    const { now } = this.on.scheduler;
    if (work.state === 'fetching') return now <= Date.parse(work.heartbeat ?? '') + 3 * MINUTE_MS;
    if (work.state !== 'queued') return false;
    return (
      now <= Math.max(Date.parse(work.queuedAt ?? ''), Date.parse(work.retryAt ?? work.queuedAt ?? '')) + 3 * MINUTE_MS
    );
  }

  /** Nothing reads a day over and over. */
  private reads(dataset: string, day: Day): void {
    const reads = this.on.pages.wholeReads.get(keyOf(dataset, day)) ?? [];
    const since = this.on.scheduler.now - HOUR_MS;
    let count = 0;
    for (let i = reads.length - 1; i >= 0 && (reads[i]?.endedAt ?? 0) > since; i--) count += 1;
    this.findings.check(count <= READS_PER_HOUR, '15', () => `${dataset} ${day} was read ${count} times in an hour`);
  }

  private visible(actor: Actor, { dataset, day, work }: DayEntry): void {
    const told = work.errorKind !== undefined && work.errorRemedy !== undefined && (work.errorMessage ?? '') !== '';
    const { retryAt } = work;
    this.findings.check(told && retryAt !== undefined, '17', () => `${dataset} ${day} failed without a reason`, actor);
    this.findings.check(work.errorKind !== 'worker.bug', '17', () => `${dataset} ${day}: ${work.errorMessage}`, actor);
  }

  /** Whether a person writes anew a mark that says more than there is, as a planner left it that read a lost ledger. */
  private corrects(actor: Actor, dataset: string, mark: Day): boolean {
    const entries = this.on.stores().entries();
    return (
      actor.kind === 'person' &&
      !entries.some(({ dataset: name, day, held }) => name === dataset && day === mark && held !== undefined)
    );
  }

  watermarkPut(actor: Actor, before: Watermark | undefined, after: Watermark): void {
    const { dataset, firstDay } = after;
    const extended = before !== undefined && firstDay < before.firstDay;
    const later = before !== undefined && firstDay > before.firstDay;
    this.findings.check(!later, '6', () => `${dataset}: firstDay moved to ${firstDay}`, actor);
    for (const mark of ['landedThrough', 'settledThrough'] as const) {
      const [was, now] = [before?.[mark], after[mark]];
      const back =
        was !== undefined && !extended && (now === undefined || now < was) && !this.corrects(actor, dataset, was);
      this.findings.check(!back, '6', () => `${dataset}: ${mark} went back from ${was} to ${now}`, actor);
      if (now === undefined || now === was) continue;
      for (const day of eachDay(was === undefined || extended ? firstDay : addDays(was, 1), now)) {
        const passed =
          mark === 'landedThrough'
            ? this.on.stores().etagOf(dataset, day) !== undefined
            : this.settled.has(keyOf(dataset, day));
        this.findings.check(passed, '6', () => `${dataset}: ${mark} ${now} covers ${day}`, actor);
      }
    }
  }

  gatePut(actor: Actor, before: Gate | undefined, after: Gate): void {
    const shorter = before !== undefined && after.notBefore < before.notBefore;
    this.findings.check(!shorter, '16', () => `the gate of ${after.source} was opened early`, actor);
  }

  /** All facts that two runs of the same seed must end with. */
  summary(): string {
    return createHash('sha256').update(JSON.stringify(this.on.stores().entries())).digest('hex').slice(0, 16);
  }
}
