import type { Gate } from '../words/ledger.ts';
import type { DatasetFacts, Unreadable } from './dataset-facts.ts';
import { type Filling, paceNote } from './filling-history.ts';
import type { Point } from './point.ts';
import { counted, grouped, minuteOf } from './text.ts';

/** Points that are good to know, but need no action. Pure. */

const SOURCE_TITLES = { graph: 'Microsoft Graph', voximplant: 'Voximplant' } as const;

/** What to say of a source whose gate is closed. */
export function gateNote({ source, notBefore, reason }: Gate): string {
  return `${SOURCE_TITLES[source]} asked Landline to send no requests until ${minuteOf(notBefore)} UTC (${reason}); Landline then continues by itself.`;
}

/** Opens the gate before that, if a person knows better than the source. */
export function openGate({ source }: Gate): string {
  return `landline resume --source ${source}`;
}

export interface NoteFacts {
  readonly datasets: readonly DatasetFacts[];
  readonly unreadable: readonly Unreadable[];
  readonly gates: readonly Gate[];
  readonly filling: Filling | undefined;
  /** Whether all that is missing comes without a person. */
  readonly moving: boolean;
}

/** @param lost days that the source forgot before they landed */
export function* notesOf({ datasets, gates, filling, unreadable, moving }: NoteFacts, lost: number): Generator<Point> {
  if (datasets.length === 0 && unreadable.length === 0) {
    const text = 'A new app plans within minutes. If this page has not changed after half an hour, run the doctor:';
    yield { text, command: 'landline doctor', help: 'deploy.md' };
  }
  // While a gate is closed, the speed of the last hour says nothing about the next.
  const pace = filling && moving && gates.length === 0 ? paceNote(filling) : undefined;
  if (pace !== undefined) yield { text: pace };
  for (const gate of gates) yield { text: gateNote(gate), command: openGate(gate), help: 'operations.md#throttled' };
  for (const { title, dataset, pausedAt } of datasets)
    if (pausedAt !== undefined) yield { text: `${title} is paused.`, command: `landline resume ${dataset}` };
  for (const { title, dataset, rows, daysHeld } of datasets)
    if (rows === 0 && daysHeld >= EMPTY_DAYS_MIN) yield { text: `${title}: ${emptyLog(dataset, daysHeld)}` };
  // While history is filled, the days at its edges wait for neighbours that come by themselves.
  if (filling === undefined) for (const each of datasets) yield* doubtNote(each);
  if (lost > 0)
    yield {
      text: `${counted(lost, 'day')} never landed, because the source no longer has ${lost === 1 ? 'it' : 'them'}.`,
    };
}

/** What is doubtful about days that count as held: why, and where each is named. */
function* doubtNote({ title, dataset, days, rows }: DatasetFacts): Generator<Point> {
  const command = `landline status ${dataset}`;
  const early = days.filter(({ doubts }) => doubts?.some(({ reason }) => reason === 'log.empty'));
  if (early.length > 0 && rows > 0) {
    const are = early.length === 1 ? 'empty day is' : 'empty days are';
    yield {
      text: `${title}: ${grouped(early.length)} ${are} before the first day with rows, and ${early.length === 1 ? 'does' : 'do'} not prove that there were no rows.`,
      command,
      help: DOUBT_HELP,
    };
  }
  const reasons = days.map(({ doubts = [] }) =>
    doubts.map(({ reason }) => reason).filter(reason => reason !== 'log.empty'),
  );
  const doubted = reasons.filter(({ length }) => length > 0);
  if (doubted.length === 0) return;
  const text = `${title}: ${counted(doubted.length, 'held day')} ${doubted.length === 1 ? 'is' : 'are'} doubted (${[...new Set(doubted.flat())].sort().join(', ')}).`;
  yield { text, command, help: DOUBT_HELP };
}

const DOUBT_HELP = 'operations.md#doubtful-and-held-all-the-same';

/** From this many held days on, a log without any row is mentioned. */
const EMPTY_DAYS_MIN = 7;

/** Microsoft's page on the PSTN log excludes the calling plans of these two operators. */
function emptyLog(dataset: string, days: number): string {
  const plans =
    dataset === 'teams-pstn-calls'
      ? ' Calls of Telstra and Softbank calling plans are not in this log: Microsoft does not report them.'
      : '';
  return `all ${counted(days, 'day')} that are held have no rows.${plans}`;
}
