import type { Instant, ReasonCode } from './model.ts';

/**
 * What to do next about a failure. The verb decides; the status that led to it is only evidence.
 *
 * `retry`       passing trouble: try again with a growing delay
 * `wait`        the source named a time, or must be left alone for a while: nothing failed
 * `restart`     this read cannot be completed or trusted: read the day again from its first page
 * `reject`      permanent for this day; a person should look
 * `fix-config`  permission, consent, key, clock or setting: a person must act
 */
export type Remedy = 'retry' | 'wait' | 'restart' | 'reject' | 'fix-config';

export interface Failure {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** What failed, on what, and what to do next. Never a row, number, name, token, key or full address. */
  readonly message: string;
  /** With `wait`: not before this instant. Absent when the source named no time. */
  readonly until?: Instant;
  /** The source's own id of the failed request, for a support case. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** Every failure that Landline foresees. Anything else that is thrown is a bug and is reported as one. */
export class LandlineError extends Error {
  override readonly name = 'LandlineError';
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  readonly until: Instant | undefined;
  readonly requestId: string | undefined;

  constructor(failure: Failure) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.reason = failure.reason;
    this.remedy = failure.remedy;
    this.until = failure.until;
    this.requestId = failure.requestId;
  }
}

/** Whether what was thrown says that a partition, or a revision in `history`, is not what was landed. */
export function isDamaged(thrown: unknown): boolean {
  return thrown instanceof LandlineError && thrown.reason === 'partition.damaged';
}

/** Whether storage does not give out what was asked for, now or until a person has acted. */
export function isNotGivenOut(thrown: unknown): boolean {
  return thrown instanceof LandlineError && ['storage.failing', 'storage.refused'].includes(thrown.reason);
}

/** Whether the ledger refused an entity because it cannot be what Landline wrote. */
export function isUnreadable(thrown: unknown): boolean {
  return thrown instanceof LandlineError && thrown.reason === 'storage.failing' && thrown.remedy === 'reject';
}

/** The failure behind anything thrown. Unforeseen ones keep their class and nothing else: their text may hold data. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof LandlineError) return thrown as Failure;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return {
    reason: 'worker.bug',
    remedy: 'retry',
    message: `An unforeseen ${kind} stopped the work. Report it as a bug, with the \`cause\` in its line of the log.`,
    cause: thrown,
  };
}

/** What an event says of anything thrown. */
export function eventFieldsOf(thrown: unknown) {
  const { reason, remedy, message, requestId } = failureOf(thrown);
  return { reason, remedy, message, requestId, cause: causeOf(thrown) };
}

/** A line of a stack that names a place in code, and nothing else. */
const FRAME = /^ {4}(at (?:[\w.<>#$ [\]]+ )?\(?(?:file|node):[^\s()]+:\d+:\d+\)?)$/;
const FRAMES_MAX = 4;

/** The class and code of what is behind a failure and, of an unforeseen one, where it was thrown; never its text. */
function causeOf(thrown: unknown): string | undefined {
  const foreseen = thrown instanceof LandlineError;
  const cause = foreseen ? thrown.cause : thrown;
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  return [`${cause.name}${code}`, ...(foreseen ? [] : framesOf(cause))].join(' ');
}

/** A text of several lines could pass for frames, so that they are looked for behind it. */
function framesOf({ stack = '', message }: Error): string[] {
  const text = stack.indexOf(message);
  if (text < 0) return [];
  const lines = stack.slice(text + message.length).split('\n');
  return lines.flatMap(line => FRAME.exec(line)?.[1] ?? []).slice(0, FRAMES_MAX);
}
