import { QUEUE_MAX } from '../ledger/alarms.ts';
import type { Gate } from '../words/ledger.ts';
import type { Instant, ReasonCode } from '../words/model.ts';
import type { Depth } from '../words/ports.ts';
import type { DatasetFacts, DayFacts, Unreadable } from './dataset-facts.ts';
import type { Filling } from './filling.ts';
import { notesOf } from './notes.ts';
import type { Point } from './point.ts';
import { counted, grouped, minuteOf } from './text.ts';

/** The answer to the one question that everybody has: is everything held? Pure. */

export interface Verdict {
  /** `held`: all is well. `landing`: it will be, by itself. `attention`: a person should look. */
  readonly level: 'held' | 'landing' | 'attention';
  readonly sentence: string;
  /** What a person should know or do, most important first. */
  readonly points: readonly Point[];
}

export interface Seen {
  readonly datasets: readonly DatasetFacts[];
  readonly unreadable: readonly Unreadable[];
  readonly gates: readonly Gate[];
  readonly depth: Depth | 'unreadable' | undefined;
  readonly plannedAt: Instant | undefined;
  readonly silent: boolean;
  readonly filling: Filling | undefined;
}

export function verdictOf(seen: Seen): Verdict {
  const { datasets } = seen;
  const unread = seen.unreadable.map(({ dataset, message }): Point => {
    return { text: `${dataset} cannot be looked at: ${message}`, command: 'landline rebuild', help: HELP.storage };
  });
  const points = [
    ...plannerPoints(seen),
    ...unread,
    ...datasets.flatMap(historyPoints),
    ...datasets.flatMap(dayPoints),
    ...queuePoints(seen),
  ];
  const lost = total(datasets, ({ counts }) => counts.expired);
  const missing = total(datasets, ({ gapDays }) => gapDays);
  const level = points.length > 0 ? 'attention' : missing > 0 || datasets.length === 0 ? 'landing' : 'held';
  return {
    level,
    sentence: sentenceOf(seen, missing, lost),
    points: [...points, ...notesOf({ ...seen, moving: isMoving(seen) }, lost)],
  };
}

function sentenceOf(seen: Seen, missing: number, lost: number): string {
  const { datasets, unreadable, filling } = seen;
  if (unreadable.length > 0) {
    const others = sentenceOf({ ...seen, unreadable: [] }, missing, lost);
    return `${counted(unreadable.length, 'log')} cannot be looked at. Of the others: ${others}`;
  }
  if (datasets.length === 0) return 'Nothing has been planned yet.';
  if (missing === 0) {
    const all = lost === 0 ? 'Everything owed' : 'Everything the sources still have';
    const broken = total(datasets, each => each.trouble.filter(day => day.broken).length);
    if (broken === 0) return `${all} is held${troubleAmong(datasets)}.`;
    return `${all} was landed, and ${counted(broken, 'partition')} ${broken === 1 ? 'is' : 'are'} damaged or gone.`;
  }
  if (isMoving(seen)) {
    const before = datasets.some(({ gapDays, lagDays }) => gapDays > lagDays || lagDays > 1);
    if (before && filling !== undefined)
      return `Filling history: ${grouped(filling.landed)} of ${counted(filling.owed, 'day')} landed.`;
    return `Everything owed is held, but for ${counted(missing, 'day')} on the way.`;
  }
  const logs = datasets.filter(({ gapDays }) => gapDays > 0).length;
  const stuck = total(datasets, ({ trouble }) => trouble.filter(isStuck).length);
  const rest = stuck === missing ? ', and cannot land without a person' : '';
  return `${counted(missing, 'day')} ${missing === 1 ? 'is' : 'are'} missing in ${counted(logs, 'log')}${rest}.`;
}

/** Whether all that is missing comes without a person. */
function isMoving({ datasets, silent, depth }: Seen): boolean {
  const read = depth === undefined || depth === 'unreadable' || depth.fetch <= QUEUE_MAX;
  return !silent && read && datasets.every(each => each.pausedAt === undefined && !each.trouble.some(isStuck));
}

/** A day that is not held and does not land before a person has done something. */
function isStuck({ state, held, waitsFor }: DayFacts): boolean {
  return !held && (state === 'failed' || waitsFor !== undefined);
}

/** Days that are held and all the same not as they should be. */
function troubleAmong(datasets: readonly DatasetFacts[]): string {
  const failed = total(datasets, ({ counts }) => counts.failed);
  const suspect = total(datasets, ({ counts }) => counts.suspect);
  const needy = failed === 0 ? '' : `, and ${counted(failed, 'day')} ${failed === 1 ? 'needs' : 'need'} a person`;
  const doubted = suspect === 0 ? '' : `, and ${counted(suspect, 'day')} ${suspect === 1 ? 'is' : 'are'} in doubt`;
  const waiting = total(datasets, ({ counts }) => counts.waiting);
  const waits =
    waiting === 0 ? '' : `, and ${counted(waiting, 'day')} ${waiting === 1 ? 'waits' : 'wait'} to be read again`;
  return `${needy}${doubted}${waits}`;
}

/** What to say of the planner, if anything. */
function plannerPoints({ plannedAt, silent }: Pick<Seen, 'plannedAt' | 'silent'>): Point[] {
  if (!silent) return [];
  const since = plannedAt === undefined ? 'never run to its end' : `not run since ${minuteOf(plannedAt)} UTC`;
  return [{ text: `The planner has ${since}: nothing new is landed.`, command: 'landline doctor', help: HELP.planner }];
}

