import type { Day, Instant, ReasonCode, SourceName } from './model.ts';

/**
 * What Landline reports: one JSON line per event, named *noun, past verb*, with a closed list of fields.
 * No field can hold a row, a number, a name, an address or a token. docs/telemetry.md says what each event means.
 */

interface Fields {
  readonly dataset: string;
  readonly source: SourceName;
  readonly day: Day;
  readonly ticket: number;
  readonly revision: number;
  readonly rows: number;
  readonly pages: number;
  readonly bytes: number;
  readonly rowsAdded: number;
  readonly rowsChanged: number;
  readonly rowsRemoved: number;
  readonly rowsOutside: number;
  readonly rowsNeighbour: number;
  readonly reason: ReasonCode;
  readonly remedy: string;
  readonly why: string;
  readonly function: string;
  readonly message: string;
  readonly until: Instant;
  readonly requestId: string;
  readonly fields: string;
  readonly queued: number;
  readonly owedLater: number;
  readonly landedThrough: Day;
  readonly settledThrough: Day;
  readonly newestHeld: Day;
  readonly lagDays: number;
  readonly gapDays: number;
  readonly missing: number;
  readonly fetching: number;
  readonly waiting: number;
  readonly failed: number;
  readonly suspect: number;
  readonly expiring: number;
  readonly expired: number;
  readonly settled: boolean;
  readonly held: number;
  readonly paused: boolean;
  readonly uncurated: number;
  readonly queueDepth: number;
  readonly poison: number;
  readonly cause: string;
  readonly table: string;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly misfits: number;
  readonly appVersion: string;
  readonly digest: string;
  readonly setting: string;
}

const DAY = ['dataset', 'day'] as const;
const ATTEMPT = [...DAY, 'ticket'] as const;
const READ = [...ATTEMPT, 'revision', 'rows', 'pages'] as const;
const LANDED = ['rowsOutside', 'rowsNeighbour'] as const;
const TABLE = [...DAY, 'revision', 'table'] as const;

/**
 * Events and the fields each may carry. `dataset` and `day` stand on every event about a day. Each event may also carry
 * `traceparent`: that of the planner's run which the work goes back to.
 */
export const EVENTS = {
  'day queued': [...ATTEMPT, 'why'],
  'day claimed': [...ATTEMPT, 'pages'],
  'day landed': [...READ, 'bytes', ...LANDED],
  'day revised': [...READ, 'bytes', 'rowsAdded', 'rowsChanged', 'rowsRemoved', ...LANDED],
  'day checked': [...READ, 'settled'],
  'day continued': [...ATTEMPT, 'rows', 'pages'],
  'progress lost': [...ATTEMPT, 'reason', 'message'],
  'day restarted': [...ATTEMPT, 'reason', 'message'],
  'shrink refused': [...ATTEMPT, 'reason', 'rows', 'message'],
  'day failed': [...ATTEMPT, 'reason', 'remedy', 'message', 'until', 'requestId', 'cause'],
  'worker superseded': ATTEMPT,
  'message dropped': [...ATTEMPT, 'why'],
  'message rejected': ['why', 'digest'],
  'message poisoned': [...ATTEMPT, 'revision', 'message'],
  'page doubted': [...DAY, 'reason'],
  'source throttled': ['source', ...ATTEMPT, 'reason', 'until', 'message', 'requestId'],
  'schema drifted': [...DAY, 'fields'],
  'coverage reported': [
    ...['dataset', 'landedThrough', 'settledThrough', 'newestHeld', 'lagDays', 'gapDays', 'missing', 'queued'],
    ...['fetching', 'waiting', 'failed', 'suspect', 'expiring', 'expired', 'held', 'paused', 'uncurated'],
    ...['queueDepth', 'poison', 'appVersion'],
  ],
  'plan made': ['queued', 'owedLater', 'source'],
  'curation queued': [...DAY, 'revision'],
  'table curated': [...TABLE, 'rows', 'bytes', 'duplicates', 'conflicts', 'misfits'],
  'curation failed': [...TABLE, 'reason', 'remedy', 'message', 'requestId', 'cause'],
  'config rejected': ['message'],
  'config doubted': ['setting', 'message'],
  'work failed': ['function', 'reason', 'message', 'cause'],
} as const satisfies Record<string, readonly (keyof Fields)[]>;

export type EventName = keyof typeof EVENTS;

/** The fields an event may carry; each may be left out when it does not apply. */
export type EventFields<E extends EventName> = {
  readonly [F in (typeof EVENTS)[E][number]]?: Fields[F] | undefined;
};

/** Reports one event. Never throws. */
export type Report = <E extends EventName>(event: E, fields: EventFields<E>) => void;

/** A reporter whose every event says what it is about; fields that an event does not have are left out of its line. */
export function about(report: Report, fields: Partial<Record<keyof Fields | 'traceparent', unknown>>): Report {
  return (event, more) => report(event, { ...fields, ...more });
}

const WARNINGS: ReadonlySet<EventName> = new Set([
  'shrink refused',
  'day restarted',
  'progress lost',
  'source throttled',
  'schema drifted',
  'page doubted',
  'message dropped',
  'config doubted',
]);
const ERRORS: ReadonlySet<EventName> = new Set([
  'day failed',
  'message rejected',
  'message poisoned',
  'curation failed',
  'config rejected',
  'work failed',
]);

export type Level = 'info' | 'warn' | 'error';

export function levelOf(event: EventName): Level {
  if (ERRORS.has(event)) return 'error';
  return WARNINGS.has(event) ? 'warn' : 'info';
}

/** The line of an event: listed fields in listed order and nothing else, so that nothing else can leak. */
export function lineOf<E extends EventName>(event: E, fields: EventFields<E>): string {
  const given: Partial<Record<string, unknown>> = fields;
  const line: Record<string, unknown> = { event };
  for (const name of [...EVENTS[event], 'traceparent']) if (given[name] !== undefined) line[name] = given[name];
  return JSON.stringify(line);
}

/** A reporter over the three levels of a function's invocation log. */
export function reporter(log: Readonly<Record<Level, (line: string) => void>>): Report {
  return (event, fields) => log[levelOf(event)](lineOf(event, fields));
}
