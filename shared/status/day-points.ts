import type { ReasonCode } from '../words/model.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import { sinceText } from './day-runs.ts';
import type { Point } from './point.ts';
import { counted } from './text.ts';

/** What a verdict says of the days of each log, and where the documents go on. Pure. */

/** Pages of the documents, with their headings. */
export const HELP = {
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

/** The order of points: what cannot wait comes before days that are held and only suspect. */
const RANKS = { security: 0, failed: 1, expiring: 2, broken: 3, suspect: 4, healing: 5, uncurated: 6 } as const;

type Ranked = Point & { readonly rank: number };

/** What a person has to look at, of all logs. */
export function dayPoints(datasets: readonly DatasetFacts[]): Point[] {
  return datasets
    .flatMap(pointsOf)
    .sort((a, b) => a.rank - b.rank)
    .map(({ rank: _, ...point }) => point);
}

function pointsOf(each: DatasetFacts): Ranked[] {
  const { title, dataset, trouble, expiring, uncurated } = each;
  const points: Ranked[] = [];
  const say = (rank: keyof typeof RANKS, text: string, more: Omit<Point, 'text'> = {}): void =>
    void points.push({ rank: RANKS[rank], text: `${title}: ${text}`, ...more });
  const failed = trouble.filter(({ state }) => state === 'failed');
  for (const [reason, days] of Map.groupBy(failed, day => day.reason ?? 'worker.bug')) {
    const newest = days.at(-1);
    const waiting = trouble.filter(day => days.some(({ day: blocker }) => blocker === day.waitsFor)).length;
    const others =
      waiting === 0
        ? ''
        : `; ${counted(waiting, 'more day', 'more days')} ${waiting === 1 ? 'waits' : 'wait'} until that is solved`;
    const cause = newest?.message === undefined ? '' : ` ${firstSentence(newest.message)}`;
    say(
      reason.startsWith('security.') ? 'security' : 'failed',
      `${counted(days.length, 'day')} failed (${reason})${sinceText(days.map(({ since }) => since))}${others}.${cause}`,
      {
        command: newest?.command ?? `landline show ${dataset} ${newest?.day ?? ''}`,
        help: helpOf(reason),
      },
    );
  }
  if (expiring.length > 0)
    say(
      'expiring',
      `${counted(expiring.length, 'day')} ${expiring.length === 1 ? 'is' : 'are'} not held, and the source will soon no longer have ${expiring.length === 1 ? 'it' : 'them'}.`,
      {
        help: HELP.expiring,
      },
    );
  const suspects = trouble.filter(({ state }) => state === 'suspect');
  const doubted = suspects.filter(({ broken }) => !broken);
  if (doubted.length > 0)
    say(
      'suspect',
      `${counted(doubted.length, 'day')} ${doubted.length === 1 ? 'is' : 'are'} suspect: the source contradicted itself.`,
      {
        command: `landline show ${dataset} ${doubted.at(-1)?.day ?? ''}`,
        help: HELP.suspect,
      },
    );
  // A broken day needs a person if its next step has a command.
  const broken = suspects.filter(day => day.broken);
  const healing = broken.filter(({ command }) => command === undefined).length;
  const partitions = (count: number) =>
    `${counted(count, 'partition')} ${count === 1 ? 'is' : 'are'} damaged or gone, and`;
  if (healing > 0)
    say('healing', `${partitions(healing)} Landline lands the ${healing === 1 ? 'day' : 'days'} anew by itself.`, {
      help: HELP.suspect,
    });
  if (broken.length > healing) {
    const left = broken.length - healing;
    say('broken', `${partitions(left)} ${left === 1 ? 'needs' : 'need'} a person.`, {
      command: broken.findLast(({ command }) => command !== undefined)?.command ?? 'landline verify',
      help: HELP.suspect,
    });
  }
  if (uncurated > 0)
    say('uncurated', `the typed tables of ${counted(uncurated, 'day')} are older than what has landed.`, {
      command: `landline curate ${dataset}`,
    });
  return points;
}

function firstSentence(message: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(message)?.[0] ?? `${message}.`;
}
