import { endOf, HOUR_MS } from '../../shared/words/day.ts';
import type { Day, Receipt } from '../../shared/words/model.ts';
import type { Actor } from './actor.ts';
import { type Context, type Findings, fingerprintOfText, keyOf } from './findings.ts';
import { linesIn } from './lines.ts';
import { landsAs, type WholeRead } from './pages.ts';
import type { Row } from './truth.ts';

/** What must hold of partitions and their history, looked at after every operation that changes a blob. */

interface Revision {
  readonly text: string;
  readonly fingerprint: string;
  readonly rows: number;
}

/** All that was ever seen of one day's blobs. */
interface Seen {
  current: { readonly receipt: Receipt; readonly text: string } | undefined;
  committedAt: number;
  readonly revisions: Map<number, Revision>;
  readonly history: Map<number, string>;
  /** Every block that was ever staged, by ticket. */
  readonly blocks: Map<number, Buffer[]>;
}

export class LakeChecks {
  private readonly on: Context;
  private readonly findings: Findings;
  private readonly seen = new Map<string, Seen>();
  /** `dataset/day/fingerprint` of shrinks that a person has accepted. */
  readonly accepted = new Set<string>();

  constructor(on: Context, findings: Findings) {
    this.on = on;
    this.findings = findings;
  }

  of(dataset: string, day: Day): Seen {
    const key = keyOf(dataset, day);
    const known = this.seen.get(key) ?? {
      current: undefined,
      committedAt: 0,
      revisions: new Map(),
      history: new Map(),
      blocks: new Map(),
    };
    this.seen.set(key, known);
    return known;
  }

  /** Who has lost the day begins no block; one that was begun before may still be staged, and nobody names it. */
  staging(actor: Actor, dataset: string, day: Day): void {
    const about = `${dataset} ${day}`;
    this.findings.check(!actor.facts.superseded, '8', () => `${about}: a superseded worker began a block`, actor);
  }

  staged(dataset: string, day: Day, ticket: number, number: number, content: Uint8Array): void {
    const { blocks } = this.of(dataset, day);
    const mine = blocks.get(ticket) ?? [];
    mine[number] = Buffer.from(content);
    blocks.set(ticket, mine);
    this.unchanged(dataset, day);
  }

  /** Who has lost the day begins no commit; one that was begun before may still succeed, and is whole. */
  committing(actor: Actor): void {
    const { superseded, committing, day } = actor.facts;
    this.findings.check(!superseded || committing, '8', () => `${day}: a superseded worker began to commit`, actor);
    actor.facts.committing = true;
  }

  kept(dataset: string, day: Day): void {
    this.unchanged(dataset, day);
    this.history(dataset, day);
  }

  /** The partition has just been replaced. */
  committed(actor: Actor, dataset: string, day: Day, replaced: string | undefined): void {
    const seen = this.of(dataset, day);
    const before = seen.current;
    const landed = this.on.stores().lake.partition(dataset, day);
    if (landed === undefined) {
      this.findings.add('1', `${dataset} ${day} was committed and is not there`);
      return;
    }
    const { receipt } = landed;
    const text = landed.bytes.toString();
    const about = `${dataset} ${day} r${receipt.revision} (ticket ${receipt.ticket})`;
    this.findings.check(
      actor.facts.head === replaced,
      '8c',
      () => `${about} replaced what its worker never saw`,
      actor,
    );
    this.whole(actor, dataset, day, text, receipt, about);
    this.rows(actor, dataset, day, text, about);
    this.grown(dataset, day, before, text, receipt, about);
    this.numbered(dataset, day, before, text, receipt, about);
    this.over(day, about);
    seen.current = { receipt, text };
    seen.committedAt = this.on.scheduler.now;
    seen.revisions.set(receipt.revision, { text, fingerprint: receipt.fingerprint, rows: receipt.rows });
    this.history(dataset, day);
  }

  private whole(actor: Actor, dataset: string, day: Day, text: string, receipt: Receipt, about: string): void {
    const { findings } = this;
    const recount = fingerprintOfText(text);
    findings.check(recount === receipt.fingerprint, '1', () => `${about} is ${recount}, not ${receipt.fingerprint}`);
    findings.check(linesIn(text).length === receipt.rows, '1', () => `${about} has not ${receipt.rows} rows`);
    findings.check(text === '' || text.endsWith('\n'), '1', () => `${about} ends within a line`);
    const reads = this.reads(dataset, day).filter(read => landsAs(read, text));
    findings.check(reads.length > 0, '1', () => `${about} is not one complete read of the day`, actor);
    if (reads.length === 0) return;
    findings.check(
      reads.some(read => read.believable),
      '4',
      () => `${about} is made of an answer that shows that it went wrong`,
    );
    findings.check(
      reads.some(read => read.totalsAgree),
      '4',
      () => `${about} has not as many rows as the source stated`,
    );
    // Rows that came twice may land only as the third read in a row that has them, and marked.
    const doubtful = actor.facts.rereads >= 2 && dataset !== 'voximplant-sms';
    findings.check(
      doubtful || reads.some(read => read.repeated === 0),
      '4',
      () => `${about} has rows twice after ${actor.facts.rereads} rereads`,
    );
  }