/** Days before the first one are in no calendar, and nobody would miss a gap among them. */
function historyPoints({ title, firstDay, heldBefore }: DatasetFacts): Point[] {
  if (heldBefore === undefined) return [];
  const are = heldBefore === 1 ? 'is' : 'are';
  const text = `${title}: ${counted(heldBefore, 'day')} ${are} held before ${firstDay}, where the ledger says that history begins.`;
  return [{ text, command: 'landline rebuild', help: HELP.rebuild }];
}

const HELP = {
  rebuild: 'operations.md#rebuilding-the-ledger',
  planner: 'operations.md#no-heartbeat',
  storage: 'operations.md#storage-and-the-app-itself',
  suspect: 'operations.md#suspect',
  expiring: 'operations.md#expiring',
  failed: 'operations.md#failed',
  consent: 'consent.md',
} as const;

/** Where the documents explain a reason, by its first word. */
const HELP_OF_REASON: Readonly<Record<string, string>> = {
  auth: 'operations.md#sign-in-and-permission',
  clock: 'operations.md#sign-in-and-permission',
  config: 'operations.md#sign-in-and-permission',
  source: 'operations.md#the-source',
  page: 'operations.md#pages',
  limits: 'operations.md#pages',
  paging: 'operations.md#pages',
  security: 'operations.md#security',
  shrink: HELP.suspect,
  partition: HELP.suspect,
  storage: HELP.storage,
  worker: HELP.storage,
};

function helpOf(reason: ReasonCode | undefined): string {
  return HELP_OF_REASON[reason?.split('.')[0] ?? ''] ?? HELP.failed;
}

/** Of one log, what a person has to look at. */
function dayPoints(each: DatasetFacts): Point[] {
  const { title, dataset, trouble, expiring, uncurated } = each;
  const points: Point[] = [];
  const say = (text: string, more: Omit<Point, 'text'> = {}): void =>
    void points.push({ text: `${title}: ${text}`, ...more });
  const failed = trouble.filter(({ state }) => state === 'failed');
  for (const [reason, days] of byReason(failed)) {
    const newest = days.at(-1);
    const waiting = trouble.filter(day => days.some(({ day: blocker }) => blocker === day.waitsFor)).length;
    const others = waiting === 0 ? '' : `, and ${grouped(waiting)} more ${waiting === 1 ? 'waits' : 'wait'} for it`;
    const cause = newest?.message === undefined ? '' : ` ${firstSentence(newest.message)}`;
    say(`${counted(days.length, 'day')} failed (${reason})${others}.${cause}`, {
      command: newest?.command ?? `landline show ${dataset} ${newest?.day ?? ''}`,
      help: helpOf(reason),
    });
  }
  const [soon] = expiring;
  if (soon !== undefined)
    say(`${counted(expiring.length, 'day')} not held, and soon forgotten by the source.`, { help: HELP.expiring });
  const suspects = trouble.filter(({ state }) => state === 'suspect');
  const doubted = suspects.filter(({ broken }) => !broken);
  if (doubted.length > 0)
    say(
      `${counted(doubted.length, 'day')} ${doubted.length === 1 ? 'is' : 'are'} suspect: the source contradicted itself.`,
      {
        command: `landline show ${dataset} ${doubted.at(-1)?.day ?? ''}`,
        help: HELP.suspect,
      },
    );
  // Which of these a person has to do something about is known by the next step that they have.
  const broken = suspects.filter(day => day.broken);
  const healing = broken.filter(({ command }) => command === undefined).length;
  const partitions = (count: number) =>
    `${counted(count, 'partition')} ${count === 1 ? 'is' : 'are'} damaged or gone, and`;
  if (healing > 0) say(`${partitions(healing)} landed anew without a person.`, { help: HELP.suspect });
  if (broken.length > healing) {
    const left = broken.length - healing;
    say(`${partitions(left)} ${left === 1 ? 'needs' : 'need'} a person.`, {
      command: broken.findLast(({ command }) => command !== undefined)?.command ?? 'landline verify',
      help: HELP.suspect,
    });
  }
  if (uncurated > 0)
    say(`${counted(uncurated, 'typed table')} ${uncurated === 1 ? 'stays' : 'stay'} behind what is landed.`, {
      command: `landline curate ${dataset}`,
    });
  return points;
}

/** What may be an attack comes first. */
function byReason(failed: readonly DayFacts[]): [ReasonCode, DayFacts[]][] {
  const groups = new Map<ReasonCode, DayFacts[]>();
  for (const day of failed) {
    const reason = day.reason ?? 'worker.bug';
    groups.set(reason, [...(groups.get(reason) ?? []), day]);
  }
  const urgent = ([reason]: [ReasonCode, DayFacts[]]) => (reason.startsWith('security.') ? 0 : 1);
  return [...groups].sort((a, b) => urgent(a) - urgent(b));
}

function firstSentence(message: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(message)?.[0] ?? `${message}.`;
}

function queuePoints({ depth }: Seen): Point[] {
  const command = 'landline doctor';
  if (depth === undefined) return [];
  if (depth === 'unreadable') return [{ text: 'The queues could not be looked into.', command, help: HELP.storage }];
  const points: Point[] = [];
  if (depth.fetch > QUEUE_MAX) {
    const text = `${counted(depth.fetch, 'message')} wait in the fetch queue, and nobody takes them: does the function fetch run?`;
    points.push({ text, command, help: HELP.failed });
  }
  if (depth.poison > 0) {
    const text = `${counted(depth.poison, 'message')} in the poison queues wait${depth.poison === 1 ? 's' : ''} to be noted.`;
    points.push({ text, command, help: HELP.failed });
  }
  return points;
}

function total(datasets: readonly DatasetFacts[], of: (each: DatasetFacts) => number): number {
  return datasets.reduce((sum, each) => sum + of(each), 0);
}
