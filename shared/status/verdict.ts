import { QUEUE_MAX } from '../ledger/alarms.ts';
import type { Gate } from '../words/ledger.ts';
import type { Instant } from '../words/model.ts';
import type { Depth } from '../words/ports.ts';
import type { DatasetFacts, DayFacts, Unreadable } from './dataset-facts.ts';
import { counted, minuteOf } from './text.ts';

/** The answer to the one question that everybody has: is everything held? Pure. */

export interface Verdict {
  /** `held`: all is well. `landing`: it will be, by itself. `attention`: a person should look. */
  readonly level: 'held' | 'landing' | 'attention';
  readonly sentence: string;
  /** What a person should know or do, most important first. */
  readonly points: readonly string[];
}

export interface Seen {
  readonly datasets: readonly DatasetFacts[];
  readonly unreadable: readonly Unreadable[];
  readonly gates: readonly Gate[];
  readonly depth: Depth | undefined;
  readonly plannedAt: Instant | undefined;
  readonly silent: boolean;
}

export function verdictOf(seen: Seen): Verdict {
  const { datasets } = seen;
  const unread = seen.unreadable.map(({ dataset, message }) => `${dataset} cannot be looked at: ${message}`);
  const points = [...plannerPoints(seen), ...unread, ...dayPoints(datasets), ...queuePoints(seen)];
  const lost = total(datasets, ({ counts }) => counts.expired);
  const notHeld = total(datasets, each => each.daysOwed - each.daysHeld) - lost;
  const attention = points.length > 0;
  const notes = [...notesOf(seen, lost)];
  return {
    level: attention ? 'attention' : notHeld > 0 || datasets.length === 0 ? 'landing' : 'held',
    sentence: sentenceOf(seen, notHeld, lost),
    points: [...points, ...notes],
  };
}

function sentenceOf(seen: Seen, notHeld: number, lost: number): string {
  const { datasets, unreadable, silent } = seen;
  if (unreadable.length > 0) {
    const others = sentenceOf({ ...seen, unreadable: [] }, notHeld, lost);
    return `${counted(unreadable.length, 'log')} cannot be looked at. Of the others: ${others}`;
  }
  if (datasets.length === 0) return 'Nothing has been planned yet.';
  if (notHeld === 0) {
    const all = lost === 0 ? 'Everything owed' : 'Everything the sources still have';
    const broken = total(datasets, each => each.trouble.filter(day => day.broken).length);
    if (broken === 0) return `${all} is held${troubleAmong(datasets)}.`;
    return `${all} was landed, and ${counted(broken, 'partition')} ${broken === 1 ? 'is' : 'are'} damaged or gone.`;
  }
  const logs = datasets.filter(each => each.daysOwed - each.daysHeld > each.counts.expired).length;
  const verb = notHeld === 1 ? 'is' : 'are';
  const stuck = total(
    datasets,
    ({ trouble }) => trouble.filter(({ state, held }) => state === 'failed' && !held).length,
  );
  const read = (seen.depth?.fetch ?? 0) <= QUEUE_MAX;
  const moving = stuck === 0 && !silent && read && datasets.every(({ pausedAt }) => pausedAt === undefined);
  const rest = moving ? ' yet, and on the way' : stuck === notHeld ? ', and cannot land without a person' : '';
  return `${counted(notHeld, 'day')} of ${counted(logs, 'log')} ${verb} not held${rest}.`;
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
export function plannerPoints({ plannedAt, silent }: Pick<Seen, 'plannedAt' | 'silent'>): string[] {
  if (!silent) return [];
  return plannedAt === undefined
    ? ['The planner has never run to its end: nothing new is landed. Run landline doctor.']
    : [`The planner has not run since ${minuteOf(plannedAt)} UTC: nothing new is landed. Run landline doctor.`];
}

function dayPoints(datasets: readonly DatasetFacts[]): string[] {
  const points: string[] = [];
  const about = (of: (each: DatasetFacts) => number, text: (days: string, plural: boolean) => string): void => {
    for (const each of datasets) {
      const count = of(each);
      if (count > 0) points.push(`${each.title}: ${text(counted(count, 'day'), count !== 1)}`);
    }
  };
  about(
    ({ trouble }) => trouble.filter(({ reason }) => reason?.startsWith('security.')).length,
    days => `${days} refused, because somebody may answer in the name of the source. Look at it before anything else.`,
  );
  about(
    ({ expiring }) => expiring.length,
    (days, plural) => `${days} not held ${plural ? 'are' : 'is'} about to be forgotten by the source.`,
  );
  about(
    ({ counts }) => counts.failed,
    (days, plural) => `${days} ${plural ? 'need' : 'needs'} a person.`,
  );
  const suspects = (which: (day: DayFacts) => boolean) => (each: DatasetFacts) =>
    each.trouble.filter(day => day.state === 'suspect' && which(day)).length;
  about(
    suspects(({ broken }) => !broken),
    (days, plural) => `${days} ${plural ? 'are' : 'is'} suspect: the source contradicted itself.`,
  );
  // Which of these a person has to do something about is known by the next step that they have.
  about(
    suspects(({ broken, command }) => broken === true && command === undefined),
    (days, plural) =>
      `${days} ${plural ? 'have partitions that are' : 'has a partition that is'} damaged or gone, and ${plural ? 'are' : 'is'} landed anew without a person.`,
  );
  about(
    suspects(({ broken, command }) => broken === true && command !== undefined),
    (days, plural) =>
      `${days} ${plural ? 'have partitions that are' : 'has a partition that is'} damaged or gone, and ${plural ? 'need' : 'needs'} a person.`,
  );
  about(
    ({ uncurated }) => uncurated,
    (days, plural) =>
      `${days} ${plural ? 'have typed tables that stay' : 'has a typed table that stays'} behind what is landed; landline curate says why.`,
  );
  return points;
}

function queuePoints({ depth }: Seen): string[] {
  if (depth === undefined) return ['The queues could not be looked into. Run landline doctor.'];
  const points: string[] = [];
  if (depth.fetch > QUEUE_MAX)
    points.push(
      `${counted(depth.fetch, 'message')} wait in the fetch queue, and nobody takes them: does the function fetch run? Run landline doctor.`,
    );
  if (depth.poison > 0)
    points.push(
      `${counted(depth.poison, 'message')} in the poison queues wait${depth.poison === 1 ? 's' : ''} to be noted.`,
    );
  return points;
}

const SOURCE_TITLES = { graph: 'Microsoft Graph', voximplant: 'Voximplant' } as const;

/** What to say of a source that is left alone. */
export function gateNote({ source, notBefore, reason }: Gate): string {
  return `${SOURCE_TITLES[source]} asked to be left alone until ${minuteOf(notBefore)} UTC (${reason}); it goes on by itself.`;
}

/** What is good to know and asks for nothing. */
function* notesOf({ datasets, gates }: Seen, lost: number): Generator<string> {
  for (const gate of gates) yield gateNote(gate);
  for (const { title, dataset, pausedAt } of datasets)
    if (pausedAt !== undefined) yield `${title} is paused. To go on: landline resume ${dataset}`;
  if (lost > 0) yield `${counted(lost, 'day')} ${lost === 1 ? 'was' : 'were'} gone at the source before landing.`;
}

function total(datasets: readonly DatasetFacts[], of: (each: DatasetFacts) => number): number {
  return datasets.reduce((sum, each) => sum + of(each), 0);
}