  private reads(dataset: string, day: Day): readonly WholeRead[] {
    return this.on.pages.wholeReads.get(keyOf(dataset, day)) ?? [];
  }

  private rows(actor: Actor, dataset: string, day: Day, text: string, about: string): void {
    const truth = this.on.truths.get(dataset);
    const keys = new Set<string>();
    for (const line of linesIn(text)) {
      const row = truth?.byLine.get(line);
      this.findings.check(row !== undefined, '1', () => `${about} has a line that the source never sent: ${line}`);
      if (row === undefined) continue;
      const stays = row.day === day || this.mayStay(actor, dataset, row);
      this.findings.check(stays, '2', () => `${about} has a row of ${row.day}: ${row.key}`);
      this.findings.check(!keys.has(row.key) || actor.facts.rereads >= 2, '2', () => `${about} has ${row.key} twice`);
      keys.add(row.key);
    }
  }

  /**
   * A row of another day may stay where its own day was without it when a worker of the read looked. One without a time
   * that several windows bring may stay until the days settle: which day brought it first is known only when the days
   * between have landed.
   */
  private mayStay(actor: Actor, dataset: string, { at, day, key }: Row): boolean {
    if (at === '' && (this.on.truths.get(dataset)?.undatedDays ?? 0) > 0) return true;
    const { current, committedAt } = this.of(dataset, day);
    const keys = this.on.truths.get(dataset)?.byLine;
    const there = linesIn(current?.text ?? '').some(line => keys?.get(line)?.key === key);
    return !there || committedAt >= actor.facts.readSince;
  }

  private grown(
    dataset: string,
    day: Day,
    before: Seen['current'],
    text: string,
    receipt: Receipt,
    about: string,
  ): void {
    if (before === undefined || this.accepted.has(`${keyOf(dataset, day)}/${receipt.fingerprint}`)) return;
    const keys = this.on.truths.get(dataset)?.byLine;
    const keyOfLine = (line: string): string => keys?.get(line)?.key ?? line;
    const reads = this.reads(dataset, day);
    const missing = ({ keys: came }: WholeRead) =>
      linesIn(before.text)
        .map(keyOfLine)
        .filter(key => !came.has(key));
    // Several reads may land as the same text, and one of them is what was committed.
    const [gone = []] = reads
      .filter(read => landsAs(read, text))
      .map(missing)
      .sort((a, b) => a.length - b.length);
    if (gone.length === 0) return;
    const ends = reads.filter(read => gone.every(key => !read.keys.has(key))).map(read => read.endedAt);
    const apart = Math.max(...ends) - Math.min(...ends);
    const witnessed = apart >= HOUR_MS - 2 * this.on.skewMs - 1_000;
    this.findings.check(text !== '' && witnessed, '10', () => {
      return `${about} lost ${gone.length} rows; reads without them are ${Math.round(apart / 60_000)} min apart`;
    });
  }

  private numbered(
    dataset: string,
    day: Day,
    before: Seen['current'],
    text: string,
    receipt: Receipt,
    about: string,
  ): void {
    const { findings } = this;
    const { revisions, history } = this.of(dataset, day);
    findings.check(receipt.revision === (before?.receipt.revision ?? 0) + 1, '5', () => {
      return `${about} follows r${before?.receipt.revision}`;
    });
    findings.check(!revisions.has(receipt.revision), '5', () => `${about}: its number was used before`);
    if (before === undefined) return;
    const kept = this.on.stores().lakeStore.blobs.get(keyOf(dataset, day))?.history.get(before.receipt.revision);
    findings.check(kept?.bytes.toString() === before.text, '5', () => `${about} replaced what is not in history`);
    findings.check(kept?.receipt.fingerprint === before.receipt.fingerprint, '5', () => `${about}: receipt in history`);
    findings.check(text !== before.text, '5', () => `${about} is what it replaced`);
    history.set(before.receipt.revision, before.text);
  }

  private over(day: Day, about: string): void {
    // The source states its clock nearly always; then nothing depends on ours.
    const early = this.on.scheduler.now < endOf(day) + HOUR_MS - this.on.skewMs;
    this.findings.check(!early, '11', () => `${about} was landed before the day was over`);
  }

  /** History is written once. */
  private history(dataset: string, day: Day): void {
    const { history, revisions } = this.of(dataset, day);
    const blob = this.on.stores().lakeStore.blobs.get(keyOf(dataset, day));
    for (const [revision, landed] of blob?.history ?? []) {
      const text = landed.bytes.toString();
      const known = history.get(revision) ?? revisions.get(revision)?.text ?? text;
      this.findings.check(text === known, '5', () => `${dataset} ${day}: r${revision} in history has changed`);
      history.set(revision, text);
    }
    for (const revision of history.keys()) {
      const there = blob?.history.has(revision) === true;
      this.findings.check(there, '5', () => `${dataset} ${day}: r${revision} is gone from history`);
    }
  }

  /** What readers see changes with a commit and with nothing else. */
  private unchanged(dataset: string, day: Day): void {
    const { current } = this.of(dataset, day);
    const landed = this.on.stores().lake.partition(dataset, day);
    const same = landed?.bytes.toString() === current?.text && landed?.receipt.ticket === current?.receipt.ticket;
    this.findings.check(same, '1', () => `${dataset} ${day} changed without a commit`);
  }
}
