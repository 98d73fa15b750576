import { QUEUE_MAX } from '../ledger/alarms.ts';
import type { Instant } from '../words/model.ts';
import type { Depth } from '../words/ports.ts';
import type { DatasetFacts, DayFacts } from './dataset-facts.ts';
import { dayPoints, HELP } from './day-points.ts';
import { type NoteFacts, notesOf } from './notes.ts';
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

interface Seen extends Omit<NoteFacts, 'moving'> {
  readonly depth: Depth | 'unreadable' | undefined;
  readonly plannedAt: Instant | undefined;
  readonly silent: boolean;
}

export function verdictOf(seen: Seen): Verdict {
  const { datasets } = seen;
  const unread = seen.unreadable.map(({ dataset, message }): Point => {
    return { text: `${dataset} cannot be read: ${message}`, command: 'landline rebuild', help: HELP.storage };
  });
  const points = [
    ...plannerPoints(seen),
    ...unread,
    ...datasets.flatMap(historyPoints),
    ...dayPoints(datasets),
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
    return `${counted(unreadable.length, 'log')} cannot be read. Of the other logs: ${others}`;
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
    return `Everything owed is held except ${counted(missing, 'day')}, which will land by ${missing === 1 ? 'itself' : 'themselves'}.`;
  }
  const logs = datasets.filter(({ gapDays }) => gapDays > 0).length;
  const stuck = total(datasets, ({ trouble }) => trouble.filter(isStuck).length);
  const some = `; ${grouped(stuck)} of these days ${stuck === 1 ? 'needs' : 'need'} a person`;
  const rest = stuck === 0 ? '' : stuck === missing ? ` and ${missing === 1 ? 'needs' : 'need'} a person` : some;
  const are = missing === 1 ? 'is' : 'are';
  const suspect = suspectAmong(datasets);
  return `${counted(missing, 'day')} ${are} missing in ${counted(logs, 'log')}${rest}${suspect && `; ${suspect}`}.`;
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

/** Days that are held and need attention all the same. */
function troubleAmong(datasets: readonly DatasetFacts[]): string {
  const failed = total(datasets, ({ counts }) => counts.failed);
  const needy = failed === 0 ? '' : `, and ${counted(failed, 'day')} ${failed === 1 ? 'needs' : 'need'} a person`;
  const waiting = total(datasets, ({ counts }) => counts.waiting);
  const waits =
    waiting === 0 ? '' : `, and ${counted(waiting, 'day')} ${waiting === 1 ? 'waits' : 'wait'} to be read again`;
  const suspect = suspectAmong(datasets);
  return `${needy}${suspect && `, and ${suspect}`}${waits}`;
}

function suspectAmong(datasets: readonly DatasetFacts[]): string {
  const suspect = total(datasets, ({ counts }) => counts.suspect);
  return suspect === 0 ? '' : `${counted(suspect, 'day')} ${suspect === 1 ? 'is' : 'are'} suspect`;
}

/** What to say of the planner, if anything. */
function plannerPoints({ plannedAt, silent }: Seen): Point[] {
  if (!silent) return [];
  const since = plannedAt === undefined ? 'never finished a run' : `not run since ${minuteOf(plannedAt)} UTC`;
  return [{ text: `The planner has ${since}: no new day lands.`, command: 'landline doctor', help: HELP.planner }];
}

/** Days before the first one are in no calendar, and nobody would miss a gap among them. */
function historyPoints({ title, firstDay, heldBefore }: DatasetFacts): Point[] {
  if (heldBefore === undefined) return [];
  const are = heldBefore === 1 ? 'is' : 'are';
  const text = `${title}: ${counted(heldBefore, 'day')} ${are} held before ${firstDay}, which is the first day of this log in the ledger.`;
  return [{ text, command: 'landline rebuild', help: HELP.rebuild }];
}

function queuePoints({ depth }: Seen): Point[] {
  const command = 'landline doctor';
  if (depth === undefined) return [];
  if (depth === 'unreadable') return [{ text: 'The queues could not be read.', command, help: HELP.storage }];
  const points: Point[] = [];
  if (depth.fetch > QUEUE_MAX) {
    const text = `${counted(depth.fetch, 'message')} wait in the fetch queue, and nobody takes them: does the function fetch run?`;
    points.push({ text, command, help: HELP.failed });
  }
  if (depth.poison > 0) {
    const text = `${counted(depth.poison, 'message')} in the poison queues wait${depth.poison === 1 ? 's' : ''} to be noted in the ledger.`;
    points.push({ text, command, help: HELP.failed });
  }
  return points;
}

function total(datasets: readonly DatasetFacts[], of: (each: DatasetFacts) => number): number {
  return datasets.reduce((sum, each) => sum + of(each), 0);
}
